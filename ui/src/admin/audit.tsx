// SPDX-License-Identifier: GPL-3.0-or-later
// The audit log: who did, saw or was refused what; the same as a table to take away; and whether its chain is whole.
import { useEffect, useState } from 'preact/hooks';
import { admin, auditTable, type AuditFilter } from '../api/admin';
import type { Problem } from '../api/client';
import type { AuditReport, AuditRow } from '../api/types-admin';
import { ProblemNotice, Skeleton, Technical } from '../base/parts';
import { useSession } from '../base/session';
import { Table } from '../base/table';
import { formatMoment, parseTime } from '../base/time';
import { Field, Told } from '../base/form';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { ACTIONS, auditWord, objectWord } from './audit-words';
import { Moment, Select, useSend } from '../base/form';
import { Part } from '../base/part';

const RESULTS: Record<AuditRow['result'], Key> = { ok: 'auditOk', denied: 'auditDenied', failed: 'auditFailed' };

function Filters(props: { onFilter: (filter: AuditFilter) => void }) {
  const { t } = useI18n();
  const [filter, setFilter] = useState<AuditFilter>({});
  const set = (part: AuditFilter) => setFilter((f) => ({ ...f, ...part }));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const given = Object.entries(filter).map(([k, v]) => [k, v?.trim()]);
    props.onFilter(Object.fromEntries(given.filter(([, v]) => v)) as AuditFilter);
  };
  const text = (name: 'who' | 'object' | 'case' | 'camera', label: Key) => (
    <Field id={`audit-${name}`} label={t(label)} value={filter[name] ?? ''} onInput={(v) => set({ [name]: v })} />
  );
  return (
    <form class="filters audit-filters" role="search" aria-label={t('auditFilter')} onSubmit={submit}>
      <Select
        id="audit-what"
        label={t('auditWhat')}
        value={filter.what ?? ''}
        options={[['', t('auditAny')]]}
        groups={ACTIONS.map(([heading, codes]) => [t(heading), codes.map((code) => [code, auditWord(t, code)])])}
        onChange={(what) => set({ what })}
      />
      {text('who', 'auditWho')}
      {text('object', 'auditSubject')}
      {text('case', 'auditCase')}
      {text('camera', 'auditCamera')}
      <Select
        id="audit-result"
        label={t('auditResult')}
        value={filter.result ?? ''}
        options={[['', t('auditAny')], ...Object.entries(RESULTS).map(([r, word]) => [r, t(word)] as [string, string])]}
        onChange={(result) => set({ result })}
      />
      <Moment id="audit-from" label={t('auditFrom')} hint="" onInput={(from) => set({ from })} />
      <Moment id="audit-to" label={t('auditTo')} hint="" onInput={(to) => set({ to })} />
      <button type="submit" id="audit-go" class="button primary">
        {t('auditGo')}
      </button>
    </form>
  );
}

function Chain() {
  const { t } = useI18n();
  const [head, setHead] = useState('');
  const [report, setReport] = useState<AuditReport | null>(null);
  const { busy, problem, send } = useSend();
  const verify = (event: SubmitEvent) => {
    event.preventDefault();
    setReport(null);
    void send(() => admin.verifyAudit(head.trim() || null), setReport);
  };
  return (
    <details class="chain">
      <summary>{t('auditVerify')}</summary>
      <form onSubmit={verify}>
        <Field id="audit-head" label={t('auditHead')} value={head} onInput={setHead} hint={t('auditHeadHint')} />
        <p>
          <button type="submit" id="audit-verify" class="button" disabled={busy}>
            {t(busy ? 'auditVerifying' : 'auditVerifyGo')}
          </button>
        </p>
        <Told problem={problem} />
        {report && <ChainReport report={report} />}
      </form>
    </details>
  );
}

function ChainReport({ report }: { report: AuditReport }) {
  const { t } = useI18n();
  return (
    <div role="status" id="audit-report">
      <p class={report.wrong ? 'bad' : ''}>
        {report.wrong
          ? t('auditWrong', { n: report.wrong, seq: report.first_wrong?.seq ?? 0 })
          : t('auditWhole', { n: report.rows })}
      </p>
      {report.findings.length > 0 && <Technical detail={report.findings.map((f) => f.words).join('\n')} />}
      {report.set_back.rows > 0 && (
        <p class="warn">{t('auditSetBack', { n: report.set_back.rows, seq: report.set_back.first_seq })}</p>
      )}
      <p class="dim">{t('auditHeadNow', { seq: report.head.seq })}</p>
      <p class="mono hash">{report.head.hash}</p>
    </div>
  );
}

