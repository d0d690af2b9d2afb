// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { setLookingFor } from '../api/client';
import { parseTime } from '../base/time';
import { pass, press, serve, show, type } from '../testing';
import { useMarkKey } from './mark-dialog';

afterEach(() => {
  setLookingFor(null);
  vi.unstubAllGlobals();
  places = [w07];
  kinds = KINDS.map((code) => kind(code));
});

const at = parseTime('2026-11-22T09:31:05.120000+08:00');
const made = {
  id: 5,
  camera: { id: 'w07', name: '07' },
  at: '2026-11-22T09:31:05.120000+08:00',
  kind: 'phone',
  kind_words: { zh: '玩手机', en: 'on the phone' },
  words: null,
  by: 'wang',
  made: '2026-11-22T09:40:00.000000+08:00',
  place: 'W07',
  still_sha256: 'ab',
  event: 9,
  alert_id: 'mark-1',
  subject: { kind: 'ticket', hall: 'H01', key: 'A012', day: '2026-11-22' },
};

const place = (code: string, key: string | null, hall = 'H01') => ({
  hall,
  code,
  name: `window ${code}`,
  subject: key && { kind: 'ticket', hall, key, day: '2026-11-22' },
});
const w07 = place('W07', 'A012');
let places = [w07];

function Shown({ when = at, place = 'W07' }: { when?: number; place?: string }) {
  const mark = useMarkKey(() => ({ camera: 'w07', name: '07', at: when, place }));
  return <>{mark.dialog}</>;
}

const KINDS = ['absent', 'attitude', 'phone', 'dispute', 'other'];
const kind = (code: string, ended: string | null = null) => ({ code, zh: code, en: code, level: 'warning', ended });
let kinds = KINDS.map((code) => kind(code));

const bodies: Record<string, unknown>[] = [];
function answer(marks: { status: number; body: unknown }[]) {
  bodies.length = 0;
  return serve((path, init) => {
    if (path.startsWith('/marks/places')) return { status: 200, body: { places } };
    if (path === '/mark-kinds') return { status: 200, body: { kinds } };
    bodies.push({ path, ...(JSON.parse(String(init?.body)) as object) });
    return path === '/marks' ? marks.shift()! : { status: 201, body: {} };
  });
}

const submit = async (page: HTMLElement) => {
  page.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await pass(20);
};

it('M marks the picture, a digit says what it is, and the answer says whose it was', async () => {
  answer([{ status: 201, body: made }]);
  const page = await show(<Shown />, 'en', { role: 'operator' });
  await press(document.body, 'm');
  await pass(10);
  expect(page.querySelector('dialog')).not.toBeNull();
  await press(page.querySelector('input[type=radio]')!, '3');
  await type(page.querySelector<HTMLInputElement>('#mark-words')!, 'for ten minutes');
  await submit(page);
  expect(bodies).toEqual([
    {
      path: '/marks',
      camera: 'w07',
      at: '2026-11-22T01:31:05.120000Z',
      kind: 'phone',
      words: 'for ten minutes',
      place: 'W07',
      hall: 'H01',
      key: expect.stringMatching(/^[0-9a-f]{32}$/),
    },
  ]);
  expect(page.textContent).toContain('with ticket A012');
  expect(page.querySelector('img')!.src).toContain('/marks/5/still.jpg');
  expect(page.querySelector('input[type=checkbox]')).toBeNull(); // operators hold nothing
});

it('shows the still for what the page was opened for, and asks why where nobody said', async () => {
  const mark = async () => {
    answer([{ status: 201, body: made }]);
    const page = await show(<Shown />, 'en', { role: 'supervisor', reason: 'always' });
    await press(document.body, 'm');
    await pass(10);
    await submit(page);
    return page.querySelector('[role=status]')!;
  };
  expect((await mark()).textContent).toContain('Say why');
  setLookingFor(12);
  expect((await mark()).querySelector('img')!.src).toContain('/marks/5/still.jpg?reason=12');
  setLookingFor(12, new Map([['w07', 13]]));
  expect((await mark()).querySelector('img')!.src).toContain('/marks/5/still.jpg?reason=13');
});

it('holds the footage around it when asked to, and says when only that failed', async () => {
  answer([{ status: 201, body: made }]);
  const page = await show(<Shown />, 'en', { role: 'supervisor' });
  await press(document.body, 'm');
  page.querySelector<HTMLInputElement>('input[type=checkbox]')!.click();
  await pass(10);
  await type(page.querySelector<HTMLInputElement>('#mark-reason')!, 'complaint');
  await type(page.querySelector<HTMLInputElement>('#mark-case')!, '2026-7');
  await submit(page);
  expect(bodies[1]).toEqual({
    path: '/holds',
    cameras: ['w07'],
    from: '2026-11-22T01:30:35.120000Z',
    to: '2026-11-22T01:32:05.120000Z',
    reason: 'complaint',
    case: '2026-7',
  });
  expect(page.textContent).toContain('Its footage is held.');
});

