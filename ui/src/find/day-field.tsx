// SPDX-License-Identifier: GPL-3.0-or-later
// A day of what is looked for: moved by a day with the arrows beside it too.
import { Icon } from '../base/icons';
import { shiftDay } from '../base/time';
import { When } from '../base/when';
import { useI18n } from '../i18n/i18n';

export function DayField(props: { day: string | null; today: string; onPick: (day: string) => void }) {
  const { t } = useI18n();
  const { day, today, onPick } = props;
  const move = (by: number) => onPick(shiftDay(day ?? today, day ? by : 0));
  return (
    <div class="day-field" role="group" aria-label={t('findDay')}>
      <button type="button" class="button" title={t('dayBefore')} aria-label={t('dayBefore')} onClick={() => move(-1)}>
        <Icon name="before" />
      </button>
      <When
        id="find-day"
        label={t('findDay')}
        value={day ?? ''}
        onInput={(picked) => picked && onPick(picked)}
        placeholder={t('findAnyDay')}
        forgets
        onStep={move}
      />
      <button type="button" class="button" title={t('dayAfter')} aria-label={t('dayAfter')} onClick={() => move(1)}>
        <Icon name="after" />
      </button>
    </div>
  );
}
