// SPDX-License-Identifier: GPL-3.0-or-later
import { Icon } from '../base/icons';
import { useI18n } from '../i18n/i18n';

/** That it is held, in a line of a list; nothing if it is not. */
export function HeldMark({ holds }: { holds: number }) {
  const { t } = useI18n();
  if (holds === 0) return <span class="result-held" />;
  const words = t('heldCountTitle', { n: holds });
  return (
    <span class="result-held held-mark" role="img" title={words} aria-label={words}>
      <Icon name="lock" />
    </span>
  );
}
