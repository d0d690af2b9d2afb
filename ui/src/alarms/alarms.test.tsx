// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Alarm, Alarms } from '../api/types-alarms';
import { translator } from '../i18n/i18n';
import { pass, press, serve, show } from '../testing';
import { AlarmsPage } from './alarms';
import { footageOf } from './beside';
import { setNotify, setSound, soundIsOn } from './sound';
import { AlarmsContext, newAlarms, useAlarmWatch } from './watch';
import { alarmWords } from './words';
import { zoneOf } from '../base/time';

beforeEach(() => localStorage.clear());
afterEach(() => vi.unstubAllGlobals());

const camera: Alarm = {
  id: 7,
  kind: 'camera',
  object: 'w07/main',
  severity: 'red',
  code: 'offline',
  detail: 'W07 (main) is not recorded: offline: no route to host',
  camera: { id: 'w07', name: 'Face of 07', places: ['W07'] },
  place: null,
  alert: null,
  at: '2026-11-22T09:31:05.000000+08:00',
  since: '2026-11-22T09:31:05.000000+08:00',
  quiet: null,
  until: null,
  times: 3,
  acknowledged: null,
  acknowledged_by: null,
  note: null,
};
const card: Alarm = {
  ...camera,
  id: 8,
  kind: 'alert',
  object: '/mingjing/H01/marks#mark-1',
  severity: 'yellow',
  code: 'warning',
  place: 'W07',
  times: 1,
  alert: {
    subjects: [{ kind: 'ticket', hall: 'H01', key: 'A012', day: '2026-11-22' }],
    mark: { id: 5, kind: 'absent' },
    hall: 'H01',
    marked_by: null,
    level: 'warning',
    rule_code: 'absent',
    monitor_point: '离岗',
    monitor_point_en: null,
    reason: 'nobody there',
    dept_code: null,
    staff_id: null,
    limit_at: null,
  },
};
const list = (...alarms: Alarm[]): Alarms => ({
  open: alarms.length,
  unacknowledged: alarms.filter((a) => !a.acknowledged).length,
  watched: true,
  alarms,
  next: null,
});

function Page() {
  return (
    <AlarmsContext.Provider value={useAlarmWatch()}>
      <AlarmsPage />
    </AlarmsContext.Provider>
  );
}

it('says what, where, since when, how long, how often and who has it', async () => {
  serve(() => ({ status: 200, body: list(camera, card) }));
  const page = await show(<Page />);
  await pass(10);
  const [first, second] = [...page.querySelectorAll('.alarm')];
  expect(first!.textContent).toContain('Face of 07 is not recorded: offline');
  expect(first!.textContent).toContain('W07 Registry');
  expect(first!.textContent).toContain('since 2026-11-22 09:31:05');
  expect(first!.textContent).toContain('for 00:08:55');
  expect(first!.textContent).toContain('3 times');
  expect(first!.textContent).toContain('nobody has it');
  expect(second!.textContent).toContain('Warning: absent from post · nobody there');
});

it('is taken with one key, by whoever is chosen with the arrows, and says who was quicker', async () => {
  let taken = false;
  const asked = serve((path) => {
    if (path.endsWith('/acknowledge')) {
      if (taken) return { status: 409, body: { code: 'conflict', detail: 'wang has alarm 8 already' } };
      taken = true;
      return { status: 200, body: card };
    }
    return { status: 200, body: list(camera, card) };
  });
  const page = await show(<Page />);
  await pass(10);
  await press(document.body, 'ArrowDown');
  expect(page.querySelector('[aria-selected=true]')!.textContent).toContain('absent from post');
  await press(document.body, 'a');
  await pass(10);
  expect(asked).toContain('/alarms/8/acknowledge');
  expect(asked).not.toContain('/alarms/7/acknowledge');
  await press(document.body, 'a');
  await pass(10);
  expect(page.querySelector('.alarm-beside [role=alert]')!.textContent).toContain('wang has alarm 8 already');
});