function Row({ row }: { row: AuditRow }) {
  const { t, lang } = useI18n();
  const { zone } = useSession();
  const [open, setOpen] = useState(false);
  const kind = row.object_kind && objectWord(t, lang, row.object_kind);
  const address = row.object ? null : row.detail?.['url'];
  const about = [kind, row.object ?? address, row.day].filter(Boolean).join(' ');
  const why = [row.reason, row.case_no].filter(Boolean).join(' · ');
  const more = row.detail && Object.keys(row.detail).length > 0 ? JSON.stringify(row.detail, null, 1) : null;
  return (
    <>
      <tr data-seq={row.seq}>
        <td class={row.result === 'ok' ? '' : row.result === 'denied' ? 'bad' : 'warn'}>{t(RESULTS[row.result])}</td>
        <td class="num">{formatMoment(parseTime(row.time), zone)}</td>
        <td>
          <span class="strong">{row.who}</span> <span class="dim">{row.address}</span>
        </td>
        <td>
          {auditWord(t, row.what)} <span class="mono dim">{row.what}</span>
        </td>
        <td>
          {about} {row.camera && row.camera !== row.object && <span class="mono">{row.camera}</span>}
          {row.words && <Technical detail={row.words} class="dim" />}
        </td>
        <td>{why}</td>
        <td>
          <button
            type="button"
            class="button plain"
            aria-expanded={open}
            aria-label={t('auditMoreOf', { seq: row.seq })}
            onClick={() => setOpen(!open)}
          >
            {row.seq}
          </button>
        </td>
      </tr>
      {open && (
        <tr class="audit-more">
          <td colSpan={7}>
            {row.from && (
              <p class="num">
                {formatMoment(parseTime(row.from), zone)} – {row.to && formatMoment(parseTime(row.to), zone)}
              </p>
            )}
            {more && <pre class="mono">{more}</pre>}
            <p class="mono dim hash">{row.hash}</p>
          </td>
        </tr>
      )}
    </>
  );
}

/** Rows of a filter, page by page. */
function useRows(filter: AuditFilter) {
  const [rows, setRows] = useState<AuditRow[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [looked, setLooked] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const key = JSON.stringify(filter);
  const load = async (cursor: string | null, signal?: AbortSignal) => {
    const answer = await admin.audit(filter, cursor, signal);
    if ('aborted' in answer || signal?.aborted) return;
    if (!answer.ok) return setProblem(answer.problem);
    setProblem(null);
    setRows((old) => (cursor && old ? [...old, ...answer.value.rows] : answer.value.rows));
    setNext(answer.value.next);
    setLooked(answer.value.looked);
  };
  useEffect(() => {
    const controller = new AbortController();
    setRows(null);
    void load(null, controller.signal);
    return () => controller.abort();
  }, [key]);
  return { rows, next, looked, problem, more: () => void load(next), again: () => void load(null) };
}

export function AuditPart() {
  const { t } = useI18n();
  const [filter, setFilter] = useState<AuditFilter>({});
  const { rows, next, looked, problem, more, again } = useRows(filter);
  return (
    <Part
      id="admin-audit"
      title={t('adminAudit')}
      actions={
        <a id="audit-csv" class="button" href={auditTable(filter)} download="audit.csv">
          {t('adminCsv')}
        </a>
      }
    >
      <Filters onFilter={setFilter} />
      <Chain />
      {problem && <ProblemNotice problem={problem} retry={again} />}
      {!rows && !problem && <Skeleton lines={8} />}
      {rows?.length === 0 && !next && <p class="dim">{t('auditNone')}</p>}
      {rows && rows.length > 0 && (
        <Table
          heads={[
            t('auditResult'),
            t('auditTime'),
            t('auditWho'),
            t('auditWhat'),
            t('auditObject'),
            t('auditWhy'),
            t('auditSeq'),
          ]}
          class="audit-table"
        >
          {rows.map((row) => (
            <Row key={row.seq} row={row} />
          ))}
        </Table>
      )}
      {next && (
        <p>
          {looked !== null && (
            <span class="dim" role="status" id="audit-looked">
              {t('auditLooked', { n: looked })}{' '}
            </span>
          )}
          <button type="button" id="audit-older" class="button" onClick={more}>
            {t('auditOlder')}
          </button>
        </p>
      )}
    </Part>
  );
}
