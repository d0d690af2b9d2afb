// SPDX-License-Identifier: GPL-3.0-or-later
// Of a ticket that is only named: an approval or a rating has its number, and no queue ever said that there is one.
import type { Subject } from '../api/types';
import { useI18n } from '../i18n/i18n';

const SHOWN = 3;

export function Unspoken({ subject }: { subject: Subject }) {
  const { t } = useI18n();
  if (subject.spoken !== false || subject.superseded) return null;
  const by = subject.named_by ?? [];
  const names = by.slice(0, SHOWN).join(', ') + (by.length > SHOWN ? ' …' : '');
  return (
    <span class="warn" title={t('subjectUnspokenTitle')}>
      {names ? t('subjectNamedBy', { by: names }) : t('subjectUnspoken')}
    </span>
  );
}
