// SPDX-License-Identifier: GPL-3.0-or-later
// Places, and which camera sees which of them when: bars on one axis.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import type { Place } from '../api/types';
import { usePoll } from '../base/hooks';
import { Notice, ProblemNotice, Skeleton } from '../base/parts';
import { useSession } from '../base/session';
import { DAY, formatDay, parseTime, type Us } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { Part } from '../base/part';
import { AddPlace, CoverageForm, EndCoverage, MoveCamera, RemoveCoverage, RenamePlace, Renumber } from './place-forms';

const POLL_MS = 15_000;

export type Statement = Place['cameras'][number];

/** What the axis shows: from the earliest date that is told to a little behind now and the latest one. */
export function spanOf(places: readonly Place[], now: Us): { from: Us; to: Us } {
  const told = places
    .flatMap((p) => p.cameras.flatMap((c) => [c.from, c.to]))
    .flatMap((at) => (at ? [parseTime(at)] : []));
  const from = Math.min(now - 30 * DAY, ...told);
  const to = Math.max(now, ...told);
  const margin = (to - from) * 0.08;
  return { from: from - margin, to: to + margin };
}

export const isNow = (s: Statement, now: Us): boolean =>
  (!s.from || parseTime(s.from) <= now) && (!s.to || parseTime(s.to) > now);

function Bar(props: { statement: Statement; span: { from: Us; to: Us }; now: Us }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { statement: s, span, now } = props;
  const at = (us: Us) => ((us - span.from) / (span.to - span.from)) * 100;
  const left = s.from ? at(parseTime(s.from)) : 0;
  const right = s.to ? at(parseTime(s.to)) : 100;
  const from = s.from ? formatDay(parseTime(s.from), zone) : t('placesEver');
  const to = s.to ? formatDay(parseTime(s.to), zone) : t('placesOn');
  return (
    <>
      <span class="cover-dates num">
        {from} – {to}
      </span>
      <span class="cover-axis" aria-hidden="true">
        <span
          class={isNow(s, now) ? 'validity-bar' : 'validity-bar past'}
          style={{ left: `${left}%`, width: `${Math.max(0.5, right - left)}%` }}
          data-open={`${s.from ? '' : 'from '}${s.to ? '' : 'to'}`}
        />
        <span class="cover-now" style={{ left: `${at(now)}%` }} />
      </span>
    </>
  );
}

type Open =
  | { kind: 'add' | 'renumber' }
  | { kind: 'rename' | 'cover'; place: Place }
  | { kind: 'end' | 'move' | 'never'; place: Place; statement: Statement }
  | null;

function PlaceRow(props: {
  place: Place;
  hall: string | null;
  span: { from: Us; to: Us };
  now: Us;
  onOpen: (open: Open) => void;
}) {
  const { t } = useI18n();
  const { place, span, now, onOpen } = props;
  const button = (word: 'placesEnd' | 'placesMove' | 'placesNever', kind: 'end' | 'move' | 'never', s: Statement) => (
    <button
      type="button"
      class="button plain"
      aria-label={`${t(word)} ${s.camera} ${place.code}`}
      onClick={() => onOpen({ kind, place, statement: s })}
    >
      {t(word)}
    </button>
  );
  return (
    <li class="place-row" data-place={place.code}>
      <div class="place-head">
        {props.hall && <span class="mono dim">{props.hall}</span>} <span class="mono strong">{place.code}</span>{' '}
        {place.name !== place.code && place.name}
        <span class="row-actions">
          <button type="button" class="button plain" onClick={() => onOpen({ kind: 'rename', place })}>
            {t('placesRename')}
          </button>
          <button type="button" class="button plain" onClick={() => onOpen({ kind: 'cover', place })}>
            {t('placesCover')}
          </button>
        </span>
      </div>
      {place.cameras.length === 0 && <p class="warn">{t('placesUnseen')}</p>}
      {place.cameras.map((s) => (
        <div class="cover-row" key={`${s.camera}/${s.from}`}>
          <span class="mono">{s.camera}</span>
          <Bar statement={s} span={span} now={now} />
          <span class="row-actions">
            {isNow(s, now) && button('placesMove', 'move', s)}
            {isNow(s, now) && button('placesEnd', 'end', s)}
            {button('placesNever', 'never', s)}
          </span>
        </div>
      ))}
    </li>
  );
}

function Sheets(props: {
  open: Open;
  places: Place[];
  /** The first of them is that of this page. */
  halls: readonly string[];
  cameras: string[];
  onClose: () => void;
  onDone: () => void;
}) {
  const { open, places, halls, cameras, onClose, onDone } = props;
  if (!open) return null;
  const hall = 'place' in open && open.place.hall !== halls[0] ? open.place.hall : null;
  const common = { hall, onClose, onDone };
  switch (open.kind) {
    case 'add':
      return <AddPlace {...common} halls={halls} />;
    case 'renumber':
      return <Renumber {...common} halls={halls} places={places} />;
    case 'rename':
      return <RenamePlace {...common} place={open.place} />;
    case 'cover':
      return <CoverageForm {...common} place={open.place} cameras={cameras} />;
    case 'end':
      return <EndCoverage {...common} place={open.place} statement={open.statement} />;
    case 'move':
      return <MoveCamera {...common} place={open.place} statement={open.statement} places={places} />;
    case 'never':
      return <RemoveCoverage {...common} place={open.place} statement={open.statement} />;
  }
}

export function PlacesPart() {
  const { t } = useI18n();
  const session = useSession();
  const [open, setOpen] = useState<Open>(null);
  const { answer, value, again } = usePoll(
    (s) => api.places(s),
    () => POLL_MS,
    'admin-places',
  );
  const cameras = usePoll(
    (s) => api.cameras(s),
    () => null,
    'admin-place-cameras',
  );
  if (!value)
    return answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={6} />;
  const now = session.hallNow();
  const span = spanOf(value.places, now);
  const halls = [...new Set([session.me.hall.code, ...value.places.map((p) => p.hall)])];
  const close = () => setOpen(null);
  return (
    <Part
      id="admin-places"
      title={t('adminPlaces')}
      actions={
        <>
          <button type="button" id="place-add" class="button primary" onClick={() => setOpen({ kind: 'add' })}>
            {t('placesAdd')}
          </button>
          <button type="button" id="place-renumber" class="button" onClick={() => setOpen({ kind: 'renumber' })}>
            {t('placesRenumber')}
          </button>
        </>
      }
    >
      {value.places.length === 0 && <Notice title={t('placesNone')} hint={t('placesNoneHint')} />}
      <ul class="place-list">
        {value.places.map((p) => (
          <PlaceRow
            key={`${p.hall}/${p.code}`}
            place={p}
            hall={halls.length > 1 ? p.hall : null}
            span={span}
            now={now}
            onOpen={setOpen}
          />
        ))}
      </ul>
      <Sheets
        open={open}
        places={value.places}
        halls={halls}
        cameras={cameras.value?.cameras.map((c) => c.id) ?? []}
        onClose={close}
        onDone={() => {
          close();
          again();
        }}
      />
    </Part>
  );
}
