// SPDX-License-Identifier: GPL-3.0-or-later
// Media time (a video element's currentTime, in seconds) and wall time (microseconds UTC) of one playlist. Media time
// skips what was not recorded, so the two run side by side only within a piece.
import { parseTime, SECOND, type Us } from '../base/time';

export interface Piece {
  wall: Us;
  media: number;
  seconds: number;
}

/** What a playlist says of one part of the footage (hls.js calls it a fragment). */
export interface Part {
  start: number;
  duration: number;
  programDateTime: number | null;
  /** The text of EXT-X-PROGRAM-DATE-TIME: microseconds, where programDateTime has milliseconds. */
  rawProgramDateTime: string | null;
}

/** Parts nearer to each other than this belong together: rounding in a playlist, not missing pictures. */
const JOIN_SECONDS = 0.02;

export class MediaMap {
  readonly pieces: readonly Piece[];

  constructor(parts: readonly Part[]) {
    const pieces: Piece[] = [];
    let next: { wall: Us; media: number } | null = null;
    for (const part of parts) {
      const said = part.rawProgramDateTime ? parseTime(part.rawProgramDateTime) : NaN;
      const known: Us = Number.isNaN(said) ? (part.programDateTime ?? NaN) * 1000 : said;
      // A part that names no time goes on where the one before it ended.
      const wall: Us = Number.isNaN(known) ? (next?.wall ?? NaN) : known;
      if (Number.isNaN(wall) || part.duration <= 0) continue;
      pieces.push({ wall, media: part.start, seconds: part.duration });
      next = { wall: wall + part.duration * SECOND, media: part.start + part.duration };
    }
    this.pieces = pieces;
  }

  /** The last piece that does not begin after `value`, by binary search; −1 if there is none. */
  private lastBy(key: 'wall' | 'media', value: number): number {
    let low = 0;
    let high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pieces[middle]![key] <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Where in the media a moment is; null if it was not recorded. */
  toMedia(wall: Us): number | null {
    const i = this.lastBy('wall', wall);
    const piece = this.pieces[i];
    if (!piece) {
      const first = this.pieces[0];
      return first && (first.wall - wall) / SECOND <= JOIN_SECONDS ? first.media : null;
    }
    const into = (wall - piece.wall) / SECOND;
    if (into < piece.seconds) return piece.media + into;
    const next = this.pieces[i + 1];
    const near = into < piece.seconds + JOIN_SECONDS || (next && (next.wall - wall) / SECOND <= JOIN_SECONDS);
    if (!near) return null;
    return next ? Math.min(piece.media + into, next.media) : piece.media + piece.seconds - JOIN_SECONDS / 2;
  }

  /** The moment the picture at a media time was taken; null if the playlist has no such time. */
  toWall(media: number): Us | null {
    const i = this.lastBy('media', media + 1e-6);
    const piece = this.pieces[i] ?? this.pieces[0];
    if (!piece || media < piece.media - JOIN_SECONDS) return null;
    const into = media - piece.media;
    if (into > piece.seconds + JOIN_SECONDS) return null;
    return Math.round(piece.wall + into * SECOND);
  }

  /** Where the first picture at or after a moment is: the place to wait at during a gap. */
  nextMedia(wall: Us): number | null {
    return this.toMedia(wall) ?? this.pieces[this.lastBy('wall', wall) + 1]?.media ?? null;
  }
}
