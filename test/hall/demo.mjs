// SPDX-License-Identifier: GPL-3.0-or-later
// ./mj demo: a service hall, recorded, with its tickets, in a browser. Ends with Ctrl-C and leaves
// nothing running.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Chain } from '../e2e/chain.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const fromCaller = (path) => resolve(process.env.MJ_CWD ?? '.', path);

function usage(message) {
  console.error(
    `mj demo: ${message}\nusage: ./mj demo [--footage FILE…] [--home DIR] [--port N] [--fresh] [--verbose]`,
  );
  process.exit(2);
}

function parse(args) {
  const options = { footage: [], home: resolve(root, 'demo-home'), port: 8787 };
  const value = (i) => args[i + 1] ?? usage(`${args[i]} needs a value`);
  for (let i = 0; i < args.length; i += 1) {
    if (args[i] === '--home') options.home = fromCaller(value(i));
    else if (args[i] === '--port') options.port = Number(value(i));
    else if (args[i] === '--footage') {
      if (!args[i + 1] || args[i + 1].startsWith('--')) usage('--footage needs a file');
      while (args[i + 1] && !args[i + 1].startsWith('--')) options.footage.push(fromCaller(args[(i += 1)]));
      continue;
    } else if (args[i] === '--fresh' || args[i] === '--verbose') {
      options[args[i].slice(2)] = true;
      continue;
    } else usage(`unknown option ${args[i]}`);
    i += 1;
  }
  if (!Number.isInteger(options.port) || options.port < 0 || options.port > 65535) usage('--port takes 0 to 65535');
  return options;
}

function line(ticket) {
  const seconds = Math.round((Date.parse(ticket.finished) - Date.parse(ticket.called)) / 1000);
  const approval = ticket.approval_id ? `   办件 approval ${ticket.approval_id}` : '';
  return `  ${ticket.ticket_no}   ${ticket.window}   called ${ticket.called.slice(11, 19)}, ${seconds} s${approval}`;
}

const options = parse(process.argv.slice(2));

const chain = new Chain({
  build: process.env.MINGJING_BUILD ?? resolve(root, 'build'),
  home: options.home,
  log: options.verbose ? (name, text) => console.error(`${name}: ${text}`) : undefined,
});
let stopping = false;
async function stop(code) {
  if (stopping) return;
  stopping = true;
  await chain.stop();
  process.exit(code);
}
process.on('SIGINT', () => stop(0));
process.on('SIGTERM', () => stop(0));
process.on('SIGHUP', () => stop(0));

try {
  console.log('明镜 Mingjing: opening the hall …');
  await chain.start({
    port: options.port,
    fresh: options.fresh,
    hall: options.footage.flatMap((file) => ['--footage', file]),
  });
  const { user, password } = chain.account;
  console.log(`
  look at    ${chain.api}/
  account    ${user}
  password   ${password}

${chain.cameras.length} cameras are being recorded into ${options.home}/footage.
Citizens are being served; each line below is a ticket to type into the search box. Ctrl-C ends it all.
`);
  chain.failed.catch((error) => {
    if (stopping) return;
    console.error(`mj demo: ${error.message}`);
    stop(1);
  });
  for (let first = true; !stopping; first = false) {
    const ticket = await chain.nextTicket(undefined, 600);
    if (first)
      console.log(`A ticket to try: ${ticket.ticket_no}   ${chain.api}/tickets/${ticket.day}/${ticket.ticket_no}\n`);
    console.log(line(ticket));
  }
} catch (error) {
  if (!stopping) console.error(`mj demo: ${error.message}`);
  await stop(1);
}
