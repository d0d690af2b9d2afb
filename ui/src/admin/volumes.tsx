// SPDX-License-Identifier: GPL-3.0-or-later
// Volumes: where footage is recorded, how full that is and will be, and what happens then.
import { useState } from 'preact/hooks';
import { admin } from '../api/admin';
import type { Permission } from '../api/types';
import type { VolumeKept } from '../api/types-admin';
import { usePoll } from '../base/hooks';
import { formatBytes } from '../base/bytes';
import { ProblemNotice, Skeleton, Technical } from '../base/parts';
import { useSession } from '../base/session';
import { Table } from '../base/table';
import { formatMoment, parseTime } from '../base/time';
import { Field } from '../base/form';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { FormSheet, Select, useSend } from '../base/form';
import { Part } from '../base/part';

const POLL_MS = 10_000;
const GB = 1e9;

const STATES: Record<string, Key> = {
  ready: 'volumeReady',
  full: 'volumeFull',
  'read-only': 'volumeReadOnly',
  failing: 'volumeFailing',
  stalled: 'volumeStalled',
  missing: 'volumeMissing',
  unknown: 'volumeUnknown',
};

const rank = (v: VolumeKept) =>
  v.removed ? 4 : v.state === 'ready' ? (v.outlook?.warning ? 1 : 3) : v.state === 'unknown' ? 2 : 0;

function Forecast({ volume }: { volume: VolumeKept }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const o = volume.outlook;
  if (!o) return <span class="dim">{t('volumesNoOutlook')}</span>;
  if (!o.short && o.day_bytes === 0) return <span class="dim">{t('volumesNoRate')}</span>;
  const rate = t('volumesPerDay', { n: formatBytes(o.day_bytes) });
  if (!o.short) return <span>{rate}</span>;
  return (
    <>
      <span class={o.warning ? 'warn' : ''}>
        {t(o.cause === 'held' ? 'volumesShortHeld' : 'volumesShort', { at: formatMoment(parseTime(o.short), zone) })}
      </span>
      <div class="dim">{rate}</div>
    </>
  );
}

function Room({ volume: v }: { volume: VolumeKept }) {
  const { t } = useI18n();
  if (v.total_bytes === null || v.free_bytes === null) return <span class="dim">{t('volumesNoAnswer')}</span>;
  const used = v.total_bytes - v.free_bytes;
  return (
    <>
      <span class="days-bar" aria-hidden="true">
        <span class="days-done" style={{ width: `${(used / v.total_bytes) * 100}%` }} />
      </span>
      <div class="num">{t('volumesFree', { free: formatBytes(v.free_bytes), all: formatBytes(v.total_bytes) })}</div>
    </>
  );
}

function Row(props: {
  volume: VolumeKept;
  may: (p: Permission) => boolean;
  onOpen: (kind: 'limit' | 'policy' | 'remove') => void;
}) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { volume: v, may } = props;
  const bad = !v.removed && !['ready', 'unknown'].includes(v.state);
  return (
    <tr data-volume={v.path}>
      <td>
        <span class={v.removed ? 'dot idle' : bad ? 'dot off' : 'dot'} />{' '}
        <span class={bad ? 'bad' : ''}>{t(v.removed ? 'volumesRemoved' : (STATES[v.state] ?? 'volumeUnknown'))}</span>
        {bad && v.since && <div class="dim num">{t('adminSince', { at: formatMoment(parseTime(v.since), zone) })}</div>}
        {v.detail && <Technical detail={v.detail} class="dim" />}
      </td>
      <td class="mono path">{v.path}</td>
      <td>
        <Room volume={v} />
      </td>
      <td>{v.max_bytes === null ? t('volumesNoLimit') : formatBytes(v.max_bytes)}</td>
      <td>
        <Forecast volume={v} />
      </td>
      <td>{t(v.when_full === 'keep' ? 'volumesKeep' : 'volumesOldest')}</td>
      <td class="row-actions">
        {may('admin.cameras') && (
          <button
            type="button"
            class="button"
            aria-label={`${t('volumesLimit')} ${v.path}`}
            onClick={() => props.onOpen('limit')}
          >
            {t(v.removed ? 'volumesBack' : 'volumesLimit')}
          </button>
        )}
        {may('admin.rules') && !v.removed && (
          <button
            type="button"
            class="button"
            aria-label={`${t('volumesPolicy')} ${v.path}`}
            onClick={() => props.onOpen('policy')}
          >
            {t('volumesPolicy')}
          </button>
        )}
        {may('admin.cameras') && !v.removed && (
          <button
            type="button"
            class="button"
            aria-label={`${t('adminRemove')} ${v.path}`}
            onClick={() => props.onOpen('remove')}
          >
            {t('adminRemove')}
          </button>
        )}
      </td>
    </tr>
  );
}

interface FormProps {
  volume: VolumeKept | null;
  onClose: () => void;
  onDone: () => void;
}

/** Bytes of a number of GB; null for nothing, NaN for what is none. */
export const bytesOf = (text: string): number | null => {
  if (!text.trim()) return null;
  const gb = Number(text.trim());
  return gb > 0 && gb < 1e7 ? Math.round(gb * GB) : NaN;
};

