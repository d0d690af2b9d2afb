// SPDX-License-Identifier: GPL-3.0-or-later
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A button with a sheet of choices under it; closes on Escape, on a click elsewhere, and once something was chosen. */
export function Menu(props: { id?: string; label: string; face: ComponentChildren; children: ComponentChildren }) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const away = (event: Event) => {
      const escape = event instanceof KeyboardEvent && event.key === 'Escape';
      const outside = event.type === 'pointerdown' && !menu.current?.contains(event.target as Node);
      if (menu.current?.open && (escape || outside)) menu.current.open = false;
    };
    window.addEventListener('pointerdown', away);
    window.addEventListener('keydown', away);
    return () => {
      window.removeEventListener('pointerdown', away);
      window.removeEventListener('keydown', away);
    };
  }, []);
  return (
    <details class="menu" ref={menu}>
      <summary id={props.id} class="button plain" aria-label={props.label} title={props.label}>
        {props.face}
      </summary>
      <div class="menu-sheet" role="group" aria-label={props.label} onClick={() => (menu.current!.open = false)}>
        {props.children}
      </div>
    </details>
  );
}
