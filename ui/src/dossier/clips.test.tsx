// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import type { ClipState, Dossier } from '../api/types';
import { noLooks, pass, serve, show, type } from '../testing';
import { isStretch } from './clips';
import { DossierPage } from './page';

afterEach(() => vi.unstubAllGlobals());

const day = (clock: string) => `2026-11-22T${clock}.000000+08:00`;
const stretch = { from: day('09:30:35'), to: day('09:36:05') };
const route = { page: 'ticket', day: '2026-11-22', number: 'A012', t: null } as const;
const camera = (code: string, name: string) => ({
  ...{ camera: code, name, kind: 'window' as const, stream: 'main', places: ['W07'], coverage: 1 },
  ...{ video: 'hevc', audio: null, clock_offset_ms: 0, clock_uncertainty_ms: 20 },
  spans: [
    {
      ...{ camera: code, stream: 'main', until: stretch.to, coverage: 1, segments: [], gaps: [], ...stretch },
      ...{ place: 'W07', method: 'visit' as const, confidence: 1, uncertainty_ms: 0, damage: [], notes: [] },
    },
  ],
});
const dossier: Dossier = {
  complete: true,
  subject: {
    ...{ kind: 'ticket', key: 'A012', day: '2026-11-22', hall: 'H01', title: 'Transfer', places: ['W07'] },
    ...{ from: day('09:31:05'), to: day('09:35:05') },
  },
  hall: { code: 'H01', name: 'Hall', timezone: '+08:00' },
  ...{ related: [], also: [], also_more: false, gaps: [], events: [], sources: [], holds: [], coverage: 1 },
  visits: [
    {
      ...{ ticket: 'A012', day: '2026-11-22', place: 'W07', started: null, uncertainty_ms: 0, ...stretch },
      ...{ called: day('09:31:05'), finished: day('09:35:05') },
    },
  ],
  cameras: [camera('w07-desk', 'Desk'), camera('w07-face', 'Face')],
  cue: day('09:31:05'),
};
const sha256 = 'ab12'.repeat(16);
const waiting: ClipState = {
  ...{ id: 'c1', camera: 'w07-face', stream: 'main', state: 'hashing', progress: 0.5, clip: null, problem: null },
};
const ready: ClipState = {
  ...waiting,
  state: 'ready',
  clip: {
    ...{ name: 'w07-face_main_20261122-093035.mp4', type: 'video/mp4', bytes: 12_500_000, pictures: 8250, sha256 },
    ...{ first: stretch.from, last: stretch.to, rest: null, coverage: 1, gaps: [] },
  },
};

/** Clips are asked for, then looked after; `states` are the answers in turn, the last one for ever. */
function server(states: { status: number; body: unknown }[]): unknown[] {
  const posted: unknown[] = [];
  serve((path, init) => {
    if (path.startsWith('/looks')) return { status: 200, body: noLooks };
    if (!path.startsWith('/clips')) return { status: 200, body: dossier };
    if (init?.method === 'POST') posted.push(JSON.parse(String(init.body)));
    return states.length > 1 ? states.shift()! : states[0]!;
  });
  return posted;
}

async function open(role: string, lang: 'en' | 'zh' = 'en'): Promise<HTMLElement> {
  const page = await show(<DossierPage route={route} />, lang, { role });
  await pass(10);
  const button = [...page.querySelectorAll('.dossier-actions button')].find((b) => b.textContent === 'Clip');
  await act(() => (button as HTMLElement | undefined)?.click());
  return page;
}

/** Until a line says so, or for two seconds. */
async function said(page: HTMLElement, words: string) {
  for (let i = 0; i < 100 && !page.querySelector('.clip-line')?.textContent?.includes(words); i++) await pass(20);
  expect(page.querySelector('.clip-line')!.textContent).toContain(words);
}

