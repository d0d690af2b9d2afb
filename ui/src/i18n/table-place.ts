// SPDX-License-Identifier: GPL-3.0-or-later
// What table.ts says of a place and a time.

export const place = {
  placeTime: { zh: '按时间调阅录像', en: 'Footage by time' },
  placeFrom: { zh: '从', en: 'From' },
  placeTo: { zh: '到', en: 'to' },
  placePlay: { zh: '播放', en: 'Play' },
  placeTimeWrong: {
    zh: '请写成 09:31 或 09:31:05 这样的时间，一次最多四小时',
    en: 'Write times as 09:31 or 09:31:05; four hours at most',
  },
  placeAskTitle: { zh: '要看哪一段时间？', en: 'Which time is it about?' },
  placeVisits: { zh: '这段时间在这里', en: 'Who was here' },
  placeNobody: { zh: '这段时间没有办理记录', en: 'Nobody that we know of' },
  placeMore: { zh: '查看全部', en: 'See all' },
  placeList: { zh: '这一天的办理', en: 'Visits of the day' },
  placeNotFound: { zh: '没有点位 {place}', en: 'There is no place {place}' },
  placeNotFoundHint: {
    zh: '点位编号由配置文件声明；请在调阅页查找。',
    en: 'Places are declared in the hall\u2019s file; look for it on the Find page.',
  },
  placeUnseenTitle: { zh: '这段时间没有摄像机看向{place}', en: 'No camera covered {place} then' },
  placeUnseenHint: {
    zh: '换一段时间，或请管理员检查点位 {place} 的覆盖关系。',
    en: 'Try another time, or have the administrator check what covers {place}.',
  },
  holdWhich: { zh: '锁定哪些摄像机', en: 'Which cameras' },
  holdMeansCameras: {
    zh: '这些摄像机在这段时间的录像在解除之前都不会被删除。',
    en: 'The footage of these cameras in this time is not deleted before the hold is released.',
  },
} as const;
