// SPDX-License-Identifier: GPL-3.0-or-later
// For everybody's eyes and hands: every page and dialog is looked through by axe (WCAG 2.2 AA), dark in Chinese and light in
// English, and none is wider than its screen, from a telephone to a 4K wall.
//
//   accessTests(on)   on: what page.test.mjs has for its own tests; page and chain are asked for anew each time
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { VIEWS } from './views.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const PLAIN = { width: 1366, height: 768 };
// A small window beside another one, a tablet, a telephone.
const NARROW = [
  { width: 1024, height: 768 },
  { width: 700, height: 900 },
  { width: 390, height: 844 },
];
const WALL = { width: 3840, height: 2160 };
// Below this nothing is legible from a chair: 12 px at a desk, half as much again where a wall has four times the dots.
const LEAST_PX = { [PLAIN.width]: 11, [WALL.width]: 16 };

// Thin, since what lies beside it must be seen; a click anywhere on the ruler and the arrow keys do the same (WCAG 2.5.8,
// "Equivalent").
const EQUIVALENT = /^<[^>]* class="(playhead|alert-flag)\b/;

// By the debugger, so that the page's own content policy stays as strict as it is.
async function inject(page) {
  const debug = await page.context().newCDPSession(page);
  await debug.send('Runtime.evaluate', { expression: AXE });
  await debug.detach();
}

// What depends on words, colours and sizes, which another language and another theme change; the rest is the same in both.
const DRESSED = [
  ...['color-contrast', 'link-in-text-block', 'target-size', 'html-has-lang', 'html-lang-valid', 'document-title'],
  ...['button-name', 'link-name', 'label', 'select-name', 'summary-name', 'input-button-name', 'input-image-alt'],
  ...[
    'aria-command-name',
    'aria-input-field-name',
    'aria-toggle-field-name',
    'aria-meter-name',
    'aria-progressbar-name',
  ],
  ...['aria-tooltip-name', 'frame-title', 'image-alt', 'object-alt', 'role-img-alt', 'svg-img-alt', 'area-alt'],
];

// An open menu or dialog lies over what is behind it, which was looked at before: it is looked at by itself. `rules`:
// those of these names; without, all of the tags.
async function violations(page, rules) {
  if (!(await page.evaluate(() => 'axe' in window))) await inject(page);
  const found = await page.evaluate(
    ([tags, names]) => {
      const over = document.querySelector('.menu[open], dialog[open]');
      const runOnly = names ? { type: 'rule', values: names } : tags;
      return window.axe.run(over ?? document, { runOnly, resultTypes: ['violations'], elementRef: false });
    },
    [TAGS, rules],
  );
  return found.violations.flatMap((v) =>
    v.nodes
      .filter((n) => !(v.id === 'target-size' && EQUIVALENT.test(n.html)))
      .map((n) => `${v.id}: ${n.target.join(' ')}: ${n.any[0]?.message ?? v.help}`),
  );
}

// Nobody scrolls to see all nine tiles, nor all of a dossier.
const WHOLE = ['live', 'dossier'];

// What sticks out, and letters that nobody can read, of what is shown.
const misfits = (page, name) =>
  page.evaluate(
    ([least, whole]) => {
      const wrong = [];
      const content = document.getElementById('content');
      const over = whole ? content.scrollHeight - content.clientHeight : 0;
      if (over > 0) wrong.push(`${over} px higher than the screen`);
      for (const e of [document.documentElement, content])
        if (e && e.scrollWidth > e.clientWidth)
          wrong.push(`${e.localName} is ${e.scrollWidth - e.clientWidth} px wider`);
      // A word of one letter a line: squeezed by what is beside it.
      const range = document.createRange();
      const squeezed = (node) => {
        range.selectNodeContents(node);
        const lines = new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size;
        return lines > 2 && lines * 2 > node.data.trim().length;
      };
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        const box = node.parentElement;
        if (!node.data.trim() || !box.checkVisibility()) continue;
        const size = parseFloat(getComputedStyle(box).fontSize) * (box.currentCSSZoom ?? 1);
        if (squeezed(node)) wrong.push(`squeezed: ${box.className || box.localName}: ${node.data.slice(0, 20)}`);
        if (size < least) wrong.push(`${size} px: ${box.className || box.localName}: ${node.data.slice(0, 20)}`);
      }
      return wrong;
    },
    [
      LEAST_PX[page.viewportSize().width] ?? LEAST_PX[PLAIN.width],
      WHOLE.includes(name) && page.viewportSize().width >= PLAIN.width,
    ],
  );

