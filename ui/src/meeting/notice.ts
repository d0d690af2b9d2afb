// SPDX-License-Identifier: GPL-3.0-or-later
/** Of the words in table-meeting.ts that a party agrees to (joinNotice…); changed with them, it stands in the session's record. */
export const NOTICE_VERSION = '2026-11';
export const NOTICE = ['joinNotice1', 'joinNotice2', 'joinNotice3'] as const;
