// SPDX-License-Identifier: GPL-3.0-or-later
// The state of everything on one page: what is red first, each with the way to its cause.
import { admin } from '../api/admin';
import { api } from '../api/client';
import type { Permission, Status } from '../api/types';
import type { Source, System } from '../api/types-admin';
import { formatBytes } from '../base/bytes';
import { usePoll } from '../base/hooks';
import { CopyButton, ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute, type Route } from '../base/route';
import { useSession } from '../base/session';
import { DAY, formatMoment, parseTime, type Us, type Zone } from '../base/time';
import { useI18n, type Translate } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { Part } from '../base/part';
import { lateWord, Sources } from './sources';

const POLL_MS = 5000;
const SOURCES_MS = 60_000;
const PURGE_LATE_US = 2 * DAY;
const BACKUP_LATE_US = 2 * DAY;
// Units as they are installed (systemd/).
const START_CAPTURE = 'systemctl start mingjing-capture';
const TIMERS = {
  purge: 'systemctl enable --now mingjing-purge.timer',
  backup: 'systemctl enable --now mingjing-backup.timer',
};
const LINK = 'mingjing link';

const AUDIT: Route = { page: 'admin', part: 'audit' };

type Level = 'bad' | 'warn' | 'good';

export interface Line {
  what: Key;
  level: Level;
  words: string;
  cause?: Route;
  /** What an administrator types on the machine itself: this page starts nothing. */
  command?: string;
}

interface Seen {
  t: Translate;
  status: Status;
  system: System;
  sources: readonly Source[] | null; // null: not told yet, or not told at all
  now: Us;
  zone: Zone;
  may: (permission: Permission) => boolean;
}

const at = (s: Seen, time: string): string => formatMoment(parseTime(time), s.zone);

function recorders(s: Seen): Line[] {
  const dead = s.system.recorders.filter((r) => !r.alive);
  const cause: Route = { page: 'alarms' };
  if (s.system.recorders.length === 0)
    return [{ what: 'stateRecorders', level: 'bad', words: s.t('stateRecorderNever'), cause, command: START_CAPTURE }];
  if (dead.length === 0)
    return [
      { what: 'stateRecorders', level: 'good', words: s.t('stateRecordersRun', { n: s.system.recorders.length }) },
    ];
  return dead.map((r) => {
    const last = r.stopped ?? r.heartbeat;
    return {
      what: 'stateRecorders',
      level: 'bad',
      words: s.t('stateRecorderDown', { n: `${r.shard}/${r.shards}`, at: last ? at(s, last) : '' }),
      cause,
      command: START_CAPTURE,
    };
  });
}

function cameras(s: Seen): Line {
  const down = s.status.expected - s.status.recording;
  const words = s.t(down ? 'stateCamerasDown' : 'stateCamerasRun', {
    n: down || s.status.recording,
    m: s.status.expected,
  });
  return {
    what: 'adminCameras',
    level: down ? 'bad' : 'good',
    words,
    cause: s.may('admin.cameras') ? { page: 'admin', part: 'cameras' } : { page: 'cameras' },
  };
}

function volumes(s: Seen): Line[] {
  const cause: Route = { page: 'admin', part: 'volumes' };
  return s.status.volumes.map((v) => {
    const bad = !['ready', 'full', 'unknown'].includes(v.state);
    const warns = v.outlook?.warning || v.state === 'full';
    const free =
      v.free_bytes !== null ? s.t('stateVolumeFree', { path: v.path, free: formatBytes(v.free_bytes) }) : v.path;
    const short = v.outlook?.short ? ` · ${s.t('volumesShort', { at: at(s, v.outlook.short) })}` : '';
    const words = bad ? s.t('stateVolumeBad', { path: v.path }) : free + (warns ? short : '');
    return { what: 'adminVolumes', level: bad ? 'bad' : warns ? 'warn' : 'good', words, cause };
  });
}

function clock(s: Seen): Line {
  const { synchronised, error_ms: ms } = s.status.clock;
  const words = synchronised ? s.t('stateClockGood', { ms: Math.round(ms ?? 0) }) : s.t('stateClockBad');
  return { what: 'stateClock', level: synchronised ? 'good' : 'warn', words, cause: { page: 'alarms' } };
}

function purge(s: Seen): Line {
  const last = s.system.purge;
  const cause: Route = { page: 'admin', part: 'retention' };
  if (!last) return { what: 'statePurge', level: 'warn', words: s.t('statePurgeNever'), cause, command: TIMERS.purge };
  const late = s.now - parseTime(last.started) > PURGE_LATE_US;
  const done = last.ended ? 'statePurgeDone' : 'statePurgeRuns';
  const words = s.t(done, { at: at(s, last.ended ?? last.started), n: last.segments, size: formatBytes(last.bytes) });
  return { what: 'statePurge', level: late ? 'warn' : 'good', words, cause, command: TIMERS.purge };
}

