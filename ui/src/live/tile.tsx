// SPDX-License-Identifier: GPL-3.0-or-later
// One camera, now. What is over the picture says plainly why there is none, and the border whether it is recorded.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Camera, Cover } from '../api/types';
import { givenBack } from '../base/hooks';
import { Icon } from '../base/icons';
import { Technical } from '../base/parts';
import { formatRoute } from '../base/route';
import { placeLabel, useSession, type Session } from '../base/session';
import { formatClock, formatMoment, parseTime, type Us } from '../base/time';
import { useI18n, type Translate } from '../i18n/i18n';
import { stateSentence, stateWord } from '../i18n/words';
import { playsHevc } from '../player/video-player';
import { saveStill } from './still';
import { chooseStream, recordingOf, type Choice, type Recording } from './layout';
import { LivePlayer, type PlayerState } from './player';
import type { Served, StateNow, StopState, TileNews } from './protocol';
import type { LiveSocket } from './socket';

/** After a failure of the browser's own, or a refusal, it is tried again, ever less often. */
const RETRY_MS = 1000;
const RETRY_MAX_MS = 15_000;

/** VP8, of meetings, comes live as MP4, in which no browser takes it. */
const plays = (codec: string | null): boolean => codec !== 'vp8' && (codec !== 'hevc' || playsHevc());

/** What the server says of the tile's stream. */
export type Trouble =
  | { kind: 'stopped'; state: StopState; detail: string | null; since: number }
  | { kind: 'refused'; code: string; message: string }
  | { kind: 'unsupported'; codec: string }
  | { kind: 'failed'; detail: string }
  /** The picture that is shown is of that moment, and no other came. */
  | { kind: 'frozen'; at: Us | null };

interface Shown {
  playing: boolean;
  trouble: Trouble | null;
  silent: boolean;
}

const NOTHING: Shown = { playing: false, trouble: null, silent: false };

function useLive(socket: LiveSocket, camera: Camera, choice: Choice, sound: boolean, onHevc: () => void) {
  const { hallNow } = useSession();
  const video = useRef<HTMLVideoElement>(null);
  const [shown, setShown] = useState<Shown>(NOTHING);
  const [round, setRound] = useState(0);
  const failures = useRef(0);
  // Asked for with the tile itself, not after the browser has drawn it: the first picture waits for nothing.
  useLayoutEffect(() => {
    const element = video.current!;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tryAgain = () => {
      failures.current += 1;
      const pause = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (failures.current - 1));
      timer = setTimeout(() => setRound((n) => n + 1), pause);
    };
    let halted = false; // what is still shown is the rest of what came before
    const onState = (state: PlayerState, detail: string) => {
      if (state === 'playing') {
        if (halted) return;
        failures.current = 0;
        setShown((old) => (old.playing && !old.trouble ? old : { ...old, playing: true, trouble: null }));
      } else if (state === 'unsupported') {
        if (/hvc1|hev1/.test(detail)) onHevc();
        setShown((old) => ({ ...old, playing: false, trouble: { kind: 'unsupported', codec: detail } }));
      } else if (state === 'frozen' && !halted) {
        const at = Number(element.dataset.wallUs) || null;
        setShown((old) => ({ ...old, trouble: { kind: 'frozen', at } }));
      } else if (state === 'failed') {
        setShown((old) => ({ ...old, playing: false, trouble: { kind: 'failed', detail } }));
        tryAgain();
      }
    };
    const news = (told: TileNews) => {
      halted = told.say === 'stopped' || told.say === 'refused' || (halted && told.say !== 'init');
      if (told.say === 'init') {
        player.init(told, sound);
        setShown((old) => ({ ...old, silent: told.sound !== null && told.sound.mime === null }));
      } else if (told.say === 'stopped') {
        player.stop();
        const { state, detail } = told;
        setShown((old) => ({ ...old, playing: false, trouble: { kind: 'stopped', state, detail, since: hallNow() } }));
      } else if (told.say === 'refused') {
        const { code, message } = told;
        setShown((old) => ({ ...old, playing: false, trouble: { kind: 'refused', code, message } }));
        tryAgain(); // the server has ended the tile
      }
    };
    const wanted = { camera: camera.id, stream: choice.stream, transcode: choice.transcode, sound };
    // Nothing is told before this is over; the server looks for it while the browser makes the player.
    const leave = socket.watch(wanted, {
      reset: () => player.reset(),
      news,
      piece: (piece) => player.piece(piece),
    });
    const player = new LivePlayer(element, onState, (utc) => {
      element.dataset.wallUs = String(Math.round(utc));
    });
    return () => {
      clearTimeout(timer);
      leave();
      player.destroy();
      delete element.dataset.wallUs;
      setShown(NOTHING);
    };
  }, [socket, camera.id, choice.stream, choice.transcode, sound, round]);
  return { video, shown };
}

