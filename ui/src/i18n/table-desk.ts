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

  // What the audit log is told of
  auditApply: { zh: '按文件配置', en: 'applied a file' },
  auditLink: { zh: '重新关联', en: 'linked anew' },
  auditKeys: { zh: '更换密钥', en: 'changed keys' },
  auditPurge: { zh: '清理', en: 'purged' },
  auditUsers: { zh: '查看用户', en: 'listed users' },
  auditTokens: { zh: '查看令牌', en: 'listed tokens' },
  auditHolds: { zh: '查看锁定', en: 'listed holds' },
  auditMarks: { zh: '查看标记', en: 'listed marks' },
  auditAlarms: { zh: '查看告警', en: 'listed alarms' },
  auditSessions: { zh: '查看会话', en: 'listed sessions' },
  auditPromises: { zh: '查看承诺', en: 'listed promises' },
  auditBook: { zh: '预约会话', en: 'booked a session' },
  auditCancel: { zh: '取消会话', en: 'cancelled a session' },
  auditConsent: { zh: '同意录制', en: 'agreed to be recorded' },
  auditEnd: { zh: '结束会话', en: 'ended a session' },
  auditJoin: { zh: '加入会话', en: 'joined a session' },
  auditLeave: { zh: '离开会话', en: 'left a session' },
  auditMove: { zh: '改期会话', en: 'moved a session' },
  auditNote: { zh: '会话中记录', en: 'noted something in a session' },
  auditSessionLink: { zh: '生成加入链接', en: 'made a join link' },
  auditWatch: { zh: '接收会话画面', en: 'received pictures of a session' },
  auditWithdraw: { zh: '撤回时段', en: 'withdrew a slot' },
  auditKept: { zh: '办结承诺', en: 'finished a promise' },
  auditSignOutOf: { zh: '强制退出用户', en: 'signed a user out' },
  auditImport: { zh: '导入事件', en: 'imported events' },
  auditSourceClock: { zh: '设定来源时钟', en: 'set the clock of a source' },
  auditCatalogueMake: { zh: '建立目录', en: 'made the catalogue' },
  auditCatalogueRebuild: { zh: '重建目录', en: 'rebuilt the catalogue' },
  auditShare: { zh: '共享布局', en: 'shared a layout' },
  auditUnshare: { zh: '取消共享布局', en: 'no longer shared a layout' },
  auditOfSession: { zh: '会话', en: 'a session' },
  auditOfSlot: { zh: '时段', en: 'a slot' },
  auditOfPromise: { zh: '承诺', en: 'a promise' },
  auditOfWebhook: { zh: '回调', en: 'a webhook' },
} as const;
