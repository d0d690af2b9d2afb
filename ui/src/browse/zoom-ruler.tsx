// SPDX-License-Identifier: GPL-3.0-or-later
// A ruler from a month to a second: the wheel, two fingers, keys and buttons zoom, dragging moves it, a click goes there;
// what is under the pointer is shown.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Hold } from '../api/types';
import { useSession } from '../base/session';
import {
  DAY,
  formatClock,
  formatClockMs,
  formatDay,
  formatDayRange,
  formatMoment,
  SECOND,
  type Us,
  type Zone,
} from '../base/time';
import { heldOf, type Row, type Stretch } from '../dossier/model';
import { CoverageRow, place, RulerNames, useWidth } from '../dossier/ruler';
import { useI18n } from '../i18n/i18n';
import type { Group } from '../player/group';
import { LENGTHS, momentAt, pan, spanOf, ticks, zoom, type Scale } from './scale';
import { Thumbs, type Thumb } from './thumbs';

const TICK_WIDTH = 84;
/** Moved less, a press is a click. */
const CLICK_PX = 4;
const WHEEL = 0.0016;
const LINE_PX = 16;

function Ticks({ scale, width }: { scale: Scale; width: number }) {
  const { zone } = useSession();
  const fits = (at: Us) => ((scale.to - at) / spanOf(scale)) * width >= TICK_WIDTH / 2;
  return (
    <div class="ticks" aria-hidden="true">
      {ticks(scale, zone, Math.max(2, width / TICK_WIDTH))
        .filter((tick) => fits(tick.at))
        .map((tick) => (
          <span
            key={tick.at}
            class="tick num"
            data-day={tick.day ? '' : undefined}
            style={{ left: place(scale, tick.at, tick.at).left }}
          >
            {tick.label}
          </span>
        ))}
    </div>
  );
}

/** Days where days are shown; they have the names' little room. */
function rangeWords(scale: Scale, zone: Zone): string {
  const [from, to] = [formatDay(scale.from, zone), formatDay(scale.to, zone)];
  if (spanOf(scale) > 2 * DAY) return `${from} – ${to}`;
  const minute = (at: Us) => formatMoment(at, zone).slice(5, 16);
  return from === to ? formatDayRange(scale.from, scale.to, zone) : `${minute(scale.from)} – ${minute(scale.to)}`;
}

/** Moved with every picture without drawing the page anew; hidden where it is not to be seen. */
function Playhead({ scale, group }: { scale: Scale; group: Group }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const head = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      group.listen(({ moment }) => {
        const e = head.current;
        if (!e) return;
        e.hidden = moment < scale.from || moment > scale.to;
        e.style.left = place(scale, moment, moment).left;
        e.setAttribute('aria-valuenow', String(Math.round((moment - scale.from) / SECOND)));
        e.setAttribute('aria-valuetext', formatMoment(moment, zone));
      }),
    [group, scale, zone],
  );
  return (
    <div
      ref={head}
      class="playhead"
      role="slider"
      tabIndex={0}
      aria-label={t('playhead')}
      aria-valuemin={0}
      aria-valuemax={Math.round(spanOf(scale) / SECOND)}
    />
  );
}

interface Hover {
  at: Us;
  row: Row;
  part: number;
}

/** Where the pointer rests: at whose line, and at which part of the width. What is there changes under it. */
interface Pointer {
  camera: string;
  part: number;
}

function Preview({ hover, thumb, fine }: { hover: Hover; thumb: Thumb | null; fine: boolean }) {
  const { zone } = useSession();
  const { at, row, part } = hover;
  const mine = thumb && thumb.camera === row.camera && thumb.at === at ? thumb : null;
  // It stays on the screen at both ends.
  const left = `clamp(100px, ${(100 * part).toFixed(3)}%, calc(100% - 100px))`;
  return (
    <div class="preview" style={{ left }}>
      {mine && <img src={mine.url} alt="" data-thumb={row.camera} data-at={String(at)} />}
      <span class="num">
        {fine ? `${formatMoment(at, zone).slice(0, 11)}${formatClockMs(at, zone)}` : formatMoment(at, zone)}{' '}
        <span class="dim">{row.name}</span>
      </span>
    </div>
  );
}

