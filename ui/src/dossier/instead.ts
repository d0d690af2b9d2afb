// SPDX-License-Identifier: GPL-3.0-or-later
// What the server has to be asked for where a browser does not play what was recorded: which other streams cameras have,
// and when one of them has footage.
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/client';
import type { Outline } from '../api/types';
import { parseTime, type Us } from '../base/time';
import type { Group } from '../player/group';
import { otherOf, shownAt, type Coded, type Instead, type Shown } from '../player/shown';
import { playsHevc } from '../player/video-player';
import { without, type Row, type Stretch } from './model';

export const plays = (video: string | null): boolean => video !== 'hevc' || playsHevc();

/** By camera; empty as long as they are not `wanted`. */
export type Streams = ReadonlyMap<string, readonly Coded[]>;

export function useStreams(wanted: boolean): Streams {
  const [streams, setStreams] = useState<Streams>(new Map());
  useEffect(() => {
    if (!wanted) return;
    const stop = new AbortController();
    void api.cameras(stop.signal).then((answer) => {
      if (answer.ok) setStreams(new Map(answer.value.cameras.map((c) => [c.id, c.streams])));
    });
    return () => stop.abort();
  }, [wanted]);
  return streams;
}

const RESOLUTION_MS = 1000;
/** The server's: an outline is so many times its resolution long. */
const LONGEST = 100_000;

function coveredOf({ from, until, gaps }: Outline): Stretch[] {
  const whole = { from: parseTime(from), to: parseTime(until) };
  const holes = gaps.map((g) => ({ from: parseTime(g.from), to: parseTime(g.to) }));
  return whole.to > whole.from ? without(whole, holes) : [];
}

/** The stream that is played instead of the row's own; null while nothing is known of it. */
function useInstead(row: Row, refused: boolean, streams: readonly Coded[]): Instead | null {
  const [known, setKnown] = useState<Instead | null>(null);
  const stream = refused ? otherOf(row.stream, streams, plays) : null;
  useEffect(() => {
    if (!stream) return setKnown(null);
    const stop = new AbortController();
    const resolutionMs = Math.max(RESOLUTION_MS, Math.ceil((row.to - row.from) / 1000 / LONGEST));
    const asked = { from: row.from, to: row.to, resolutionMs };
    void api.outline(row.camera, stream, asked, stop.signal).then((answer) => {
      if (answer.ok) setKnown({ stream, covered: coveredOf(answer.value) });
    });
    return () => stop.abort();
  }, [row.camera, stream, row.from, row.to, row.until]);
  return known;
}

/** What is shown of a row now, and of which stream. */
export function useShown(group: Group, row: Row, refused: boolean, streams: readonly Coded[]): [Shown, string] {
  const instead = useInstead(row, refused, streams);
  const at = (moment: Us) => shownAt(refused, instead, moment);
  const [shown, setShown] = useState(() => at(group.face().moment));
  useEffect(() => group.listen(({ moment }) => setShown(at(moment))), [group, refused, instead]);
  return [shown, shown === 'instead' && instead ? instead.stream : row.stream];
}
