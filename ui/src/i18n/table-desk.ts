// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says where nothing is left to a slip of the hand, and where there is nothing yet.

export const desk = {
  sessMoveNone: {
    zh: '没有空闲时段。请先在“时段”中发布一个。',
    en: 'No slot is free. Publish one under Slots first.',
  },
  sessLinkGo: { zh: '生成新链接', en: 'Make a new link' },
  sessLinkMeans: {
    zh: '新链接只显示一次；以前给出的链接随即失效。',
    en: 'It is shown once. The link that was given before stops working.',
  },
  slotNoneHint: {
    zh: '发布一个时段后，窗口人员或持有链接的群众就可以预约会话。',
    en: 'Once a slot is published, a clerk or a citizen who has its link books a session in it.',
  },
  slotWithdrawOf: { zh: '撤回 {dept} {at} 的时段', en: 'Withdraw the slot of {dept}, {at}' },
  slotWithdrawMeans: {
    zh: '不再有人能预约它；它的链接随即失效。',
    en: 'Nobody can book it any more, and its link stops working.',
  },
  promNoneHint: {
    zh: '会话中按 P 登记的承诺列在这里，按到期日排列。',
    en: 'What is promised in a session (P) is listed here by the day it is due.',
  },
  tokensRevokeMeans: {
    zh: '使用它的程序立即不能再连接，也不能恢复。',
    en: 'The program that uses it is refused from now on. This cannot be undone.',
  },
} as const;
