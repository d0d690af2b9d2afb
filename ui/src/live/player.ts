// SPDX-License-Identifier: GPL-3.0-or-later
// One video element fed with pieces of film as they come (Media Source Extensions).
import { Chase, EVEN, QUICK } from './chase';
import type { Init, Piece } from './protocol';

export type PlayerState = 'waiting' | 'playing' | 'frozen' | 'unsupported' | 'failed';

/** Seconds of film that are kept behind what is shown, and how often older ones are thrown away. */
const KEEP = 4;
const TRIM = 8;
/** Without a new picture for so long while film comes, something is stuck. */
const STUCK_MS = 5000;
/** Without a new picture for so long, whatever the cause, what is on the screen is not what is there now. */
const FROZEN_MS = 4000;
/** Moments of pieces that are remembered, to say when the picture that is shown was taken. */
const MOMENTS = 256;
/** Where the first picture stands in the element, in seconds: at its beginning, so that it is shown without a seek. Not at
 * 0 itself, before which a rounded time would be left out; browsers begin with what is so near. */
const LEAD = 0.1;

const known = (): boolean => 'MediaSource' in window;
const supports = (mime: string): boolean => known() && MediaSource.isTypeSupported(mime);

/** One track's buffer and what waits for it. */
class Track {
  private readonly waiting: Uint8Array[] = [];
  private buffer: SourceBuffer | null = null;
  /** Seconds from the server's timeline to the element's. */
  offset = 0;

  constructor(
    readonly mime: string,
    private readonly fed: () => void,
    private readonly broken: (why: string) => void,
  ) {}

  attach(source: MediaSource): void {
    this.buffer = source.addSourceBuffer(this.mime);
    this.buffer.addEventListener('updateend', () => {
      this.fed();
      this.feed();
    });
    this.buffer.addEventListener('error', () => this.broken('append'));
    this.feed();
  }

  add(bytes: Uint8Array): void {
    this.waiting.push(bytes);
    this.feed();
  }

  /** Of the newest stretch. */
  get range(): { start: number; end: number } | null {
    const ranges = this.buffer?.buffered;
    if (!ranges || ranges.length === 0) return null;
    return { start: ranges.start(ranges.length - 1), end: ranges.end(ranges.length - 1) };
  }

  /** Throws away what is older than `to`, if it is much. */
  trim(to: number): void {
    if (!this.buffer || this.buffer.updating || this.buffer.buffered.length === 0) return;
    if (this.buffer.buffered.start(0) < to - (TRIM - KEEP)) this.buffer.remove(0, to);
  }

  private feed(): void {
    if (!this.buffer || this.buffer.updating || this.waiting.length === 0) return;
    const size = this.waiting.reduce((n, b) => n + b.length, 0);
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const part of this.waiting.splice(0)) {
      bytes.set(part, at);
      at += part.length;
    }
    try {
      if (this.buffer.timestampOffset !== this.offset) this.buffer.timestampOffset = this.offset;
      this.buffer.appendBuffer(bytes);
    } catch (e) {
      this.broken(e instanceof Error ? e.message : '');
    }
  }
}

export class LivePlayer {
  private source: MediaSource | null = null;
  /** It said so; it is open a moment before. */
  private opened = false;
  private video: Track | null = null;
  private sound: Track | null = null;
  private url = '';
  private chase = new Chase();
  private placed = false; // where the film is
  /** Where on the server's timeline the element's begins; null before the first picture. */
  private fromUs: number | null = null;
  private moments: { media: number; utc: number }[] = [];
  private gone = false;
  private anew = false;
  /** When film came, and a picture was shown last. */
  private cameAt = 0;
  private shownAt = 0;
  private playing = false;
  /** A picture of this source was shown. */
  private begun = false;
  private readonly watch = setInterval(() => this.check(), 1000);
  /** Not of a seek, nor of a beginning: the film is slower than it is shown. */
  private readonly dry = () => this.begun && !this.element.seeking && this.chase.ranDry();
  private readonly seen = () => (this.shownAt = performance.now());

  constructor(
    private readonly element: HTMLVideoElement,
    private readonly onState: (state: PlayerState, detail: string) => void,
    private readonly onPicture: (utcUs: number) => void = () => {},
  ) {
    element.addEventListener('waiting', this.dry);
    element.addEventListener('error', this.onError);
    document.addEventListener('visibilitychange', this.seen);
    this.watchPictures();
    // The browser takes a while to open it; until then it is known how the film is coded.
    if (known()) this.open();
  }

  /** What comes next is of another timeline. */
  reset(): void {
    this.anew = true;
  }

  /** How what follows is coded. False: this browser does not play it. */
  init(init: Init, withSound: boolean): boolean {
    if (!supports(init.mime)) {
      this.onState('unsupported', init.mime);
      return false;
    }
    const sound = withSound && init.sound?.mime && supports(init.sound.mime) ? init.sound.mime : null;
    if (!this.anew && this.video?.mime === init.mime && (this.sound?.mime ?? null) === sound) return true;
    this.begin(init.mime, sound);
    return true;
  }

