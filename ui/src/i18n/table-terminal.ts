// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says of room terminals.

export const terminal = {
  termShort: { zh: '终端', en: 'Terminal' },
  termTitle: { zh: '会议终端 · {who}', en: 'Room terminal · {who}' },
  termOf: { zh: '{who}使用', en: '{who} is' },
  termBrowser: { zh: '浏览器（加入链接）', en: 'a browser, by its link' },
  termNone: {
    zh: '此点位没有会议终端。会议终端是类型为“房间”、覆盖该点位的 RTSP 摄像机。',
    en: 'No room terminal is at this place. One is a camera of kind room, with RTSP, that covers the place.',
  },
  termAgrees: {
    zh: '终端前的人已看过告知书（版本 {version}）并同意录制',
    en: 'Whoever sits before the terminal was shown the notice (version {version}) and agrees to the recording',
  },
  termJoin: { zh: '接入终端', en: 'Bring the terminal in' },
  termSave: { zh: '保存', en: 'Save' },
  termLooks: {
    zh: '接入前先查看终端的码流，需要几秒钟。',
    en: 'What it sends is looked at first; that takes some seconds.',
  },
  termScreen: {
    zh: '终端只发送画面和声音。请在旁边的屏幕上用该方的加入链接观看其他各方。',
    en: 'The terminal only sends. A screen beside it shows the others, by the join link of the same party.',
  },
  termHere: { zh: '本方由会议终端发送画面和声音', en: 'A room terminal sends picture and sound for this party' },
  termTile: { zh: '{who} · 会议终端', en: '{who} · room terminal' },
  auditTerminal: { zh: '选定会议终端', en: 'chose a room terminal' },
} as const;
