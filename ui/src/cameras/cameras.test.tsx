// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { pass, serve, show } from '../testing';
import { CamerasPage } from './cameras';

afterEach(() => vi.unstubAllGlobals());

const DETAIL = '10.0.0.9: no computer of this name is known; check the address';
const camera = {
  id: 'w07',
  name: '07',
  kind: 'window',
  places: [],
  covers: [],
  streams: [
    {
      name: 'main',
      url: '',
      record: true,
      state: 'offline',
      since: null,
      detail: DETAIL,
      video: null,
      audio: null,
      width: 0,
      height: 0,
    },
  ],
};

it('says in Chinese what is wrong and what to do; the words of the server are folded away', async () => {
  serve(() => ({ status: 200, body: { cameras: [camera] } }));
  const page = await show(<CamerasPage />, 'zh');
  await pass(10);
  const cell = page.querySelector('.detail')!;
  expect(cell.textContent).toMatch(/^连不上07。请检查它的电源、网线和地址/);
  expect(page.textContent).not.toContain('no computer');
  const more = cell.querySelector('details')!;
  more.open = true;
  more.dispatchEvent(new Event('toggle'));
  await pass(10);
  expect(more.textContent).toContain(DETAIL);
});

it('says both in English', async () => {
  serve(() => ({ status: 200, body: { cameras: [camera] } }));
  const page = await show(<CamerasPage />);
  await pass(10);
  expect(page.querySelector('.detail')!.textContent).toBe(
    `07 cannot be reached. Check its power, its cable and its address; recording goes on by itself afterwards. ${DETAIL}`,
  );
});
