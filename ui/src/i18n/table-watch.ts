// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says to whom watches: alarms that nobody took, layouts that were changed, which stream is shown.

export const watch = {
  statusAlarms: { zh: '{n} 条告警待处理', en: 'alarms not taken: {n}' },
  wallAlarmMore: { zh: '另有 {n} 条待处理', en: '{n} more not taken' },
  wallAlarmKey: { zh: '按 G、A 查看', en: 'G, then A leads there' },
} as const;
