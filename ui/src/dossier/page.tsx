// SPDX-License-Identifier: GPL-3.0-or-later
import { aboutOf, ReasonGate } from '../account/reason';
import { api, type Problem } from '../api/client';
import type { Dossier, Glance } from '../api/types';
import { usePoll } from '../base/hooks';
import { Notice, ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute } from '../base/route';
import { useSession } from '../base/session';
import { DAY, formatDay, parseTime } from '../base/time';
import { ResultList } from '../find/result-list';
import { useI18n } from '../i18n/i18n';
import { DossierView, type DossierRoute } from './dossier';
import { FeedState } from './feed';

/** While something still happens; while something late may still come. */
const BUSY_MS = 4000;
const CALM_MS = 30_000;

function isBusy(dossier: Dossier, now: number): boolean {
  const recent = now - parseTime(dossier.subject.to) < DAY;
  if (dossier.visits.length === 0) return recent;
  if (recent && dossier.visits.some((v) => v.finished === null && v.ticket !== null)) return true;
  return dossier.cameras.some((c) => c.spans.some((s) => parseTime(s.until) < parseTime(s.to)));
}

function Missing({ route, problem }: { route: DossierRoute; problem: Problem }) {
  const { t } = useI18n();
  const session = useSession();
  const ticket = route.page === 'ticket';
  const words = (day: string) =>
    day === 'latest' ? t('latest') : day === 'today' ? formatDay(session.hallNow(), session.zone) : day;
  const title = ticket
    ? t('notFoundTicketTitle', { number: route.number, day: words(route.day) })
    : t(route.page === 'session' ? 'notFoundSessionTitle' : 'notFoundApprovalTitle', { id: route.id });
  return (
    <Notice
      title={title}
      hint={t(ticket ? 'notFoundTicketHint' : 'notFoundApprovalHint')}
      detail={problem.detail}
      more={problem.feed && <FeedState feed={problem.feed} />}
    >
      <a class="button" href={formatRoute({ page: 'find', q: ticket ? route.number : route.id, day: 'any' })}>
        {t('backToFind')}
      </a>
    </Notice>
  );
}

/** Several are called so: all of them are shown, and none is chosen. */
function Several({ problem }: { problem: Problem }) {
  const { t } = useI18n();
  const all = (problem.candidates ?? []) as Glance[];
  const groups = [{ kind: 'tickets' as const, results: all }];
  const shared = all.some((s) => s.shared);
  return (
    <section class="find" aria-labelledby="several-title">
      <h1 id="several-title" class="several-title">
        {t(shared ? 'severalTickets' : 'severalTitle', { what: all[0]?.key ?? '', n: all.length })}
      </h1>
      <p class="dim">{t(shared ? 'severalTicketsHint' : 'severalHint')}</p>
      <ResultList id="several" groups={groups} day={null} chosen={-1} plain onOpen={() => {}} />
    </section>
  );
}

export function DossierPage({ route }: { route: DossierRoute }) {
  const session = useSession();
  const name = route.page === 'ticket' ? `t/${route.day}/${route.number}` : `${route.page}/${route.id}`;
  const which =
    route.page === 'ticket'
      ? { hall: route.hall, ticket_id: route.ticketId, source: route.source }
      : { hall: route.hall };
  const key = `${name}/${Object.values(which).join('/')}`;
  const { answer, value, again } = usePoll(
    (signal) =>
      route.page === 'ticket'
        ? api.ticket(route.day, route.number, which, signal)
        : route.page === 'session'
          ? api.session(route.id, route.hall, signal)
          : api.approval(route.id, route.hall, signal),
    (a) => (a?.ok && isBusy(a.value, session.hallNow()) ? BUSY_MS : CALM_MS),
    key,
  );
  // Also when it comes out while one looks: what was shown may be another's footage as well.
  if (answer && !answer.ok && answer.problem.code === 'ambiguous') return <Several problem={answer.problem} />;
  if (value)
    return (
      <ReasonGate about={aboutOf(value)} of={value}>
        <DossierView dossier={value} route={route} onChanged={again} />
      </ReasonGate>
    );
  if (!answer || answer.ok) return <Skeleton lines={8} />;
  if (answer.problem.code === 'not-found') return <Missing route={route} problem={answer.problem} />;
  return <ProblemNotice problem={answer.problem} retry={again} />;
}
