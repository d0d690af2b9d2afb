// SPDX-License-Identifier: GPL-3.0-or-later
// What table-admin.ts says of footage that should be there, what of it is, and answers that are not whole yet; and of a
// server or an account that is not there.

export const there = {
  reportGaps: { zh: '达到，有缺失', en: 'met, with gaps' },
  reportGapsTitle: {
    zh: '没有提前删除；但应保存的时间里有一部分没有录像',
    en: 'Nothing was deleted before its time, but of the promised time a part is not there',
  },
  keptMissing: { zh: '缺失 {span}', en: '{span} missing' },
  keptNothingDue: { zh: '没有要求录制', en: 'nothing of it was to be recorded' },
  reportIncomplete: {
    zh: '时钟或覆盖关系改动后，有事件还没有重新关联。下次清理会先重新关联，由此才找到的录像也会保留：锁定的或未到期的可能比这里显示的多。命令 mingjing link 可立即完成。',
    en: 'After a change of clocks or of the map, events wait to be linked anew. A purge links them first, and what is found only then stays too: more may be held or within its minimum than is shown here. The command mingjing link does it now.',
  },
  statusOld: {
    zh: '连不上服务器，以下是 {at} 的状态',
    en: 'the server does not answer; what follows is of {at}',
  },
  signInIdle: {
    zh: '您有一段时间没有操作，系统已自动退出。请重新登录。',
    en: 'You were signed out after a pause. Please sign in again.',
  },
  signInLongest: {
    zh: '已到一次登录的最长时间，系统已自动退出。请重新登录。',
    en: 'You were signed out because a sign-in lasts no longer. Please sign in again.',
  },
  signInEnded: {
    zh: '这次登录已在别处结束：由您本人或管理员退出，或账号、密码有改动。请重新登录。',
    en: 'This sign-in was ended elsewhere: by you or an administrator, or with a change of the account or its password. Please sign in again.',
  },
  signInHint: {
    zh: '没有账号，或忘了密码？请找安全管理员。',
    en: 'No account, or a forgotten password? Ask the security administrator.',
  },
} as const;
