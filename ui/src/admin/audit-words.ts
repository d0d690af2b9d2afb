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
  'audit.read': 'auditRead',
  'audit.verify': 'auditVerified',
};

const OBJECTS: Record<string, Key> = {
  camera: 'auditOfCamera',
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
