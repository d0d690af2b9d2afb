// SPDX-License-Identifier: GPL-3.0-or-later
// The one frame of pages that are lists and forms: its parts by name, a heading, what can be done, and what is below.
import type { ComponentChildren } from 'preact';
import { formatRoute, type Route } from './route';

/** Parts of a page, of which one is shown. */
export function Tabs(props: { label: string; tabs: readonly { word: string; route: Route; shown: boolean }[] }) {
  return (
    <nav class="tabs" aria-label={props.label}>
      {props.tabs.map(({ word, route, shown }) => (
        <a key={word} href={formatRoute(route)} aria-current={shown ? 'page' : undefined}>
          {word}
        </a>
      ))}
    </nav>
  );
}

/** What one of them shows. */
export function Part(props: { id: string; title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="page part" aria-labelledby={props.id}>
      <div class="part-head">
        <h1 id={props.id}>{props.title}</h1>
        <div class="part-actions">{props.actions}</div>
      </div>
      {props.children}
    </section>
  );
}
