// SPDX-License-Identifier: GPL-3.0-or-later
// The search field: the same in the frame and on the Find page. It keeps the focus; the list below shows what Enter would
// open. Tab goes from group to group and, behind the last, on.
import { useEffect, useState } from 'preact/hooks';
import { useFocus } from '../base/hooks';
import { Icon } from '../base/icons';
import { useSession } from '../base/session';
import { useI18n } from '../i18n/i18n';
import { flat, open } from './result-list';
import type { ResultGroup, Search } from './results';

export function useChoice(groups: readonly ResultGroup[]): [number, (n: number) => void] {
  const [chosen, setChosen] = useState(0);
  useEffect(() => setChosen(0), [groups]);
  return [chosen, setChosen];
}

/** Where each group begins. */
const beginnings = (groups: readonly ResultGroup[]): number[] => {
  let at = 0;
  return groups.map((g) => (at += g.results.length) - g.results.length);
};

/** What a key makes of the choice; null: nothing, the key is the field's own. */
export function chooseBy(event: KeyboardEvent, chosen: number, groups: readonly ResultGroup[]): number | null {
  const count = flat(groups).length;
  if (count === 0) return null;
  const first = beginnings(groups);
  switch (event.key) {
    case 'ArrowDown':
      return (chosen + 1) % count;
    case 'ArrowUp':
      return (chosen + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    case 'Tab':
      return (event.shiftKey ? first.filter((i) => i < chosen).at(-1) : first.find((i) => i > chosen)) ?? null;
  }
  return null;
}

export function SearchField(props: {
  id: string;
  listId: string;
  label: string;
  value: string;
  /** What of it is looked for, and on which day. */
  q: string;
  day: string | null;
  search: Search;
  /** What is listed: what was found, or what was opened last. */
  groups: ResultGroup[];
  chosen: number;
  expanded: boolean;
  focus?: boolean;
  onInput: (value: string) => void;
  onChoose: (n: number) => void;
  onOpened?: () => void;
  onFocus?: () => void;
  onBlur?: () => void;
}) {
  const { t } = useI18n();
  const session = useSession();
  const { search, chosen, q } = props;
  const input = useFocus(props.focus ?? false);
  const count = flat(props.groups).length;

  const enter = async (field: HTMLInputElement) => {
    const late = q !== '' && search.busy;
    const groups = q === '' ? props.groups : await search.answered();
    open(groups, late ? 0 : chosen, q, props.day, session, late);
    field.blur();
    props.onOpened?.();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.currentTarget as HTMLInputElement;
    const next = props.expanded ? chooseBy(event, chosen, props.groups) : null;
    if (next !== null) {
      event.preventDefault();
      props.onChoose(next);
      document.getElementById(`${props.listId}-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' && (q !== '' || count > 0)) {
      event.preventDefault();
      void enter(field);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (props.value === '') field.blur();
      else props.onInput('');
    }
  };
  const told =
    props.expanded && (q === '' || !search.busy)
      ? t(count === 0 ? 'resultsNone' : 'resultsTold', { n: count, groups: props.groups.length })
      : '';

  return (
    <div class="field">
      <Icon name="search" />
      <input
        ref={input}
        id={props.id}
        data-search
        type="search"
        role="combobox"
        aria-label={props.label}
        aria-expanded={props.expanded && count > 0}
        aria-controls={props.listId}
        aria-activedescendant={props.expanded && count > 0 ? `${props.listId}-${chosen}` : undefined}
        aria-autocomplete="list"
        autocomplete="off"
        spellcheck={false}
        maxLength={64}
        placeholder={t('searchPlaceholder')}
        value={props.value}
        onInput={(e) => props.onInput(e.currentTarget.value)}
        onKeyDown={onKeyDown}
        onFocus={props.onFocus}
        onBlur={props.onBlur}
      />
      <span class="sr" role="status">
        {told}
      </span>
    </div>
  );
}
