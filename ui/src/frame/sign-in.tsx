// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from 'preact/hooks';
import { api, type Over, type Problem } from '../api/client';
import type { Me } from '../api/types';
import { useFocus } from '../base/hooks';
import { useI18n, type Translate } from '../i18n/i18n';
import { problemWord } from '../i18n/words';
import { LanguageToggle, ThemeMenu } from './toggles';

function sentence(t: Translate, problem: Problem, coded: boolean): string {
  if (problem.code === 'second') return t('signInSecond');
  if (problem.status === 401 && coded) return t('signInWrongCode');
  if (problem.status === 401) return t('signInWrong');
  if (problem.status === 429) return t('signInMany');
  return problemWord(t, problem.code);
}

const OVER = { idle: 'signInIdle', longest: 'signInLongest', ended: 'signInEnded' } as const;

/** When it appears, and when what was in it was wrong. */
const focusEmpty = (field: HTMLInputElement | null): void => {
  if (field?.value === '') field.focus();
};

/** `over`: why the sign-in before this one is. */
export function SignIn({ over, onSignedIn }: { over?: Over | undefined; onSignedIn: (me: Me) => void }) {
  const { t } = useI18n();
  const first = useFocus();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const answer = await api.login(name.trim(), password, code?.trim());
    setBusy(false);
    if ('aborted' in answer) return;
    if (answer.ok) return onSignedIn(answer.value);
    setProblem(answer.problem);
    if (answer.problem.code === 'second') return setCode('');
    if (code !== null) return setCode('');
    setPassword('');
    document.getElementById('password')?.focus();
  };

  return (
    <div class="sign-in">
      <div class="sign-in-corner">
        <LanguageToggle />
        <ThemeMenu />
      </div>
      <main>
        <form onSubmit={(e) => void submit(e)} aria-labelledby="sign-in-title">
          <p class="brand brand-large">
            <img src="/favicon.svg" alt="" width="28" height="28" /> {t('product')}
          </p>
          <h1 id="sign-in-title">{t('signInTitle')}</h1>
          {over && (
            <p class="sign-in-over" role="status">
              {t(OVER[over])}
            </p>
          )}
          <label for="name">{t('signInName')}</label>
          <input
            id="name"
            name="name"
            autocomplete="username"
            ref={first}
            required
            maxLength={64}
            value={name}
            onInput={(e) => setName(e.currentTarget.value)}
          />
          <label for="password">{t('signInPassword')}</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            maxLength={256}
            value={password}
            aria-describedby="sign-in-problem"
            onInput={(e) => setPassword(e.currentTarget.value)}
          />
          {code !== null && (
            <>
              <label for="code">{t('secondCode')}</label>
              <input
                id="code"
                name="code"
                class="num"
                autocomplete="one-time-code"
                required
                maxLength={32}
                value={code}
                ref={focusEmpty}
                aria-describedby="sign-in-problem"
                onInput={(e) => setCode(e.currentTarget.value)}
              />
            </>
          )}
          <p id="sign-in-problem" class="form-problem" role="alert">
            {problem && sentence(t, problem, code !== null)}
          </p>
          <button type="submit" class="button primary" disabled={busy}>
            {busy ? t('signInBusy') : t('signInGo')}
          </button>
          <p class="dim">{t('signInHint')}</p>
        </form>
      </main>
    </div>
  );
}
