// SPDX-License-Identifier: GPL-3.0-or-later
// A join link that is opened a second time.
// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Meeting, type Face } from './meeting';

const door = { session: 'MM-1', leg: 'citizen', token: 'T0' };
const offers: Record<string, string>[] = [];
let answer: () => Response;
let meeting: Meeting | null = null;
let face: Face | null = null;

/** As much of a connection as an offer needs; it never connects by itself. */
class Peer {
  connectionState = 'connected';
  localDescription = { sdp: 'v=0\r\n' };
  onicecandidate = null;
  addTransceiver() {}
  setLocalDescription() {}
  setRemoteDescription() {}
  close() {}
}

const taken = () => new Response(JSON.stringify({ code: 'taken', status: 409, detail: 'taken' }), { status: 409 });
const joined = () => new Response('v=0\r\n', { status: 201, headers: { Location: '/x' } });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('RTCPeerConnection', Peer);
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    if (!path.endsWith('/whip')) return Promise.resolve(new Response('{}', { status: 503 }));
    offers.push(init.headers as Record<string, string>);
    return Promise.resolve(answer());
  });
});

afterEach(() => {
  meeting?.leave();
  offers.length = 0;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function begin(first: () => Response, takes = false): Promise<void> {
  answer = first;
  const stream = { getAudioTracks: () => [], getVideoTracks: () => [] } as unknown as MediaStream;
  meeting = new Meeting(door, stream, (f) => (face = f), takes);
  await vi.advanceTimersByTimeAsync(5000);
}

it('is told so, and does not fight for the seat', async () => {
  await begin(taken);
  expect(face!.taken).toBe('before');
  expect(offers.length).toBe(1);
  expect(offers[0]!['Mingjing-Page']).toMatch(/^[0-9a-f]{24}$/);
  expect(offers[0]!['Mingjing-Take-Over']).toBeUndefined();
});

it('tells a link that was replaced from a session that is over', async () => {
  const said = async (code: string) => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ code, status: 401 }), { status: 401 })));
    await begin(taken);
    return face!;
  };
  expect(await said('denied')).toMatchObject({ over: false, refused: { status: 401 } });
  expect(await said('over')).toMatchObject({ over: true, refused: null });
});

it('takes over when that is chosen, and gives way to whoever does so later', async () => {
  await begin(joined, true);
  expect(offers.length).toBe(1);
  expect(offers[0]!['Mingjing-Take-Over']).toBe('true');
  answer = taken;
  (meeting as unknown as { own: { renew(): void } }).own.renew();
  await vi.advanceTimersByTimeAsync(5000);
  expect(offers.length).toBe(2);
  expect(offers[1]!['Mingjing-Page']).toBe(offers[0]!['Mingjing-Page']);
  expect(offers[1]!['Mingjing-Take-Over']).toBeUndefined();
  expect(face!.taken).toBe('since');
});
