// SPDX-License-Identifier: GPL-3.0-or-later
// What table-meeting.ts says of pictures that a browser does not take.

export const coding = {
  errCoding: {
    zh: '对方的画面是本浏览器不支持的编码，请换一个浏览器。',
    en: 'It comes in a coding that this browser does not take. Use another browser.',
  },
  meetForeign: {
    zh: '{who}的画面和声音以 {coding} 编码传来，本浏览器不能播放。请换一个浏览器打开此链接。',
    en: '{who} comes in {coding}, which this browser does not play. Open the link in another browser.',
  },
  meetSoon: {
    zh: '{who}已加入，画面暂时接不通，正在自动重试，请稍候。',
    en: '{who} is there, and the picture cannot be shown yet. It is tried again by itself.',
  },
};
