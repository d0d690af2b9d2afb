// SPDX-License-Identifier: GPL-3.0-or-later
import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, frameUrl, playlistUrl, setSignedOutHandler } from './client';

function answer(status: number, body: string, type = 'application/json') {
  const fetch = vi.fn((_url: string, _init?: RequestInit) =>
    Promise.resolve(new Response(status === 204 ? null : body, { status, headers: { 'Content-Type': type } })),
  );
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

afterEach(() => {
  vi.unstubAllGlobals();
  setSignedOutHandler(() => {});
});

describe('api', () => {
  it('hands on a value', async () => {
    const fetch = answer(200, '{"q":"A0","results":[]}');
    expect(await api.search('A0', '2026-11-22', 20, null)).toEqual({ ok: true, value: { q: 'A0', results: [] } });
    expect(fetch.mock.calls[0]![0]).toBe('/api/v1/search?q=A0&day=2026-11-22&limit=20');
  });

  it('escapes what people type', async () => {
    const fetch = answer(200, '{}');
    await api.ticket('latest', 'A/0?1', {});
    expect(fetch.mock.calls[0]![0]).toBe('/api/v1/tickets/latest/A%2F0%3F1');
  });

  it('hands on the code and the detail of a problem', async () => {
    answer(404, '{"type":"about:blank","title":"t","status":404,"detail":"no ticket A9","code":"not-found"}');
    expect(await api.ticket('today', 'A9', {})).toEqual({
      ok: false,
      problem: { code: 'not-found', status: 404, detail: 'no ticket A9' },
    });
  });

  it('tells a strange answer from a problem', async () => {
    answer(502, '<html>', 'text/html');
    expect(await api.status()).toMatchObject({ ok: false, problem: { code: 'garbled', status: 502 } });
    answer(200, '<html>', 'text/html');
    expect(await api.status()).toMatchObject({ ok: false, problem: { code: 'garbled' } });
  });

  it('says when nobody answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no route')));
    expect(await api.me()).toMatchObject({ ok: false, problem: { code: 'unreachable' } });
  });

  it('says when the caller gave up', async () => {
    const controller = new AbortController();
    controller.abort();
    vi.stubGlobal('fetch', () => Promise.reject(new DOMException('', 'AbortError')));
    expect(await api.me(controller.signal)).toEqual({ ok: false, aborted: true });
  });

  it('notices that the session has ended, but not on a wrong password', async () => {
    const ended = vi.fn();
    setSignedOutHandler(ended);
    answer(401, '{"code":"denied","detail":"","title":"","status":401,"type":""}');
    await api.login('a', 'b');
    expect(ended).not.toHaveBeenCalled();
    await api.status();
    expect(ended).toHaveBeenCalledOnce();
    answer(401, '{"code":"denied","detail":"","title":"","status":401,"type":"","over":"idle"}');
    await api.status();
    expect(ended).toHaveBeenLastCalledWith('idle');
  });

  it('sends JSON when it changes something', async () => {
    const fetch = answer(204, '');
    expect(await api.logout()).toEqual({ ok: true, value: undefined });
    expect(fetch.mock.calls[0]![1]).toMatchObject({
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
    });
  });

  it('writes the addresses of footage', () => {
    const at = Date.UTC(2026, 10, 22, 1, 31, 5) * 1000;
    expect(playlistUrl('w07', 'main', at, at + 1_500_000)).toBe(
      '/api/v1/cameras/w07/playlist.m3u8?from=2026-11-22T01%3A31%3A05.000000Z&to=2026-11-22T01%3A31%3A06.500000Z&stream=main',
    );
    expect(frameUrl('w07', 'sub', at, 320)).toBe(
      '/api/v1/cameras/w07/frame.jpg?at=2026-11-22T01%3A31%3A05.000000Z&width=320&stream=sub',
    );
  });
});

it('reads a list to its end', async () => {
  const asked: string[] = [];
  const pages: Record<string, unknown> = {
    '/api/v1/tokens': { tokens: [{ name: 'a' }, { name: 'b' }], next: 'b/1' },
    '/api/v1/tokens?cursor=b%2F1': { tokens: [{ name: 'c' }], next: null },
  };
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url);
    return Promise.resolve(new Response(JSON.stringify(pages[url]), { status: 200 }));
  });
  const answer = await api.tokens();
  expect(answer.ok && answer.value.tokens.map((t) => t.name)).toEqual(['a', 'b', 'c']);
  expect(asked).toEqual(Object.keys(pages));
});
