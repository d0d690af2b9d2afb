// SPDX-License-Identifier: GPL-3.0-or-later
// What table-admin.ts says of footage that is kept, and what of it is missing.

export const kept = {
  keptYoung: { zh: '尚未删除任何录像：{time} 起录像', en: 'nothing deleted yet: recording since {time}' },
  keptGone: {
    zh: '现已没有录像：最后一段录到 {time}，保存了这么久',
    en: 'nothing left: the last of it, recorded until {time}, was kept so long',
  },
  keptGaps: { zh: '{why} {n} 次，{span}', en: '{why}: {n}, {span}' },
};
