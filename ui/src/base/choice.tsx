// SPDX-License-Identifier: GPL-3.0-or-later
// A list to choose from on a page that has keys of its own. When a choice is made the focus is given back to the page:
// a list that kept it would take M, F and the arrows from who looks at the pictures again.
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

/** These change a list that is not open, one by one: who is on the way is not sent away. */
const isStep = (e: KeyboardEvent): boolean =>
  !e.altKey && (/^(Arrow|Home|End|Page)/.test(e.key) || (e.key.length === 1 && e.key !== ' '));

export function Choice(props: {
  label: string;
  value: string;
  onChoose: (value: string) => void;
  title?: string;
  class?: string;
  disabled?: boolean;
  children: ComponentChildren;
}) {
  const stepping = useRef(false);
  const keys = (e: KeyboardEvent & { currentTarget: HTMLSelectElement }) => {
    const done = e.key === 'Escape' || (e.key === 'Enter' && stepping.current);
    stepping.current = isStep(e);
    if (!done) return;
    e.preventDefault();
    e.currentTarget.blur();
  };
  return (
    <select
      class={props.class}
      aria-label={props.label}
      title={props.title}
      disabled={props.disabled}
      value={props.value}
      onPointerDown={() => (stepping.current = false)}
      onKeyDown={keys}
      onChange={(e) => {
        const field = e.currentTarget;
        props.onChoose(field.value);
        if (!stepping.current) field.blur();
      }}
    >
      {props.children}
    </select>
  );
}
