// SPDX-License-Identifier: GPL-3.0-or-later
// What goes along with the clock: the time that is played, the ruler, the day, the address; and jumps over what is not
// recorded.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useSession } from '../base/session';
import { DAY, formatDay, SECOND, type Us } from '../base/time';
import { somethingAt, nextFootage, rowOf, timeAbout, timeFor, type Source } from './model';
import type { Row, Stretch } from '../dossier/model';
import type { Group } from '../player/group';
import { outlineOf } from './data';
import { around, following, LONGEST, type Scale } from './scale';

/** The moment stands so long before it is written down; while playing it is every so often. */
const STANDS_MS = 300;
const PLAYS_MS = 4000;
/** Who has just moved the ruler is not pulled back by what is played or settles; by what she chooses herself she is led. */
const MOVED_MS = 6000;
const FIRST_SPAN: Us = DAY / 24;
/** The clock ends with what is recorded. */
const EDGE_MS = 1000;

export interface Followed {
  time: Stretch;
  scale: Scale;
  day: string;
  /** By hand. */
  setScale: (scale: Scale) => void;
  seek: (at: Us, done: boolean) => void;
  /** To a moment, with the ruler this long about it. */
  show: (at: Us, scale: Scale) => void;
}

export function useFollowed(group: Group, start: Us): Followed {
  const { zone, hallNow, me } = useSession();
  const fresh = () => (me.reason === 'older' ? hallNow() : undefined);
  const [time, setTime] = useState(() => timeAbout(start, fresh()));
  const [scale, setShown] = useState(() => around(start, FIRST_SPAN, hallNow()));
  const [day, setDay] = useState(() => formatDay(start, zone));
  const scrubs = useRef(false);
  const moved = useRef(-Infinity);
  const resumes = useRef(false);
  useEffect(() => {
    let last: Us = NaN;
    return group.listen(({ moment, playing }) => {
      if (moment === last && !Number.isNaN(last)) return;
      const led = !playing && !(Math.abs(moment - last) < SECOND); // a picture that comes late settles the moment, too
      last = moment;
      setDay(formatDay(moment, zone));
      if (scrubs.current) return;
      setTime((old) => timeFor(old, moment, fresh()));
      if (led || performance.now() - moved.current > MOVED_MS) setShown((old) => following(old, moment, hallNow()));
    });
  }, [group, zone, hallNow]);
  const setScale = (next: Scale) => {
    moved.current = performance.now();
    setShown(next);
  };
  const seek = (at: Us, done: boolean) => {
    if (!scrubs.current && !done) {
      resumes.current = group.face().playing;
      group.pause();
    }
    if (done && scrubs.current && resumes.current) group.play();
    const ends = done && scrubs.current;
    scrubs.current = !done;
    group.seek(at);
    if (ends || done) setTime((old) => timeFor(old, group.face().moment, fresh()));
  };
  const show = (at: Us, next: Scale) => {
    group.seek(at);
    moved.current = -Infinity;
    setShown(next);
  };
  return { time, scale, day, setScale, seek, show };
}

/** The clock's end is where footage ends now. */
export function useEnd(group: Group, rows: readonly Row[], time: Stretch): void {
  const { hallNow } = useSession();
  useEffect(() => {
    const set = () => {
      const now = hallNow();
      const until = Math.max(...rows.map((r) => r.until));
      const end = now < time.to && rows.length > 0 ? Math.min(now, until) : now;
      group.clock.setRange(0, Math.max(end, 1), performance.now());
    };
    set();
    const timer = setInterval(set, EDGE_MS);
    return () => clearInterval(timer);
  }, [group, rows, time, hallNow]);
}

/** Says which moment it is: soon after it stands, now and then while it goes. */
export function useTold(group: Group, tell: (at: Us) => void): void {
  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => {
    let told = group.face().moment;
    let last = told;
    let since = performance.now();
    return group.listen(({ moment, playing }) => {
      const now = performance.now();
      if (moment !== last && !playing) since = now;
      last = moment;
      if (moment === told || now - since < (playing ? PLAYS_MS : STANDS_MS)) return;
      told = moment;
      since = now;
      latest.current(moment);
    });
  }, [group]);
}

/** Where the footage of any of them goes on that way, beyond what is known of; null: nowhere. */
async function findFootage(sources: readonly Source[], edge: Us, direction: 1 | -1, now: Us, stop: AbortSignal) {
  let from = edge;
  for (let n = 0; n < 60; n += 1) {
    // Days at first, so finely that no piece of footage is passed over; then months.
    const [length, resolutionMs] = n < 31 ? [DAY, 900] : [LONGEST, 27_000];
    const asked = direction > 0 ? { from, to: from + length } : { from: Math.max(0, from - length), to: from };
    if (asked.from >= now || asked.to <= 0 || stop.aborted) return null;
    const known = await Promise.all(sources.map((s) => outlineOf(s, { ...asked, resolutionMs }, stop)));
    const rows = sources.flatMap((s, i) => (known[i] ? [rowOf(s, asked, known[i])] : []));
    const next = nextFootage(rows, edge, direction);
    if (next !== null) return next;
    from = direction > 0 ? asked.to : asked.from;
  }
  return null;
}

export type Jump =
  { kind: 'jumped'; from: Us; to: Us } | { kind: 'looking' } | { kind: 'none'; at: Us; direction: 1 | -1 };

const SAID_MS = 6000;

/** Playing goes over what none of the cameras recorded, and says so; null: nothing to be said. */
export function useJumps(group: Group, rows: readonly Row[], sources: readonly Source[], known: boolean): Jump | null {
  const { hallNow } = useSession();
  const [jump, setJump] = useState<Jump | null>(null);
  const latest = useRef({ rows, sources, known });
  latest.current = { rows, sources, known };
  useEffect(() => {
    if (!jump || jump.kind === 'looking') return;
    const timer = setTimeout(() => setJump(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [jump]);
  useEffect(() => {
    const stop = new AbortController();
    let looking = false;
    const go = (from: Us, to: Us) => {
      group.seek(to);
      setJump({ kind: 'jumped', from: Math.min(from, to), to: Math.max(from, to) });
    };
    const look = async (from: Us, edge: Us, direction: 1 | -1) => {
      looking = true;
      const { rate } = group.face();
      group.pause();
      setJump({ kind: 'looking' });
      const next = await findFootage(latest.current.sources, edge, direction, hallNow(), stop.signal);
      looking = false;
      if (stop.signal.aborted) return;
      // Somebody went elsewhere meanwhile.
      if (group.face().moment !== from || group.face().playing) return setJump(null);
      if (next === null) return setJump({ kind: 'none', at: from, direction });
      go(from, next);
      group.setRate(rate);
      group.play();
    };
    const leave = group.listen(({ moment, playing, rate }) => {
      const { rows: all, known: told } = latest.current;
      if (!playing || looking || !told || all.length === 0) return;
      if (moment < all[0]!.from || moment >= all[0]!.to || somethingAt(all, moment)) return;
      const direction = rate > 0 ? 1 : -1;
      const next = nextFootage(all, moment, direction);
      if (next !== null) go(moment, next);
      else void look(moment, direction > 0 ? Math.min(...all.map((r) => r.to)) : all[0]!.from, direction);
    });
    return () => {
      stop.abort();
      leave();
    };
  }, [group, hallNow]);
  return jump;
}
