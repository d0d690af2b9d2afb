// SPDX-License-Identifier: GPL-3.0-or-later
// Where a mark is: the place that the camera saw then, or which of several, with who was served there. Nobody guesses:
// unless one is chosen, a mark in a picture of several places is of the camera alone.
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/client';
import type { MarkPlace } from '../api/types-alarms';
import { formatUtc, type Us } from '../base/time';
import { useI18n, type Translate } from '../i18n/i18n';

/** How it is told from the others, also of another hall. */
export const placeId = (place: { hall: string; code: string }): string => `${place.hall}/${place.code}`;

/** null: nobody answered; then it is as if none were chosen. */
export async function askPlaces(camera: string, at: Us, signal?: AbortSignal): Promise<readonly MarkPlace[] | null> {
  const answer = await api.markPlaces(camera, formatUtc(at), signal);
  return answer.ok ? answer.value.places : null;
}

/** null while they are asked for. */
export function useMarkPlaces(camera: string, at: Us): readonly MarkPlace[] | null {
  const [places, setPlaces] = useState<readonly MarkPlace[] | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    void askPlaces(camera, at, stop.signal).then((told) => told && setPlaces(told));
    return () => stop.abort();
  }, [camera, at]);
  return places;
}

/** The one that is meant: what was chosen, else what whoever opened the dialog looks at, else the only one. */
export function meantPlace(
  places: readonly MarkPlace[] | null,
  chosen: string | null,
  looked: string | undefined,
): MarkPlace | undefined {
  if (chosen !== null) return places?.find((p) => placeId(p) === chosen);
  const looking = places?.filter((p) => p.code === looked) ?? [];
  if (looking.length === 1) return looking[0];
  return places?.length === 1 ? places[0] : undefined;
}

const nameOf = (place: MarkPlace, several: boolean): string =>
  [several ? placeId(place) : place.code, place.name !== place.code && place.name].filter(Boolean).join(' ');

const served = (t: Translate, place: MarkPlace): string =>
  place.subject ? t('markPlaceServed', { kind: t(place.subject.kind), key: place.subject.key }) : t('markPlaceFree');

export function MarkPlaces(props: {
  places: readonly MarkPlace[];
  meant: MarkPlace | undefined;
  onChoose: (id: string) => void;
}) {
  const { t } = useI18n();
  const { places, meant } = props;
  const halls = new Set(places.map((p) => p.hall)).size > 1;
  if (places.length === 0) return <p class="dim">{t('markPlaceNone')}</p>;
  if (places.length === 1)
    return (
      <p class="dim">
        {nameOf(places[0]!, halls)} · {served(t, places[0]!)}
      </p>
    );
  return (
    <fieldset class="mark-kinds mark-places">
      <legend>{t('markPlace')}</legend>
      {places.map((place) => (
        <label key={placeId(place)}>
          <input
            type="radio"
            name="mark-place"
            value={placeId(place)}
            checked={place === meant}
            onChange={() => props.onChoose(placeId(place))}
          />{' '}
          {nameOf(place, halls)} <span class="dim">{served(t, place)}</span>
        </label>
      ))}
      <label>
        <input
          type="radio"
          name="mark-place"
          value=""
          checked={meant === undefined}
          onChange={() => props.onChoose('')}
        />{' '}
        {t('markPlaceNowhere')}
      </label>
    </fieldset>
  );
}
