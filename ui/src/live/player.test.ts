// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LivePlayer, type PlayerState } from './player';
import type { Init, Piece } from './protocol';

class FakeBuffer extends EventTarget {
  updating = false;
  timestampOffset = 0;
  appended: { bytes: number[]; offset: number }[] = [];
  /** Of what was appended as film. */
  end = 0;
  get buffered() {
    const { end } = this;
    return { length: end > 0 ? 1 : 0, start: () => 0.1, end: () => end };
  }
  appendBuffer(bytes: Uint8Array) {
    this.updating = true;
    this.appended.push({ bytes: [...bytes], offset: this.timestampOffset });
  }
  remove() {}
  /** The browser has taken it in. */
  took(end: number) {
    this.end = end;
    this.updating = false;
    this.dispatchEvent(new Event('updateend'));
  }
}

class FakeSource extends EventTarget {
  static made: FakeSource[] = [];
  static isTypeSupported = (mime: string) => mime.startsWith('video/mp4');
  readyState = 'closed';
  buffers: FakeBuffer[] = [];
  constructor() {
    super();
    FakeSource.made.push(this);
  }
  addSourceBuffer() {
    const buffer = new FakeBuffer();
    this.buffers.push(buffer);
    return buffer;
  }
  open() {
    this.readyState = 'open';
    this.dispatchEvent(new Event('sourceopen'));
  }
}

const urls = new Set<string>();
let shown: ((now: number, about: { mediaTime: number }) => void)[] = [];
let told: PlayerState[] = [];
let moments: number[] = [];

function element(): HTMLVideoElement {
  const video = document.createElement('video');
  video.play = () => Promise.resolve();
  video.load = () => {};
  video.requestVideoFrameCallback = (call) => shown.push(call as (typeof shown)[number]);
  return video;
}
const player = (video = element()) =>
  new LivePlayer(
    video,
    (state) => told.push(state),
    (utc) => moments.push(utc),
  );
/** The browser shows a picture. */
const show = (mediaTime: number) => shown.splice(0).forEach((call) => call(0, { mediaTime }));

const INIT: Init = {
  ...{ say: 'init', tile: 1, video: 'h264', mime: 'video/mp4; codecs="avc1.64001f"' },
  ...{ width: 640, height: 360, transcoded: false, sound: null },
};
const MEDIA = 3_600_000_000; // an hour after the server began with the stream
const init: Piece = {
  ...{ init: true, key: false, sound: false, backlog: false, tile: 1 },
  ...{ utcUs: 0, mediaUs: 0, mp4: new Uint8Array([1]) },
};
const film = (after: number, byte = 2): Piece => ({
  ...{ init: false, key: after === 0, sound: false, backlog: false, tile: 1 },
  ...{ utcUs: 1_795_311_065_000_000 + after * 1e6, mediaUs: MEDIA + after * 1e6, mp4: new Uint8Array([byte]) },
});

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.made = [];
  shown = [];
  told = [];
  moments = [];
  urls.clear();
  vi.stubGlobal('MediaSource', FakeSource);
  let last = 0;
  URL.createObjectURL = () => (urls.add(`blob:${++last}`), `blob:${last}`);
  URL.revokeObjectURL = (url) => void urls.delete(url);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('opens its source before it is told what comes, and puts all into one buffer, in order', () => {
  const one = player();
  expect(FakeSource.made.length).toBe(1);
  const source = FakeSource.made[0]!;
  source.readyState = 'open'; // the browser says so a moment later
  one.init(INIT, false);
  one.piece(init);
  source.open();
  one.piece(film(0));
  source.buffers[0]!.took(0);
  source.buffers[0]!.took(0.2);
  expect(FakeSource.made.length).toBe(1);
  expect(source.buffers.length).toBe(1);
  expect(source.buffers[0]!.appended.map((a) => a.bytes)).toEqual([[1], [2]]);
  one.destroy();
});

it('begins with the first picture, wherever it stands with the server, and goes to the present when it was shown', () => {
  const video = element();
  const one = player(video);
  one.init(INIT, false);
  one.piece(init);
  one.piece(film(0));
  one.piece(film(2));
  const source = FakeSource.made[0]!;
  source.open();
  const buffer = source.buffers[0]!;
  expect(buffer.appended).toEqual([{ bytes: [1, 2, 2], offset: -MEDIA / 1e6 + 0.1 }]);
  buffer.took(2.2);
  expect(video.currentTime).toBe(0); // no seek
  show(0.1);
  expect(moments).toEqual([1_795_311_065_000_000]);
  expect(video.currentTime).toBeGreaterThan(2);
  show(2.1);
  expect(moments[1]).toBe(1_795_311_067_000_000);
  expect(told).toEqual(['playing', 'playing']);
  one.destroy();
});

it('says when a picture stands still, and when it goes on', () => {
  const one = player();
  one.init(INIT, false);
  FakeSource.made[0]!.open();
  show(0.1);
  vi.advanceTimersByTime(3000);
  show(0.2);
  vi.advanceTimersByTime(3000);
  expect(told).toEqual(['playing', 'playing']);
  vi.advanceTimersByTime(2000);
  expect(told).toEqual(['playing', 'playing', 'frozen']);
  vi.advanceTimersByTime(60_000);
  expect(told.length).toBe(3); // once
  show(0.3);
  expect(told[3]).toBe('playing');
  one.stop(); // that there are no pictures is known
  vi.advanceTimersByTime(60_000);
  expect(told.slice(4)).toEqual(['waiting']);
  one.destroy();
});

it('holds no picture against a page that nobody sees', () => {
  const hidden = vi.spyOn(document, 'hidden', 'get');
  const one = player();
  one.init(INIT, false);
  FakeSource.made[0]!.open();
  show(0.1);
  hidden.mockReturnValue(true);
  vi.advanceTimersByTime(3600_000);
  vi.setSystemTime(Date.now() + 60_000); // a browser lets timers of such pages wait for a minute
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event('visibilitychange'));
  one.piece(film(0));
  vi.advanceTimersByTime(1000);
  expect(told).toEqual(['playing']);
  one.destroy();
  hidden.mockRestore();
});

it('leaves nothing behind', () => {
  const listeners = vi.spyOn(document, 'addEventListener');
  const left = vi.spyOn(document, 'removeEventListener');
  for (let i = 0; i < 50; i++) {
    const one = player();
    if (i % 3 > 0) FakeSource.made.at(-1)!.open();
    if (i % 2 > 0) one.init(INIT, false);
    one.reset();
    one.init(INIT, false); // a source anew
    one.destroy();
  }
  expect([...urls]).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
  expect(left.mock.calls.length).toBe(listeners.mock.calls.length);
});
