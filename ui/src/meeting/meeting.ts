// SPDX-License-Identifier: GPL-3.0-or-later
// A party's meeting: its own leg is sent (unless a room terminal does that), every other leg that sends is shown. What the server says of the meeting is
// asked again and again: whether it is recorded is never guessed.
import type { Problem } from '../api/client';
import { party, type Door, type Meet, type MeetLeg } from '../api/party';
import { Link, type LinkState } from './link';

const SOON_MS = 250;
const CALM_MS = 1500;
/** A connection that stands and of which the server knows nothing for so long: the recorder is another one. */
const UNKNOWN_MS = 4000;
/** So many answers in a row that do not know a leg: one may have been the recorder's that was slow. */
const MISSED = 2;

export interface Face {
  meet: Meet | null;
  own: LinkState;
  /** Why there is no connection of ours now. */
  problem: Problem | null;
  /** The server did not answer the last time it was asked. */
  away: boolean;
  streams: ReadonlyMap<string, MediaStream>;
  /** Of other legs. */
  links: ReadonlyMap<string, LinkState>;
  /** Other legs that this browser cannot show. */
  foreign: ReadonlyMap<string, Problem>;
  over: boolean;
  /** Our link counts for nothing any more, though nobody said that the session is over. */
  refused: Problem | null;
  /** Somebody else is in the meeting with our link: before we were, or instead of us. */
  taken: 'before' | 'since' | null;
  /** A room terminal is the party now, or is no more: it is to be asked anew how it takes part. */
  turned: boolean;
}

export class Meeting {
  face: Face = {
    meet: null,
    own: 'connecting',
    problem: null,
    away: false,
    streams: new Map(),
    links: new Map(),
    foreign: new Map(),
    over: false,
    refused: null,
    taken: null,
    turned: false,
  };
  private readonly links = new Map<string, Link>();
  /** None where a room terminal sends. */
  private readonly own: Link | null;
  private readonly ice = { servers: [] as RTCIceServer[] };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private left = false;
  private connectedSince = 0;
  private readonly missed = new Map<string, number>();
  /** To what we offered again. */
  private turnedTo: string | null = null;
  /** In what other legs came when the server was asked last. */
  private readonly seen = new Map<string, { video: string; at: number }>();

  constructor(
    private readonly door: Door,
    stream: MediaStream | null,
    private readonly onFace: (face: Face) => void,
    takes = false,
  ) {
    if (!stream) this.face.own = 'connected';
    this.own =
      stream &&
      new Link({
        door,
        leg: door.leg,
        stream,
        ice: this.ice,
        takes,
        onState: (own, problem) => {
          if (problem?.code === 'taken') return this.giveWay();
          if (own === 'connected') this.connectedSince = performance.now();
          this.show({ own, problem });
        },
      });
    void this.poll();
  }

  /** Ends our connections; the session goes on without us. */
  leave(): void {
    this.left = true;
    clearTimeout(this.timer);
    this.own?.close();
    for (const link of this.links.values()) link.close();
    this.links.clear();
  }

  private show(change: Partial<Face>): void {
    if (this.left) return;
    this.face = { ...this.face, ...change };
    this.onFace(this.face);
  }

  private async poll(): Promise<void> {
    const answer = await party.meet(this.door);
    if (this.left) return;
    if (!('aborted' in answer) && answer.ok) this.take(answer.value);
    else if (!('aborted' in answer)) {
      // The link counts for nothing once the session has ended, or when another one was made.
      if (answer.problem.code === 'over') return this.end();
      if (answer.problem.status === 401 || answer.problem.status === 403) return this.refuse(answer.problem);
      this.show({ away: true });
    }
    const others = this.face.meet?.legs.length ?? 0;
    const complete = this.face.own === 'connected' && this.face.streams.size >= others - 1;
    this.timer = setTimeout(() => void this.poll(), complete ? CALM_MS : SOON_MS);
  }

  private end(): void {
    this.show({ over: true });
    this.leave();
  }

  private refuse(refused: Problem): void {
    this.show({ refused });
    this.leave();
  }

  private giveWay(): void {
    this.show({ taken: this.connectedSince > 0 ? 'since' : 'before' });
    this.leave();
  }

  private turn(): void {
    this.show({ turned: true });
    this.leave();
  }

  private take(meet: Meet): void {
    for (const leg of meet.legs) {
      const missed = leg.sends ? 0 : (this.missed.get(leg.leg) ?? 0) + 1;
      this.missed.set(leg.leg, missed);
      if (leg.leg === this.door.leg) {
        if (Boolean(leg.terminal) !== (this.own === null)) return this.turn();
        const young = performance.now() - this.connectedSince < UNKNOWN_MS;
        if (this.face.own === 'connected' && missed >= MISSED && !young) this.own?.renew();
        this.follow(leg.turns_to ?? null);
        continue;
      }
      this.look(leg);
      if (leg.sends && this.face.own === 'connected') this.watch(leg.leg);
      else if (missed >= MISSED) this.unwatch(leg.leg);
    }
    this.show({ meet, away: false });
    if (meet.state === 'ended') this.end();
  }

  /** Somebody came who takes nothing else: the answer to our next offer has it. Once for each time it is asked. */
  private follow(turnsTo: string | null): void {
    if (turnsTo === null) this.turnedTo = null;
    if (turnsTo === null || turnsTo === this.turnedTo || this.face.own !== 'connected') return;
    this.turnedTo = turnsTo;
    this.own?.renew();
  }

  /** Another leg turned: what was agreed on before brings nothing any more. */
  private look(leg: MeetLeg): void {
    if (!leg.video) return;
    const before = this.seen.get(leg.leg);
    const link = this.links.get(leg.leg);
    if (before && before.video !== leg.video && link && link.since < before.at) link.renew();
    this.seen.set(leg.leg, { video: leg.video, at: performance.now() });
  }

  private watch(leg: string): void {
    if (this.links.has(leg)) return;
    const link = new Link({
      door: this.door,
      leg,
      stream: null,
      ice: this.ice,
      onState: (state, problem) => {
        const foreign = new Map(this.face.foreign);
        if (problem?.code === 'coding') foreign.set(leg, problem);
        else if (state === 'connected' || problem) foreign.delete(leg);
        this.show({ links: new Map(this.face.links).set(leg, state), foreign });
      },
      onStream: (stream) => this.show({ streams: new Map(this.face.streams).set(leg, stream) }),
    });
    this.links.set(leg, link);
  }

  private unwatch(leg: string): void {
    this.links.get(leg)?.close();
    if (!this.links.delete(leg)) return;
    const [streams, links, foreign] = [
      new Map(this.face.streams),
      new Map(this.face.links),
      new Map(this.face.foreign),
    ];
    for (const map of [streams, links, foreign]) map.delete(leg);
    this.show({ streams, links, foreign });
  }
}
