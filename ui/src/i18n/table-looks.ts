// SPDX-License-Identifier: GPL-3.0-or-later
// Who looked before, and what is seen along a dossier's ruler.

export const looks = {
  looksTitle: { zh: '此前查看', en: 'Looked before' },
  looksPeople: { zh: '{n} 人看过', en: 'seen by {n}' },
  looksNone: { zh: '此前没有人看过', en: 'Nobody looked before' },
  looksMore: { zh: '显示更多', en: 'Show more' },
  looksCut: { zh: '更早的见审计日志', en: 'Earlier ones are in the audit log' },
  looksTaken: { zh: '取走片段', en: 'took a clip' },
  looksBrowsing: { zh: '浏览时看到', en: 'while browsing' },
  looksNoReason: { zh: '未要求理由', en: 'no reason was asked' },
  looksByProgram: { zh: '程序', en: 'Program' },
  stripTitle: { zh: '缩略图', en: 'Pictures' },
  stripLabel: { zh: '{camera}的缩略图', en: 'Pictures of {camera}' },
  previewOf: { zh: '{time} 的画面', en: 'picture of {time}' },
  looksByCommand: { zh: '命令行', en: 'Command line' },
};
