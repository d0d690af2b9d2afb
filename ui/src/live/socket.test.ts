// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withServing, withStates } from './news';
import { readNews, readPiece, type Piece } from './protocol';
import { LiveSocket, pauseAfter, type Watcher } from './socket';

class FakeSocket {
  static made: FakeSocket[] = [];
  sent: unknown[] = [];
  readyState = 0;
  binaryType = '';
  onopen = () => {};
  onmessage = (_: { data: unknown }) => {};
  onclose = (_: { code: number }) => {};
  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {}
  open() {
    this.readyState = 1;
    this.onopen();
  }
}

const make = (url: string) => new FakeSocket(url) as unknown as WebSocket;
const wanted = { camera: 'w07', stream: 'sub', sound: false, transcode: false } as const;
const watcher = () => ({ reset: vi.fn(), news: vi.fn(), piece: vi.fn() }) satisfies Watcher;

/** A message as the server sends it. */
function message(kind: number, flags: number, tile: number, utc: number, media: number, bytes: number[]): ArrayBuffer {
  const buffer = new ArrayBuffer(20 + bytes.length);
  const view = new DataView(buffer);
  view.setUint8(0, kind);
  view.setUint8(1, flags);
  view.setUint16(2, tile);
  view.setBigInt64(4, BigInt(utc));
  view.setBigInt64(12, BigInt(media));
  new Uint8Array(buffer, 20).set(bytes);
  return buffer;
}

