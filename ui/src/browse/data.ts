// SPDX-License-Identifier: GPL-3.0-or-later
// What browsing asks of the server, camera by camera.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { api, type Result } from '../api/client';
import type { CalendarDay, Hold, Outline } from '../api/types';
import type { MarkMade } from '../api/types-alarms';
import { DAY, formatUtc, parseTime, type Us } from '../base/time';
import type { Stretch } from '../dossier/model';
import type { Source } from './model';
import type { Asked } from './scale';

/** While part of it is still to come, and after a failure. */
const AGAIN_MS = 4000;
/** A wheel turns on: what it passes is not asked for. */
const REST_MS = 90;
const KEPT = 120;
const MONTH_MS = 60_000;

/** What is over does not change but when something is deleted; a while is soon enough to learn of that. */
const FRESH_MS = 120_000;
const kept = new Map<string, { at: number; outline: Outline }>();

function keep(name: string, outline: Outline): void {
  kept.delete(name);
  kept.set(name, { at: performance.now(), outline });
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
}

const isOver = (outline: Outline): boolean => parseTime(outline.until) >= parseTime(outline.to);

export async function outlineOf(source: Source, asked: Asked, signal?: AbortSignal): Promise<Outline | null> {
  const name = [source.camera, source.stream, asked.from, asked.to, asked.resolutionMs].join('/');
  const known = kept.get(name);
  if (known && performance.now() - known.at < FRESH_MS) return known.outline;
  const answer = await api.outline(source.camera, source.stream, asked, signal);
  if (!answer.ok) return null;
  if (isOver(answer.value)) keep(name, answer.value);
  return answer.value;
}

export interface Known {
  /** What the answers are to. */
  asked: Asked;
  /** The latest about each camera. */
  outlines: ReadonlyMap<string, Outline>;
}

/** What is known of each camera in a time; of the time before until there is an answer. */
export function useOutlines(sources: readonly Source[], asked: Asked, restMs = REST_MS): Known {
  const [known, setKnown] = useState<Known>({ asked, outlines: new Map() });
  const names = sources.map((s) => `${s.camera}/${s.stream}`).join();
  const first = useRef(true);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      const all = await Promise.all(sources.map((s) => outlineOf(s, asked, stop.signal)));
      if (stop.signal.aborted) return;
      setKnown((old) => {
        const next = new Map<string, Outline>();
        sources.forEach((s, i) => {
          const outline = all[i] ?? old.outlines.get(s.camera);
          if (outline) next.set(s.camera, outline);
        });
        return { asked, outlines: next };
      });
      if (all.some((o) => o === null || !isOver(o))) timer = setTimeout(() => void ask(), AGAIN_MS);
    };
    timer = setTimeout(() => void ask(), first.current ? 0 : restMs);
    first.current = false;
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [names, asked.from, asked.to, asked.resolutionMs]);
  return known;
}

export interface Month {
  month: string;
  days: CalendarDay[][];
  /** Where the footage of all begins and ends. */
  first: string | null;
  last: string | null;
}

/** The month of all cameras; null while it is not known. */
export function useMonth(sources: readonly Source[], month: string): Month | null {
  const [known, setKnown] = useState<{ names: string; month: Month } | null>(null);
  const names = sources.map((s) => `${s.camera}/${s.stream}`).join();
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      const all = await Promise.all(sources.map((s) => api.calendar(s.camera, s.stream, month, stop.signal)));
      if (stop.signal.aborted) return;
      const told = all.flatMap((a) => (a.ok ? [a.value] : []));
      if (told.length)
        setKnown({
          names,
          month: {
            month,
            days: told.map((c) => c.days),
            first: told.flatMap((c) => c.first ?? []).sort()[0] ?? null,
            last:
              told
                .flatMap((c) => c.last ?? [])
                .sort()
                .pop() ?? null,
          },
        });
      timer = setTimeout(() => void ask(), told.length ? MONTH_MS : AGAIN_MS);
    };
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [names, month]);
  return known?.names === names && known.month.month === month ? known.month : null;
}

/** Moving about within it asks for nothing more: the audit log has every such question. */
const STEPS: readonly Us[] = [DAY, 8 * DAY, 64 * DAY, 512 * DAY, 4096 * DAY];
const MARK_PAGES = 10;

/** A whole number of days about what is shown. */
export function marksAsked(shown: Stretch): Stretch {
  const step = STEPS.find((s) => s >= shown.to - shown.from) ?? STEPS.at(-1)!;
  return { from: Math.floor(shown.from / step) * step, to: Math.ceil(shown.to / step) * step };
}

/** Page by page; the newest 2000 if there are more. */
async function marksOf(camera: string, { from, to }: Stretch, signal: AbortSignal): Promise<MarkMade[]> {
  const all: MarkMade[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MARK_PAGES; page += 1) {
    const asked = { from: formatUtc(from), to: formatUtc(to), cursor };
    const answer: Result<{ marks: MarkMade[]; next: string | null }> = await api.marksOf(camera, asked, signal);
    if (!answer.ok) return all;
    all.push(...answer.value.marks);
    cursor = answer.value.next;
    if (!cursor) break;
  }
  return all;
}

/** What people marked on these cameras in the time that is shown, and again after each mark. */
export function useMarks(
  sources: readonly Source[],
  shown: Stretch,
): { marks: readonly MarkMade[]; again: () => void } {
  const [marks, setMarks] = useState<readonly MarkMade[]>([]);
  const [round, setRound] = useState(0);
  const cameras = [...new Set(sources.map((s) => s.camera))].join();
  const { from, to } = marksAsked(shown);
  useEffect(() => {
    const stop = new AbortController();
    const ids = cameras ? cameras.split(',') : [];
    void Promise.all(ids.map((id) => marksOf(id, { from, to }, stop.signal))).then((all) => {
      if (!stop.signal.aborted) setMarks(all.flat());
    });
    return () => stop.abort();
  }, [cameras, from, to, round]);
  return { marks, again: () => setRound((n) => n + 1) };
}

/** All holds in force. Asked for once and after each change: the audit log has every such question. */
export function useHolds(may: boolean): { holds: readonly Hold[]; again: () => void } {
  const [holds, setHolds] = useState<readonly Hold[]>([]);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!may) return;
    const stop = new AbortController();
    void api.holds(stop.signal).then((answer) => {
      if (answer.ok) setHolds(answer.value.holds);
    });
    return () => stop.abort();
  }, [may, round]);
  return useMemo(() => ({ holds, again: () => setRound((n) => n + 1) }), [holds]);
}
