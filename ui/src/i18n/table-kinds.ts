// SPDX-License-Identifier: GPL-3.0-or-later
// What table-alarms.ts says of the kinds of marks.

export const kinds = {
  adminMarks: { zh: '标记类型', en: 'Kinds of marks' },
  kindsMean: {
    zh: '在画面前按 M，就按这里的次序选择，前九种可按数字键 1–9。已有的标记保留当时的名称和级别，不随这里改变。',
    en: 'Who presses M at a picture chooses among these in this order, the first nine by the keys 1 to 9. Marks that were made keep their words and their level.',
  },
  kindsNone: {
    zh: '没有可选的类型，现在谁都不能标记。请添加或恢复一种。',
    en: 'None is offered, so nobody can mark anything. Add one or offer one again.',
  },
  kindsKey: { zh: '键', en: 'Key' },
  kindsZh: { zh: '中文名称', en: 'In Chinese' },
  kindsEn: { zh: '英文名称', en: 'In English' },
  kindsCode: { zh: '代码', en: 'Code' },
  kindsLevel: { zh: '告警级别', en: 'Level' },
  kindsState: { zh: '状态', en: 'State' },
  kindsOffered: { zh: '可选', en: 'offered' },
  kindsEnded: { zh: '{time} 停用', en: 'ended {time}' },
  kindsAdd: { zh: '添加类型', en: 'Add a kind' },
  kindsChange: { zh: '修改类型', en: 'Change a kind' },
  kindsEnd: { zh: '停用', en: 'End' },
  kindsOffer: { zh: '恢复', en: 'Offer again' },
  kindsUp: { zh: '上移 {name}', en: 'Move {name} up' },
  kindsDown: { zh: '下移 {name}', en: 'Move {name} down' },
  kindsCodeHint: {
    zh: '小写字母开头，只用小写字母、数字、- 和 _；以后不能改。事件和统计用它，例如 smoking',
    en: 'Begins with a small letter; small letters, digits, - and _. It stays for ever: events and statistics go by it, as smoking',
  },
  kindsCodeWrong: {
    zh: '代码以小写字母开头，只能有小写字母、数字、- 和 _，最多 32 个',
    en: 'A code begins with a small letter and has small letters, digits, - and _, 32 at most',
  },
  kindsCodeTaken: { zh: '已有这个代码', en: 'There is one of that code' },
  kindsWordsWrong: { zh: '最多 32 个字', en: '32 characters at most' },
  kindWarning: { zh: '预警', en: 'warning' },
  kindYellow: { zh: '黄牌', en: 'yellow card' },
  kindRed: { zh: '红牌', en: 'red card' },
  markNoKinds: {
    zh: '没有可选的类型。请系统管理员在“管理 – 标记类型”中添加。',
    en: 'No kind is offered. The system administrator adds them under Admin, Kinds of marks.',
  },
  auditOfMarkKind: { zh: '标记类型', en: 'a kind of mark' },
} as const;
