// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Page } from '../app';
import { pass, serve, show } from '../testing';
import { parseRoute } from './route';

class NoSocket extends EventTarget {
  close() {}
  send() {}
}
beforeEach(() => void vi.stubGlobal('WebSocket', NoSocket));
afterEach(() => vi.unstubAllGlobals());

/** Whether the page is another's, and then asks for nothing. */
async function isAnothers(hash: string, role: string, places: string[] | null = null): Promise<boolean> {
  const asked = serve(() => ({ status: 403, body: { code: 'denied', detail: 'no' } }));
  const page = await show(<Page route={parseRoute(hash)} />, 'en', { role, places });
  await pass(5);
  const said = page.textContent!.includes('another role’s');
  if (said) expect(asked, hash).toEqual([]);
  return said;
}

it('says of pages of other roles whose they are, and asks for nothing of them', async () => {
  for (const hash of ['#/live', '#/browse', '#/tickets/today/A012', '#/sessions', '#/users', '#/staff/1023'])
    expect(await isAnothers(hash, 'auditor'), hash).toBe(true);
  for (const hash of ['#/browse', '#/sessions', '#/admin/audit'])
    expect(await isAnothers(hash, 'sysadmin'), hash).toBe(true);
  expect(await isAnothers('#/live', 'secadmin')).toBe(true);
  expect(await isAnothers('#/sessions', 'operator', ['W07'])).toBe(true);
  for (const hash of ['#/live', '#/browse', '#/tickets/today/A012', '#/sessions'])
    expect(await isAnothers(hash, 'operator'), hash).toBe(false);
  expect(await isAnothers('#/cameras', 'auditor')).toBe(false);
});
