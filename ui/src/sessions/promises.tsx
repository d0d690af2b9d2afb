// SPDX-License-Identifier: GPL-3.0-or-later
// What was promised, by the day it is due; done with proof. Of a file that shows it only the hash goes to the server.
import { useRef, useState } from 'preact/hooks';
import { meetings, promisesCsv, type Commitment, type Department, type PromiseFilter } from '../api/meetings';
import { Field, FormSheet, Select, useSend } from '../base/form';
import { usePages, useSettled } from '../base/hooks';
import { Part } from '../base/part';
import { More, Notice, ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute } from '../base/route';
import { useSession } from '../base/session';
import { Table } from '../base/table';
import { formatMoment, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';

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

/** The hash of the file that was chosen last. */
function useHash() {
  const [hash, setHash] = useState('');
  const [state, setState] = useState<'idle' | 'reading' | 'unread'>('idle');
  const latest = useRef(0);
  const take = async (file: File | undefined) => {
    const mine = ++latest.current;
    setHash('');
    setState(file ? 'reading' : 'idle');
    const made = file ? await sha256(file).catch(() => null) : '';
    if (mine !== latest.current) return;
    setHash(made ?? '');
    setState(made === null ? 'unread' : 'idle');
  };
  return { hash, state, take };
}

export function Done(props: { promise: Commitment; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const [proof, setProof] = useState('');
  const { hash, state, take } = useHash();
  const { busy, problem, send } = useSend();
  const finish = () => meetings.promiseDone(props.promise.promise_id, proof.trim(), hash);
  return (
    <FormSheet
      id="done-title"
      title={t('promFinish')}
      go={t('promFinish')}
      busy={busy}
      blocked={state === 'reading'}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() => void send(finish, props.onDone)}
    >
      <p>{props.promise.text}</p>
      <Field id="done-proof" label={t('promProofText')} value={proof} onInput={setProof} required focus />
      {window.isSecureContext && (
        <div class="form-field">
          <label for="done-file">{t('promProofHash')}</label>
          <input id="done-file" type="file" onChange={(e) => void take(e.currentTarget.files?.[0])} />
          {hash && <p class="mono dim hash">{hash}</p>}
          {state === 'unread' && (
            <p class="bad" role="alert">
              {t('promFileUnread')}
            </p>
          )}
        </div>
      )}
    </FormSheet>
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
    <form class="filters" role="search" aria-label={t('auditFilter')} onSubmit={(e) => e.preventDefault()}>
      <Field id="filter-dept" label={t('sessDept')} value={filter.dept ?? ''} onInput={(dept) => put({ dept })} />
      <Field id="filter-owner" label={t('promOwner')} value={filter.owner ?? ''} onInput={(owner) => put({ owner })} />
      <Select
        id="filter-state"
        label={t('promState')}
        value={filter.state ?? ''}
        options={[['', t('promAll')], ...Object.entries(STATES).map(([state, word]) => [state, t(word)] as const)]}
        onChange={(state) => put({ state })}
      />
    </form>
  );
}

function Departments({ rows, put }: { rows: Department[]; put: (change: PromiseFilter) => void }) {
  const { t } = useI18n();
  return (
    <Table
      class="promise-departments"
      label={t('promByDept')}
      heads={[t('sessDept'), ...COUNTED.map((state) => t(STATES[state]))]}
    >
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
    </Table>
  );
}

export function PromisesPart() {
  const { t } = useI18n();
  const { me } = useSession();
  const [filter, setFilter] = useState<PromiseFilter>({});
  const [finishing, setFinishing] = useState<Commitment | null>(null);
  const settled = useSettled(filter, 250);
  const { answer, value, again, more } = usePages(
    (pages, s) => meetings.promises(settled, pages, s),
    POLL_MS,
    `promises/${JSON.stringify(settled)}`,
  );
  const may = me.permissions.includes('session');
  return (
    <Part
      id="promises-title"
      title={t('sessTabPromises')}
      actions={
        <a class="button" href={promisesCsv(filter)} download="promises.csv">
          {t('promCsv')}
        </a>
      }
    >
      <Filter filter={filter} put={(change) => setFilter({ ...filter, ...change })} />
      {!value &&
        (answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={4} />)}
      {value && value.departments.length > 0 && (
        <Departments rows={value.departments} put={(change) => setFilter({ ...filter, ...change })} />
      )}
      {value?.promises.length === 0 && <Notice title={t('promNone')} hint={t('promNoneHint')} />}
      {value && value.promises.length > 0 && (
        <Table
          heads={(
            ['promiseDue', 'promState', 'promiseText', 'promOwner', 'sessDept', 'sessId', 'promProof'] as const
          ).map((key) => t(key))}
        >
          {value.promises.map((p) => (
            <Row key={p.promise_id} promise={p} onFinish={may ? () => setFinishing(p) : null} />
          ))}
        </Table>
      )}
      <More onMore={more} />
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
    </Part>
  );
}
