// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of the footage as the page hands them to the browser, but with sound that was lost on its way: in the midst of a
// part and between two. Whatever becomes of the sound, each moment has its own picture.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.env.MINGJING_SOURCE ?? '.', 'ui/package.json'));

const LOST_MS = 100;
const PLAYER = 'src/player/part-source.ts';

async function bundled() {
  const ui = join(process.env.MINGJING_SOURCE ?? '.', 'ui');
  const { outputFiles } = await require('esbuild').build({
    ...{ entryPoints: [join(ui, PLAYER)], bundle: true, write: false, format: 'iife', globalName: 'testParts' },
  });
  return outputFiles[0].text;
}

/** The two longest parts of a playlist that follow each other in one file: { init, parts: [{ seconds, url, range }] }. */
export function longestPair(playlist, base) {
  const pairs = [];
  let init, seconds, range, before;
  for (const line of playlist.split('\n')) {
    const bytes = /BYTERANGE[:=]"?(\d+)@(\d+)/.exec(line)?.slice(1).map(Number);
    if (line.startsWith('#EXT-X-MAP')) [init, before] = [{ url: /URI="([^"]+)/.exec(line)[1], range: bytes }, null];
    else if (line.startsWith('#EXTINF:')) seconds = parseFloat(line.slice(8));
    else if (bytes) range = bytes;
    else if (line && !line.startsWith('#')) {
      const part = { seconds, url: line, range };
      if (before) pairs.push({ init, parts: [before, part] });
      before = part;
    }
  }
  const least = ({ parts }) => Math.min(...parts.map((p) => p.seconds));
  const pair = pairs.reduce((best, p) => (best && least(best) >= least(p) ? best : p), null);
  for (const piece of pair ? [pair.init, ...pair.parts] : []) piece.url = new URL(piece.url, base).href;
  return pair;
}

/** In the page: what both parts show, late in each, if nothing is lost, and if it is; in ms since the start of the epoch. */
async function show({ pair, type, lostMs }) {
  const load = async ({ url, range: [length, from] }) => {
    const answer = await fetch(url, { headers: { range: `bytes=${from}-${from + length - 1}` } });
    return new Uint8Array(await answer.arrayBuffer());
  };
  const inside = (view, path, at = 0, end = view.byteLength) => {
    const found = [];
    for (let size; at + 8 <= end && (size = view.getUint32(at)) >= 8; at += size) {
      const name = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
      if (name !== path[0]) continue;
      if (path.length === 1) found.push(at + 8);
      else found.push(...inside(view, path.slice(1), at + 8, at + size));
    }
    return found;
  };
  // Each fragment's sound but the first's, or all of it, comes later; returns when the part's pictures begin, in s.
  const delay = (bytes, ms, first) => {
    const view = new DataView(bytes.buffer);
    const starts = [];
    for (const [i, at] of inside(view, ['moof', 'traf', 'tfdt']).entries()) {
      const track = view.getUint32(inside(view, ['moof', 'traf', 'tfhd'])[i] + 4);
      const long = view.getUint8(at) === 1;
      const ticks = long ? Number(view.getBigUint64(at + 4)) : view.getUint32(at + 4);
      if (track === 1) starts.push(ticks / 90_000);
      else if (starts.length > 1 || first) {
        if (long) view.setBigUint64(at + 4, BigInt(ticks + ms * 48));
        else view.setUint32(at + 4, ticks + ms * 48);
      }
    }
    return starts[0];
  };
  const player = async (bytes) => {
    const video = document.body.appendChild(Object.assign(document.createElement('video'), { muted: true }));
    const source = new MediaSource();
    window.testParts.takeParts(source);
    video.src = URL.createObjectURL(source);
    await new Promise((done) => source.addEventListener('sourceopen', done, { once: true }));
    const buffer = source.addSourceBuffer(type);
    for (const piece of bytes) {
      const done = new Promise((resolve) => buffer.addEventListener('updateend', resolve, { once: true }));
      buffer.appendBuffer(piece);
      await done;
    }
    return video;
  };
  const stampOf = (video) => (window.testStampOf(video)?.utcUs ?? NaN) / 1000;
  // The picture there, once `good` says that it is the right one; at last whatever there is.
  const pictureAt = async (video, media, good) => {
    video.currentTime = media;
    for (let began = performance.now(), there = began; ;) {
      await new Promise((done) => setTimeout(done, 30));
      const now = performance.now();
      if (video.seeking || video.readyState < 2) there = now;
      const shown = there === now ? NaN : stampOf(video);
      if (good(shown) || now - began > 20_000 || now - there > 3000) return shown;
    }
  };
  const [init, ...parts] = await Promise.all([pair.init, ...pair.parts].map(load));
  const lost = parts.map((bytes) => bytes.slice());
  const starts = lost.map((bytes, i) => delay(bytes, lostMs * (i + 1), i > 0));
  const [whole, holed] = [await player([init, ...parts]), await player([init, ...lost])];
  const looks = [];
  for (const [i, { seconds }] of pair.parts.entries())
    for (const share of [0.9, 0.8, 0.7, 0.6, 0.5]) {
      // One that lost packets on its way has no stamp, and another is as good.
      const asked = await pictureAt(whole, starts[i] + share * seconds, (shown) => shown);
      if (!asked) continue;
      const shown = await pictureAt(holed, starts[i] + share * seconds, (there) => there === asked);
      looks.push({ asked, shown, state: [holed.readyState, holed.error?.message, holed.buffered.length] });
      break;
    }
  for (const video of [whole, holed]) video.remove();
  return looks;
}

/** `page`: one that may read the footage. `type`: as hls.js asks for it. */
export async function showWithLostSound(page, playlist, type) {
  const text = await page.evaluate((url) => fetch(url).then((r) => r.text()), playlist);
  const pair = longestPair(text, playlist);
  await page.evaluate(`${await bundled()}; window.testParts = testParts; null`);
  return page.evaluate(show, { pair, type, lostMs: LOST_MS });
}
