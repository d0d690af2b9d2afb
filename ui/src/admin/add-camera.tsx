// SPDX-License-Identifier: GPL-3.0-or-later
// Adding a camera: its address, a look at what it sends, its name and place, done.
import { useState } from 'preact/hooks';
import { admin } from '../api/admin';
import type { CameraKind, Place } from '../api/types';
import type { Found, NewCamera, Probe } from '../api/types-admin';
import { Technical } from '../base/parts';
import { placeLabel, useSession } from '../base/session';
import { Actions, Field, Sheet, Told } from '../base/form';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { kindWord } from '../i18n/words';
import { hostOf, offsetWord, sentWords, soundWord, suggestId, withLogin } from './camera-words';
import { Select, useSend } from '../base/form';

const REASONS: Record<NonNullable<Probe['problem']>['reason'], Key> = {
  offline: 'probeOffline',
  unauthorized: 'probeUnauthorized',
  refused: 'probeRefused',
  unsupported: 'probeUnsupported',
  stalled: 'probeStalled',
};

const KINDS: readonly CameraKind[] = ['window', 'hall', 'room', 'session'];

function FoundWords({ found }: { found: Found }) {
  const { t } = useI18n();
  const sound = found.audio ? `${soundWord(found.audio)} · ${found.sample_rate / 1000} kHz` : t('adminSilent');
  const clock =
    found.clock_offset_us === null
      ? t('adminClockNone')
      : t('adminClockOff', { off: offsetWord(found.clock_offset_us) });
  const rows = [
    [t('adminVideo'), sentWords(t, found)],
    [t('adminSound'), sound],
    [t('adminClock'), clock],
    ...(found.key_interval_us
      ? [[t('adminKeys'), t('adminKeysEvery', { s: (found.key_interval_us / 1e6).toFixed(1) })]]
      : []),
  ];
  return (
    <dl class="facts">
      {rows.map(([word, text]) => (
        <div key={word}>
          <dt>{word}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What a look at a camera showed. */
export function ProbeResult({ probe, url }: { probe: Probe; url: string }) {
  const { t } = useI18n();
  if (probe.problem)
    return (
      <div class="probe-failed" role="alert">
        <p class="bad">{t(REASONS[probe.problem.reason], { host: hostOf(url) })}</p>
        <Technical detail={probe.problem.detail} />
      </div>
    );
  return (
    <div class="probe" role="status">
      {probe.picture ? (
        <img class="probe-picture" src={`data:image/jpeg;base64,${probe.picture}`} alt={t('adminPictureAlt')} />
      ) : (
        <p class="dim">{t('adminPictureNone')}</p>
      )}
      {probe.found && <FoundWords found={probe.found} />}
    </div>
  );
}

interface Naming {
  id: string;
  name: string;
  kind: CameraKind;
  place: string;
  /** Address of the smaller stream; '' for none. */
  sub: string;
}

function NamingFields(props: {
  naming: Naming;
  places: Place[];
  subs: readonly (readonly [string, string])[];
  onChange: (part: Partial<Naming>) => void;
}) {
  const { t } = useI18n();
  const session = useSession();
  const { naming, onChange } = props;
  // The API takes those of its first hall here; others are told which camera sees them on their own page.
  const here = props.places.filter((p) => p.hall === session.me.hall.code);
  const places = here.map((p) => [p.code, placeLabel(session, p.code, p.hall)] as const);
  return (
    <div class="probe-naming">
      <Field
        id="camera-id"
        label={t('adminId')}
        value={naming.id}
        onInput={(id) => onChange({ id })}
        hint={t('adminIdHint')}
        required
      />
      <Field id="camera-name" label={t('adminName')} value={naming.name} onInput={(name) => onChange({ name })} focus />
      <Select
        id="camera-kind"
        label={t('adminKind')}
        value={naming.kind}
        options={KINDS.map((k) => [k, kindWord(t, k)] as const)}
        onChange={(kind) => onChange({ kind: kind as CameraKind })}
      />
      <Select
        id="camera-place"
        label={t('adminPlaceOf')}
        value={naming.place}
        options={[['', t('adminPlaceLater')], ...places]}
        onChange={(place) => onChange({ place })}
      />
      {props.subs.length > 0 && (
        <Select
          id="camera-sub"
          label={t('adminSub')}
          value={naming.sub}
          options={[...props.subs, ['', t('adminSubNone')]]}
          onChange={(sub) => onChange({ sub })}
        />
      )}
    </div>
  );
}

export function AddCamera(props: { places: Place[]; onClose: () => void; onAdded: () => void }) {
  const { t } = useI18n();
  const [url, setUrl] = useState('');
  /** The address that was looked at. */
  const [probed, setProbed] = useState<{ url: string; probe: Probe } | null>(null);
  const [naming, setNaming] = useState<Naming>({ id: '', name: '', kind: 'window', place: '', sub: '' });
  const { busy, problem, send } = useSend();
  const known = probed?.url === url ? probed.probe : null;
  const subs = (known?.found?.beside ?? []).flatMap((b) => {
    const address = withLogin(url, b.url);
    return address ? [[address, `${sentWords(t, b)}　${b.url}`] as const] : [];
  });

  const look = () =>
    send(
      () => admin.probe({ url }),
      (probe) => {
        setProbed({ url, probe });
        const beside = probe.found?.beside[0];
        setNaming((n) => ({ ...n, id: n.id || suggestId(url), sub: (beside && withLogin(url, beside.url)) ?? '' }));
      },
    );
  const add = () => {
    const { id, name, kind, place, sub } = naming;
    const fresh: NewCamera = { id: id.trim(), url, kind, ...(name.trim() && { name: name.trim() }) };
    void send(() => admin.addCamera({ ...fresh, ...(place && { place }), ...(sub && { sub }) }), props.onAdded);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (known) add();
    else void look();
  };
  return (
    <Sheet id="camera-title" wide={known !== null} title={t('adminCameraAdd')} onClose={props.onClose}>
      <form onSubmit={submit} class="probe-form">
        <Field
          id="camera-url"
          label={t('adminUrl')}
          value={url}
          onInput={(text) => setUrl(text.trim())}
          hint={t('adminUrlHint')}
          required
          focus
        />
        {busy && !known && (
          <p class="dim" role="status">
            {t('adminProbing')}
          </p>
        )}
        {known?.recorded_by && (
          <p class="warn" role="alert">
            {t('adminRecordedBy', { camera: known.recorded_by })}
          </p>
        )}
        {known && <ProbeResult probe={known} url={url} />}
        {known && (
          <NamingFields
            naming={naming}
            places={props.places}
            subs={subs}
            onChange={(part) => setNaming((n) => ({ ...n, ...part }))}
          />
        )}
        <Told problem={problem} />
        <Actions
          go={t(!known ? 'adminProbe' : known.problem || known.recorded_by ? 'adminAddAnyway' : 'adminAdd')}
          busy={busy || !url}
          onCancel={props.onClose}
        >
          {known?.problem && (
            <button type="button" class="button" disabled={busy} onClick={() => void look()}>
              {t('adminProbeAgain')}
            </button>
          )}
        </Actions>
      </form>
    </Sheet>
  );
}
