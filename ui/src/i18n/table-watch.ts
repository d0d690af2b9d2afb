// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says to whom watches: alarms that nobody took, layouts that were changed, which stream is shown.

export const watch = {
  statusAlarms: { zh: '{n} 条告警待处理', en: 'alarms not taken: {n}' },
  wallAlarmMore: { zh: '另有 {n} 条待处理', en: '{n} more not taken' },
  wallAlarmKey: { zh: '按 G、A 查看', en: 'G, then A leads there' },
  liveChanged: { zh: '{name}（已改动）', en: '{name} (changed)' },
  liveSaveChange: { zh: '保存改动', en: 'Save changes' },
  liveSaveAs: { zh: '另存为', en: 'Save as' },
  liveRevert: { zh: '还原', en: 'Revert' },
  liveReplace: { zh: '覆盖', en: 'Replace' },
  liveReplaceOf: { zh: '覆盖布局 {name}', en: 'Replace the layout {name}' },
  liveReplaceOwn: {
    zh: '已有这个名称的布局，它现在的样子将丢失。',
    en: 'There is one of that name. What it shows now is lost.',
  },
  liveReplaceShared: {
    zh: '这是共享布局：所有人看到的都会变，它现在的样子将丢失。',
    en: 'It is shared: it changes for everybody, and what it shows now is lost.',
  },
} as const;
