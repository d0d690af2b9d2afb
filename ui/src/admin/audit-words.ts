// SPDX-License-Identifier: GPL-3.0-or-later
// What was done, as the audit log calls it, in words.
import type { Translate } from '../i18n/i18n';
import type { Key, Lang } from '../i18n/table';

const WORDS: Record<string, Key> = {
  login: 'auditLogin',
  logout: 'auditLogout',
  find: 'auditFind',
  view: 'auditView',
  live: 'auditLive',
  clip: 'auditClip',
  reason: 'auditReason',
  timeline: 'auditTimeline',
  access: 'auditAccess',
  apply: 'auditApply',
  link: 'auditLink',
  keys: 'auditKeys',
  purge: 'auditPurge',
  'user.list': 'auditUsers',
  'token.list': 'auditTokens',
  'hold.list': 'auditHolds',
  'mark.list': 'auditMarks',
  'alarm.list': 'auditAlarms',
  'session.list': 'auditSessions',
  'promise.list': 'auditPromises',
  'session.book': 'auditBook',
  'session.cancel': 'auditCancel',
  'session.consent': 'auditConsent',
  'session.end': 'auditEnd',
  'session.join': 'auditJoin',
  'session.leave': 'auditLeave',
  'session.move': 'auditMove',
  'session.note': 'auditNote',
  'session.notice': 'auditNotice',
  'work_day.set': 'auditWorkDay',
  'session.rate': 'auditRate',
  'session.record': 'auditRecord',
  'session.terminal': 'auditTerminal',
  'session.token': 'auditSessionLink',
  'session.watch': 'auditWatch',
  'slot.withdraw': 'auditWithdraw',
  'promise.done': 'auditKept',
  'user.session': 'auditSignOutOf',
  'event.import': 'auditImport',
  'source.clock': 'auditSourceClock',
  'catalogue.make': 'auditCatalogueMake',
  'catalogue.rebuild': 'auditCatalogueRebuild',
  'layout.share': 'auditShare',
  'layout.unshare': 'auditUnshare',
  'hold.learn': 'auditHoldLearn',
  'look.list': 'auditLookList',
  'camera.record': 'auditCameraRecord',
  'catalogue.upgrade': 'auditCatalogueUpgrade',
  'audit.read': 'auditRead',
  'audit.verify': 'auditVerified',
};

const OBJECTS: Record<string, Key> = {
  camera: 'auditOfCamera',
  hall: 'auditOfHall',
  link: 'auditOfLink',
  place: 'auditOfPlace',
  coverage: 'auditOfCoverage',
  retention: 'auditOfRetention',
  volume: 'auditOfVolume',
  user: 'auditOfUser',
  token: 'auditOfToken',
  hold: 'auditOfHold',
  mark: 'auditOfMark',
  mark_kind: 'auditOfMarkKind',
  notice: 'auditOfNotice',
  work_day: 'auditOfWorkDay',
  alarm: 'auditOfAlarm',
  event: 'auditOfEvent',
  clip: 'auditOfClip',
  session: 'auditOfSession',
  slot: 'auditOfSlot',
  promise: 'auditOfPromise',
  webhook: 'auditOfWebhook',
  ticket: 'auditOfTicket',
  approval: 'auditOfApproval',
  staff: 'auditOfStaff',
  business: 'auditOfBusiness',
  matter: 'auditOfMatter',
  search: 'auditOfSearch',
  source: 'auditOfSource',
  file: 'auditOfFile',
  role: 'auditOfRole',
  layout: 'auditOfLayout',
  run: 'auditOfRun',
  audit: 'auditOfAudit',
  address: 'auditOfAddress',
};

const DEEDS: Record<string, Key> = {
  add: 'auditAdd',
  change: 'auditChange',
  remove: 'auditRemove',
  release: 'auditRelease',
  set: 'auditSet',
  policy: 'auditPolicy',
  rename: 'auditRename',
  renumber: 'auditRenumber',
  probe: 'auditProbe',
  make: 'auditMake',
  revoke: 'auditRevoke',
  acknowledge: 'auditAcknowledge',
  passwd: 'auditPasswd',
  role: 'auditRole',
  scope: 'auditScope',
  second: 'auditSecond',
  disable: 'auditDisable',
  enable: 'auditEnable',
};

/** What can be asked for, as people would look for it: whatever the log may be told. */
export const ACTIONS: readonly (readonly [Key, readonly string[]])[] = [
  ['auditActLooks', ['view', 'live', 'clip.make', 'clip', 'reason', 'find', 'timeline', 'session.record', 'look.list']],
  ['auditActHolds', ['hold.add', 'hold.release', 'hold.list', 'hold.learn']],
  ['auditActMarks', ['mark.add', 'mark.list', 'alarm.acknowledge', 'alarm.list', 'layout.share', 'layout.unshare']],
  ['auditActLogins', ['login', 'logout', 'access']],
  [
    'auditActAccounts',
    [
      ...['user.add', 'user.change', 'user.role', 'user.scope', 'user.disable', 'user.enable', 'user.passwd'],
      ...['user.second', 'user.session', 'user.list', 'token.add', 'token.revoke', 'token.list', 'keys'],
    ],
  ],
  [
    'auditActCameras',
    [
      ...['camera.add', 'camera.change', 'camera.record', 'camera.probe', 'camera.remove', 'place.add'],
      ...['place.rename', 'place.renumber', 'place.remove', 'coverage.add', 'coverage.change', 'coverage.remove'],
      ...['hall.add', 'hall.change', 'apply', 'mark_kind.set', 'session.notice', 'work_day.set'],
      ...['webhook.add', 'webhook.remove'],
    ],
  ],
  [
    'auditActKept',
    [
      ...['purge', 'retention.set', 'retention.remove', 'retention.policy', 'volume.add', 'volume.remove'],
      ...['catalogue.make', 'catalogue.upgrade', 'catalogue.rebuild'],
    ],
  ],
  ['auditActEvents', ['event.add', 'event.import', 'source.clock', 'link', 'link.change']],
  [
    'auditActSessions',
    [
      ...['session.add', 'session.book', 'session.move', 'session.cancel', 'session.end', 'session.token'],
      ...['session.terminal', 'session.consent', 'session.join', 'session.watch', 'session.leave', 'session.note'],
      ...['session.rate', 'session.list', 'slot.add', 'slot.withdraw', 'promise.add', 'promise.done', 'promise.list'],
    ],
  ],
  ['auditActLog', ['audit.read', 'audit.verify']],
];

/** '' for what has no words of its own: the code beside it says it. */
export function auditWord(t: Translate, what: string): string {
  const whole = WORDS[what];
  if (whole) return t(whole);
  const [object, deed] = what.split('.', 2) as [string, string | undefined];
  const [on, done] = [OBJECTS[object], deed ? DEEDS[deed] : undefined];
  return on && done ? t('auditDid', { deed: t(done), object: t(on) }) : '';
}

/** The kind of an object by its code; in Chinese by its word, where it has one. */
export function objectWord(t: Translate, lang: Lang, kind: string): string {
  const word = OBJECTS[kind === 'rule' ? 'retention' : kind];
  return lang === 'zh' && word ? t(word) : kind;
}
