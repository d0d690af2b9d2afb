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
} as const;
