// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useRef, useState } from 'preact/hooks';
import { Choice } from '../base/choice';
import { givenBack } from '../base/hooks';
import { Icon, type IconName } from '../base/icons';
import { CopyButton } from '../base/parts';
import { addressAt } from '../base/route';
import { useSession } from '../base/session';
import { formatClockMs, formatLink, formatSpan, SECOND, type Us } from '../base/time';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { eventWord } from '../i18n/words';
import { SPEEDS } from '../player/clock';
import type { Group } from '../player/group';
import { markAt, type Mark, type Row } from './model';

export const SKIP: Us = 5 * SECOND;

function Control(props: { word: Key; icon: IconName; id?: string; pressed?: boolean; onClick: () => void }) {
  const { t } = useI18n();
  return (
    <button
      type="button"
      class="button plain"
      id={props.id}
      title={t(props.word)}
      aria-label={t(props.word)}
      onClick={givenBack(props.onClick)}
    >
      <Icon name={props.icon} />
    </button>
  );
}

/** The moment, and how long after which event; written straight into the page, as it changes with every picture. */
function Moment({ group, marks }: { group: Group; marks: readonly Mark[] }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const clock = useRef<HTMLTimeElement>(null);
  const since = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      group.listen(({ moment }) => {
        if (clock.current) clock.current.textContent = formatClockMs(moment, zone);
        const mark = markAt(marks, moment) ?? marks.find((m) => !m.superseded);
        if (!since.current) return;
        since.current.textContent = mark
          ? t(mark.at <= moment ? 'sinceEvent' : 'beforeEvent', {
              event: eventWord(t, mark.type),
              span: formatSpan(moment - mark.at),
            })
          : '';
      }),
    [group, marks, t, zone],
  );
  return (
    <span class="moment">
      <time id="moment" class="num moment-clock" ref={clock} /> <span class="dim num" ref={since} />
    </span>
  );
}

/** What the buttons show of the clock; drawn anew only when it changes. */
function usePlaying(group: Group): { playing: boolean; rate: number } {
  const [state, setState] = useState({ playing: false, rate: 1 });
  useEffect(
    () =>
      group.listen(({ playing, rate }) =>
        setState((old) => (old.playing === playing && old.rate === rate ? old : { playing, rate })),
      ),
    [group],
  );
  return state;
}

/** Instead of a camera: all that are heard. No code of a camera is written so. */
export const MIXED = '*';

export function Transport(props: {
  group: Group;
  rows: readonly Row[];
  marks: readonly Mark[];
  stops: readonly Us[];
  chosen: string | null;
  sound: string | null;
  onSound: (camera: string | null) => void;
  /** Which cameras of how many are shown, from 0. */
  page: { from: number; to: number; of: number };
  onTurn: (by: 1 | -1) => void;
  onFull: () => void;
  /** Marks the picture of the chosen camera; null: not for this account. */
  onMark: (() => void) | null;
  /** To the same cameras without what the dossier is about; null: this is there already, or nothing for this account. */
  onBrowse: (() => void) | null;
  /** The address of a moment, if it is not t= of the page's own. */
  link?: ((moment: Us) => string) | undefined;
}) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { group, stops, page } = props;
  const { playing, rate } = usePlaying(group);
  const heard = props.rows.filter((r) => r.audio);
  const link = () => {
    const { origin, pathname, hash } = window.location;
    if (props.link) return `${origin}${pathname}${props.link(group.face().moment)}`;
    return `${origin}${pathname}${addressAt(hash, formatLink(group.face().moment, zone))}`;
  };
  const speeds = rate < 0 ? [rate, ...SPEEDS] : SPEEDS;
  return (
    <div class="transport" role="group" aria-label={t('transportLabel')}>
      <Control word="eventBack" icon="eventBack" onClick={() => group.jump(stops, -1)} />
      <Control word="back5" icon="back5" onClick={() => group.skip(-SKIP)} />
      <Control word="frameBack" icon="frameBack" onClick={() => void group.step(-1, props.chosen)} />
      <Control
        id="play"
        word={playing ? 'pause' : 'play'}
        icon={playing ? 'pause' : 'play'}
        onClick={() => group.toggle()}
      />
      <Control word="frameAhead" icon="frameAhead" onClick={() => void group.step(1, props.chosen)} />
      <Control word="ahead5" icon="ahead5" onClick={() => group.skip(SKIP)} />
      <Control word="eventAhead" icon="eventAhead" onClick={() => group.jump(stops, 1)} />
      <Choice
        class="num"
        label={t('speed')}
        title={t('speed')}
        value={String(rate)}
        onChoose={(speed) => group.setRate(Number(speed))}
      >
        {speeds.map((s) => (
          <option key={s} value={String(s)}>
            {s < 0 ? `◀ ×${-s}` : `×${s}`}
          </option>
        ))}
      </Choice>
      <span class="sound">
        <Icon name={props.sound ? 'sound' : 'mute'} />
        <Choice
          label={t('sound')}
          title={t('sound')}
          disabled={heard.length === 0}
          value={props.sound ?? ''}
          onChoose={(camera) => props.onSound(camera || null)}
        >
          <option value="">{heard.length ? t('soundOff') : t('soundNone')}</option>
          {heard.length > 1 && <option value={MIXED}>{t('soundMixed')}</option>}
          {heard.map((r) => (
            <option key={r.camera} value={r.camera}>
              {r.name}
            </option>
          ))}
        </Choice>
      </span>
      <span class="grow" />
      <Moment group={group} marks={props.marks} />
      <span class="grow" />
      {page.of > page.to - page.from && (
        <span class="pager">
          <Control word="camerasBefore" icon="before" onClick={() => props.onTurn(-1)} />
          <span class="num" aria-label={t('camerasShown', { from: page.from + 1, to: page.to, n: page.of })}>
            {page.from + 1}–{page.to} / {page.of}
          </span>
          <Control word="camerasAfter" icon="after" onClick={() => props.onTurn(1)} />
        </span>
      )}
      {props.onMark && (
        <button type="button" class="button" title={t('markButtonTitle')} onClick={props.onMark}>
          {t('markButton')}
        </button>
      )}
      {props.onBrowse && <Control word="keyBrowse" icon="calendar" onClick={props.onBrowse} />}
      <CopyButton text={link} label={t('copyLink')} class="button plain">
        <Icon name="link" />
      </CopyButton>
      <Control word="fullScreen" icon="full" onClick={props.onFull} />
    </div>
  );
}
