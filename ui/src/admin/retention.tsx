// SPDX-License-Identifier: GPL-3.0-or-later
// Retention: the rules, what a full disk does, and what came of it camera by camera.
import { useState } from 'preact/hooks';
import { admin, reportTable } from '../api/admin';
import type { Kept, Report, Rule } from '../api/types-admin';
import { usePoll } from '../base/hooks';
import { ProblemNotice, Skeleton } from '../base/parts';
import { useSession } from '../base/session';
import { Table } from '../base/table';
import { formatMoment, parseTime } from '../base/time';
import { formatBytes } from '../base/bytes';
import { useI18n } from '../i18n/i18n';
import { gapWord } from '../i18n/words';
import { Part } from '../base/part';
import { KeptWhySheet } from './kept-why';
import { maxWord, purposeWord, ruleKindWord, spanWord } from './retention-words';
import { RuleForm, type Edited } from './rule-form';

const POLL_MS = 60_000;

function Rules(props: { rules: Rule[]; mayChange: boolean; onEdit: (edited: Edited) => void }) {
  const { t } = useI18n();
  return (
    <Table
      heads={[t('rulesKind'), t('rulesPurpose'), t('rulesMin'), t('rulesMax')]}
      actions={props.mayChange ? t('adminChange') : ''}
      class="rules-table"
    >
      {props.rules.map((r) => (
        <tr key={`${r.kind}/${r.purpose}`} data-rule={`${r.kind}/${r.purpose}`}>
          <td>{ruleKindWord(t, r.kind)}</td>
          <td>{purposeWord(t, r.purpose)}</td>
          <td class="num">{t('rulesDays', { n: r.min_days })}</td>
          <td class="num">{maxWord(t, r.max_days)}</td>
          {props.mayChange && (
            <td class="row-actions">
              <button
                type="button"
                class="button"
                aria-label={`${t('adminChange')} ${ruleKindWord(t, r.kind)} ${purposeWord(t, r.purpose)}`}
                onClick={() => props.onEdit({ rule: r, remove: false })}
              >
                {t('adminChange')}
              </button>
              {!(r.kind === 'any' && r.purpose === 'footage') && (
                <button
                  type="button"
                  class="button"
                  aria-label={`${t('adminRemove')} ${ruleKindWord(t, r.kind)} ${purposeWord(t, r.purpose)}`}
                  onClick={() => props.onEdit({ rule: r, remove: true })}
                >
                  {t('adminRemove')}
                </button>
              )}
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}

/* Why so little, or nothing, is there although nothing went before its time. */
function KeptWhy({ kept }: { kept: Kept }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const young = !kept.deleted_until && kept.oldest && kept.due_days < kept.promised_days;
  const gone = kept.deleted_until && !kept.oldest;
  if (kept.due_days === 0 && !kept.removed && !gone) return <div class="dim">{t('keptNothingDue')}</div>;
  if (young)
    return <div class="dim">{t('keptYoung', { time: formatMoment(parseTime(kept.oldest as string), zone) })}</div>;
  return gone ? (
    <div class="dim">
      {t('keptGone', {
        time: formatMoment(parseTime(kept.deleted_until as string), zone),
        n: kept.kept_days.toFixed(1),
      })}
    </div>
  ) : null;
}

function KeptGaps({ kept }: { kept: Kept }) {
  const { t } = useI18n();
  if (kept.gaps === 0) return <>0</>;
  return (
    <>
      {spanWord(t, kept.missing_s)}
      <ul class="kept-gaps dim">
        {kept.reasons.map((r) => (
          <li key={r.reason}>
            {t('keptGaps', { why: gapWord(t, r.reason), n: r.count, span: spanWord(t, r.missing_s) })}
          </li>
        ))}
      </ul>
    </>
  );
}

function PromiseState({ kept }: { kept: Kept }) {
  const { t } = useI18n();
  if (!kept.met)
    return (
      <>
        <span class="dot off" /> <span class="bad">{t('reportNotMet')}</span>
      </>
    );
  return kept.missing_s >= 1 ? (
    <span title={t('reportGapsTitle')}>
      <span class="dot warned" /> <span class="warn">{t('reportGaps')}</span>
    </span>
  ) : (
    <>
      <span class="dot" /> <span>{t('reportMet')}</span>
    </>
  );
}

function KeptRow({ kept, onWhy }: { kept: Kept; onWhy: () => void }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const share = Math.min(1, kept.promised_days > 0 ? kept.achieved_days / kept.promised_days : 1);
  return (
    <tr>
      <td>
        <PromiseState kept={kept} />
      </td>
      <td>
        <span class="mono">{kept.camera}</span>{' '}
        <span class="dim">{t(kept.stream === 'main' ? 'streamMain' : 'streamSub')}</span>
        {kept.removed && <span class="dim"> · {t('adminRemoved')}</span>}
      </td>
      <td>
        <span class="days-bar" aria-hidden="true">
          <span class={kept.met ? 'days-done' : 'days-done missed'} style={{ width: `${share * 100}%` }} />
        </span>{' '}
        <span class="num">{t('adminDaysOf', { n: kept.achieved_days.toFixed(1), m: kept.promised_days })}</span>
        <KeptWhy kept={kept} />
      </td>
      <td class="num">{kept.oldest ? formatMoment(parseTime(kept.oldest), zone) : t('adminNoFootage')}</td>
      <td class="num">
        <KeptGaps kept={kept} />
      </td>
      <td class="num">{kept.held_bytes ? formatBytes(kept.held_bytes) : '0'}</td>
      <td class="row-actions">
        <button type="button" class="button" aria-label={t('keptWhyOf', { camera: kept.camera })} onClick={onWhy}>
          {t('keptWhy')}
        </button>
      </td>
    </tr>
  );
}

/** All legs of sessions in one row: by their own rule, and thousands in a year. */
function SessionsRow({ kept }: { kept: Report['sessions'] }) {
  const { t } = useI18n();
  const { zone } = useSession();
  if (kept.legs === 0) return null;
  return (
    <tr data-sessions>
      <td class={kept.missed ? 'bad' : ''}>{t(kept.missed ? 'reportNotMet' : 'reportMet')}</td>
      <td>{t('reportSessions', { n: kept.legs })}</td>
      <td class="num">{t('reportPromised', { n: kept.promised_days })}</td>
      <td class="num">{kept.oldest ? formatMoment(parseTime(kept.oldest), zone) : t('adminNoFootage')}</td>
      <td class="num">{kept.missing_s >= 1 ? spanWord(t, kept.missing_s) : '0'}</td>
      <td class="num">{kept.held_bytes ? formatBytes(kept.held_bytes) : '0'}</td>
      <td />
    </tr>
  );
}

function Cameras({ report }: { report: Report }) {
  const { t } = useI18n();
  const [why, setWhy] = useState<string | null>(null);
  const rows = [...report.cameras].sort((a, b) => Number(a.met) - Number(b.met));
  return (
    <>
      <Table
        heads={[
          t('colState'),
          t('colCamera'),
          t('reportAchieved'),
          t('reportOldest'),
          t('reportMissing'),
          t('reportHeld'),
        ]}
        actions={t('keptWhy')}
      >
        <SessionsRow kept={report.sessions} />
        {rows.map((k) => (
          <KeptRow key={`${k.camera}/${k.stream}`} kept={k} onWhy={() => setWhy(k.camera)} />
        ))}
      </Table>
      {why && <KeptWhySheet camera={why} onClose={() => setWhy(null)} />}
    </>
  );
}

export function RetentionPart() {
  const { t } = useI18n();
  const { me } = useSession();
  const [edited, setEdited] = useState<Edited | null>(null);
  const { answer, value, again } = usePoll(
    (s) => admin.report(s),
    () => POLL_MS,
    'admin-report',
  );
  if (!value)
    return answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={8} />;
  const mayChange = me.permissions.includes('admin.rules');
  return (
    <Part
      id="admin-retention"
      title={t('adminRetention')}
      actions={
        <>
          {mayChange && (
            <button
              type="button"
              id="rule-add"
              class="button primary"
              onClick={() => setEdited({ rule: null, remove: false })}
            >
              {t('rulesAdd')}
            </button>
          )}
          <a id="report-csv" class="button" href={reportTable} download="retention.csv">
            {t('adminCsv')}
          </a>
        </>
      }
    >
      <h2>{t('rulesTitle')}</h2>
      <Rules rules={value.rules} mayChange={mayChange} onEdit={setEdited} />
      <p class="dim">{t('rulesMean')}</p>
      <h2>{t('reportTitle')}</h2>
      {!value.complete && (
        <p class="warn" role="status">
          {t('reportIncomplete')}
        </p>
      )}
      <Cameras report={value} />
      {edited && (
        <RuleForm
          edited={edited}
          onClose={() => setEdited(null)}
          onDone={() => {
            setEdited(null);
            again();
          }}
        />
      )}
    </Part>
  );
}
