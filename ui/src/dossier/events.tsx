// SPDX-License-Identifier: GPL-3.0-or-later
// What happened, what is missing, and how far the clocks can be trusted.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { markKindWord } from '../alarms/words';
import { stillUrl } from '../api/client';
import type { DossierSource } from '../api/types';
import { givenBack } from '../base/hooks';
import { placeLabel, useSession } from '../base/session';
import { formatClock, formatClockMs, formatDay, formatSpan, type Us } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { eventWord } from '../i18n/words';
import { markName, roleName } from '../meeting/words';
import type { Group } from '../player/group';
import { Gaps } from './gaps';
import { Lists } from './lists';
import { markAt, type Mark, type Section, type View } from './model';
import { percent } from './ruler';

function useCurrent(group: Group | null, marks: readonly Mark[]): number | null {
  const [id, setId] = useState<number | null>(null);
  useEffect(() => group?.listen(({ moment }) => setId(markAt(marks, moment)?.id ?? null)), [group, marks]);
  return id;
}

function EventRow(props: { mark: Mark; current: boolean; linked: boolean; onJump: () => void }) {
  const { t, lang } = useI18n();
  const session = useSession();
  const { mark } = props;
  const notes = [
    mark.place,
    mark.alert?.rule && markKindWord(t, lang, mark.alert.rule, mark.alert.then),
    mark.alert?.words,
    mark.alert?.by && t('markBy', { name: mark.alert.by }),
    mark.told?.role && roleName(t, mark.told.role),
    mark.told?.mark && markName(t, mark.told.mark),
    mark.told?.words,
    mark.staff && t('eventStaff', { id: mark.staff }),
    mark.unassigned && t('eventUnassigned'),
    mark.lateBy > 0 && t('eventLate', { by: formatSpan(mark.lateBy) }),
    mark.cancelled ? t('eventCancelled') : mark.superseded && t('eventSuperseded'),
  ].filter(Boolean);
  const title = [formatClockMs(mark.at, session.zone), mark.place && placeLabel(session, mark.place)]
    .filter(Boolean)
    .join(' ');
  return (
    <li>
      <button
        type="button"
        class="event"
        data-superseded={mark.superseded || undefined}
        aria-current={props.current ? 'true' : undefined}
        aria-disabled={!props.linked}
        title={props.linked ? title : t('eventNoFootage')}
        onClick={givenBack(() => props.linked && props.onJump())}
      >
        <span class="num event-time">{formatClock(mark.at, session.zone)}</span>
        <span class="event-word">{mark.alert?.by ? t('markWord') : eventWord(t, mark.type)}</span>
        <span class="event-notes dim">
          {notes.join(' · ')}{' '}
          {mark.rating && (
            <span class="stars" role="img" aria-label={t('eventRating', { n: mark.rating })}>
              {'★'.repeat(mark.rating) + '☆'.repeat(5 - mark.rating)}
            </span>
          )}
        </span>
      </button>
      {mark.alert?.still && (
        <a href={stillUrl(mark.alert.still)} target="_blank" rel="noopener">
          <img class="event-still" src={stillUrl(mark.alert.still)} alt={t('markStill')} loading="lazy" />
        </a>
      )}
    </li>
  );
}

function Clocks({ view }: { view: View }) {
  const { t } = useI18n();
  const known = view.rows.filter((r) => r.clockUncertaintyMs !== null);
  const worst = Math.max(0, ...known.map((r) => r.clockUncertaintyMs ?? 0));
  const title = view.rows
    .map((r) =>
      r.clockOffsetMs === null
        ? t('clockCameraNone', { camera: r.name })
        : t('clockCamera', {
            camera: r.name,
            offset: Math.round(r.clockOffsetMs),
            uncertainty: Math.ceil(r.clockUncertaintyMs ?? 0),
          }),
    )
    .join('\n');
  return (
    <span title={title}>
      {known.length ? t('clocks', { s: (Math.ceil(worst / 10) / 100).toFixed(2) }) : t('clocksUnknown')}
    </span>
  );
}

/** How far the clocks of business systems were off, where that is known: times here are corrected by it. */
function SourceClocks({ sources }: { sources: readonly DossierSource[] }) {
  const { t } = useI18n();
  return (
    <>
      {sources
        .filter((s) => s.clock !== 'unknown')
        .map((s) => (
          <span
            key={s.source}
            class="trust-why"
            title={t(s.clock === 'set' ? 'sourceClockSet' : 'sourceClockMeasured')}
          >
            {t(s.offset_ms < 0 ? 'sourceClockAhead' : 'sourceClockBehind', {
              source: s.source,
              s: (Math.abs(s.offset_ms) / 1000).toFixed(1),
              uncertainty: (s.uncertainty_ms / 1000).toFixed(1),
            })}
          </span>
        ))}
    </>
  );
}

/** The coverage; where there is none to speak of, why, and what to do. */
function Trust(props: { view: View | null; coverage: number | null; sources: readonly DossierSource[] }) {
  const { view, coverage } = props;
  const { t } = useI18n();
  const session = useSession();
  const place = view?.section.visit.place;
  const bare = view !== null && view.rows.length === 0;
  return (
    <p class="trust dim num">
      <span id="coverage">{t('coverage', { percent: percent(coverage) })}</span>
      {view && !bare && (
        <>
          {' · '}
          <Clocks view={view} />
        </>
      )}
      <SourceClocks sources={props.sources} />
      {coverage === null && <span class="trust-why">{t('coverageNone')}</span>}
      {coverage !== null && bare && place && (
        <span class="trust-why">
          {t('noCamerasTitle', { place: placeLabel(session, place) })} · {t('noCamerasHint', { place })}
        </span>
      )}
    </p>
  );
}

export function Aside(props: {
  /** None while there is nothing to play. */
  group: Group | null;
  view: View | null;
  coverage: number | null;
  sources: readonly DossierSource[];
  marks: readonly Mark[];
  sections: readonly Section[];
  /** Instead of what happened. */
  lead?: ComponentChildren;
  onChoose?: (camera: string) => void;
  onJump: (moment: Us) => void;
  /** What else there is to know, below the gaps. */
  children: ComponentChildren;
}) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { group, marks, sections } = props;
  const current = useCurrent(group, marks);
  const linked = (at: Us) => sections.some((s) => at >= s.from && at <= s.to);
  let day = '';
  return (
    <aside class="aside">
      <Lists current={current}>
        {props.lead ?? (
          <section aria-labelledby="events-title">
            <h2 id="events-title">{t('eventsTitle')}</h2>
            <ol class="events">
              {marks.map((m) => {
                const its = formatDay(m.at, zone);
                const head = its !== day && sections.length > 1;
                day = its;
                return [
                  head && (
                    <li key={its} class="event-day num dim">
                      {its}
                    </li>
                  ),
                  <EventRow
                    key={m.id}
                    mark={m}
                    current={m.id === current}
                    linked={linked(m.at)}
                    onJump={() => props.onJump(m.at)}
                  />,
                ];
              })}
            </ol>
          </section>
        )}
        {group && props.view && <Gaps view={props.view} group={group} onChoose={props.onChoose} />}
        {props.children}
      </Lists>
      <Trust view={props.view} coverage={props.coverage} sources={props.sources} />
    </aside>
  );
}
