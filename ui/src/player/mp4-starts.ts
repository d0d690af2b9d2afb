// SPDX-License-Identifier: GPL-3.0-or-later
// Where the pictures and the sound of a part of a recorded file begin (ISO/IEC 14496-12: moov/trak, moof/traf). A
// part is cut where a picture begins; its sound, in longer frames, begins before or after that.

export interface Track {
  kind: 'video' | 'audio';
  timescale: number;
}

interface Box {
  type: string;
  body: DataView;
}

const HEADER = 8;

/** The boxes one after another; what is cut off or makes no sense ends it. */
export function* boxes(view: DataView): Generator<Box> {
  for (let at = 0; at + HEADER <= view.byteLength;) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
    if (size < HEADER || at + size > view.byteLength) return;
    yield { type, body: new DataView(view.buffer, view.byteOffset + at + HEADER, size - HEADER) };
    at += size;
  }
}

export function* inside(view: DataView, ...path: string[]): Generator<DataView> {
  const [type, ...rest] = path;
  for (const box of boxes(view)) {
    if (box.type !== type) continue;
    if (rest.length === 0) yield box.body;
    else yield* inside(box.body, ...rest);
  }
}

export const first = (view: DataView, ...path: string[]): DataView | null => inside(view, ...path).next().value ?? null;
/** Full boxes of version 1 have 64-bit times. */
export const isLong = (body: DataView): boolean => body.getUint8(0) === 1;

/** The tracks of an init part, by their numbers. */
export function tracksOf(init: Uint8Array): Map<number, Track> {
  const tracks = new Map<number, Track>();
  const view = new DataView(init.buffer, init.byteOffset, init.byteLength);
  for (const trak of inside(view, 'moov', 'trak')) {
    const [tkhd, mdhd, hdlr] = [first(trak, 'tkhd'), first(trak, 'mdia', 'mdhd'), first(trak, 'mdia', 'hdlr')];
    if (!tkhd || !mdhd || !hdlr || tkhd.byteLength < 24 || mdhd.byteLength < 24 || hdlr.byteLength < 12) continue;
    const handler = hdlr.getUint32(8);
    const kind = handler === 0x76696465 ? 'video' : handler === 0x736f756e ? 'audio' : null; // vide, soun
    const timescale = mdhd.getUint32(isLong(mdhd) ? 20 : 12);
    if (kind && timescale > 0) tracks.set(tkhd.getUint32(isLong(tkhd) ? 20 : 12), { kind, timescale });
  }
  return tracks;
}

/** How long after its sound the pictures of a part begin, in seconds; null if it has not both. */
export function leadOf(init: Uint8Array, media: Uint8Array): number | null {
  const tracks = tracksOf(init);
  const starts: Partial<Record<Track['kind'], number>> = {};
  const view = new DataView(media.buffer, media.byteOffset, media.byteLength);
  for (const traf of inside(view, 'moof', 'traf')) {
    const [tfhd, tfdt] = [first(traf, 'tfhd'), first(traf, 'tfdt')];
    if (!tfhd || !tfdt || tfhd.byteLength < 8 || tfdt.byteLength < (isLong(tfdt) ? 12 : 8)) continue;
    const track = tracks.get(tfhd.getUint32(4));
    if (!track || starts[track.kind] !== undefined) continue;
    const ticks = isLong(tfdt) ? Number(tfdt.getBigUint64(4)) : tfdt.getUint32(4);
    starts[track.kind] = ticks / track.timescale;
  }
  const { video, audio } = starts;
  return video === undefined || audio === undefined ? null : video - audio;
}
