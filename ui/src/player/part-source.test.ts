// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';
import { takeParts } from './part-source';
import { box, fragment, part, zeros } from './testing-mp4';

/** A source and its buffer that tell what is done to them. */
function source() {
  const done: string[] = [];
  const buffer = {
    updating: false,
    at: 0,
    get timestampOffset() {
      return buffer.at;
    },
    set timestampOffset(_: number) {
      done.push('open');
      made.readyState = 'open';
    },
    abort: () => void done.push('anew'),
    appendBuffer: (data: ArrayBuffer | Uint8Array) => void done.push(`append ${data.byteLength}`),
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

it('lets what is no part begin anew, whatever the one before it ended with', () => {
  const { made, buffer, done } = source();
  made.addSourceBuffer('video/mp4;codecs=opus,avc1.42e01f');
  buffer.appendBuffer(new ArrayBuffer(3));
  buffer.appendBuffer(new ArrayBuffer(4));
  expect(done).toEqual(['video/mp4;codecs=opus,avc1.42e01f', 'anew', 'append 3', 'anew', 'append 4']);
});

it('lets a part begin anew unless it goes on where the one appended before it ended', () => {
  const { made, buffer, done } = source();
  made.addSourceBuffer('video/mp4;codecs=mp4a.40.2,avc1.42e01f');
  const first = fragment({ start: 0, each: 30 }, { start: 960, each: 100 });
  const goesOn = fragment({ start: 108_000, each: 30 }, { start: 96_960, each: 100 }); // its sound before its pictures
  const late = fragment({ start: 216_000, each: 30 }, { start: 192_960 + 9600, each: 100 });
  const append = (...bytes: number[]) => {
    done.length = 0;
    buffer.appendBuffer(part(bytes));
    return done.includes('anew');
  };
  expect(append(...box('moov', zeros(8)))).toBe(true);
  expect(append(...first)).toBe(true);
  expect(append(...goesOn)).toBe(false);
  expect(append(...goesOn)).toBe(true); // it was not taken, or is loaded once more
  expect(append(...first)).toBe(true);
  expect(append(...goesOn)).toBe(false);
  expect(append(...late)).toBe(true);
  expect(append(...first)).toBe(true);
  buffer.at = 2; // hls.js places what follows elsewhere
  expect(append(...goesOn)).toBe(true);
  expect(append(...box('moov', zeros(8)))).toBe(true);
  expect(append(...goesOn)).toBe(true);
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
