// SPDX-License-Identifier: GPL-3.0-or-later
// For footage that the browser cannot play (H.265 mostly): a still that is fetched anew as the clock goes on. The
// server decodes each of them, so there is one under way at a time, and at most two a second.
import { frameUrl } from '../api/client';
import { parseTime, SECOND, type Us } from '../base/time';
import type { Beat, Follower } from './follower';

const EVERY_MS = 500;
/** The clock must have moved this far for another picture to be worth fetching. */
const NEAR: Us = SECOND / 25;
/** A still further from the clock than this is shown as late. */
const LATE: Us = 1.5 * SECOND;
const STEP: Us = SECOND / 25;
/** After a failure the same moment is asked for again: soon, then ever less often. */
const RETRY_MS = 1000;
const RETRY_MOST_MS = 15_000;

export class StillPlayer implements Follower {
  private fetched = -Infinity;
  private failures = 0;
  private asked: Us | null = null;
  private busy = false;
  private url = '';
  private last: Us = 0;
  private shown: Us = 0;
  private readonly stop = new AbortController();

  constructor(
    readonly camera: string,
    private readonly stream: string,
    private readonly image: HTMLImageElement,
    /** Whether there is anything recorded at a moment. */
    private readonly covered: (moment: Us) => boolean,
    private readonly onState: (ok: boolean) => void,
  ) {}

  follow(beat: Beat): void {
    this.last = beat.moment;
    this.image.toggleAttribute(
      'data-late',
      Math.abs(this.shown - beat.moment) > LATE * Math.max(1, Math.abs(beat.rate)),
    );
    if (this.busy || !this.covered(beat.moment)) return;
    const same = this.asked !== null && Math.abs(this.asked - beat.moment) < NEAR;
    const pause = Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** (this.failures - 1));
    if (same && (this.failures === 0 || beat.now - this.fetched < pause)) return;
    if (beat.moving && beat.now - this.fetched < EVERY_MS) return;
    this.fetched = beat.now;
    void this.fetch(beat.moment);
  }

  private async fetch(moment: Us): Promise<void> {
    this.busy = true;
    this.asked = moment;
    try {
      const width = Math.max(320, Math.min(1280, Math.round(this.image.clientWidth * devicePixelRatio) || 640));
      const answer = await fetch(frameUrl(this.camera, this.stream, moment, width), { signal: this.stop.signal });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const picture = URL.createObjectURL(await answer.blob());
      this.image.src = picture;
      if (this.url) URL.revokeObjectURL(this.url);
      this.url = picture;
      const taken = parseTime(answer.headers.get('Mingjing-Frame-Time') ?? '');
      this.shown = Number.isNaN(taken) ? moment : taken;
      this.image.dataset.wallUs = String(this.shown);
      this.failures = 0;
      this.onState(true);
    } catch {
      if (this.stop.signal.aborted) return;
      this.failures += 1;
      this.onState(false);
    } finally {
      this.busy = false;
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
