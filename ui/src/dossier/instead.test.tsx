// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { formatUtc, SECOND } from '../base/time';
import { Group } from '../player/group';
import type { Coded } from '../player/shown';
import { pass, serve, show } from '../testing';
import type { Row } from './model';
import { Tile } from './tile';

const loaded: string[] = [];
let tell = (_: string, __: string) => {};
vi.mock('../player/video-player', () => ({
  playsHevc: () => false,
  VideoPlayer: class {
    ready = () => true;
    follow = () => {};
    step = () => Promise.resolve(null);
    destroy = () => {};
    constructor(
      readonly camera: string,
      _video: HTMLVideoElement,
      onState: (state: string, detail: string) => void,
    ) {
      tell = onState;
    }
    load = (url: string) => loaded.push(new URL(url, 'http://x').searchParams.get('stream')!);
  },
}));
afterEach(() => vi.unstubAllGlobals());

const FROM = Date.UTC(2026, 10, 22, 1, 30) * 1000;
const TO = FROM + 60 * SECOND;
const row: Row = {
  ...{ camera: 'w07', name: 'Face', stream: 'main', video: 'hevc', audio: null, from: FROM, to: TO, until: TO },
  ...{ clockOffsetMs: null, clockUncertaintyMs: null, gaps: [], damage: [], notes: [], coverage: 1 },
  covered: [{ from: FROM, to: TO }],
};
const both: Coded[] = [
  { name: 'main', video: 'hevc' },
  { name: 'sub', video: 'h264' },
];
/** The sub stream was not recorded in the second half minute. */
const outline = {
  ...{ camera: 'w07', stream: 'sub', from: formatUtc(FROM), to: formatUtc(TO), until: formatUtc(TO) },
  gaps: [{ from: formatUtc(FROM + 30 * SECOND), to: formatUtc(TO), reason: 'lost', detail: null, gaps: 1 }],
  ...{ resolution_s: 1, coverage: 0.5, damage: [] },
};

async function open(streams: Coded[]) {
  loaded.length = 0;
  const asked = serve(() => ({ status: 200, body: outline }));
  const group = new Group(FROM, TO, FROM + 10 * SECOND, () => 0);
  const refused = vi.fn();
  const page = await show(
    <Tile
      {...{ group, row, streams, number: 1, live: false, muted: true, chosen: false, enlarged: false, waiting: false }}
      onRefused={refused}
      onChoose={() => {}}
      onEnlarge={() => {}}
    />,
  );
  await pass(10);
  const at = (seconds: number) =>
    act(() => {
      group.seek(FROM + seconds * SECOND);
      group.tick();
    });
  return { page, asked, refused, at };
}
const kind = (page: HTMLElement) => page.querySelector('[data-camera]')!.localName;
const flag = (page: HTMLElement) => page.querySelector<HTMLElement>('.tile-flag')!;

it('plays the other stream that was recorded, says which, and shows stills where there is none of it', async () => {
  const { page, asked, at } = await open(both);
  expect(asked.filter((a) => a.includes('outline'))[0]).toContain('stream=sub');
  expect([kind(page), loaded]).toEqual(['video', ['sub']]);
  expect(flag(page).textContent).toBe('H.265 not playable: sub stream');
  expect(flag(page).title).toContain('sub stream of the same camera');
  await at(40);
  expect([kind(page), flag(page).textContent]).toEqual(['img', 'H.265 not playable: stills']);
  await at(20);
  expect([kind(page), loaded]).toEqual(['video', ['sub', 'sub']]);
});

it('shows stills where no other stream plays, or that one is refused as well', async () => {
  const alone = await open([both[0]!]);
  expect([kind(alone.page), alone.asked.some((a) => a.includes('outline'))]).toEqual(['img', false]);
  const { page, refused } = await open(both);
  expect(kind(page)).toBe('video');
  await act(() => tell('codec', 'bufferAddCodecError'));
  expect([kind(page), flag(page).textContent]).toEqual(['img', 'H.265 not playable: stills']);
  expect(refused).toHaveBeenCalledOnce();
});