function LimitForm({ volume, onClose, onDone }: FormProps) {
  const { t } = useI18n();
  const [path, setPath] = useState(volume?.path ?? '');
  const [max, setMax] = useState(volume?.max_bytes ? String(volume.max_bytes / GB) : '');
  const [reserve, setReserve] = useState(volume?.reserve_bytes ? String(volume.reserve_bytes / GB) : '');
  const { busy, problem, send } = useSend();
  const [maxBytes, reserveBytes] = [bytesOf(max), bytesOf(reserve)];
  const wrong = (bytes: number | null) => (Number.isNaN(bytes) ? t('volumesSizeWrong') : null);
  return (
    <FormSheet
      id="volume-title"
      title={t(volume ? 'volumesLimit' : 'volumesAdd')}
      go={t(volume ? 'adminSave' : 'adminAdd')}
      busy={busy}
      blocked={Number.isNaN(maxBytes) || Number.isNaN(reserveBytes)}
      problem={problem}
      onClose={onClose}
      onSubmit={() => void send(() => admin.addVolume(path.trim(), reserveBytes, maxBytes), onDone)}
    >
      {volume ? (
        <p class="mono path">{volume.path}</p>
      ) : (
        <Field
          id="volume-path"
          label={t('volumesPath')}
          value={path}
          onInput={setPath}
          hint={t('volumesPathHint')}
          required
          focus
        />
      )}
      <Field
        id="volume-max"
        label={t('volumesMax')}
        value={max}
        onInput={setMax}
        hint={t('volumesMaxHint')}
        wrong={wrong(maxBytes)}
        numeric
      />
      <Field
        id="volume-reserve"
        label={t('volumesReserve')}
        value={reserve}
        onInput={setReserve}
        hint={t('volumesReserveHint')}
        wrong={wrong(reserveBytes)}
        numeric
      />
    </FormSheet>
  );
}

function PolicyForm({ volume, onClose, onDone }: FormProps) {
  const { t } = useI18n();
  const [policy, setPolicy] = useState<string>(volume!.when_full);
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="volume-title"
      title={t('volumesPolicy')}
      go={t('adminSave')}
      risky={policy === 'oldest'}
      busy={busy}
      problem={problem}
      onClose={onClose}
      onSubmit={() => void send(() => admin.setPolicy(volume!.path, policy), onDone)}
    >
      <p class="mono path">{volume!.path}</p>
      <Select
        id="volume-policy"
        label={t('volumesPolicy')}
        value={policy}
        options={[
          ['keep', t('volumesKeep')],
          ['oldest', t('volumesOldest')],
        ]}
        onChange={setPolicy}
      />
      <p class={policy === 'oldest' ? 'warn' : 'dim'}>
        {t(policy === 'keep' ? 'volumesKeepMeans' : 'volumesOldestMeans')}
      </p>
    </FormSheet>
  );
}

function RemoveForm({ volume, onClose, onDone }: FormProps) {
  const { t } = useI18n();
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="volume-title"
      title={t('volumesRemove')}
      go={t('adminRemove')}
      risky
      busy={busy}
      problem={problem}
      onClose={onClose}
      onSubmit={() => void send(() => admin.removeVolume(volume!.path), onDone)}
    >
      <p class="mono path">{volume!.path}</p>
      <p>{t('volumesRemoveMeans')}</p>
    </FormSheet>
  );
}

const FORMS = { limit: LimitForm, policy: PolicyForm, remove: RemoveForm };

export function VolumesPart() {
  const { t } = useI18n();
  const { me } = useSession();
  const [open, setOpen] = useState<{ kind: keyof typeof FORMS; path: string | null } | null>(null);
  const { answer, value, again } = usePoll(
    (s) => admin.volumes(s),
    () => POLL_MS,
    'admin-volumes',
  );
  if (!value)
    return answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={4} />;
  const may = (p: Permission) => me.permissions.includes(p);
  const Form = open && FORMS[open.kind];
  return (
    <Part
      id="admin-volumes"
      title={t('adminVolumes')}
      actions={
        may('admin.cameras') && (
          <button
            type="button"
            id="volume-add"
            class="button primary"
            onClick={() => setOpen({ kind: 'limit', path: null })}
          >
            {t('volumesAdd')}
          </button>
        )
      }
    >
      <Table
        heads={[
          t('colState'),
          t('volumesPath'),
          t('volumesRoom'),
          t('volumesMax'),
          t('volumesOutlook'),
          t('volumesPolicy'),
        ]}
        actions={t('adminChange')}
      >
        {[...value.volumes]
          .sort((a, b) => rank(a) - rank(b))
          .map((v) => (
            <Row key={v.id} volume={v} may={may} onOpen={(kind) => setOpen({ kind, path: v.path })} />
          ))}
      </Table>
      {open && Form && (
        <Form
          volume={value.volumes.find((v) => v.path === open.path) ?? null}
          onClose={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            again();
          }}
        />
      )}
    </Part>
  );
}
