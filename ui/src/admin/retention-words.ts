// SPDX-License-Identifier: GPL-3.0-or-later
import type { Translate } from '../i18n/i18n';
import type { Key } from '../i18n/table';
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
