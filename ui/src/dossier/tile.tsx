// SPDX-License-Identifier: GPL-3.0-or-later
// One camera. What is over the picture says plainly why there is none.
import { useEffect, useRef, useState } from 'preact/hooks';
import { frameUrl, playlistUrl } from '../api/client';
import { Icon } from '../base/icons';
import { Technical } from '../base/parts';
import { useSession } from '../base/session';
import { formatRange, type Us } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { damageSentence, damageWord, gapSentence, gapWord } from '../i18n/words';
import type { Group } from '../player/group';
import { StillPlayer } from '../player/still-player';
import type { Coded } from '../player/shown';
import { VideoPlayer, type VideoState } from '../player/video-player';
import { plays, useShown } from './instead';
import { damageAt, presenceAt, type DamageStretch, type Presence, type Row } from './model';

const POSTER_WIDTH = 640;
/** A visit that goes on is asked for this far ahead, so that its playlist grows instead of ending. */
const AHEAD: Us = 4 * 3600 * 1_000_000;

/** What is said of a picture that is not the stream's own video: in the tile, and at length. */
const FLAGS = {
  stills: ['tileStillsShort', 'tileStills'],
  sub: ['tileSubShort', 'tileSub'],
  main: ['tileMainShort', 'tileMain'],
} as const;

const samePresence = (a: Presence, b: Presence) =>
  a.kind === b.kind && (a.kind !== 'gap' || b.kind !== 'gap' || (a.gap.from === b.gap.from && a.gap.to === b.gap.to));

/** What the row has at the clock's moment; changes only when that does. */
function usePresence(group: Group, row: Row): Presence {
  const [presence, setPresence] = useState<Presence>(() => presenceAt(row, group.face().moment));
  useEffect(
    () =>
      group.listen((face) => {
        const now = presenceAt(row, face.moment);
        setPresence((old) => (samePresence(old, now) ? old : now));
      }),
    [group, row],
  );
  return presence;
}

function useDamage(group: Group, row: Row): DamageStretch | null {
  const [damage, setDamage] = useState<DamageStretch | null>(() => damageAt(row, group.face().moment));
  useEffect(() => group.listen((face) => setDamage(damageAt(row, face.moment))), [group, row]);
  return damage;
}

function Video(props: {
  group: Group;
  row: Row;
  live: boolean;
  muted: boolean;
  onState: (s: VideoState, detail: string) => void;
}) {
  const { group, row } = props;
  const video = useRef<HTMLVideoElement>(null);
  const player = useRef<VideoPlayer | null>(null);
  const onState = useRef(props.onState);
  onState.current = props.onState;
  const [poster] = useState(() => frameUrl(row.camera, row.stream, group.face().moment, POSTER_WIDTH));

  useEffect(() => {
    const made = new VideoPlayer(row.camera, video.current!, (s, d) => onState.current(s, d));
    player.current = made;
    const leave = group.add(made);
    return () => {
      leave();
      made.destroy();
    };
  }, [group, row.camera]);

  const url = playlistUrl(row.camera, row.stream, row.from, props.live ? row.from + AHEAD : row.to);
  useEffect(() => player.current?.load(url, group.face().moment), [url, group]);

  return (
    <video
      ref={video}
      data-camera={row.camera}
      muted={props.muted}
      playsInline
      preload="auto"
      poster={poster}
      tabIndex={-1}
    />
  );
}

function Still(props: { group: Group; row: Row; onState: (ok: boolean) => void }) {
  const { group, row } = props;
  const image = useRef<HTMLImageElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const covered = (moment: Us) => presenceAt(latest.current.row, moment).kind === 'covered';
    const player = new StillPlayer(row.camera, row.stream, image.current!, covered, (ok) => latest.current.onState(ok));
    const leave = group.add(player);
    return () => {
      leave();
      player.destroy();
    };
  }, [group, row.camera, row.stream]);
  return <img ref={image} data-camera={row.camera} alt="" />;
}

