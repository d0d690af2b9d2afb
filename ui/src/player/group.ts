// SPDX-License-Identifier: GPL-3.0-or-later
// All pictures of a dossier and the clock they follow. Call tick() on every animation frame; everything else is a
// command. When a picture is not there yet the clock is held, so that all stay in step, but not for long: one dead
// camera must not stop the others.
import type { Us } from '../base/time';
import { MasterClock, nextStop, shuttle } from './clock';
import type { Follower } from './follower';

const HOLD_MS = 3000;

export interface Face {
  moment: Us;
  playing: boolean;
  rate: number;
  /** Cameras that the clock waits for. */
  waiting: string[];
}

export class Group {
  readonly clock: MasterClock;
  /** More footage is being recorded: at its end, wait for it. */
  live = false;
  /** There is no beginning to go back to: at its end, playing waits there. */
  endless = false;
  private readonly followers = new Set<Follower>();
  private readonly listeners = new Set<(face: Face) => void>();
  /** Followers that were waited for long enough; forgotten once they are ready. */
  private readonly given = new Set<Follower>();
  private heldSince = 0;
  private stepping = false;
  private waiting: string[] = [];

  constructor(
    from: Us,
    to: Us,
    start: Us,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.clock = new MasterClock(from, to, start);
  }

  add(follower: Follower): () => void {
    this.followers.add(follower);
    return () => {
      this.followers.delete(follower);
      this.given.delete(follower);
    };
  }

  listen(listener: (face: Face) => void): () => void {
    this.listeners.add(listener);
    listener(this.face());
    return () => this.listeners.delete(listener);
  }

  face(): Face {
    const { clock } = this;
    return { moment: clock.moment(this.now()), playing: clock.playing, rate: clock.rate, waiting: this.waiting };
  }

  private decideHold(now: number): void {
    const { clock } = this;
    const late = [...this.followers].filter((f) => !f.ready(clock.moment(now)));
    for (const f of this.given) if (!late.includes(f)) this.given.delete(f);
    const missed = late.filter((f) => !this.given.has(f));
    const wanted = clock.playing && clock.rate > 0 && missed.length > 0;
    if (wanted && !clock.held) this.heldSince = now;
    if (wanted && clock.held && now - this.heldSince > HOLD_MS) {
      missed.forEach((f) => this.given.add(f));
      clock.hold(false, now);
    } else clock.hold(wanted, now);
    this.waiting = wanted ? missed.map((f) => f.camera) : [];
  }

  tick(): void {
    const now = this.now();
    const { clock } = this;
    if (clock.playing && clock.atEnd(now) && !(this.live && clock.rate > 0)) clock.pause(now);
    this.decideHold(now);
    if (!this.stepping) {
      const beat = {
        moment: clock.moment(now),
        rate: clock.rate,
        moving: clock.playing && !clock.held && !clock.atEnd(now),
        held: clock.playing && clock.held,
        now,
      };
      this.followers.forEach((f) => f.follow(beat));
    }
    const face = this.face();
    this.listeners.forEach((l) => l(face));
  }

  play(): void {
    this.clock.play(this.now(), !this.endless);
  }

  pause(): void {
    this.clock.pause(this.now());
    this.clock.setRate(Math.abs(this.clock.rate), this.now());
  }

  toggle(): void {
    if (this.clock.playing) this.pause();
    else this.play();
  }

  seek(moment: Us): void {
    this.given.clear();
    this.heldSince = this.now();
    this.clock.seek(moment, this.now());
  }

  skip(by: Us): void {
    this.seek(this.clock.moment(this.now()) + by);
  }

  jump(stops: readonly Us[], direction: 1 | -1): void {
    const stop = nextStop(stops, this.clock.moment(this.now()), direction);
    if (stop !== null) this.seek(stop);
  }

  setRate(rate: number): void {
    this.clock.setRate(rate, this.now());
  }

  shuttle(direction: 1 | -1): void {
    const { clock } = this;
    clock.setRate(shuttle(clock.rate, clock.playing, direction), this.now());
    clock.play(this.now(), !this.endless);
  }

  /** One picture on or back, as the preferred camera counts pictures; the others go to the same moment. */
  async step(direction: 1 | -1, preferred: string | null): Promise<void> {
    if (this.stepping) return;
    this.pause();
    const order = [...this.followers].sort((a, b) => Number(b.camera === preferred) - Number(a.camera === preferred));
    this.stepping = true;
    try {
      for (const follower of order) {
        const moment = await follower.step(direction);
        if (moment === null) continue;
        this.seek(moment);
        return;
      }
    } finally {
      this.stepping = false;
    }
  }
}
