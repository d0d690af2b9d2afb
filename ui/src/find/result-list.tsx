// SPDX-License-Identifier: GPL-3.0-or-later
// Results as a listbox that the field above it steers: the field keeps the focus, the list shows what Enter would open.
import type { Glance } from '../api/types';
import { navigate } from '../base/hooks';
import { formatRoute, type Route } from '../base/route';
import { placeLabel, useSession, type Session } from '../base/session';
import { formatClock, formatDay, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { CoverageBar } from './coverage-bar';
import { HeldMark } from './held-mark';
import { keepRecent } from './recent';
import {
  exactly,
  isOther,
  routeOf,
  twins,
  whichOf,
  type GroupKind,
  type Hit,
  type Other,
  type ResultGroup,
} from './results';
import { Unspoken } from './unspoken';

const HEADINGS: Record<GroupKind, Key> = {
  day: 'groupDay',
  tickets: 'groupTickets',
  approvals: 'groupApprovals',
  sessions: 'groupSessions',
  other: 'groupOther',
  places: 'groupPlaces',
  staff: 'groupStaff',
  business: 'groupBusiness',
  matters: 'groupMatters',
  cameras: 'groupCameras',
  marks: 'groupMarks',
  holds: 'holdsTitle',
  recent: 'groupRecent',
};

export const flat = (groups: readonly ResultGroup[]): Hit[] => groups.flatMap((g) => g.results);

/** The hall is said where it is another than one's own, or where two have the number. */
const hallOf = (session: Session, s: Glance, among: ReadonlySet<Glance>): string | undefined =>
  s.hall !== session.me.hall.code || among.has(s) ? s.hall : undefined;

function SubjectCells({ subject: s, hall }: { subject: Glance; hall: string | undefined }) {
  const { t } = useI18n();
  const session = useSession();
  const [from, to] = [parseTime(s.from), parseTime(s.to)];
  const oneDay = formatDay(from, session.zone) === formatDay(to, session.zone);
  const end = oneDay ? formatClock(to, session.zone) : formatDay(to, session.zone);
  return (
    <>
      <span class="mono result-key">{s.superseded ? <s title={t('subjectSupersededTitle')}>{s.key}</s> : s.key}</span>
      <span class="num result-day">{s.day ?? formatDay(from, session.zone)}</span>
      <span class="num dim result-time">
        {oneDay ? formatClock(from, session.zone) : formatDay(from, session.zone)} – {end}
      </span>
      <span class="result-place">
        {hall && <span class="result-hall">{hall}</span>}{' '}
        {whichOf(s) && (
          <span class="mono result-which" title={t('ticketWhich')}>
            {whichOf(s)}
          </span>
        )}{' '}
        {s.places.map((p) => placeLabel(session, p, s.hall)).join(', ') || t('noPlace')}
      </span>
      <span class={s.title ? 'result-title' : 'result-title dim'}>
        {s.superseded && <span class="warn">{t('subjectSuperseded')} </span>}
        <Unspoken subject={s} /> {s.title ?? t('noTitle')}
      </span>
      <CoverageBar coverage={s.coverage} gaps={s.gaps} />
      <HeldMark holds={s.holds} />
    </>
  );
}

function OtherCells({ other: o }: { other: Other }) {
  const { t } = useI18n();
  const session = useSession();
  return (
    <>
      <span class="mono result-key">{o.name}</span>
      <span>
        {o.hall && o.hall !== session.me.hall.code && <span class="result-hall">{o.hall}</span>} {o.more}
      </span>
      <span class="dim num result-last">
        {o.last && t('lastOn', { day: formatDay(parseTime(o.last), session.zone) })}
      </span>
    </>
  );
}

function Row(props: { id: string; hit: Hit; hall: string | undefined; chosen: boolean; onOpen: () => void }) {
  const { hit, hall } = props;
  const other = isOther(hit);
  return (
    <a
      id={props.id}
      role="option"
      aria-selected={props.chosen}
      class={other ? 'result result-other' : 'result'}
      href={formatRoute(other ? hit.route : routeOf(hit, hall))}
      tabIndex={-1}
      onMouseDown={(e) => e.preventDefault()}
      onClick={props.onOpen}
    >
      {other ? <OtherCells other={hit} /> : <SubjectCells subject={hit} hall={hall} />}
    </a>
  );
}

export function ResultList(props: {
  id: string;
  groups: ResultGroup[];
  day: string | null;
  chosen: number;
  /** Without headings: one group, of what is asked about. */
  plain?: boolean;
  onOpen: () => void;
}) {
  const { t } = useI18n();
  const session = useSession();
  const opened = (hit: Hit) => {
    keepRecent(session.me.name, asRecent(hit, isOther(hit) ? undefined : hallOf(session, hit, among)));
    props.onOpen();
  };
  const among = twins(props.groups);
  let index = -1;
  return (
    <div role="listbox" id={props.id} class="results" aria-label={t('resultsCount', { n: flat(props.groups).length })}>
      {props.groups.map((g) => (
        <div key={g.kind} role="group" aria-label={t(HEADINGS[g.kind], { day: props.day ?? '' })}>
          {!props.plain && (
            <div class="result-head" aria-hidden="true">
              {t(HEADINGS[g.kind], { day: props.day ?? '' })}
            </div>
          )}
          {g.results.map((s) => {
            index += 1;
            return (
              <Row
                key={
                  isOther(s)
                    ? `${s.hall}/${s.name}/${s.last ?? index}`
                    : `${s.kind}/${s.day}/${s.key}/${s.hall}/${whichOf(s)}`
                }
                id={`${props.id}-${index}`}
                hit={s}
                hall={isOther(s) ? undefined : hallOf(session, s, among)}
                chosen={index === props.chosen}
                onOpen={() => opened(s)}
              />
            );
          })}
        </div>
      ))}
    </div>
  );
}

/** Where Enter leads: the chosen result, else the first; with no result to the page that says that there is none. Who was
 *  faster than the answer has chosen nothing: what is ambiguous is shown then (`blind`), and not the first of it opened. */
export function target(
  groups: readonly ResultGroup[],
  chosen: number,
  typed: string,
  day: string | null,
  session: Session,
  blind: boolean,
): Route {
  const hit = flat(groups)[Math.max(0, chosen)];
  if (!hit) return { page: 'ticket', day: day ?? 'latest', number: typed.trim(), t: null };
  if (blind && exactly(groups, typed).length > 1) return { page: 'find', q: typed.trim(), day: day ?? 'any' };
  keepRecent(session.me.name, asRecent(hit, isOther(hit) ? undefined : hallOf(session, hit, twins(groups))));
  return isOther(hit) ? hit.route : routeOf(hit, hallOf(session, hit, twins(groups)));
}

export const open = (...args: Parameters<typeof target>): void => navigate(target(...args));

/** How a hit is kept among those opened last. */
export function asRecent(hit: Hit, hall: string | undefined): Other {
  if (isOther(hit)) return { ...hit, last: null };
  return { route: routeOf(hit, hall), name: hit.key, more: hit.day ?? hit.title ?? '', hall: hit.hall, last: null };
}
