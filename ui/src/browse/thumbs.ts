// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of the moment under the pointer. The server decodes each of them: one is asked for at a time, after the
// pointer has rested for a moment; what is no longer wanted is given up, and what was seen is kept for a while.
import { frameUrl } from '../api/client';
import { parseTime, type Us } from '../base/time';

const REST_MS = 70;
const KEPT = 80;
const WIDTH = 320;

export interface Thumb {
  camera: string;
  /** The moment that was asked for. */
  at: Us;
  /** When it was taken. */
  taken: Us;
  url: string;
}

const nameOf = (camera: string, stream: string, at: Us) => `${camera}/${stream}/${at}`;

export class Thumbs {
  private readonly kept = new Map<string, Thumb | null>();
  private wanted = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stop: AbortController | null = null;

  /** `onThumb`: null while there is none of what was wanted last. */
  constructor(private readonly onThumb: (thumb: Thumb | null) => void) {}

  want(camera: string, stream: string, at: Us): void {
    const name = nameOf(camera, stream, at);
    if (name === this.wanted) return;
    this.cancel();
    this.wanted = name;
    const known = this.kept.get(name);
    if (known !== undefined) {
      this.keep(name, known);
      return this.onThumb(known);
    }
    this.timer = setTimeout(() => void this.fetch(name, camera, stream, at), REST_MS);
  }

  /** The pointer has left. */
  leave(): void {
    this.cancel();
    this.onThumb(null);
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.stop?.abort();
    this.stop = null;
    this.wanted = '';
  }

  private async fetch(name: string, camera: string, stream: string, at: Us): Promise<void> {
    const stop = (this.stop = new AbortController());
    try {
      const answer = await fetch(frameUrl(camera, stream, at, WIDTH), { signal: stop.signal });
      // Nothing is recorded there: that is worth remembering too.
      if (answer.status === 404) this.keep(name, null);
      if (answer.ok) {
        const taken = parseTime(answer.headers.get('Mingjing-Frame-Time') ?? '');
        const url = URL.createObjectURL(await answer.blob());
        this.keep(name, { camera, at, taken: Number.isNaN(taken) ? at : taken, url });
      }
      if (!stop.signal.aborted) this.onThumb(this.kept.get(name) ?? null);
    } catch {
      // Given up, or the server is away: the ruler says the time without a picture.
    }
  }

  /** The newest last; the oldest goes. */
  private keep(name: string, thumb: Thumb | null): void {
    this.kept.delete(name);
    this.kept.set(name, thumb);
    for (const [oldest, old] of this.kept) {
      if (this.kept.size <= KEPT) break;
      if (old) URL.revokeObjectURL(old.url);
      this.kept.delete(oldest);
    }
  }

  destroy(): void {
    this.cancel();
    for (const thumb of this.kept.values()) if (thumb) URL.revokeObjectURL(thumb.url);
    this.kept.clear();
  }
}
