// SPDX-License-Identifier: GPL-3.0-or-later
// The chosen camera along the ruler, a small picture for each piece of it: what it saw is found by looking, not by trying.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { SECOND, type Us } from '../base/time';
import { useI18n } from '../i18n/i18n';
import type { Pictures, Thumb } from '../player/thumbs';
import type { Row, Stretch } from './model';
import { place } from './grid';

/** A piece is at least so wide, in pixels, and less than a third wider. */
const WIDTH = 90;
/** Pictures of the last piece, which may be narrow, are for those that show something. */
const NARROW = 36;
/** The tiles come first, and who passes by asks for nothing. */
const LAZY_MS = 300;
/** Where footage begins, its first picture may be a moment later. */
const FIRST: Us = SECOND / 10;
const STEPS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

/** A piece of the ruler, and the moment that is shown of it; null: nothing is recorded there. */
export interface Slot extends Stretch {
  at: Us | null;
}

/** At least `least`, and stays the same while the ruler grows a little. */
function stepFor(least: Us): Us {
  const power = 10 ** Math.floor(Math.log10(least));
  return Math.round(power * (STEPS.find((s) => s * power >= least) ?? 10));
}

/** The first moment of a piece behind which something is recorded. */
function shownOf(row: Row, slot: Stretch): Us | null {
  const enough = Math.min(SECOND, (slot.to - slot.from) / 2);
  for (const s of row.covered) {
    const at = s.from > slot.from ? s.from + FIRST : slot.from;
    if (Math.min(s.to, slot.to) - at >= enough) return at;
  }
  return null;
}

export function slotsOf(view: Stretch, row: Row, width: number): Slot[] {
  const span = view.to - view.from;
  const step = stepFor((span * WIDTH) / Math.max(width, WIDTH));
  const out: Slot[] = [];
  for (let { from } = view; from < view.to; from += step) {
    const slot = { from, to: Math.min(view.to, from + step) };
    const shows = ((slot.to - from) / span) * width >= NARROW;
    out.push({ ...slot, at: shows ? shownOf(row, slot) : null });
  }
  return out;
}

function useSeen(box: { current: HTMLElement | null }): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver((all) => setSeen(all.some((e) => e.isIntersecting)));
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return seen;
}

/** Asks for what is not known yet, unless it waits; draws again with each that comes. */
function useAsked(pictures: Pictures, row: Row, slots: readonly Slot[], waits: boolean): void {
  const [, draw] = useState(0);
  const moments = slots.flatMap((s) => s.at ?? []);
  useEffect(() => {
    if (waits) return;
    const stop = new AbortController();
    const ask = async (at: Us) => {
      if (pictures.known(row.camera, row.stream, at) !== undefined) return;
      await pictures.get(row.camera, row.stream, at, stop.signal);
      if (!stop.signal.aborted) draw((n) => n + 1);
    };
    const timer = setTimeout(() => moments.forEach((at) => void ask(at)), LAZY_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [pictures, row.camera, row.stream, moments.join(), waits]);
}

/** The picture of the piece that a moment is in, if it is there already. */
export function nearest(pictures: Pictures, row: Row, slots: readonly Slot[], moment: Us): Thumb | null {
  const at = slots.find((s) => moment >= s.from && moment < s.to)?.at ?? null;
  return at === null ? null : (pictures.known(row.camera, row.stream, at) ?? null);
}

export function useSlots(view: Stretch, row: Row | undefined, width: number): Slot[] {
  return useMemo(() => (row ? slotsOf(view, row, width) : []), [view.from, view.to, row, width]);
}

/** `waits`: somebody drags, and nothing is asked for. */
export function Strip(props: { view: Stretch; row: Row; slots: readonly Slot[]; pictures: Pictures; waits: boolean }) {
  const { view, row, slots, pictures } = props;
  const { t } = useI18n();
  const box = useRef<HTMLDivElement>(null);
  const seen = useSeen(box);
  useAsked(pictures, row, slots, props.waits || !seen);
  return (
    <div class="strip" ref={box} role="img" aria-label={t('stripLabel', { camera: row.name })} data-strip={row.camera}>
      {slots.map((s) => {
        if (s.at === null) return null;
        const thumb = pictures.known(row.camera, row.stream, s.at);
        return (
          <div key={s.from} class="piece" style={place(view, s.from, Math.min(s.to, row.until))}>
            {thumb && <img src={thumb.url} alt="" draggable={false} data-at={String(thumb.at)} />}
          </div>
        );
      })}
      {row.gaps.map((g) => (
        <div key={g.from} class="gap hatched" data-gap={g.reason} style={place(view, g.from, g.to)} />
      ))}
    </div>
  );
}
