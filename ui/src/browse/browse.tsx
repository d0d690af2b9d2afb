// SPDX-License-Identifier: GPL-3.0-or-later
// Browsing by place and time: up to four cameras in step, a ruler from a month to a second, a calendar of what is there.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ReasonsGate, wantsReasonAt, type About } from '../account/reason';
import { api } from '../api/client';
import type { Camera, Place } from '../api/types';
import { markKindWord } from '../alarms/words';
import { replaceAddress, useKeys, usePoll } from '../base/hooks';
import { Notice, ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute, type Route } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import {
  clockOn,
  formatClock,
  formatDayRange,
  formatLink,
  formatMoment,
  MINUTE,
  parseTime,
  SECOND,
  shiftDay,
  type Us,
} from '../base/time';
import { ClipSheet } from '../dossier/clips';
import { HoldSheets } from '../dossier/holds';
import { useLetter } from '../dossier/keys';
import { mayHold, type Row, type Stretch } from '../dossier/model';
import { Stage, useTicks } from '../dossier/stage';
import { useI18n } from '../i18n/i18n';
import { Group } from '../player/group';
import { Calendar } from './calendar';
import { Chooser, GoTo } from './chooser';
import { outlineOf, useHolds, useMarks, useMonth, useOutlines } from './data';
import { useEnd, useFollowed, useJumps, useTold, type Jump } from './follow';
import {
  beginnings,
  covering,
  MOST,
  nextFootage,
  rowOf,
  somethingAt,
  sourceOf,
  toggled,
  type Day,
  type Source,
} from './model';
import { around, askedFor, LENGTHS, spanOf, zoomStep, type Scale } from './scale';
import { ZoomRuler } from './zoom-ruler';

export type BrowseRoute = Extract<Route, { page: 'browse' }>;

const LIST_MS = 60_000;
/** Shortly before now: there is a picture of it. */
const BEFORE_NOW: Us = 10 * SECOND;
/** What is held or taken away if nobody says from when to when: this long before and after. */
const ABOUT: Us = 5 * MINUTE;
const EXACT_MS = 100;
const REMEMBERED = 'mingjing.browse';

interface Pick {
  cameras: readonly string[];
  place: { code: string; hall: string } | null;
}

function remembered(): Pick {
  try {
    const known = JSON.parse(localStorage.getItem(REMEMBERED) ?? '') as Partial<Pick>;
    if (Array.isArray(known.cameras))
      return { cameras: known.cameras.map(String).slice(0, MOST), place: known.place ?? null };
  } catch {
    // Nothing is remembered.
  }
  return { cameras: [], place: null };
}

const pickOf = (route: BrowseRoute, hall: string): Pick | null =>
  route.place
    ? { cameras: [], place: { code: route.place, hall: route.hall ?? hall } }
    : route.cameras.length
      ? { cameras: route.cameras.slice(0, MOST), place: null }
      : null;

/** A place's cameras follow the moment, as who looks at it changes. */
function useCovering(group: Group, place: Place | null, cameras: readonly Camera[]): string[] {
  const [codes, setCodes] = useState<string[]>([]);
  useEffect(() => {
    if (!place) return;
    let last: Us = NaN;
    return group.listen(({ moment }) => {
      if (Math.abs(moment - last) < SECOND) return;
      last = moment;
      const now = covering(place, cameras, moment);
      setCodes((old) => (old.join() === now.join() ? old : now));
    });
  }, [group, place, cameras]);
  return place ? codes : [];
}

function jumpWords(t: ReturnType<typeof useI18n>['t'], jump: Jump | null, zone: ReturnType<typeof useSession>['zone']) {
  if (!jump) return '';
  if (jump.kind === 'looking') return t('browseLooking');
  if (jump.kind === 'jumped') return t('browseJumped', { range: formatDayRange(jump.from, jump.to, zone) });
  return t(jump.direction > 0 ? 'browseNoMore' : 'browseNoEarlier', { at: formatMoment(jump.at, zone) });
}

