// SPDX-License-Identifier: GPL-3.0-or-later
// Which cameras, or which place; and when, for who knows it.
import { useState } from 'preact/hooks';
import type { Camera, Place } from '../api/types';
import { placeLabel, useSession } from '../base/session';
import { clockOn, type Us } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { MOST } from './model';

const fits = (text: string, ...names: string[]): boolean =>
  names.some((name) => name.toLowerCase().includes(text.trim().toLowerCase()));

export function Chooser(props: {
  cameras: readonly Camera[];
  places: readonly Place[];
  chosen: readonly string[];
  place: Place | null;
  onCamera: (camera: string) => void;
  onPlace: (place: Place) => void;
}) {
  const { t } = useI18n();
  const session = useSession();
  const [filter, setFilter] = useState('');
  const label = (p: Place) => placeLabel(session, p.code, p.hall);
  const cameras = props.cameras.filter((c) => fits(filter, c.id, c.name, ...c.places));
  const places = props.places.filter((p) => fits(filter, p.code, p.name));
  return (
    <section class="chooser" aria-label={t('browseNoneTitle')}>
      <input
        id="browse-filter"
        type="search"
        autocomplete="off"
        placeholder={t('browseFilter')}
        aria-label={t('browseFilter')}
        value={filter}
        onInput={(e) => setFilter(e.currentTarget.value)}
      />
      <div class="chooser-lists">
        <fieldset>
          <legend class="dim">{t('browseCameras')}</legend>
          {cameras.map((c) => {
            const at = props.chosen.indexOf(c.id);
            return (
              <label key={c.id} class="chooser-line" title={c.id}>
                <input type="checkbox" checked={at >= 0} data-choose={c.id} onChange={() => props.onCamera(c.id)} />
                <span class="chooser-name">{c.name || c.id}</span>
                <span class="dim num">{at >= 0 ? at + 1 : ''}</span>
              </label>
            );
          })}
        </fieldset>
        <fieldset>
          <legend class="dim">{t('browsePlaces')}</legend>
          {places.map((p) => (
            <button
              type="button"
              key={`${p.hall}/${p.code}`}
              class="chooser-line"
              data-place={p.code}
              aria-pressed={props.place?.code === p.code && props.place.hall === p.hall}
              onClick={() => props.onPlace(p)}
            >
              <span class="chooser-name">{label(p)}</span>
              <span class="dim num">{new Set(p.cameras.map((c) => c.camera)).size}</span>
            </button>
          ))}
        </fieldset>
        {cameras.length + places.length === 0 && <p class="aside-note dim">{t('browseNothing')}</p>}
      </div>
      {props.chosen.length > MOST && <p class="aside-note dim">{t('browseMore', { n: props.chosen.length - MOST })}</p>}
    </section>
  );
}

/** "09:31:05" of the day that is shown, or a day with its time; NaN if it is neither. */
export function readMoment(text: string, day: string, zone: Parameters<typeof clockOn>[2]): Us {
  const [a = '', b] = text.trim().split(/[\sT]+/);
  return b === undefined ? clockOn(day, a, zone) : clockOn(a, b, zone);
}

export function GoTo({ day, onGo }: { day: string; onGo: (at: Us) => void }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = (e: SubmitEvent) => {
    e.preventDefault();
    const at = readMoment(text, day, zone);
    setWrong(Number.isNaN(at));
    if (Number.isNaN(at)) return;
    setText('');
    onGo(at);
  };
  return (
    <form class="go-to" onSubmit={submit}>
      <label>
        <span class="dim">{t('browseGo')}</span>{' '}
        <input
          id="browse-go"
          class="num"
          autocomplete="off"
          placeholder={t('browseGoHint')}
          aria-invalid={wrong || undefined}
          aria-describedby={wrong ? 'browse-go-wrong' : undefined}
          value={text}
          onInput={(e) => (setText(e.currentTarget.value), setWrong(false))}
        />
      </label>
      {wrong && (
        <span id="browse-go-wrong" class="bad" role="alert">
          {t('browseGoWrong')}
        </span>
      )}
    </form>
  );
}
