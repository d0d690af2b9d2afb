// SPDX-License-Identifier: GPL-3.0-or-later
// The wall's controls: how many tiles, which layout, pages, tour, full screen, a window of its own.
import { useState } from 'preact/hooks';
import { Icon } from '../base/icons';
import { useI18n } from '../i18n/i18n';
import { SIZES, type Layout, type Saved, type Size } from './layout';
import type { LinkState } from './socket';

export const TOURS = [0, 5, 10, 15, 30, 60] as const;

export interface Layouts {
  saved: readonly Saved[];
  layout: Layout;
  name: string | null;
  choose(name: string | null): void;
  save(name: string): void;
  remove(name: string): void;
}

function Keep({ layouts }: { layouts: Layouts }) {
  const { t } = useI18n();
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  if (!naming)
    return (
      <>
        <button type="button" class="button plain" onClick={() => (setName(layouts.name ?? ''), setNaming(true))}>
          {t('liveSave')}
        </button>
        {layouts.name !== null && (
          <button type="button" class="button plain" onClick={() => layouts.remove(layouts.name!)}>
            {t('liveRemove')}
          </button>
        )}
      </>
    );
  const save = (event: Event) => {
    event.preventDefault();
    if (name.trim() === '') return;
    layouts.save(name.trim());
    setNaming(false);
  };
  return (
    <form class="live-naming" onSubmit={save}>
      <input
        aria-label={t('liveSaveName')}
        placeholder={t('liveSaveName')}
        maxLength={40}
        value={name}
        autoFocus
        onInput={(e) => setName(e.currentTarget.value)}
        onKeyDown={(e) => e.key === 'Escape' && (e.stopPropagation(), setNaming(false))}
      />
      <button type="submit" class="button">
        {t('liveSave')}
      </button>
    </form>
  );
}

export function WallBar(props: {
  layouts: Layouts;
  page: number;
  pages: number;
  tour: number;
  link: LinkState;
  onSize: (size: Size) => void;
  onTurn: (by: 1 | -1) => void;
  onTour: (seconds: number) => void;
  onFull: () => void;
  onWindow: () => void;
}) {
  const { t } = useI18n();
  const { layouts } = props;
  return (
    <div class="live-bar" role="toolbar" aria-label={t('liveBar')}>
      <div class="live-sizes" role="group" aria-label={t('liveSizes')}>
        {SIZES.map((size) => (
          <button
            key={size}
            type="button"
            class="button plain num"
            aria-label={t('liveSize', { n: size })}
            title={t('liveSize', { n: size })}
            aria-pressed={layouts.layout.size === size}
            onClick={() => props.onSize(size)}
          >
            {size}
          </button>
        ))}
      </div>
      <select
        aria-label={t('liveLayout')}
        value={layouts.name ?? ''}
        onChange={(e) => layouts.choose(e.currentTarget.value || null)}
      >
        <option value="">{t('liveLayoutAll')}</option>
        {layouts.saved.map((s) => (
          <option key={s.name} value={s.name}>
            {s.name}
          </option>
        ))}
      </select>
      <Keep layouts={layouts} />
      {props.pages > 1 && (
        <>
          <button type="button" class="button plain" aria-label={t('livePageBack')} onClick={() => props.onTurn(-1)}>
            <Icon name="before" />
          </button>
          <span class="num">
            {props.page + 1}/{props.pages}
          </span>
          <button type="button" class="button plain" aria-label={t('livePageAhead')} onClick={() => props.onTurn(1)}>
            <Icon name="after" />
          </button>
          <select
            aria-label={t('liveTour')}
            value={String(props.tour)}
            onChange={(e) => props.onTour(Number(e.currentTarget.value))}
          >
            {TOURS.map((s) => (
              <option key={s} value={String(s)}>
                {s === 0 ? t('liveTourOff') : t('liveTourEvery', { n: s })}
              </option>
            ))}
          </select>
        </>
      )}
      <span class="grow" />
      {props.link === 'broken' && (
        <span class="bad" role="alert">
          {t('liveBroken')}
        </span>
      )}
      <button type="button" class="button plain" onClick={props.onWindow}>
        {t('liveWindow')}
      </button>
      <button type="button" class="button plain" title={t('keyF')} aria-label={t('keyF')} onClick={props.onFull}>
        <Icon name="full" />
      </button>
    </div>
  );
}
