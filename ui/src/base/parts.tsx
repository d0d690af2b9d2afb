// SPDX-License-Identifier: GPL-3.0-or-later
// Small things that every page uses.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../api/client';
import { useI18n } from '../i18n/i18n';
import { problemWord } from '../i18n/words';
import { Icon } from './icons';

/** What the server says in words is English. The Chinese page keeps it folded away: for those who mend things. */
export function Technical(props: { detail: string | null | undefined; class?: string }) {
  const { t, lang } = useI18n();
  const [open, setOpen] = useState(false);
  if (!props.detail) return null;
  if (lang === 'en') return <span class={`technical ${props.class ?? ''}`}>{props.detail}</span>;
  return (
    <details class={`technical ${props.class ?? ''}`} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{t('technical')}</summary>
      {open && <span lang="en">{props.detail}</span>}
    </details>
  );
}

/** What to say when there is nothing to show: what is the matter, and what to do next. */
export function Notice(props: {
  title: string;
  hint?: string;
  detail?: string;
  /** Between that and the buttons. */
  more?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <div class="notice" role="status">
      <h2>{props.title}</h2>
      {props.hint && <p>{props.hint}</p>}
      <Technical detail={props.detail} class="notice-detail" />
      {props.more}
      {props.children && <p class="notice-actions">{props.children}</p>}
    </div>
  );
}

export function ProblemNotice({ problem, retry }: { problem: Problem; retry: () => void }) {
  const { t } = useI18n();
  return (
    <Notice title={problemWord(t, problem.code)} detail={problem.detail}>
      <button type="button" class="button" onClick={retry}>
        {t('retry')}
      </button>
    </Notice>
  );
}

/** At the end of a list that goes on. `onMore`: null where it does not. */
export function More({ onMore }: { onMore: (() => void) | null }) {
  const { t } = useI18n();
  if (!onMore) return null;
  return (
    <p class="list-foot">
      <button type="button" class="button" onClick={onMore}>
        {t('findMore')}
      </button>
    </p>
  );
}

/** Grey shapes where something will be, once it has taken long enough to be noticed (the delay is in the style). */
export function Skeleton({ lines }: { lines: number }) {
  const { t } = useI18n();
  return (
    <div class="skeleton" role="status" aria-label={t('loading')}>
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} class="skeleton-line" />
      ))}
    </div>
  );
}

const TOLD_MS = { copied: 1500, copyRefused: 5000 };

async function toClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Plain HTTP inside a hall: browsers hide the clipboard there, but still copy a selection.
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (!copied) throw new Error('the browser copies nothing');
}

export function CopyButton(props: { text: () => string; label: string; class?: string; children: ComponentChildren }) {
  const { t } = useI18n();
  const [told, setTold] = useState<'copied' | 'copyRefused' | null>(null);
  useEffect(() => {
    if (!told) return;
    const timer = setTimeout(() => setTold(null), TOLD_MS[told]);
    return () => clearTimeout(timer);
  }, [told]);
  const copy = () =>
    void toClipboard(props.text()).then(
      () => setTold('copied'),
      () => setTold('copyRefused'),
    );
  return (
    <button
      type="button"
      class={`copy ${props.class ?? ''}`}
      onClick={copy}
      title={props.label}
      aria-label={props.label}
    >
      {props.children}
      {told === 'copied' ? <Icon name="check" /> : null}
      <span class={told === 'copyRefused' ? 'bad' : 'sr'} aria-live="polite">
        {told ? t(told) : ''}
      </span>
    </button>
  );
}
