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

/** What stands where no picture of @leg is: it has not come, or its connection does not come about and is tried again. */
export const waitWord = (t: Translate, leg: MeetLeg, link: LinkState | undefined): string =>
  t(leg.sends && link === 'interrupted' ? 'meetSoon' : 'meetWaitFor', { who: roleWord(t, leg.role) });

/** As events have them: what another system says is shown as it came. */
export const roleName = (t: Translate, role: string): string =>
  role in ROLES ? roleWord(t, role as MeetLeg['role']) : role;
export const markName = (t: Translate, mark: string): string =>
  mark in MARKS ? t(MARKS[mark as keyof typeof MARKS]) : mark;
