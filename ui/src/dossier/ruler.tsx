// SPDX-License-Identifier: GPL-3.0-or-later
// One ruler, one playhead: what happened above, a row per camera below.
import { useEffect, useRef, useState } from 'preact/hooks';
import { frameUrl } from '../api/client';
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
import { ticksFor } from './grid';
import { heldTitle } from './holds';
import { heldOf, presenceAt, type HeldStretch, type Mark, type Row, type Stretch, type View } from './model';

const PERCENT = (n: number) => `${(100 * n).toFixed(3)}%`;
const TICK_WIDTH = 58;
const PREVIEW_MS = 120;
const PREVIEW_WIDTH = 240;

/** Null: nothing was to be recorded. */
export function percent(n: number | null): string {
  if (n === null) return '—';
  // Never 100 % when something is missing.
  return `${(Math.floor(n * 1000) / 10).toFixed(1)} %`;
}

export function place(view: Stretch, from: Us, to: Us) {
  const span = view.to - view.from;
  const left = Math.max(0, (from - view.from) / span);
  const right = Math.min(1, (to - view.from) / span);
  return { left: PERCENT(left), width: PERCENT(Math.max(0, right - left)) };
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

/** A small still of the moment under the pointer. */
function Preview({ row, moment, left }: { row: Row; moment: Us; left: string }) {
  const { zone } = useSession();
  const [at, setAt] = useState<Us | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setAt(moment), PREVIEW_MS);
    return () => clearTimeout(timer);
  }, [moment]);
  return (
    <div class="preview" style={{ left }}>
      {at !== null && presenceAt(row, at).kind === 'covered' && (
        <img src={frameUrl(row.camera, row.stream, at, PREVIEW_WIDTH)} alt="" />
      )}
      <span class="num">
        {formatClock(moment, zone)} {row.name}
      </span>
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

/** Bar and knob, moved with every picture without drawing the page anew. */
function Playhead({ view, group }: { view: View; group: Group }) {
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
    />
  );
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
  const { view, group } = props;
  const [box, width] = useWidth();
  const [hover, setHover] = useState<{ moment: Us; left: string } | null>(null);
  const dragging = useRef(false);
  const resume = useRef(false);

  const held = (row: Row) => heldOf(props.holds, row.camera, view);
  const momentAt = (e: PointerEvent): Us => {
    const r = box.current!.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (e.clientX - r.left) / r.width));
    return Math.round(view.from + part * (view.to - view.from));
  };
  const down = (e: PointerEvent) => {
    if (e.button !== 0) return;
    dragging.current = true;
    resume.current = group.face().playing;
    group.pause();
    group.seek(momentAt(e));
    box.current!.setPointerCapture(e.pointerId);
  };
  const move = (e: PointerEvent) => {
    const moment = momentAt(e);
    if (dragging.current) group.seek(moment);
    setHover(e.pointerType === 'mouse' ? { moment, left: place(view, moment, moment).left } : null);
  };
  const up = () => {
    if (dragging.current && resume.current) group.play();
    dragging.current = false;
  };
  const shown = props.view.rows.find((r) => r.camera === props.chosen) ?? props.view.rows[0];

  return (
    <div class="ruler" role="group" aria-label={t('rulerLabel')}>
      <div class="ruler-names">
        <div class="ruler-head" />
        <RulerNames rows={view.rows} chosen={props.chosen} onChoose={props.onChoose} />
      </div>
      <div
        class="ruler-track"
        ref={box}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerLeave={() => setHover(null)}
      >
        <div class="ruler-head">
          <Bands view={view} marks={props.marks} group={group} width={width} />
          <Ticks view={view} width={width} />
        </div>
        {view.rows.map((r) => (
          <CoverageRow key={r.camera} view={view} row={r} width={width} held={held(r)} />
        ))}
        <Playhead view={view} group={group} />
        {hover && shown && <Preview row={shown} {...hover} />}
      </div>
    </div>
  );
}
