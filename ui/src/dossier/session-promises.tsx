// SPDX-License-Identifier: GPL-3.0-or-later
// What was promised in a session, beside its pictures.
import { useState } from 'preact/hooks';
import { meetings, type Commitment } from '../api/meetings';
import { usePoll } from '../base/hooks';
import { useSession } from '../base/session';
import { parseTime, type Us } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { Done, PromiseState } from '../sessions/promises';

const POLL_MS = 15_000;

export function SessionPromises({ id, onJump }: { id: string; onJump: (moment: Us) => void }) {
  const { t } = useI18n();
  const { me } = useSession();
  const [finishing, setFinishing] = useState<Commitment | null>(null);
  const { value, again } = usePoll(
    (s) => meetings.promises({ session: id }, Infinity, s),
    () => POLL_MS,
    `promises-of/${id}`,
  );
  if (!value || value.promises.length === 0) return null;
  const may = me.permissions.includes('session');
  return (
    <section aria-labelledby="promises-title">
      <h2 id="promises-title">{t('promOfSession')}</h2>
      <ul class="session-promises">
        {value.promises.map((p) => (
          <li key={p.promise_id} data-promise={p.promise_id} data-state={p.state}>
            <button type="button" class="event" onClick={() => onJump(parseTime(p.made))}>
              <span>{p.text}</span>{' '}
              <span class="dim">
                {p.owner} · <span class="num">{p.due}</span>
              </span>{' '}
              <PromiseState state={p.state} /> {p.proof && <span class="dim">{p.proof}</span>}
            </button>
            {may && p.state !== 'done' && (
              <button type="button" class="button" onClick={() => setFinishing(p)}>
                {t('promFinish')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {finishing && (
        <Done
          promise={finishing}
          onClose={() => setFinishing(null)}
          onDone={() => {
            setFinishing(null);
            again();
          }}
        />
      )}
    </section>
  );
}
