// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MeetLeg } from '../api/party';
import { translator } from '../i18n/i18n';
import { serve, show } from '../testing';
import type { LinkConfig } from './link';
import { Meeting, type Face } from './meeting';
import { Room } from './room';
import { waitWord } from './words';

/** Connections that do nothing but count. */
const made = vi.hoisted(() => [] as { config: LinkConfig; renewed: number; since: number }[]);
vi.mock('./link', () => ({
  Link: class {
    renewed = 0;
    since = performance.now();
    constructor(readonly config: LinkConfig) {
      made.push(this);
    }
    renew() {
      this.renewed++;
    }
    close() {}
  },
}));

const door = { session: 'MM-1', leg: 'citizen', token: 'T0' };
const leg = (name: string, more: Partial<MeetLeg>) => ({
  ...{ leg: name, role: name, camera: 'c', consented: null, consent_text_ver: null, sends: true },
  ...more,
});

let legs: unknown[] = [];
let face: Face | null = null;
let meeting: Meeting | null = null;

function begin(): void {
  serve(() => ({ status: 200, body: { session: 'MM-1', place: 'F01', topic: null, state: 'open', legs } }));
  meeting = new Meeting(door, {} as MediaStream, (f) => (face = f));
  made[0]!.config.onState('connected', null);
}

/** What the server says from now on, and time enough to be asked. */
async function asked(now: unknown[]): Promise<void> {
  legs = now;
  await vi.advanceTimersByTimeAsync(4000);
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));

afterEach(() => {
  meeting?.leave();
  made.length = 0;
  face = null;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('offers again when it is asked to turn, once for each time', async () => {
  begin();
  const own = made[0]!;
  const other = leg('official', { sends: false });
  await asked([leg('citizen', { video: 'h264', turns_to: null }), other]);
  expect(own.renewed).toBe(0);
  await asked([leg('citizen', { video: 'h264', turns_to: 'vp8' }), other]);
  await asked([leg('citizen', { video: 'h264', turns_to: 'vp8' }), other]);
  expect(own.renewed).toBe(1);
  await asked([leg('citizen', { video: 'vp8', turns_to: null }), other]);
  await asked([leg('citizen', { video: 'vp8', turns_to: 'h264' }), other]);
  expect(own.renewed).toBe(2);
});

it('watches anew what turned, and says what it cannot show', async () => {
  begin();
  const mine = leg('citizen', { video: 'h264' });
  await asked([mine, leg('official', { video: 'h264' })]);
  const other = made[1]!;
  other.config.onState('connected', null);
  await asked([mine, leg('official', { video: 'h264' })]);
  expect(other.renewed).toBe(0);
  await asked([mine, leg('official', { video: 'vp8' })]);
  expect(other.renewed).toBe(1);
  other.since = performance.now() + 60_000; // connected since the turn
  await asked([mine, leg('official', { video: 'h264' })]);
  expect(other.renewed).toBe(1);
  other.config.onState('interrupted', { code: 'coding', status: 409, detail: 'leg official is in VP8' });
  expect(face!.foreign.get('official')?.detail).toContain('VP8');
  other.config.onState('connecting', null); // what it was told stands until it is let in
  expect(face!.foreign.size).toBe(1);
  other.config.onState('connected', null);
  expect(face!.foreign.size).toBe(0);
});

it('says of a refusal that passes that the party is there, and does not blame the browser', async () => {
  begin();
  await asked([leg('citizen', { video: 'h264' }), leg('official', { video: 'h264' })]);
  made[1]!.config.onState('interrupted', { code: 'conflict', status: 409, detail: 'is asked to turn; ask again' });
  expect(face!.foreign.size).toBe(0);
  const there = face!.meet!.legs[1]!;
  const link = face!.links.get('official');
  expect(waitWord(translator('en'), { ...there, role: 'official' }, link)).toMatch(/^Official is there, .*tried again/);
  expect(waitWord(translator('zh'), { ...there, role: 'official' }, link)).toMatch(/已加入.*自动重试/);
  expect(waitWord(translator('en'), { ...there, role: 'official', sends: false }, link)).toMatch(/^Waiting/);
  expect(waitWord(translator('en'), { ...there, role: 'official' }, 'connecting')).toMatch(/^Waiting/);
});

it('says that the own line is slow, and not that another one is', async () => {
  const said = async (slow: string[]) => {
    legs = [leg('citizen', { slow: ['observer'] }), leg('official', { slow })];
    serve(() => ({ status: 200, body: { session: 'MM-1', place: 'F01', topic: null, state: 'open', legs } }));
    const ends = { onOver: () => {}, onTurned: () => {}, onTaken: () => {}, onRefused: () => {}, onLeft: () => {} };
    const stream = Object.assign(new MediaStream(), { getTracks: () => [] });
    const root = await show(<Room {...ends} door={door} stream={stream} />);
    await act(async () => void (await vi.advanceTimersByTimeAsync(500)));
    return root.querySelector('.room-state')!.textContent;
  };
  expect(await said(['observer'])).not.toContain('slow');
  expect(await said(['observer', 'citizen'])).toContain('Your line is slow');
});
