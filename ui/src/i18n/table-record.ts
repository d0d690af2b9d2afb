// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says of a session's record: groups of the list, the station, the rating, until when it is kept; promises by department.

export const record = {
  sessToday: { zh: '进行中和今天', en: 'Now and today' },
  sessComing: { zh: '将要开始', en: 'Coming' },
  sessPast: { zh: '以往', en: 'Past' },
  sessNode: { zh: '站点', en: 'Station' },
  sessRating: { zh: '评价', en: 'Rating' },
  bookNode: {
    zh: '群众所在站点编号（市、镇、村，如有）',
    en: 'Station where the citizen sits (city, town, village; if any)',
  },
  bookWhen: {
    zh: '{when}，开始前 30 分钟起可以加入。',
    en: '{when}. You are let in from 30 minutes before.',
  },
  meetEarly: {
    zh: '会话定于 {when} 开始，开始前 30 分钟起可以加入，请届时再打开这个页面。',
    en: 'The session is planned for {when}. You are let in from 30 minutes before: open this page again then.',
  },
  rateTitle: { zh: '请评价本次服务', en: 'How satisfied are you?' },
  rate5: { zh: '非常满意', en: 'Very satisfied' },
  rate4: { zh: '满意', en: 'Satisfied' },
  rate3: { zh: '基本满意', en: 'Fairly satisfied' },
  rate2: { zh: '不满意', en: 'Dissatisfied' },
  rate1: { zh: '非常不满意', en: 'Very dissatisfied' },
  rateWords: { zh: '说明（可不填）', en: 'Words, if you like' },
  rateSend: { zh: '提交评价', en: 'Send' },
  rateThanks: { zh: '感谢您的评价', en: 'Thank you for your rating' },
  rateAlready: { zh: '这次会话已经评价过了', en: 'This session is rated already' },
  recTitle: { zh: '会话信息', en: 'The session' },
  recSlot: { zh: '时段', en: 'Slot' },
  recConsent: { zh: '告知书', en: 'Notice' },
  recConsented: { zh: '{who}：版本 {version}，{at} 同意', en: '{who}: version {version}, agreed {at}' },
  recNotYet: { zh: '{who}：尚未同意', en: '{who}: has not agreed' },
  recNoticeWords: { zh: '版本 {version} 的内容', en: 'What version {version} says' },
  recKept: { zh: '保存期限', en: 'Kept' },
  recKeptUntil: { zh: '至少保存到 {day}（{rule}，{n} 天）', en: 'at least until {day} ({rule}, {n} days)' },
  recGoneBy: { zh: '{day} 前删除（{rule}，{n} 天）', en: 'gone by {day} ({rule}, {n} days)' },
  recNever: { zh: '不因期满删除', en: 'never deleted by age' },
  recHeld: { zh: '已保全：释放前不删除', en: 'held: nothing of it goes until the hold is released' },
  recNoFootage: { zh: '没有录像', en: 'no footage' },
  reportSessions: { zh: '面对面会话（{n} 路录像）', en: 'Face-to-face sessions ({n} legs)' },
  reportPromised: { zh: '应保存 {n} 天', en: '{n} days promised' },
  // Why a party of a meeting is not recorded
  gapPartyOffline: { zh: '未接通', en: 'not connected' },
  gapPartyStalled: { zh: '没有送来画面', en: 'sent no pictures' },
  gapPartyEnded: { zh: '已离开会议', en: 'had left the meeting' },
  missPartyOffline: {
    zh: '{camera}当时没有连上会议。请看另一方；若常有此事，请检查其网络。',
    en: '{camera} was not connected to the meeting then. See the other party; if this is frequent, check the network there.',
  },
  missPartyStalled: {
    zh: '{camera}当时在会议中，但没有送来画面。请看另一方；若常有此事，请检查其摄像头和网络。',
    en: '{camera} was in the meeting then but sent no pictures. See the other party; if this is frequent, check camera and network there.',
  },
  missPartyEnded: {
    zh: '{camera}当时已离开会议，没有什么可录。',
    en: '{camera} had left the meeting then: there was nothing to record.',
  },
  promByDept: { zh: '各部门', en: 'By department' },
  promNoDept: { zh: '（未填部门）', en: '(no department)' },
} as const;
