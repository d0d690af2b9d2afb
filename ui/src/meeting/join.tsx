// SPDX-License-Identifier: GPL-3.0-or-later
// A join link: notice and consent, camera and microphone, the meeting. No account; the token of the link is all there is,
// and it stays behind the hash, which no server is told.
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../api/client';
import { party, type Door, type Meet, type MeetLeg } from '../api/party';
import { Notice, ProblemNotice, Skeleton } from '../base/parts';
import { LanguageToggle, ThemeMenu } from '../frame/toggles';
import { useI18n } from '../i18n/i18n';
import { problemWord } from '../i18n/words';
import { Devices } from './devices';
import { NOTICE_VERSION, noticeOf, type Words } from './notice';
import { Rating } from './rating';
import { Room } from './room';

type Stage =
  | { kind: 'asking' }
  | { kind: 'wrong'; problem: Problem | null }
  | { kind: 'notice' }
  | { kind: 'devices'; takes?: boolean }
  /** No stream: a room terminal sends, and this page shows the others. */
  | { kind: 'meeting'; stream: MediaStream | null; takes?: boolean }
  /** Somebody else is in the meeting with this link. */
  | { kind: 'taken'; since: 'before' | 'since' }
  | { kind: 'left' }
  | { kind: 'over' };

function Consent({ door, words, onAgreed }: { door: Door; words: Words; onAgreed: () => void }) {
  const { t } = useI18n();
  const [agrees, setAgrees] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const answer = await party.consent(door, words.version);
    if ('aborted' in answer) return;
    if (answer.ok) onAgreed();
    else setProblem(answer.problem);
  };
  return (
    <form class="join-card" aria-labelledby="notice-title" onSubmit={(e) => void submit(e)}>
      <h2 id="notice-title">{t('joinNoticeTitle')}</h2>
      {words.paragraphs.map((text) => (
        <p key={text}>{text}</p>
      ))}
      <p class="dim">{t('joinNoticeVersion', { version: words.version })}</p>
      <label class="join-agree">
        <input
          id="join-agree"
          type="checkbox"
          required
          checked={agrees}
          onChange={(e) => setAgrees(e.currentTarget.checked)}
        />
        {t('joinAgree')}
      </label>
      <p class="form-problem" role="alert">
        {problem && problemWord(t, problem.code)}
      </p>
      <button type="submit" class="button primary" disabled={!agrees}>
        {t('joinNext')}
      </button>
    </form>
  );
}

/** As the hall writes it: nobody is signed in, so the hall's zone is the answer's own. */
export const slotWords = (start: string, end: string): string =>
  `${start.slice(0, 16).replace('T', ' ')}–${end.slice(11, 16)}`;

/** What comes when the party agreed. */
const agreedStage = (leg: MeetLeg | undefined): Stage =>
  leg?.terminal ? { kind: 'meeting', stream: null } : { kind: 'devices' };

function useStage(door: Door): [Stage, (stage: Stage) => void, Meet | null, () => void] {
  const [stage, setStage] = useState<Stage>({ kind: 'asking' });
  const [meet, setMeet] = useState<Meet | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setStage({ kind: 'asking' });
    void party.meet(door, controller.signal).then((answer) => {
      if ('aborted' in answer) return;
      if (!answer.ok) return setStage({ kind: 'wrong', problem: answer.problem });
      setMeet(answer.value);
      const leg = answer.value.legs.find((l) => l.leg === door.leg);
      // Whoever agreed to these very words already is not asked twice.
      const known = leg?.consent_text_ver === (answer.value.notice?.version ?? NOTICE_VERSION);
      if (!leg) setStage({ kind: 'wrong', problem: null });
      else setStage(known ? agreedStage(leg) : { kind: 'notice' });
    });
    return () => controller.abort();
  }, [door.session, door.leg, door.token, round]);
  return [stage, setStage, meet, () => setRound(round + 1)];
}

function Wrong({ problem, again }: { problem: Problem | null; again: () => void }) {
  const { t } = useI18n();
  const denied = problem === null || problem.status === 401 || problem.status === 403;
  return denied ? <Notice title={t('joinWrong')} /> : <ProblemNotice problem={problem} retry={again} />;
}

export function JoinPage({ door }: { door: Door }) {
  const { t, lang } = useI18n();
  const [stage, setStage, meet, again] = useStage(door);
  const own = meet?.legs.find((l) => l.leg === door.leg);
  const citizen = own?.role === 'citizen';
  return (
    <div class="join" data-stage={stage.kind}>
      <header class="join-top">
        <h1>
          {t('joinTitle')} <span class="dim mono">{door.session}</span>
        </h1>
        {meet?.topic && <span class="join-topic">{meet.topic}</span>}
        {meet?.slot_start && meet.slot_end && <span class="num dim">{slotWords(meet.slot_start, meet.slot_end)}</span>}
        <span class="grow" />
        <LanguageToggle />
        <ThemeMenu />
      </header>
      <main id="content">
        {stage.kind === 'asking' && <Skeleton lines={3} />}
        {stage.kind === 'wrong' && <Wrong problem={stage.problem} again={again} />}
        {stage.kind === 'notice' && (
          <Consent door={door} words={noticeOf(meet, lang, t)} onAgreed={() => setStage(agreedStage(own))} />
        )}
        {stage.kind === 'devices' && (
          <Devices onGo={(stream) => setStage({ kind: 'meeting', stream, takes: stage.takes ?? false })} />
        )}
        {stage.kind === 'meeting' && (
          <Room
            door={door}
            stream={stage.stream}
            takes={stage.takes ?? false}
            onLeft={() => setStage({ kind: 'left' })}
            onOver={() => setStage({ kind: 'over' })}
            onTurned={again}
            onRefused={(problem) => setStage({ kind: 'wrong', problem })}
            onTaken={(since) => setStage({ kind: 'taken', since })}
          />
        )}
        {stage.kind === 'taken' && (
          <Notice title={t(stage.since === 'before' ? 'meetTaken' : 'meetTakenSince')} hint={t('meetTakenHint')}>
            <button type="button" class="button" onClick={() => setStage({ kind: 'devices', takes: true })}>
              {t('meetTakeOver')}
            </button>
          </Notice>
        )}
        {stage.kind === 'left' && (
          <Notice title={t('meetLeftTitle')} hint={t('meetLeftHint')}>
            <button type="button" class="button" onClick={again}>
              {t('meetBack')}
            </button>
          </Notice>
        )}
        {(stage.kind === 'left' || stage.kind === 'over') && citizen && <Rating door={door} />}
        {stage.kind === 'over' && <Notice title={t('meetOverTitle')} hint={t('meetOverHint')} />}
      </main>
    </div>
  );
}
