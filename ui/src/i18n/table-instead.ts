// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says where another stream is played than is asked for.

export const instead = {
  tileSub: {
    zh: '此浏览器不能播放 H.265，改为播放同一摄像机录下的子码流：画面较小，时刻相同。导出的片段仍是主码流。',
    en: 'This browser cannot play H.265. What plays is the sub stream of the same camera, which was recorded too: smaller, of the same moment. Clips are of the main stream as ever.',
  },
  tileSubShort: { zh: '不能播放 H.265：子码流', en: 'H.265 not playable: sub stream' },
  tileMain: {
    zh: '此浏览器不能播放 H.265，改为播放同一摄像机录下的主码流，时刻相同。',
    en: 'This browser cannot play H.265. What plays is the main stream of the same camera, which was recorded too, of the same moment.',
  },
  tileMainShort: { zh: '不能播放 H.265：主码流', en: 'H.265 not playable: main stream' },
} as const;
