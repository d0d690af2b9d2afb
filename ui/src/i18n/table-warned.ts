// SPDX-License-Identifier: GPL-3.0-or-later
// What somebody should look at though it was done as asked.

export const warned = {
  holdNothingOf: {
    zh: '现在没有锁住任何录像：{what} 没有录像。请核对是不是要锁定另一天或另一个大厅的号。',
    en: 'Nothing is kept by it now: of {what} there is no footage. See whether another day or hall is meant.',
  },
  holdNothingThere: {
    zh: '现在没有锁住任何录像：这些摄像机在这段时间没有录像。',
    en: 'Nothing is kept by it now: these cameras have no footage of that time.',
  },
};
