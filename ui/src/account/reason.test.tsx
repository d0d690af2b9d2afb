// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { frameUrl, setLookingFor } from '../api/client';
import type { Dossier, Reason } from '../api/types';
import { parseTime } from '../base/time';
import { me, pass, serve, show, type } from '../testing';
import { aboutOf, ReasonGate, wantsReason } from './reason';

const FROM = '2026-11-22T09:31:05.000000+08:00';
const dossier = {
  subject: { kind: 'ticket', key: 'A012', day: '2026-11-22', hall: 'H01' },
  cameras: [{ id: 'w07', spans: [{ from: FROM }] }],
} as unknown as Dossier;
const given: Reason = {
  id: 7,
  kind: 'ticket',
  key: 'A012',
  day: '2026-11-22',
  reason: 'r',
  case: 'c',
  given: null,
};

const picture = <p id="picture">{'picture'}</p>;
const gate = (reason: 'always' | 'older') =>
  show(
    <ReasonGate about={aboutOf(dossier)} of={dossier}>
      {picture}
    </ReasonGate>,
    'en',
    { reason },
  );

describe('a reason for looking', () => {
  beforeEach(() => {
    vi.restoreAllMocks();
    setLookingFor(null);
    HTMLDialogElement.prototype.showModal ??= () => {};
  });

  it('is asked before there is a picture, and goes into every address of one', async () => {
    const bodies: string[] = [];
    serve((_, init) => {
      if (init?.body) bodies.push(String(init.body));
      return init?.method === 'POST' ? { status: 201, body: given } : { status: 200, body: { reasons: [] } };
    });
    const root = await gate('always');
    await pass(10);
    expect(root.querySelector('#picture')).toBeNull();
    await type(root.querySelector('#reason-why')!, ' complaint ');
    await type(root.querySelector('#reason-case')!, '2026-7');
    root.querySelector('form')!.requestSubmit();
    await pass(10);
    expect(JSON.parse(bodies[0]!)).toEqual({
      kind: 'ticket',
      key: 'A012',
      hall: 'H01',
      day: '2026-11-22',
      reason: 'complaint',
      case: '2026-7',
    });
    expect(root.querySelector('#picture')).not.toBeNull();
    expect(frameUrl('w07', 'main', parseTime(FROM), 320)).toMatch(/&reason=7$/);
  });

  it('that was given in this login is not asked again', async () => {
    serve(() => ({ status: 200, body: { reasons: [{ ...given, key: 'B1' }, given] } }));
    const root = await gate('always');
    await pass(10);
    expect(root.querySelector('#picture')).not.toBeNull();
    expect(root.querySelector('dialog')).toBeNull();
  });

  it('is asked of whom the server says, and when', () => {
    const at = (minutes: number) => parseTime(FROM) + minutes * 60e6;
    expect(wantsReason({ ...me, reason: 'never' }, dossier, at(600))).toBe(false);
    expect(wantsReason({ ...me, reason: 'older' }, dossier, at(5))).toBe(false);
    expect(wantsReason({ ...me, reason: 'older' }, dossier, at(15))).toBe(true);
    expect(wantsReason({ ...me, reason: 'always' }, dossier, at(5))).toBe(true);
    expect(wantsReason({ ...me, reason: 'always' }, { ...dossier, cameras: [] }, at(5))).toBe(false);
  });
});
