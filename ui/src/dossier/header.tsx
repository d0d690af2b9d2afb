// SPDX-License-Identifier: GPL-3.0-or-later
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Dossier, Subject, SubjectName } from '../api/types';
import { Icon } from '../base/icons';
import { CopyButton } from '../base/parts';
import { formatRoute } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import { formatClock, formatDay, SECOND, type Us } from '../base/time';
import { routeOf, whichOf } from '../find/results';
import { Unspoken } from '../find/unspoken';
import { useI18n } from '../i18n/i18n';
import type { Section } from './model';

/** In one line with the rest; where the screen is wide, there is room for more. */
const WIDE = '(min-width: 1700px)';
const RELATED_SHOWN = { wide: 3, else: 1 };
const ALSO_SHOWN = { wide: 2, else: 1 };

function useWide(): boolean {
  const [wide, setWide] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const media = matchMedia(WIDE);
    const changed = () => setWide(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);
  return wide;
}

/** What else is called so: other days first of all, since numbers repeat. */
function Also({ dossier, shown }: { dossier: Dossier; shown: number }) {
  const { t } = useI18n();
  const { subject, also } = dossier;
  if (also.length === 0) return null;
  const words = (a: SubjectName) =>
    [a.kind === subject.kind ? '' : t(a.kind), a.day ?? '', a.hall === subject.hall ? '' : a.hall, whichOf(a)]
      .filter(Boolean)
      .join(' ');
  const link = (a: SubjectName) => (
    <a key={`${a.kind}/${a.day}/${a.hall}/${whichOf(a)}`} class="num" href={formatRoute(routeOf(a, a.hall))}>
      {words(a)}
    </a>
  );
  return (
    <nav class="also" aria-label={t('alsoLabel')}>
      <span class="dim">{t('alsoLabel')}</span> {also.slice(0, shown).map(link)}
      {also.length > shown && (
        <details class="menu">
          <summary>{t('relatedMore', { n: `${also.length - shown}${dossier.also_more ? '+' : ''}` })}</summary>
          <div class="menu-sheet also-sheet">{also.slice(shown).map(link)}</div>
        </details>
      )}
    </nav>
  );
}

function RelatedLinks(props: { related: readonly Subject[]; hall: string | undefined; shown: number }) {
  const { related, hall, shown } = props;
  const { t } = useI18n();
  if (related.length === 0) return null;
  const key = (r: Subject) => `${r.kind}/${r.key}/${r.day}/${whichOf(r)}`;
  const name = (r: Subject) => [r.key, r.day, whichOf(r)].filter(Boolean).join(' ');
  return (
    <nav class="related" aria-label={t('relatedLabel')}>
      {related.slice(0, shown).map((r) => (
        <span key={key(r)} class="related-one">
          <span class="dim">{t(r.kind)}</span>{' '}
          <a class="mono" href={formatRoute(routeOf(r, hall))} title={name(r)}>
            {r.key}
          </a>
        </span>
      ))}
      {related.length > shown && (
        <details class="menu">
          <summary>{t('relatedMore', { n: related.length - shown })}</summary>
          <div class="menu-sheet">
            {related.slice(shown).map((r) => (
              <a key={key(r)} href={formatRoute(routeOf(r, hall))}>
                <span class="dim">{t(r.kind)}</span> <span class="mono">{name(r)}</span>
              </a>
            ))}
          </div>
        </details>
      )}
    </nav>
  );
}

/** While events wait to be linked anew. */
export function Unlinked({ complete }: { complete: boolean }) {
  const { t } = useI18n();
  if (complete) return null;
  return (
    <span class="dim" role="status" title={t('dossierUnlinkedHint')}>
      {t('dossierUnlinked')}
    </span>
  );
}

export function Header(props: { dossier: Dossier; section: Section | null; children: ComponentChildren }) {
  const { dossier, section } = props;
  const { t } = useI18n();
  const session = useSession();
  const wide = useWide();
  const { subject, related } = dossier;
  const places = section ? [section.visit.place] : subject.places;
  const where = places.map((p) => placeLabel(session, p, subject.hall)).join(', ');
  const word = t(subject.kind);
  const hall = dossier.hall.code === session.me.hall.code ? null : dossier.hall;
  return (
    <header class="dossier-head">
      <span class="dim">{word}</span>
      <h1>
        <CopyButton text={() => subject.key} label={t('copy', { what: subject.key })} class="mono subject-key">
          {subject.key} <Icon name="copy" />
        </CopyButton>
      </h1>
      {subject.day && <span class="num">{subject.day}</span>}
      {whichOf(subject) && (
        <span class="mono result-which" title={t('ticketWhich')}>
          {whichOf(subject)}
        </span>
      )}
      {hall && <span class="result-hall">{hall.name}</span>}
      {where && (
        <span class="strong subject-place" title={where}>
          {where}
        </span>
      )}
      <span class={subject.title ? 'subject-title' : 'dim'} title={subject.title ?? undefined}>
        {subject.title ?? t('noTitle')}
      </span>
      <Unspoken subject={subject} />
      <Unlinked complete={dossier.complete} />
      <Also dossier={dossier} shown={wide ? ALSO_SHOWN.wide : ALSO_SHOWN.else} />
      <RelatedLinks related={related} hall={hall?.code} shown={wide ? RELATED_SHOWN.wide : RELATED_SHOWN.else} />
      <span class="dossier-actions">{props.children}</span>
    </header>
  );
}

function length(t: ReturnType<typeof useI18n>['t'], us: Us): string {
  const seconds = Math.round(us / SECOND);
  return seconds < 120 ? t('visitSeconds', { n: seconds }) : t('visitMinutes', { n: Math.round(seconds / 60) });
}

/** The coarser ruler: visits in their order, however many days lie between them. */
export function Visits(props: { sections: readonly Section[]; chosen: number; onChoose: (n: number) => void }) {
  const { t } = useI18n();
  const session = useSession();
  let day = '';
  return (
    <div class="visits" role="group" aria-label={t('visitsLabel')}>
      {props.sections.map((s, i) => {
        const its = formatDay(s.called, session.zone);
        const head = its !== day;
        day = its;
        return [
          head && (
            <span key={its} class="visit-day num dim">
              {its}
            </span>
          ),
          <button
            type="button"
            key={i}
            class="visit"
            aria-pressed={i === props.chosen}
            onClick={() => props.onChoose(i)}
          >
            <span class="num">{formatClock(s.called, session.zone)}</span>{' '}
            <span class="strong">{placeLabel(session, s.visit.place)}</span>{' '}
            {s.visit.ticket && <span class="mono">{s.visit.ticket}</span>}{' '}
            <span class="dim num">{s.open ? t('visitOpen') : length(t, s.to - s.from)}</span>
          </button>,
        ];
      })}
    </div>
  );
}