function backup(s: Seen): Line {
  const last = s.system.backup;
  const told = { what: 'stateBackup', command: TIMERS.backup, ...(s.may('audit') && { cause: AUDIT }) } as const;
  if (!last) return { ...told, level: 'warn', words: s.t('stateBackupNever') };
  const late = s.now - parseTime(last.at) > BACKUP_LATE_US;
  const words = s.t('stateBackupDone', { at: at(s, last.at), size: formatBytes(last.bytes) });
  return { ...told, level: late ? 'warn' : 'good', words };
}

/** Of those that are late, or seem so, one each: which it is, a person knows. */
function sources(s: Seen): Line[] {
  if (!s.sources) return [];
  const late = s.sources.filter((one) => one.remark !== null);
  if (late.length === 0) {
    const n = s.sources.length;
    const words = n ? s.t('stateSourcesFine', { n }) : s.t('stateSourcesNone');
    return [{ what: 'stateSources', level: 'good', words }];
  }
  return late.map((one) => ({
    what: 'stateSources',
    level: 'warn',
    words: s.t('stateSourceLate', { source: one.source, late: lateWord(s.t, one.late_ms ?? 0) }),
    ...(one.command !== null && { command: one.command }),
  }));
}

function rest(s: Seen): Line[] {
  const { system, t } = s;
  const safe = system.api.secure ? t('stateApiSecure') : t('stateApiPlain');
  return [
    { what: 'stateApi', level: 'good', words: `${t('stateApiSince', { at: at(s, system.api.started) })} · ${safe}` },
    { what: 'stateTranscode', level: 'good', words: t(system.transcode ? 'stateTranscodeRuns' : 'stateTranscodeNot') },
    {
      what: 'stateLinks',
      level: system.links_pending ? 'warn' : 'good',
      words: system.links_pending ? t('stateLinksWait', { n: system.links_pending }) : t('stateLinksDone'),
      command: LINK,
    },
    {
      ...{ what: 'adminAudit', level: 'good', words: t('stateAuditRows', { n: system.audit_rows }) },
      ...(s.may('audit') && { cause: AUDIT }),
    },
    { what: 'stateVersion', level: 'good', words: t('stateVersions', { v: system.version, c: system.catalogue }) },
  ];
}

const RANK: Record<Level, number> = { bad: 0, warn: 1, good: 2 };

/** Everything, what is red first. */
export function linesOf(s: Seen): Line[] {
  const all = [...recorders(s), cameras(s), ...volumes(s), clock(s), ...sources(s), purge(s), backup(s), ...rest(s)];
  return all.sort((a, b) => RANK[a.level] - RANK[b.level]);
}

function Command({ text }: { text: string }) {
  const { t } = useI18n();
  return (
    <span class="state-command dim">
      {t('stateCommand')}{' '}
      <CopyButton text={() => text} label={t('copy', { what: text })} class="mono">
        {text}
      </CopyButton>
    </span>
  );
}

const WORDS: Record<Level, Key> = { bad: 'stateBad', warn: 'stateWarn', good: 'stateGood' };

export function StatePart() {
  const { t } = useI18n();
  const session = useSession();
  const system = usePoll(
    (s) => admin.system(s),
    () => POLL_MS,
    'admin-system',
  );
  const status = usePoll(
    (s) => api.status(s),
    () => POLL_MS,
    'admin-status',
  );
  const sent = usePoll(
    (s) => admin.sources(s),
    () => SOURCES_MS,
    'admin-sources',
  );
  const may = (permission: Permission) => session.me.permissions.includes(permission);
  const failed = [system.answer, status.answer].find((a) => a && !a.ok);
  if (!system.value || !status.value)
    return failed && !failed.ok ? (
      <ProblemNotice problem={failed.problem} retry={() => (system.again(), status.again())} />
    ) : (
      <Skeleton lines={8} />
    );
  const told = sent.value?.sources ?? null;
  const seen = {
    t,
    status: status.value,
    system: system.value,
    sources: told,
    now: session.hallNow(),
    zone: session.zone,
    may,
  };
  return (
    <Part id="admin-state" title={t('adminState')}>
      <ul class="state-list">
        {linesOf(seen).map((line, i) => (
          <li key={`${line.what}/${i}`} data-level={line.level}>
            <span class={line.level === 'bad' ? 'dot off' : line.level === 'warn' ? 'dot warned' : 'dot'} />
            <span class="sr">{t(WORDS[line.level])}</span>
            <span class="state-what dim">{t(line.what)}</span>
            <span>
              <span class={line.level === 'good' ? '' : line.level}>{line.words}</span>
              {line.command && line.level !== 'good' && <Command text={line.command} />}
            </span>
            {line.cause && <a href={formatRoute(line.cause)}>{t('stateCause')}</a>}
          </li>
        ))}
      </ul>
      {told && <Sources sources={told} />}
    </Part>
  );
}
