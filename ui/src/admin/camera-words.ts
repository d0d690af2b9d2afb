// SPDX-License-Identifier: GPL-3.0-or-later
// What a camera sends, in a few words; and addresses.
import type { Translate } from '../i18n/i18n';

export const codecWord = (video: string | null): string =>
  video === 'hevc' ? 'H.265' : video === 'h264' ? 'H.264' : (video ?? '');

interface Sent {
  video: string | null;
  width: number;
  height: number;
  frame_rate?: number | null;
  bitrate?: number | null;
}

const NONE = '';

export function sentWords(t: Translate, sent: Sent): string {
  const parts = [
    codecWord(sent.video),
    sent.width ? `${sent.width}×${sent.height}` : NONE,
    sent.frame_rate ? t('adminPerSecond', { n: Math.round(sent.frame_rate * 10) / 10 }) : NONE,
    sent.bitrate ? `${(sent.bitrate / 1e6).toFixed(1)} Mbit/s` : NONE,
  ];
  return parts.filter(Boolean).join(' · ');
}

const SOUNDS: Record<string, string> = { aac: 'AAC', opus: 'Opus', pcm_alaw: 'G.711 A', pcm_mulaw: 'G.711 µ' };
export const soundWord = (codec: string): string => SOUNDS[codec] ?? codec;

export const offsetWord = (us: number): string => {
  const ms = Math.abs(us) / 1000;
  const text = ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
  return `${us < 0 ? '−' : '+'}${text}`;
};

export const hostOf = (url: string): string => /^[a-z]+:\/\/(?:[^/]*@)?(\[[^\]]*\]|[^:/?#]*)/i.exec(url)?.[1] ?? '';

/** The name and password of @url for an address that was found beside it; null if part of them is hidden in it. */
export function withLogin(url: string, found: string): string | null {
  const login = /^[a-z]+:\/\/([^/?#]*@)?/i.exec(url)?.[1] ?? '';
  return found.includes('***') ? null : found.replace('://', () => `://${login}`);
}

/** What a camera might be called, of its address: the end of the path if that is a name, else where it is. */
export function suggestId(url: string): string {
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*$/, '');
  const last = path.split('/').filter(Boolean).at(-1) ?? '';
  if (/^[A-Za-z][\w.-]{1,63}$/.test(last) && !/^(live|main|stream\d*|ch\d+|cam|av_stream|realmonitor)$/i.test(last))
    return last;
  const host = hostOf(url).replace(/[^A-Za-z0-9]+/g, '-');
  return host ? `cam-${host}`.replace(/-+$/, '') : '';
}
