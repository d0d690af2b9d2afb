// SPDX-License-Identifier: GPL-3.0-or-later
// The wall's controls: how many tiles, which layout, pages, tour, full screen, a window of its own.
import { useState } from 'preact/hooks';
import { Choice } from '../base/choice';
import { FormSheet } from '../base/form';
import { Icon } from '../base/icons';
import { useI18n } from '../i18n/i18n';
import { problemWord } from '../i18n/words';
import { idOf, SIZES, type Size } from './layout';
import type { Layouts } from './layouts';
import type { LinkState } from './socket';

export const TOURS = [0, 5, 10, 15, 30, 60] as const;

function Keep({ layouts, tour }: { layouts: Layouts; tour: number }) {
  const { t } = useI18n();
  const [naming, setNaming] = useState(false);
  const [going, setGoing] = useState(false);
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const { chosen } = layouts;
  const begin = () => {
    setName(chosen?.name ?? '');
    setShared(chosen?.shared === true && layouts.mayShare);
    setNaming(true);
  };
  if (!naming)
    return (
      <>
        <button type="button" class="button plain" onClick={begin}>
          {t('liveSave')}
        </button>
        {chosen && (!chosen.shared || layouts.mayShare) && (
          <button type="button" class="button plain" onClick={() => setGoing(true)}>
            {t('liveRemove')}
          </button>
        )}
        {going && chosen && (
          <FormSheet
            id="layout-title"
            title={t('liveRemoveOf', { name: chosen.name })}
            go={t('adminRemove')}
            risky
            busy={false}
            problem={null}
            onClose={() => setGoing(false)}
            onSubmit={() => {
              layouts.remove(chosen);
              setGoing(false);
            }}
          >
            <p>{t(chosen.shared ? 'liveRemoveShared' : 'liveRemoveOwn')}</p>
          </FormSheet>
        )}
      </>
    );
  const save = (event: Event) => {
    event.preventDefault();
    if (name.trim() === '') return;
    layouts.save(name.trim(), shared, tour);
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
      {layouts.mayShare && (
        <label class="live-share">
          <input type="checkbox" checked={shared} onChange={(e) => setShared(e.currentTarget.checked)} />
          {t('liveShare')}
        </label>
      )}
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
      <Choice
        label={t('liveLayout')}
        value={layouts.chosen ? idOf(layouts.chosen) : ''}
        onChoose={(id) => layouts.choose(id || null)}
      >
        <option value="">{t('liveLayoutAll')}</option>
        {layouts.saved.map((s) => (
          <option key={idOf(s)} value={idOf(s)}>
            {s.shared ? t('liveShared', { name: s.name }) : s.name}
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
          <button type="button" class="button plain" aria-label={t('livePageBack')} onClick={() => props.onTurn(-1)}>
            <Icon name="before" />
          </button>
          <span class="num">
            {props.page + 1}/{props.pages}
          </span>
          <button type="button" class="button plain" aria-label={t('livePageAhead')} onClick={() => props.onTurn(1)}>
            <Icon name="after" />
          </button>
          <Choice
            label={t('liveTour')}
            value={String(props.tour)}
            onChoose={(seconds) => props.onTour(Number(seconds))}
          >
            {TOURS.map((s) => (
              <option key={s} value={String(s)}>
                {s === 0 ? t('liveTourOff') : t('liveTourEvery', { n: s })}
              </option>
            ))}
          </Choice>
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
