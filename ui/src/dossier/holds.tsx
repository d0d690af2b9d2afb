// SPDX-License-Identifier: GPL-3.0-or-later
// The holds on what the dossier shows: who, why, until when they are looked at again, what they keep; and releasing one.
import { useState } from 'preact/hooks';
import { api, type Problem } from '../api/client';
import type { Hold } from '../api/types';
import { Icon } from '../base/icons';
import { useSession } from '../base/session';
import { formatDayRange, formatMoment, parseTime } from '../base/time';
import { useI18n, type Translate } from '../i18n/i18n';
import { Field, Sheet, Told, tooLong } from '../base/form';
import { HoldForm, type HoldOn } from './hold-form';
import { cameraName, inForce, mayHold, whyNotRelease, type Named } from './model';

/** What a hold is on, in a few words. */
function onWhat(t: Translate, hold: Hold): string {
  const { subject } = hold;
  if (!subject) return t('holdOnCameras');
  return [
    t(hold.kind === 'camera' ? 'ticket' : hold.kind),
    subject.key,
    subject.day,
    subject.ticket_id ?? subject.source,
  ]
    .filter(Boolean)
    .join(' ');
}

export const heldTitle = (t: Translate, hold: Hold): string =>
  t('holdLine', { case: hold.case, owner: hold.owner, reason: hold.reason });

function Release(props: { hold: Hold; onDone: () => void; onClose: () => void }) {
  const { t } = useI18n();
  const { hold } = props;
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || tooLong(reason)) return;
    setBusy(true);
    setProblem(null);
    const result = await api.releaseHold(hold.id, reason.trim());
    setBusy(false);
    if ('aborted' in result) return;
    if (!result.ok) return setProblem(result.problem);
    props.onDone();
  };
  return (
    <form class="release" onSubmit={(e) => void submit(e)}>
      <Field
        id="release-reason"
        label={t('releaseReason')}
        value={reason}
        onInput={setReason}
        required
        hint={t('releaseMeans')}
        wrong={tooLong(reason) ? t('holdTooLong') : null}
      />
      <Told problem={problem} />
      <p class="form-actions">
        <button type="button" class="button" onClick={props.onClose}>
          {t('close')}
        </button>
        <button type="submit" class="button risky" disabled={busy || tooLong(reason)}>
          {t(busy ? 'releaseBusy' : 'releaseGo')}
        </button>
      </p>
    </form>
  );
}

function Facts({ dossier, hold }: { dossier: Named; hold: Hold }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const moment = (text: string) => formatMoment(parseTime(text), zone);
  const facts: [string, string, boolean?][] = [
    [t('holdOn'), onWhat(t, hold)],
    [t('holdCase'), hold.case],
    [t('holdReason'), hold.reason],
    [t('holdOwner'), hold.owner],
    [t('holdSince'), t('holdSinceBy', { time: moment(hold.made), name: hold.by })],
    [t('holdReview'), hold.review ?? t('holdNoReview'), hold.review_due],
  ];
  if (hold.released)
    facts.push([
      t('holdReleased'),
      t('holdReleasedBy', {
        time: moment(hold.released),
        name: hold.released_by ?? '',
        reason: hold.released_reason ?? '',
      }),
    ]);
  return (
    <dl class="facts">
      {facts.map(([name, value, due]) => (
        <div key={name}>
          <dt class="dim">{name}</dt>
          <dd class={`num ${due ? 'warn' : ''}`}>
            {value}
            {due && ` · ${t('holdReviewDue')}`}
          </dd>
        </div>
      ))}
      <div>
        <dt class="dim">{t('holdKeeps')}</dt>
        <dd>
          <ul class="kept num" tabIndex={hold.spans.length > 6 ? 0 : undefined}>
            {hold.spans.length === 0 && <li class="dim">{t('holdKeepsNothing')}</li>}
            {hold.spans.map((s) => (
              <li key={`${s.camera}/${s.from}/${s.to}`}>
                {cameraName(dossier, s.camera)}{' '}
                <span class="dim">{formatDayRange(parseTime(s.from), parseTime(s.to), zone)}</span>
              </li>
            ))}
          </ul>
        </dd>
      </div>
    </dl>
  );
}

