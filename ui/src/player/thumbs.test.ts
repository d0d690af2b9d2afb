// SPDX-License-Identifier: GPL-3.0-or-later
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pictures, Thumbs, type Thumb } from './thumbs';

const T = Date.UTC(2026, 10, 22, 1, 30) * 1000;
let asked: { url: string; signal: AbortSignal; answer: (r: Response) => void }[] = [];
let shown: (Thumb | null)[] = [];
let thumbs: Thumbs;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  shown = [];
  vi.stubGlobal('fetch', (url: string, { signal }: { signal: AbortSignal }) => {
    return new Promise<Response>((answer, fail) => {
      asked.push({ url, signal, answer });
      signal.addEventListener('abort', () => fail(new Error('given up')));
    });
  });
  let n = 0;
  vi.stubGlobal('URL', { createObjectURL: () => `blob:${++n}`, revokeObjectURL: () => {} });
  thumbs = new Thumbs((thumb) => shown.push(thumb));
});
afterEach(() => {
  thumbs.destroy();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const picture = (taken: string) => new Response('x', { headers: { 'Mingjing-Frame-Time': taken } });
const rest = () => vi.advanceTimersByTimeAsync(100);

it('asks once the pointer rests, for the last moment only', async () => {
  for (let i = 0; i < 20; i += 1) thumbs.want('a', 'main', T + i);
  expect(asked).toHaveLength(0);
  await rest();
  expect(asked).toHaveLength(1);
  expect(asked[0]!.url).toContain('/cameras/a/frame.jpg?at=2026-11-22T01%3A30%3A00.000019Z');
  asked[0]!.answer(picture('2026-11-22T01:29:59.990Z'));
  await rest();
  expect(shown).toEqual([{ camera: 'a', at: T + 19, taken: T - 10_000, url: 'blob:1' }]);
});

it('gives up what is no longer wanted, and never shows it', async () => {
  thumbs.want('a', 'main', T);
  await rest();
  thumbs.want('a', 'main', T + 1);
  expect(asked[0]!.signal.aborted).toBe(true);
  asked[0]!.answer(picture('2026-11-22T01:30:00Z'));
  await rest();
  expect(shown).toEqual([]);
  expect(asked).toHaveLength(2);
  thumbs.leave();
  expect(asked[1]!.signal.aborted).toBe(true);
  expect(shown).toEqual([null]);
});

it('keeps what was seen, and that there was nothing', async () => {
  thumbs.want('a', 'main', T);
  await rest();
  asked[0]!.answer(picture('2026-11-22T01:30:00Z'));
  await rest();
  thumbs.want('a', 'main', T + 1);
  await rest();
  asked[1]!.answer(new Response('', { status: 404 }));
  await rest();
  thumbs.want('a', 'main', T);
  thumbs.want('a', 'main', T + 1);
  await rest();
  expect(asked).toHaveLength(2);
  expect(shown.map((s) => s?.at ?? null)).toEqual([T, null, T, null]);
});

it('keeps a bounded number', async () => {
  for (let i = 0; i < 100; i += 1) {
    thumbs.want('a', 'main', T + i);
    await rest();
    asked[i]!.answer(picture('2026-11-22T01:30:00Z'));
    await rest();
  }
  thumbs.want('a', 'main', T); // long ago
  await rest();
  expect(asked).toHaveLength(101);
  thumbs.want('a', 'main', T + 99);
  await rest();
  expect(asked).toHaveLength(101);
});

it('asks for few at a time, in turn, but for what somebody points at first', async () => {
  const pictures = new Pictures();
  const { signal } = new AbortController();
  const stop = new AbortController();
  for (let i = 0; i < 6; i += 1) void pictures.get('a', 'main', T + i, i === 4 ? stop.signal : signal);
  void pictures.get('b', 'main', T, signal, true);
  await rest();
  expect(asked).toHaveLength(3);
  asked[0]!.answer(picture('2026-11-22T01:30:00Z'));
  await rest();
  expect(asked).toHaveLength(4);
  expect(asked[3]!.url).toContain('/cameras/b/');
  stop.abort(); // before its turn: nobody is asked for it
  asked[1]!.answer(new Response('', { status: 503 }));
  asked[2]!.answer(picture('2026-11-22T01:30:00Z'));
  asked[3]!.answer(picture('2026-11-22T01:30:00Z'));
  await rest();
  expect(asked.slice(4).map(({ url }) => /00\.(\d+)Z/.exec(url)![1])).toEqual(['000003', '000005']);
  expect(pictures.known('a', 'main', T + 1)).toBeUndefined(); // a failure is not remembered
  expect(pictures.known('b', 'main', T)!.url).toBe('blob:3');
  pictures.destroy();
  expect(pictures.known('b', 'main', T)).toBeUndefined();
});
