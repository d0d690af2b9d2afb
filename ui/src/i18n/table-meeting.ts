// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says to the parties of a meeting. The notice has a version (meeting/notice.ts): whoever changes its words
// changes that.

import { coding } from './table-coding';

export const meeting = {
  ...coding,
  joinTitle: { zh: '服务百姓面对面', en: 'Face to face' },
  joinOf: { zh: '会话 {session}', en: 'Session {session}' },
  joinRoleCitizen: { zh: '群众', en: 'Citizen' },
  joinRoleOfficial: { zh: '部门人员', en: 'Official' },
  joinRoleObserver: { zh: '旁听', en: 'Observer' },
  joinYou: { zh: '您', en: 'You' },
  joinNoticeTitle: { zh: '本次会话全程录像', en: 'This meeting is recorded whole' },
  joinNotice1: {
    zh: '从您加入到离开，各方的画面和声音都会被录制并存档，用于跟进承诺事项、处理投诉和依法核查。',
    en: 'From the moment you join until you leave, picture and sound of every party are recorded and archived: to follow up what is promised, to settle complaints and for inquiries under the law.',
  },
  joinNotice2: {
    zh: '录像由本大厅保存，按规定期限删除；查阅须登记事由和人员。您可以向大厅申请查阅与您有关的内容。',
    en: 'The hall keeps the recording and deletes it when its term is over; whoever looks at it is written down with the reason. You may ask the hall to see what concerns you.',
  },
  joinNotice3: {
    zh: '不能录制时，会话不进行。不同意录制的，请联系窗口改为当面或书面办理。',
    en: 'Where it cannot be recorded, there is no meeting. If you do not agree, ask the hall to be served at a window or in writing.',
  },
  joinNoticeVersion: { zh: '告知书版本 {version}', en: 'Version of this notice: {version}' },
  joinAgree: { zh: '我已阅读，同意录制', en: 'I have read this and agree to the recording' },
  joinNext: { zh: '继续', en: 'Continue' },
  joinDevicesTitle: { zh: '摄像头和麦克风', en: 'Camera and microphone' },
  joinCamera: { zh: '摄像头', en: 'Camera' },
  joinMicrophone: { zh: '麦克风', en: 'Microphone' },
  joinSelf: { zh: '您的画面', en: 'Your picture' },
  joinGo: { zh: '加入会话', en: 'Join the meeting' },
  joinAsking: { zh: '请在浏览器中允许使用摄像头和麦克风…', en: 'Allow camera and microphone in the browser…' },
  joinDenied: {
    zh: '浏览器没有得到摄像头和麦克风的许可。请在地址栏允许后再试。',
    en: 'The browser may not use camera and microphone. Allow it beside the address, then try again.',
  },
  joinNoDevice: {
    zh: '没有找到可用的摄像头或麦克风。请检查连接，并关闭正在使用它的其他程序。',
    en: 'No camera or microphone can be used. Check that they are connected and that no other program has them.',
  },
  joinInsecure: {
    zh: '浏览器只在加密连接（https）上提供摄像头。请用 https 打开这个链接。',
    en: 'Browsers give the camera on encrypted connections (https) alone. Open this link with https.',
  },
  joinWrong: {
    zh: '这个链接无效：会话已结束、时间已过，或链接已更换。请向大厅索取新的链接。',
    en: 'This link is good for nothing: the session is over, its time has passed, or another link was made. Ask the hall for a new one.',
  },
  meetRecorded: { zh: '正在录制', en: 'Recorded' },
  meetNotRecorded: {
    zh: '现在无法录制，会话暂停，恢复后自动继续。',
    en: 'It cannot be recorded now: the meeting waits, and goes on by itself.',
  },
  errOver: {
    zh: '这场会话已经结束，如需继续请向大厅另约时间。',
    en: 'This session is over, ask the hall for another one.',
  },
  errTaken: {
    zh: '已有人用这个链接加入会话，请在那个页面继续，或在这里接管。',
    en: 'This seat is taken: somebody is in the meeting with this link. Go on there, or take over here.',
  },
  meetTaken: {
    zh: '已有人用这个链接加入会话',
    en: 'Somebody is in the meeting with this link',
  },
  meetTakenSince: { zh: '您已在别处加入会话', en: 'You joined from another place' },
  meetTakenHint: {
    zh: '会话在另一个页面继续。若要改在这里参加，请接管，另一个页面将断开。',
    en: 'The meeting goes on in another page. Take it over to go on here: the other page is disconnected.',
  },
  meetTakeOver: { zh: '在这里接管', en: 'Take over here' },
  meetNoPicture: {
    zh: '您的摄像头没有画面，无法录制：恢复之前对方听不到您。请检查摄像头。',
    en: 'Your camera sends no picture, so you are not recorded: nobody hears you until it does. Please look at it.',
  },
  meetNoPictureOf: {
    zh: '{who}没有画面，无法录制：恢复之前听不到对方。',
    en: 'No picture comes of the other side ({who}), so it is not recorded: you do not hear it until one comes.',
  },
  meetConnecting: { zh: '正在连接…', en: 'Connecting…' },
  meetInterrupted: {
    zh: '连接中断，正在自动恢复…请不要关闭页面。',
    en: 'The connection is interrupted and comes back by itself. Leave the page open.',
  },
  meetAway: { zh: '服务器暂时没有应答…', en: 'The server does not answer for the moment…' },
  meetBusy: {
    zh: '这个点位还有另一场会话没有结束，请稍候。',
    en: 'Another session still goes on in this room. One moment, please.',
  },
  meetWaitFor: { zh: '正在等待{who}加入', en: 'Waiting for the other side: {who}' },
  meetOtherInterrupted: { zh: '对方连接中断，正在恢复', en: 'Their connection is interrupted and comes back' },
  meetLoss: {
    zh: '网络不稳：最近丢失 {percent}% 的数据，录像会记录缺失。',
    en: 'The network is poor: {percent} % of what was sent lately got lost. The record tells it.',
  },
  meetSlow: {
    zh: '您的网络太慢：部分画面未能传给您，声音照常。',
    en: 'Your line is slow: pictures are left out for you, the sound goes on.',
  },
  meetMute: { zh: '静音', en: 'Mute' },
  meetUnmute: { zh: '取消静音', en: 'Unmute' },
  meetCameraOff: { zh: '关闭画面', en: 'Picture off' },
  meetCameraOn: { zh: '打开画面', en: 'Picture on' },
  meetLeave: { zh: '离开', en: 'Leave' },
  meetLeftTitle: { zh: '您已离开会话', en: 'You have left the meeting' },
  meetLeftHint: { zh: '会话结束前可以随时回来。', en: 'You can come back until the session ends.' },
  meetBack: { zh: '重新加入', en: 'Come back' },
  meetOverTitle: { zh: '会话已结束', en: 'The session is over' },
  meetOverHint: {
    zh: '谢谢。承诺的事项会由大厅跟进，您可以关闭这个页面。',
    en: 'Thank you. The hall follows up what was promised. You can close this page.',
  },
  meetControls: { zh: '会话操作', en: 'Meeting' },
  meetMark: { zh: '标记', en: 'Mark' },
  meetMarkWhat: { zh: '标记什么', en: 'What to mark' },
  meetMarkQuestion: { zh: '问题', en: 'Question' },
  meetMarkComplaint: { zh: '投诉', en: 'Complaint' },
  meetMarkCut: { zh: '重点片段', en: 'Moment to come back to' },
  meetMarked: { zh: '已标记', en: 'Marked' },
  meetPromise: { zh: '登记承诺', en: 'Promise' },
  promiseText: { zh: '承诺内容', en: 'What is promised' },
  meetMarkText: { zh: '说明', en: 'What about it' },
  promiseOwner: { zh: '责任人（工号）', en: 'Who sees to it (staff number)' },
  promiseDue: { zh: '办结期限', en: 'Due' },
  promiseSave: { zh: '登记', en: 'Write it down' },
  promiseSaved: { zh: '承诺已登记', en: 'The promise is written down' },
} as const;
