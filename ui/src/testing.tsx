// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of components share: a page to put them on, and an API that answers what a test says.
import { render, type ComponentChild } from 'preact';
import { act } from 'preact/test-utils';
import { vi } from 'vitest';
import type { Me, Permission } from './api/types';
import { SessionContext, type Session } from './base/session';
import { zoneOf } from './base/time';
import { I18nContext, translator } from './i18n/i18n';
import type { Lang } from './i18n/table';

/** As the server's table has it (index/account/role.c). */
const SEES: Permission[] = ['self', 'state', 'find', 'view', 'holds'];
const WORKS: Permission[] = [...SEES, 'live', 'mark', 'alarm'];
const DIGS: Permission[] = [...WORKS, 'clip', 'hold', 'release', 'looks'];
const PERMISSIONS: Record<string, Permission[]> = {
  operator: [...WORKS, 'session'],
  investigator: DIGS,
  supervisor: [...DIGS, 'session', 'share'],
  auditor: ['self', 'state', 'holds', 'audit', 'looks'],
  sysadmin: ['self', 'state', 'live', 'alarm', 'admin.cameras', 'admin.places', 'admin.rules', 'share'],
  secadmin: ['self', 'state', 'admin.users', 'admin.tokens'],
};

export const me: Me = {
  name: 'admin',
  role: 'operator',
  permissions: WORKS,
  reason: 'never',
  must_change: false,
  second: false,
  places: null,
  hall: { code: 'H01', name: 'Hall', timezone: '+08:00' },
  time: '2026-11-22T09:40:00.000000+08:00',
};

export const session: Session = {
  me,
  zone: zoneOf('+08:00'),
  hallNow: () => Date.UTC(2026, 10, 22, 1, 40) * 1000,
  placeName: (code) => (code === 'W07' ? 'Registry' : code),
};

let shown: HTMLElement | null = null;

/** Puts it on an empty page, in English unless told otherwise, for the administrator or somebody else. */
export async function show(child: ComponentChild, lang: Lang = 'en', who: Partial<Me> = {}): Promise<HTMLElement> {
  // What was shown before hears no keys any more.
  if (shown) render(null, shown);
  const root = (shown = document.createElement('div'));
  document.body.replaceChildren(root);
  const permissions = PERMISSIONS[who.role ?? me.role] ?? [];
  const i18n = { lang, t: translator(lang), setLang: () => {} };
  await act(() =>
    render(
      <I18nContext.Provider value={i18n}>
        <SessionContext.Provider value={{ ...session, me: { ...me, permissions, ...who } }}>
          {child}
        </SessionContext.Provider>
      </I18nContext.Provider>,
      root,
    ),
  );
  return root;
}

type Answers = (path: string, init?: RequestInit) => { status: number; body: unknown };

/** All requests go to `answers`; what was asked is in the list it returns. */
export function serve(answers: Answers): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    const path = url.replace('/api/v1', '');
    asked.push(path);
    const { status, body } = answers(path, init);
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
  return asked;
}

export async function type(field: HTMLInputElement | HTMLTextAreaElement, text: string): Promise<void> {
  await act(() => {
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

export async function press(target: Element, key: string): Promise<void> {
  await act(async () => {
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await Promise.resolve();
  });
}

/** Lets timers and answers go on for a while. */
export const pass = (ms: number): Promise<void> => act(() => new Promise((done) => setTimeout(done, ms)));

/** What GET /looks says of footage that nobody looked at. */
export const noLooks = { looks: [], people: 0, complete: true, next: null };
