// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says of numbers that were given out more than once on a day.

export const tickets = {
  severalTickets: { zh: '{n} 张号票的号码都是“{what}”', en: '{n} tickets have the number “{what}”' },
  severalTicketsHint: {
    zh: '这个号码同一天发出了不止一次（例如两套叫号系统各发一次）。请选择是哪一张。',
    en: 'The number was given out more than once that day, as by two queue systems. Choose the ticket that is meant.',
  },
  ticketWhich: {
    zh: '这张号票由叫号系统的编号或来源来区分',
    en: 'Its ID or its source tells this ticket from others of the number',
  },
  holdWhichTicket: {
    zh: '这个号码不止一张号票，还没有锁定。请选择锁定哪一张：',
    en: 'More than one is called so, and nothing is held yet. Choose which to hold:',
  },
} as const;