/** The line between the transport and the ruler. */
function Tools(props: {
  scale: Scale;
  at: () => Us;
  now: () => Us;
  onScale: (scale: Scale) => void;
  onNow: () => void;
  picked: Partial<Stretch>;
  onPick: (picked: Partial<Stretch>) => void;
  onHold: (() => void) | null;
  onClip: (() => void) | null;
  said: string;
}) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { scale, at, now, onScale, picked } = props;
  const span = spanOf(scale);
  const { from, to } = picked;
  return (
    <div class="browse-tools">
      <span class="choice" role="group" aria-label={t('browseLengths')}>
        {LENGTHS.map((l) => (
          <button
            type="button"
            key={l.word}
            class="button"
            data-length={l.word}
            aria-pressed={span === l.span}
            onClick={() => onScale(around(at(), l.span, now()))}
          >
            {t(l.word)}
          </button>
        ))}
      </span>
      <button
        type="button"
        class="button plain"
        title={t('browseZoomOut')}
        aria-label={t('browseZoomOut')}
        aria-keyshortcuts="-"
        onClick={() => onScale(zoomStep(scale, -1, at(), now()))}
      >
        −
      </button>
      <button
        type="button"
        class="button plain"
        title={t('browseZoomIn')}
        aria-label={t('browseZoomIn')}
        aria-keyshortcuts="+"
        onClick={() => onScale(zoomStep(scale, 1, at(), now()))}
      >
        +
      </button>
      <button type="button" class="button plain" title={t('browseNowTitle')} onClick={props.onNow}>
        {t('browseNow')}
      </button>
      <span class="browse-said" role="status">
        {props.said}
      </span>
      <span class="grow" />
      {(from !== undefined || to !== undefined) && (
        <button
          type="button"
          class="button plain num picked-range"
          title={t('browsePickedClear')}
          onClick={() => props.onPick({})}
        >
          {from !== undefined && to !== undefined
            ? t('browsePicked', { range: formatDayRange(from, to, zone) })
            : t('browsePicked', {
                range: from !== undefined ? `${formatClock(from, zone)} –` : `– ${formatClock(to!, zone)}`,
              })}{' '}
          ×
        </button>
      )}
      <button
        type="button"
        class="button plain"
        title={t('browseInTitle')}
        aria-keyshortcuts="I"
        onClick={() => props.onPick(pickedWith(picked, 'from', at()))}
      >
        {t('browseIn')}
      </button>
      <button
        type="button"
        class="button plain"
        title={t('browseOutTitle')}
        aria-keyshortcuts="O"
        onClick={() => props.onPick(pickedWith(picked, 'to', at()))}
      >
        {t('browseOut')}
      </button>
      {props.onHold && (
        <button type="button" id="hold" class="button" aria-keyshortcuts="H" onClick={props.onHold}>
          {t('browseHold')}
        </button>
      )}
      {props.onClip && (
        <button type="button" id="clip" class="button" aria-keyshortcuts="E" onClick={props.onClip}>
          {t('browseClip')}
        </button>
      )}
    </div>
  );
}

/** The other end is forgotten if it would lie on the wrong side. */
function pickedWith(picked: Partial<Stretch>, end: 'from' | 'to', at: Us): Partial<Stretch> {
  const moment = Math.round(at);
  const other = end === 'from' ? picked.to : picked.from;
  const mine: Partial<Stretch> = end === 'from' ? { from: moment } : { to: moment };
  if (other === undefined || (end === 'from' ? moment >= other : moment <= other)) return mine;
  return { ...picked, ...mine };
}

/** What people marked on these cameras, on their ruler. */
function useFlags(
  sources: readonly Source[],
  shown: Stretch,
): { flags: { id: number; at: Us; word: string }[]; again: () => void } {
  const { t, lang } = useI18n();
  const { marks, again } = useMarks(sources, shown);
  const flags = useMemo(
    () =>
      marks.map((m) => ({
        id: m.id,
        at: parseTime(m.at),
        word: [markKindWord(t, lang, m.kind, m.kind_words), m.words].filter(Boolean).join(' · '),
      })),
    [marks, t, lang],
  );
  return { flags, again };
}

/** What is looked at: the place, or each camera. */
const aboutsOf = (place: Place | null, rows: readonly Row[]): About[] =>
  place ? [{ kind: 'place', key: place.code, hall: place.hall }] : rows.map((r) => ({ kind: 'camera', key: r.camera }));

const unknown = (source: Source, time: Stretch): Row => ({ ...rowOf(source, time, null), covered: [] });