beforeEach(() => {
  FakeSocket.made = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('messages', () => {
  it('are pieces of film with where they belong', () => {
    const piece = readPiece(message(2, 5, 7, 1795311000000000, 40000, [1, 2]))!;
    const { mp4, ...head } = piece;
    expect(head).toEqual({
      init: false,
      key: true,
      sound: false,
      backlog: true,
      tile: 7,
      utcUs: 1795311000000000,
      mediaUs: 40000,
    } satisfies Omit<Piece, 'mp4'>);
    expect([...mp4]).toEqual([1, 2]);
  });
  it('may be none', () => {
    expect(readPiece(new ArrayBuffer(19))).toBeNull();
    expect(readPiece(message(3, 0, 1, 0, 0, []))).toBeNull();
    expect(readNews('{')).toBeNull();
    expect(readNews('null')).toBeNull();
    expect(readNews('{"x":1}')).toBeNull();
  });
});

describe('the socket', () => {
  it('asks when it is open, once, and again after a break', () => {
    const socket = new LiveSocket('ws://x', () => {}, make);
    const one = watcher();
    socket.watch(wanted, one);
    const [first] = FakeSocket.made;
    first!.readyState = 1; // open, and nobody was told yet
    const two = watcher();
    const leave = socket.watch({ ...wanted, camera: 'w08' }, two);
    expect(first!.sent).toEqual([]);
    first!.open();
    expect(first!.sent.map((s) => (s as { camera: string }).camera)).toEqual(['w07', 'w08']);
    leave();
    expect(first!.sent[2]).toEqual({ do: 'unsubscribe', tile: 2 });
    first!.onclose({ code: 1006 });
    expect(socket.state).toBe('broken');
    vi.advanceTimersByTime(pauseAfter(1));
    FakeSocket.made[1]!.open();
    expect(FakeSocket.made[1]!.sent).toEqual([{ do: 'subscribe', tile: 1, ...wanted }]);
    expect(one.reset).toHaveBeenCalledTimes(2);
    expect(two.reset).toHaveBeenCalledTimes(1);
  });
  it('waits longer each time, within bounds, until it was greeted', () => {
    expect([1, 2, 3, 20].map(pauseAfter)).toEqual([250, 500, 1000, 8000]);
    const socket = new LiveSocket('ws://x', () => {}, make);
    const fail = () => FakeSocket.made.at(-1)!.onclose({ code: 1006 });
    fail();
    vi.advanceTimersByTime(250);
    fail();
    vi.advanceTimersByTime(499);
    expect(FakeSocket.made).toHaveLength(2);
    vi.advanceTimersByTime(1);
    FakeSocket.made[2]!.open();
    FakeSocket.made[2]!.onmessage({ data: '{"say":"hello","version":1,"tiles":64}' });
    fail();
    vi.advanceTimersByTime(250);
    expect(FakeSocket.made).toHaveLength(4);
    socket.close();
    fail();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made).toHaveLength(4);
  });
  it('hands each tile its own', () => {
    const socket = new LiveSocket('ws://x', () => {}, make);
    const [one, two] = [watcher(), watcher()];
    socket.watch(wanted, one);
    socket.watch(wanted, two);
    const heard: string[] = [];
    socket.listen({ news: (news) => heard.push(news.say) });
    const [fake] = FakeSocket.made;
    fake!.open();
    fake!.onmessage({ data: '{"say":"lost","tile":2,"pictures":3}' });
    fake!.onmessage({ data: message(2, 1, 1, 0, 0, [9]) });
    fake!.onmessage({ data: message(2, 1, 99, 0, 0, [9]) });
    expect(one.news).not.toHaveBeenCalled();
    expect(two.news).toHaveBeenCalledWith({ say: 'lost', tile: 2, pictures: 3 });
    expect(one.piece).toHaveBeenCalledTimes(1);
    expect(two.piece).not.toHaveBeenCalled();
    expect(heard).toEqual(['lost']);
  });
  it('says so when nobody is signed in any more', () => {
    const denied = vi.fn();
    new LiveSocket('ws://x', denied, make);
    FakeSocket.made[0]!.onclose({ code: 1008 });
    expect(denied).toHaveBeenCalledTimes(1);
  });
  it('pauses for a page that nobody sees, after a break too', () => {
    const socket = new LiveSocket('ws://x', () => {}, make);
    FakeSocket.made[0]!.open();
    socket.pause(true);
    socket.pause(true);
    expect(FakeSocket.made[0]!.sent).toEqual([{ do: 'pause' }]);
    FakeSocket.made[0]!.onclose({ code: 1001 });
    vi.advanceTimersByTime(250);
    FakeSocket.made[1]!.open();
    expect(FakeSocket.made[1]!.sent).toEqual([{ do: 'pause' }]);
    socket.watch(wanted, watcher()); // of this one the server does not know yet that nobody sees it
    expect(FakeSocket.made[1]!.sent.slice(1)).toEqual([{ do: 'subscribe', tile: 1, ...wanted }, { do: 'pause' }]);
  });
  it('takes a line that says nothing for a broken one, and hears no more of it', () => {
    const socket = new LiveSocket('ws://x', () => {}, make);
    const one = watcher();
    socket.watch(wanted, one);
    const first = FakeSocket.made[0]!;
    first.open();
    first.onmessage({ data: '{"say":"hello","version":1,"tiles":64,"alive":5}' });
    for (let i = 0; i < 720; i++) {
      vi.advanceTimersByTime(15_000); // three of them may be late
      first.onmessage({ data: '{"say":"alive"}' });
    }
    expect(socket.state).toBe('open');
    vi.advanceTimersByTime(20_000);
    expect(socket.state).toBe('broken');
    vi.advanceTimersByTime(pauseAfter(1));
    expect(FakeSocket.made).toHaveLength(2);
    first.onmessage({ data: message(2, 1, 1, 0, 0, [9]) });
    first.onclose({ code: 1006 });
    expect(one.piece).not.toHaveBeenCalled();
    FakeSocket.made[1]!.open();
    expect(FakeSocket.made[1]!.sent).toEqual([{ do: 'subscribe', tile: 1, ...wanted }]);
    vi.advanceTimersByTime(20_000); // nor does it wait for ever for a greeting
    expect(socket.state).toBe('broken');
    socket.close();
    expect(vi.getTimerCount()).toBe(0);
  });
  it('is done with when it is closed, whatever is still said', () => {
    const socket = new LiveSocket('ws://x', () => {}, make);
    socket.close();
    FakeSocket.made[0]!.open();
    FakeSocket.made[0]!.onmessage({ data: '{"say":"hello","version":1,"tiles":64,"alive":5}' });
    expect(FakeSocket.made[0]!.sent).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('news', () => {
  it('of states are kept by camera and stream', () => {
    const now = (camera: string, stream: 'main' | 'sub', state: 'recording' | 'offline') =>
      ({ camera, stream, state, since: null, detail: null }) as const;
    const first = withStates(new Map(), [now('a', 'main', 'recording'), now('a', 'sub', 'recording')]);
    const then = withStates(first, [now('a', 'main', 'offline')]);
    expect(then.get('a')!.map((s) => `${s.stream} ${s.state}`)).toEqual(['sub recording', 'main offline']);
  });
  it('of who is served come and go', () => {
    const ticket = { day: '2026-11-22', number: 'A012', title: null, called: null, started: null };
    const first = withServing(new Map(), [{ hall: 'H01', place: 'W07', ticket }]);
    expect(first.get('H01/W07')!.number).toBe('A012');
    expect(withServing(first, [{ hall: 'H01', place: 'W07', ticket: null }]).size).toBe(0);
  });
});
