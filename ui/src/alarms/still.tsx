// SPDX-License-Identifier: GPL-3.0-or-later
// The picture of a mark: of those who must say why they look at footage, once they have.
import { ReasonedPicture } from '../account/reason';
import { stillUrl } from '../api/client';
import type { MarkMade } from '../api/types-alarms';
import { parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';

export function Still({ mark, ...props }: { mark: MarkMade; class?: string }) {
  const { t } = useI18n();
  return (
    <ReasonedPicture camera={mark.camera} at={parseTime(mark.at)} {...props}>
      {(reason) => <img {...props} src={stillUrl(mark.id, reason)} alt={t('markStill')} loading="lazy" />}
    </ReasonedPicture>
  );
}
