// SPDX-License-Identifier: GPL-3.0-or-later
// What there is to see: how to come to each page and dialog of a role, and how to leave it. Looked through by access.mjs.
//
//   VIEWS[role](at)   [[name, come(page), leave(page)?]…] in order; at: { ticket, camera }, both of the running hall

/** Somewhere else on the page. */
export const go = (page, hash) => page.evaluate((h) => (window.location.hash = h), hash);
const blur = (page) => page.evaluate(() => document.activeElement?.blur());

// A key that opens a dialog: once more if the page was busy with something else.
const opens = async (page, key, what) => {
  for (let tries = 0; tries < 5 && (await page.locator(what).count()) === 0; tries += 1) {
    await blur(page);
    await page.keyboard.press(key);
    await page.waitForSelector(what, { timeout: 4000 }).catch(() => {});
  }
  await page.waitForSelector(what);
};
const esc = async (page) => {
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
};
const menu = (id, n) => async (page) => {
  await page.locator('header summary').nth(n).click();
  await page.locator('details[open]').waitFor();
};

// How to come to each of what an operator sees, in order, and what to do when it was seen.
const operator = ({ ticket }) => [
  ['find', (page) => page.waitForSelector('#find')],
  [
    'results',
    async (page) => {
      await page.fill('#find', ticket.ticket_no.slice(0, 2));
      await page.waitForSelector('[role=option]');
    },
  ],
  ['menu-theme', menu('theme', 0), (page) => page.keyboard.press('Escape')],
  ['menu-user', menu('user', 1), (page) => page.keyboard.press('Escape')],
  [
    'list',
    async (page) => {
      await go(page, '#/places/W01');
      await page.waitForSelector('.list-table tbody tr');
    },
  ],
  [
    'cameras',
    async (page) => {
      await go(page, '#/cameras');
      await page.waitForSelector('.table tbody tr');
    },
  ],
  [
    'search-box',
    async (page) => {
      await page.fill('#search', ticket.ticket_no.slice(0, 2));
      await page.waitForSelector('.popover [role=option]');
    },
  ],
  [
    'dossier',
    async (page) => {
      await go(page, `#/tickets/${ticket.day}/${ticket.ticket_no}`);
      await page.waitForSelector('.tile');
      await page.waitForSelector('.tile video[data-wall-us]');
    },
  ],
  [
    'keys-dossier',
    async (page) => {
      await blur(page);
      await page.keyboard.press('?');
      await page.waitForSelector('dialog[open]');
    },
    esc,
  ],
  [
    'mark',
    async (page) => {
      await opens(page, 'm', 'dialog[open] #mark-words');
    },
    esc,
  ],
  [
    'no-such-ticket',
    async (page) => {
      await go(page, `#/tickets/${ticket.day}/Z999`);
      await page.locator('.notice h2', { hasText: 'Z999' }).waitFor();
    },
  ],
  [
    'alarms',
    async (page) => {
      await go(page, '#/alarms');
      await page.waitForSelector('.alarms');
    },
  ],
  [
    'browse',
    async (page) => {
      await go(page, '#/browse');
      await page.waitForSelector('.browse');
    },
  ],
  [
    'browse-place',
    async (page) => {
      await go(page, `#/browse?p=W01&at=${ticket.called}`);
      await page.waitForSelector('.browse .tile');
      await page.waitForSelector('.calendar [data-coverage]');
    },
  ],
  [
    'live',
    async (page) => {
      await go(page, '#/live');
      await page.waitForSelector('.live-tile video[data-wall-us]');
    },
  ],
  [
    'keys-live',
    async (page) => {
      await blur(page);
      await page.keyboard.press('?');
      await page.waitForSelector('dialog[open]');
    },
    esc,
  ],
  [
    'replay',
    async (page) => {
      await opens(page, 'r', 'dialog .replay-bar'); // of a camera that is not played, stills
    },
    esc,
  ],
  [
    'unknown',
    async (page) => {
      await go(page, '#/nowhere');
      await page.waitForSelector('.notice');
    },
  ],
];

const supervisor = ({ ticket }) => [
  [
    'reason',
    async (page) => {
      await go(page, `#/tickets/${ticket.day}/${ticket.ticket_no}`);
      await page.waitForSelector('#reason-why');
    },
    async (page) => {
      await page.fill('#reason-why', '复核');
      await page.fill('#reason-case', '2026-8');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.tile');
      await blur(page);
    },
  ],
  ['dossier-held', (page) => page.waitForSelector('#hold')],
  [
    'hold-form',
    async (page) => {
      await opens(page, 'h', '#hold-reason');
    },
    esc,
  ],
  [
    'clip-form',
    async (page) => {
      await opens(page, 'e', 'dialog[open]');
    },
    esc,
  ],
  [
    'hold-record',
    async (page) => {
      if ((await page.locator('.hold-line').count()) === 0) return;
      await page.locator('.hold-line').first().click();
      await page.waitForSelector('dialog[open]');
    },
    async (page) => (await page.locator('dialog[open]').count()) && esc(page),
  ],
];

// A page of the administration, and a dialog of it.
const part = (name, what) => [
  `admin-${name}`,
  async (page) => {
    await go(page, `#/admin/${name}`);
    await page.waitForSelector(what);
  },
];
const sheet = (name, button, field = '') => [
  name,
  async (page) => {
    await page.locator(button).first().click();
    await page.waitForSelector(`dialog[open] ${field}`);
  },
  esc,
];
const probes = (name, url, answer) => [
  name,
  async (page) => {
    await page.click('#camera-add');
    await page.fill('#camera-url', url);
    await page.keyboard.press('Enter');
    await page.waitForSelector(answer, { timeout: 25_000 });
  },
  esc,
];
const nth = (row, n) => `${row}:first-of-type button >> nth=${n}`;

