// SPDX-License-Identifier: GPL-3.0-or-later
// Adding and changing places, and what is said of cameras there.
import { useState } from 'preact/hooks';
import { admin } from '../api/admin';
import type { Place } from '../api/types';
import { Field } from '../base/form';
import { useI18n } from '../i18n/i18n';
import { FormSheet, Moment, Select, useSend } from '../base/form';
import type { Statement } from './places';

interface Common {
  /** Of the place; null: the first hall. */
  hall: string | null;
  onClose: () => void;
  onDone: () => void;
}

/** Halls to choose from, where there is more than one. */
function HallField(props: { halls: readonly string[]; value: string; onChange: (hall: string) => void }) {
  const { t } = useI18n();
  if (props.halls.length < 2) return null;
  return (
    <Select
      id="place-hall"
      label={t('placesHall')}
      value={props.value}
      options={props.halls.map((h) => [h, h] as const)}
      onChange={props.onChange}
    />
  );
}

export function AddPlace({ halls, onClose, onDone }: Omit<Common, 'hall'> & { halls: readonly string[] }) {
  const [hall, setHall] = useState(halls[0] ?? '');
  const { t } = useI18n();
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="place-title"
      title={t('placesAdd')}
      go={t('adminAdd')}
      busy={busy}
      problem={problem}
      onClose={onClose}
      onSubmit={() =>
        void send(() => admin.addPlace(code.trim(), name.trim(), hall === halls[0] ? null : hall), onDone)
      }
    >
      <HallField halls={halls} value={hall} onChange={setHall} />
      <Field
        id="place-code"
        label={t('placesCode')}
        value={code}
        onInput={setCode}
        hint={t('placesCodeHint')}
        required
        focus
      />
      <Field id="place-name" label={t('adminName')} value={name} onInput={setName} />
    </FormSheet>
  );
}

export function RenamePlace({ hall, place, onClose, onDone }: Common & { place: Place }) {
  const { t } = useI18n();
  const [name, setName] = useState(place.name);
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="place-title"
      title={t('placesRenameOf', { code: place.code })}
      go={t('adminSave')}
      busy={busy}
      problem={problem}
      onClose={onClose}
      onSubmit={() => void send(() => admin.renamePlace(place.code, name.trim(), hall), onDone)}
    >
      <Field id="place-name" label={t('adminName')} value={name} onInput={setName} required focus />
    </FormSheet>
  );
}

export function CoverageForm({ hall, place, cameras, onClose, onDone }: Common & { place: Place; cameras: string[] }) {
  const { t } = useI18n();
  const [camera, setCamera] = useState(cameras[0] ?? '');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="place-title"
      title={t('placesCoverOf', { code: place.code })}
      go={t('adminAdd')}
      busy={busy}
      blocked={!camera}
      problem={problem}
      onClose={onClose}
      onSubmit={() => void send(() => admin.addCoverage(place.code, camera, from || null, to || null, hall), onDone)}
    >
      <Select
        id="cover-camera"
        label={t('colCamera')}
        value={camera}
        options={cameras.map((c) => [c, c] as const)}
        onChange={setCamera}
      />
      <Moment id="cover-from" label={t('auditFrom')} hint={t('placesFromHint')} onInput={setFrom} />
      <Moment id="cover-to" label={t('auditTo')} hint={t('placesToHint')} onInput={setTo} />
    </FormSheet>
  );
}

export function EndCoverage({
  hall,
  place,
  statement,
  onClose,
  onDone,
}: Common & { place: Place; statement: Statement }) {
  const { t } = useI18n();
  const [to, setTo] = useState('');
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="place-title"
      title={t('placesEndOf', { camera: statement.camera, code: place.code })}
      go={t('placesEnd')}
      busy={busy}
      problem={problem}
      onClose={onClose}
      onSubmit={() => void send(() => admin.endCoverage(place.code, statement.camera, to || null, hall), onDone)}
    >
      <p>{t('placesEndMeans')}</p>
      <Moment id="cover-to" label={t('auditTo')} hint={t('placesNowHint')} onInput={setTo} />
    </FormSheet>
  );
}

