// SPDX-License-Identifier: GPL-3.0-or-later
// VP8 and Opus as they are recorded, in fragmented MP4 (ISO/IEC 14496-12), written anew as WebM (RFC 8794, RFC 9559),
// which is how browsers take VP8. Pictures and sound are the same bytes; times are kept to the millisecond, which is
// WebM's custom. One part in, one part out: an init part becomes the head of a file, each fragment a cluster.
import { boxes, first, inside, isLong } from './mp4-starts';

interface Track {
  number: number;
  video: boolean;
  timescale: number;
  entry: DataView;
  duration: number;
  size: number;
  flags: number;
}

interface Sample {
  track: Track;
  at: number;
  duration: number;
  key: boolean;
  bytes: Uint8Array;
}

const TEXT = new TextEncoder();
const NOT_A_KEY = 0x10000;
const REACH = 0x7fff;
/** Of a sample description's own fields, before the boxes in it. */
const VIDEO_ENTRY = 78;
const AUDIO_ENTRY = 28;

/** Opus begins to sound right so long after a jump (RFC 7845 4.6). */
const PRE_ROLL_NS = 80_000_000;

/** Longer than a part is; what claims to have more to fill is nonsense. */
const SILENCE_MOST_MS = 30_000;

const concat = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

/** Big-endian, in as few bytes as there must be. */
function uint(value: number): Uint8Array {
  const bytes = [value % 256];
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}

function float(value: number): Uint8Array {
  const out = new DataView(new ArrayBuffer(8));
  out.setFloat64(0, value);
  return new Uint8Array(out.buffer);
}

/** An element; its size in eight bytes. */
function element(id: number, ...content: readonly (Uint8Array | number | string)[]): Uint8Array {
  const parts = content.map((c) => (typeof c === 'number' ? uint(c) : typeof c === 'string' ? TEXT.encode(c) : c));
  const head = new DataView(new ArrayBuffer(8));
  head.setBigUint64(0, BigInt(parts.reduce((sum, part) => sum + part.length, 0)));
  head.setUint8(0, 1);
  return concat([uint(id), new Uint8Array(head.buffer), ...parts]);
}

