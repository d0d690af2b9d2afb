// SPDX-License-Identifier: GPL-3.0-or-later
// What was promised, by the day it is due; done with proof. Of a file that shows it only the hash goes to the server.
import { useState } from 'preact/hooks';
import { meetings, promisesCsv, type Commitment, type Department, type PromiseFilter } from '../api/meetings';
import { usePoll, useSettled } from '../base/hooks';
import { ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute } from '../base/route';
import { useSession } from '../base/session';
import { formatMoment, parseTime } from '../base/time';
import { Field, Sheet, Told } from '../dossier/hold-form';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { Actions, useSubmit } from './slots';

const POLL_MS = 15_000;
const STATES: Record<Commitment['state'], Key> = {
  open: 'promOpen',
  due: 'promDue',
  overdue: 'promOverdue',
  done: 'promDone',
};
const COUNTED = ['overdue', 'due', 'open', 'done'] as const;
const CLASSES: Record<Commitment['state'], string> = { open: '', due: 'warn', overdue: 'bad', done: 'dim' };

export function PromiseState({ state }: { state: Commitment['state'] }) {
  const { t } = useI18n();
  return <span class={CLASSES[state]}>{t(STATES[state])}</span>;
}

export async function sha256(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function Done(props: { promise: Commitment; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const [proof, setProof] = useState('');
  const [hash, setHash] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    const answer = await meetings.promiseDone(props.promise.promise_id, proof.trim(), hash);
    if (!answer.ok) return 'aborted' in answer ? null : answer.problem;
    props.onDone();
    return null;
  });
  const take = (file: File | undefined) => void (file ? sha256(file).then(setHash) : setHash(''));
  return (
    <Sheet id="done-title" title={t('promFinish')} onClose={props.onClose}>
      <form onSubmit={submit}>
        <p>{props.promise.text}</p>
        <Field id="done-proof" label={t('promProofText')} value={proof} onInput={setProof} required focus />
        {window.isSecureContext && (
          <div class="form-field">
            <label for="done-file">{t('promProofHash')}</label>
            <input id="done-file" type="file" onChange={(e) => take(e.currentTarget.files?.[0])} />
            <p class="mono dim">{hash}</p>
          </div>
        )}
        <Told problem={problem} />
        <Actions go={t('promFinish')} busy={busy} onClose={props.onClose} />
      </form>
    </Sheet>
  );
}

function Row({ promise, onFinish }: { promise: Commitment; onFinish: (() => void) | null }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const made = formatMoment(parseTime(promise.made), zone).slice(0, 16);
  return (
    <tr data-promise={promise.promise_id} data-state={promise.state}>
      <td class="num">{promise.due}</td>
      <td>
        <PromiseState state={promise.state} />
      </td>
      <td>{promise.text}</td>
      <td>{promise.owner}</td>
      <td>{promise.dept ?? ''}</td>
      <td>
        <a class="mono" href={formatRoute({ page: 'session', id: promise.session, t: promise.made })}>
          {promise.session}
        </a>{' '}
        <span class="num dim">{made}</span>
      </td>
      <td>
        {promise.state === 'done' ? (
          <span title={promise.proof_sha256 ?? undefined}>{promise.proof}</span>
        ) : (
          onFinish && (
            <button type="button" class="button" onClick={onFinish}>
              {t('promFinish')}
            </button>
          )
        )}
      </td>
    </tr>
  );
}

function Filter({ filter, put }: { filter: PromiseFilter; put: (change: PromiseFilter) => void }) {
  const { t } = useI18n();
  return (
    <form class="filters" role="search" onSubmit={(e) => e.preventDefault()}>
      <label>
        {t('sessDept')}
        <input value={filter.dept ?? ''} onInput={(e) => put({ dept: e.currentTarget.value })} />
      </label>
      <label>
        {t('promState')}
        <select value={filter.state ?? ''} onChange={(e) => put({ state: e.currentTarget.value })}>
          <option value="">{t('promAll')}</option>
          {Object.entries(STATES).map(([state, word]) => (
            <option key={state} value={state}>
              {t(word)}
            </option>
          ))}
        </select>
      </label>
      <a class="button" href={promisesCsv(filter)} download="promises.csv">
        {t('promCsv')}
      </a>
    </form>
  );
}

function Departments({ rows, put }: { rows: Department[]; put: (change: PromiseFilter) => void }) {
  const { t } = useI18n();
  return (
    <table class="table promise-departments" aria-label={t('promByDept')}>
      <thead>
        <tr>
          <th scope="col">{t('sessDept')}</th>
          {COUNTED.map((state) => (
            <th key={state} scope="col">
              {t(STATES[state])}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.dept ?? ''} data-dept={row.dept ?? ''}>
            <td>{row.dept ?? t('promNoDept')}</td>
            {COUNTED.map((state) => (
              <td key={state} class="num">
                {row[state] > 0 && (
                  <button
                    type="button"
                    class={`button ${CLASSES[state]}`}
                    aria-label={`${row.dept ?? t('promNoDept')} ${t(STATES[state])} ${row[state]}`}
                    onClick={() => put({ ...(row.dept && { dept: row.dept }), state })}
                  >
                    {row[state]}
                  </button>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function PromisesPart() {
  const { t } = useI18n();
  const { me } = useSession();
  const [filter, setFilter] = useState<PromiseFilter>({});
  const [finishing, setFinishing] = useState<Commitment | null>(null);
  const settled = useSettled(filter, 250);
  const { answer, value, again } = usePoll(
    (s) => meetings.promises(settled, s),
    () => POLL_MS,
    `promises/${JSON.stringify(settled)}`,
  );
  const may = me.permissions.includes('session');
  return (
    <>
      <Filter filter={filter} put={(change) => setFilter({ ...filter, ...change })} />
      {!value &&
        (answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={4} />)}
      {value && value.departments.length > 0 && (
        <Departments rows={value.departments} put={(change) => setFilter({ ...filter, ...change })} />
      )}
      {value?.promises.length === 0 && <p class="dim">{t('promNone')}</p>}
      {value && value.promises.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              {(
                ['promiseDue', 'promState', 'promiseText', 'promOwner', 'sessDept', 'sessId', 'promProof'] as const
              ).map((key) => (
                <th key={key} scope="col">
                  {t(key)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {value.promises.map((p) => (
              <Row key={p.promise_id} promise={p} onFinish={may ? () => setFinishing(p) : null} />
            ))}
          </tbody>
        </table>
      )}
      {finishing && (
        <Done
          promise={finishing}
          onClose={() => setFinishing(null)}
          onDone={() => {
            setFinishing(null);
            again();
          }}
        />
      )}
    </>
  );
}
