// SPDX-License-Identifier: GPL-3.0-or-later
// The page in a real browser, and what its pictures say of themselves: every synthetic camera stamps its number and the
// time into each picture (test/hall/stamp.mjs reads them back).
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

export const launch = (more = []) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [...ARGS, ...more],
  });

// Handed to the page through the debugger, so that the page's own content policy stays as strict as it is.
function stampReader() {
  const source = readFileSync(new URL('../hall/stamp.mjs', import.meta.url), 'utf8').replace(/^export /gm, '');
  return `window.testStamps = (() => { ${source}
    const read = (element) => {
      const width = element.videoWidth || element.naturalWidth, height = element.videoHeight || element.naturalHeight;
      if (!width) return null;
      const canvas = new OffscreenCanvas(width, height), context = canvas.getContext('2d');
      context.drawImage(element, 0, 0);
      return readStamp(context.getImageData(0, 0, width, height));
    };
    window.testStampOf = read;
    return () => [...document.querySelectorAll('[data-camera]')].map((e) => ({
      camera: e.dataset.camera, kind: e.localName, wallUs: Number(e.dataset.wallUs), stamp: read(e) }));
  })();`;
}

export async function newPage(browser, { locale = 'zh-CN', colorScheme = 'dark' } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1366, height: 768 },
    locale,
    colorScheme,
  });
  await context.addInitScript({ content: stampReader() });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // An answer such as 401, or a server that is away, is told there too; the page itself must say what it means.
    const told = /^(Failed to load resource|WebSocket connection to )/.test(message.text());
    if (message.type() === 'error' && !told) errors.push(message.text());
  });
  return Object.assign(page, { errors });
}

// All pictures of the dossier, read at one instant: [{ camera, kind, wallUs, stamp: { camera, utcUs, frame } | null }].
export const pictures = (page) => page.evaluate(() => window.testStamps());

// The moment of the master clock, in microseconds.
export async function moment(page, day) {
  const text = await page.locator('#moment').textContent();
  return Date.parse(`${day}T${text}+08:00`) * 1000;
}

// Twenty instants of playing: how far apart the cameras are, and how far the stills trail the clock, in milliseconds.
export async function playSome(page, day, cameras) {
  const [apart, trailing] = [[], []];
  for (let i = 0; i < 20; i += 1) {
    const [at, all] = [await moment(page, day), await pictures(page)];
    trailing.push(...all.filter((p) => p.kind === 'img' && p.stamp).map((p) => (at - p.stamp.utcUs) / 1000));
    const ours = all.filter((p) => p.stamp && cameras.some((c) => c.id === p.camera));
    const times = ours.map((p) => p.stamp.utcUs / 1000);
    if (ours.length === cameras.length) apart.push(Math.max(...times) - Math.min(...times));
    await sleep(100);
  }
  return [apart, trailing].map((list) => list.sort((x, y) => x - y));
}

// Asks until the answer is good; the last answer is in the complaint.
export async function until(ask, good, what, seconds = 15) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (await good(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s; last: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// On a machine that has better things to do; the bench measures what it is.
const FRESH_MS = 1500;

// Pictures of now, each with its age in milliseconds.
export const livePictures = (page) =>
  page.evaluate(() => {
    const now = Date.now();
    return window.testStamps().map((p) => ({ ...p, age: p.stamp && now - p.stamp.utcUs / 1000 }));
  });

export const isFresh = (picture, limit = FRESH_MS) => picture.stamp && Math.abs(picture.age) < limit;

// Taken after `since` (milliseconds), and shown soon after that.
export function fresh(page, ids, what, { since = 0, limit, seconds = 20 } = {}) {
  const good = (p) => isFresh(p, limit) && p.stamp.utcUs / 1000 > since;
  return until(
    () => livePictures(page),
    (all) => ids.every((id) => all.some((p) => p.camera === id && good(p))),
    what,
    seconds,
  );
}

// Every text and every label on the page that a person can meet.
const words = (page) =>
  page.evaluate(() => {
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) found.add(node.data.trim());
      else for (const name of ['title', 'aria-label', 'placeholder', 'alt']) found.add(node.getAttribute(name)?.trim());
    }
    return [...found].filter(Boolean);
  });

// Names and numbers are data; they are the same in every language.
export async function bareWords(page, chain, ticket) {
  const data = JSON.stringify([
    chain.cameras,
    await page.evaluate(() =>
      Promise.all(
        ['places', 'me', 'cameras', 'users', 'tokens', 'sources'].map(async (what) => {
          const answer = await fetch(`/api/v1/${what}`);
          // what somebody may is called by words
          return answer.ok ? { ...(await answer.json()), permissions: null, reason: null } : null;
        }),
      ),
    ),
    await page.evaluate(
      (urls) => Promise.all(urls.map((url) => fetch(`/api/v1/${url}`).then((r) => r.json()))),
      [
        `tickets/${ticket.day}/${ticket.ticket_no}`,
        `looks?kind=ticket&key=${ticket.ticket_no}&day=${ticket.day}`, // names and reasons; of a role that may not, a refusal
      ],
    ),
    ...['Z999', '不动产登记', '社保登记', '营业执照变更', '户口迁移'], // test/hall/visit.c: what others came for
  ]).replace(/"(?:detail|remark)":"(?:[^"\\]|\\.)*"/g, '""'); // sentences of the server are words, not data
  const names = [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((m) => m[1]).filter((n) => n.length > 1);
  names.sort((a, b) => b.length - a.length);
  return (await words(page)).map((w) => names.reduce((left, name) => left.replaceAll(name, ''), w));
}