/** Pictures of what is hovered over. */
function useThumb(hover: Hover | null): Thumb | null {
  const [thumb, setThumb] = useState<Thumb | null>(null);
  const thumbs = useRef<Thumbs | null>(null);
  useEffect(() => {
    const made = (thumbs.current = new Thumbs(setThumb));
    return () => made.destroy();
  }, []);
  const wanted = hover && !hover.row.gaps.some((g) => !g.several && hover.at >= g.from && hover.at < g.to);
  useEffect(() => {
    if (wanted && hover.at < hover.row.until) thumbs.current?.want(hover.row.camera, hover.row.stream, hover.at);
    else thumbs.current?.leave();
  }, [hover?.at, hover?.row.camera, wanted]);
  return thumb;
}

/** What fingers and the mouse do: one moves the ruler or is a click, two zoom it, on the playhead's knob it is scrubbed. */
function useGestures(on: {
  box: { current: HTMLDivElement | null };
  scale: Scale;
  now: () => Us;
  onScale: (scale: Scale) => void;
  onSeek: (at: Us, done: boolean) => void;
}) {
  const latest = useRef(on);
  latest.current = on;
  const fingers = useRef(new Map<number, number>());
  const drag = useRef<{ x: number; scale: Scale; moved: boolean; scrubs: boolean } | null>(null);
  const partOf = (x: number) => {
    const r = latest.current.box.current!.getBoundingClientRect();
    return (x - r.left) / r.width;
  };
  const [dragging, setDragging] = useState(false);

  useEffect(() => {
    const box = on.box.current!;
    const wheel = (e: WheelEvent) => {
      e.preventDefault();
      const { scale, now, onScale } = latest.current;
      const px = (n: number) => (e.deltaMode === 1 ? n * LINE_PX : n);
      const across = e.shiftKey ? px(e.deltaX || e.deltaY) : px(e.deltaX);
      if (Math.abs(across) > Math.abs(e.shiftKey ? 0 : px(e.deltaY)))
        return onScale(pan(scale, (across / box.clientWidth) * spanOf(scale), now()));
      // A trackpad's pinch comes as a wheel with Ctrl, in smaller steps.
      const factor = Math.exp(px(e.deltaY) * WHEEL * (e.ctrlKey ? 6 : 1));
      onScale(zoom(scale, factor, momentAt(scale, partOf(e.clientX)), now()));
    };
    box.addEventListener('wheel', wheel, { passive: false });
    return () => box.removeEventListener('wheel', wheel);
  }, []);

  const down = (e: PointerEvent) => {
    if (e.button !== 0) return;
    fingers.current.set(e.pointerId, e.clientX);
    const scrubs = (e.target as Element).closest('.playhead') !== null;
    drag.current = { x: e.clientX, scale: on.scale, moved: fingers.current.size > 1, scrubs };
    on.box.current!.setPointerCapture(e.pointerId);
  };
  const pinch = (e: PointerEvent) => {
    const before = [...fingers.current.values()];
    fingers.current.set(e.pointerId, e.clientX);
    const after = [...fingers.current.values()];
    const apart = (xs: number[]) => Math.max(8, Math.abs(xs[0]! - xs[1]!));
    const middle = (xs: number[]) => (xs[0]! + xs[1]!) / 2;
    const held = on.scale.from + partOf(middle(before)) * spanOf(on.scale);
    const zoomed = zoom(on.scale, apart(before) / apart(after), held, on.now());
    on.onScale(pan(zoomed, (partOf(middle(before)) - partOf(middle(after))) * spanOf(zoomed), on.now()));
  };
  /** True if it was a gesture. */
  const move = (e: PointerEvent): boolean => {
    const d = drag.current;
    if (!d || !fingers.current.has(e.pointerId)) return false;
    if (fingers.current.size === 2) return (pinch(e), true);
    if (Math.abs(e.clientX - d.x) > CLICK_PX) d.moved = true;
    if (!d.moved) return false;
    setDragging(!d.scrubs);
    if (d.scrubs) on.onSeek(momentAt(on.scale, partOf(e.clientX)), false);
    else on.onScale(pan(d.scale, (partOf(d.x) - partOf(e.clientX)) * spanOf(d.scale), on.now()));
    return !d.scrubs;
  };
  const up = (e: PointerEvent) => {
    const d = drag.current;
    fingers.current.delete(e.pointerId);
    if (fingers.current.size > 0) {
      // The finger that stays goes on from where it is.
      drag.current = { x: [...fingers.current.values()][0]!, scale: on.scale, moved: true, scrubs: false };
      return;
    }
    drag.current = null;
    setDragging(false);
    if (d && (!d.moved || d.scrubs) && e.type === 'pointerup') on.onSeek(momentAt(on.scale, partOf(e.clientX)), true);
  };
  return { down, move, up, partOf, dragging };
}

