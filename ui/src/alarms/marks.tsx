// SPDX-License-Identifier: GPL-3.0-or-later
// What people marked, with the pictures.
import { useEffect, useState } from 'preact/hooks';
import { api, type Problem } from '../api/client';
import type { MarkMade } from '../api/types-alarms';
import { Notice, ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import { formatLink, formatMoment, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { routeOf } from './beside';
import { Still } from './still';
import { markKindWord } from './words';

function MarkCard({ mark }: { mark: MarkMade }) {
  const { t, lang } = useI18n();
  const session = useSession();
  const { subject } = mark;
  const at = parseTime(mark.at);
  return (
    <li class="mark-card">
      <Still mark={mark} />
      <div>
        <strong>{markKindWord(t, lang, mark.kind, mark.kind_words)}</strong> {mark.words}
      </div>
      <div class="dim">
        <span class="num">{formatMoment(at, session.zone)}</span> {mark.camera.name}{' '}
        {mark.place && placeLabel(session, mark.place, mark.hall ?? undefined)}
      </div>
      <div class="dim">
        {subject && (
          <a class="mono" href={formatRoute(routeOf(subject, formatLink(at, session.zone)))}>
            {subject.key}
          </a>
        )}{' '}
        {t('markBy', { name: mark.by })}
      </div>
    </li>
  );
}

export function Marks() {
  const { t } = useI18n();
  const [marks, setMarks] = useState<MarkMade[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = async (cursor: string | null) => {
    const answer = await api.marks(cursor);
    if ('aborted' in answer) return;
    if (!answer.ok) return setProblem(answer.problem);
    setProblem(null);
    setMarks((old) => [...(cursor ? (old ?? []) : []), ...answer.value.marks]);
    setNext(answer.value.next);
  };
  useEffect(() => void load(null), []);
  if (problem) return <ProblemNotice problem={problem} retry={() => void load(null)} />;
  if (!marks) return <Skeleton lines={6} />;
  if (marks.length === 0) return <Notice title={t('marksNone')} hint={t('marksNoneHint')} />;
  return (
    <>
      <ul class="mark-cards">
        {marks.map((m) => (
          <MarkCard key={m.id} mark={m} />
        ))}
      </ul>
      {next && (
        <button type="button" class="button" onClick={() => void load(next)}>
          {t('alarmsMore')}
        </button>
      )}
    </>
  );
}
