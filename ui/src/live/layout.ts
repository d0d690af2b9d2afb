// SPDX-License-Identifier: GPL-3.0-or-later
// Which cameras stand where on the wall. Pure; the server keeps those that have a name (layouts.ts).
import type { Camera, LayoutGiven, LayoutKept } from '../api/types';
import type { StreamName, StateNow } from './protocol';

export const SIZES = [1, 4, 9, 16, 25] as const;
export type Size = (typeof SIZES)[number];

export interface Layout {
  size: Size;
  /** In order of their places; null = empty. Beyond `size` they are on further pages. */
  cameras: (string | null)[];
}

export interface Saved extends Layout {
  name: string;
  /** Seconds for each page; 0: no tour. */
  tour: number;
  shared: boolean;
}

export const columnsOf = (size: Size): number => Math.sqrt(size);

const isSize = (n: unknown): n is Size => SIZES.some((s) => s === n);

/** The smallest wall that holds them all, up to sixteen. */
export function firstLayout(cameras: readonly Camera[]): Layout {
  const size = SIZES.find((s) => s >= cameras.length && s <= 16) ?? 16;
  return { size, cameras: cameras.map((c) => c.id) };
}

export const pagesOf = (layout: Layout): number => Math.max(1, Math.ceil(layout.cameras.length / layout.size));

/** What is shown: as many as the wall has places. */
export function shown(layout: Layout, page: number): (string | null)[] {
  const from = page * layout.size;
  return Array.from({ length: layout.size }, (_, i) => layout.cameras[from + i] ?? null);
}

/** Without the rows at the end in which nothing stands, so that the others are larger; one is left. */
export function filled(places: readonly (string | null)[], columns: number): (string | null)[] {
  const last = places.reduce((found, id, i) => (id === null ? found : i), 0);
  return places.slice(0, (Math.floor(last / columns) + 1) * columns);
}

const trimmed = (cameras: (string | null)[]): (string | null)[] => {
  let end = cameras.length;
  while (end > 0 && cameras[end - 1] === null) end--;
  return cameras.slice(0, end);
};

/** Two places change their cameras. */
export function swapped(layout: Layout, a: number, b: number): Layout {
  const length = Math.max(layout.cameras.length, a + 1, b + 1);
  const cameras = Array.from({ length }, (_, i) => layout.cameras[i] ?? null);
  [cameras[a], cameras[b]] = [cameras[b]!, cameras[a]!];
  return { ...layout, cameras: trimmed(cameras) };
}

/** Another camera, or none, at a place. */
export function replaced(layout: Layout, at: number, camera: string | null): Layout {
  const length = Math.max(layout.cameras.length, at + 1);
  const cameras = Array.from({ length }, (_, i) => (i === at ? camera : (layout.cameras[i] ?? null)));
  return { ...layout, cameras: trimmed(cameras) };
}

/** Where an arrow leads on a wall of `columns`, from place `at`; itself at the edge. */
export function neighbour(at: number, key: string, columns: number): number {
  const column = at % columns;
  const row = Math.floor(at / columns);
  if (key === 'ArrowLeft' && column > 0) return at - 1;
  if (key === 'ArrowRight' && column < columns - 1) return at + 1;
  if (key === 'ArrowUp' && row > 0) return at - columns;
  if (key === 'ArrowDown' && row < columns - 1) return at + columns;
  return at;
}

// ── in an address: "4,w07-face,,w08-face"

export const arrangedText = ({ size, cameras }: Layout): string => [size, ...cameras.map((c) => c ?? '')].join(',');

/** Nobody has more cameras than this; an address is made by anybody. */
const ARRANGED_MOST = 1000;

export function readArranged(text: string | undefined): Layout | null {
  const [first, ...cameras] = (text ?? '').split(',');
  const size = Number(first);
  if (!isSize(size) || cameras.length > ARRANGED_MOST) return null;
  return { size, cameras: trimmed(cameras.map((c) => c || null)) };
}

// ── which stream

export interface Choice {
  stream: StreamName;
  transcode: boolean;
  /** Why it is not what one would expect. */
  because: 'hevc-sub' | 'hevc-transcode' | null;
}

/** Large pictures are the main stream's, small ones the sub stream's; what this browser cannot play is replaced. */
export function chooseStream(camera: Camera, large: boolean, plays: (codec: string | null) => boolean): Choice {
  const main = camera.streams.find((s) => s.name === 'main');
  const sub = camera.streams.find((s) => s.name === 'sub');
  const first = large ? (main ?? sub) : (sub ?? main);
  const other = first === main ? sub : main;
  const stream = first?.name ?? 'main';
  if (!first || plays(first.video)) return { stream, transcode: false, because: null };
  if (other?.video && plays(other.video)) return { stream: other.name, transcode: false, because: 'hevc-sub' };
  return { stream, transcode: true, because: 'hevc-transcode' };
}

// ── is it recorded

export type Recording = { kind: 'recording' } | { kind: 'not'; now: StateNow } | { kind: 'idle' };

/** Of all streams of a camera that should be recorded the worst. */
export function recordingOf(states: readonly StateNow[]): Recording {
  const wanted = states.filter((s) => s.state !== 'disabled');
  const bad = wanted.find((s) => s.state !== 'recording');
  if (bad) return { kind: 'not', now: bad };
  return { kind: wanted.length > 0 ? 'recording' : 'idle' };
}

// ── those that are kept by the server

/** As the server tells them; what this page does not know is left out. */
export const fromServer = (kept: readonly LayoutKept[]): Saved[] =>
  kept.flatMap(({ of, name, size, cameras, tour_seconds: tour }) =>
    isSize(size) ? [{ name, size, cameras, tour, shared: of === 'shared' }] : [],
  );

export const toServer = ({ size, cameras, tour }: Omit<Saved, 'name' | 'shared'>): LayoutGiven => ({
  size,
  cameras,
  tour_seconds: tour,
});

/** What stands for it in a list and in the address: a shared one may have the name of one's own. */
export const idOf = (saved: Pick<Saved, 'name' | 'shared'>): string => (saved.shared ? `*${saved.name}` : saved.name);

/** Earlier versions kept layouts in this browser. They are read once, and taken from it when the server has them. */
const KEY = 'mingjing.live.';

export function readOld(store: Storage, who: string): Saved[] {
  const isOld = (v: Partial<Layout & { name: string }> | null): v is Layout & { name: string } =>
    typeof v?.name === 'string' &&
    isSize(v.size) &&
    Array.isArray(v.cameras) &&
    v.cameras.every((c) => c === null || typeof c === 'string');
  try {
    const read = JSON.parse(store.getItem(KEY + who) ?? '[]') as unknown;
    if (!Array.isArray(read)) return [];
    return read.filter(isOld).map(({ name, size, cameras }) => ({ name, size, cameras, tour: 0, shared: false }));
  } catch {
    return [];
  }
}

export const forgetOld = (store: Storage, who: string): void => store.removeItem(KEY + who);