function Absence({ presence, row }: { presence: Exclude<Presence, { kind: 'covered' }>; row: Row }) {
  const { t } = useI18n();
  const { zone } = useSession();
  if (presence.kind === 'future') return <div class="tile-over">{t('tileFuture')}</div>;
  if (presence.kind === 'outside') return <div class="tile-over">{t('tileOutside')}</div>;
  const { gap } = presence;
  return (
    <div class="tile-over hatched" data-gap={gap.reason} role="status">
      <strong>{t('tileNoRecording')}</strong>
      <span>{gapWord(t, gap.reason, row.party)}</span>
      <span class="num">{formatRange(gap.from, gap.to, zone)}</span>
      <span class="tile-hint">{gapSentence(t, gap.reason, row.name, row.party)}</span>
      <Technical detail={gap.detail} class="tile-detail" />
    </div>
  );
}

export function Tile(props: {
  group: Group;
  row: Row;
  /** Of its camera, if they are known. */
  streams: readonly Coded[];
  /** The browser does not play it after all. */
  onRefused: () => void;
  number: number;
  live: boolean;
  muted: boolean;
  chosen: boolean;
  enlarged: boolean;
  waiting: boolean;
  onChoose: () => void;
  onEnlarge: () => void;
}) {
  const { t } = useI18n();
  const { group, row } = props;
  const presence = usePresence(group, row);
  const damage = useDamage(group, row);
  const [refused, setRefused] = useState<readonly string[]>(() => (plays(row.video) ? [] : [row.stream]));
  const [shown, stream] = useShown(group, row, refused.includes(row.stream), props.streams);
  const [state, setState] = useState<{ kind: VideoState; detail: string }>({ kind: 'loading', detail: '' });
  const [stillOk, setStillOk] = useState(true);
  const onState = (kind: VideoState, detail: string) => {
    if (kind !== 'codec') return setState({ kind, detail });
    setRefused((old) => [...old, stream]);
    props.onRefused();
  };
  const stills = shown === 'stills' || (shown === 'instead' && refused.includes(stream));
  const flag = stills ? FLAGS.stills : shown === 'instead' ? FLAGS[stream === 'sub' ? 'sub' : 'main'] : null;
  const covered = presence.kind === 'covered';
  // Its playlist would be refused, again and again; there is another time to roam to.
  const empty = row.roams !== undefined && row.covered.length === 0;
  const words = props.enlarged ? 'tileShrink' : 'tileEnlarge';
  return (
    <figure
      class="tile"
      data-tile={row.camera}
      data-chosen={props.chosen || undefined}
      aria-label={t('tileLabel', { camera: row.name })}
      onClick={props.onChoose}
      onDblClick={props.onEnlarge}
    >
      <figcaption>
        <span class="tile-number">{props.number}</span>
        <span class="tile-name">{row.name}</span>
        <span class="tile-flag" title={flag ? t(flag[1]) : undefined}>
          {flag && t(flag[0])}
        </span>
        <button
          type="button"
          class="tile-button"
          title={t(words, { camera: row.name })}
          aria-label={t(words, { camera: row.name })}
          aria-pressed={props.enlarged}
          onClick={props.onEnlarge}
        >
          <Icon name="enlarge" />
        </button>
      </figcaption>
      <div class="picture">
        {stills ? (
          <Still group={group} row={row} onState={setStillOk} />
        ) : empty ? null : (
          <Video
            key={stream}
            group={group}
            row={stream === row.stream ? row : { ...row, stream }}
            live={props.live}
            muted={props.muted}
            onState={onState}
          />
        )}
        {covered && damage && (
          <div class="tile-damage" role="status" title={damageSentence(t, damage.track, row.name)}>
            {damageWord(t, damage.track)}
          </div>
        )}
        {!covered && <Absence presence={presence} row={row} />}
        {covered && stills && !stillOk && <div class="tile-over">{t('tileStillFailed', { camera: row.name })}</div>}
        {covered && !stills && state.kind === 'failed' && (
          <div class="tile-over" role="alert">
            <strong>{t('tileFailed', { camera: row.name })}</strong>
            <span class="tile-hint">{t('tileFailedHint')}</span>
            <Technical detail={state.detail} class="tile-detail" />
          </div>
        )}
        {covered && props.waiting && state.kind !== 'failed' && <div class="tile-note">{t('tileWaiting')}</div>}
      </div>
    </figure>
  );
}
