// SPDX-License-Identifier: GPL-3.0-or-later
// For footage that the browser cannot play (H.265 mostly): stills. While the clock moves they are asked for ahead of
// it, each for the moment at which it will be shown, and wait for that moment: so they trail the clock by no more than
// the time from one to the next. How often is decided by pace.ts.
import { whoAsks } from '../api/asked';
import { frameUrl } from '../api/client';
import { parseTime, SECOND, type Us } from '../base/time';
import type { Beat, Follower } from './follower';
import { Pace, UNDER_WAY } from './pace';

/** The clock must have moved this far for another picture to be worth fetching. */
const NEAR: Us = SECOND / 25;
/** A still further from the clock than this is shown as late. */
const LATE: Us = 1.5 * SECOND;
const STEP: Us = SECOND / 25;
/** What waits further ahead than this many stills was asked for before the clock jumped. */
const KEPT = 4;

interface Still {
  /** The moment it was asked for. */
  at: Us;
  taken: Us;
  picture: Blob;
}

export class StillPlayer implements Follower {
  private readonly pace = new Pace();
  private fetched = -Infinity;
  private asked: Us | null = null;
  private underWay = 0;
  /** One of them is for the moment at which the clock stands. */
  private exact = false;
  private waiting: Still[] = [];
  private shown: { at: Us; taken: Us } | null = null;
  private url = '';
  private last: Us = 0;
  private readonly stop = new AbortController();

  constructor(
    readonly camera: string,
    private readonly stream: string,
    private readonly image: HTMLImageElement,
    /** Whether there is anything recorded at a moment. */
    private readonly covered: (moment: Us) => boolean,
    private readonly onState: (ok: boolean) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  follow(beat: Beat): void {
    this.last = beat.moment;
    this.choose(beat);
    const off = this.shown ? Math.abs(this.shown.taken - beat.moment) : Infinity;
    this.image.toggleAttribute('data-late', off > LATE * Math.max(1, Math.abs(beat.rate)));
    const at = beat.moving ? this.ahead(beat) : this.here(beat);
    if (at === null) return;
    this.fetched = beat.now;
    void this.fetch(at, !beat.moving);
  }

  /** Of what is due the nearest, if it is nearer than what is shown; what the clock has left behind is let go. */
  private choose({ moment, rate, moving }: Beat): void {
    const off = (at: Us) => Math.abs(at - moment);
    const due = (s: Still) => !moving || (s.at - moment) * Math.sign(rate) <= 0;
    const best = this.waiting.filter(due).sort((a, b) => off(a.at) - off(b.at))[0];
    const reach = Math.abs(rate) * 1000 * (this.pace.lead + KEPT * this.pace.spacing);
    const later = this.waiting.filter((s) => moving && !due(s) && off(s.at) <= reach);
    const better = best && (!this.shown || off(best.at) <= off(this.shown.at)) ? best : null;
    // What was never shown may be asked for again.
    if (this.waiting.some((s) => s.at === this.asked && s !== better && !later.includes(s))) this.asked = null;
    this.waiting = later;
    if (better) this.show(better);
  }

  private show({ at, taken, picture }: Still): void {
    const url = URL.createObjectURL(picture);
    this.image.src = url;
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = url;
    this.shown = { at, taken };
    this.image.dataset.wallUs = String(taken);
  }

  /** The clock stands: the picture of its moment, once. */
  private here({ moment, now }: Beat): Us | null {
    if (this.exact || this.underWay >= UNDER_WAY || !this.covered(moment)) return null;
    const near = (at: Us | undefined | null) => at !== undefined && at !== null && Math.abs(at - moment) < NEAR;
    if (near(this.shown?.at)) return null;
    const { pause } = this.pace;
    return near(this.asked) && (pause === 0 || now - this.fetched < pause) ? null : moment;
  }

  /** The clock moves: the picture of the moment at which the answer will be there. */
  private ahead({ moment, rate, now }: Beat): Us | null {
    const { lead, spacing } = this.pace;
    if (this.underWay >= UNDER_WAY || now - this.fetched < spacing) return null;
    const then = moment + rate * 1000 * lead;
    const at = this.covered(then) ? then : moment;
    if (!this.covered(at)) return null;
    return this.asked === null || Math.abs(at - this.asked) >= Math.abs(rate) * 1000 * spacing ? at : null;
  }

  private async fetch(at: Us, exact: boolean): Promise<void> {
    this.underWay += 1;
    this.exact ||= exact;
    this.asked = at;
    const began = this.now();
    try {
      const width = Math.max(320, Math.min(1280, Math.round(this.image.clientWidth * devicePixelRatio) || 640));
      const answer = await fetch(frameUrl(this.camera, this.stream, at, width), {
        signal: this.stop.signal,
        headers: whoAsks(),
      });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const picture = await answer.blob();
      const taken = parseTime(answer.headers.get('Mingjing-Frame-Time') ?? '');
      this.waiting.push({ at, taken: Number.isNaN(taken) ? at : taken, picture });
      this.pace.answered(this.now() - began);
      this.onState(true);
    } catch {
      if (this.stop.signal.aborted) return;
      this.pace.failed();
      this.onState(false);
    } finally {
      this.underWay -= 1;
      if (exact) this.exact = false;
    }
  }

  /** The clock never waits for a still. */
  ready(): boolean {
    return true;
  }

  /** Only when no video of the dossier can count pictures: a twenty-fifth of a second. */
  step(direction: 1 | -1): Promise<Us | null> {
    return Promise.resolve(this.last ? this.last + direction * STEP : null);
  }

  destroy(): void {
    this.stop.abort();
    if (this.url) URL.revokeObjectURL(this.url);
  }
}
