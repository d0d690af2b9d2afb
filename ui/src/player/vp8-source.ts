// SPDX-License-Identifier: GPL-3.0-or-later
// Lets hls.js play VP8: browsers take it as WebM and not as MP4, in which it is recorded. hls.js fetches, places and
// appends parts as ever; what goes into a source buffer of "vp08" is written anew on the way (webm.ts).
import { WebmWriter } from './webm';

/** The type under which the browser takes it; null if it is not VP8. */
export function webmType(type: string): string | null {
  if (!/vp08/.test(type)) return null;
  return `video/webm; codecs="${/opus/i.test(type) ? 'vp8,opus' : 'vp8'}"`;
}

/** From now on `source` takes VP8 in MP4. */
export function takeVp8(source: MediaSource): void {
  const addUsual = source.addSourceBuffer.bind(source);
  source.addSourceBuffer = (type: string): SourceBuffer => {
    const buffer = addUsual(webmType(type) ?? type);
    const [appendUsual, changeUsual] = [buffer.appendBuffer.bind(buffer), buffer.changeType?.bind(buffer)];
    let writer = webmType(type) ? new WebmWriter() : null;
    buffer.changeType = (other: string): void => {
      changeUsual(webmType(other) ?? other);
      writer = webmType(other) ? new WebmWriter() : null;
    };
    buffer.appendBuffer = (data: BufferSource): void => {
      const bytes = ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new Uint8Array(data);
      appendUsual(writer ? writer.write(bytes) : data);
    };
    return buffer;
  };
}
