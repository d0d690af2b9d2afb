// SPDX-License-Identifier: GPL-3.0-or-later
// What a party reads of the state of its meeting.
// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import type { MeetLeg } from '../api/party';
import { translator } from '../i18n/i18n';
import { stoppedWord, waitWord } from './words';

const [en, zh] = [translator('en'), translator('zh')];
const leg = (role: MeetLeg['role'], more: Partial<MeetLeg> = {}): MeetLeg => ({
  ...{ leg: role, role, camera: 'c', consented: null, consent_text_ver: null, sends: true, recorded: true },
  ...more,
});

it('is told whose picture the recording lacks', () => {
  const dark = leg('citizen', { recorded: false, why: 'no-picture' });
  const legs = [dark, leg('official')];
  expect(stoppedWord(en, legs, 'citizen')).toMatch(/^Your camera sends no picture/);
  expect(stoppedWord(zh, legs, 'citizen')).toContain('您的摄像头没有画面');
  expect(stoppedWord(en, legs, 'official')).toContain('other side (Citizen)');
  expect(stoppedWord(zh, legs, 'official')).toContain('群众没有画面');
  expect(stoppedWord(en, [{ ...dark, why: 'disk' }], 'official')).toContain('the meeting waits');
  expect(stoppedWord(en, [leg('citizen'), leg('official')], 'official')).toBeNull();
});

it('is told of a party whose line is dead that it is interrupted, not that it has not come', () => {
  const gone = leg('citizen', { sends: false, interrupted: true });
  expect(waitWord(en, gone, undefined)).toContain('interrupted');
  expect(waitWord(zh, gone, undefined)).toContain('中断');
  expect(waitWord(en, { ...gone, interrupted: false }, undefined)).toMatch(/^Waiting/);
});
