// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says while events wait to be linked anew.

export const linking = {
  listIncomplete: {
    zh: '升级前的记录、或时钟与覆盖关系改动涉及的记录还在整理，这里可能不全。',
    en: 'What was stored before the last upgrade, or what a changed clock or map concerns, is still being read: this may not be all.',
  },
  dossierUnlinked: { zh: '正在重新关联', en: 'being linked anew' },
  dossierUnlinkedHint: {
    zh: '时钟或覆盖关系改动后，有事件还没有重新关联：这里的录像已按现在的时钟和覆盖关系，锁定和列表可能还是改动前的。',
    en: 'After a change of clocks or of the map, events wait to be linked anew. What is shown here is by those of now; what is held, and lists, may be of before.',
  },
} as const;
