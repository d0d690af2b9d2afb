// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Camera, Me, Stream } from '../api/types';
import { pass, serve, show, type } from '../testing';
import { AdminPage } from './admin';
import { hostOf, suggestId, withLogin } from './camera-words';
import { parsePairs } from './place-forms';
import { isNow, spanOf } from './places';
import { bytesOf } from './volumes';

const stream = (state: string, more: Partial<Stream> = {}): Stream =>
  ({
    ...{ name: 'main', url: 'rtsp://192.0.2.7/main', record: true, state, since: '2026-11-22T09:00:00+08:00' },
    ...{ detail: null, video: 'h264', audio: null, width: 640, height: 360 },
    ...more,
  }) as Stream;
const camera = (id: string, state: string): Camera => ({
  ...{ id, name: id, kind: 'window', places: ['W07'], covers: [{ hall: 'H01', code: 'W07', name: 'W07' }] },
  streams: [stream(state)],
});

const found = {
  ...{ video: 'hevc', width: 2560, height: 1440, frame_rate: 25, bitrate: 4.2e6, key_interval_us: 2_000_000 },
  ...{ audio: 'pcm_alaw', sample_rate: 8000, channels: 1, clock: 'camera', clock_offset_us: -12_000 },
  beside: [{ url: 'rtsp://192.0.2.9/sub', video: 'h264', width: 640, height: 360, frame_rate: null }],
};
const rule = { kind: 'any', purpose: 'footage', min_days: 30, max_days: 90 };
const sessions = { legs: 0, oldest: null, promised_days: 365, missed: 0, missing_s: 0, held_bytes: 0 };
const report = { at: '2026-11-22T09:40:00+08:00', complete: true, rules: [rule], cameras: [], sessions, volumes: [] };
const kinds = [
  { code: 'absent', zh: '离岗', en: 'absent', level: 'warning', ended: null },
  { code: 'phone', zh: '玩手机', en: 'phone', level: 'yellow', ended: '2026-11-20T09:00:00+08:00' },
  { code: 'smoking', zh: '吸烟', en: 'smoking', level: 'red', ended: null },
];
const notices = [
  { version: '2027-2', zh: '全程录像。\n由本大厅保存。', en: null, sha256: 'b', since: '2026-11-21T09:00:00+08:00' },
  { version: '2027-1', zh: '旧话', en: 'old words', sha256: 'a', since: '2026-11-20T09:00:00+08:00' },
];
const volume = {
  ...{ id: 1, path: '/v', state: 'ready', since: null, detail: null, removed: false, when_full: 'keep' },
  ...{ reserve_bytes: null, max_bytes: null, total_bytes: 1e12, free_bytes: 4e11, outlook: null },
};
const system = {
  ...{ version: '0.1.0', catalogue: 7, api: { started: '2026-11-22T09:00:00+08:00', secure: true }, transcode: true },
  recorders: [{ shard: 1, shards: 1, pid: 2, alive: false, started: null, heartbeat: null, stopped: null }],
  ...{ purge: null, backup: null, links_pending: 0, audit_rows: 9 },
};
const status = {
  ...{ time: '2026-11-22T09:40:00+08:00', recording: 2, expected: 2, down: [] },
  ...{ disk: { total_bytes: 1, free_bytes: 1, days_left: null }, volumes: [volume] },
  ...{ clock: { synchronised: true, error_ms: 4 }, capture: { running: true, since: null } },
};
const row = (seq: number) => ({
  ...{ seq, time: '2026-11-22T09:00:00+08:00', who: 'sys1', role: 'sysadmin', address: null, what: 'camera.add' },
  ...{ object_kind: 'camera', object: 'c1', day: null, camera: 'c1', from: null, to: null, reason: null },
  ...{ case_no: null, result: 'ok', words: null, detail: { url: 'rtsp://192.0.2.7/main' }, hash: 'ab' },
});

let sent: [string, unknown][];
let answers: Record<string, unknown>;

async function page(part: Parameters<typeof AdminPage>[0]['part'], who: Partial<Me> = { role: 'sysadmin' }) {
  sent = [];
  const asked = serve((path, init) => {
    if (init?.method === 'POST') sent.push([path, JSON.parse(String(init.body))]);
    const body = answers[`${init?.method ?? 'GET'} ${path}`] ?? answers[path.split('?')[0]!] ?? {};
    return { status: 200, body };
  });
  const root = await show(<AdminPage part={part} />, 'en', who);
  await pass(10);
  return { root, asked };
}

