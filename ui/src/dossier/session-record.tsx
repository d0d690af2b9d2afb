// SPDX-License-Identifier: GPL-3.0-or-later
// What is known of a session beside its pictures: with whom and about what, what its parties agreed to, how the citizen
// rated it, until when it is kept and by which rule.
import { ruleKindWord, purposeWord } from '../admin/retention-words';
import { meetings, type KeptRule, type SessionRecord as Told } from '../api/meetings';
import { usePoll, type Answer } from '../base/hooks';
import { useSession } from '../base/session';
import { formatDay, formatMoment, parseTime } from '../base/time';
import { useI18n, type Translate } from '../i18n/i18n';
import { ratingWord } from '../meeting/rating';
import { roleWord } from '../meeting/words';

const POLL_MS = 30_000;
/** What comes after the end: the citizen's rating, another rule of how long it is kept. */
const ENDED_MS = 120_000;

function wait(answer: Answer<Told>): number | null {
  if (!answer?.ok) return answer?.problem.status === 404 ? null : POLL_MS;
  return answer.value.state === 'ended' ? ENDED_MS : POLL_MS;
}

const ruleWords = (t: Translate, rule: KeptRule): string =>
  `${ruleKindWord(t, rule.kind)} · ${purposeWord(t, rule.purpose)}`;

function Kept({ kept }: { kept: Told['retention'] }) {
  const { t } = useI18n();
  const { zone } = useSession();
  if (!kept) return <>{t('recNoFootage')}</>;
  const day = (time: string) => formatDay(parseTime(time), zone);
  const { rule, last_rule: last, gone_by: gone } = kept;
  return (
    <>
      {rule && <p>{t('recKeptUntil', { day: day(kept.kept_until), rule: ruleWords(t, rule), n: rule.days })}</p>}
      {last && gone ? (
        <p>{t('recGoneBy', { day: day(gone), rule: ruleWords(t, last), n: last.days })}</p>
      ) : (
        <p>{t('recNever')}</p>
      )}
      {kept.held && <p class="strong">{t('recHeld')}</p>}
    </>
  );
}

function Consents({ told }: { told: Told }) {
  const { t } = useI18n();
  const { zone } = useSession();
  return (
    <>
      {told.legs.map((leg) => {
        const who = roleWord(t, leg.role);
        const at = leg.consented && formatMoment(parseTime(leg.consented), zone);
        const words = at
          ? t('recConsented', { who, version: leg.consent_text_ver ?? '', at })
          : t('recNotYet', { who });
        return <p key={leg.leg}>{words}</p>;
      })}
      {told.notices.map((notice) => (
        <details key={notice.version}>
          <summary>{t('recNoticeWords', { version: notice.version })}</summary>
          <p class="notice-words">{notice.zh}</p>
          {notice.en && <p class="notice-words">{notice.en}</p>}
          <p class="mono dim">SHA-256 {notice.sha256}</p>
        </details>
      ))}
    </>
  );
}

export function SessionRecord({ id }: { id: string }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { value: told } = usePoll((s) => meetings.record(id, s), wait, `record-of/${id}`);
  if (!told) return null; // a session of another system, which was never planned here
  const slot = told.slot_start && told.slot_end;
  const lines = [
    ['sessDept', [told.dept, ...told.officials].filter(Boolean).join(' ')],
    ['sessNode', told.node_code],
    [
      'recSlot',
      slot &&
        `${formatMoment(parseTime(told.slot_start!), zone).slice(0, 16)}–${formatMoment(parseTime(told.slot_end!), zone).slice(11, 16)}`,
    ],
    ['sessRating', told.satisfaction && ratingWord(t, told.satisfaction)],
    ['recConsent', <Consents told={told} />],
    ['recKept', <Kept kept={told.retention} />],
  ] as const;
  return (
    <section class="session-record" aria-labelledby="record-title">
      <h2 id="record-title">{t('recTitle')}</h2>
      <dl>
        {lines.map(
          ([word, what]) =>
            what && (
              <div key={word} data-line={word}>
                <dt class="dim">{t(word)}</dt>
                <dd>{what}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  );
}
