// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says of clips and of evidence.

export const clips = {
  clipButton: { zh: '导出片段', en: 'Clip' },
  clipTitle: { zh: '导出片段', en: 'Clip of' },
  clipMeans: {
    zh: '原样取出录像，不重新编码，每台摄像机一个文件。从起点之前最近的关键帧开始；缺口处画面停住，时间照走。',
    en: 'The footage as it was recorded, not coded anew, one file a camera. It begins at the key frame before; where something is missing the picture stands and time goes on.',
  },
  clipFrom: { zh: '从', en: 'From' },
  clipTo: { zh: '到', en: 'To' },
  clipTimeWrong: {
    zh: '请写成 2026-11-22 09:31:05，止晚于起，最长六小时',
    en: 'Write 2026-11-22 09:31:05; the end is later than the beginning, by six hours at most',
  },
  clipCameras: { zh: '摄像机', en: 'Cameras' },
  clipGo: { zh: '生成', en: 'Make' },
  clipWaiting: { zh: '排队中', en: 'waiting' },
  clipReading: { zh: '读取录像 {p} %', en: 'reading {p} %' },
  clipHashing: { zh: '计算校验值 {p} %', en: 'hashing {p} %' },
  clipDownload: { zh: '下载 {size}', en: 'Download {size}' },
  clipHash: { zh: '复制 SHA-256：{hash}', en: 'copy SHA-256 {hash}' },
  clipRest: {
    zh: '从 {time} 起编码不同，不在此文件内，请另行导出',
    en: 'From {time} on it is coded otherwise and not in this file: take it as a clip of its own',
  },
  clipGaps: { zh: '内有 {n} 处缺口', en: '{n} gaps in it' },
  clipNone: { zh: '请选一台摄像机', en: 'Choose a camera' },
  evidenceButton: { zh: '证据', en: 'Evidence' },
  evidenceTitle: { zh: '取证：目前能做什么', en: 'Evidence: what can be done today' },
  evidenceMeans: {
    zh: '目前还不能生成带签名的证据包。要让录像作为证据，请：',
    en: 'A signed package cannot be made yet. So that footage can serve as evidence:',
  },
  evidenceHold: {
    zh: '锁定，写明理由和案件编号：解除之前不会被删除。',
    en: 'Hold it, with reason and case number: nothing of it is deleted before the release.',
  },
  evidenceClip: {
    zh: '导出片段，并记下每个文件的 SHA-256：同一段录像再次导出，校验值相同。',
    en: 'Take clips, and note the SHA-256 of each: the same stretch gives the same one again.',
  },
  evidenceLog: {
    zh: '谁看过、锁定过、导出过，都在审计日志里。',
    en: 'The audit log has who looked, held and took what.',
  },
  keyE: { zh: '导出片段', en: 'make a clip' },
} as const;
