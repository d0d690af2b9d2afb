// SPDX-License-Identifier: GPL-3.0-or-later
// One ruler, one playhead: what happened above, a row per camera below.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Hold } from '../api/types';
import { useSession } from '../base/session';
import {
  DAY,
  formatClock,
  formatClockMs,
  formatDayRange,
  formatRange,
  formatSpan,
  SECOND,
  type Us,
} from '../base/time';
import { useI18n } from '../i18n/i18n';
import { markKindWord } from '../alarms/words';
import { damageSentence, eventWord, gapSentence, gapWord, withDetail } from '../i18n/words';
import type { Group } from '../player/group';
import { place, ticksFor } from './grid';
import { heldTitle } from './holds';
import { heldOf, presenceAt, type HeldStretch, type Mark, type Row, type Stretch, type View } from './model';
import { Preview, usePictures, useThumb } from './preview';
import { nearest, Strip, useSlots } from './strip';

const TICK_WIDTH = 58;
/** Of the strip on the widest screen, and of where the pointer was. */
const KEPT = 160;

/** Null: nothing was to be recorded. */
export function percent(n: number | null): string {
  if (n === null) return '—';
  // Never 100 % when something is missing.
  return `${(Math.floor(n * 1000) / 10).toFixed(1)} %`;
}

/** Half a word misleads: what does not fit is said by the tooltip and the lists. Chinese is twice as wide. */
function fits(view: Stretch, width: number, stretch: Stretch, text: string): boolean {
  const wide = [...text].reduce((sum, c) => sum + (c > '\u2e80' ? 12 : 6.6), 10);
  return ((stretch.to - stretch.from) / (view.to - view.from)) * width > wide;
}

/** What of it lies in the view. */
const seenOf = (view: Stretch, s: Stretch): Stretch => ({
  from: Math.max(view.from, s.from),
  to: Math.min(view.to, s.to),
});

/** From each event to the next one, named after the first. */
function Bands({ view, marks, group, width }: { view: View; marks: readonly Mark[]; group: Group; width: number }) {
  const { t, lang } = useI18n();
  const { zone } = useSession();
  const inside = marks.filter((m) => !m.superseded && m.at >= view.from && m.at <= view.to);
  // An alert is a moment in the story and begins nothing.
  const shown = inside.filter((m) => !m.alert);
  return (
    <div class="bands">
      {inside
        .filter((m) => m.alert)
        .map((m) => {
          const word = m.alert?.rule ? markKindWord(t, lang, m.alert.rule, m.alert.then) : eventWord(t, m.type);
          return (
            <button
              type="button"
              key={m.id}
              class="alert-flag"
              style={{ left: place(view, m.at, m.at).left }}
              title={`${formatClock(m.at, zone)} ${word}`}
              aria-label={word}
              tabIndex={-1}
              onClick={(e) => {
                e.stopPropagation();
                group.seek(m.at);
              }}
              onPointerDown={(e) => e.stopPropagation()}
            >
              ▲
            </button>
          );
        })}
      {shown.map((m, i) => {
        const word = eventWord(t, m.type);
        const to = shown[i + 1]?.at ?? view.to;
        return (
          <button
            type="button"
            key={m.id}
            class="band"
            style={place(view, m.at, to)}
            title={`${formatClock(m.at, zone)} ${word}`}
            aria-label={word}
            tabIndex={-1}
            onClick={(e) => {
              e.stopPropagation();
              group.seek(m.at);
            }}
            onPointerDown={(e) => e.stopPropagation()}
          >
            {fits(view, width, { from: m.at, to }, word) && word}
          </button>
        );
      })}
    </div>
  );
}

function Ticks({ view, width }: { view: View; width: number }) {
  const { zone } = useSession();
  // A time that is cut off at the end reads as another one.
  const fits = (at: Us) => ((view.to - at) / (view.to - view.from)) * width >= TICK_WIDTH;
  const ticks = ticksFor(view.from, view.to, zone.offset(view.from), Math.max(2, width / 90)).filter(fits);
  return (
    <div class="ticks" aria-hidden="true">
      {ticks.map((at) => (
        <span key={at} class="tick num" style={{ left: place(view, at, at).left }}>
          {formatClock(at, zone)}
        </span>
      ))}
    </div>
  );
}

