// SPDX-License-Identifier: GPL-3.0-or-later
// The wall's controls: how many tiles, which layout, pages, tour, full screen, a window of its own.
import { Choice } from '../base/choice';
import { givenBack } from '../base/hooks';
import { Icon } from '../base/icons';
import { useI18n } from '../i18n/i18n';
import { problemWord } from '../i18n/words';
import { idOf, SIZES, type Size } from './layout';
import type { Layouts } from './layouts';
import { Keep } from './keep';
import type { LinkState } from './socket';

export const TOURS = [0, 5, 10, 15, 30, 60] as const;

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
  // One that is shown by its name may bring a length of its own.
  const tours = [...new Set([...TOURS, props.tour])].sort((a, b) => a - b);
  const called = (name: string, shown: boolean) => (shown && layouts.changed ? t('liveChanged', { name }) : name);
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
            onClick={givenBack(() => props.onSize(size))}
          >
            {size}
          </button>
        ))}
      </div>
      <Choice
        label={t('liveLayout')}
        value={layouts.chosen ? idOf(layouts.chosen) : ''}
        onChoose={(id) => layouts.choose(id || null)}
      >
        <option value="">{called(t('liveLayoutAll'), layouts.chosen === null)}</option>
        {layouts.saved.map((s) => (
          <option key={idOf(s)} value={idOf(s)}>
            {called(s.shared ? t('liveShared', { name: s.name }) : s.name, s === layouts.chosen)}
          </option>
        ))}
      </Choice>
      <Keep layouts={layouts} tour={props.tour} />
      {layouts.problem && (
        <span class="bad" role="alert">
          {problemWord(t, layouts.problem.code)}
        </span>
      )}
      {props.pages > 1 && (
        <>
          <button
            type="button"
            class="button plain"
            aria-label={t('livePageBack')}
            onClick={givenBack(() => props.onTurn(-1))}
          >
            <Icon name="before" />
          </button>
          <span class="num">
            {props.page + 1}/{props.pages}
          </span>
          <button
            type="button"
            class="button plain"
            aria-label={t('livePageAhead')}
            onClick={givenBack(() => props.onTurn(1))}
          >
            <Icon name="after" />
          </button>
        </>
      )}
      {(props.pages > 1 || props.tour > 0) && (
        <Choice label={t('liveTour')} value={String(props.tour)} onChoose={(seconds) => props.onTour(Number(seconds))}>
          {tours.map((s) => (
            <option key={s} value={String(s)}>
              {s === 0 ? t('liveTourOff') : t('liveTourEvery', { n: s })}
            </option>
          ))}
        </Choice>
      )}
      {/* It was asked for by its key, or comes with the layout. */}
      <span class="dim" role="status">
        {props.pages < 2 && props.tour > 0 && t('liveTourOne')}
      </span>
      <span class="grow" />
      {props.link === 'broken' && (
        <span class="bad" role="alert">
          {t('liveBroken')}
        </span>
      )}
      <button type="button" class="button plain" onClick={givenBack(props.onWindow)}>
        {t('liveWindow')}
      </button>
      <button
        type="button"
        class="button plain"
        title={t('keyF')}
        aria-label={t('keyF')}
        onClick={givenBack(props.onFull)}
      >
        <Icon name="full" />
      </button>
    </div>
  );
}
