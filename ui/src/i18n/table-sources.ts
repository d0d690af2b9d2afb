// SPDX-License-Identifier: GPL-3.0-or-later
// What table-admin.ts says of business systems and their clocks.

export const sources = {
  stateSources: { zh: '业务系统', en: 'Business systems' },
  stateSourcesNone: { zh: '还没有业务系统发来事件', en: 'none has sent an event yet' },
  stateSourcesFine: { zh: '{n} 个，没有总是晚到的', en: '{n}, none of them always late' },
  stateSourceLate: {
    zh: '{source} 的全部事件都晚到 {late}：要么它发送得晚，要么它的时钟慢了 {late}，或时区不对，录像就会按错误的时刻去找。是时钟慢：运行右边的命令；是发送晚：同一命令改用 --offset 0s，之后不再提示。',
    en: 'Everything of {source} arrives {late} late: either it sends late, or its clock is {late} behind, or of another time zone, and footage is looked for at the wrong time. If it is the clock: the command beside this; if it sends late: the same with --offset 0s, and this is said no more.',
  },
  sourcesTitle: { zh: '业务系统', en: 'Business systems' },
  sourcesSource: { zh: '来源', en: 'Source' },
  sourcesClock: { zh: '时钟', en: 'Clock' },
  sourcesDelay: { zh: '事件到达', en: 'Events come' },
  sourcesLast: { zh: '最近一次及时到达', en: 'Last one in time' },
  sourcesUnknown: { zh: '未知', en: 'not known' },
  sourcesMeasured: { zh: '{off} ± {may}，自动测量', en: '{off} ± {may}, measured' },
  sourcesSet: { zh: '{off} ± {may}，人工指定', en: '{off} ± {may}, set by hand' },
  sourcesAfter: { zh: '{span} 后', en: '{span} after' },
  sourcesLate: { zh: '总是晚 {late}', en: 'always {late} late' },
  sourcesHours: { zh: '{n} 小时', en: '{n} h' },
  alClockLate: {
    zh: '业务系统 {what} 的事件总是晚到：它发送得晚，或它的时钟慢了。“管理 › 总体状态”写明了该怎么办。',
    en: 'Everything of the business system {what} comes late: it sends late, or its clock is behind. Admin › State says what to do.',
  },
} as const;