function Browse(props: { route: BrowseRoute; cameras: readonly Camera[]; places: readonly Place[] }) {
  const { route, cameras, places } = props;
  const { t } = useI18n();
  const session = useSession();
  const { zone, hallNow, me } = session;
  const [pick, setPick] = useState<Pick>(() => pickOf(route, me.hall.code) ?? remembered());
  const [start] = useState(() => {
    const asked = route.at ? parseTime(route.at) : NaN;
    return Number.isNaN(asked) ? hallNow() - BEFORE_NOW : asked;
  });
  const group = useMemo(() => {
    const made = new Group(0, hallNow(), start);
    made.live = true;
    made.endless = true;
    return made;
  }, []);
  useTicks(group);
  const { time, scale, day, setScale, seek, show } = useFollowed(group, start);

  const place = useMemo(
    () => places.find((p) => p.code === pick.place?.code && p.hall === pick.place.hall) ?? null,
    [places, pick.place],
  );
  const looking = useCovering(group, place, cameras);
  const codes = place ? looking : pick.cameras;
  const sources = useMemo(() => codes.slice(0, MOST).map((code) => sourceOf(code, cameras)), [codes.join(), cameras]);
  const asked = useMemo(() => ({ ...time, resolutionMs: EXACT_MS }), [time]);
  const exact = useOutlines(sources, asked, 0);
  const told = (s: Source) => (exact.asked === asked ? (exact.outlines.get(s.camera) ?? null) : null);
  const rows = useMemo(() => sources.map((s) => rowOf(s, time, told(s))), [sources, time, exact]);
  const drawn = useOutlines(sources, askedFor(scale));
  const lines = sources.map((s) => {
    const outline = drawn.outlines.get(s.camera);
    return outline
      ? rowOf(s, { from: parseTime(outline.from), to: parseTime(outline.to) }, outline)
      : unknown(s, scale);
  });
  useEnd(group, rows, time);
  const known = sources.every((s) => told(s) !== null);
  const jump = useJumps(group, rows, sources, known);

  const [month, setMonth] = useState(day.slice(0, 7));
  useEffect(() => setMonth(day.slice(0, 7)), [day]);
  const calendar = useMonth(sources, month);
  const { holds, again: holdsAgain } = useHolds(me.permissions.includes('holds'));
  const { flags, again: flagsAgain } = useFlags(sources, scale);

  const [picked, setPicked] = useState<Partial<Stretch>>({});
  const [sheet, setSheet] = useState<'new' | number | null>(null);
  const [clipping, setClipping] = useState(false);
  const [wanted, setChosen] = useState<string | null>(null);
  const chosen = rows.some((r) => r.camera === wanted) ? wanted : (rows[0]?.camera ?? null);

  // The address says what is looked at, and who comes by another one is led there.
  const shown: BrowseRoute = {
    page: 'browse',
    cameras: [...pick.cameras],
    place: pick.place?.code ?? null,
    at: null,
    ...(pick.place && pick.place.hall !== me.hall.code ? { hall: pick.place.hall } : {}),
  };
  const addressOf = (at: Us): BrowseRoute => ({ ...shown, at: formatLink(at, zone) });
  useTold(group, (at) => replaceAddress(addressOf(at)));
  const first = useRef(true);
  useEffect(() => {
    if (first.current) return void (first.current = false);
    const next = pickOf(route, me.hall.code);
    if (next) setPick(next);
    const at = route.at ? parseTime(route.at) : NaN;
    if (!Number.isNaN(at)) group.seek(at);
  }, [route]);
  useEffect(() => {
    localStorage.setItem(REMEMBERED, JSON.stringify(pick));
    replaceAddress(addressOf(group.face().moment));
  }, [pick, route]);

  const now = () => group.face().moment;
  const goDay = async (to: Day) => {
    const same = clockOn(to.day, formatClock(now(), zone), zone);
    const asked = { from: to.from, to: to.to, resolutionMs: 900 };
    const all = await Promise.all(sources.map((s) => outlineOf(s, asked)));
    const there = sources.flatMap((s, i) => (all[i] ? [rowOf(s, asked, all[i])] : []));
    const at = somethingAt(there, same) ? same : (nextFootage(there, same, 1) ?? nextFootage(there, same, -1) ?? same);
    show(at, around((to.from + to.to) / 2, to.to - to.from, hallNow()));
  };
  const turn = (by: 1 | -1) => {
    const at = clockOn(shiftDay(day, by), formatClock(now(), zone), zone);
    if (at < hallNow()) group.seek(at);
  };
  const may = rows.length > 0 && mayHold(me);
  const mayClip = rows.length > 0 && me.permissions.includes('clip');
  useLetter('h', may ? () => setSheet('new') : null);
  useLetter('e', mayClip ? () => setClipping(true) : null);
  useLetter('i', () => setPicked((p) => pickedWith(p, 'from', now())));
  useLetter('o', () => setPicked((p) => pickedWith(p, 'to', now())));
  useKeys((e) => {
    const direction = e.key === '+' || e.key === '=' ? 1 : e.key === '-' || e.key === '_' ? -1 : 0;
    if (direction) setScale(zoomStep(scale, direction, now(), hallNow()));
    return direction !== 0;
  });
  /** What was chosen, or a while about the moment. */
  const stretch = (): Stretch => {
    const from = picked.from ?? (picked.to ?? now()) - ABOUT;
    return { from: Math.round(from), to: Math.round(picked.to ?? Math.max(from, now()) + ABOUT) };
  };
  const named = { cameras: rows.map((r) => ({ camera: r.camera, name: r.name })), holds };
  const stops = useMemo(() => [...beginnings(rows), ...flags.map((f) => f.at)].sort((a, b) => a - b), [rows, flags]);
  const choose = (camera: string) => {
    setPick({ cameras: toggled(codes.slice(0, MOST), camera), place: null });
    setChosen(camera);
  };
  return (
    <article class="browse">
      <h1 class="sr">{t('browseTitle')}</h1>
      <div class="dossier-body">
        {rows.length > 0 ? (
          <ReasonsGate
            abouts={aboutsOf(place, rows)}
            label={place ? placeLabel(session, place.code, place.hall) : rows.map((r) => r.name).join(' · ')}
            needed={wantsReasonAt(me, [time.from], hallNow())}
            onBack={() => setPick({ cameras: [], place: null })}
          >
            <Stage
              group={group}
              rows={rows}
              live={false}
              marks={[]}
              stops={stops}
              chosen={chosen}
              onChoose={setChosen}
              place={place?.code ?? ''}
              onMarked={flagsAgain}
              onTurn={turn}
              link={(at) => formatRoute(addressOf(at))}
            >
              {() => (
                <>
                  <Tools
                    {...{ scale, picked }}
                    at={now}
                    now={hallNow}
                    onScale={setScale}
                    onNow={() => seek(hallNow(), true)}
                    onPick={setPicked}
                    onHold={may ? () => setSheet('new') : null}
                    onClip={mayClip ? () => setClipping(true) : null}
                    said={jumpWords(t, jump, zone)}
                  />
                  <ZoomRuler
                    {...{ scale, holds, flags, picked, group, chosen }}
                    onScale={setScale}
                    rows={lines}
                    now={hallNow}
                    onChoose={setChosen}
                    onSeek={seek}
                  />
                </>
              )}
            </Stage>
            {sheet !== null && (
              <HoldSheets
                dossier={named}
                on={{ cameras: named.cameras, ...stretch() }}
                open={sheet}
                onClose={() => setSheet(null)}
                onChanged={holdsAgain}
              />
            )}
          </ReasonsGate>
        ) : (
          <Nothing place={place ? placeLabel(session, place.code, place.hall) : null} />
        )}
        <aside class="aside browse-aside">
          {rows.length > 0 && (
            <Calendar
              month={month}
              known={calendar}
              sources={sources}
              day={day}
              onMonth={setMonth}
              onChoose={(to) => void goDay(to)}
            />
          )}
          <GoTo day={day} onGo={(at) => seek(Math.min(at, hallNow()), true)} />
          <Chooser
            cameras={cameras}
            places={places}
            chosen={codes}
            place={place}
            onCamera={choose}
            onPlace={(p) => setPick({ cameras: [], place: { code: p.code, hall: p.hall } })}
          />
        </aside>
      </div>
      {clipping && (
        <ClipSheet
          dossier={{ subject: { key: place?.code ?? '', day } }}
          view={{ rows, section: stretch(), end: hallNow() }}
          onClose={() => setClipping(false)}
        />
      )}
    </article>
  );
}

function Nothing({ place }: { place: string | null }) {
  const { t } = useI18n();
  if (place) return <Notice title={t('browseUnseenTitle', { place })} hint={t('browseUnseenHint')} />;
  return <Notice title={t('browseNoneTitle')} hint={t('browseNoneHint')} />;
}

export function BrowsePage({ route }: { route: BrowseRoute }) {
  const wait = () => LIST_MS;
  const cameras = usePoll((s) => api.cameras(s), wait, 'cameras');
  const places = usePoll((s) => api.places(s), wait, 'places');
  if (cameras.value && places.value)
    return <Browse route={route} cameras={cameras.value.cameras} places={places.value.places} />;
  for (const { answer, again } of [cameras, places])
    if (answer && !answer.ok) return <ProblemNotice problem={answer.problem} retry={again} />;
  return <Skeleton lines={8} />;
}