/** Which line is of which camera; a touch chooses it. */
export function RulerNames(props: {
  rows: readonly Pick<Row, 'camera' | 'name'>[];
  chosen: string | null;
  onChoose: (camera: string) => void;
}) {
  return (
    <>
      {props.rows.map((r, i) => (
        <button
          type="button"
          key={r.camera}
          class="ruler-name"
          title={r.name}
          aria-pressed={r.camera === props.chosen}
          onClick={() => props.onChoose(r.camera)}
        >
          <span class="tile-number">{i + 1}</span> <span>{r.name}</span>
        </button>
      ))}
    </>
  );
}

export function CoverageRow(props: { view: Stretch; row: Row; width: number; held: readonly HeldStretch[] }) {
  const { view, row, width, held } = props;
  const { t, lang } = useI18n();
  const { zone } = useSession();
  const words = { camera: row.name, percent: percent(row.coverage), n: row.gaps.length };
  const label = t(held.length > 0 ? 'rowCoverageHeld' : 'rowCoverage', words);
  return (
    <div class="coverage" role="img" aria-label={label} data-coverage={row.camera}>
      {row.covered.map((s) => (
        <div key={s.from} class="covered" style={place(view, s.from, s.to)} />
      ))}
      {row.until < row.to && (
        <div class="to-come" style={place(view, row.until, Math.min(row.to, view.to))} title={t('tileFuture')} />
      )}
      {row.damage.map((d) => (
        <div
          key={`${d.track}${d.from}`}
          class="damaged"
          data-damage={d.track}
          style={place(view, d.from, d.to)}
          title={`${formatRange(d.from, d.to, zone)} ${damageSentence(t, d.track, row.name)}`}
        />
      ))}
      {row.gaps.map((g) => {
        const word = gapWord(t, g.reason, row.party);
        const sentence = withDetail(lang, gapSentence(t, g.reason, row.name, row.party), g.detail);
        const range = (g.to - g.from < DAY ? formatRange : formatDayRange)(g.from, g.to, zone);
        const several = g.several ? ` ${t('gapSeveral', { n: g.several.n, span: formatSpan(g.several.missing) })}` : '';
        const title = `${range}${several} ${sentence}`;
        return (
          <div
            key={g.from}
            class="gap hatched"
            data-gap={g.reason}
            data-several={g.several ? '' : undefined}
            style={place(view, g.from, g.to)}
            title={title}
          >
            {fits(view, width, seenOf(view, g), word) && <span>{word}</span>}
          </div>
        );
      })}
      {held.map((h) => (
        <div
          key={`${h.hold.id}/${h.from}/${h.to}`}
          class="held"
          data-hold={h.hold.id}
          style={place(view, h.from, h.to)}
          title={`${formatRange(h.from, h.to, zone)} ${heldTitle(t, h.hold)}`}
        />
      ))}
    </div>
  );
}

export function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}

/** Bar and knob, moved with every picture without drawing the page anew. `onKey`: it is moved from the keyboard, or no more. */
function Playhead({ view, group, onKey }: { view: View; group: Group; onKey: (moves: boolean) => void }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const head = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      group.listen(({ moment }) => {
        const e = head.current;
        if (!e) return;
        e.style.left = place(view, moment, moment).left;
        e.setAttribute('aria-valuenow', String(Math.round((moment - view.from) / SECOND)));
        e.setAttribute('aria-valuetext', formatClockMs(moment, zone));
      }),
    [group, view, zone],
  );
  return (
    <div
      ref={head}
      class="playhead"
      role="slider"
      tabIndex={0}
      aria-label={t('playhead')}
      aria-valuemin={0}
      aria-valuemax={Math.round((view.end - view.from) / SECOND)}
      onKeyDown={(e) => onKey(/^(Arrow(Left|Right)|[,.])$/.test(e.key))}
      onBlur={() => onKey(false)}
    />
  );
}

interface Pointed {
  at: Us;
  /** Where on the ruler, from 0 to 1. */
  part: number;
}

/** Where somebody points: with the mouse over the ruler, with a finger or a pen while it is down, with keys on the
 * playhead. Pressed, it is the playhead that moves. */