it('asks for a live picture until it is on disk, and for an old one once', async () => {
  const none = { status: 404, body: { code: 'not-found', detail: 'no footage' } };
  answer([none, { status: 201, body: made }]);
  const now = parseTime('2026-11-22T09:40:00.000000+08:00');
  const page = await show(<Shown when={now - 400_000} />, 'en', { role: 'operator' });
  await press(document.body, 'm');
  await submit(page);
  await pass(900);
  expect(bodies).toHaveLength(2);
  expect(bodies[1]!.key).toBe(bodies[0]!.key); // one mark, however often it is asked for
  answer([none, none]);
  const old = await show(<Shown />, 'en', { role: 'operator' });
  await press(document.body, 'm');
  await submit(old);
  await pass(900);
  expect(bodies).toHaveLength(1);
  expect(old.querySelector('[role=alert]')!.textContent).toContain('no footage');
});

it('offers what the hall declares, in its order, without what has ended', async () => {
  kinds = [kind('smoking'), kind('absent', '2026-11-01T00:00:00+08:00'), ...[...'abcdefghi'].map((c) => kind(c))];
  answer([{ status: 201, body: made }]);
  const page = await show(<Shown />, 'en', { role: 'operator' });
  await press(document.body, 'm');
  await press(page.querySelector('fieldset')!, '2'); // before they are there
  await pass(10);
  const labels = [...page.querySelectorAll('.mark-kinds label')].map((l) => l.textContent!.trim());
  expect(labels).toEqual(['1 smoking', '2 a', '3 b', '4 c', '5 d', '6 e', '7 f', '8 g', '9 h', 'i']);
  expect(page.querySelector<HTMLInputElement>('input:checked')!.value).toBe('a');
  await press(page.querySelector('input[type=radio]')!, '9');
  await submit(page);
  expect(bodies[0]!.kind).toBe('h');
});

it('says so when nothing is offered, and marks nothing', async () => {
  kinds = [kind('absent', '2026-11-01T00:00:00+08:00')];
  answer([]);
  const page = await show(<Shown />, 'en', { role: 'operator' });
  await press(document.body, 'm');
  await pass(10);
  expect(page.querySelector('fieldset .warn')!.textContent).toContain('No kind is offered');
  await submit(page);
  expect(bodies).toEqual([]);
});

it('is nothing for who may not', async () => {
  const page = await show(<Shown />, 'en', { role: 'auditor' });
  await press(document.body, 'm');
  expect(page.querySelector('dialog')).toBeNull();
});

it('asks which place it is where the camera sees several, and guesses none', async () => {
  places = [w07, place('W08', null), place('W07', 'Z1', 'H02')];
  answer([
    { status: 201, body: made },
    { status: 201, body: made },
  ]);
  const page = await show(<Shown />, 'en', { role: 'operator' });
  await press(document.body, 'm');
  await pass(10);
  const rows = [...page.querySelectorAll('.mark-places label')].map((l) => l.textContent!.replace(/\s+/g, ' ').trim());
  expect(rows).toEqual([
    'H01/W07 window W07 serving ticket A012',
    'H01/W08 window W08 serving nobody',
    'H02/W07 window W07 serving ticket Z1',
    'No place in particular',
  ]);
  expect(page.querySelector<HTMLInputElement>('.mark-places input:checked')!.value).toBe('');
  page.querySelector<HTMLInputElement>('.mark-places input[value="H02/W07"]')!.click();
  await pass(10);
  await submit(page);
  expect(bodies[0]).toMatchObject({ place: 'W07', hall: 'H02' });
});

it('is of the camera alone where no place is meant, and says so', async () => {
  places = [w07, place('W08', null)];
  answer([{ status: 201, body: { ...made, place: null, subject: null } }]);
  const page = await show(<Shown place="" />, 'en', { role: 'operator' });
  await press(document.body, 'm');
  await pass(10);
  await submit(page);
  expect(bodies[0]).not.toHaveProperty('place');
  expect(page.textContent).toContain('with the camera alone');
});

it('what could not be sent is sent again as the same mark, another one as another', async () => {
  const broken = { status: 503, body: { code: 'busy', detail: 'busy' } };
  answer([broken, broken, { status: 201, body: made }]);
  const page = await show(<Shown />, 'en', { role: 'operator' });
  await press(document.body, 'm');
  await submit(page);
  await submit(page);
  await type(page.querySelector<HTMLInputElement>('#mark-words')!, 'more');
  await submit(page);
  const keys = bodies.map((b) => b.key);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});
