// SPDX-License-Identifier: GPL-3.0-or-later
// The citizen rates the session, once, when they have left or it is over.
import { useState } from 'preact/hooks';
import type { Problem } from '../api/client';
import { party, type Door } from '../api/party';
import { useI18n, type Translate } from '../i18n/i18n';
import { problemWord } from '../i18n/words';

const LEVELS = { 5: 'rate5', 4: 'rate4', 3: 'rate3', 2: 'rate2', 1: 'rate1' } as const;
const ORDER = [5, 4, 3, 2, 1] as const;

export const ratingWord = (t: Translate, level: number): string =>
  level in LEVELS ? t(LEVELS[level as keyof typeof LEVELS]) : String(level);

export function Rating({ door }: { door: Door }) {
  const { t } = useI18n();
  const [level, setLevel] = useState(0);
  const [words, setWords] = useState('');
  const [done, setDone] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const answer = await party.rate(door, level, words.trim());
    if ('aborted' in answer) return;
    if (answer.ok) setDone(true);
    else setProblem(answer.problem);
  };
  if (done || problem?.code === 'conflict')
    return (
      <p class="join-card" role="status">
        {t(done ? 'rateThanks' : 'rateAlready')}
      </p>
    );
  return (
    <form class="join-card" aria-labelledby="rate-title" onSubmit={(e) => void submit(e)}>
      <h2 id="rate-title">{t('rateTitle')}</h2>
      <div class="rate-levels" role="radiogroup" aria-labelledby="rate-title">
        {ORDER.map((n) => (
          <label key={n}>
            <input type="radio" name="level" value={n} required checked={level === n} onChange={() => setLevel(n)} />{' '}
            {t(LEVELS[n])}
          </label>
        ))}
      </div>
      <label class="rate-words">
        {t('rateWords')}
        <input
          name="words"
          maxLength={500}
          autocomplete="off"
          value={words}
          onInput={(e) => setWords(e.currentTarget.value)}
        />
      </label>
      <p class="form-problem" role="alert">
        {problem && problemWord(t, problem.code)}
      </p>
      <button type="submit" class="button primary" disabled={level === 0}>
        {t('rateSend')}
      </button>
    </form>
  );
}
