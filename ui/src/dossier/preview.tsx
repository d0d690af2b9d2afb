// SPDX-License-Identifier: GPL-3.0-or-later
// What is under the pointer on a ruler: the picture of that moment, with its time.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useSession } from '../base/session';
import { formatClock, type Us } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { Pictures, Thumbs, type Thumb } from '../player/thumbs';

/** Of a ruler, for as long as it is there. */
export function usePictures(most: number): Pictures {
  const made = useRef<Pictures | null>(null);
  made.current ??= new Pictures(most);
  useEffect(
    () => () => {
      made.current?.destroy();
      made.current = null;
    },
    [],
  );
  return made.current;
}

/** The picture of what is wanted, once it is there. */
export function useThumb(pictures: Pictures, wanted: { camera: string; stream: string; at: Us } | null): Thumb | null {
  const [thumb, setThumb] = useState<Thumb | null>(null);
  const thumbs = useRef<Thumbs | null>(null);
  useEffect(() => {
    const made = (thumbs.current = new Thumbs(setThumb, pictures));
    return () => made.destroy();
  }, [pictures]);
  useEffect(() => {
    if (wanted) thumbs.current?.want(wanted.camera, wanted.stream, wanted.at);
    else thumbs.current?.leave();
  }, [wanted?.at, wanted?.camera, wanted === null]);
  return wanted && thumb?.camera === wanted.camera && thumb.at === wanted.at ? thumb : null;
}

/** `part`: where on the ruler; `words`: which moment that is. A picture of another moment says of which. */
export function Preview(props: { part: number; words: string; name: string; at: Us; thumb: Thumb | null }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { thumb, at } = props;
  // It stays on the screen at both ends.
  const left = `clamp(100px, ${(100 * props.part).toFixed(3)}%, calc(100% - 100px))`;
  return (
    <div class="preview" style={{ left }}>
      {thumb && <img src={thumb.url} alt="" data-thumb={thumb.camera} data-at={String(thumb.at)} />}
      <span class="num">
        {props.words} <span class="dim">{props.name}</span>
      </span>
      {thumb && thumb.at !== at && (
        <span class="num dim">{t('previewOf', { time: formatClock(thumb.taken, zone) })}</span>
      )}
    </div>
  );
}
