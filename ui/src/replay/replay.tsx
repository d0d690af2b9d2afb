// SPDX-License-Identifier: GPL-3.0-or-later
// A short stretch of one camera's recording, played where one is: the last half minute from the live wall, the moment of
// an alarm beside it. Who has to say why she looks is asked first.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ReasonedPicture } from '../account/reason';
import { playlistUrl, setLookingFor } from '../api/client';
import { Icon } from '../base/icons';
import { browseAt, formatRoute } from '../base/route';
import { useSession } from '../base/session';
import { formatClock, formatLink, SECOND, type Us } from '../base/time';
import { Sheet } from '../base/form';
import { useI18n } from '../i18n/i18n';
import { Group, type Face } from '../player/group';
import { StillPlayer } from '../player/still-player';
import { playsHevc, VideoPlayer } from '../player/video-player';

const SKIP = 5 * SECOND;

export interface Stretch {
  camera: { id: string; name: string };
  stream: 'main' | 'sub';
  /** What it is coded in, if that is known. */
  codec?: string | null;
  from: Us;
  to: Us;
  /** Where it begins to play. */
  start?: Us;
}

function useGroup({ from, to, start }: Stretch): Group {
  const group = useMemo(() => new Group(from, to, start ?? from), [from, to, start]);
  useEffect(() => {
    let frame = requestAnimationFrame(function tick() {
      group.tick();
      frame = requestAnimationFrame(tick);
    });
    group.play();
    return () => cancelAnimationFrame(frame);
  }, [group]);
  return group;
}

/** The picture; of what the browser cannot play, stills. */
function Picture(props: { group: Group; of: Stretch; muted: boolean; onTrouble: (detail: string | null) => void }) {
  const { group, of, muted } = props;
  const element = useRef<HTMLVideoElement & HTMLImageElement>(null);
  const [stills, setStills] = useState(of.codec === 'hevc' && !playsHevc());
  const told = useRef(props.onTrouble);
  told.current = props.onTrouble;
  useEffect(() => {
    const { id } = of.camera;
    if (stills) {
      const player = new StillPlayer(
        id,
        of.stream,
        element.current!,
        () => true,
        (ok) => told.current(ok ? null : ''),
      );
      const leave = group.add(player);
      return () => (leave(), player.destroy());
    }
    const player = new VideoPlayer(id, element.current!, (state, detail) => {
      if (state === 'codec') setStills(true);
      else told.current(state === 'failed' ? detail : null);
    });
    const leave = group.add(player);
    player.load(playlistUrl(id, of.stream, of.from, of.to), group.face().moment);
    return () => (leave(), player.destroy());
  }, [group, stills]);
  const { id } = of.camera;
  if (stills) return <img ref={element} data-camera={id} alt="" />;
  return <video ref={element} data-camera={id} muted={muted} playsInline preload="auto" tabIndex={-1} />;
}

function Player(props: { of: Stretch; reason: number | null }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { of, reason } = props;
  const group = useGroup(of);
  const [face, setFace] = useState<Pick<Face, 'moment' | 'playing'>>(() => group.face());
  const [sound, setSound] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  // Before the picture asks for its footage.
  useMemo(() => setLookingFor(reason), [reason]);
  useEffect(() => () => setLookingFor(null), []);
  useEffect(
    () =>
      group.listen(({ moment, playing }) =>
        setFace((old) =>
          old.playing === playing && Math.abs(old.moment - moment) < SECOND / 10 ? old : { moment, playing },
        ),
      ),
    [group],
  );
  const words = t(face.playing ? 'pause' : 'play');
  const onKeyDown = (event: KeyboardEvent) => {
    const onControl = (event.target as HTMLElement).tagName === 'BUTTON';
    if (event.key === ' ' && !onControl) group.toggle();
    else if (event.key === 'ArrowLeft') group.skip(-SKIP);
    else if (event.key === 'ArrowRight') group.skip(SKIP);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="replay" onKeyDown={onKeyDown}>
      <div class="replay-picture">
        <Picture group={group} of={of} muted={!sound} onTrouble={setTrouble} />
        {trouble !== null && (
          <p class="tile-over" role="status">
            {t('replayFailed', { camera: of.camera.name })}
          </p>
        )}
      </div>
      <div class="replay-bar">
        <button type="button" class="button" title={words} aria-label={words} onClick={() => group.toggle()}>
          <Icon name={face.playing ? 'pause' : 'play'} />
        </button>
        <input
          type="range"
          aria-label={t('replayAt')}
          aria-valuetext={formatClock(face.moment, zone)}
          min={0}
          max={(of.to - of.from) / SECOND}
          step={0.1}
          value={(face.moment - of.from) / SECOND}
          onInput={(e) => group.seek(of.from + Number(e.currentTarget.value) * SECOND)}
        />
        <span class="num">{formatClock(face.moment, zone)}</span>
        <button
          type="button"
          class="button"
          title={t('replaySound')}
          aria-label={t('replaySound')}
          aria-pressed={sound}
          onClick={() => setSound(!sound)}
        >
          <Icon name={sound ? 'sound' : 'mute'} />
        </button>
      </div>
    </div>
  );
}

/** Where it stands, once it was said why. */
export function Replay({ of, class: name }: { of: Stretch; class?: string }) {
  return (
    <ReasonedPicture camera={of.camera} at={of.from} class={name ?? 'replay'}>
      {(reason) => <Player of={of} reason={reason} />}
    </ReasonedPicture>
  );
}

/** Over the page; Esc leads back to what is live. */
export function ReplaySheet({ of, onClose }: { of: Stretch; onClose: () => void }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const seconds = Math.round((of.to - of.from) / SECOND);
  const around = browseAt([of.camera.id], formatLink(of.from, zone));
  return (
    <Sheet wide id="replay-title" title={t('replayTitle', { camera: of.camera.name, n: seconds })} onClose={onClose}>
      <Replay of={of} />
      <p class="form-actions">
        <a class="button" href={formatRoute(around)}>
          {t('replayBrowse')}
        </a>
        <button type="button" class="button" onClick={onClose}>
          {t('replayBack')}
        </button>
      </p>
    </Sheet>
  );
}
