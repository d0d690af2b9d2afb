// SPDX-License-Identifier: GPL-3.0-or-later
// A slot's link: a citizen books it without an account, and gets the link by which to join.
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../api/client';
import { slotLink, type Booked, type Slot } from '../api/meetings';
import { useSend } from '../base/form';
import { CopyButton, Notice, ProblemNotice, Skeleton } from '../base/parts';
import { LanguageToggle, ThemeMenu } from '../frame/toggles';
import { useI18n } from '../i18n/i18n';
import { problemWord } from '../i18n/words';
import { joinAddress } from '../sessions/links';
import { BookFields, emptyBooking, filled, linksOf } from '../sessions/slots';

/** As the hall writes it: nobody is signed in, so the hall's zone is the answer's own. */
const moment = (time: string): string => time.slice(0, 16).replace('T', ' ');

function Form({ slot, token, onBooked }: { slot: Slot; token: string; onBooked: (booked: Booked) => void }) {
  const { t } = useI18n();
  const [form, setForm] = useState(() => emptyBooking(slot));
  const { busy, problem, send } = useSend();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void send(() => slotLink.book(slot.id, token, filled(form)), onBooked);
  };
  return (
    <form class="join-card" onSubmit={submit}>
      <h2>{slot.dept}</h2>
      <p class="num">
        {moment(slot.start)}–{slot.end.slice(11, 16)}
      </p>
      <BookFields slot={slot} form={form} put={(name) => (text) => setForm({ ...form, [name]: text })} />
      <p class="form-problem" role="alert">
        {problem && (problem.code === 'conflict' ? t('bookTaken') : problemWord(t, problem.code))}
      </p>
      <button type="submit" class="button primary" disabled={busy}>
        {t('bookGo')}
      </button>
    </form>
  );
}

function Done({ booked }: { booked: Booked }) {
  const { t } = useI18n();
  const link = linksOf(booked)[0];
  if (!link) return null;
  const address = joinAddress(booked.session, link);
  return (
    <section class="join-card">
      <h2>{t('bookDone')}</h2>
      <p>{t('bookKeep', { session: booked.session })}</p>
      <p class="secret mono" data-link={link.leg}>
        {address}
      </p>
      <CopyButton text={() => address} label={t('copy', { what: t('sessLink') })} class="button">
        {t('copy', { what: t('sessLink') })}
      </CopyButton>
    </section>
  );
}

export function BookPage({ slot: id, token }: { slot: number; token: string }) {
  const { t } = useI18n();
  const [slot, setSlot] = useState<Slot | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [booked, setBooked] = useState<Booked | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setProblem(null);
    void slotLink.slot(id, token, controller.signal).then((answer) => {
      if ('aborted' in answer) return;
      if (answer.ok) setSlot(answer.value);
      else setProblem(answer.problem);
    });
    return () => controller.abort();
  }, [id, token, round]);
  const denied = problem && [401, 403, 404].includes(problem.status);
  return (
    <div class="join">
      <header class="join-top">
        <h1>{t('bookTitle')}</h1>
        <span class="grow" />
        <LanguageToggle />
        <ThemeMenu />
      </header>
      <main id="content">
        {!slot && !problem && <Skeleton lines={3} />}
        {denied && <Notice title={t('bookWrong')} />}
        {problem && !denied && <ProblemNotice problem={problem} retry={() => setRound(round + 1)} />}
        {booked && <Done booked={booked} />}
        {slot && !booked && slot.state === 'free' && <Form slot={slot} token={token} onBooked={setBooked} />}
        {slot && !booked && slot.state !== 'free' && <Notice title={t('bookTaken')} />}
      </main>
    </div>
  );
}
