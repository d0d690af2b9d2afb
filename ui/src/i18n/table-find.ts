// SPDX-License-Identifier: GPL-3.0-or-later
// The search box and its results.

export const find = {
  searchLabel: {
    zh: '查找号票、办件、点位、人员或事项',
    en: 'Find a ticket, an approval, a place, a person or a matter',
  },
  searchPlaceholder: { zh: '号票 · 办件 · 点位 · 工号 · 事项', en: 'ticket · approval · place · staff · matter' },
  findTitle: { zh: '调阅', en: 'Find' },
  findInput: { zh: '号票号、办件编号、点位、工号或事项', en: 'Ticket number, approval ID, place, staff ID or matter' },
  dayBefore: { zh: '前一天', en: 'The day before' },
  dayAfter: { zh: '后一天', en: 'The day after' },
  calendar: { zh: '日历', en: 'Calendar' },
  findDay: { zh: '日期', en: 'Day' },
  findToday: { zh: '今天', en: 'Today' },
  findAnyDay: { zh: '不限日期', en: 'Any day' },
  findOpen: { zh: '打开', en: 'Open' },
  findStartTitle: {
    zh: '输入号票号、办件编号、点位或工号的开头，或事项、点位名称的一部分',
    en: 'Type the beginning of a ticket number, an approval ID, a place or a staff ID, or a part of a name',
  },
  findStartHint: {
    zh: '例如 A012。号码每天重复：先看所选日期，再列出办件和其他日期。↑ ↓ 选择，Enter 打开。',
    en: 'For instance A012. Numbers repeat every day: the chosen day comes first, then approvals and other days. ↑ ↓ choose, Enter opens.',
  },
  findNoneTitle: { zh: '没有找到“{q}”', en: 'Nothing found for “{q}”' },
  findNoneHint: {
    zh: '请核对号码（不用输入全部，开头几位即可）。刚取的号要等排队系统送来消息后才会出现。',
    en: 'Check the number (its beginning is enough). A ticket just taken appears as soon as the queue system has told of it.',
  },
  findNoneDayHint: { zh: '这一天没有；也查过其他日期。', en: 'Neither on this day nor on any other.' },
  groupDay: { zh: '{day} 的号票', en: 'Tickets of {day}' },
  groupTickets: { zh: '号票', en: 'Tickets' },
  groupOther: { zh: '其他日期的号票', en: 'Tickets of other days' },
  groupApprovals: { zh: '办件', en: 'Approvals' },
  groupSessions: { zh: '会话', en: 'Sessions' },
  groupPlaces: { zh: '点位', en: 'Places' },
  groupStaff: { zh: '人员', en: 'Staff' },
  groupBusiness: { zh: '业务类型', en: 'Business types' },
  groupMatters: { zh: '事项', en: 'Matters' },
  groupCameras: { zh: '摄像机', en: 'Cameras' },
  lastOn: { zh: '最近 {day}', en: 'last on {day}' },
  coverOf: { zh: '已录 {percent}', en: '{percent} recorded' },
  coverNone: { zh: '尚无可录的到场', en: 'nothing to be recorded yet' },
  severalTitle: { zh: '{n} 个大厅都有“{what}”', en: '{n} halls have “{what}”' },
  severalHint: { zh: '请选择是哪一个大厅的。', en: 'Choose the hall that is meant.' },
};
