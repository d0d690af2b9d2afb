// SPDX-License-Identifier: GPL-3.0-or-later
// What goes over the live WebSocket, as api/live/protocol.h has it.
import type { StreamState } from '../api/types';

export type StreamName = 'main' | 'sub';

export type Ask =
  | { do: 'subscribe'; tile: number; camera: string; stream: StreamName; sound: boolean; transcode: boolean }
  | { do: 'unsubscribe'; tile: number }
  | { do: 'pause' }
  | { do: 'resume' };

export interface Init {
  say: 'init';
  tile: number;
  video: string;
  mime: string;
  width: number;
  height: number;
  transcoded: boolean;
  sound: { codec: string; mime: string | null } | null;
}

export interface StateNow {
  camera: string;
  stream: StreamName;
  state: StreamState;
  since: string | null;
  detail: string | null;
}

export interface Served {
  day: string;
  number: string;
  title: string | null;
  called: string | null;
  started: string | null;
}

export interface Serving {
  hall: string;
  place: string;
  ticket: Served | null;
}

/** busy: as many streams are converted as may be. */
export type StopState = StreamState | 'busy';

/** What is said of one tile. */
export type TileNews =
  | Init
  | { say: 'lost'; tile: number; pictures: number }
  | { say: 'stopped'; tile: number; state: StopState; detail: string | null; gone: boolean }
  | { say: 'refused'; tile: number; code: string; message: string }
  | { say: 'ended'; tile: number };

export type News =
  | TileNews
  | { say: 'hello'; version: number; tiles: number; alive: number }
  | { say: 'alive' }
  | { say: 'states'; streams: StateNow[] }
  | { say: 'serving'; places: Serving[] };

export interface Piece {
  init: boolean;
  key: boolean;
  sound: boolean;
  backlog: boolean;
  tile: number;
  /** When it was taken, by the recorder's clock. */
  utcUs: number;
  /** Where it stands on the timeline of the MP4. */
  mediaUs: number;
  mp4: Uint8Array;
}

const HEAD = 20;
const INIT = 1;
const FRAGMENT = 2;

/** Null if it is none. */
export function readPiece(message: ArrayBuffer): Piece | null {
  if (message.byteLength < HEAD) return null;
  const head = new DataView(message);
  const kind = head.getUint8(0);
  if (kind !== INIT && kind !== FRAGMENT) return null;
  const flags = head.getUint8(1);
  return {
    init: kind === INIT,
    key: (flags & 1) !== 0,
    sound: (flags & 2) !== 0,
    backlog: (flags & 4) !== 0,
    tile: head.getUint16(2),
    utcUs: Number(head.getBigInt64(4)),
    mediaUs: Number(head.getBigInt64(12)),
    mp4: new Uint8Array(message, HEAD),
  };
}

/** Null if it is none. */
export function readNews(text: string): News | null {
  try {
    const news = JSON.parse(text) as Partial<News> | null;
    return news && typeof news.say === 'string' ? (news as News) : null;
  } catch {
    return null;
  }
}
