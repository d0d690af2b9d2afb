// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says where nothing is found: whether the business systems speak at all.

export const feed = {
  feedLabel: { zh: '业务系统的消息', en: 'What the business systems say' },
  feedLast: { zh: '{source}：最近一次消息 {at}', en: '{source}: last spoke at {at}' },
  feedLastUnknown: { zh: '{source}：最近一次消息的时间未知', en: '{source}: when it last spoke is not known' },
  feedLate: { zh: '（消息总是迟到 {by}）', en: ' (everything of it comes {by} late)' },
  feedNobody: {
    zh: '还没有任何系统送来过这类消息：请检查对接是否已配置。',
    en: 'No system has ever told of such a thing here: check that one is connected.',
  },
  feedTold: { zh: '{day} 共收到 {n} 张号票的消息', en: 'Of {day} the queue told of {n} tickets' },
  feedToldNone: {
    zh: '{day} 没有收到任何号票的消息：对接可能中断过',
    en: 'Of {day} no queue told of any ticket: it may not have been heard',
  },
  feedRefused: {
    zh: '其间有 {n} 条消息被拒收，最近一条在 {at}',
    en: '{n} events were refused then, the last of them at {at}',
  },
} as const;