// What floats over the rest, as a menu does, and runs out of the window or of what scrolls: nobody can come there. What is
// cut off on purpose, as on a ruler, is not meant, nor what is there for screen readers alone.
const strays = (page) =>
  page.evaluate(() => {
    const clips = (e) => /auto|scroll|hidden|clip/.test(getComputedStyle(e).overflow);
    const within = (e, fixed) => {
      for (let at = fixed ? null : e.parentElement; at && at !== document.body; at = at.parentElement)
        if (clips(at)) return at;
      return null;
    };
    const wrong = [];
    for (const e of document.body.querySelectorAll('*')) {
      const { position, clipPath, clip } = getComputedStyle(e);
      if (!/^(absolute|fixed)$/.test(position) || clipPath !== 'none' || clip !== 'auto') continue;
      if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const box = e.getBoundingClientRect();
      if (box.width < 2 || box.height < 2 || (e.matches('.skip') && !e.matches(':focus'))) continue;
      const around = within(e, position === 'fixed' || e.matches('dialog:modal'));
      const name = `${e.getAttribute('class') || e.localName}: ${(e.textContent ?? '').trim().slice(0, 20)}`;
      if (around) {
        const cut = /hidden|clip/.test(getComputedStyle(around).overflow);
        const edge = around.getBoundingClientRect();
        const before = box.left + around.scrollLeft < edge.left - 1 || box.top + around.scrollTop < edge.top - 1;
        if (before && !cut) wrong.push(`out of what scrolls: ${name}`);
      } else if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
        wrong.push(`out of the window: ${name}`);
    }
    return wrong;
  });

const dress = (page, theme, lang) =>
  page.evaluate(
    ([wanted, words]) => {
      document.documentElement.dataset.theme = wanted;
      // under a dialog too, where nobody can click it
      if (document.documentElement.lang !== words) document.getElementById('language')?.click();
    },
    [theme, lang],
  );

// The frame is laid out, and who watches sizes was told.
const drawn = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));

// Colours fade into each other: they are brought to where they go to.
const faded = (page) =>
  page.evaluate(async () => {
    for (let frames = 2; frames > 0; frames -= 1) {
      await new Promise((done) => requestAnimationFrame(done));
      for (const a of document.getAnimations()) if (Number.isFinite(a.effect.getComputedTiming().endTime)) a.finish();
    }
  });

// In both dresses, on both screens; leaves it dark and Chinese. All that is wrong is told at once.
export async function lookThrough(page, name, shot = () => {}) {
  const wrong = [];
  const say = (how, list) => wrong.push(...[...new Set(list)].map((what) => `${name} ${how}: ${what}`));
  for (const [theme, lang, rules] of [
    ['light', 'en', null],
    ['dark', 'zh-CN', DRESSED],
  ]) {
    await dress(page, theme, lang);
    await faded(page);
    say(`${theme} ${lang}`, await violations(page, rules));
    say(`${theme} ${lang}`, await misfits(page, name));
    say(`${theme} ${lang}`, await strays(page));
    await shot(`${name}-${theme}`);
  }
  for (const size of [...NARROW, WALL]) {
    await page.setViewportSize(size);
    await drawn(page);
    say(`${size.width} px wide`, await misfits(page, name));
  }
  await shot(`${name}-4k`);
  await page.setViewportSize(PLAIN);
  return wrong;
}

/** All that is wrong of what somebody of that role sees; she is signed in. */
export async function lookThroughAll(page, role, at, shot) {
  const wrong = [];
  for (const [name, come, leave] of VIEWS[role](at)) {
    await come(page);
    wrong.push(...(await lookThrough(page, name, shot)));
    await leave?.(page);
  }
  return wrong;
}

// The page is the same whatever the daemons are built with: once is enough.
export function accessTests(on) {
  if (process.env.MINGJING_SANITIZED) return;
  for (const role of Object.keys(VIEWS).filter((name) => name !== 'clerk'))
    // who needs sessions: sessions.test.mjs
    test(`axe finds nothing in what a ${role} sees, and nothing is too wide or too small`, async () => {
      const password = await on.account(`axe-${role}`, role);
      await on.asOthers(async () => {
        const wrong = role === 'operator' ? await lookThrough(on.page, 'sign-in') : []; // the same for all
        await on.signIn(password, `axe-${role}`);
        wrong.push(...(await lookThroughAll(on.page, role, { ticket: on.ticket, camera: on.playable('W01')[0] })));
        assert.deepEqual(wrong, []);
      });
    });
}