function usePointer(view: View, group: Group, box: { current: HTMLDivElement | null }) {
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const [dragging, setDragging] = useState(false);
  const pressed = useRef(false); // the same at once
  const resume = useRef(false);
  const keyed = useRef(false);
  const span = view.to - view.from;
  useEffect(
    () =>
      group.listen(({ moment, playing }) => {
        if (!keyed.current) return;
        keyed.current = !playing;
        const part = (moment - view.from) / span;
        setPointed((old) => (playing ? null : old?.at === moment ? old : { at: moment, part }));
      }),
    [group, view.from, span],
  );
  const onKey = (moves: boolean) => {
    if (keyed.current && !moves) setPointed(null);
    keyed.current = moves;
  };
  const pointAt = (e: PointerEvent): Pointed => {
    const r = box.current!.getBoundingClientRect();
    // A picture point: the same moment for each time that it is pointed at.
    const part = Math.min(1, Math.max(0, Math.round(e.clientX - r.left) / r.width));
    return { at: Math.round(view.from + part * span), part };
  };
  const down = (e: PointerEvent) => {
    if (e.button !== 0) return;
    const to = pointAt(e);
    pressed.current = true;
    setDragging(true);
    setPointed(to);
    resume.current = group.face().playing;
    group.pause();
    group.seek(to.at);
    box.current!.setPointerCapture(e.pointerId);
  };
  const move = (e: PointerEvent) => {
    const to = pointAt(e);
    if (pressed.current) group.seek(to.at);
    keyed.current = false;
    if (pressed.current || e.pointerType === 'mouse') setPointed(to);
  };
  const up = (e: PointerEvent) => {
    if (pressed.current && resume.current) group.play();
    pressed.current = false;
    setDragging(false);
    if (e.pointerType !== 'mouse') setPointed(null);
  };
  const leave = () => setPointed(null);
  return { pointed, dragging, onKey, on: { down, move, up, leave } };
}

export function Ruler(props: {
  view: View;
  marks: readonly Mark[];
  holds: readonly Hold[];
  group: Group;
  chosen: string | null;
  onChoose: (camera: string) => void;
}) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { view, group } = props;
  const [box, width] = useWidth();
  const { pointed, dragging, onKey, on } = usePointer(view, group, box);
  const pictures = usePictures(KEPT);
  const shown = view.rows.find((r) => r.camera === props.chosen) ?? view.rows[0];
  const slots = useSlots(view, shown, width);
  const there = shown && pointed && presenceAt(shown, pointed.at).kind === 'covered';
  const wanted = there && !dragging ? { camera: shown.camera, stream: shown.stream, at: pointed.at } : null;
  const thumb = useThumb(pictures, wanted);
  const held = (row: Row) => heldOf(props.holds, row.camera, view);

  return (
    <div class="ruler" role="group" aria-label={t('rulerLabel')}>
      <div class="ruler-names">
        <div class="ruler-head" />
        <div class="strip-name dim">
          <span class="tile-number">{view.rows.findIndex((r) => r === shown) + 1}</span> {t('stripTitle')}
        </div>
        <RulerNames rows={view.rows} chosen={props.chosen} onChoose={props.onChoose} />
      </div>
      <div
        class="ruler-track"
        ref={box}
        onPointerDown={on.down}
        onPointerMove={on.move}
        onPointerUp={on.up}
        onPointerCancel={on.up}
        onPointerLeave={on.leave}
      >
        <div class="ruler-head">
          <Bands view={view} marks={props.marks} group={group} width={width} />
          <Ticks view={view} width={width} />
        </div>
        {shown && <Strip view={view} row={shown} slots={slots} pictures={pictures} waits={dragging} />}
        {view.rows.map((r) => (
          <CoverageRow key={r.camera} view={view} row={r} width={width} held={held(r)} />
        ))}
        <Playhead view={view} group={group} onKey={onKey} />
        {pointed && shown && (
          <Preview
            {...pointed}
            words={formatClock(pointed.at, zone)}
            name={shown.name}
            thumb={thumb ?? (there ? nearest(pictures, shown, slots, pointed.at) : null)}
          />
        )}
      </div>
    </div>
  );
}