it('shows the picture just before a camera went, an earlier one if there is none, and the still of a mark', async () => {
  serve(() => ({ status: 200, body: list(camera, card) }));
  const page = await show(<Page />);
  await pass(10);
  const picture = () => page.querySelector<HTMLImageElement>('.alarm-picture')!;
  expect(decodeURIComponent(picture().src)).toContain('/cameras/w07/frame.jpg?at=2026-11-22T01:31:04.000000Z');
  picture().dispatchEvent(new Event('error'));
  await pass(10);
  expect(decodeURIComponent(picture().src)).toContain('at=2026-11-22T01:31:02.000000Z');
  await press(document.body, 'ArrowDown');
  expect(picture().src).toContain('/marks/5/still.jpg');
});

it('says why a picture does not come, and asks for it again when told to', async () => {
  let status = 403;
  serve((path) =>
    path.includes('frame.jpg')
      ? { status, body: { code: status === 404 ? 'not-found' : status === 403 ? 'denied' : 'busy', detail: 'so' } }
      : { status: 200, body: list(camera) },
  );
  const page = await show(<Page />);
  await pass(10);
  const fails = async () => {
    page.querySelector('img.alarm-picture')!.dispatchEvent(new Event('error'));
    await pass(10);
  };
  const words = () => page.querySelector('.alarm-picture')!.textContent!;
  await fails();
  expect(words()).toContain('You may not do this');
  const again = () => act(() => page.querySelector<HTMLButtonElement>('.alarm-picture button')!.click());
  status = 429;
  await again();
  await fails();
  expect(words()).toContain('The server is busy');
  status = 404;
  await again();
  for (let i = 0; i < 4; i += 1) await fails();
  expect(words()).toBe('There is no footage of that moment');
});

it('offers nobody what is not for the role', async () => {
  serve(() => ({ status: 200, body: list(camera, card) }));
  const page = await show(<Page />, 'zh', { role: 'sysadmin' });
  await pass(10);
  const head = () => page.querySelector('.alarms-head')!.textContent!;
  expect(head()).toContain('↑ ↓ 选择，A 接手');
  expect(head()).not.toContain('Enter');
  expect(head()).not.toContain('标记');
  await press(document.body, 'ArrowDown');
  expect(page.querySelector('.alarm-picture')!.textContent).toBe('您的角色不能查看录像');
  expect(page.querySelectorAll('.alarm-beside img, .alarm-beside a')).toHaveLength(0);
  await show(<Page />, 'zh', { role: 'auditor' });
  await pass(10);
  expect(document.querySelector('.alarms-head')!.textContent).not.toContain('接手');
});

it('says so when nobody looks, and what an empty list means', async () => {
  serve(() => ({ status: 200, body: { ...list(), watched: false } }));
  const page = await show(<Page />, 'zh');
  await pass(10);
  expect(page.textContent).toContain('没有程序在检查告警');
  expect(page.textContent).toContain('没有告警');
});

it('leads to the dossier at that moment, or to the place on that day', () => {
  const zone = zoneOf('+08:00');
  expect(footageOf(card, zone)).toMatchObject({ page: 'ticket', number: 'A012', day: '2026-11-22' });
  expect(footageOf(camera, zone)).toMatchObject({
    page: 'browse',
    cameras: [camera.camera!.id],
    at: expect.stringContaining('2026-11-22T') as string,
  });
  const of = { ...camera, camera: null };
  expect(footageOf({ ...of, place: 'W07' }, zone)).toMatchObject({ page: 'browse', place: 'W07' });
  expect(footageOf(of, zone)).toBeNull();
});

it('knows what is new: not the first answer, not what somebody has, but what came back', () => {
  expect(newAlarms(null, [camera])).toEqual([]);
  expect(newAlarms(new Map(), [camera])).toEqual([camera]);
  expect(newAlarms(new Map([[7, 3]]), [camera])).toEqual([]);
  expect(newAlarms(new Map([[7, 2]]), [camera])).toEqual([]); // the third time
  expect(newAlarms(new Map([[7, 3]]), [{ ...camera, times: 4 }])).toHaveLength(1);
  expect(newAlarms(new Map([[7, 1]]), [camera])).toEqual([camera]); // the second one was missed
  expect(newAlarms(new Map(), [{ ...camera, acknowledged: camera.since }])).toEqual([]);
  expect(newAlarms(new Map(), [{ ...camera, quiet: camera.since }])).toEqual([]);
});