async function submit(page: HTMLElement) {
  page.querySelector('dialog form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await pass(20);
}

it('takes away the visit of the chosen cameras, tells how far it is, and gives the file with its hash', async () => {
  const posted = server([
    { status: 202, body: waiting },
    { status: 200, body: ready },
  ]);
  const page = await open('investigator');
  const boxes = page.querySelectorAll<HTMLInputElement>('dialog input[type=checkbox]');
  expect(boxes).toHaveLength(2);
  await act(() => boxes[0]!.click());
  await submit(page);
  expect(posted).toEqual([
    { camera: 'w07-face', stream: 'main', from: '2026-11-22 09:30:35', to: '2026-11-22 09:36:05' },
  ]);
  await said(page, 'hashing 50 %');
  await said(page, 'Download 12.5 MB');
  const link = page.querySelector<HTMLAnchorElement>('.clip-line a')!;
  expect(link.getAttribute('href')).toBe('/api/v1/clips/c1/media');
  expect(link.download).toBe('w07-face_main_20261122-093035.mp4');
  expect(link.textContent).toBe('Download 12.5 MB');
  expect(page.querySelector('.clip-line .copy')!.getAttribute('aria-label')).toContain(sha256);
});

it('says from where on it is another clip', async () => {
  const clip = { ...ready.clip!, rest: day('09:33:05') };
  server([
    { status: 202, body: waiting },
    { status: 200, body: { ...ready, clip } },
  ]);
  const page = await open('investigator');
  await submit(page);
  await said(page, 'From 09:33:05 on it is coded otherwise');
});

it('says why a clip could not be made', async () => {
  const problem = { code: 'not-found', detail: 'nothing is recorded of w07-face/main: offline' };
  server([{ status: 202, body: { ...waiting, state: 'failed', problem } }]);
  const page = await open('supervisor');
  await submit(page);
  await said(page, 'offline');
});

it('takes no time that is none, and no camera of none', async () => {
  const posted = server([{ status: 202, body: waiting }]);
  const page = await open('investigator');
  const go = () => page.querySelector<HTMLButtonElement>('dialog button[type=submit]')!;
  await type(page.querySelector('#clip-to')!, '2026-11-22 09:30:35');
  expect(go().disabled).toBe(true);
  expect(page.querySelector('dialog [role=alert]')!.textContent).toContain('later than the beginning');
  await type(page.querySelector('#clip-to')!, '2026-11-22 09:31');
  for (const box of page.querySelectorAll<HTMLInputElement>('dialog input[type=checkbox]'))
    await act(() => box.click());
  expect(go().disabled).toBe(true);
  await submit(page);
  expect(posted).toEqual([]);
});

it('offers none to those who may not', async () => {
  server([{ status: 202, body: waiting }]);
  const page = await open('operator');
  expect(page.querySelector('dialog')).toBeNull();
  expect(page.textContent).not.toContain('Clip');
});

it('says where a package of evidence will be, and what stands for it today', async () => {
  serve((path) => ({ status: 200, body: path.startsWith('/looks') ? noLooks : dossier }));
  const menu = async (role: string) => {
    const page = await show(<DossierPage route={route} />, 'en', { role });
    await pass(10);
    return page.querySelector('#evidence')?.parentElement ?? null;
  };
  expect(await menu('operator')).toBeNull();
  const shown = (await menu('investigator'))!;
  expect(shown.textContent).toMatch(/cannot be made yet.*Hold it.*SHA-256.*audit log/);
  await act(() => shown.querySelectorAll<HTMLElement>('button')[1]!.click());
  expect(document.querySelector('#clip-title')).not.toBeNull();
});

it('knows a stretch', () => {
  expect(isStretch('2026-11-22 09:30:35', '2026-11-22 15:30:35')).toBe(true);
  expect(isStretch('2026-11-22 09:30:35', '2026-11-22 15:30:36')).toBe(false);
  expect(isStretch('2026-11-22 09:30', '09:31')).toBe(false);
});
