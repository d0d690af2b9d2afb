// SPDX-License-Identifier: GPL-3.0-or-later
// Cameras: whether they record, what they see and send, how long it is kept, whose clock; and changing them.
import { useState } from 'preact/hooks';
import { admin } from '../api/admin';
import { api } from '../api/client';
import type { Camera, Stream } from '../api/types';
import type { Kept, StreamNow } from '../api/types-admin';
import { usePoll } from '../base/hooks';
import { Notice, ProblemNotice, Skeleton, Technical } from '../base/parts';
import { placeLabel, useSession } from '../base/session';
import { Table } from '../base/table';
import { formatDay, formatMoment, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { kindWord, stateSentence, stateWord } from '../i18n/words';
import { AddCamera } from './add-camera';
import { offsetWord, sentWords } from './camera-words';
import { ChangeCamera, RemoveCamera } from './change-camera';
import { Part } from '../base/part';
import { spanWord } from './retention-words';

const POLL_MS = 5000;
const NOW_MS = 5000;
const REPORT_MS = 300_000;
const CLOCK_OFF_US = 5_000_000; // more is an alarm

const rank = (s: Stream) => (s.state === 'recording' ? 1 : s.state === 'disabled' ? 2 : 0);

/** The stream that says how the camera is: the worst of those that should be recorded. */
export const worstOf = (camera: Camera): Stream | undefined =>
  [...camera.streams].filter((s) => s.url).sort((a, b) => rank(a) - rank(b))[0];

const rankOf = (camera: Camera): number => {
  const worst = worstOf(camera);
  return worst ? rank(worst) : 3;
};

function State({ camera }: { camera: Camera }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const stream = worstOf(camera);
  if (!stream) return <span class="dim">{t('stateDisabled')}</span>;
  const good = stream.state === 'recording';
  const idle = stream.state === 'disabled';
  return (
    <>
      <span class={good ? 'dot' : idle ? 'dot idle' : 'dot off'} />{' '}
      <span class={good || idle ? '' : 'bad'}>{stateWord(t, stream.state)}</span>
      {stream.since && (
        <div class="dim num">{t('adminSince', { at: formatMoment(parseTime(stream.since), zone) })}</div>
      )}
      {!good && (
        <div class="dim detail">
          {stateSentence(t, stream.state, camera.name || camera.id)} <Technical detail={stream.detail} />
        </div>
      )}
    </>
  );
}

function Streams({ camera, now }: { camera: Camera; now: readonly StreamNow[] }) {
  const { t } = useI18n();
  return (
    <>
      {camera.streams
        .filter((s) => s.url)
        .map((s) => (
          <div key={s.name} title={s.url}>
            <span class="dim">{t(s.name === 'main' ? 'streamMain' : 'streamSub')}</span>{' '}
            {sentWords(t, { ...now.find((n) => n.stream === s.name), ...s })}
            {s.audio && ` · ${t('withSound')}`}
          </div>
        ))}
    </>
  );
}

function Storage({ kept }: { kept: Kept | undefined }) {
  const { t } = useI18n();
  const { zone } = useSession();
  if (!kept) return null;
  if (!kept.oldest) return <span class="dim">{t('adminNoFootage')}</span>;
  return (
    <>
      <span class={kept.met ? '' : 'bad'}>
        {t('adminDaysOf', { n: kept.achieved_days.toFixed(1), m: kept.promised_days })}
      </span>
      {kept.missing_s >= 1 && <div class="dim num">{t('keptMissing', { span: spanWord(t, kept.missing_s) })}</div>}
      <div class="dim num">{t('adminSince', { at: formatDay(parseTime(kept.oldest), zone) })}</div>
    </>
  );
}

function Clock({ now }: { now: readonly StreamNow[] }) {
  const { t } = useI18n();
  const told = now.find((n) => n.clock_offset_us !== null);
  if (!told) return <span class="dim">{t('adminClockHost')}</span>;
  const off = told.clock_offset_us!;
  return <span class={Math.abs(off) > CLOCK_OFF_US ? 'warn' : ''}>{t('adminClockOff', { off: offsetWord(off) })}</span>;
}

function Row(props: {
  camera: Camera;
  now: readonly StreamNow[];
  kept: Kept | undefined;
  onChange: () => void;
  onRemove: () => void;
}) {
  const { t } = useI18n();
  const session = useSession();
  const { camera } = props;
  return (
    <tr data-camera-row={camera.id}>
      <td>
        <State camera={camera} />
      </td>
      <td>
        <span class="strong">{camera.name || camera.id}</span>
        <div class="dim">
          <span class="mono">{camera.id}</span> {kindWord(t, camera.kind)}
        </div>
      </td>
      <td>
        {camera.covers.map((c) => placeLabel(session, c.code, c.hall)).join(', ') || (
          <span class="dim">{t('adminNoPlace')}</span>
        )}
      </td>
      <td>
        <Streams camera={camera} now={props.now} />
      </td>
      <td>
        <Storage kept={props.kept} />
      </td>
      <td>
        <Clock now={props.now} />
      </td>
      <td class="row-actions">
        <button
          type="button"
          class="button"
          aria-label={t('adminChangeOf', { name: camera.name })}
          onClick={props.onChange}
        >
          {t('adminChange')}
        </button>
        <button
          type="button"
          class="button"
          aria-label={t('adminRemoveOf', { name: camera.name })}
          onClick={props.onRemove}
        >
          {t('adminRemove')}
        </button>
      </td>
    </tr>
  );
}

type Open = { kind: 'add' } | { kind: 'change' | 'remove'; id: string } | null;

export function CamerasPart() {
  const { t } = useI18n();
  const [open, setOpen] = useState<Open>(null);
  const cameras = usePoll(
    (s) => api.cameras(s),
    () => POLL_MS,
    'admin-cameras',
  );
  const streams = usePoll(
    (s) => admin.streams(s),
    () => NOW_MS,
    'admin-streams',
  );
  const report = usePoll(
    (s) => admin.report(s),
    () => REPORT_MS,
    'admin-report',
  );
  const places = usePoll(
    (s) => api.places(s),
    () => null,
    'admin-places',
  );
  const { value, answer, again } = cameras;
  if (!value)
    return answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={6} />;
  const sorted = [...value.cameras].sort((a, b) => rankOf(a) - rankOf(b));
  const opened = open && 'id' in open ? value.cameras.find((c) => c.id === open.id) : undefined;
  const close = () => setOpen(null);
  return (
    <Part
      id="admin-cameras"
      title={t('adminCameras')}
      actions={
        <button type="button" id="camera-add" class="button primary" onClick={() => setOpen({ kind: 'add' })}>
          {t('adminCameraAdd')}
        </button>
      }
    >
      {sorted.length === 0 ? (
        <Notice title={t('adminCamerasNone')} hint={t('adminCamerasNoneHint')} />
      ) : (
        <Table
          heads={[t('colState'), t('colCamera'), t('colPlaces'), t('adminStreams'), t('adminStorage'), t('adminClock')]}
          actions={t('adminChange')}
        >
          {sorted.map((c) => (
            <Row
              key={c.id}
              camera={c}
              now={streams.value?.streams.filter((s) => s.camera === c.id) ?? []}
              kept={report.value?.cameras.find((k) => k.camera === c.id && k.stream === 'main')}
              onChange={() => setOpen({ kind: 'change', id: c.id })}
              onRemove={() => setOpen({ kind: 'remove', id: c.id })}
            />
          ))}
        </Table>
      )}
      {open?.kind === 'add' && (
        <AddCamera
          places={places.value?.places ?? []}
          onClose={close}
          onAdded={() => {
            close();
            again();
          }}
        />
      )}
      {opened && open?.kind === 'change' && <ChangeCamera camera={opened} onClose={close} onChanged={again} />}
      {opened && open?.kind === 'remove' && <RemoveCamera camera={opened} onClose={close} onChanged={again} />}
    </Part>
  );
}