export function MoveCamera(props: Common & { place: Place; statement: Statement; places: Place[] }) {
  const { t } = useI18n();
  const { place, statement } = props;
  const others = props.places.filter((p) => p.hall === place.hall && p.code !== place.code);
  const [to, setTo] = useState(others[0]?.code ?? '');
  const [at, setAt] = useState('');
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="place-title"
      title={t('placesMoveOf', { camera: statement.camera, code: place.code })}
      go={t('placesMove')}
      busy={busy}
      blocked={!to}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() =>
        void send(() => admin.moveCamera(statement.camera, place.code, to, at || null, props.hall), props.onDone)
      }
    >
      <Select
        id="move-to"
        label={t('placesMoveTo')}
        value={to}
        options={others.map((p) => [p.code, p.name === p.code ? p.code : `${p.code} ${p.name}`] as const)}
        onChange={setTo}
      />
      <Moment id="move-at" label={t('placesSince')} hint={t('placesNowHint')} onInput={setAt} />
    </FormSheet>
  );
}

export function RemoveCoverage({
  hall,
  place,
  statement,
  onClose,
  onDone,
}: Common & { place: Place; statement: Statement }) {
  const { t } = useI18n();
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="place-title"
      title={t('placesNeverOf', { camera: statement.camera, code: place.code })}
      go={t('placesNever')}
      risky
      busy={busy}
      problem={problem}
      onClose={onClose}
      onSubmit={() => void send(() => admin.removeCoverage(place.code, statement.camera, statement.from, hall), onDone)}
    >
      <p>{t('placesNeverMeans')}</p>
    </FormSheet>
  );
}

/** "W07=W12 W08=W07": pairs, as many as one likes, so that two may swap. */
export function parsePairs(text: string): { old: string; new: string }[] | null {
  const words = text.split(/[\s,，]+/).filter(Boolean);
  const pairs = words.map((w) => w.split('='));
  if (words.length === 0 || pairs.some((p) => p.length !== 2 || !p[0] || !p[1])) return null;
  return pairs.map(([old, fresh]) => ({ old: old!, new: fresh! }));
}

export function Renumber(props: Omit<Common, 'hall'> & { halls: readonly string[]; places: Place[] }) {
  const { t } = useI18n();
  const { halls, onClose, onDone } = props;
  const [hall, setHall] = useState(halls[0] ?? '');
  const places = props.places.filter((p) => p.hall === hall);
  const [text, setText] = useState('');
  const [at, setAt] = useState('');
  const { busy, problem, send } = useSend();
  const pairs = parsePairs(text);
  const unknown = pairs?.find((p) => !places.some((place) => place.code === p.old));
  const wrong = text && !pairs ? t('placesPairsWrong') : unknown ? t('placesUnknown', { code: unknown.old }) : null;
  return (
    <FormSheet
      id="place-title"
      title={t('placesRenumber')}
      go={t('placesRenumberGo')}
      busy={busy}
      blocked={!pairs || wrong !== null}
      problem={problem}
      onClose={onClose}
      onSubmit={() =>
        pairs && void send(() => admin.renumber(pairs, at || null, hall === halls[0] ? null : hall), onDone)
      }
    >
      <p>{t('placesRenumberMeans')}</p>
      <HallField halls={halls} value={hall} onChange={setHall} />
      <Field
        id="renumber-pairs"
        label={t('placesPairs')}
        value={text}
        onInput={setText}
        hint={t('placesPairsHint')}
        wrong={wrong}
        required
        focus
      />
      <Moment id="renumber-at" label={t('placesSince')} hint={t('placesNowHint')} onInput={setAt} />
    </FormSheet>
  );
}
