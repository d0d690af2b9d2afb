// SPDX-License-Identifier: GPL-3.0-or-later
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Paged, Result } from '../api/client';
import { formatRoute, parseRoute, type Route } from './route';

export function navigate(route: Route): void {
  window.location.hash = formatRoute(route);
}

/** The address that the page follows, or wrote itself; null: it follows none. */
let followed: string | null = null;

/** The address without a new entry in the history; not where somebody went elsewhere, which the page is told of next. */
export function replaceAddress(route: Route): void {
  if (followed !== null && window.location.hash !== followed) return;
  window.history.replaceState(null, '', formatRoute(route));
  if (followed !== null) followed = window.location.hash;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(window.location.hash));
  useEffect(() => {
    const listener = () => {
      followed = window.location.hash;
      setRoute(parseRoute(followed));
    };
    followed = window.location.hash;
    window.addEventListener('hashchange', listener);
    return () => {
      window.removeEventListener('hashchange', listener);
      followed = null;
    };
  }, []);
  return route;
}

export type Answer<T> = Exclude<Result<T>, { aborted: true }> | null;

/** A server that takes an address and then is silent is not waited for longer than this, in milliseconds. */
const PATIENCE_MS = 60_000;
/** For what is watched: who looks at it must know as soon as this that it is old. */
export const WATCHED_MS = 8000;

/** What is answered within `ms`, or that nothing was. `ended`: nobody wants it any more. */
export async function within<T>(
  ms: number,
  ask: (signal: AbortSignal) => Promise<Result<T>>,
  ended: AbortSignal,
): Promise<Result<T>> {
  const controller = new AbortController();
  const end = () => controller.abort();
  ended.addEventListener('abort', end);
  const timer = setTimeout(end, ms);
  const answer = await ask(controller.signal);
  clearTimeout(timer);
  ended.removeEventListener('abort', end);
  if (ended.aborted || !('aborted' in answer)) return answer;
  return { ok: false, problem: { code: 'unreachable', status: 0, detail: `no answer within ${ms / 1000} s` } };
}

/**
 * Asks again and again: `wait(answer)` milliseconds after each answer, or never again if it says null. Keeps the last
 * good value beside the last answer, so that a hiccup of the network does not empty the page. What is not answered
 * within `patience` milliseconds is given up, and is an answer too: the server is not reached.
 */
export function usePoll<T>(
  ask: (signal: AbortSignal) => Promise<Result<T>>,
  wait: (answer: Answer<T>) => number | null,
  key: string,
  patience = PATIENCE_MS,
): { answer: Answer<T>; value: T | null; again: () => void } {
  const [state, setState] = useState<{ key: string; answer: Answer<T>; value: T | null }>({
    key,
    answer: null,
    value: null,
  });
  const [round, setRound] = useState(0);
  const latest = useRef({ ask, wait });
  latest.current = { ask, wait };
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const turn = async () => {
      const answer = await within(patience, latest.current.ask, controller.signal);
      if (controller.signal.aborted || 'aborted' in answer) return;
      setState((old) => ({
        key,
        answer,
        value: answer.ok ? answer.value : old.key === key ? old.value : null,
      }));
      const ms = latest.current.wait(answer);
      if (ms !== null) timer = setTimeout(() => void turn(), ms);
    };
    void turn();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [key, round, patience]);
  const mine = state.key === key;
  return {
    answer: mine ? state.answer : null,
    value: mine ? state.value : null,
    again: () => setRound((n) => n + 1),
  };
}

/** The same of a list that answers by the page: as many pages as are wanted, all of them new each time. */
export function usePages<T extends Paged>(
  ask: (pages: number, signal: AbortSignal) => Promise<Result<T>>,
  ms: number,
  key: string,
) {
  const pages = useRef({ key, n: 1 });
  if (pages.current.key !== key) pages.current = { key, n: 1 };
  const polled = usePoll(
    (signal) => ask(pages.current.n, signal),
    () => ms,
    key,
  );
  const more = () => {
    pages.current.n += 1;
    polled.again();
  };
  return { ...polled, more: polled.value?.next ? more : null };
}

/**
 * For a field that is to be typed in as soon as it is there, if it is `wanted`: what is in it already is kept, or typed
 * over. HTML's autofocus is heeded once a document, and then no more.
 */
export function useFocus(wanted = true): RefObject<HTMLInputElement> {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (!wanted) return;
    field.current?.focus();
    field.current?.select();
  }, []);
  return field;
}

/** A value after it has stood still for a while. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** Whether the person is writing, or on a control that takes this key for itself. */
export function keyIsTaken(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const target = event.target as HTMLElement | null;
  if (!target?.tagName) return false;
  const box = target.tagName === 'INPUT' && (target as HTMLInputElement).type === 'checkbox';
  if (target.isContentEditable || (!box && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))) return true;
  return (box || /^(BUTTON|A|SUMMARY)$/.test(target.tagName)) && (event.key === ' ' || event.key === 'Enter');
}

/**
 * Keys that mean something wherever the person is on the page: not while somebody writes, nor under a sheet, nor if
 * another took them. `press` says whether the key meant something here.
 */
export function useKeys(press: (event: KeyboardEvent) => boolean): void {
  const latest = useRef(press);
  latest.current = press;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.defaultPrevented || keyIsTaken(event) || document.querySelector('dialog[open]')) return;
      if (!latest.current(event)) return;
      event.preventDefault();
      // Whose number was pressed is meant by the Enter that follows, not the button that had the focus.
      if (/^[1-9]$/.test(event.key)) (document.activeElement as HTMLElement | null)?.blur();
    };
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

/**
 * A button beside pictures: pressed with the mouse it gives the focus back to the page, as one that kept it would take
 * Space and Enter from who looks at the pictures again. Pressed with a key it keeps it.
 */
export const givenBack = (act: () => void) => (event: MouseEvent) => {
  act();
  if (event.detail > 0) (event.currentTarget as HTMLElement).blur();
};
