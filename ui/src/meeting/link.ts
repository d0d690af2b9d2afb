// SPDX-License-Identifier: GPL-3.0-or-later
// One connection of a meeting, kept up: it sends what we have, or shows what another leg has. When it breaks a fresh
// offer goes into the same leg, again and again until it is closed; the server gives a leg a minute for that.
import type { Problem } from '../api/client';
import { party, type Answered, type Door } from '../api/party';

export type LinkState = 'connecting' | 'connected' | 'interrupted';

const CONNECT_MS = 10_000;
/** How long ICE may be in doubt before we offer anew. */
const DOUBT_MS = 2500;
/** Connected, and nothing comes though the other side sends. */
const SILENT_MS = 5000;
const WATCH_MS = 500;
const AGAIN_MS = [200, 500, 1000, 2000] as const;
const VIDEO_BPS = 1_500_000;

export interface LinkConfig {
  door: Door;
  /** Whose leg: our own is sent, another's is shown. */
  leg: string;
  /** What we send; none for another's leg. */
  stream: MediaStream | null;
  /** Ends whoever else is connected with our join link. */
  takes?: boolean;
  onState: (state: LinkState, problem: Problem | null) => void;
  onStream?: (stream: MediaStream) => void;
  /** Known from earlier answers. */
  ice: { servers: RTCIceServer[] };
}

/** H.264 first: what everybody plays and every file takes. */
function preferH264(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const first = codecs.filter((c) => /h264/i.test(c.mimeType));
  const rest = codecs.filter((c) => !/h264/i.test(c.mimeType));
  if (first.length > 0) transceiver.setCodecPreferences([...first, ...rest]);
}

function addSending(pc: RTCPeerConnection, stream: MediaStream): void {
  for (const track of [...stream.getAudioTracks(), ...stream.getVideoTracks()]) {
    const video = track.kind === 'video';
    const sendEncodings = video ? [{ maxBitrate: VIDEO_BPS }] : [];
    const transceiver = pc.addTransceiver(track, { direction: 'sendonly', streams: [stream], sendEncodings });
    if (video) preferH264(transceiver);
  }
}

function addWatching(pc: RTCPeerConnection, onStream: (stream: MediaStream) => void): void {
  pc.addTransceiver('audio', { direction: 'recvonly' });
  preferH264(pc.addTransceiver('video', { direction: 'recvonly' }));
  const stream = new MediaStream();
  pc.ontrack = ({ track }) => {
    stream.addTrack(track);
    onStream(stream);
  };
}

