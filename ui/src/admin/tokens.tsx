// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens of programs: made, shown once, revoked.
import { useState } from 'preact/hooks';
import { api, type Problem } from '../api/client';
import type { Token } from '../api/types';
import { usePoll } from '../base/hooks';
import { ProblemNotice, Skeleton } from '../base/parts';
import { useSession } from '../base/session';
import { formatDay, formatMoment, isDay, parseTime } from '../base/time';
import { Field, Sheet, Told } from '../dossier/hold-form';
import { useI18n } from '../i18n/i18n';
import { Shown } from './users';

const POLL_MS = 15_000;

function AddToken(props: { onClose: () => void; onMade: (name: string, token: string) => void }) {
  const { t } = useI18n();
  const session = useSession();
  const [name, setName] = useState('');
  const [scope, setScope] = useState('events');
  const [day, setDay] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const today = formatDay(session.hallNow(), session.zone);
  const wrong = day !== '' && (!isDay(day) || day <= today) ? t('tokensDayWrong') : null;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || wrong) return;
    setBusy(true);
    const answer = await api.addToken(name.trim(), scope, day ? `${day} 00:00` : null);
    setBusy(false);
    if ('aborted' in answer) return;
    if (answer.ok) props.onMade(answer.value.name, answer.value.token);
    else setProblem(answer.problem);
  };
  return (
    <Sheet id="token-title" title={t('tokensAdd')} onClose={props.onClose}>
      <form onSubmit={(e) => void submit(e)}>
        <Field id="token-name" label={t('tokensName')} value={name} onInput={setName} required focus />
        <div class="form-field">
          <label for="token-scope">{t('tokensScope')}</label>
          <select id="token-scope" value={scope} onChange={(e) => setScope(e.currentTarget.value)}>
            <option value="events">{t('tokensScopeEvents')}</option>
            <option value="read">{t('tokensScopeRead')}</option>
          </select>
        </div>
        <Field
          id="token-expires"
          label={t('tokensExpires')}
          value={day}
          onInput={setDay}
          numeric
          hint={t('tokensExpiresHint')}
          wrong={wrong}
        />
        <Told problem={problem} />
        <p class="hold-actions">
          <button type="button" class="button" onClick={props.onClose}>
            {t('cancel')}
          </button>
          <button type="submit" class="button primary" disabled={busy || wrong !== null}>
            {t('usersAddGo')}
          </button>
        </p>
      </form>
    </Sheet>
  );
}

function Row({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const moment = (time: string | null, none: string) => (time ? formatMoment(parseTime(time), zone) : none);
  return (
    <tr>
      <td class="strong">{token.name}</td>
      <td>{t(token.scope === 'events' ? 'tokensScopeEvents' : 'tokensScopeRead')}</td>
      <td>
        <span class={token.usable ? 'dot' : 'dot idle'} /> {t(token.usable ? 'tokensUsable' : 'tokensGone')}
      </td>
      <td class="num">{moment(token.used, t('tokensNever'))}</td>
      <td class="num">{moment(token.expires, t('tokensForGood'))}</td>
      <td>
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
  const revoke = (name: string) => void api.revokeToken(name).then(again);
  return (
    <section class="tokens" aria-labelledby="tokens-title">
      <h2 id="tokens-title">{t('tokensTitle')}</h2>
      <p>
        <button type="button" id="token-add" class="button" onClick={() => setAdding(true)}>
          {t('tokensAdd')}
        </button>
      </p>
      {!value &&
        (answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={2} />)}
      {value?.tokens.length === 0 && <p class="dim">{t('tokensNone')}</p>}
      {value && value.tokens.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t('tokensName')}</th>
              <th scope="col">{t('tokensScope')}</th>
              <th scope="col">{t('usersState')}</th>
              <th scope="col">{t('tokensUsed')}</th>
              <th scope="col">{t('tokensExpires')}</th>
              <th scope="col">
                <span class="sr">{t('tokensRevoke')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {value.tokens.map((token) => (
              <Row key={token.name} token={token} onRevoke={() => revoke(token.name)} />
            ))}
          </tbody>
        </table>
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
    </section>
  );
}