/** Of one place its name, of several their numbers. */
function coversLabel(session: Session, covers: readonly Cover[]): string {
  const [first] = covers;
  return covers.length === 1 && first
    ? placeLabel(session, first.code, first.hall)
    : covers.map((c) => (c.hall === session.me.hall.code ? c.code : `${c.hall} ${c.code}`)).join(' · ');
}

function Ticket({ served, at }: { served: Served; at: Cover }) {
  const { t } = useI18n();
  const session = useSession();
  const since = served.started ?? served.called;
  const hall = at.hall === session.me.hall.code ? {} : { hall: at.hall };
  const words = t(served.started ? 'liveServing' : 'liveCalled', {
    number: served.number,
    place: placeLabel(session, at.code, at.hall),
    since: since ? formatMoment(parseTime(since), session.zone) : '',
  });
  return (
    <a
      class="live-ticket num"
      href={formatRoute({ page: 'ticket', day: served.day, number: served.number, t: null, ...hall })}
      title={words}
      aria-label={words}
    >
      {served.number}
    </a>
  );
}

/** "00:03:12", for how long something lasts already. */
function Since({ at }: { at: number }) {
  const { hallNow } = useSession();
  const [now, setNow] = useState(hallNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(hallNow()), 1000);
    return () => clearInterval(timer);
  }, [hallNow]);
  const s = Math.max(0, Math.floor((now - at) / 1e6));
  const two = (n: number) => String(n).padStart(2, '0');
  return (
    <span class="num">
      {two(Math.floor(s / 3600))}:{two(Math.floor(s / 60) % 60)}:{two(s % 60)}
    </span>
  );
}

function Over({ trouble, name, transcoded }: { trouble: Trouble; name: string; transcoded: boolean }) {
  const { t } = useI18n();
  const { zone } = useSession();
  if (trouble.kind === 'stopped') {
    const { state } = trouble;
    const converter = state === 'busy' || (transcoded && state === 'unsupported');
    return (
      <div class="tile-over" role="status">
        <strong>{converter ? t(state === 'busy' ? 'liveBusy' : 'liveUnsupported') : stateWord(t, state)}</strong>
        {!converter && <span class="tile-hint">{stateSentence(t, state, name)}</span>}
        <Technical detail={trouble.detail} class="tile-detail" />
      </div>
    );
  }
  if (trouble.kind === 'unsupported')
    return (
      <div class="tile-over" role="status">
        <strong>{t('liveUnsupported')}</strong>
        <Technical detail={trouble.codec} class="tile-detail" />
      </div>
    );
  // The last picture stays to be seen, and it is said how old it is.
  if (trouble.kind === 'frozen')
    return (
      <div class="live-frozen" role="alert">
        {trouble.at === null ? t('liveFrozen') : t('liveFrozenAt', { at: formatClock(trouble.at, zone) })}
      </div>
    );
  return (
    <div class="tile-over" role="alert">
      <strong>{t('liveFailed', { camera: name })}</strong>
      <Technical detail={trouble.kind === 'refused' ? trouble.message : trouble.detail} class="tile-detail" />
    </div>
  );
}

/** Red at once when the stream stopped, whatever was told of states before. */
function recordedNow(states: readonly StateNow[], trouble: Trouble | null, transcoded: boolean): Recording {
  const told = recordingOf(states);
  // That the converter stopped says nothing of the recorder.
  if (told.kind !== 'recording' || trouble?.kind !== 'stopped' || trouble.state === 'busy' || transcoded) return told;
  return {
    kind: 'not',
    now: { camera: '', stream: 'main', state: trouble.state, since: null, detail: trouble.detail },
  };
}

function recordedWord(t: Translate, recorded: Recording, blind: boolean): string {
  if (blind) return t('liveUnknown');
  if (recorded.kind === 'not') return stateWord(t, recorded.now.state);
  return t(recorded.kind === 'recording' ? 'stateRecording' : 'stateDisabled');
}

export interface TileProps {
  socket: LiveSocket;
  camera: Camera;
  number: number;
  large: boolean;
  chosen: boolean;
  enlarged: boolean;
  /** This one is heard. */
  sound: boolean;
  onSound: () => void;
  /** Nothing is heard of states now. */
  blind: boolean;
  states: readonly StateNow[];
  served: Served | null;
  covers: readonly Cover[];
  onChoose: () => void;
  onEnlarge: () => void;
  onMark?: () => void;
  /** The last half minute; of those who may. */
  onReplay?: () => void;
}

