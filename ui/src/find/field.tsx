// SPDX-License-Identifier: GPL-3.0-or-later
// The search field: the same in the frame and on the Find page.
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../base/icons';
import { useSession } from '../base/session';
import { useI18n } from '../i18n/i18n';
import { flat, open } from './result-list';
import type { Search } from './results';

export function useChoice(search: Search): [number, (n: number) => void] {
  const [chosen, setChosen] = useState(0);
  useEffect(() => setChosen(0), [search.groups]);
  return [chosen, setChosen];
}

export function SearchField(props: {
  id: string;
  listId: string;
  label: string;
  value: string;
  day: string | null;
  search: Search;
  chosen: number;
  expanded: boolean;
  autofocus?: boolean;
  onInput: (value: string) => void;
  onChoose: (n: number) => void;
  onOpened?: () => void;
  onFocus?: () => void;
  onBlur?: () => void;
}) {
  const { t } = useI18n();
  const session = useSession();
  const { search, chosen } = props;
  const count = flat(search.groups).length;

  const onKeyDown = async (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (count > 0) props.onChoose((chosen + (event.key === 'ArrowDown' ? 1 : count - 1)) % count);
      const id = `${props.listId}-${(chosen + (event.key === 'ArrowDown' ? 1 : count - 1)) % Math.max(1, count)}`;
      document.getElementById(id)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' && props.value.trim()) {
      event.preventDefault();
      const field = event.currentTarget as HTMLInputElement;
      const late = search.busy;
      const groups = await search.answered();
      open(groups, late ? 0 : chosen, props.value, props.day, session, late);
      field.blur();
      props.onOpened?.();
    } else if (event.key === 'Escape') {
      (event.currentTarget as HTMLInputElement).blur();
    }
  };

  return (
    <div class="field">
      <Icon name="search" />
      <input
        id={props.id}
        data-search
        type="search"
        role="combobox"
        aria-label={props.label}
        aria-expanded={props.expanded}
        aria-controls={props.listId}
        aria-activedescendant={props.expanded && count > 0 ? `${props.listId}-${chosen}` : undefined}
        aria-autocomplete="list"
        autocomplete="off"
        spellcheck={false}
        maxLength={64}
        autofocus={props.autofocus}
        placeholder={t('searchPlaceholder')}
        value={props.value}
        onInput={(e) => props.onInput(e.currentTarget.value)}
        onKeyDown={(e) => void onKeyDown(e)}
        onFocus={props.onFocus}
        onBlur={props.onBlur}
      />
    </div>
  );
}