const click = (element: Element | null | undefined) =>
  act(async () => {
    (element as HTMLElement).click();
    await Promise.resolve();
  });
const submit = async (root: Element) => {
  await act(() => root.querySelector<HTMLFormElement>('dialog form')!.requestSubmit());
  await pass(10);
};
const choose = (root: Element, id: string, value: string) =>
  act(() => {
    const select = root.querySelector<HTMLSelectElement>(`#${id}`)!;
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });

beforeEach(() => {
  vi.restoreAllMocks();
  HTMLDialogElement.prototype.showModal ??= () => {};
  answers = {
    '/cameras': { cameras: [camera('c1', 'recording'), camera('c2', 'offline')] },
    '/streams': { streams: [] },
    '/places': {
      places: [{ code: 'W07', name: 'Registry', hall: 'H01', cameras: [{ camera: 'c1', from: null, to: null }] }],
    },
    '/retention/report': report,
    '/mark-kinds': { kinds },
    '/notices': { notices },
    '/probe': { found, picture: 'AAAA', problem: null, recorded_by: null },
    '/volumes': { volumes: [volume] },
    '/system': system,
    '/status': status,
    '/audit': { rows: [row(2), row(1)], next: 'more', looked: null },
  };
});

describe('what is kept', () => {
  it('says why so little is there, and what is missing of it', async () => {
    const one = {
      ...{ camera: 'c1', stream: 'main', kind: 'window', removed: false, oldest: '2026-11-20T09:40:00+08:00' },
      ...{ kept_since: '2026-11-20T09:40:00+08:00', deleted_until: null, promised_days: 30, achieved_days: 1.9 },
      ...{ due_days: 2, kept_days: 2 },
      ...{ met: true, missing_s: 90, gaps: 3, held_bytes: 0 },
      reasons: [
        { reason: 'offline', count: 2, missing_s: 80 },
        { reason: 'lost', count: 1, missing_s: 10 },
      ],
    };
    const gone = { ...one, camera: 'c2', oldest: null, deleted_until: '2026-10-01T00:00:00+08:00', achieved_days: 0 };
    answers['/retention/report'] = {
      ...report,
      cameras: [one, { ...gone, kept_days: 40, missing_s: 0, gaps: 0, reasons: [] }],
    };
    const { root } = await page('retention');
    expect(root.textContent).toMatch(/nothing deleted yet: recording since 2026-11-20 09:40/);
    expect([...root.querySelectorAll('.kept-gaps li')].map((l) => l.textContent)).toEqual([
      expect.stringMatching(/: 2, 00:01:20$/),
      expect.stringMatching(/: 1, 00:00:10$/),
    ]);
    expect(root.textContent).toMatch(/nothing left: the last of it, recorded until 2026-10-01.* was kept 40\.0 days/);
    expect(root.textContent).toMatch(/met, with gaps.*1\.9 of 30 days/);
    expect(root.querySelector('[role="status"]')).toBeNull(); // all is linked
    expect(root.querySelector('.bad')).toBeNull();
    const why = (because: string, more: object) => ({
      ...{ camera: 'c1', stream: 'main', because, rule: 'any/footage', days: 90, segments: 3, bytes: 5e6 },
      ...{ oldest: '2026-11-20T09:40:00+08:00', first_until: '2026-12-20T09:40:00+08:00', last_until: null, ...more },
    });
    answers['/cameras/c1/retention'] = {
      ...{ camera: 'c1', at: '2026-11-22T09:40:00+08:00', segments: 9, more: true, complete: false },
      refused: null,
      reasons: [why('due', {}), why('bound', { days: 30 }), why('spare', { rule: 'room/footage', days: null })],
    };
    await click(root.querySelector('button[aria-label="Why footage of c1 goes or stays"]'));
    await pass(10);
    expect(root.querySelector('dialog [role="status"]')!.textContent).toMatch(/wait to be linked anew/);
    const said = [...root.querySelectorAll('dialog tr[data-because]')].map((r) => r.textContent);
    expect(said[0]).toMatch(/goespast its maximumrule any camera · .*: 90 days/i);
    expect(said[1]).toMatch(/staysyounger than its minimum.*30 days.*2026-12-20 09:40.*never/i);
    expect(said[2]).toMatch(/stayspast its minimum; goes when the disk is short.*never/i);
    expect(root.querySelector('dialog .warn:not([role])')!.textContent).toContain('Only the first 9 segments');
    expect(root.querySelector('dialog')!.textContent).not.toMatch(/would be refused/);
    answers['/cameras/c1/retention'] = { ...(answers['/cameras/c1/retention'] as object), refused: 'journals differ' };
    await click(root.querySelector('dialog .form-actions button'));
    await click(root.querySelector('button[aria-label="Why footage of c1 goes or stays"]'));
    await pass(10);
    expect(root.querySelector('dialog')!.textContent).toMatch(/would be refused.*: journals differ/);
    expect(root.querySelector('dialog tr[data-because="due"]')!.textContent).toMatch(/stayspast its maximum/i);
  });
});

