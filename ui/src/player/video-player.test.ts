// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeEach, expect, it, vi } from 'vitest';
import { formatUtc } from '../base/time';
import type { Beat } from './follower';
import { VideoPlayer } from './video-player';

const T = 1_800_000_000_000_000;
const S = 1_000_000;

// A loader that tells what a test says; the same events and calls as the real one.
const loaders = vi.hoisted(() => [] as Loader[]);
interface Loader {
  listeners: Map<string, (name: string, data: unknown) => void>;
  started: number[];
}
vi.mock('hls.js/light', () => ({
  default: class {
    static Events = new Proxy({}, { get: (_, name) => name });
    static DefaultConfig = { loader: class {} };
    static ErrorTypes = { MEDIA_ERROR: 'mediaError', NETWORK_ERROR: 'networkError' };
    listeners = new Map<string, (name: string, data: unknown) => void>();
    started: number[] = [];
    constructor() {
      loaders.push(this);
    }
    on(name: string, listener: (name: string, data: unknown) => void) {
      this.listeners.set(name, listener);
    }
    startLoad(at: number) {
      this.started.push(at);
    }
    loadSource() {}
    attachMedia() {}
    destroy() {}
  },
}));
vi.stubGlobal('HTMLMediaElement', { HAVE_CURRENT_DATA: 2, HAVE_FUTURE_DATA: 3 });

beforeEach(() => void loaders.splice(0));

function player() {
  let end = 0;
  const video = {
    dataset: {},
    currentTime: 0,
    paused: true,
    seeking: false,
    readyState: 4,
    playbackRate: 1,
    buffered: { length: 1, start: () => 0, end: () => end },
    addEventListener: () => {},
    pause: () => {},
    play: () => Promise.resolve(),
  };
  const told: string[] = [];
  const made = new VideoPlayer('a', video as unknown as HTMLVideoElement, (state, detail) =>
    told.push(`${state} ${detail}`.trim()),
  );
  const say = (name: string, data: unknown) => loaders[loaders.length - 1]!.listeners.get(name)!(name, data);
  const fragments = [0, 10].map((start, sn) => ({
    ...{ sn, start, duration: 10 },
    programDateTime: 1,
    rawProgramDateTime: formatUtc(T + start * S),
  }));
  made.load('list', T);
  const beat = (now: number, moment: number, moving = false): Beat => ({ now, moment, rate: 1, moving, held: false });
  return {
    made,
    told,
    video,
    list: () => say('LEVEL_LOADED', { details: { fragments } }),
    /** The loader found that the sound of the first part is so long. */
    hear: (duration: number) =>
      say('LEVEL_PTS_UPDATED', { details: { fragments: [{ ...fragments[0], duration }, fragments[1]] } }),
    buffer: (to: number) => {
      end = to;
      say('FRAG_BUFFERED', {});
    },
    fail: (code: number) =>
      say('ERROR', { fatal: true, type: 'networkError', details: 'fragLoadError', response: { code } }),
    follow: (now: number, moment = T) => made.follow(beat(now, moment)),
    run: (now: number, moment: number) => made.follow(beat(now, moment, true)),
  };
}

it('says that footage cannot be fetched, and goes on saying so while it tries again', () => {
  const { made, told, list, fail, follow, buffer } = player();
  list();
  expect(made.ready(T)).toBe(false);
  fail(404);
  follow(0);
  expect(told).toEqual(['failed HTTP 404']);
  expect(made.ready(T)).toBe(true);
  for (let now = 100; now < 20_000; now += 100) {
    const before = loaders[0]!.started.length;
    follow(now);
    if (loaders[0]!.started.length > before) fail(404);
  }
  // At 1, 2, 4 … seconds of pause, and never another word; the clock never waits for it.
  expect(loaders[0]!.started).toHaveLength(1 + 4);
  expect(told).toEqual(['failed HTTP 404']);
  expect(made.ready(T)).toBe(true);
  buffer(10);
  follow(30_000);
  expect(told).toEqual(['failed HTTP 404', 'playable']);
});

it('plays what it has before it says that the rest is missing', () => {
  const { told, list, fail, follow, buffer } = player();
  list();
  buffer(10);
  fail(404);
  follow(0, T + 9 * S);
  expect(told).toEqual(['playable']);
  follow(100, T + 11 * S);
  expect(told).toEqual(['playable', 'failed HTTP 404']);
  follow(200, T + 5 * S);
  expect(told).toEqual(['playable', 'failed HTTP 404', 'playable']);
});

it('tries at once at another place, and anew when there is no playlist', () => {
  const { list, fail, follow } = player();
  list();
  fail(404);
  follow(0);
  follow(1000, T + 12 * S);
  expect(loaders[0]!.started).toEqual([0, 12]);
  const other = player();
  other.fail(503);
  other.follow(0);
  const before = loaders.length;
  other.follow(1000);
  expect(loaders).toHaveLength(before + 1);
  expect(other.told).toEqual(['failed HTTP 503']);
});

it('does not wait for ever for a seek to where there is no picture', () => {
  const { list, buffer, follow, video } = player();
  list();
  buffer(20);
  video.seeking = true;
  video.currentTime = 9.9;
  follow(0, T + 15 * S);
  follow(250, T + 15 * S);
  expect(video.currentTime).toBe(9.9);
  follow(350, T + 15 * S);
  expect(video.currentTime).toBe(15);
  // That one has its time too.
  follow(400, T + 18 * S);
  expect(video.currentTime).toBe(15);
});

// The clock runs from 12 s on; a seek that begins then is under way all the time.
function running(buffered: number) {
  const { list, buffer, run, video } = player();
  list();
  buffer(buffered);
  video.currentTime = 1;
  const sent: number[] = [];
  for (let ms = 0; ms < 7000; ms += 100) {
    const before = video.currentTime;
    run(ms, T + 12 * S + ms * 1000);
    if (video.currentTime !== before) sent.push(ms);
    video.seeking = true;
  }
  return sent;
}

it('leaves a slow line the time to fetch what is sought, and goes on at once where it is there', () => {
  expect(running(5)).toEqual([0, 1100, 3200]);
  expect(running(20)).toEqual([0, 1100, 2200, 3300, 4400, 5500, 6600]);
});

it('stands at the last pictures of a part, whose sound ends before', () => {
  const { list, buffer, follow, hear, video } = player();
  list();
  buffer(20);
  hear(9.9);
  follow(0, T + 9.96 * S);
  expect(video.currentTime).toBeCloseTo(9.96, 3);
});
