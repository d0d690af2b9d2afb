// SPDX-License-Identifier: GPL-3.0-or-later
// Results as a listbox that the field above it steers: the field keeps the focus, the list shows what Enter would open.
import type { Subject } from '../api/types';
import { navigate } from '../base/hooks';
import { formatRoute } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import { formatClock, formatDay, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { routeOf, type GroupKind, type ResultGroup } from './results';

const HEADINGS: Record<GroupKind, Key> = {
  day: 'groupDay',
  tickets: 'groupTickets',
  approvals: 'groupApprovals',
  sessions: 'groupSessions',
  other: 'groupOther',
};

export const flat = (groups: readonly ResultGroup[]): Subject[] => groups.flatMap((g) => g.results);

function Row(props: { id: string; subject: Subject; chosen: boolean; onOpen: () => void }) {
  const { t } = useI18n();
  const session = useSession();
  const { subject: s } = props;
  const [from, to] = [parseTime(s.from), parseTime(s.to)];
  const oneDay = formatDay(from, session.zone) === formatDay(to, session.zone);
  const end = oneDay ? formatClock(to, session.zone) : formatDay(to, session.zone);
  return (
    <a
      id={props.id}
      role="option"
      aria-selected={props.chosen}
      class="result"
      href={formatRoute(routeOf(s))}
      tabIndex={-1}
      onMouseDown={(e) => e.preventDefault()}
      onClick={props.onOpen}
    >
      <span class="mono result-key">{s.key}</span>
      <span class="num">{s.day ?? formatDay(from, session.zone)}</span>
      <span class="num dim">
        {oneDay ? formatClock(from, session.zone) : formatDay(from, session.zone)} – {end}
      </span>
      <span class="result-place">{s.places.map((p) => placeLabel(session, p)).join(', ') || t('noPlace')}</span>
      <span class={s.title ? '' : 'dim'}>{s.title ?? t('noTitle')}</span>
    </a>
  );
}

export function ResultList(props: {
  id: string;
  groups: ResultGroup[];
  day: string | null;
  chosen: number;
  onOpen: () => void;
}) {
  const { t } = useI18n();
  let index = -1;
  return (
    <div role="listbox" id={props.id} class="results" aria-label={t('resultsCount', { n: flat(props.groups).length })}>
      {props.groups.map((g) => (
        <div key={g.kind} role="group" aria-label={t(HEADINGS[g.kind], { day: props.day ?? '' })}>
          <div class="result-head" aria-hidden="true">
            {t(HEADINGS[g.kind], { day: props.day ?? '' })}
          </div>
          {g.results.map((s) => {
            index += 1;
            return (
              <Row
                key={`${s.kind}/${s.day}/${s.key}`}
                id={`${props.id}-${index}`}
                subject={s}
                chosen={index === props.chosen}
                onOpen={props.onOpen}
              />
            );
          })}
        </div>
      ))}
    </div>
  );
}

/** Enter: the chosen result, else the first; with no result the dossier's own page says that there is none. */
export function open(groups: readonly ResultGroup[], chosen: number, typed: string, day: string | null): void {
  const subject = flat(groups)[Math.max(0, chosen)];
  if (subject) navigate(routeOf(subject));
  else navigate({ page: 'ticket', day: day ?? 'latest', number: typed.trim(), t: null });
}