/** Of one: all that is known of it, and how it is released, or by whom. */
function HoldSheet(props: { dossier: Named; hold: Hold; onClose: () => void; onChanged: () => void }) {
  const { t } = useI18n();
  const { me } = useSession();
  const { hold, onClose } = props;
  const live = inForce(hold);
  const why = whyNotRelease(hold, me);
  const title = (
    <>
      <span class={live ? 'held-mark' : 'dim'}>
        <Icon name="lock" />
      </span>
      {t(live ? 'holdTitle' : 'holdTitleReleased')} <span class="mono dim">{hold.id}</span>
    </>
  );
  const done = () => {
    props.onChanged();
    onClose();
  };
  return (
    <Sheet id="hold-title" title={title} onClose={onClose}>
      <Facts dossier={props.dossier} hold={hold} />
      {live && !why && <Release hold={hold} onDone={done} onClose={onClose} />}
      {live && why && <p class="dim">{t(why === 'own' ? 'releaseOwn' : 'releaseOthers', { owner: hold.owner })}</p>}
      {(!live || why) && (
        <p class="form-actions">
          <button type="button" class="button" onClick={onClose}>
            {t('close')}
          </button>
        </p>
      )}
    </Sheet>
  );
}

function Line({ hold, onOpen }: { hold: Hold; onOpen: () => void }) {
  const { t } = useI18n();
  const live = inForce(hold);
  const until = live ? hold.review && t('holdLineReview', { day: hold.review }) : t('holdReleased');
  return (
    <li>
      <button
        type="button"
        class="hold-line"
        data-released={live ? undefined : ''}
        title={heldTitle(t, hold)}
        onClick={onOpen}
      >
        <span class={live ? 'held-mark' : 'dim'}>
          <Icon name="lock" />
        </span>
        <span class="hold-words">
          <span class="strong">{hold.case}</span> {hold.owner}
        </span>
        <span class={`num ${hold.review_due ? 'warn' : 'dim'}`}>{until}</span>
        <span class="hold-reason dim">{hold.reason}</span>
      </button>
    </li>
  );
}

/** In force first, the newest first. */
const order = (holds: readonly Hold[]): Hold[] =>
  [...holds].sort((a, b) => Number(inForce(b)) - Number(inForce(a)) || b.id - a.id);

export function Holds({ holds, onOpen }: { holds: readonly Hold[]; onOpen: (id: number) => void }) {
  const { t } = useI18n();
  return (
    <section class="holds" aria-labelledby="holds-title">
      <h2 id="holds-title">{t('holdsTitle')}</h2>
      {holds.length === 0 && <p class="dim aside-note">{t('holdsNone')}</p>}
      <ul>
        {order(holds).map((h) => (
          <Line key={h.id} hold={h} onOpen={() => onOpen(h.id)} />
        ))}
      </ul>
    </section>
  );
}

/** How many holds there are, and the way to another one, for those who may. */
export function HoldButton({ holds, onOpen }: { holds: readonly Hold[]; onOpen: () => void }) {
  const { t } = useI18n();
  const { me } = useSession();
  const n = holds.filter(inForce).length;
  return (
    <>
      {n > 0 && (
        <span class="held-count" title={t('heldCountTitle', { n })}>
          <Icon name="lock" /> {t('heldCount', { n })}
        </span>
      )}
      {mayHold(me) && (
        <button type="button" id="hold" class="button" aria-keyshortcuts="H" onClick={onOpen}>
          <Icon name="lock" /> {t('holdButton')}
        </button>
      )}
    </>
  );
}

/** The sheet that is open: of a new hold, or of the one with that number. */
export function HoldSheets(props: {
  dossier: Named & { holds: readonly Hold[] };
  /** What a new one is on. */
  on: HoldOn;
  open: 'new' | number | null;
  onClose: () => void;
  onChanged: () => void;
}) {
  const { open, on, ...rest } = props;
  if (open === 'new') return <HoldForm on={on} {...rest} />;
  const hold = props.dossier.holds.find((h) => h.id === open);
  return hold ? <HoldSheet key={hold.id} hold={hold} {...rest} /> : null;
}
