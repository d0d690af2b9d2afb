// SPDX-License-Identifier: GPL-3.0-or-later
// The page's one WebSocket: opened with the first page that watches, shared by all tiles, and opened again by itself
// when it breaks, after a pause that grows.
import { readNews, readPiece, type Ask, type News, type Piece, type StreamName, type TileNews } from './protocol';

export interface Wanted {
  camera: string;
  stream: StreamName;
  sound: boolean;
  transcode: boolean;
}

/** Who shows a stream. After a break, told by reset, all of it is told anew, beginning with an init. */
export interface Watcher {
  reset(): void;
  news(news: TileNews): void;
  piece(piece: Piece): void;
}

export type LinkState = 'connecting' | 'open' | 'broken';

export interface Listener {
  news?(news: News): void;
  state?(state: LinkState): void;
}

const OPEN = 1; // WebSocket.OPEN
const PAUSE_MS = 250;
const PAUSE_MAX_MS = 8000;
const DENIED = 1008;
/** A line that died without a word is silent for longer than so many of the server's signs of life take. */
const SILENT = 3;
const ALIVE_SECONDS = 5; // until the server says what it does

export const pauseAfter = (failures: number): number =>
  Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** Math.max(0, failures - 1));

export class LiveSocket {
  private socket: WebSocket | null = null;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;
  /** Turns of it since something came: counted, since a page that sleeps hears nothing and misses nothing. */
  private silent = 0;
  private last = 0;
  private paused = false;
  /** Open, and told what is wanted. */
  private ready = false;
  private closed = false;
  private readonly tiles = new Map<number, { wanted: Wanted; watcher: Watcher }>();
  private readonly listeners = new Set<Listener>();
  state: LinkState = 'connecting';

  constructor(
    private readonly url: string,
    private readonly onDenied: () => void = () => {},
    private readonly make: (url: string) => WebSocket = (u) => new WebSocket(u),
  ) {
    this.open();
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Shows a stream until the function it returns is called. */
  watch(wanted: Wanted, watcher: Watcher): () => void {
    const tile = this.freeTile();
    this.tiles.set(tile, { wanted, watcher });
    this.send({ do: 'subscribe', tile, ...wanted });
    if (this.paused) this.send({ do: 'pause' }); // of the others it knows
    return () => {
      if (this.tiles.delete(tile)) this.send({ do: 'unsubscribe', tile });
    };
  }

  /** A page that nobody sees wants no pictures. */
  pause(paused: boolean): void {
    if (paused === this.paused) return;
    this.paused = paused;
    this.send({ do: paused ? 'pause' : 'resume' });
  }

  close(): void {
    this.closed = true;
    this.ready = false;
    clearTimeout(this.timer);
    clearInterval(this.pulse);
    this.socket?.close();
  }

  private freeTile(): number {
    do this.last = (this.last % 65535) + 1;
    while (this.tiles.has(this.last));
    return this.last;
  }

  private send(ask: Ask): void {
    // A socket that closes is told of later; until then the browser complains of each word.
    if (this.ready && this.socket?.readyState === OPEN) this.socket.send(JSON.stringify(ask));
  }

  private tell(state: LinkState): void {
    this.state = state;
    this.listeners.forEach((l) => l.state?.(state));
  }

  private open(): void {
    const socket = this.make(this.url);
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.opened(socket);
    socket.onmessage = (e: MessageEvent<string | ArrayBuffer>) => this.got(socket, e.data);
    socket.onclose = (e) => this.broke(socket, e.code);
    this.watchOver(socket, ALIVE_SECONDS);
  }

  private opened(socket: WebSocket): void {
    if (this.closed) return socket.close();
    this.ready = true;
    this.tell('open');
    for (const [tile, { wanted, watcher }] of this.tiles) {
      watcher.reset();
      this.send({ do: 'subscribe', tile, ...wanted });
    }
    if (this.paused) this.send({ do: 'pause' });
  }

  private watchOver(socket: WebSocket, seconds: number): void {
    clearInterval(this.pulse);
    this.silent = 0;
    this.pulse = setInterval(() => {
      this.silent += 1;
      if (this.silent <= SILENT) return;
      this.broke(socket, 0);
      socket.close(); // of which nobody may ever hear
    }, seconds * 1000);
  }

  private got(socket: WebSocket, data: string | ArrayBuffer): void {
    if (this.closed || socket !== this.socket) return;
    this.silent = 0;
    if (typeof data !== 'string') {
      const piece = readPiece(data);
      if (piece) this.tiles.get(piece.tile)?.watcher.piece(piece);
      return;
    }
    const news = readNews(data);
    if (!news) return;
    if (news.say === 'hello') {
      this.failures = 0;
      this.watchOver(socket, news.alive ?? ALIVE_SECONDS);
    }
    if ('tile' in news) this.tiles.get(news.tile)?.watcher.news(news);
    this.listeners.forEach((l) => l.news?.(news));
  }

  private broke(socket: WebSocket, code: number): void {
    if (this.closed || socket !== this.socket) return;
    this.socket = null; // whatever it still says is not heard
    clearInterval(this.pulse);
    this.ready = false;
    this.failures += 1;
    this.tell('broken');
    if (code === DENIED) this.onDenied();
    this.timer = setTimeout(() => this.open(), pauseAfter(this.failures));
  }
}

export function liveUrl(): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/api/v1/live`;
}
