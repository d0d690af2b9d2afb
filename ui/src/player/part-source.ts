// SPDX-License-Identifier: GPL-3.0-or-later
// What hls.js appends, on its way into the browser. It fetches and places parts as ever; here each of them begins anew,
// and what goes into a source buffer of "vp08" is written anew (webm.ts): browsers take VP8 as WebM and not as MP4, in
// which it is recorded.
import { edgesOf, goesOn, withoutHoles, type Edges } from './mp4-holes';
import { WebmWriter } from './webm';

/** The type under which the browser takes it; null if it is not VP8. */
export function webmType(type: string): string | null {
  if (!/vp08/.test(type)) return null;
  return `video/webm; codecs="${/opus/i.test(type) ? 'vp8,opus' : 'vp8'}"`;
}

/**
 * To the browser a part goes on where the one appended before it ended, and a break in one track is a break in all (Media
 * Source Extensions, "coded frame processing", step 6). If the sound breaks off behind the part's key frame, the browser
 * waits for another one, throws the pictures up to it away, and the first stands meanwhile. So a part that does not go on
 * in each of its tracks begins by itself. One that does must not: what begins by itself replaces all that there is from
 * its first sample on, in Chromium in every track, and the sound of a part begins up to a third of a second before its
 * pictures (G.711): the last pictures of the part before would be gone.
 */
function beginAnew(source: MediaSource, buffer: SourceBuffer): void {
  if (buffer.updating) return; // appending is refused then
  if (source.readyState === 'ended') buffer.timestampOffset += 0; // opens it, as appending would
  if (source.readyState === 'open') buffer.abort();
}

const NONE: Edges = new Map();

/** From now on `source` takes parts of what is recorded, VP8 in MP4 too. */
export function takeParts(source: MediaSource): void {
  const addUsual = source.addSourceBuffer.bind(source);
  source.addSourceBuffer = (type: string): SourceBuffer => {
    const buffer = addUsual(webmType(type) ?? type);
    const [appendUsual, changeUsual] = [buffer.appendBuffer.bind(buffer), buffer.changeType?.bind(buffer)];
    let writer = webmType(type) ? new WebmWriter() : null;
    let before = { edges: NONE, offset: 0 };
    buffer.changeType = (other: string): void => {
      changeUsual(webmType(other) ?? other);
      writer = webmType(other) ? new WebmWriter() : null;
    };
    buffer.appendBuffer = (data: BufferSource): void => {
      const bytes = ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new Uint8Array(data);
      const part = writer ? writer.write(bytes) : withoutHoles(bytes);
      const now = { edges: writer ? NONE : edgesOf(part), offset: buffer.timestampOffset };
      if (now.offset !== before.offset || !goesOn(before.edges, now.edges)) beginAnew(source, buffer);
      before = now;
      appendUsual(part);
    };
    return buffer;
  };
}