describe('cameras', () => {
  it('are listed with those first that do not record, and why', async () => {
    const { root } = await page('cameras');
    const rows = [...root.querySelectorAll('tr[data-camera-row]')];
    expect(rows.map((r) => r.getAttribute('data-camera-row'))).toEqual(['c2', 'c1']);
    expect(rows[0]!.textContent).toMatch(/since 2026-11-22 09:00:00/);
    expect(rows[0]!.querySelector('.bad')).not.toBeNull();
  });

  it('are added after a look, with the smaller stream that was found and the same password', async () => {
    const { root } = await page('cameras');
    await click(root.querySelector('#camera-add'));
    await type(root.querySelector('#camera-url')!, 'rtsp://u:p%40ss@192.0.2.9/main');
    await submit(root);
    expect(sent.at(-1)).toEqual(['/probe', { url: 'rtsp://u:p%40ss@192.0.2.9/main' }]);
    expect(root.querySelector<HTMLImageElement>('.probe-picture')!.src).toBe('data:image/jpeg;base64,AAAA');
    expect(root.querySelector('.facts')!.textContent).toMatch(
      /H\.265 · 2560×1440 · 25 pictures\/s · 4\.2 Mbit\/s.*G\.711 A · 8 kHz.*off by −12 ms.*every 2\.0 s/,
    );
    await type(root.querySelector('#camera-name')!, 'Face');
    await choose(root, 'camera-place', 'W07');
    await submit(root);
    const added = { id: 'cam-192-0-2-9', url: 'rtsp://u:p%40ss@192.0.2.9/main', kind: 'window', name: 'Face' };
    expect(sent.at(-1)).toEqual(['/cameras', { ...added, place: 'W07', sub: 'rtsp://u:p%40ss@192.0.2.9/sub' }]);
  });

  it('that refuse say so, and another address is looked at anew', async () => {
    const problem = { reason: 'unauthorized', detail: 'it wants a password' };
    answers['/probe'] = { found: null, picture: null, problem, recorded_by: 'c1' };
    const { root } = await page('cameras');
    await click(root.querySelector('#camera-add'));
    await type(root.querySelector('#camera-url')!, 'rtsp://192.0.2.9/x');
    await submit(root);
    expect(root.querySelector('.probe-failed')!.textContent).toContain('192.0.2.9 does not take this user name');
    expect(root.querySelector('.probe-form .warn')!.textContent).toMatch(/^Camera c1 has this address already/);
    await type(root.querySelector('#camera-url')!, 'rtsp://192.0.2.9/y');
    expect(root.querySelector('.probe-failed')).toBeNull();
    await submit(root);
    expect(sent.map(([path]) => path)).toEqual(['/probe', '/probe']);
  });

  it('are changed by what was changed alone, and removed with what that means', async () => {
    const { root } = await page('cameras');
    const buttons = () => root.querySelectorAll('tr[data-camera-row=c1] button');
    await click(buttons()[0]);
    expect(root.querySelector<HTMLButtonElement>('dialog [type=submit]')!.disabled).toBe(true);
    await type(root.querySelector('#camera-name')!, 'Desk');
    await submit(root);
    expect(sent.at(-1)).toEqual(['/cameras/c1', { name: 'Desk' }]);
    await click(buttons()[1]);
    expect(root.querySelector('dialog')!.textContent).toMatch(/footage and history stay/);
    await submit(root);
    expect(sent.at(-1)![0]).toBe('/cameras/c1/remove');
  });

  it('are called by their address', () => {
    expect(suggestId('rtsp://u:p@192.0.2.7/w01-face')).toBe('w01-face');
    expect(suggestId('rtsp://u:p@192.0.2.7:554/Streaming/Channels/101')).toBe('cam-192-0-2-7');
    expect(suggestId('rtsp://[2001:db8::7]/live')).toBe('cam--2001-db8-7');
    expect(hostOf('rtsp://u:p@cam.example:554/x')).toBe('cam.example');
    expect(withLogin('rtsp://u:$&@h/main', 'rtsp://h/sub')).toBe('rtsp://u:$&@h/sub');
    expect(withLogin('rtsp://h/main', 'rtsp://h/x?user=***')).toBeNull();
  });
});

