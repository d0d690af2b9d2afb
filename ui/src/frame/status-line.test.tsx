// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import type { Status, Volume } from '../api/types';
import type { Alarms } from '../api/types-alarms';
import { formatBytes } from '../base/bytes';
import { show } from '../testing';
import { StatusLine } from './status-line';

const ready: Volume = {
  path: '/mnt/a',
  state: 'ready',
  since: null,
  detail: null,
  total_bytes: 8e12,
  free_bytes: 3.2e12,
  outlook: null,
};
const good: Status = {
  time: '2026-11-22T09:40:00.000000+08:00',
  recording: 8,
  expected: 8,
  down: [],
  disk: { total_bytes: 8e12, free_bytes: 3.2e12, days_left: 41.3 },
  volumes: [ready],
  clock: { synchronised: true, error_ms: 3.6 },
  capture: { running: true, since: '2026-11-22T08:00:00.000000+08:00' },
};
const down = (name: string) => ({
  camera: name,
  name,
  stream: 'main',
  state: 'offline' as const,
  since: '2026-11-22T09:36:48.000000+08:00',
});
const text = async (status: Status | null, stale = false) =>
  (await show(<StatusLine alarms={null} status={status} stale={stale} />)).textContent;

it('is calm when all is well', async () => {
  const page = await show(<StatusLine alarms={null} status={good} stale={false} />);
  expect(page.textContent).toMatch(/recording 8\/8.*disk 41 d left.*clock ±4 ms.*2026-11-22 09:40:00/);
  expect(page.querySelector('.bad, .warn')).toBeNull();
});

it('leads from each part to its cause', async () => {
  const line = (
    <StatusLine alarms={null} status={{ ...good, capture: { running: false, since: null } }} stale={false} />
  );
  const links = async (places: string[] | null) =>
    [...(await show(line, 'en', { places })).querySelectorAll('a')].map((a) => a.getAttribute('href'));
  expect(await links(null)).toEqual(['#/cameras', '#/admin/state', '#/admin/volumes', '#/admin/state']);
  expect(await links(['W07'])).toEqual(['#/cameras', '#/alarms', '#/alarms', '#/alarms']);
});

it('counts the alarms that nobody took', async () => {
  const alarms = (unacknowledged: number, severity: 'red' | 'yellow') =>
    ({ unacknowledged, alarms: [{ severity, acknowledged: null }] }) as Alarms;
  const shown = async (a: Alarms) =>
    (await show(<StatusLine alarms={a} status={good} stale={false} />)).querySelector('a')!;
  const red = await shown(alarms(3, 'red'));
  expect([red.textContent, red.className, red.getAttribute('href')]).toEqual([
    'alarms not taken: 3',
    'bad',
    '#/alarms',
  ]);
  expect((await shown(alarms(1, 'yellow'))).className).toBe('warn');
  expect((await shown(alarms(0, 'red'))).textContent).toContain('recording');
});

it('names what is down and since when, and counts the rest', async () => {
  const shown = await text({ ...good, recording: 4, down: ['W01', 'W02', 'W03', 'W04'].map(down) });
  expect(shown).toMatch(/recording 4\/8.*W01 offline 00:03:12.*W02 offline 00:03:12.*2 more/);
  expect(shown).not.toContain('W03');
});

it('warns of a short disk, a wild clock and a recorder that stands', async () => {
  const page = await show(
    <StatusLine
      alarms={null}
      status={{
        ...good,
        disk: { ...good.disk, days_left: 1.25 },
        clock: { synchronised: false, error_ms: null },
        capture: { running: false, since: null },
      }}
      stale={false}
    />,
  );
  expect([...page.querySelectorAll('.warn')].map((e) => e.textContent)).toEqual([
    'disk 1.3 d left',
    'clock not synchronised',
  ]);
  expect(page.querySelector('.bad')).not.toBeNull();
  expect(page.textContent).toContain('the recorder is not running');
});

it('names a disk that is not recorded to', async () => {
  const failing: Volume = { ...ready, path: '/mnt/b', state: 'failing', detail: 'Input/output error' };
  const page = await show(<StatusLine alarms={null} status={{ ...good, volumes: [ready, failing] }} stale={false} />);
  expect([...page.querySelectorAll('.bad')].map((e) => e.textContent)).toEqual(['disk b failing']);
  expect(page.querySelector<HTMLElement>('.bad')?.title).toContain('/mnt/b');
});

it('says days before that nothing may be deleted any more', async () => {
  const outlook = {
    at: '2026-11-22T09:00:00.000000+08:00',
    used_bytes: 7e12,
    held_bytes: 6e12,
    bound_bytes: 1e12,
    spare_bytes: 0,
    room_bytes: 1e11,
    day_bytes: 2e10,
    short: '2026-11-27T09:00:00.000000+08:00',
    cause: 'held' as const,
    warning: true,
  };
  const said = async (change: object) => {
    const volume: Volume = { ...ready, outlook: { ...outlook, ...change } };
    const page = await show(<StatusLine alarms={null} status={{ ...good, volumes: [volume] }} stale={false} />);
    return [...page.querySelectorAll('.warn')].map((e) => e.textContent);
  };
  expect(await said({})).toEqual(['disk a: only held footage left on 2026-11-27']);
  expect(await said({ cause: 'minimum' })).toEqual(['disk a full on 2026-11-27']);
  expect(await said({ warning: false })).toEqual([]);
});

it('says that it is old when the server is silent', async () => {
  const page = await show(<StatusLine alarms={null} status={good} stale={true} />);
  expect(page.textContent).toMatch(/^the server does not answer; what follows is of 2026-11-22 09:40:00.*recording 8/);
  expect(page.querySelector('.dot')?.className).toBe('dot idle'); // nothing is called good
  expect(await text(null, true)).toMatch(/^the server does not answer/);
  expect(await text(null)).toMatch(/^reading the state/);
});

it('shows the free disk when nothing has been recorded yet', async () => {
  expect(await text({ ...good, disk: { ...good.disk, days_left: null } })).toContain('disk 3.2 TB free');
  expect([0, 999, 1500, 25e9, 640e9].map(formatBytes)).toEqual(['0 B', '999 B', '1.5 kB', '25.0 GB', '640 GB']);
});
