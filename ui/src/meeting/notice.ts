// SPDX-License-Identifier: GPL-3.0-or-later
// What a party agrees to: the hall's own words, else those of table-meeting.ts (joinNotice…).
import type { Meet } from '../api/party';
import type { Translate } from '../i18n/i18n';
import type { Lang } from '../i18n/table';

/** Of the words in table-meeting.ts; changed with them, it stands in the session's record. */
export const NOTICE_VERSION = '2026-11';
const NOTICE = ['joinNotice1', 'joinNotice2', 'joinNotice3'] as const;

export interface Words {
  version: string;
  paragraphs: string[];
}

/** A hall that has no English words shows its Chinese ones: those are what is agreed to. */
export function noticeOf(meet: Pick<Meet, 'notice'> | null, lang: Lang, t: Translate): Words {
  const own = meet?.notice;
  if (!own) return { version: NOTICE_VERSION, paragraphs: NOTICE.map((key) => t(key)) };
  const text = lang === 'en' && own.en ? own.en : own.zh;
  return { version: own.version, paragraphs: text.split('\n').filter((line) => line.trim()) };
}