const system = ({ camera }) => [
  part('state', '.state-list li'),
  ['keys-admin', async (page) => (await blur(page), opens(page, '?', 'dialog[open]')), esc],
  part('cameras', 'tr[data-camera-row]'),
  sheet('camera-add', '#camera-add', '#camera-url'),
  probes('camera-refused', 'rtsp://127.0.0.1:1/main', '.probe-failed'),
  probes('camera-found', camera.url, '.probe-picture'),
  sheet('camera-change', nth('tr[data-camera-row]', 0), '#camera-name'),
  sheet('camera-remove', nth('tr[data-camera-row]', 1)),
  part('places', '.cover-row'),
  sheet('place-add', '#place-add', '#place-code'),
  sheet('place-renumber', '#place-renumber', '#renumber-pairs'),
  sheet('place-rename', '.place-head button >> nth=0', '#place-name'),
  sheet('place-cover', '.place-head button >> nth=1', '#cover-camera'),
  sheet('place-move', '.cover-row button >> nth=0', '#move-to'),
  sheet('place-end', '.cover-row button >> nth=1', '#cover-to'),
  sheet('place-never', '.cover-row button >> nth=2'),
  part('retention', 'tr[data-rule]'),
  sheet('rule-add', '#rule-add', '#rule-min'),
  [
    'rule-change',
    async (page) => {
      await page.locator('tr[data-rule] button').first().click();
      await page.fill('#rule-min', '7');
      await page.waitForSelector('#rule-effects');
    },
    esc,
  ],
  sheet('kept-why', 'tr:has(.days-bar) button', 'tr[data-because]'),
  part('marks', 'tr[data-kind]'),
  sheet('kind-add', '#kind-add', '#kind-code'),
  part('notice', '.notice-shown'),
  sheet('notice-new', '#notice-new', '#notice-version'),
  part('volumes', 'tr[data-volume]'),
  sheet('volume-add', '#volume-add', '#volume-path'),
  sheet('volume-limit', 'tr[data-volume] button >> nth=0', '#volume-max'),
  sheet('volume-policy', 'tr[data-volume] button >> nth=1', '#volume-policy'),
  sheet('volume-remove', 'tr[data-volume] button >> nth=-1'),
];

const security = () => [
  ['users', (page) => page.waitForSelector('tr[data-user]')],
  sheet('user-add', '#user-add', '#user-name'),
  sheet('user-change', 'tr[data-user] button'),
  sheet('token-add', '#token-add', '#token-name'),
  ...['password', 'second'].map((what, i) => [
    `account-${what}`,
    async (page) => {
      await page.locator('header summary').last().click();
      await page.locator('.menu[open] .menu-sheet button').nth(i).click();
      await page.waitForSelector('dialog[open]');
    },
    esc,
  ]),
];

const auditor = () => [
  ['audit', (page) => page.waitForSelector('tr[data-seq]')],
  [
    'audit-open',
    async (page) => {
      await page.locator('tr[data-seq] button').first().click();
      await page.waitForSelector('.audit-more');
      await page.click('.chain summary');
      await page.click('#audit-verify');
      await page.waitForSelector('#audit-report');
    },
  ],
  part('state', '.state-list li'),
];

// A free slot, and a session that is planned: by the door that the page itself uses.
async function plan(page, at) {
  const posted = (path, body) =>
    page.evaluate(
      async ([to, what]) => {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`/api/v1${to}`, { method: 'POST', headers, body: JSON.stringify(what) });
        if (!answer.ok) throw new Error(`${to}: ${await answer.text()}`);
        return answer.json();
      },
      [path, body],
    );
  const hence = (hours) => new Date(Date.now() + hours * 3600e3).toISOString();
  const slot = (hours) =>
    posted('/slots', {
      ...{ dept: '医保局', official: '2002', place: 'F01', topics: ['医保报销', '异地就医备案'] },
      ...{ start: hence(hours), end: hence(hours + 1) },
    });
  at.free = await slot(30);
  await posted(`/slots/${(await slot(28)).id}/book`, { topic: '医保报销', citizen_ref: 'c1f0ab' });
}
const planned = 'tr[data-state=scheduled] button';

// Where sessions are. Leaves a free slot in at.free.
const clerk = (at) => [
  [
    'sessions',
    async (page) => {
      await plan(page, at);
      await go(page, '#/sessions');
      await page.waitForSelector(planned);
    },
  ],
  sheet('session-link', `${planned} >> nth=0`),
  sheet('session-move', `${planned} >> nth=-2`, '#move-slot'),
  sheet('session-cancel', `${planned} >> nth=-1`, '#end-reason'),
  [
    'slots',
    async (page) => {
      await go(page, '#/sessions?show=slots');
      await page.waitForSelector('tr[data-slot] button');
    },
  ],
  sheet('slot-add', '#slot-add', '#slot-dept'),
  sheet('slot-book', 'tr[data-slot] button >> nth=0', '#book-ref'),
  sheet('slot-withdraw', 'tr[data-slot] button >> nth=1'),
  [
    'promises',
    async (page) => {
      await go(page, '#/sessions?show=promises');
      await page.waitForSelector('.filters');
    },
  ],
];

export const VIEWS = { operator, supervisor, sysadmin: system, secadmin: security, auditor, clerk };
