// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says of numbers that were given out more than once, and of what is no more.

export const parted = {
  eventUnassigned: { zh: '同号票多张，不知属于哪一张', en: 'of which ticket with this number, nobody knows' },
  holdAllTickets: { zh: '全部 {n} 张号票', en: 'all {n} tickets' },
  subjectSuperseded: { zh: '已更正或作废', en: 'corrected or cancelled' },
  subjectSupersededTitle: {
    zh: '关于它的全部事件都已更正为别的对象，或已作废',
    en: 'All that was said of it was corrected to be another, or cancelled',
  },
  subjectUnspoken: { zh: '叫号系统从未提及', en: 'no queue ever spoke of it' },
  subjectNamedBy: {
    zh: '仅由办件 {by} 提及，叫号系统从未提及',
    en: 'named by approval {by}: no queue ever spoke of it',
  },
  subjectUnspokenTitle: {
    zh: '叫号系统没有这个号的任何事件，票号可能填错：请从办件查看',
    en: 'There is no event of a queue with this number, which may be wrong: look at the approval instead',
  },
} as const;
