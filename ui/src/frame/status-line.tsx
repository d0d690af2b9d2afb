// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useRef } from 'preact/hooks';
import type { Status, Volume } from '../api/types';
import type { Alarms } from '../api/types-alarms';
import { formatBytes } from '../base/bytes';
import { formatRoute, type AdminPart } from '../base/route';
import { useSession } from '../base/session';
import { formatDay, formatMoment, formatSpan, parseTime } from '../base/time';
import { useI18n, type Translate } from '../i18n/i18n';
import { stateSentence, stateWord, withDetail } from '../i18n/words';

const NAMED = 2;
const LOW_DAYS = 3;
/** The kernel's bound passes this when nothing has disciplined the clock for hours. */
const CLOCK_BAD_MS = 1000;

/** The hall's time, written into the page without asking the page to be drawn anew. */
function HallClock() {
  const { t } = useI18n();
  const { hallNow, zone } = useSession();
  const place = useRef<HTMLTimeElement>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const now = hallNow();
      if (place.current) place.current.textContent = formatMoment(now, zone);
      timer = setTimeout(tick, 1000 - (Math.floor(now / 1000) % 1000) + 5);
    };
    tick();
    return () => clearTimeout(timer);
  }, [hallNow, zone]);
  return <time ref={place} class="hall-clock" title={t('hallTime')} />;
}

function diskWord(t: Translate, disk: Status['disk']): string {
  const { days_left: days } = disk;
  if (days === null) return t('statusDiskFree', { free: formatBytes(disk.free_bytes) });
  return t('statusDisk', { days: days >= 10 ? Math.floor(days) : days.toFixed(1) });
}

const VOLUME_WORDS = {
  full: 'volumeFull',
  'read-only': 'volumeReadOnly',
  failing: 'volumeFailing',
  stalled: 'volumeStalled',
  missing: 'volumeMissing',
} as const;

/** Where it is told of. Accounts that see some places alone have no administration: of them alarms tell what there is. */
function useCause(part: AdminPart): string {
  const { me } = useSession();
  return formatRoute(me.places === null ? { page: 'admin', part } : { page: 'alarms' });
}

/* What nobody has yet, in the colour of the worst: in a window of its own it stands here alone. */
function Waiting({ alarms }: { alarms: Alarms }) {
  const { t } = useI18n();
  const red = alarms.alarms.some((a) => a.severity === 'red' && !a.acknowledged);
  return alarms.unacknowledged === 0 ? null : (
    <a href={formatRoute({ page: 'alarms' })} class={red ? 'bad' : 'warn'}>
      {t('statusAlarms', { n: alarms.unacknowledged })}
    </a>
  );
}

const nameOf = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//, '');

/* A disk that is not recorded to, though it should be: what is recorded goes to the others, or is lost. */
function Volumes({ volumes }: { volumes: Volume[] }) {
  const { t, lang } = useI18n();
  const cause = useCause('volumes');
  return volumes.map(({ path, state, detail }) =>
    state === 'ready' || state === 'unknown' ? null : (
      <a key={path} href={cause} class={state === 'full' ? 'warn' : 'bad'} title={withDetail(lang, path, detail)}>
        {t('statusVolume', { path: nameOf(path), state: t(VOLUME_WORDS[state]) })}
      </a>
    ),
  );
}

/* Days before a disk has nothing left that may be deleted. */
function Outlooks({ volumes }: { volumes: Volume[] }) {
  const { t } = useI18n();
  const cause = useCause('volumes');
  const { zone } = useSession();
  return volumes.map(({ path, outlook }) =>
    outlook?.warning && outlook.short ? (
      <a key={path} href={cause} class="warn" title={t('statusShortTitle')}>
        {t(outlook.cause === 'held' ? 'statusShortHeld' : 'statusShortMinimum', {
          path: nameOf(path),
          day: formatDay(parseTime(outlook.short), zone),
        })}
      </a>
    ) : null,
  );
}

/* Of an old state nothing is called good. */
function Parts({ status, stale }: { status: Status; stale: boolean }) {
  const { t, lang } = useI18n();
  const { hallNow } = useSession();
  const cameras = formatRoute({ page: 'cameras' });
  const volumes = useCause('volumes');
  const state = useCause('state');
  const whole = status.recording >= status.expected && status.capture.running;
  const { disk, clock } = status;
  const clockBad = !clock.synchronised || (clock.error_ms ?? 0) > CLOCK_BAD_MS;
  return (
    <>
      <a href={cameras} class={whole ? '' : 'bad'}>
        <span class={stale ? 'dot idle' : whole ? 'dot' : 'dot off'} />{' '}
        {t('statusRecording', { n: status.recording, m: status.expected })}
      </a>
      {!status.capture.running && (
        <a href={state} class="bad">
          {t('statusCaptureDown')}
        </a>
      )}
      {status.down.slice(0, NAMED).map((d) => (
        <a
          key={`${d.camera}/${d.stream}`}
          href={cameras}
          class="bad"
          title={withDetail(lang, stateSentence(t, d.state, d.name || d.camera), d.detail)}
        >
          {t('statusDown', {
            name: d.name || d.camera,
            state: stateWord(t, d.state),
            since: formatSpan(Math.max(0, hallNow() - parseTime(d.since))),
          })}
        </a>
      ))}
      {status.down.length > NAMED && (
        <a href={cameras} class="bad">
          {t('statusMore', { n: status.down.length - NAMED })}
        </a>
      )}
      <Volumes volumes={status.volumes} />
      <Outlooks volumes={status.volumes} />
      <a
        href={volumes}
        class={disk.days_left !== null && disk.days_left < LOW_DAYS ? 'warn' : ''}
        title={t('statusDiskTitle', { total: formatBytes(disk.total_bytes), free: formatBytes(disk.free_bytes) })}
      >
        {diskWord(t, disk)}
      </a>
      <a href={state} class={clockBad ? 'warn' : ''}>
        {clock.synchronised ? t('statusClock', { ms: Math.ceil(clock.error_ms ?? 0) }) : t('statusClockBad')}
      </a>
    </>
  );
}

export function StatusLine(props: { status: Status | null; stale: boolean; alarms: Alarms | null }) {
  const { status, stale, alarms } = props;
  const { t } = useI18n();
  const { zone } = useSession();
  return (
    <footer class="status" aria-label={t('statusLabel')}>
      {stale && (
        <span class="bad">
          {status ? t('statusOld', { at: formatMoment(parseTime(status.time), zone) }) : t('statusUnreachable')}
        </span>
      )}
      {alarms && <Waiting alarms={alarms} />}
      {status ? <Parts status={status} stale={stale} /> : !stale && <span class="dim">{t('statusWaiting')}</span>}
      <span class="grow" />
      <HallClock />
    </footer>
  );
}
