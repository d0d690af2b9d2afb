// SPDX-License-Identifier: GPL-3.0-or-later
// The one frame of tables: what its columns are called, and rows.
import type { ComponentChildren } from 'preact';

/** actions: what can be done with a row, in a last column whose name is only heard. grouped: the children are bodies. */
export function Table(props: {
  heads: readonly string[];
  actions?: string;
  class?: string;
  label?: string;
  grouped?: boolean;
  children: ComponentChildren;
}) {
  return (
    <table class={props.class ? `table ${props.class}` : 'table'} aria-label={props.label}>
      <thead>
        <tr>
          {props.heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
          {props.actions && (
            <th scope="col">
              <span class="sr">{props.actions}</span>
            </th>
          )}
        </tr>
      </thead>
      {props.grouped ? props.children : <tbody>{props.children}</tbody>}
    </table>
  );
}