  piece(piece: Piece): void {
    const track = piece.sound ? this.sound : this.video;
    if (!track) return;
    if (!piece.init && !piece.sound) {
      this.cameAt = performance.now();
      this.moments.push({ media: piece.mediaUs - this.zero(piece.mediaUs), utc: piece.utcUs });
      if (this.moments.length > MOMENTS) this.moments.shift();
    }
    track.add(piece.mp4);
  }

  private zero(mediaUs: number): number {
    if (this.fromUs === null) {
      this.fromUs = mediaUs - LEAD * 1e6;
      for (const track of [this.video, this.sound]) if (track) track.offset = -this.fromUs / 1e6;
    }
    return this.fromUs;
  }

  /** There are no pictures; the last one stays. */
  stop(): void {
    this.playing = false;
    this.onState('waiting', '');
  }

  destroy(): void {
    this.gone = true;
    clearInterval(this.watch);
    this.element.removeEventListener('waiting', this.dry);
    this.element.removeEventListener('error', this.onError);
    document.removeEventListener('visibilitychange', this.seen);
    this.end();
    this.element.removeAttribute('src');
    this.element.load();
  }

  private readonly onError = () => this.fail(this.element.error?.message ?? '');

  /** Film comes and nothing moves: whatever the browser's reason, a new beginning mends it. */
  private check(): void {
    const now = performance.now();
    if (document.hidden) this.shownAt = now;
    if (this.video && now - this.cameAt < 1000 && now - this.shownAt > STUCK_MS) this.fail('stuck');
    else if (this.playing && now - this.shownAt > FROZEN_MS) {
      this.playing = false;
      this.onState('frozen', '');
    }
  }

  /** A source that does not know yet what it will get. */
  private open(): MediaSource {
    this.end();
    const source = new MediaSource();
    this.source = source;
    this.opened = false;
    source.addEventListener(
      'sourceopen',
      () => {
        if (this.source !== source) return;
        URL.revokeObjectURL(this.url);
        this.opened = true;
        this.attach(source);
      },
      { once: true },
    );
    this.url = URL.createObjectURL(source);
    this.element.src = this.url;
    return source;
  }

  private attach(source: MediaSource): void {
    try {
      this.video?.attach(source);
      this.sound?.attach(source);
    } catch (e) {
      this.fail(e instanceof Error ? e.message : '');
    }
  }

  private begin(mime: string, sound: string | null): void {
    const source = this.source && !this.video ? this.source : this.open();
    const broken = (why: string) => this.source === source && this.fail(why);
    this.anew = false;
    this.shownAt = performance.now();
    this.video = new Track(mime, () => this.fed(), broken);
    this.sound = sound ? new Track(sound, () => {}, broken) : null;
    this.placed = false;
    this.fromUs = null;
    this.begun = false;
    this.chase = new Chase(sound ? EVEN : QUICK);
    if (this.opened) this.attach(source);
  }

  private end(): void {
    URL.revokeObjectURL(this.url);
    this.source = this.video = this.sound = null;
    this.moments = [];
  }

  private fail(why: string): void {
    if (this.gone || !this.source) return;
    this.end();
    this.playing = false;
    this.onState('failed', why);
  }

  /** Something was taken into the buffer. */
  private fed(): void {
    const range = this.video?.range;
    if (!range) return;
    const { element } = this;
    const outside = element.currentTime < range.start - 2 * LEAD || element.currentTime > range.end + 1;
    if (outside) this.element.currentTime = Math.max(range.start, range.end - this.chase.aim);
    this.placed = true;
    // The first picture first; what came after it is passed over then.
    if (outside || !this.begun) return this.play();
    const move = this.chase.move(range.end - element.currentTime, performance.now() / 1000);
    if (move.kind === 'leap') element.currentTime = Math.max(range.start, range.end - move.behind);
    else if (element.playbackRate !== move.rate) element.playbackRate = move.rate;
    if (element.paused) this.play();
    this.video?.trim(element.currentTime - KEEP);
    this.sound?.trim(element.currentTime - KEEP);
  }

  private play(): void {
    this.element.play().catch((e: unknown) => {
      // A new source, or a browser that wants a touch before there is sound: muted it may.
      if (e instanceof DOMException && e.name === 'NotAllowedError' && !this.element.muted) {
        this.element.muted = true;
        this.play();
      }
    });
  }

  private shows(): void {
    this.shownAt = performance.now();
    this.playing = true;
    this.onState('playing', '');
    if (this.begun || !this.placed) return;
    this.begun = true;
    this.fed();
  }

  private utcOf(media: number): number | null {
    let best: { media: number; utc: number } | null = null;
    for (const m of this.moments) if (!best || Math.abs(m.media - media) < Math.abs(best.media - media)) best = m;
    return best && Math.abs(best.media - media) < 500_000 ? best.utc + (media - best.media) : null;
  }

  private watchPictures(): void {
    if (!('requestVideoFrameCallback' in this.element)) {
      (this.element as HTMLVideoElement).addEventListener('timeupdate', () => this.shows());
      return;
    }
    const shown = (_: number, about: { mediaTime: number }) => {
      if (this.gone) return;
      this.shows();
      const utc = this.utcOf(about.mediaTime * 1e6);
      if (utc !== null) this.onPicture(utc);
      this.element.requestVideoFrameCallback(shown);
    };
    this.element.requestVideoFrameCallback(shown);
  }
}
