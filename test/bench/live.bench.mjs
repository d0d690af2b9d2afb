// SPDX-License-Identifier: GPL-3.0-or-later
// The live wall in a real browser: first picture, lens to glass, pictures left out
//
//   live.bench.mjs [--tiles N] [--seconds S] [--opens N] [--keep]
//
// The synthetic hall's H.264 cameras stamp the moment at which each picture was drawn into it. They are registered as
// often as there are tiles, recorded, and shown on one wall. First picture: from the moment the wall is opened to the
// moment a picture of a tile is on the screen, over all tiles of some openings. Lens to glass: what the clock says when a
// picture is read back from the screen, less what stands in it: encoding, the camera's line, recorder, server, browser and
// decoding are all within. The clock is the same at both ends. Encoders, recorder, server and browser share the machine.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Chain } from '../e2e/chain.mjs';
import { launch, newPage } from '../e2e/page.mjs';
import { cpuSeconds, machineSeconds } from './cost.mjs';

const SAMPLE_MS = 100; // one tile at a time: reading pixels back costs the page time
const READY_SECONDS = 60;

const { values } = parseArgs({
  options: {
    tiles: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '60' },
    opens: { type: 'string', default: '3' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    './mj bench live [--tiles 1, 4, 9, 16 or 25] [--seconds S, measured] [--opens N of the wall, for the first picture] [--keep the footage]',
  );
  process.exit(0);
}
const tiles = Number(values.tiles);
const seconds = Number(values.seconds);
const opens = Number(values.opens);
if (![1, 4, 9, 16, 25].includes(tiles) || !(seconds >= 2 && opens >= 1)) {
  console.error('live: --tiles 1, 4, 9, 16 or 25, --seconds from 2, --opens from 1');
  process.exit(2);
}

const build = process.env.MINGJING_BUILD;
const work = join(build, 'test', 'bench');
mkdirSync(work, { recursive: true });
const home = mkdtempSync(join(work, 'live-'));
const say = (text) => console.error(`live: ${text}`);

const quantile = (list, part) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(part * list.length))];
const spread = (list) => `median ${quantile(list, 0.5)}, p95 ${quantile(list, 0.95)}, most ${quantile(list, 1)} ms`;

const chain = new Chain({ build, home });
let browser;
const tidy = async () => {
  await browser?.close();
  await chain.stop();
  if (!values.keep) rmSync(home, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await tidy();
    process.exit(130);
  });

async function prepare() {
  await chain.makeHome();
  await chain.startHall();
  const real = chain.cameras.filter((camera) => camera.video === 'h264');
  chain.cameras = Array.from({ length: tiles }, (_, i) => ({
    ...real[i % real.length],
    id: `t${String(i + 1).padStart(2, '0')}`,
  }));
  for (const { id, url } of chain.cameras) await chain.command('camera', 'add', id, url);
  chain.startCapture();
  await chain.startApi();
  await chain.recording(READY_SECONDS);
  browser = await launch();
  const page = await newPage(browser);
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(`${chain.api}/`);
  await page.fill('#name', chain.account.user);
  await page.fill('#password', chain.account.password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#find');
  return page;
}

// Opens the wall, and says for each tile how long its first picture took.
const open = (page) =>
  page.evaluate(
    async ({ count, limit }) => {
      const since = performance.now();
      window.location.hash = '#/live';
      const first = new Map();
      while (first.size < count && performance.now() - since < limit) {
        await new Promise(requestAnimationFrame);
        for (const video of document.querySelectorAll('video[data-wall-us]'))
          if (!first.has(video)) first.set(video, Math.round(performance.now() - since));
      }
      return [...first.values()];
    },
    { count: tiles, limit: READY_SECONDS * 1000 },
  );

async function close(page) {
  await page.evaluate(() => {
    window.location.hash = '#/find';
  });
  await page.waitForSelector('#find');
}

// Pictures that the browser left out, and those that the server did.
const dropped = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('video')].reduce(
      (n, video) => n + video.getVideoPlaybackQuality().droppedVideoFrames,
      0,
    ),
  );

// What is on the screen of one tile after the other, against the clock.
const sample = (page) =>
  page.evaluate(
    async ({ pause, until }) => {
      const late = [];
      let missed = 0;
      const end = performance.now() + until;
      for (let i = 0; performance.now() < end; i++) {
        const videos = document.querySelectorAll('video');
        const stamp = window.testStampOf(videos[i % videos.length]);
        const now = performance.timeOrigin + performance.now();
        if (stamp) late.push(Math.round(now - stamp.utcUs / 1000));
        else missed += 1;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      return { late, missed };
    },
    { pause: SAMPLE_MS, until: seconds * 1000 },
  );

try {
  const page = await prepare();
  const first = [];
  for (let i = 0; i < opens; i++) {
    if (i > 0) await close(page);
    const took = await open(page);
    if (took.length < tiles) throw new Error(`only ${took.length} of ${tiles} tiles had a picture`);
    first.push(...took);
    await sleep(2000);
  }
  say(`first picture: ${spread(first)} over ${first.length}`);
  const before = {
    dropped: await dropped(page),
    machine: machineSeconds(),
    api: cpuSeconds([chain.apiProcess.child.pid]),
    at: performance.now(),
  };
  const { late, missed } = await sample(page);
  const lost = (await dropped(page)) - before.dropped;
  const elapsed = (performance.now() - before.at) / 1000;
  const machine = machineSeconds();
  const busy = (machine.busy - before.machine.busy) / (machine.all - before.machine.all);
  const api = (100 * (cpuSeconds([chain.apiProcess.child.pid]) - before.api)) / elapsed;
  const expected = chain.cameras.reduce((n, camera) => n + camera.fps * elapsed, 0);
  say(`lens to glass: ${spread(late)} over ${late.length}; ${missed} could not be read`);
  say(
    `${lost} of about ${Math.round(expected)} pictures left out; the server took ${api.toFixed(1)} % of a core; the machine was ${(100 * busy).toFixed(0)} % busy`,
  );
  console.log(
    `live tiles=${tiles} first_picture_ms_p95=${quantile(first, 0.95)} latency_ms_p95=${quantile(late, 0.95)} dropped=${lost}`,
  );
} finally {
  await tidy();
}
