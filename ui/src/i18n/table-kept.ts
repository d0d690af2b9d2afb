// SPDX-License-Identifier: GPL-3.0-or-later
// What table-admin.ts says of footage that is kept, and what of it is missing.

export const kept = {
  keptYoung: { zh: '尚未删除任何录像：{time} 起录像', en: 'nothing deleted yet: recording since {time}' },
  keptGone: {
    zh: '现已没有录像：最后一段录到 {time}，保存了 {n} 天',
    en: 'nothing left: the last of it, recorded until {time}, was kept {n} days',
  },
  keptWhy: { zh: '解释', en: 'Why' },
  keptWhyOf: { zh: '解释 {camera} 的录像为何保留或删除', en: 'Why footage of {camera} goes or stays' },
  keptWhyTitle: { zh: '{camera}：下次清理时', en: '{camera}: at the next purge' },
  keptWhyStream: { zh: '码流', en: 'Stream' },
  keptWhyWhat: { zh: '处理', en: 'What' },
  keptWhyWhy: { zh: '原因', en: 'Why' },
  keptWhyUntil: { zh: '期满（最早 – 最晚）', en: 'Until (first, last)' },
  keptWhyMuch: { zh: '数量', en: 'How much' },
  keptWhyGoes: { zh: '删除', en: 'goes' },
  keptWhyStays: { zh: '保留', en: 'stays' },
  keptWhyOpen: { zh: '正在写入', en: 'is being written' },
  keptWhyHeld: { zh: '有证据锁定，解除之前一直保留', en: 'is held, until that is released' },
  keptWhyBound: { zh: '未到最短保存期', en: 'younger than its minimum' },
  keptWhySpare: {
    zh: '已过最短保存期；磁盘不够时从最早的删起',
    en: 'past its minimum; goes when the disk is short, the oldest first',
  },
  keptWhyDue: { zh: '已过最长保存期', en: 'past its maximum' },
  keptWhyRule: { zh: '规则：{rule}，{days}', en: 'rule {rule}: {days}' },
  keptWhySegments: { zh: '{n} 段', en: '{n} segments' },
  keptWhyMore: {
    zh: '只看了最早的 {n} 段，其余没有算在内。命令 mingjing purge --dry-run 可查看全部。',
    en: 'Only the first {n} segments were looked at, and the rest is not counted. mingjing purge --dry-run shows all.',
  },
  keptWhyRefused: {
    zh: '下次清理会被拒绝，什么也不删。系统原文：{why}',
    en: 'The next purge would be refused and delete nothing: {why}',
  },
  keptGaps: { zh: '{why} {n} 次，{span}', en: '{why}: {n}, {span}' },
};
