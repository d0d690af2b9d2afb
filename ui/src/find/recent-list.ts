// SPDX-License-Identifier: GPL-3.0-or-later
import { useMemo } from 'preact/hooks';
import { useSession } from '../base/session';
import { readRecent } from './recent';
import type { ResultGroup } from './results';

/** What was opened last, read anew each time that `when` changes; no group if there is nothing. */
export function useRecent(when: unknown): ResultGroup[] {
  const { me } = useSession();
  return useMemo(() => {
    const results = readRecent(me.name);
    return results.length > 0 ? [{ kind: 'recent', results }] : [];
  }, [me.name, when]);
}
