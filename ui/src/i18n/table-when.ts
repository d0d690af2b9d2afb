// SPDX-License-Identifier: GPL-3.0-or-later
// What table-admin.ts says of days and moments that are typed.

export const when = {
  whenDayShape: { zh: '年-月-日', en: 'YYYY-MM-DD' },
  whenMomentShape: { zh: '年-月-日 时:分', en: 'YYYY-MM-DD HH:MM' },
  whenDay: { zh: '请写成 2026-11-22 这样的日期', en: 'Write a day as 2026-11-22' },
  whenMoment: { zh: '请写成 2026-11-22 09:31 这样的时间', en: 'Write a time as 2026-11-22 09:31' },
  whenEarlier: { zh: '不能早于 {day}', en: 'Not earlier than {day}' },
} as const;
