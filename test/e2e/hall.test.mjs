// SPDX-License-Identifier: GPL-3.0-or-later
// From a ticket to its footage without a browser: records the synthetic hall, serves citizens, finds a
// ticket by command and over HTTP, and proves from the decoded pictures that what is returned was taken
// by that camera at that time. H.265 included.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startChain } from './chain.mjs';

const FRAME_US = 85_000; // the slowest of the hall's cameras makes 12.5 pictures a second
const home = mkdtempSync(join(tmpdir(), 'mingjing-hall-'));
let chain;
let ticket;
let dossier;
let cookie;

const us = (text) => {
  const [, seconds, micro] = /^(.*?)\.(\d{1,6})/.exec(text) ?? [null, text, '0'];
  return Date.parse(`${seconds}${text.slice(-6)}`) * 1000 + Number(micro.padEnd(6, '0'));
};

// What a program reads in the pictures of a file: [{ camera_id, frame, utc_us, pts_us }].
function stamps(file, ...options) {
  const text = execFileSync(chain.program('mingjing-test-stamp'), [...options, file], { maxBuffer: 64 << 20 });
  return text
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function get(path) {
  const response = await fetch(chain.api + path, { headers: { cookie } });
  assert.equal(response.status, 200, `${path}: ${response.status}`);
  return response;
}

before(async () => {
  chain = await startChain({ build: process.env.MINGJING_BUILD, home, queue: { visitSeconds: '4-7', seed: 7 } });
  ticket = await chain.nextTicket((served) => served.visits.length === 1 && !served.corrected);
  const settled = Date.parse(ticket.settled_at) + 2500;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, settled - Date.now())));
  dossier = await chain.command('find', 'ticket', ticket.ticket_no, '--day', ticket.day);
  const { user: name, password } = chain.account;
  const response = await fetch(`${chain.api}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  });
  cookie = response.headers.get('set-cookie').split(';')[0];
});

after(async () => {
  await chain?.stop();
  rmSync(home, { recursive: true, force: true });
});

test('the ticket is found with its visit and every camera that saw it', () => {
  assert.equal(dossier.subject.key, ticket.ticket_no);
  assert.equal(dossier.visits.length, 1);
  assert.equal(dossier.visits[0].place, ticket.window);
  assert.equal(us(dossier.visits[0].called), us(ticket.called));
  assert.equal(us(dossier.visits[0].finished), us(ticket.finished));
  const seeing = chain.cameras.filter((camera) => camera.places.includes(ticket.window)).map((camera) => camera.id);
  assert.deepEqual(
    dossier.cameras.map((camera) => camera.camera),
    seeing.sort(),
  );
  assert.ok(dossier.cameras.some((camera) => camera.video === 'hevc'));
});

test('every picture of the files is of that camera and of the time the index says', () => {
  for (const camera of dossier.cameras) {
    let during = 0;
    for (const segment of camera.spans[0].segments) {
      const pictures = stamps(join(home, 'footage', segment.path));
      for (const [i, picture] of pictures.entries()) {
        const indexed = us(segment.start) + (picture.pts_us - pictures[0].pts_us);
        assert.equal(picture.camera_id, camera.camera);
        assert.ok(
          Math.abs(indexed - picture.utc_us) <= FRAME_US,
          `${camera.camera}: ${indexed - picture.utc_us} us off`,
        );
        if (i > 0) assert.equal(picture.frame, pictures[i - 1].frame + 1, `${camera.camera}: a picture is missing`);
        if (picture.utc_us >= us(ticket.called) && picture.utc_us <= us(ticket.finished)) during += 1;
      }
    }
    const seconds = (us(ticket.finished) - us(ticket.called)) / 1e6;
    assert.ok(during >= 12 * seconds - 2, `${camera.camera}: ${during} pictures in ${seconds} s`);
  }
});

test('the still of the moment of the call shows that moment', async () => {
  for (const { camera } of dossier.cameras) {
    const at = encodeURIComponent(dossier.cue);
    const response = await get(`/api/v1/cameras/${camera}/frame.jpg?at=${at}`);
    const file = join(home, 'still.jpg');
    writeFileSync(file, Buffer.from(await response.arrayBuffer()));
    const [picture] = stamps(file, '--first');
    assert.equal(picture.camera_id, camera);
    assert.ok(us(dossier.cue) - picture.utc_us >= 0, `${camera}: a picture of later`);
    assert.ok(us(dossier.cue) - picture.utc_us <= FRAME_US, `${camera}: ${us(dossier.cue) - picture.utc_us} us old`);
    assert.ok(Math.abs(us(response.headers.get('mingjing-frame-time')) - picture.utc_us) <= FRAME_US);
  }
});

// Puts a playlist together as a player does: the init part once a file, then the byte ranges.
async function fetchPlaylist(path) {
  const parts = [];
  const segment = (uri, offset, length) =>
    fetch(new URL(uri, chain.api + path), { headers: { cookie, range: `bytes=${offset}-${offset + length - 1}` } });
  let range;
  for (const line of (await (await get(path)).text()).split('\n')) {
    const map = /^#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@(\d+)"/.exec(line);
    const bytes = /^#EXT-X-BYTERANGE:(\d+)@(\d+)/.exec(line);
    if (map) parts.push(await segment(map[1], Number(map[3]), Number(map[2])));
    else if (bytes) range = [Number(bytes[2]), Number(bytes[1])];
    else if (line && !line.startsWith('#')) parts.push(await segment(line, ...range));
  }
  assert.ok(parts.length > 1);
  for (const part of parts) assert.equal(part.status, 206);
  return Buffer.concat(await Promise.all(parts.map(async (part) => Buffer.from(await part.arrayBuffer()))));
}

test('the playlist of the visit plays that visit', async () => {
  const { called, finished } = dossier.visits[0];
  const query = `from=${encodeURIComponent(called)}&to=${encodeURIComponent(finished)}`;
  for (const { camera } of dossier.cameras) {
    const file = join(home, 'visit.mp4');
    writeFileSync(file, await fetchPlaylist(`/api/v1/cameras/${camera}/playlist.m3u8?${query}`));
    const pictures = stamps(file);
    assert.ok(pictures.every((picture) => picture.camera_id === camera));
    assert.ok(pictures[0].utc_us <= us(called), `${camera} begins late`);
    assert.ok(pictures.at(-1).utc_us >= us(finished) - FRAME_US, `${camera} ends early`);
    for (let i = 1; i < pictures.length; i += 1) assert.equal(pictures[i].frame, pictures[i - 1].frame + 1);
  }
});

const tracksOf = (file) =>
  JSON.parse(
    execFileSync('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'stream=codec_type,codec_name,duration',
      '-of',
      'json',
      file,
    ]),
  ).streams;

test('a clip of the visit is whole, in step with the hall, and has its sound', async () => {
  const { called, finished } = dossier.visits[0];
  const asked = us(finished) - us(called);
  let sounds = 0;
  for (const { camera, audio } of dossier.cameras) {
    const out = join(home, `${camera}.mp4`);
    const clip = await chain.command('clip', camera, '--from', called, '--to', finished, '--out', out);
    const pictures = stamps(out);
    const begun = us(clip.first);
    assert.equal(pictures.length, clip.pictures);
    assert.ok(begun <= us(called), `${camera} begins late`);
    assert.ok(pictures.at(-1).utc_us >= us(finished) - FRAME_US, `${camera} ends early`);
    for (const [i, picture] of pictures.entries()) {
      assert.equal(picture.camera_id, camera);
      assert.ok(Math.abs(begun + picture.pts_us - picture.utc_us) <= FRAME_US, `${camera}: picture ${i}`);
      if (i > 0) assert.equal(picture.frame, pictures[i - 1].frame + 1, `${camera}: a picture is missing`);
    }
    const sound = tracksOf(out).find((track) => track.codec_type === 'audio');
    assert.equal(sound?.codec_name, audio ?? undefined);
    if (sound)
      assert.ok(
        Math.abs(Number(sound.duration) * 1e6 - (us(finished) - begun)) < 200_000,
        `${camera}: ${sound.duration} s of sound of ${asked / 1e6}`,
      );
    sounds += sound ? 1 : 0;
    assert.equal(createHash('sha256').update(readFileSync(out)).digest('hex'), clip.sha256);
  }
  assert.ok(sounds > 0);
});

test('catalogue and disk agree', async () => {
  const { findings } = await chain.command('verify');
  assert.deepEqual(findings, []);
});
