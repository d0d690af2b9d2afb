// SPDX-License-Identifier: GPL-3.0-or-later
// Taking footage away: a stretch of each chosen camera as a file, with its hash.
import { useEffect, useState } from 'preact/hooks';
import { api, clipUrl, type Problem } from '../api/client';
import type { ClipState, Subject } from '../api/types';
import { formatBytes } from '../base/bytes';
import { Icon } from '../base/icons';
import { CopyButton } from '../base/parts';
import { useSession } from '../base/session';
import { formatClock, formatMoment, parseTime, type Us } from '../base/time';
import { useI18n, type Translate } from '../i18n/i18n';
import { Actions, Field, Sheet, Told } from '../base/form';
import type { Row, Stretch } from './model';

const POLL_MS = 400;
const LONGEST_MS = 6 * 3600_000;
const HASH_SHOWN = 12;

/** "2026-11-22 09:31:05" as milliseconds of a clock without zone; NaN if it is none. */
function readClock(text: string): number {
  return /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$/.test(text)
    ? Date.parse(`${text.replace(' ', 'T')}Z`)
    : NaN;
}

export function isStretch(from: string, to: string): boolean {
  const length = readClock(to) - readClock(from);
  return length > 0 && length <= LONGEST_MS;
}

const isDone = (state: ClipState): boolean => state.state === 'ready' || state.state === 'failed';

type Made = { state: ClipState } | { problem: Problem };

/** Asks for a clip once, then how far it is until nothing more comes. */
function useClip(camera: string, stream: string, from: string, to: string): Made | null {
  const [made, setMade] = useState<Made | null>(null);
  useEffect(() => {
    let timer = 0;
    let over = false;
    const show = (result: Awaited<ReturnType<typeof api.clip>>) => {
      if (over || 'aborted' in result) return;
      if (!result.ok) return setMade({ problem: result.problem });
      const { value } = result;
      setMade({ state: value });
      if (!isDone(value)) timer = window.setTimeout(() => void api.clip(value.id).then(show), POLL_MS);
    };
    void api.makeClip({ camera, stream, from, to }).then(show);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, []);
  return made;
}

function progressWord(t: Translate, state: ClipState): string {
  const p = Math.floor(state.progress * 100);
  if (state.state === 'reading') return t('clipReading', { p });
  return state.state === 'hashing' ? t('clipHashing', { p }) : t('clipWaiting');
}

function Progress({ state }: { state: ClipState }) {
  const { t } = useI18n();
  const word = progressWord(t, state);
  return (
    <span class="clip-progress">
      <progress max={1} value={state.progress} aria-label={word} />
      <span class="dim num">{word}</span>
    </span>
  );
}

function Ready({ state }: { state: ClipState }) {
  const { t } = useI18n();
  const session = useSession();
  const clip = state.clip!;
  return (
    <span class="clip-ready">
      <a class="button" href={clipUrl(state.id, state.camera)} download={clip.name}>
        {t('clipDownload', { size: formatBytes(clip.bytes) })}
      </a>
      <CopyButton text={() => clip.sha256!} label={t('clipHash', { hash: clip.sha256! })} class="mono">
        {clip.sha256!.slice(0, HASH_SHOWN)}… <Icon name="copy" />
      </CopyButton>
      {clip.rest && (
        <span class="warn">{t('clipRest', { time: formatClock(parseTime(clip.rest), session.zone) })}</span>
      )}
      {clip.gaps.length > 0 && <span class="warn">{t('clipGaps', { n: clip.gaps.length })}</span>}
    </span>
  );
}

function failed(made: Made): Problem | null {
  if ('problem' in made) return made.problem;
  const { problem } = made.state;
  return problem && { code: problem.code, status: 0, detail: problem.detail };
}

function ClipLine(props: { row: Row; from: string; to: string }) {
  const { row } = props;
  const made = useClip(row.camera, row.stream, props.from, props.to);
  const problem = made && failed(made);
  return (
    <li class="clip-line">
      <span class="strong">{row.name}</span>
      {problem ? (
        <Told problem={problem} />
      ) : made && 'state' in made && made.state.state === 'ready' ? (
        <Ready state={made.state} />
      ) : (
        made && 'state' in made && <Progress state={made.state} />
      )}
    </li>
  );
}

function Choice(props: { rows: readonly Row[]; chosen: ReadonlySet<string>; onToggle: (camera: string) => void }) {
  const { t } = useI18n();
  return (
    <fieldset class="clip-cameras">
      <legend class="dim">{t('clipCameras')}</legend>
      {props.rows.map((row) => (
        <label key={row.camera}>
          <input type="checkbox" checked={props.chosen.has(row.camera)} onChange={() => props.onToggle(row.camera)} />{' '}
          {row.name}
        </label>
      ))}
    </fieldset>
  );
}

/** What the file is of, in the sheet's title. */
type Named = Pick<Subject, 'key' | 'day'>;
/** Where its times begin. */
interface Shown {
  rows: readonly Row[];
  section: Stretch;
  /** Later than this is still to come. */
  end: Us;
}

export function ClipSheet(props: { dossier: { subject: Named }; view: Shown; onClose: () => void }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { view } = props;
  const { subject } = props.dossier;
  const [from, setFrom] = useState(formatMoment(view.section.from, zone));
  const [to, setTo] = useState(formatMoment(Math.min(view.section.to, view.end), zone));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(view.rows.map((r) => r.camera)));
  const [going, setGoing] = useState(false);
  const rows = view.rows.filter((r) => chosen.has(r.camera));
  const wrong = isStretch(from, to) ? null : t('clipTimeWrong');
  const toggle = (camera: string) => {
    const next = new Set(chosen);
    if (!next.delete(camera)) next.add(camera);
    setChosen(next);
  };
  const title = (
    <>
      {t('clipTitle')} <span class="mono">{subject.key}</span> <span class="num dim">{subject.day}</span>
    </>
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!wrong && rows.length > 0) setGoing(true);
  };
  if (going)
    return (
      <Sheet id="clip-title" title={title} onClose={props.onClose}>
        <p class="num dim">
          {from} – {to}
        </p>
        <ul class="clips">
          {rows.map((row) => (
            <ClipLine key={row.camera} row={row} from={from} to={to} />
          ))}
        </ul>
        <p class="form-actions">
          <button type="button" class="button primary" onClick={props.onClose}>
            {t('close')}
          </button>
        </p>
      </Sheet>
    );
  return (
    <Sheet id="clip-title" title={title} onClose={props.onClose}>
      <p class="dim">{t('clipMeans')}</p>
      <form onSubmit={submit}>
        <div class="clip-times">
          <Field id="clip-from" label={t('clipFrom')} value={from} onInput={setFrom} required focus numeric />
          <Field id="clip-to" label={t('clipTo')} value={to} onInput={setTo} required numeric />
        </div>
        {wrong && (
          <p class="bad" role="alert">
            {wrong}
          </p>
        )}
        <Choice rows={view.rows} chosen={chosen} onToggle={toggle} />
        {rows.length === 0 && <p class="warn">{t('clipNone')}</p>}
        <Actions go={t('clipGo')} busy={wrong !== null || rows.length === 0} onCancel={props.onClose} />
      </form>
    </Sheet>
  );
}