export function LiveTile(props: TileProps) {
  const { t } = useI18n();
  const session = useSession();
  const { camera, sound } = props;
  const [noHevc, setNoHevc] = useState(false);
  const choice = chooseStream(camera, props.large, (codec) => (codec === 'hevc' && noHevc ? false : plays(codec)));
  const { video, shown } = useLive(props.socket, camera, choice, sound, () => setNoHevc(true));
  const name = camera.name || camera.id;
  const label = coversLabel(session, props.covers);
  const recorded = recordedNow(props.states, shown.trouble, choice.transcode);
  const bad = recorded.kind === 'not' ? recorded.now : null;
  const since = bad?.since ? parseTime(bad.since) : shown.trouble?.kind === 'stopped' ? shown.trouble.since : null;
  const hears = camera.streams.some((s) => s.audio);
  const words = props.enlarged ? 'tileShrink' : 'tileEnlarge';
  return (
    <figure
      class="tile live-tile"
      data-tile={camera.id}
      data-chosen={props.chosen || undefined}
      aria-current={props.chosen || undefined}
      data-bad={bad ? bad.state : undefined}
      data-frozen={shown.trouble?.kind === 'frozen' || undefined}
      data-stream={choice.stream}
      data-transcoded={choice.transcode || undefined}
      aria-label={t('tileLabel', { camera: name })}
      onClick={props.onChoose}
      onDblClick={props.onEnlarge}
    >
      <video ref={video} data-camera={camera.id} muted={!sound} playsInline tabIndex={-1} />
      <figcaption>
        <span class="tile-number">{props.number}</span>
        <span
          class={props.blind ? 'dot idle' : recorded.kind === 'recording' ? 'dot' : bad ? 'dot off' : 'dot idle'}
          title={recordedWord(t, recorded, props.blind)}
        />
        <span class="tile-name">
          {name}
          {label && <span class="live-place"> {label}</span>}
        </span>
        {choice.because && (
          <span class="live-flag" title={t(choice.because === 'hevc-sub' ? 'liveHevcSub' : 'liveHevcTranscode')}>
            {t(choice.because === 'hevc-sub' ? 'liveHevcSubShort' : 'liveHevcTranscodeShort')}
          </span>
        )}
        {props.served && props.covers[0] && <Ticket served={props.served} at={props.covers[0]} />}
      </figcaption>
      <div class="live-tools" onDblClick={(e) => e.stopPropagation()}>
        {hears && (
          <button
            type="button"
            class="tile-button"
            data-key="s"
            disabled={shown.silent}
            title={t(shown.silent ? 'liveSilent' : sound ? 'liveMute' : 'liveSound', { camera: name })}
            aria-label={t(shown.silent ? 'liveSilent' : sound ? 'liveMute' : 'liveSound', { camera: name })}
            aria-pressed={sound}
            onClick={givenBack(props.onSound)}
          >
            <Icon name={sound ? 'sound' : 'mute'} />
          </button>
        )}
        {shown.playing && (
          <button
            type="button"
            class="tile-button"
            data-key="p"
            title={t('liveStill', { camera: name })}
            aria-label={t('liveStill', { camera: name })}
            onClick={givenBack(() => video.current && void saveStill(video.current, camera.id, session.zone))}
          >
            <Icon name="still" />
          </button>
        )}
        {props.onReplay && (
          <button
            type="button"
            class="tile-button"
            data-key="r"
            title={t('liveReplay', { camera: name })}
            aria-label={t('liveReplay', { camera: name })}
            onClick={givenBack(props.onReplay)}
          >
            <Icon name="replay" />
          </button>
        )}
        {props.onMark && shown.playing && (
          <button
            type="button"
            class="tile-button"
            title={t('markButtonTitle')}
            aria-label={t('markButtonTitle')}
            onClick={givenBack(props.onMark)}
          >
            <Icon name="mark" />
          </button>
        )}
        <button
          type="button"
          class="tile-button"
          title={t(words, { camera: name })}
          aria-label={t(words, { camera: name })}
          aria-pressed={props.enlarged}
          onClick={givenBack(props.onEnlarge)}
        >
          <Icon name="enlarge" />
        </button>
      </div>
      {bad && (
        <div class="live-bad" role="alert" title={stateSentence(t, bad.state, name)}>
          {t('liveNotRecording')} {since !== null && <Since at={since} />}
        </div>
      )}
      {shown.trouble && <Over trouble={shown.trouble} name={name} transcoded={choice.transcode} />}
    </figure>
  );
}
