// SPDX-License-Identifier: GPL-3.0-or-later
// The lists beside the pictures scroll as one, and fade where there is more of them.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** How far a box must be scrolled for a row to be wholly in it; the row and the box as they are on the screen now. */
export function scrollFor(
  scrolled: number,
  box: { top: number; bottom: number },
  row: { top: number; bottom: number },
) {
  if (row.top < box.top) return scrolled - (box.top - row.top);
  if (row.bottom > box.bottom) return scrolled + (row.bottom - box.bottom);
  return scrolled;
}

/** Keeps the row with `aria-current` in sight, unless somebody has scrolled away from it to read something else. */
function useFollow(box: { current: HTMLDivElement | null }, current: number | null): void {
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const e = box.current;
    const row = e?.querySelector('[aria-current]');
    if (!e || !row) return;
    const room = e.getBoundingClientRect();
    const before = last.current?.isConnected ? last.current.getBoundingClientRect() : null;
    last.current = row;
    if (before && (before.bottom <= room.top || before.top >= room.bottom)) return;
    e.scrollTop = scrollFor(e.scrollTop, room, row.getBoundingClientRect());
  }, [box, current]);
}

export function Lists({ current, children }: { current: number | null; children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  useFollow(box, current);
  useEffect(() => {
    const e = box.current!;
    const mark = () => {
      e.toggleAttribute('data-above', e.scrollTop > 1);
      e.toggleAttribute('data-below', e.scrollTop + e.clientHeight < e.scrollHeight - 1);
    };
    const watch = new ResizeObserver(mark);
    watch.observe(e);
    for (const child of e.children) watch.observe(child);
    e.addEventListener('scroll', mark, { passive: true });
    mark();
    return () => {
      watch.disconnect();
      e.removeEventListener('scroll', mark);
    };
  });
  return (
    <div class="aside-lists" ref={box}>
      {children}
    </div>
  );
}
