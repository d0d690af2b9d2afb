// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of the notice that parties of meetings agree to, and of working days.

export const notice = {
  adminNotice: { zh: '告知书', en: 'Recording notice' },
  noticeMean: {
    zh: '双方在第一个画面之前看到并同意的内容。每次修改都是一个新版本，从保存起显示；已同意过的版本原样保留，会话记录中写明各方同意的是哪一版。',
    en: 'What both sides are shown, and agree to, before the first picture. Each change is a new version, shown from then on; those that were agreed to stay as they were, and the record of a session tells which one its parties saw.',
  },
  noticeNone: {
    zh: '本大厅还没有自己的告知书，现在显示的是本系统自带的内容：',
    en: 'The hall has no words of its own. What is shown are those that the page comes with:',
  },
  noticeNew: { zh: '新版本', en: 'New version' },
  noticeShown: { zh: '现在显示', en: 'shown now' },
  noticeSince: { zh: '{time} 起', en: 'since {time}' },
  noticeUntil: { zh: '{from} 至 {to}', en: '{from} to {to}' },
  noticeVersion: { zh: '版本', en: 'Version' },
  noticeVersionHint: {
    zh: '字母、数字、点、横线和下划线，例如 2027-1；会话记录用它',
    en: 'Letters, digits, dots, - and _, as 2027-1; the records of sessions name it',
  },
  noticeVersionWrong: {
    zh: '最多 24 个字母、数字、点、横线或下划线，以字母或数字开头',
    en: 'At most 24 letters, digits, dots, - and _, the first one a letter or digit',
  },
  noticeVersionTaken: {
    zh: '这个版本已有内容，不能再改。请用新的版本号',
    en: 'That version has its words already, which stay. Name another',
  },
  noticeZh: { zh: '中文', en: 'In Chinese' },
  noticeEn: { zh: '英文', en: 'In English' },
  noticeWordsHint: { zh: '每行一段', en: 'A line is a paragraph' },
  noticeEnHint: {
    zh: '可不填，不填时英文页面也显示中文',
    en: 'May be left out: then the Chinese words are shown in English pages, too',
  },
  noticeTooLong: { zh: '太长了，最多 16384 字节', en: 'Too long: 16384 bytes at most' },
  noticeEarlier: { zh: '以前的版本', en: 'Earlier versions' },
  promiseWorkDays: { zh: '工作日内（从明天算起）', en: 'Within working days (from tomorrow)' },
  auditWorkDay: { zh: '设置工作日', en: 'set working days' },
  auditOfWorkDay: { zh: '工作日', en: 'a working day' },
  auditOfNotice: { zh: '告知书', en: 'the recording notice' },
} as const;