describe('the audit log', () => {
  it('is filtered, goes on page by page, and is a table with the same filter', async () => {
    const { root, asked } = await page('audit', { role: 'auditor' });
    expect(root.querySelector('tr[data-seq="2"]')!.textContent).toMatch(/sys1.*added a camera camera\.add/);
    const actions = [...root.querySelectorAll<HTMLOptionElement>('#audit-what option')];
    expect(actions.length).toBeGreaterThan(60);
    for (const { value, textContent } of actions.slice(1)) expect(textContent, value).toMatch(/^[^.]{3,}$/);
    await choose(root, 'audit-what', 'hold.add');
    await type(root.querySelector('#audit-object')!, 'A012');
    await type(root.querySelector('#audit-case')!, '2026-7');
    await act(() => root.querySelector<HTMLFormElement>('.filters')!.requestSubmit());
    await pass(10);
    expect(asked.at(-1)).toBe('/audit?what=hold.add&object=A012&case=2026-7');
    expect(root.querySelector('#audit-csv')!.getAttribute('href')).toBe(
      '/api/v1/audit?what=hold.add&object=A012&case=2026-7&format=csv',
    );
    await choose(root, 'audit-what', '');
    for (const field of ['object', 'case']) await type(root.querySelector(`#audit-${field}`)!, '');
    await type(root.querySelector('#audit-who')!, ' sys1 ');
    await act(() => root.querySelector<HTMLFormElement>('.filters')!.requestSubmit());
    await pass(10);
    expect(asked.at(-1)).toBe('/audit?who=sys1');
    expect(root.querySelector('#audit-csv')!.getAttribute('href')).toBe('/api/v1/audit?who=sys1&format=csv');
    expect(root.querySelector('#audit-looked')).toBeNull();
    answers['/audit'] = { rows: [], next: 'more', looked: 50000 };
    await click(root.querySelector('#audit-older'));
    await pass(10);
    expect(root.querySelector('#audit-looked')!.textContent).toContain('through 50000 rows');
    answers['/audit'] = { rows: [row(0)], next: null, looked: null };
    await click(root.querySelector('#audit-older'));
    await pass(10);
    expect(asked.at(-1)).toBe('/audit?who=sys1&cursor=more');
    expect(root.querySelectorAll('tr[data-seq]').length).toBe(3);
    expect(root.querySelector('#audit-older')).toBeNull();
  });

  it('says what is wrong with its chain', async () => {
    answers['/audit/verify'] = {
      ...{ rows: 9, head: { seq: 9, hash: 'ab' }, noted_seq: 9, wrong: 2 },
      ...{ first_wrong: { seq: 4, words: 'row 4 was changed' } },
      findings: [4, 10].map((seq) => ({ seq, words: `row ${seq} is wrong` })),
      ...{ set_back: { rows: 0, first_seq: 0 } },
    };
    const { root } = await page('audit', { role: 'auditor' });
    await act(() => root.querySelector<HTMLFormElement>('.chain form')!.requestSubmit());
    await pass(10);
    expect(root.querySelector('#audit-report .bad')!.textContent).toBe('2 things are wrong, the first in row 4.');
    expect(root.querySelector('#audit-report')!.textContent).toContain('row 4 is wrong\nrow 10 is wrong');
  });

  it('is the auditor’s alone', async () => {
    const { root, asked } = await page('audit', { role: 'sysadmin' });
    expect(asked).toEqual([]);
    expect(root.textContent).toContain('another role');
  });
});

