// SPDX-License-Identifier: GPL-3.0-or-later
// Changing a camera, looking at it, and taking it away.
import { useState } from 'preact/hooks';
import { admin } from '../api/admin';
import type { Camera } from '../api/types';
import type { CameraChange, Probe } from '../api/types-admin';
import { Field } from '../base/form';
import { useI18n } from '../i18n/i18n';
import { kindWord } from '../i18n/words';
import { ProbeResult } from './add-camera';
import { FormSheet, Select, useSend } from '../base/form';

const KINDS = ['window', 'hall', 'room', 'session'] as const;
const AS_IT_IS = '-';

/** Which of its streams are recorded now. */
function recordOf(camera: Camera): string {
  const on = camera.streams.filter((s) => s.url && s.record).map((s) => s.name);
  return on.length === 2 ? 'both' : (on[0] ?? 'none');
}

function LookAt({ camera }: { camera: Camera }) {
  const { t } = useI18n();
  const [probe, setProbe] = useState<Probe | null>(null);
  const { busy, problem, send } = useSend();
  const look = () => void send(() => admin.probe({ camera: camera.id, stream: 'main' }), setProbe);
  return (
    <>
      <p>
        <button type="button" class="button" disabled={busy} onClick={look}>
          {t(busy ? 'adminProbing' : 'adminProbe')}
        </button>
      </p>
      {problem && <p class="bad">{problem.detail}</p>}
      {probe && <ProbeResult probe={probe} url={camera.streams[0]?.url ?? ''} />}
    </>
  );
}

export function ChangeCamera(props: { camera: Camera; onClose: () => void; onChanged: () => void }) {
  const { t } = useI18n();
  const { camera } = props;
  const sub = camera.streams.find((s) => s.name === 'sub' && s.url);
  const main = camera.streams.find((s) => s.name === 'main');
  const [name, setName] = useState(camera.name);
  const [kind, setKind] = useState<string>(camera.kind);
  const [url, setUrl] = useState('');
  const [subUrl, setSubUrl] = useState('');
  const [dropSub, setDropSub] = useState(false);
  const [audio, setAudio] = useState(AS_IT_IS);
  const [record, setRecord] = useState(recordOf(camera));
  const { busy, problem, send } = useSend();
  const change: CameraChange = {
    ...(name.trim() && name.trim() !== camera.name && { name: name.trim() }),
    ...(kind !== camera.kind && { kind: kind as Camera['kind'] }),
    ...(url && { url }),
    ...(dropSub ? { sub: null } : subUrl && { sub: subUrl }),
    ...(audio !== AS_IT_IS && { audio }),
    ...(record !== recordOf(camera) && { record }),
  };
  const records: [string, string][] = [
    ['main', t('adminRecordMain')],
    ...(sub || subUrl
      ? ([
          ['sub', t('adminRecordSub')],
          ['both', t('adminRecordBoth')],
        ] as [string, string][])
      : []),
    ['none', t('adminRecordNone')],
  ];
  const done = () => {
    props.onChanged();
    props.onClose();
  };
  return (
    <FormSheet
      id="camera-title"
      title={t('adminChangeOf', { name: camera.name })}
      go={t('adminSave')}
      busy={busy}
      blocked={Object.keys(change).length === 0}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() => void send(() => admin.changeCamera(camera.id, change), done)}
    >
      <LookAt camera={camera} />
      <Field id="camera-name" label={t('adminName')} value={name} onInput={setName} focus />
      <Select
        id="camera-kind"
        label={t('adminKind')}
        value={kind}
        options={KINDS.map((k) => [k, kindWord(t, k)] as const)}
        onChange={setKind}
      />
      <Field
        id="camera-url"
        label={t('adminUrlNew')}
        value={url}
        onInput={(text) => setUrl(text.trim())}
        hint={t('adminUrlNow', { url: main?.url ?? '' })}
      />
      {!dropSub && (
        <Field
          id="camera-sub-url"
          label={t('adminSubNew')}
          value={subUrl}
          onInput={(text) => setSubUrl(text.trim())}
          hint={sub ? t('adminUrlNow', { url: sub.url }) : t('adminSubNone')}
        />
      )}
      {sub && (
        <label class="check">
          <input type="checkbox" checked={dropSub} onChange={(e) => setDropSub(e.currentTarget.checked)} />{' '}
          {t('adminSubDrop')}
        </label>
      )}
      <Select id="camera-record" label={t('adminRecord')} value={record} options={records} onChange={setRecord} />
      <Select
        id="camera-audio"
        label={t('adminAudio')}
        value={audio}
        options={[
          [AS_IT_IS, t('adminAsItIs')],
          ['aac', t('adminAudioAac')],
          ['original', t('adminAudioOriginal')],
          ['none', t('adminAudioNone')],
        ]}
        onChange={setAudio}
      />
    </FormSheet>
  );
}

export function RemoveCamera(props: { camera: Camera; onClose: () => void; onChanged: () => void }) {
  const { t } = useI18n();
  const { busy, problem, send } = useSend();
  const done = () => {
    props.onChanged();
    props.onClose();
  };
  return (
    <FormSheet
      id="camera-title"
      title={t('adminRemoveOf', { name: props.camera.name })}
      go={t('adminRemove')}
      risky
      busy={busy}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() => void send(() => admin.removeCamera(props.camera.id), done)}
    >
      <p>{t('adminRemoveMeans')}</p>
    </FormSheet>
  );
}