const ENDLESS = Uint8Array.from([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);

const slice = (view: DataView, from: number): DataView =>
  new DataView(view.buffer, view.byteOffset + from, Math.max(0, view.byteLength - from));

/**
 * "OpusHead" (RFC 7845 5.1) out of dOps, the same with other ends first; but for what is to be skipped: a part is from
 * the midst of a meeting, and its times are those of what is heard.
 */
function opusHead(dops: DataView): Uint8Array {
  const out = new DataView(new ArrayBuffer(19));
  new Uint8Array(out.buffer).set(TEXT.encode('OpusHead'));
  out.setUint8(8, 1);
  out.setUint8(9, dops.getUint8(1));
  out.setUint32(12, dops.getUint32(4), true);
  out.setInt16(16, dops.getInt16(8), true);
  return new Uint8Array(out.buffer);
}

function videoTrack(track: Track): Uint8Array {
  const size = [element(0xb0, track.entry.getUint16(24)), element(0xba, track.entry.getUint16(26))];
  return element(0xae, ...about(track, 1, 'V_VP8'), element(0xe0, ...size));
}

function audioTrack(track: Track): Uint8Array | null {
  const dops = first(slice(track.entry, AUDIO_ENTRY), 'dOps');
  if (!dops || dops.byteLength < 11) return null;
  const sound = element(0xe1, element(0xb5, float(48000)), element(0x9f, dops.getUint8(1)));
  const extra = [element(0x63a2, opusHead(dops)), element(0x56aa, 0), element(0x56bb, PRE_ROLL_NS), sound];
  return element(0xae, ...about(track, 2, 'A_OPUS'), ...extra);
}

const about = (track: Track, kind: number, codec: string): Uint8Array[] => [
  ...[element(0xd7, track.number), element(0x73c5, track.number), element(0x9c, 0)],
  ...[element(0x83, kind), element(0x86, codec)],
];

function readTrack(trak: DataView): (Track & { codec: string }) | null {
  const [tkhd, mdhd, hdlr] = [first(trak, 'tkhd'), first(trak, 'mdia', 'mdhd'), first(trak, 'mdia', 'hdlr')];
  const stsd = first(trak, 'mdia', 'minf', 'stbl', 'stsd');
  const entry = stsd && stsd.byteLength > 8 ? [...boxes(slice(stsd, 8))][0] : undefined;
  if (!tkhd || !mdhd || !hdlr || !entry) return null;
  const video = hdlr.getUint32(8) === 0x76696465; // vide
  const timescale = mdhd.getUint32(isLong(mdhd) ? 20 : 12);
  if (timescale === 0 || entry.body.byteLength < (video ? VIDEO_ENTRY : AUDIO_ENTRY)) return null;
  return {
    ...{ number: tkhd.getUint32(isLong(tkhd) ? 20 : 12), video, timescale },
    ...{ entry: entry.body, codec: entry.type, duration: 0, size: 0, flags: 0 },
  };
}

/** What a trun says of each sample, its fields in this order (8.8.8). */
const FIELDS = [0x100, 0x200, 0x400, 0x800] as const;

export class WebmWriter {
  private tracks = new Map<number, Track>();

  /** An init part or fragments, or both. What is no part of either, or is cut off within, is left out. */
  write(part: Uint8Array): Uint8Array<ArrayBuffer> {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    const head: Uint8Array[] = [];
    const samples: Sample[] = [];
    let at = 0;
    for (const { type, body } of boxes(view)) {
      try {
        if (type === 'moov') head.push(this.head(body));
        if (type === 'moof') this.samples(body, part.subarray(at), samples);
      } catch (e) {
        if (!(e instanceof RangeError)) throw e;
      }
      at = body.byteOffset + body.byteLength - view.byteOffset;
    }
    return concat([...head, ...clusters(withoutHoles(samples))]);
  }

  private head(moov: DataView): Uint8Array {
    this.tracks.clear();
    const entries: Uint8Array[] = [];
    for (const trak of inside(moov, 'trak')) {
      const track = readTrack(trak);
      const entry = track?.codec === 'vp08' ? videoTrack(track) : track?.codec === 'Opus' ? audioTrack(track) : null;
      if (!track || !entry) continue;
      this.tracks.set(track.number, track);
      entries.push(entry);
    }
    for (const trex of inside(moov, 'mvex', 'trex')) {
      const track = trex.byteLength >= 24 ? this.tracks.get(trex.getUint32(4)) : undefined;
      if (!track) continue;
      [track.duration, track.size, track.flags] = [trex.getUint32(12), trex.getUint32(16), trex.getUint32(20)];
    }
    const ebml = [element(0x4286, 1), element(0x42f7, 1), element(0x42f2, 4), element(0x42f3, 8)];
    const names = [element(0x4282, 'webm'), element(0x4287, 4), element(0x4285, 2)];
    const info = element(
      0x1549a966,
      element(0x2ad7b1, 1_000_000),
      element(0x4d80, 'mingjing'),
      element(0x5741, 'mingjing'),
    );
    return concat([
      element(0x1a45dfa3, ...ebml, ...names),
      ...[uint(0x18538067), ENDLESS, info, element(0x1654ae6b, ...entries)],
    ]);
  }

  /** `from`: the bytes from the moof on, which is where its data offsets count from. */
  private samples(moof: DataView, from: Uint8Array, all: Sample[]): void {
    for (const traf of inside(moof, 'traf')) {
      const [tfhd, tfdt] = [first(traf, 'tfhd'), first(traf, 'tfdt')];
      const track = tfhd && tfhd.byteLength >= 8 ? this.tracks.get(tfhd.getUint32(4)) : undefined;
      if (!tfhd || !tfdt || !track) continue;
      const usual = defaults(track, tfhd);
      let time = isLong(tfdt) ? Number(tfdt.getBigUint64(4)) : tfdt.getUint32(4);
      for (const trun of inside(traf, 'trun')) time = readRun(trun, usual, time, from, all);
    }
  }
}

/**
 * Pictures behind a break in either track, more than twice as long as what is before it lasts, would be thrown away up to
 * the next key frame (part-source.ts). Each picture lasts until the next one; for sound that was lost on its way there is
 * silence, since the browser takes its duration from the packets themselves.
 */
function withoutHoles(samples: readonly Sample[]): Sample[] {
  const all: Sample[] = [];
  const last = new Map<number, Sample>();
  for (const sample of [...samples].sort((a, b) => a.at - b.at)) {
    const before = last.get(sample.track.number);
    if (before?.track.video) before.duration = sample.at - before.at;
    else if (before) all.push(...silence(before, sample.at));
    last.set(sample.track.number, sample);
    all.push(sample);
  }
  return all.sort((a, b) => a.at - b.at);
}

/** Packets without sound, of one frame each, from the end of `before` on. */
function silence(before: Sample, until: number): Sample[] {
  const [toc, count] = [before.bytes[0]!, before.bytes[1] ?? 0];
  const frame = opusFrameMs(toc);
  const lasts = frame * [1, 2, 2, count & 0x3f][toc & 3]!;
  const missing = until - before.at < SILENCE_MOST_MS ? Math.floor((until - before.at - lasts) / frame) : 0;
  if (missing <= 0) return [];
  before.duration = Math.round(lasts);
  const like = { ...before, duration: Math.round(frame), bytes: Uint8Array.of(toc & ~3) };
  return Array.from({ length: missing }, (_, i) => ({ ...like, at: Math.round(before.at + lasts + i * frame) }));
}

/** Of the first byte of a packet (RFC 6716 3.1). */
function opusFrameMs(toc: number): number {
  const kind = toc >> 3;
  if (kind < 12) return [10, 20, 40, 60][kind & 3]!;
  return kind < 16 ? [10, 20][kind & 1]! : [2.5, 5, 10, 20][kind & 3]!;
}

function clusters(samples: readonly Sample[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let i = 0; i < samples.length;) {
    const start = Math.max(0, samples[i]!.at);
    const blocks: Uint8Array[] = [];
    do blocks.push(block(samples[i]!, start));
    while (++i < samples.length && samples[i]!.at - start <= REACH);
    out.push(element(0x1f43b675, element(0xe7, start), ...blocks));
  }
  return out;
}

function defaults(track: Track, tfhd: DataView): Track {
  const has = tfhd.getUint32(0);
  let at = 8 + (has & 1 ? 8 : 0) + (has & 2 ? 4 : 0);
  const next = (bit: number, usual: number): number => {
    if (!(has & bit) || at + 4 > tfhd.byteLength) return usual;
    at += 4;
    return tfhd.getUint32(at - 4);
  };
  const [duration, size] = [next(8, track.duration), next(16, track.size)];
  return { ...track, duration, size, flags: next(32, track.flags) };
}

/** Returns the time after it. */
function readRun(trun: DataView, track: Track, time: number, from: Uint8Array, all: Sample[]): number {
  const has = trun.getUint32(0);
  const count = trun.getUint32(4);
  let at = 8;
  let data = has & 1 ? trun.getInt32(at) : 0;
  at += has & 1 ? 4 : 0;
  let flags = has & 4 ? trun.getUint32(at) : track.flags;
  at += has & 4 ? 4 : 0;
  const width = 4 * FIELDS.filter((bit) => has & bit).length;
  for (let i = 0; i < count && at + width <= trun.byteLength; i++) {
    const value = (bit: number, usual: number): number => {
      if (!(has & bit)) return usual;
      at += 4;
      return bit === 0x800 ? trun.getInt32(at - 4) : trun.getUint32(at - 4);
    };
    const [duration, size] = [value(0x100, track.duration), value(0x200, track.size)];
    flags = value(0x400, i === 0 ? flags : track.flags);
    const shown = time + value(0x800, 0);
    if (size === 0 || data < 0 || data + size > from.length) break;
    const ms = (ticks: number) => Math.round((ticks * 1000) / track.timescale);
    all.push({
      ...{ track, at: ms(shown), duration: ms(shown + duration) - ms(shown) },
      ...{ key: !track.video || !(flags & NOT_A_KEY), bytes: from.subarray(data, data + size) },
    });
    data += size;
    time += duration;
  }
  return time;
}

/** A group, since a block alone does not say how long it lasts. */
function block(sample: Sample, start: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(4));
  head.setUint8(0, 0x80 | sample.track.number);
  head.setInt16(1, sample.at - start);
  const refers = sample.key ? [] : [element(0xfb, Uint8Array.from([0xff]))];
  const body = element(0xa1, new Uint8Array(head.buffer), sample.bytes);
  return element(0xa0, body, element(0x9b, sample.duration), ...refers);
}