describe('kinds of marks', () => {
  const texts = (root: Element) => [...root.querySelectorAll('tr[data-kind]')].map((r) => r.textContent!);

  it('are listed in their order with their keys, moved, ended and offered again', async () => {
    const { root } = await page('marks');
    expect(texts(root)[0]).toMatch(/^1离岗absentabsentwarningoffered/);
    expect(texts(root)[1]).toMatch(/^玩手机phonephoneyellow cardended 2026-11-20/);
    expect(texts(root)[2]).toMatch(/^2吸烟smokingsmokingred card/);
    const press = (code: string, does: string) =>
      click(root.querySelector(`tr[data-kind=${code}] button[data-does=${does}]`));
    answers['POST /mark-kinds'] = { kinds: [kinds[0], kinds[2], kinds[1]] };
    await press('smoking', 'up');
    await pass(10);
    expect(sent.at(-1)).toEqual(['/mark-kinds', { code: 'smoking', order: 2 }]);
    expect(texts(root)[1]).toMatch(/^2吸烟/);
    expect((document.activeElement as HTMLElement).title).toBe('Move smoking up'); // and can be pressed again
    await press('phone', 'end');
    await pass(10);
    expect(sent.at(-1)).toEqual(['/mark-kinds', { code: 'phone', ended: false }]);
    await press('absent', 'end');
    await pass(10);
    expect(sent.at(-1)).toEqual(['/mark-kinds', { code: 'absent', ended: true }]);
    expect(root.querySelector<HTMLButtonElement>('tr[data-kind=absent] button[data-does=up]')!.disabled).toBe(true);
  });

  it('are added with a code that can be, and changed', async () => {
    const { root } = await page('marks');
    await click(root.querySelector('#kind-add'));
    const save = () => root.querySelector<HTMLButtonElement>('dialog button[type=submit]')!;
    await type(root.querySelector('#kind-code')!, 'Loud');
    await type(root.querySelector('#kind-zh')!, '喧哗');
    await type(root.querySelector('#kind-en')!, ' noise ');
    expect(save().disabled).toBe(true);
    await type(root.querySelector('#kind-code')!, 'smoking');
    expect(root.querySelector('#kind-code-told')!.textContent).toBe('There is one of that code');
    await type(root.querySelector('#kind-code')!, 'noise');
    await choose(root, 'kind-level', 'red');
    answers['POST /mark-kinds'] = { kinds };
    await submit(root);
    expect(sent.at(-1)).toEqual(['/mark-kinds', { code: 'noise', zh: '喧哗', en: 'noise', level: 'red' }]);
    expect(root.querySelector('dialog')).toBeNull();
    await click(root.querySelector('tr[data-kind=absent] button[aria-label="Change absent"]'));
    expect(root.querySelector('#kind-code')).toBeNull();
    await type(root.querySelector('#kind-zh')!, '字'.repeat(33));
    expect(save().disabled).toBe(true);
  });
});

describe('the notice', () => {
  it('is shown with the versions before it, or the words that the page comes with', async () => {
    const { root } = await page('notice');
    expect(root.querySelector('.notice-shown')!.textContent).toMatch(/^2027-2 shown now since 2026-11-21 09:00/);
    expect([...root.querySelectorAll('.notice-shown .notice-text p')].map((p) => p.textContent)).toEqual([
      '全程录像。',
      '由本大厅保存。',
    ]);
    const before = root.querySelector('details[data-version="2027-1"]')!;
    expect(before.textContent).toMatch(/^2027-1 2026-11-20 09:00.* to 2026-11-21 09:00.*旧话old words$/);
    answers['/notices'] = { notices: [] };
    const none = await page('notice');
    expect(none.root.querySelector('.notice-shown')!.textContent).toMatch(/^The hall has no words of its own.*2026-11/);
  });

  it('gets a version of its own with each change', async () => {
    const { root } = await page('notice');
    await click(root.querySelector('#notice-new'));
    const save = () => root.querySelector<HTMLButtonElement>('dialog button[type=submit]')!;
    const words = (id: string) => root.querySelector<HTMLTextAreaElement>(id)!;
    expect(words('#notice-zh').value).toBe('全程录像。\n由本大厅保存。'); // to begin with
    expect(save().disabled).toBe(true);
    await type(root.querySelector('#notice-version')!, '2027-1');
    expect(root.querySelector('#notice-version-told')!.textContent).toMatch(/has its words already/);
    await type(root.querySelector('#notice-version')!, 'v 3');
    expect(save().disabled).toBe(true);
    await type(root.querySelector('#notice-version')!, '2027-3');
    await type(words('#notice-zh'), '新话\n');
    await type(words('#notice-en'), 'x'.repeat(16385));
    expect(save().disabled).toBe(true);
    await type(words('#notice-en'), '');
    answers['POST /notices'] = { notices: [{ ...notices[0], version: '2027-3', zh: '新话' }, ...notices] };
    await submit(root);
    expect(sent.at(-1)).toEqual(['/notices', { version: '2027-3', zh: '新话', en: null }]);
    expect(root.querySelector('dialog')).toBeNull();
    expect(root.querySelector('.notice-shown')!.textContent).toMatch(/^2027-3/);
    expect(root.querySelectorAll('details')).toHaveLength(2);
  });
});

