// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens of programs: made, shown once, revoked.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import type { Token } from '../api/types';
import { usePoll } from '../base/hooks';
import { ProblemNotice, Skeleton } from '../base/parts';
import { useSession } from '../base/session';
import { Table } from '../base/table';
import { formatDay, formatMoment, isDay, parseTime } from '../base/time';
import { Field, FormSheet, Select, useSend } from '../base/form';
import { useI18n } from '../i18n/i18n';
import { Shown } from './users';

const POLL_MS = 15_000;

function AddToken(props: { onClose: () => void; onMade: (name: string, token: string) => void }) {
  const { t } = useI18n();
  const session = useSession();
  const [name, setName] = useState('');
  const [scope, setScope] = useState('events');
  const [day, setDay] = useState('');
  const { busy, problem, send } = useSend();
  const today = formatDay(session.hallNow(), session.zone);
  const wrong = day !== '' && (!isDay(day) || day <= today) ? t('tokensDayWrong') : null;
  const add = () => api.addToken(name.trim(), scope, day ? `${day} 00:00` : null);
  return (
    <FormSheet
      id="token-title"
      title={t('tokensAdd')}
      go={t('usersAddGo')}
      busy={busy}
      blocked={wrong !== null}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() => void send(add, (made) => props.onMade(made.name, made.token))}
    >
      <Field id="token-name" label={t('tokensName')} value={name} onInput={setName} required focus />
      <Select
        id="token-scope"
        label={t('tokensScope')}
        value={scope}
        options={[
          ['events', t('tokensScopeEvents')],
          ['read', t('tokensScopeRead')],
        ]}
        onChange={setScope}
      />
      <Field
        id="token-expires"
        label={t('tokensExpires')}
        value={day}
        onInput={setDay}
        numeric
        hint={t('tokensExpiresHint')}
        wrong={wrong}
      />
    </FormSheet>
  );
}

function RevokeToken({ name, onClose, onDone }: { name: string; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="token-title"
      title={t('tokensRevokeOf', { name })}
      go={t('tokensRevoke')}
      risky
      busy={busy}
      problem={problem}
      onClose={onClose}
      onSubmit={() => void send(() => api.revokeToken(name), onDone)}
    >
      <p>{t('tokensRevokeMeans')}</p>
    </FormSheet>
  );
}

function Row({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const moment = (time: string | null, none: string) => (time ? formatMoment(parseTime(time), zone) : none);
  return (
    <tr>
      <td>
        <span class={token.usable ? 'dot' : 'dot idle'} /> {t(token.usable ? 'tokensUsable' : 'tokensGone')}
      </td>
      <td class="strong">{token.name}</td>
      <td>{t(token.scope === 'events' ? 'tokensScopeEvents' : 'tokensScopeRead')}</td>
      <td class="num">{moment(token.used, t('tokensNever'))}</td>
      <td class="num">{moment(token.expires, t('tokensForGood'))}</td>
      <td class="row-actions">
        {token.usable && (
          <button
            type="button"
            class="button"
            aria-label={t('tokensRevokeOf', { name: token.name })}
            onClick={onRevoke}
          >
            {t('tokensRevoke')}
          </button>
        )}
      </td>
    </tr>
  );
}

export function TokensPart() {
  const { t } = useI18n();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<{ name: string; token: string } | null>(null);
  const { answer, value, again } = usePoll(
    (s) => api.tokens(s),
    () => POLL_MS,
    'tokens',
  );
  const [revoking, setRevoking] = useState<string | null>(null);
  return (
    <>
      <div class="part-head">
        <h2>{t('tokensTitle')}</h2>
        <div class="part-actions">
          <button type="button" id="token-add" class="button" onClick={() => setAdding(true)}>
            {t('tokensAdd')}
          </button>
        </div>
      </div>
      {!value &&
        (answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={2} />)}
      {value?.tokens.length === 0 && <p class="dim">{t('tokensNone')}</p>}
      {value && value.tokens.length > 0 && (
        <Table
          heads={[t('usersState'), t('tokensName'), t('tokensScope'), t('tokensUsed'), t('tokensExpires')]}
          actions={t('tokensRevoke')}
        >
          {value.tokens.map((token) => (
            <Row key={token.name} token={token} onRevoke={() => setRevoking(token.name)} />
          ))}
        </Table>
      )}
      {revoking && (
        <RevokeToken
          name={revoking}
          onClose={() => setRevoking(null)}
          onDone={() => {
            setRevoking(null);
            again();
          }}
        />
      )}
      {adding && (
        <AddToken
          onClose={() => setAdding(false)}
          onMade={(name, token) => {
            setAdding(false);
            setMade({ name, token });
            again();
          }}
        />
      )}
      {made && (
        <Shown
          id="shown-title"
          title={t('tokensAdd')}
          words={t('tokensShown', { name: made.name })}
          secret={made.token}
          onClose={() => setMade(null)}
        />
      )}
    </>
  );
}
