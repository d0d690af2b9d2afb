// SPDX-License-Identifier: GPL-3.0-or-later
import type { Translate } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { formatSpan } from '../base/time';
import { kindWord } from '../i18n/words';

export const PURPOSES = ['footage', 'ticket', 'approval', 'session', 'trade'] as const;

const WORDS: Record<string, Key> = {
  footage: 'purposeFootage',
  ticket: 'purposeTicket',
  approval: 'purposeApproval',
  session: 'purposeSession',
  trade: 'purposeTrade',
};

export const purposeWord = (t: Translate, purpose: string): string => (WORDS[purpose] ? t(WORDS[purpose]) : purpose);
export const ruleKindWord = (t: Translate, kind: string): string =>
  kind === 'any' ? t('rulesAnyKind') : kindWord(t, kind);
export const maxWord = (t: Translate, days: number | null): string =>
  days === null ? t('rulesNever') : t('rulesDays', { n: days });

const LONG_S = 2 * 86400;
/** 03:20:00, or days where hours would be many. */
export const spanWord = (t: Translate, seconds: number): string =>
  seconds < LONG_S ? formatSpan(seconds * 1e6) : t('rulesDays', { n: (seconds / 86400).toFixed(1) });
