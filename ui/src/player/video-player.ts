// SPDX-License-Identifier: GPL-3.0-or-later
// One camera's footage in one video element, made to follow the master clock. hls.js fetches and buffers; where in the
// media a moment lies comes from the playlist's EXT-X-PROGRAM-DATE-TIME (media-map.ts); what to do about being early or
// late from drift.ts.
import Hls, {
  type ErrorData,
  type Fragment,
  type FragmentLoaderConstructor,
  type FragmentLoaderContext,
  type InitPTSFoundData,
  type LoaderCallbacks,
  type LoaderConfiguration,
} from 'hls.js/light';
import { SECOND, type Us } from '../base/time';
import { correct } from './drift';
import type { Beat, Follower } from './follower';
import { MediaMap } from './media-map';
import { leadOf, tracksOf } from './mp4-starts';
import { takeParts } from './part-source';

export type VideoState = 'loading' | 'playable' | 'failed' | 'codec';

/** Buffers are kept small: nine cameras at 4 Mbit/s fill them together. */
const HLS_CONFIG = {
  autoStartLoad: false,
  maxBufferLength: 12,
  maxMaxBufferLength: 24,
  backBufferLength: 20,
  maxBufferHole: 0.3,
  // A moment in the end of a file is of that file: by default the last quarter second is taken for the next one.
  maxFragLookUpTolerance: 0.02,
  // One quick repetition; more than that is ours (broken), so that the tile can say what is the matter meanwhile.
  fragLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 10_000,
      maxLoadTimeMs: 60_000,
      timeoutRetry: { maxNumRetry: 1, retryDelayMs: 0, maxRetryDelayMs: 0 },
      errorRetry: { maxNumRetry: 1, retryDelayMs: 500, maxRetryDelayMs: 500 },
    },
  },
};

/** A change of speed is audible and costs a decoder's attention: at most four a second. */
const NUDGE_EVERY_MS = 250;
/** After a failure: soon, then ever less often; at another place of the footage at once. */
const RETRY_MS = 1000;
const RETRY_MOST_MS = 8000;
const ELSEWHERE: Us = 2 * SECOND;
const STEP_TRIES = 8;
const CODEC_ERRORS = ['bufferAddCodecError', 'bufferIncompatibleCodecsError', 'manifestIncompatibleCodecsError'];

/** A loader that shows each part of the footage to `note` before it is taken apart. */
function loaderWith(note: (fragment: Fragment, bytes: Uint8Array) => void): FragmentLoaderConstructor {
  const Usual = Hls.DefaultConfig.loader as unknown as FragmentLoaderConstructor;
  return class extends Usual {
    override load(
      context: FragmentLoaderContext,
      config: LoaderConfiguration,
      callbacks: LoaderCallbacks<FragmentLoaderContext>,
    ): void {
      const onSuccess: typeof callbacks.onSuccess = (response, ...rest) => {
        if (response.data instanceof ArrayBuffer) note(context.frag, new Uint8Array(response.data));
        callbacks.onSuccess(response, ...rest);
      };
      super.load(context, config, { ...callbacks, onSuccess });
    }
  };
}

/** Whether the browser plays H.265 at all. */
export function playsHevc(): boolean {
  const known = (codec: string) => MediaSource.isTypeSupported(`video/mp4; codecs="${codec}"`);
  return typeof MediaSource !== 'undefined' && (known('hvc1.1.6.L120.B0') || known('hev1.1.6.L120.B0'));
}

/** The loader gave up. What it has already is played to its end; only then is the camera told as failed. */
interface Broken {
  detail: string;
  /** The loader must begin anew, not only go on. */
  anew: boolean;
  /** When (a beat's time) and for which moment it was last tried again; NaN before the first beat that saw it. */
  tried: number;
  at: Us;
}

export class VideoPlayer implements Follower {
  private hls: Hls | null = null;
  private map = new MediaMap([]);
  /** By how much the pictures of a part begin after its sound, by its number; of those not fetched yet the last. */
  private leads = new Map<number | string, number>();
  private lead = 0;
  /** How long the pictures of a part last, by its number. */
  private lengths = new Map<number | string, number>();
  /** The loader places parts by their sound (then so are hls.js's times of them). */
  private bySound = false;
  private start: Us = 0;
  private state: VideoState = 'loading';
  private shown: number | null = null;
  private frameSeconds = 1 / 25;
  private nudged = 0;
  /** When (a beat's time) the seek that is under way began; NaN if none is. */
  private sought = NaN;
  /** Seeks before it that never arrived. */
  private replaced = 0;
  private recovered = false;
  private broken: Broken | null = null;
  private failures = 0;
  private url = '';
  private gone = false;

