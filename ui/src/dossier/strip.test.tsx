// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseTime, SECOND } from '../base/time';
import { Group } from '../player/group';
import { pass, show } from '../testing';
import type { Row, View } from './model';
import { Ruler } from './ruler';
import { slotsOf } from './strip';

const T = Date.UTC(2026, 10, 22, 1, 30) * 1000;
const s = (n: number) => T + n * SECOND;
const gap = { from: s(30), to: s(50), reason: 'offline', detail: null } as unknown as Row['gaps'][number];
const row = {
  ...{ camera: 'w07-face', name: 'Face', stream: 'main', from: T, to: s(100), until: s(90), coverage: 0.8 },
  covered: [
    { from: T, to: s(30) },
    { from: s(50), to: s(90) },
  ],
  ...{ gaps: [gap], damage: [], notes: [] },
} as unknown as Row;
const view = { rows: [row], from: T, to: s(100), end: s(90), live: false } as unknown as View;

let asked: { at: number; answer: () => void }[] = [];
let flying = 0;
let most = 0;

beforeEach(() => {
  asked = [];
  flying = most = 0;
  let n = 0;
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => `blob:${++n}`, revokeObjectURL: () => {} }));
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(private readonly seen: (all: { isIntersecting: boolean }[]) => void) {}
      observe = () => this.seen([{ isIntersecting: true }]);
      disconnect = () => {};
    },
  );
  vi.stubGlobal('fetch', (url: string, { signal }: { signal: AbortSignal }) => {
    most = Math.max(most, ++flying);
    const at = parseTime(decodeURIComponent(/at=([^&]*)/.exec(url)![1]!));
    return new Promise<Response>((done, fail) => {
      const answer = () => {
        flying -= 1;
        done(new Response('x', { headers: { 'Mingjing-Frame-Time': new Date(at / 1000).toISOString() } }));
      };
      asked.push({ at, answer });
      signal.addEventListener('abort', () => fail(new Error('given up')));
    });
  });
  HTMLElement.prototype.setPointerCapture = () => {};
});
afterEach(() => vi.unstubAllGlobals());

const answerAll = async () => {
  for (let i = 0; i < asked.length; i += 1) {
    asked[i]!.answer();
    await pass(1);
  }
};

const open = async () => {
  const group = new Group(T, s(90), T);
  const root = await show(
    <Ruler view={view} marks={[]} holds={[]} group={group} chosen={null} onChoose={() => {}} />,
    'en',
  );
  const track = root.querySelector<HTMLElement>('.ruler-track')!;
  track.getBoundingClientRect = () => ({ left: 0, width: 800, top: 0, bottom: 100 }) as DOMRect;
  const pointer = (type: string, x: number, how: object = { pointerType: 'mouse' }) =>
    act(() => void track.dispatchEvent(new PointerEvent(type, { bubbles: true, clientX: x, button: 0, ...how })));
  const preview = () => root.querySelector('.preview')?.textContent ?? null;
  return { group, root, pointer, preview };
};

it('has a piece each 90 pixels or more, and shows what is recorded of each', () => {
  const slots = slotsOf(view, row, 800); // 12.5 s are 100 pixels
  expect(slots.map((p) => (p.from - T) / SECOND)).toEqual([0, 12.5, 25, 37.5, 50, 62.5, 75, 87.5]);
  // In the gap nothing; behind its end, a moment later; at the end of what is recorded, if there is enough of it.
  expect(slots.map((p) => p.at && (p.at - T) / SECOND)).toEqual([0, 12.5, 25, null, 50, 62.5, 75, 87.5]);
  expect(
    slotsOf({ from: T, to: s(101) }, row, 800)
      .slice(0, 8)
      .map((p) => p.from),
  ).toEqual(slots.map((p) => p.from));
  const late = { ...row, covered: [{ from: s(5), to: s(13) }] };
  expect(slotsOf(view, late, 800).flatMap((p) => p.at ?? [])).toEqual([s(5) + SECOND / 10]);
  expect(slotsOf(view, row, 10).length).toBe(1);
});

it('asks for few at a time and for nothing in gaps, and draws them as they come', async () => {
  const { root } = await open();
  expect(asked).toHaveLength(0); // the tiles come first
  await pass(350);
  await answerAll();
  await pass(10);
  expect(most).toBeLessThanOrEqual(4);
  expect(asked.map(({ at }) => (at - T) / SECOND)).toEqual([0, 12.5, 25, 50, 62.5, 75, 87.5]);
  expect(root.querySelectorAll('.strip img')).toHaveLength(7);
  expect(root.querySelectorAll('.strip .gap')).toHaveLength(1);
});

it('asks for nothing while somebody drags, and shows what there is', async () => {
  const { group, root, pointer, preview } = await open();
  await pass(350);
  await answerAll();
  const before = asked.length;
  await pointer('pointerdown', 100, { pointerType: 'touch' });
  for (let x = 100; x <= 170; x += 10) await pointer('pointermove', x, { pointerType: 'touch' });
  await pass(500);
  expect(asked).toHaveLength(before);
  expect(group.face().moment).toBe(s(21.25));
  expect(preview()).toBe('09:30:21 Facepicture of 09:30:12'); // of the piece that it is in
  expect(root.querySelector('.preview img')).not.toBeNull();
  await pointer('pointerup', 170, { pointerType: 'touch' });
  expect(preview()).toBeNull();
  await pass(400);
  expect(asked).toHaveLength(before); // all are known
});

it('shows the moment under the mouse, and where keys lead', async () => {
  const { group, root, pointer, preview } = await open();
  await pass(350);
  await answerAll();
  const before = asked.length;
  await pointer('pointermove', 60);
  await pass(100);
  expect(asked.slice(before).map(({ at }) => at)).toEqual([s(7.5)]);
  await answerAll();
  await pass(10);
  expect(preview()).toBe('09:30:07 Face');
  await pointer('pointermove', 300); // nothing was recorded there
  await pass(100);
  expect(root.querySelector('.preview img')).toBeNull();
  await pointer('pointerleave', 300);
  expect(preview()).toBeNull();
  const head = root.querySelector<HTMLElement>('.playhead')!;
  const tick = async (at: number) => {
    await act(() => {
      head.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
      group.seek(at);
      group.tick();
    });
  };
  await tick(s(60));
  expect(preview()).toMatch(/^09:31:00 Face/);
  await pass(100);
  expect(asked.at(-1)!.at).toBe(s(60));
  await act(() => void head.dispatchEvent(new FocusEvent('blur')));
  expect(preview()).toBeNull();
});