export function ZoomRuler(props: {
  scale: Scale;
  onScale: (scale: Scale) => void;
  rows: readonly Row[];
  holds: readonly Hold[];
  flags: readonly { id: number; at: Us; word: string }[];
  picked: Partial<Stretch>;
  group: Group;
  now: () => Us;
  chosen: string | null;
  onChoose: (camera: string) => void;
  onSeek: (at: Us, done: boolean) => void;
}) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { scale, rows, group } = props;
  const [box, width] = useWidth();
  const [pointer, setPointer] = useState<Pointer | null>(null);
  const hover = useMemo((): Hover | null => {
    const row = pointer && rows.find((r) => r.camera === pointer.camera);
    return row ? { at: pictureAt(scale, pointer.part, width), row, part: pointer.part } : null;
  }, [pointer, rows, scale, width]);
  const gestures = useGestures({ box, ...props });
  const thumb = useThumb(gestures.dragging ? null : hover);
  const chosen = rows.find((r) => r.camera === props.chosen) ?? rows[0];

  const move = (e: PointerEvent) => {
    if (gestures.move(e)) return setPointer(null);
    const camera = lineAt(box.current!, e.clientY) ?? chosen?.camera;
    const part = Math.min(1, Math.max(0, gestures.partOf(e.clientX)));
    if (camera) setPointer({ camera, part });
  };
  const { from, to } = props.picked;
  return (
    <div class="ruler zoom-ruler" role="group" aria-label={t('browseRuler')}>
      <div class="ruler-names">
        <div class="ruler-head num dim" data-range>
          {rangeWords(scale, zone)}
        </div>
        <RulerNames rows={rows} chosen={props.chosen} onChoose={props.onChoose} />
      </div>
      <div
        class="ruler-track"
        ref={box}
        data-dragging={gestures.dragging ? '' : undefined}
        onPointerDown={gestures.down}
        onPointerMove={move}
        onPointerUp={gestures.up}
        onPointerCancel={gestures.up}
        onPointerLeave={() => setPointer(null)}
      >
        <div class="ruler-head">
          <div class="flags">
            {props.flags
              .filter((f) => f.at >= scale.from && f.at <= scale.to)
              .map((f) => (
                <button
                  type="button"
                  key={f.id}
                  class="alert-flag"
                  style={{ left: place(scale, f.at, f.at).left }}
                  title={`${formatClock(f.at, zone)} ${f.word}`}
                  aria-label={`${formatMoment(f.at, zone)} ${f.word}`}
                  onPointerDown={(e) => e.stopPropagation()}
                  onClick={() => props.onSeek(f.at, true)}
                >
                  ▲
                </button>
              ))}
          </div>
          <Ticks scale={scale} width={width} />
        </div>
        {rows.map((r) => (
          <CoverageRow key={r.camera} view={scale} row={r} width={width} held={heldOf(props.holds, r.camera, scale)} />
        ))}
        {(from !== undefined || to !== undefined) && (
          <div class="picked" style={place(scale, from ?? to!, to ?? from!)} />
        )}
        <Playhead scale={scale} group={group} />
        {hover && !gestures.dragging && <Preview hover={hover} thumb={thumb} fine={spanOf(scale) <= LENGTHS[3].span} />}
      </div>
    </div>
  );
}

/** Whose line the pointer is at, whatever lies over it. */
function lineAt(box: HTMLElement, y: number): string | undefined {
  const lines = [...box.querySelectorAll<HTMLElement>('[data-coverage]')];
  return lines.find((line) => {
    const { top, bottom } = line.getBoundingClientRect();
    return y >= top && y < bottom;
  })?.dataset.coverage;
}

/** The moment of a picture point: the same for each hover over it, so that its picture is known the second time. */
function pictureAt(scale: Scale, part: number, width: number): Us {
  return momentAt(scale, Math.round(part * width) / Math.max(1, width));
}