  constructor(
    readonly camera: string,
    private readonly video: HTMLVideoElement,
    private readonly onState: (state: VideoState, detail: string) => void,
  ) {
    video.preservesPitch = true;
    this.watchFrames();
  }

  /** Begin to fetch, near a moment. May be called again when the playlist's address changes. */
  load(url: string, start: Us): void {
    this.failures = 0;
    this.setState('loading', '');
    this.open(url, start);
  }

  /** As load(), but a failure stays told until there is a picture again. */
  private open(url: string, start: Us): void {
    this.hls?.destroy();
    this.url = url;
    this.start = start;
    this.broken = null;
    this.recovered = false;
    this.map = new MediaMap([]);
    this.leads = new Map();
    this.lengths = new Map();
    this.bySound = false;
    const note = (fragment: Fragment, bytes: Uint8Array) => this.noteLead(fragment, bytes);
    const hls = new Hls({ ...HLS_CONFIG, fLoader: loaderWith(note) });
    this.hls = hls;
    const take = (fragments: Fragment[]) => (this.map = this.mapOf(fragments));
    hls.on(Hls.Events.MEDIA_ATTACHED, (_, { mediaSource }) => mediaSource && takeParts(mediaSource));
    let started = false;
    hls.on(Hls.Events.LEVEL_LOADED, (_, { details }) => {
      take(details.fragments);
      if (started) return;
      started = true;
      hls.startLoad(this.map.nextMedia(this.start) ?? this.map.pieces[0]?.media ?? 0);
    });
    hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => take(details.fragments));
    hls.on(Hls.Events.LEVEL_PTS_UPDATED, (_, { details }) => take(details.fragments));
    hls.on(Hls.Events.INIT_PTS_FOUND, (_, found) => this.noteSync(found));
    hls.on(Hls.Events.FRAG_BUFFERED, () => {
      this.failures = 0;
      this.setState('playable', '');
    });
    hls.on(Hls.Events.ERROR, (_, error) => this.onError(error));
    hls.loadSource(url);
    hls.attachMedia(this.video);
  }

  private noteLead(fragment: Fragment, bytes: Uint8Array): void {
    const init = fragment.initSegment?.data;
    const lead = init ? leadOf(init, bytes) : null;
    if (lead === null) return;
    this.leads.set(fragment.sn, lead);
    this.lead = lead;
  }

  private noteSync({ frag, trackId }: InitPTSFoundData): void {
    const init = frag.initSegment?.data;
    this.bySound = init ? tracksOf(init).get(trackId)?.kind === 'audio' : false;
  }

  /** The playlist's times are those of pictures; the loader's are by and by those of the sound that it found. */
  private mapOf(fragments: readonly Fragment[]): MediaMap {
    return new MediaMap(
      fragments.map(({ sn, start, duration, programDateTime, rawProgramDateTime }) => {
        if (!this.lengths.has(sn)) this.lengths.set(sn, duration); // as the playlist has it: nothing of it was fetched yet
        return {
          start: this.bySound ? start + (this.leads.get(sn) ?? this.lead) : start,
          duration: this.lengths.get(sn)!,
          ...{ programDateTime, rawProgramDateTime },
        };
      }),
    );
  }

  private setState(state: VideoState, detail: string): void {
    if (state === this.state && !detail) return;
    this.state = state;
    this.onState(state, detail);
  }

  private onError(error: ErrorData): void {
    if (CODEC_ERRORS.includes(error.details)) return this.setState('codec', error.details);
    if (!error.fatal) return;
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && !this.recovered) {
      this.recovered = true;
      this.hls?.recoverMediaError();
      return;
    }
    const status = error.response?.code;
    const anew = error.type !== Hls.ErrorTypes.NETWORK_ERROR || this.map.pieces.length === 0;
    this.failures += 1;
    this.broken = { detail: status ? `HTTP ${status}` : error.details, anew, tried: NaN, at: NaN };
  }

  private has(media: number): boolean {
    const { buffered } = this.video;
    for (let i = 0; i < buffered.length; i++)
      if (media >= buffered.start(i) - 0.1 && media < buffered.end(i)) return true;
    return false;
  }

  /** The loader stands. Says so once the clock is where nothing was fetched, and tries again there. */
  private mend(broken: Broken, beat: Beat): void {
    const want = this.map.nextMedia(beat.moment);
    if (want !== null && this.has(want)) {
      if (this.state === 'failed') this.setState('playable', '');
    } else this.setState('failed', this.state === 'failed' ? '' : broken.detail);
    if (Number.isNaN(broken.tried)) {
      broken.tried = beat.now;
      broken.at = beat.moment;
    }
    const waited = beat.now - broken.tried;
    const elsewhere = Math.abs(beat.moment - broken.at) > ELSEWHERE && waited >= RETRY_MS;
    if (!elsewhere && waited < Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** (this.failures - 1))) return;
    if (broken.anew || want === null) return this.open(this.url, beat.moment);
    this.broken = null;
    // The loader goes on from where the video stands.
    if (this.state === 'failed') this.video.currentTime = want;
    this.hls?.startLoad(want, true);
  }

  /** The moment of the picture on the glass; null if there is none. */
  private moment(): Us | null {
    return this.map.toWall(this.shown ?? this.video.currentTime);
  }

  /** Every picture that reaches the glass says where in the media it is. */
  private watchFrames(): void {
    const { video } = this;
    const tell = (media: number) => {
      if (this.shown !== null && media > this.shown && media - this.shown < 0.2)
        this.frameSeconds = Math.min(media - this.shown, this.frameSeconds * 1.5);
      this.shown = media;
      const wall = this.moment();
      if (wall !== null) video.dataset.wallUs = String(wall);
    };
    if (!('requestVideoFrameCallback' in video)) {
      const old = video as HTMLVideoElement;
      const listener = () => tell(old.currentTime);
      old.addEventListener('timeupdate', listener);
      old.addEventListener('seeked', listener);
      return;
    }
    const next: VideoFrameRequestCallback = (_, { mediaTime }) => {
      if (this.gone) return;
      tell(mediaTime);
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  }

  private seekMs(now: number): number | null {
    if (!this.video.seeking) this.sought = NaN;
    else if (Number.isNaN(this.sought)) this.sought = now;
    return this.video.seeking ? now - this.sought : null;
  }

  private seek(media: number, now: number): void {
    this.replaced = this.video.seeking ? this.replaced + 1 : 0;
    this.sought = now;
    this.video.currentTime = media;
  }

  follow(beat: Beat): void {
    if (this.broken) this.mend(this.broken, beat);
    if (this.state !== 'playable') {
      this.start = beat.moment;
      if (!this.video.paused) this.video.pause();
      return;
    }
    const { video } = this;
    const here = this.map.toMedia(beat.moment);
    const want = here ?? this.map.nextMedia(beat.moment);
    if (want === null) return video.pause();
    const c = correct({
      want,
      have: video.currentTime,
      rate: beat.rate,
      moving: beat.moving && here !== null,
      held: beat.held,
      seekMs: this.seekMs(beat.now),
      replaced: this.replaced,
      buffered: this.has(want),
    });
    if (c.kind === 'wait') return;
    if (c.seek !== null) this.seek(c.seek, beat.now);
    if (c.kind === 'stand') {
      if (!video.paused) video.pause();
      return;
    }
    if (video.playbackRate !== c.playbackRate && beat.now - this.nudged > NUDGE_EVERY_MS) {
      video.playbackRate = c.playbackRate;
      this.nudged = beat.now;
    }
    // Refused until a person has touched the page; the next beat asks again.
    if (video.paused) video.play().catch(() => {});
  }

  ready(moment: Us): boolean {
    if (this.state === 'failed' || this.state === 'codec') return true;
    if (this.state === 'loading') return false;
    const want = this.map.toMedia(moment);
    if (want === null) return true;
    const { video } = this;
    if (video.seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return false;
    const last = this.map.pieces[this.map.pieces.length - 1]!;
    const ending = last.media + last.seconds - want < 0.5;
    return ending || video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  /** Seek a little further until another picture is on the glass: that picture's own time is exact. */
  async step(direction: 1 | -1): Promise<Us | null> {
    const from = this.shown;
    if (this.state !== 'playable' || from === null) return null;
    this.video.pause();
    for (let i = 0; i < STEP_TRIES; i++) {
      const reach = direction > 0 ? this.frameSeconds * (1.1 + i / 2) : -this.frameSeconds * (0.4 + i / 2);
      await this.seekTo(Math.max(0, from + reach));
      if (this.shown !== null && (this.shown - from) * direction > 0.0005) {
        const wall = this.map.toWall(this.shown);
        // A millisecond into the picture, so that rounding cannot fall back to the one before it.
        return wall === null ? null : wall + SECOND / 1000;
      }
    }
    return null;
  }

  private seekTo(media: number): Promise<void> {
    return new Promise((done) => {
      const { video } = this;
      const limit = setTimeout(finish, 1000);
      function finish() {
        clearTimeout(limit);
        done();
      }
      const framed = () => {
        if ('requestVideoFrameCallback' in video) {
          const soon = setTimeout(finish, 120);
          video.requestVideoFrameCallback(() => {
            clearTimeout(soon);
            finish();
          });
        } else finish();
      };
      video.addEventListener('seeked', framed, { once: true });
      video.currentTime = media;
    });
  }

  destroy(): void {
    this.gone = true;
    this.hls?.destroy();
    this.hls = null;
  }
}
