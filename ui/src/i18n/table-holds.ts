// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says of holds.

import { looks } from './table-looks';
import { warned } from './table-warned';

export const holds = {
  ...warned,
  ...looks,
  holdButton: { zh: '锁定', en: 'Hold' },
  heldCount: { zh: '已锁定 {n}', en: 'held {n}' },
  heldCountTitle: {
    zh: '{n} 项证据锁定有效：所锁的录像不会被删除',
    en: '{n} holds in force: what they keep is not deleted',
  },
  holdsTitle: { zh: '证据锁定', en: 'Holds' },
  holdsNone: { zh: '没有锁定', en: 'No holds' },
  holdTitle: { zh: '证据锁定', en: 'Hold' },
  holdTitleReleased: { zh: '已解除的证据锁定', en: 'Released hold' },
  holdMeans: {
    zh: '与它关联的录像在解除之前都不会被删除，以后新关联的也一样。',
    en: 'The footage linked to it is not deleted before the hold is released; nor is what is linked to it later.',
  },
  holdMeansApproval: {
    zh: '与它和它的号票、会话关联的录像在解除之前都不会被删除，以后新关联的也一样。',
    en: 'The footage linked to it, its tickets and its sessions is not deleted before the hold is released; nor is what is linked later.',
  },
  holdOn: { zh: '对象', en: 'On' },
  holdOnCameras: { zh: '摄像机的一段时间', en: 'cameras and a time' },
  holdReason: { zh: '理由', en: 'Reason' },
  holdCase: { zh: '案件编号', en: 'Case number' },
  holdOwner: { zh: '责任人', en: 'Owner' },
  holdOwnerHint: {
    zh: '负责此项锁定的账号。锁定要由责任人或监察员解除，且不能是锁定的人自己。',
    en: 'The account that answers for it. The owner or a supervisor releases it, never the one who put it.',
  },
  holdReview: { zh: '复核日期', en: 'Review' },
  holdReviewHint: {
    zh: '到这一天提醒复核；锁定不会因此失效。可以不填。',
    en: 'On this day it is due to be looked at again; it stays in force. May be left empty.',
  },
  holdReviewWrong: {
    zh: '请写成 2026-11-22 这样的日期，且晚于今天',
    en: 'Write a day as 2026-11-22, later than today',
  },
  holdReviewDue: { zh: '该复核了', en: 'due' },
  holdNoReview: { zh: '未定', en: 'none' },
  holdTooLong: { zh: '太长了，请写短一些', en: 'Too long; say it more briefly' },
  holdGo: { zh: '锁定', en: 'Put the hold' },
  holdBusy: { zh: '正在锁定…', en: 'Putting it…' },
  holdDone: {
    zh: '锁定已生效，现有 {n} 段录像（{size}）不会被删除。',
    en: 'It is in force. {n} segments ({size}) that are there now are kept.',
  },
  holdGone: { zh: '以下录像在锁定之前已按规定删除：', en: 'This had been deleted before:' },
  holdJournalled: {
    zh: '锁定记录已写在录像旁（{m} 个磁盘中的 {n} 个），目录丢失也不会失效。',
    en: 'Its record lies beside the footage ({n} of {m} disks), so that it outlives the catalogue.',
  },
  holdJournalWaits: {
    zh: '锁定记录即将由录像服务写在录像旁。',
    en: 'Its record is about to be written beside the footage by the recorder.',
  },
  holdJournalFailed: {
    zh: '锁定记录还写不到录像旁的磁盘上，系统会再试。请通知管理员检查磁盘。',
    en: 'Its record could not be written beside the footage yet, which is tried again. Tell the administrator to check the disks.',
  },
  holdSince: { zh: '锁定于', en: 'Since' },
  holdSinceBy: { zh: '{time}，{name}', en: '{time}, by {name}' },
  holdReleased: { zh: '已解除', en: 'released' },
  holdReleasedBy: { zh: '{time}，{name}：{reason}', en: '{time}, by {name}: {reason}' },
  holdKeeps: { zh: '锁定范围', en: 'Keeps' },
  holdKeepsNothing: { zh: '还没有关联的录像', en: 'no footage is linked yet' },
  holdLine: { zh: '证据锁定 {case}，责任人 {owner}：{reason}', en: 'held for {case}, owner {owner}: {reason}' },
  holdLineReview: { zh: '复核 {day}', en: 'review {day}' },
  releaseReason: { zh: '解除理由', en: 'Reason for releasing it' },
  releaseMeans: {
    zh: '解除后，所锁的录像到期即会删除；锁定记录保留。',
    en: 'What it keeps may then be deleted in its time; the record of the hold stays.',
  },
  releaseGo: { zh: '解除锁定', en: 'Release' },
  releaseBusy: { zh: '正在解除…', en: 'Releasing…' },
  releaseOwn: {
    zh: '这是您锁定的，要由别人（监察员或责任人 {owner}）解除。',
    en: 'You put it yourself: somebody else, a supervisor or its owner {owner}, releases it.',
  },
  releaseOthers: {
    zh: '由监察员或责任人 {owner} 解除。',
    en: 'It is released by a supervisor or by its owner, {owner}.',
  },
} as const;
