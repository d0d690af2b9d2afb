// SPDX-License-Identifier: GPL-3.0-or-later
// A part of the page that fills the screen.
import { useEffect, useState } from 'preact/hooks';
import type { RefObject } from 'preact';

export interface Full {
  now: boolean;
  /** It fills the screen, or no longer. */
  toggle(): void;
  /** No longer; false if it does not. A browser does that by itself on Esc, but not every one that a kiosk is made of. */
  leave(): boolean;
}

export function useFull(of: RefObject<HTMLElement>): Full {
  const [now, setNow] = useState(false);
  useEffect(() => {
    const told = () => setNow(of.current !== null && document.fullscreenElement === of.current);
    document.addEventListener('fullscreenchange', told);
    return () => document.removeEventListener('fullscreenchange', told);
  }, [of]);
  const leave = () => {
    if (!document.fullscreenElement) return false;
    void document.exitFullscreen();
    return true;
  };
  return { now, leave, toggle: () => void (leave() || of.current?.requestFullscreen()) };
}