describe('places', () => {
  it('move, end and take back what is said of cameras', async () => {
    answers['/places'] = {
      places: [
        { code: 'W07', name: 'Registry', hall: 'H01', cameras: [{ camera: 'c1', from: null, to: null }] },
        { code: 'W08', name: 'W08', hall: 'H01', cameras: [] },
      ],
    };
    const { root } = await page('places');
    expect(root.querySelector('[data-place=W08]')!.textContent).toContain('No camera sees this place');
    for (const [n, path, body] of [
      [0, '/cameras/c1/move', { from: 'W07', to: 'W08', at: null }],
      [1, '/places/W07/coverage/end', { camera: 'c1', to: null }],
      [2, '/places/W07/coverage/remove', { camera: 'c1', at: null }],
    ] as const) {
      await click(root.querySelectorAll('[data-place=W07] .cover-row button')[n]);
      await submit(root);
      expect(sent.at(-1)).toEqual([path, body]);
    }
  });

  it('of another hall are its own, though they have the same code', async () => {
    const told = { camera: 'c1', from: null, to: null };
    answers['/places'] = {
      places: ['H01', 'H02'].flatMap((hall) => [
        { code: 'W07', name: 'W07', hall, cameras: [told] },
        { code: `${hall}-9`, name: 'Nine', hall, cameras: [] },
      ]),
    };
    const { root } = await page('places');
    const rows = root.querySelectorAll('[data-place=W07]');
    expect([...rows].map((r) => r.querySelector('.place-head')!.textContent!.slice(0, 7))).toEqual([
      'H01 W07',
      'H02 W07',
    ]);
    const [, other] = rows;
    for (const [what, n, path, body] of [
      ['.place-head', 0, '/places/W07', { name: 'W07', hall: 'H02' }],
      ['.place-head', 1, '/places/W07/coverage', { camera: 'c1', from: null, to: null, hall: 'H02' }],
      ['.cover-row', 0, '/cameras/c1/move', { from: 'W07', to: 'H02-9', at: null, hall: 'H02' }],
      ['.cover-row', 1, '/places/W07/coverage/end', { camera: 'c1', to: null, hall: 'H02' }],
      ['.cover-row', 2, '/places/W07/coverage/remove', { camera: 'c1', at: null, hall: 'H02' }],
    ] as const) {
      await click(other!.querySelectorAll(`${what} button`)[n]);
      await submit(root);
      expect(sent.at(-1)).toEqual([path, body]);
    }
    await click(root.querySelector('#place-renumber'));
    await type(root.querySelector('#renumber-pairs')!, 'H02-9=W07');
    expect(root.querySelector<HTMLButtonElement>('dialog [type=submit]')!.disabled).toBe(true); // not in this hall
    await choose(root, 'place-hall', 'H02');
    await submit(root);
    expect(sent.at(-1)).toEqual(['/renumber', { pairs: [{ old: 'H02-9', new: 'W07' }], at: null, hall: 'H02' }]);
    await click(root.querySelector('#place-add'));
    await type(root.querySelector('#place-code')!, 'K1');
    await submit(root);
    expect(sent.at(-1)).toEqual(['/places', { code: 'K1', name: null }]); // of the first one
  });

  it('lie on one axis', () => {
    const now = Date.UTC(2026, 10, 22) * 1000;
    const told = { camera: 'c', from: '2026-01-01T00:00:00Z', to: '2026-06-01T00:00:00Z' };
    const span = spanOf([{ code: 'a', name: 'a', hall: 'h', cameras: [told] }], now);
    expect(span.from).toBeLessThan(Date.UTC(2026, 0, 1) * 1000);
    expect(span.to).toBeGreaterThan(now);
    expect(isNow(told, now)).toBe(false);
    expect(isNow({ ...told, to: null }, now)).toBe(true);
  });

  it('are renumbered in pairs', () => {
    expect(parsePairs('W07=W12, W12=W07')).toEqual([
      { old: 'W07', new: 'W12' },
      { old: 'W12', new: 'W07' },
    ]);
    for (const bad of ['', 'W07', 'W07=', 'a=b=c']) expect(parsePairs(bad)).toBeNull();
  });
});

