// SPDX-License-Identifier: GPL-3.0-or-later
// Small pictures along a ruler. The server decodes each of them, and keeps none in the browser's cache, since footage is on
// no disk but the recorder's: what was seen is kept here for a while, and few are asked for at a time.
import { whoAsks } from '../api/asked';
import { frameUrl } from '../api/client';
import { parseTime, type Us } from '../base/time';

const REST_MS = 70;
const KEPT = 80;
const AT_ONCE = 3;
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

/** Those that were asked for. */
export class Pictures {
  private readonly kept = new Map<string, Thumb | null>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private ended = false;

  constructor(private readonly most = KEPT) {}

  /** Null: there is none; undefined: it was not asked for, or is forgotten. */
  known(camera: string, stream: string, at: Us): Thumb | null | undefined {
    const name = nameOf(camera, stream, at);
    const thumb = this.kept.get(name);
    if (thumb !== undefined) this.keep(name, thumb);
    return thumb;
  }

  /** The same once it is there; undefined too if it was given up. `first`: before those that wait. */
  async get(camera: string, stream: string, at: Us, signal: AbortSignal, first = false) {
    const known = this.known(camera, stream, at);
    if (known !== undefined) return known;
    while (this.running >= AT_ONCE && !this.ended)
      await new Promise<void>((turn) => (first ? this.waiting.unshift(turn) : this.waiting.push(turn)));
    if (signal.aborted || this.ended) return this.next();
    this.running += 1;
    try {
      return await this.fetch(camera, stream, at, signal);
    } catch {
      return undefined; // Given up, or the server is away: the ruler says the time without a picture.
    } finally {
      this.running -= 1;
      this.next();
    }
  }

  private next(): undefined {
    if (this.running < AT_ONCE) this.waiting.shift()?.();
  }

  private async fetch(camera: string, stream: string, at: Us, signal: AbortSignal) {
    const name = nameOf(camera, stream, at);
    const answer = await fetch(frameUrl(camera, stream, at, WIDTH), { signal, headers: whoAsks() });
    // Nothing is recorded there: that is worth remembering too.
    if (answer.status === 404) this.keep(name, null);
    if (answer.ok) {
      const taken = parseTime(answer.headers.get('Mingjing-Frame-Time') ?? '');
      const url = URL.createObjectURL(await answer.blob());
      this.keep(name, { camera, at, taken: Number.isNaN(taken) ? at : taken, url });
    }
    return this.kept.get(name);
  }

  /** The newest last; the oldest goes. */
  private keep(name: string, thumb: Thumb | null): void {
    this.kept.delete(name);
    this.kept.set(name, thumb);
    for (const [oldest, old] of this.kept) {
      if (this.kept.size <= (this.ended ? 0 : this.most)) break;
      if (old) URL.revokeObjectURL(old.url);
      this.kept.delete(oldest);
    }
  }

  destroy(): void {
    this.ended = true;
    for (const thumb of this.kept.values()) if (thumb) URL.revokeObjectURL(thumb.url);
    this.kept.clear();
    for (const turn of this.waiting.splice(0)) turn();
  }
}

/** The picture of the moment under the pointer: asked for after that has rested for a moment, and given up when it is no
 * longer wanted. */
export class Thumbs {
  private wanted = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stop: AbortController | null = null;

  /** `onThumb`: null while there is none of what was wanted last. */
  constructor(
    private readonly onThumb: (thumb: Thumb | null) => void,
    private readonly pictures = new Pictures(),
  ) {}

  want(camera: string, stream: string, at: Us): void {
    const name = nameOf(camera, stream, at);
    if (name === this.wanted) return;
    this.cancel();
    this.wanted = name;
    const known = this.pictures.known(camera, stream, at);
    if (known !== undefined) return this.onThumb(known);
    this.timer = setTimeout(() => void this.ask(camera, stream, at), REST_MS);
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

  private async ask(camera: string, stream: string, at: Us): Promise<void> {
    const { signal } = (this.stop = new AbortController());
    const thumb = await this.pictures.get(camera, stream, at, signal, true);
    if (!signal.aborted) this.onThumb(thumb ?? null);
  }

  /** The pictures are its maker's. */
  destroy(): void {
    this.cancel();
  }
}
