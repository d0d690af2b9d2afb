// SPDX-License-Identifier: GPL-3.0-or-later
// ./mj demo: a service hall, recorded, with its tickets, in a browser. Ends with Ctrl-C and leaves
// nothing running.
import { once } from 'node:events';
import { createServer } from 'node:net';
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

// Before anything is started, so that the reason is all that is said.
async function checkPort(port) {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch ({ code, message }) {
    const why = { EADDRINUSE: 'in use already', EACCES: 'not for this user' }[code] ?? message;
    throw new Error(`port ${port} is ${why}: choose another with --port (0: any that is free)`);
  }
  await new Promise((closed) => server.close(closed));
}

function line(ticket) {
  const seconds = Math.round((Date.parse(ticket.finished) - Date.parse(ticket.called)) / 1000);
  const approval = ticket.approval_id ? `   办件 approval ${ticket.approval_id}` : '';
  return `  ${ticket.ticket_no}   ${ticket.window}   called ${ticket.called.slice(11, 19)}, ${seconds} s${approval}`;
}

// Until then the footage of a ticket has a hole: the rule's 30 s before its call (link_rule in
// index/schema.sql) were not recorded.
const MARGIN_MS = 30_000;
const PATIENCE_MS = 180_000; // a camera that never comes hides no ticket for longer than this

// Whether all that could be recorded of its visits by now is there, of every camera that sees them.
async function isWhole({ ticket_no, day, visits }, sinceMs) {
  if (Date.parse(visits[0].called) - sinceMs < MARGIN_MS) return false;
  if (Date.now() - sinceMs > PATIENCE_MS) return true;
  const why = ['--reason', 'a ticket to try, whose footage is to be whole'];
  const { cameras, gaps } = await chain.command('find', 'ticket', ticket_no, '--day', day, ...why);
  return cameras.length > 0 && gaps.length === 0;
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
  await checkPort(options.port);
  await chain.start({
    port: options.port,
    fresh: options.fresh,
    role: 'investigator',
    hall: options.footage.flatMap((file) => ['--footage', file]),
  });
  const { user, password } = chain.account;
  console.log(`
  look at    ${chain.api}/
  account    ${user}
  password   ${password}

${chain.cameras.length} cameras are being recorded into ${options.home}/footage.
Citizens are being served; each line below is a ticket to type into the search box. Ctrl-C ends it all.
Footage begins ${MARGIN_MS / 1000} s before a call, so the first tickets lack some; one that lacks nothing follows in about a minute.
`);
  const sinceMs = Date.now();
  chain.failed.catch((error) => {
    if (stopping) return;
    console.error(`mj demo: ${error.message}`);
    stop(1);
  });
  for (let announced = false; !stopping;) {
    const ticket = await chain.nextTicket(undefined, 600);
    console.log(line(ticket));
    if (announced || !(await isWhole(ticket, sinceMs))) continue;
    announced = true;
    console.log(`\nA ticket to try: ${ticket.ticket_no}   ${chain.api}/tickets/${ticket.day}/${ticket.ticket_no}\n`);
  }
} catch (error) {
  if (!stopping) console.error(`mj demo: ${error.message}`);
  await stop(1);
}
