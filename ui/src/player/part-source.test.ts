// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';
import { takeParts } from './part-source';

/** A source and its buffer that tell what is done to them. */
function source() {
  const done: string[] = [];
  const buffer = {
    updating: false,
    get timestampOffset() {
      return 0;
    },
    set timestampOffset(_: number) {
      done.push('open');
      made.readyState = 'open';
    },
    abort: () => void done.push('anew'),
    appendBuffer: (data: ArrayBuffer) => void done.push(`append ${data.byteLength}`),
    changeType: (type: string) => void done.push(type),
  };
  const made = {
    readyState: 'open',
    addSourceBuffer: (type: string) => {
      done.push(type);
      return buffer;
    },
  };
  takeParts(made as unknown as MediaSource);
  return { made, buffer, done };
}

it('lets each part begin anew, whatever the one before it ended with', () => {
  const { made, buffer, done } = source();
  made.addSourceBuffer('video/mp4;codecs=opus,avc1.42e01f');
  buffer.appendBuffer(new ArrayBuffer(3));
  buffer.appendBuffer(new ArrayBuffer(4));
  expect(done).toEqual(['video/mp4;codecs=opus,avc1.42e01f', 'anew', 'append 3', 'anew', 'append 4']);
});

it('opens a source that had ended, and leaves one alone that is at work', () => {
  const { made, buffer, done } = source();
  made.addSourceBuffer('video/mp4;codecs=avc1.42e01f');
  made.readyState = 'ended';
  buffer.appendBuffer(new ArrayBuffer(3));
  buffer.updating = true;
  buffer.appendBuffer(new ArrayBuffer(4));
  expect(done.slice(1)).toEqual(['open', 'anew', 'append 3', 'append 4']);
});

it('tells VP8 to the browser by its own name, and writes it anew', () => {
  const { made, buffer, done } = source();
  made.addSourceBuffer('video/mp4;codecs=opus,vp08');
  buffer.appendBuffer(new ArrayBuffer(3));
  buffer.changeType('video/mp4;codecs=avc1.42e01f');
  buffer.appendBuffer(new ArrayBuffer(3));
  expect(done).toEqual([
    ...['video/webm; codecs="vp8,opus"', 'anew', 'append 0'],
    ...['video/mp4;codecs=avc1.42e01f', 'anew', 'append 3'],
  ]);
});