async function received(pc: RTCPeerConnection): Promise<number> {
  let bytes = 0;
  for (const one of (await pc.getStats()).values() as Iterable<{ type: string; bytesReceived?: number }>)
    if (one.type === 'inbound-rtp') bytes += one.bytesReceived ?? 0;
  return bytes;
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export class Link {
  private closed = false;
  private stale = false;
  private takes: boolean;
  private pc: RTCPeerConnection | null = null;
  private location = '';
  private wake: () => void = () => {};
  /** When what there is now was connected; Infinity: it is not yet. */
  since = Infinity;

  constructor(private readonly config: LinkConfig) {
    this.takes = config.takes ?? false;
    void this.run();
  }

  /** What there is counts for nothing any more: offer anew. */
  renew(): void {
    this.stale = true;
    this.wake();
  }

  close(): void {
    this.closed = true;
    this.end(true);
    this.wake();
  }

  private end(tell: boolean): void {
    this.pc?.close();
    this.pc = null;
    if (tell && this.location) party.hangUp(this.config.door, this.location);
    this.location = '';
  }

  private async run(): Promise<void> {
    this.config.onState('connecting', null);
    for (let failed = 0; !this.closed;) {
      this.stale = false;
      const outcome = await this.once().catch((e: unknown): Problem => ({
        code: 'garbled',
        status: 0,
        detail: String(e),
      }));
      if (this.closed) return;
      failed = outcome === null ? 0 : failed + 1;
      if (outcome?.code === 'taken') return this.giveWay(outcome);
      // The next offer takes the place of this connection by itself.
      this.end(false);
      this.config.onState('interrupted', outcome);
      await this.pause(AGAIN_MS[Math.min(failed, AGAIN_MS.length - 1)]!);
    }
  }

  /** Another page has our seat: whoever sits here says whether it is taken back. */
  private giveWay(problem: Problem): void {
    this.end(false);
    this.closed = true;
    this.config.onState('interrupted', problem);
  }

  /** Returns when it is over: null if it was connected before. */
  private async once(): Promise<Problem | null> {
    const { config } = this;
    this.since = Infinity;
    const pc = (this.pc = new RTCPeerConnection({ iceServers: config.ice.servers, bundlePolicy: 'max-bundle' }));
    if (config.stream) addSending(pc, config.stream);
    else addWatching(pc, (stream) => config.onStream?.(stream));
    const found: RTCIceCandidate[] = [];
    pc.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) found.push(candidate);
      this.trickle(found);
    };
    await pc.setLocalDescription();
    const sdp = pc.localDescription!.sdp;
    const answer = await party.offer(config.door, config.leg, config.stream ? 'whip' : 'whep', sdp, this.takes);
    if ('aborted' in answer) return null;
    if (!answer.ok) return answer.problem;
    this.takes = false; // it is ours now
    if (this.closed) return (party.hangUp(config.door, answer.value.location), null);
    if (this.learn(answer.value)) return null;
    this.location = answer.value.location;
    await pc.setRemoteDescription({ type: 'answer', sdp: answer.value.sdp });
    this.trickle(found);
    return this.last(pc);
  }

  /** True if servers are told of that the offer did not know: the next one will. */
  private learn(answered: Answered): boolean {
    const news = answered.ice.length > 0 && this.config.ice.servers.length === 0;
    if (news) {
      this.config.ice.servers = answered.ice;
      party.hangUp(this.config.door, answered.location);
    }
    return news;
  }

  /** Addresses that somebody outside can reach; names ending in .local say nothing to a server. */
  private trickle(found: RTCIceCandidate[]): void {
    if (!this.location || !this.pc?.localDescription) return;
    const lines = found.splice(0).filter((c) => !/\.local /.test(c.candidate));
    if (lines.length === 0) return;
    const text = this.pc.localDescription.sdp;
    const value = (name: string) => new RegExp(`^a=${name}:(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
    const mline = /^m=.*$/m.exec(text)?.[0].trim() ?? 'm=audio 9 UDP/TLS/RTP/SAVPF 0';
    const fragment = [
      `a=ice-ufrag:${value('ice-ufrag')}`,
      `a=ice-pwd:${value('ice-pwd')}`,
      mline,
      `a=mid:${lines[0]!.sdpMid ?? '0'}`,
      ...lines.map((c) => `a=${c.candidate}`),
      '',
    ].join('\r\n');
    party.candidates(this.config.door, this.location, fragment);
  }

  /** Lasts as long as the connection; null if there was one. */
  private async last(pc: RTCPeerConnection): Promise<Problem | null> {
    const began = performance.now();
    let was = false;
    let doubt = 0;
    let bytes = 0;
    let grown = began;
    for (;;) {
      if (this.closed || this.stale) return null;
      const now = performance.now();
      const state = pc.connectionState;
      if (state === 'connected') {
        if (!was) this.since = now;
        if (!was || doubt) this.config.onState('connected', null);
        was = true;
        doubt = 0;
        const came = this.config.stream ? bytes + 1 : await received(pc);
        if (came !== bytes) [bytes, grown] = [came, now];
        else if (now - grown > SILENT_MS) return null;
      } else if (was && !doubt) {
        doubt = now;
        this.config.onState('interrupted', null);
      }
      const over = state === 'failed' || state === 'closed' || (doubt > 0 && now - doubt > DOUBT_MS);
      if (over || (!was && now - began > CONNECT_MS))
        return was ? null : { code: 'timeout', status: 0, detail: 'the connection does not come about' };
      await this.pause(was ? WATCH_MS : 50);
    }
  }

  private async pause(ms: number): Promise<void> {
    await Promise.race([sleep(ms), new Promise<void>((done) => (this.wake = done))]);
  }
}