it('sounds and notifies only when chosen, and remembers that', async () => {
  const tones: number[] = [];
  const gain = { gain: { setValueAtTime() {}, linearRampToValueAtTime() {} }, connect() {} };
  vi.stubGlobal(
    'AudioContext',
    class {
      currentTime = 0;
      resume = () => Promise.resolve();
      createGain = () => gain;
      createOscillator = () => ({
        frequency: { value: 0 },
        connect: () => gain,
        start: (at: number) => tones.push(at),
        stop() {},
      });
    },
  );
  const told: string[] = [];
  class Told {
    static permission = 'default';
    static requestPermission = async () => (Told.permission = 'granted');
    onclick = null;
    constructor(_: string, { body }: { body: string }) {
      told.push(body);
    }
  }
  vi.stubGlobal('Notification', Told);
  let alarms: Alarm[] = [];
  serve(() => ({ status: 200, body: list(...alarms) }));
  await show(<Page />);
  await pass(10);
  expect(soundIsOn()).toBe(false);
  setSound(true);
  expect(await setNotify(true)).toBe(true);
  expect(soundIsOn()).toBe(true);
  tones.length = 0;
  alarms = [camera];
  await pass(2100);
  expect(tones).toHaveLength(2);
  expect(told).toEqual(['Face of 07 is not recorded: offline']);
});

it('has a sentence for every kind, in both languages', () => {
  const t = translator('zh');
  const of = (kind: Alarm['kind'], code: string, object = 'x') =>
    alarmWords(t, 'zh', { ...camera, kind, code, object });
  const said = [
    of('camera', 'offline'),
    of('recorder', 'dead'),
    of('volume', 'read-only', '/disks/a/footage'),
    of('room', 'held', '/disks/a'),
    of('room', 'minimum', '/disks/a'),
    of('purge', 'stale'),
    of('retention', 'missed'),
    of('clock', 'host'),
    of('clock', 'camera'),
    of('clock', 'source', 'source /queue'),
    alarmWords(t, 'zh', { ...card, code: 'red' }),
  ];
  expect(new Set(said).size).toBe(said.length);
  for (const sentence of said) expect(sentence).toMatch(/\p{Script=Han}/u);
  expect(said[2]).toBe('磁盘 footage：只读');
  expect(said[9]).toContain('/queue');
  expect(said[10]).toBe('红牌：离岗 · nobody there');
  const declared = { ...card.alert!, mark: { id: 5, kind: 'smoking' }, rule_code: 'smoking', monitor_point: '吸烟' };
  const say = (lang: 'zh' | 'en', en: string | null) =>
    alarmWords(translator(lang), lang, { ...card, alert: { ...declared, monitor_point_en: en } });
  expect(say('en', 'smoked')).toBe('Warning: smoked · nobody there');
  expect(say('en', null)).toBe('Warning: 吸烟 · nobody there');
  expect(say('zh', 'smoked')).toBe('预警：吸烟 · nobody there');
  // Of a person's mark it is said whose it is, also to those who are told no more.
  const marked = (alert: Alarm['alert']) => alarmWords(translator('en'), 'en', { ...card, alert });
  expect(marked({ ...card.alert!, marked_by: 'wang' })).toBe(
    'Warning: absent from post · nobody there · marked by wang',
  );
  const hidden = {
    subjects: [],
    mark: null,
    hall: null,
    level: null,
    rule_code: null,
    monitor_point: null,
    monitor_point_en: null,
  };
  const bare = { ...hidden, reason: null, dept_code: null, staff_id: null, limit_at: null };
  expect(marked({ ...bare, marked_by: 'wang' })).toBe('Warning: marked by wang');
  expect(marked({ ...bare, marked_by: null })).toBe('Warning: an alert of a business system');
});

it('says how many more promises are overdue than have alarms, and where they are', async () => {
  const promise: Alarm = {
    ...camera,
    ...{ kind: 'promise', object: '(more)', code: 'more', camera: null },
    detail: '17 more promises are overdue: the list of promises has them',
  };
  serve(() => ({ status: 200, body: list(promise) }));
  const page = await show(<Page />);
  await pass(10);
  expect(page.querySelector('.alarm')!.textContent).toContain('17 more promises are overdue');
  const link = page.querySelector<HTMLAnchorElement>('.alarm-beside a.button')!;
  expect(link.getAttribute('href')).toBe('#/sessions?show=promises');
});
