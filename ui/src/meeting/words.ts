// SPDX-License-Identifier: GPL-3.0-or-later
// Who is who in a meeting, and what is marked in it.
import type { MeetLeg } from '../api/party';
import type { Translate } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import type { LinkState } from './link';

const ROLES: Record<MeetLeg['role'], Key> = {
  citizen: 'joinRoleCitizen',
  official: 'joinRoleOfficial',
  observer: 'joinRoleObserver',
};

export const MARKS = {
  question: 'meetMarkQuestion',
  complaint: 'meetMarkComplaint',
  cut: 'meetMarkCut',
} as const satisfies Record<string, Key>;

export const roleWord = (t: Translate, role: MeetLeg['role']): string => t(ROLES[role]);

/** Why the meeting waits though everybody is there, by the first leg that is not recorded; null: nothing stops it. */
export function stoppedWord(t: Translate, legs: readonly MeetLeg[], own: string): string | null {
  const stopped = legs.find((l) => l.sends && l.recorded === false);
  if (!stopped) return null;
  if (stopped.why !== 'no-picture') return t('meetNotRecorded');
  return stopped.leg === own ? t('meetNoPicture') : t('meetNoPictureOf', { who: roleWord(t, stopped.role) });
}

/** What stands where no picture of @leg is: it has not come, its line is dead, or its connection does not come about and is tried again. */
export const waitWord = (t: Translate, leg: MeetLeg, link: LinkState | undefined): string =>
  leg.interrupted
    ? t('meetOtherInterrupted')
    : t(leg.sends && link === 'interrupted' ? 'meetSoon' : 'meetWaitFor', { who: roleWord(t, leg.role) });

/** As events have them: what another system says is shown as it came. */
export const roleName = (t: Translate, role: string): string =>
  role in ROLES ? roleWord(t, role as MeetLeg['role']) : role;
export const markName = (t: Translate, mark: string): string =>
  mark in MARKS ? t(MARKS[mark as keyof typeof MARKS]) : mark;
