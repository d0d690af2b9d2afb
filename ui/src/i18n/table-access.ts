// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says of keys, and of searching by them.

export const access = {
  keysEverywhere: { zh: '各页通用', en: 'On every page' },
  keysHere: { zh: '本页', en: 'On this page' },
  keyAlarmArrows: { zh: '选告警', en: 'choose an alarm' },
  keyFindArrows: { zh: '选结果', en: 'choose a result' },
  keyFindEnter: { zh: '打开所选结果', en: 'open the chosen result' },
  keyFindEsc: { zh: '清空', en: 'clear' },
} as const;
