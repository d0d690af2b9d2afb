// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says of keys, and of searching by them.

export const access = {
  keysEverywhere: { zh: '各页通用', en: 'On every page' },
  keysHere: { zh: '本页', en: 'On this page' },
  keyAlarmArrows: { zh: '选告警', en: 'choose an alarm' },
  keyFindArrows: { zh: '选结果', en: 'choose a result' },
  keyFindEnter: { zh: '打开所选结果', en: 'open the chosen result' },
  keyFindEsc: { zh: '清空', en: 'clear' },
  keyFindGroups: { zh: '下一组结果', en: 'the next group of results' },
  keyFindEnds: { zh: '第一个、最后一个结果', en: 'the first, the last result' },
  groupMarks: { zh: '标记', en: 'Marks' },
  groupRecent: { zh: '最近打开', en: 'Opened last' },
  findMore: { zh: '显示更多', en: 'Show more' },
  resultsNone: { zh: '没有结果', en: 'No results' },
  resultsTold: { zh: '{n} 条结果，{groups} 组', en: '{n} results in {groups} groups' },
  // Words that somebody may type: several, with blanks between.
  saidToday: { zh: '今天 今日', en: 'today' },
  saidYesterday: { zh: '昨天 昨日', en: 'yesterday' },
  saidBefore: { zh: '前天', en: 'ereyesterday' },
  saidDate: { zh: '年 月 日号', en: 'year month day' },
} as const;