describe('retention', () => {
  it('says what a rule would change before it is saved', async () => {
    answers['/retention/rules/preview'] = {
      ...{ before: rule, after: { min_days: 20, max_days: 90 }, below_law: true },
      effects: [
        {
          ...{ kind: 'window', purpose: 'footage', before: { min_days: 30, max_days: 90 } },
          ...{ after: { min_days: 20, max_days: null }, cameras: [{ id: 'c1', name: 'Face' }] },
        },
      ],
    };
    const { root } = await page('retention');
    await click(root.querySelector('[data-rule="any/footage"] button'));
    await type(root.querySelector('#rule-min')!, '20');
    expect(root.querySelector<HTMLButtonElement>('dialog [type=submit]')!.disabled).toBe(true);
    for (const ms of [300, 10, 10]) await pass(ms);
    expect(sent.at(-1)).toEqual([
      '/retention/rules/preview',
      { kind: 'any', purpose: 'footage', min_days: 20, max_days: 90 },
    ]);
    const told = root.querySelector('#rule-effects')!.textContent!;
    expect(told).toMatch(/order 799/);
    expect(told).toMatch(/kept 10 days less: 30 → 20 days · at most 90 days → never by age1 cameras: Face/);
    await submit(root);
    expect(sent.at(-1)![0]).toBe('/retention/rules');
  });

  it('shows the rules and changes none to whoever may not', async () => {
    const { root } = await page('retention', { role: 'supervisor' });
    expect(root.querySelector('[data-rule="any/footage"]')!.textContent).toContain('30 days');
    expect(root.querySelector('#rule-add')).toBeNull();
  });
});

describe('volumes', () => {
  it('say that there is no forecast while nothing tells of a day', async () => {
    const outlook = { short: null, cause: null, warning: false, day_bytes: 0 };
    const bare = await page('volumes');
    expect(bare.root.textContent).toContain('after the first purge');
    (answers as Record<string, unknown>)['/volumes'] = { volumes: [{ ...volume, outlook }] };
    const { root } = await page('volumes');
    expect(root.textContent).toContain('less than an hour recorded');
  });

  it('change what a full one does, after saying what that means', async () => {
    const { root } = await page('volumes');
    await click(root.querySelectorAll('[data-volume="/v"] button')[1]);
    await choose(root, 'volume-policy', 'oldest');
    expect(root.querySelector('dialog')!.textContent).toMatch(/also below its minimum/);
    await submit(root);
    expect(sent.at(-1)).toEqual(['/volumes/policy', { path: '/v', when_full: 'oldest' }]);
  });

  it('are as large as a number of GB', () => {
    expect([bytesOf(''), bytesOf('1.5'), bytesOf(' 500 ')]).toEqual([null, 1.5e9, 5e11]);
    expect([bytesOf('x'), bytesOf('0'), bytesOf('-1')].every(Number.isNaN)).toBe(true);
  });
});

