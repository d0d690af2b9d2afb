// SPDX-License-Identifier: GPL-3.0-or-later
// A part of a recorded file (ISO/IEC 14496-12) without a break in the midst of a track. Within a fragment every sample
// lasts until the next one. Its last sample lasts as long as it would usually; where the next fragment's begins much later,
// because what is between was lost on its way, it is made to last until then.
import { first, inside, isLong } from './mp4-starts';

/** The samples of a track in one fragment; times in ticks. */
interface Run {
  start: number;
  end: number;
  /** How long the last sample lasts, and one of which the run says nothing. */
  last: number;
  usual: number;
  trun: DataView;
  /** The boxes that the run is in, and all runs whose data follow it. */
  around: readonly DataView[];
  all: readonly DataView[];
}

interface Hole {
  run: Run;
  ticks: number;
}

const OFFSET = 1;
const FIRST_FLAGS = 4;
const DURATION = 0x100;
const BESIDE = [0x200, 0x400, 0x800];
/** Of a box before its body. */
const HEADER = 8;

const flagsOf = (body: DataView): number => body.getUint32(0) & 0xffffff;
/** Where a run's table of samples begins, and how wide a row is. */
const tableAt = (flags: number): number => 8 + (flags & OFFSET ? 4 : 0) + (flags & FIRST_FLAGS ? 4 : 0);
const rowOf = (flags: number): number => 4 * [DURATION, ...BESIDE].filter((bit) => flags & bit).length;

function durations(trun: DataView, usual: number): number[] {
  const [flags, count] = [flagsOf(trun), trun.getUint32(4)];
  if (count === 0 || tableAt(flags) + count * rowOf(flags) > trun.byteLength) throw new RangeError('no samples');
  if (!(flags & DURATION)) return [count * usual - usual, usual]; // all but the last, and the last
  return Array.from({ length: count }, (_, i) => trun.getUint32(tableAt(flags) + i * rowOf(flags)));
}

/** Of a fragment that says its usual duration, and counts its data from its own beginning. */
function runOf(moof: DataView, traf: DataView, tfhd: DataView): Run {
  const [tfdt, truns] = [first(traf, 'tfdt'), [...inside(traf, 'trun')]];
  const trun = truns[truns.length - 1];
  if (!tfdt || !trun || (flagsOf(tfhd) & 0xb) !== 8) throw new RangeError('no fragment of ours');
  const usual = tfhd.getUint32(8);
  const start = isLong(tfdt) ? Number(tfdt.getBigUint64(4)) : tfdt.getUint32(4);
  const each = truns.flatMap((t) => durations(t, usual));
  const end = each.reduce((sum, ticks) => sum + ticks, start);
  const [around, all] = [[moof, traf, trun], [...inside(moof, 'traf', 'trun')]];
  return { start, end, last: each[each.length - 1]!, usual, trun, around, all };
}

function firstHole(view: DataView): Hole | null {
  const before = new Map<number, Run>();
  for (const moof of inside(view, 'moof'))
    for (const traf of inside(moof, 'traf')) {
      const tfhd = first(traf, 'tfhd');
      if (!tfhd || !first(traf, 'trun')) continue;
      const [track, next] = [tfhd.getUint32(4), runOf(moof, traf, tfhd)];
      const run = before.get(track);
      const ticks = run ? next.start - run.end : 0;
      // Less is no break (part-source.ts), only a clock that was set right.
      if (run && ticks > 0 && ticks >= run.last && run.last + ticks <= 0xffffffff) return { run, ticks };
      before.set(track, next);
    }
  return null;
}

/** The part with a duration for each sample of a run that had none; that makes it longer by four bytes each. */
function spellOut(part: Uint8Array, run: Run): Uint8Array<ArrayBuffer> {
  const { trun, usual } = run;
  const [flags, count, from] = [flagsOf(trun), trun.getUint32(4), trun.byteOffset - part.byteOffset];
  const [table, row] = [from + tableAt(flags), rowOf(flags)];
  const out = new Uint8Array(part.length + 4 * count);
  const view = new DataView(out.buffer);
  out.set(part.subarray(0, table));
  for (let i = 0; i < count; i++) {
    view.setUint32(table + i * (row + 4), usual);
    out.set(part.subarray(table + i * row, table + (i + 1) * row), table + i * (row + 4) + 4);
  }
  out.set(part.subarray(table + count * row), table + count * (row + 4));
  view.setUint32(from, trun.getUint32(0) | DURATION);
  for (const box of run.around) {
    const at = box.byteOffset - part.byteOffset - HEADER;
    view.setUint32(at, view.getUint32(at) + 4 * count);
  }
  for (const other of run.all) {
    const later = other.byteOffset > trun.byteOffset ? 4 * count : 0;
    const at = other.byteOffset - part.byteOffset + later + 8;
    if (flagsOf(other) & OFFSET) view.setInt32(at, view.getInt32(at) + 4 * count);
  }
  return out;
}

function fill(part: Uint8Array<ArrayBuffer>, { run, ticks }: Hole): Uint8Array<ArrayBuffer> {
  const [had, count, from] = [flagsOf(run.trun), run.trun.getUint32(4), run.trun.byteOffset - part.byteOffset];
  const out = had & DURATION ? part.slice() : spellOut(part, run);
  const flags = had | DURATION;
  new DataView(out.buffer).setUint32(from + tableAt(flags) + (count - 1) * rowOf(flags), run.last + ticks);
  return out;
}

/** The part itself if it has none, or is none. */
export function withoutHoles(part: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let bytes = part;
  try {
    for (;;) {
      const hole = firstHole(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      if (!hole) return bytes;
      bytes = fill(bytes, hole);
    }
  } catch (e) {
    if (e instanceof RangeError) return part;
    throw e;
  }
}

/** Where a track begins and ends in a part, and how long its last sample lasts; in ticks. */
type Edge = Pick<Run, 'start' | 'end' | 'last'>;
/** Of each track, by its number. */
export type Edges = ReadonlyMap<number, Edge>;

/** None of what is no part. */
export function edgesOf(part: Uint8Array): Edges {
  const found = new Map<number, Edge>();
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  try {
    for (const moof of inside(view, 'moof'))
      for (const traf of inside(moof, 'traf')) {
        const tfhd = first(traf, 'tfhd');
        if (!tfhd || !first(traf, 'trun')) continue;
        const [track, { start, end, last }] = [tfhd.getUint32(4), runOf(moof, traf, tfhd)];
        found.set(track, { start: found.get(track)?.start ?? start, end, last });
      }
    return found;
  } catch (e) {
    if (e instanceof RangeError) return new Map();
    throw e;
  }
}

/** Every track begins where it ended before, or so nearly there that a browser takes it for the next sample. */
export function goesOn(before: Edges, after: Edges): boolean {
  if (after.size === 0 || after.size !== before.size) return false;
  return [...after].every(([track, { start }]) => {
    const old = before.get(track);
    return old !== undefined && Math.abs(start - old.end) < old.last;
  });
}
