// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says of the live wall.

export const live = {
  navLive: { zh: '监看', en: 'Live' },
  liveBar: { zh: '监看墙', en: 'Wall' },
  liveSizes: { zh: '画面数', en: 'Pictures' },
  liveSize: { zh: '{n} 个画面', en: '{n} pictures' },
  liveLayout: { zh: '布局', en: 'Layout' },
  liveLayoutAll: { zh: '全部摄像机', en: 'All cameras' },
  liveSave: { zh: '保存布局', en: 'Save layout' },
  liveSaveName: { zh: '布局名称', en: 'Name of the layout' },
  liveRemove: { zh: '删除布局', en: 'Delete layout' },
  livePageBack: { zh: '上一页', en: 'Page before' },
  livePageAhead: { zh: '下一页', en: 'Next page' },
  liveTour: { zh: '轮巡', en: 'Tour' },
  liveTourOff: { zh: '不轮巡', en: 'No tour' },
  liveTourEvery: { zh: '轮巡 {n} 秒', en: 'Tour, {n} s' },
  liveWindow: { zh: '新窗口', en: 'Own window' },
  liveBroken: { zh: '与服务器的连接断了，正在重连', en: 'The connection is lost; trying again' },
  liveChoose: { zh: '画面 {n} 的摄像机', en: 'Camera of picture {n}' },
  liveNone: { zh: '无', en: 'None' },
  liveCameraGone: { zh: '摄像机 {camera} 已停用', en: 'Camera {camera} is no longer in use' },
  liveServing: { zh: '{place} 正在办理 {number}，{since} 起', en: '{number} is being served at {place} since {since}' },
  liveCalled: { zh: '{place} 已叫号 {number}，{since}', en: '{number} was called to {place} at {since}' },
  liveNotRecording: { zh: '未录像', en: 'Not recording' },
  liveSound: { zh: '打开声音：{camera}', en: 'Sound on: {camera}' },
  liveMute: { zh: '关闭声音：{camera}', en: 'Sound off: {camera}' },
  liveSilent: {
    zh: '这台摄像机的声音编码浏览器无法实时播放；录像里有声音',
    en: 'No browser plays the sound of this camera as it is sent; the recording has it',
  },
  liveHevcSubShort: { zh: '子码流', en: 'sub stream' },
  liveHevcSub: {
    zh: '主码流是 H.265，此浏览器无法播放，改看另一路码流',
    en: 'This browser does not play H.265; the camera’s other stream is shown instead',
  },
  liveHevcTranscodeShort: { zh: '转码', en: 'converted' },
  liveHevcTranscode: {
    zh: '此浏览器无法播放 H.265，由服务器转成 H.264',
    en: 'This browser does not play H.265; the server converts it to H.264',
  },
  liveUnsupported: {
    zh: '此浏览器无法播放这路码流。请换用支持它的浏览器，或给摄像机加一路 H.264 子码流。',
    en: 'This browser does not play this stream. Use one that does, or give the camera an H.264 sub stream.',
  },
  liveBusy: {
    zh: '服务器同时转码的路数已满。请关掉别的 H.265 画面，或给摄像机加一路 H.264 子码流。',
    en: 'The server converts as many streams as it may. Close another H.265 picture, or give the camera an H.264 sub stream.',
  },
  liveFailed: { zh: '{camera} 无法播放，正在重试', en: '{camera} cannot be played; trying again' },
  keyWallArrows: { zh: '监看：选画面；按住 Shift 移动', en: 'Live: choose a picture; with Shift move it' },
  keyTour: { zh: '监看：轮巡', en: 'Live: tour' },
} as const;