describe('what is there of the promised days', () => {
  const down = {
    ...{ camera: 'c1', stream: 'main', kind: 'window', removed: false, oldest: '2026-08-20T09:40:00+08:00' },
    ...{ kept_since: '2026-08-20T09:40:00+08:00', deleted_until: '2026-08-20T09:40:00+08:00', promised_days: 30 },
    ...{ achieved_days: 25, due_days: 30, kept_days: 100, met: true, missing_s: 432000, gaps: 1, held_bytes: 0 },
    reasons: [{ reason: 'offline', count: 1, missing_s: 432000 }],
  };

  it('is less where a camera was down, and says so in both languages', async () => {
    answers['/retention/report'] = { ...report, complete: false, cameras: [down] };
    const { root } = await page('retention');
    const row = root.querySelector('tr:has(.days-bar)')!;
    expect(row.textContent).toMatch(/met, with gaps.*25\.0 of 30 days.*5\.0 days.*: 1, 5\.0 days/);
    expect(row.textContent).not.toMatch(/nothing deleted yet/);
    expect(root.querySelector('[role="status"]')!.textContent).toMatch(/wait to be linked anew.*mingjing link/);
    serve((path) => ({ status: 200, body: answers[path] ?? {} }));
    const zh = await show(<AdminPage part="retention" />, 'zh', { role: 'sysadmin' });
    await pass(10);
    expect(zh.textContent).toMatch(/达到，有缺失.*25\.0 \/ 30 天/);
    expect(zh.querySelector('[role="status"]')!.textContent).toMatch(/还没有重新关联/);
  });

  it('is nothing that was not to be recorded', async () => {
    const none = { ...down, achieved_days: 0, due_days: 0, missing_s: 0, gaps: 0, reasons: [] };
    answers['/retention/report'] = { ...report, cameras: [none] };
    const { root } = await page('retention');
    expect(root.textContent).toContain('nothing of it was to be recorded');
  });
});

describe('business systems', () => {
  const source = (name: string, more: object) => ({
    ...{ source: name, clock: { how: 'unknown', offset_ms: 0, uncertainty_ms: 0, from: null } },
    ...{ delay_ms: null, last_arrival: null, late_ms: null, remark: null, command: null, ...more },
  });
  const late = source('/bs/<b>', {
    ...{ late_ms: 28800000, remark: 'x', command: "mingjing source clock '/bs/<b>' --offset +8h" },
  });

  it('are named when all that they send is late, with what to do', async () => {
    answers['/sources'] = { sources: [source('/queue', { delay_ms: 1500 }), late] };
    const { root } = await page('state');
    const line = [...root.querySelectorAll('li')].find((e) => e.textContent!.includes('/bs/<b>'))!;
    expect(line.getAttribute('data-level')).toBe('warn');
    expect(line.textContent).toMatch(/arrives 8\.0 h late.*--offset 0s.*source clock '\/bs\/<b>' --offset \+8h/);
    expect(root.querySelector('[data-source="/queue"]')!.textContent).toMatch(/not known.*1\.5 s after/);
  });

  it('are not, when somebody has said what it is', async () => {
    answers['/sources'] = { sources: [{ ...late, remark: null, command: null }] };
    const { root } = await page('state');
    expect([...root.querySelectorAll('li')].some((e) => e.textContent!.includes('/bs/'))).toBe(false);
    expect(root.querySelector('[data-source]')!.textContent).toMatch(/always 8\.0 h late/);
  });
});

describe('the state of everything', () => {
  it('has what is red first, with the way to its cause', async () => {
    const { root } = await page('state');
    const levels = [...root.querySelectorAll('[data-level]')].map((e) => e.getAttribute('data-level'));
    expect(levels).toEqual([...levels].sort((a, b) => 'bad warn good'.indexOf(a!) - 'bad warn good'.indexOf(b!)));
    const first = root.querySelector('[data-level]')!;
    expect(first.textContent).toMatch(/Recorders1\/1 does not run/);
    expect(first.querySelector('a')!.getAttribute('href')).toBe('#/alarms');
  });

  it('says what to type where this page can start nothing', async () => {
    const { root } = await page('state');
    const line = (word: string) => [...root.querySelectorAll('li')].find((e) => e.textContent!.includes(word))!;
    expect(line('Recorders').textContent).toContain('On the server: systemctl start mingjing-capture');
    expect(line('Copy of the catalogue').textContent).toContain('systemctl enable --now mingjing-backup.timer');
    expect(line('Linking').querySelector('.state-command')).toBeNull(); // nothing waits
  });

  it('leads nobody where only others may go', async () => {
    const cameras = async (role: string) => {
      const { root } = await page('state', { role });
      const hrefs = [...root.querySelectorAll('li a')].map((a) => a.getAttribute('href'));
      return hrefs.filter((href) => /cameras|audit/.test(href!));
    };
    expect(await cameras('sysadmin')).toEqual(['#/admin/cameras']);
    expect((await cameras('auditor')).sort()).toEqual(['#/admin/audit', '#/admin/audit', '#/cameras']);
    expect(await cameras('secadmin')).toEqual(['#/cameras']);
  });
});
