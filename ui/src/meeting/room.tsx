// SPDX-License-Identifier: GPL-3.0-or-later
// The meeting: the others large, oneself small, and always whether it is recorded.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../api/client';
import { party, type Door, type MeetLeg } from '../api/party';
import { useKeys } from '../base/hooks';
import { useI18n, type Translate } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { Picture } from './devices';
import { lossOf, type LossSample } from './loss';
import { Meeting, type Face } from './meeting';
import { roleWord, stoppedWord, waitWord } from './words';
import { MarkForm, PromiseForm } from './promise-form';

/** Nothing of it is our guess: what is recorded is what the recorder says. */
function recordedNow(face: Face): boolean {
  const sending = face.meet?.legs.filter((l) => l.sends) ?? [];
  return sending.length > 0 && sending.every((l) => l.recorded === true);
}

const EARLY_MS = 30 * 60_000; // IDX_MEET_EARLY_US

/** Before anybody is let in, by this machine's clock: the server has refused already. */
const isEarly = ({ meet }: Face): boolean =>
  meet?.state === 'scheduled' && meet.slot_start !== null && Date.parse(meet.slot_start) - EARLY_MS > Date.now();

/** One sentence on how the meeting goes, or none if it simply goes. */
function sentence(
  t: Translate,
  face: Face,
  own: MeetLeg | undefined,
  mine: string,
): { text: string; bad: boolean } | null {
  const stopped = stoppedWord(t, face.meet?.legs ?? [], mine);
  if (stopped) return { text: stopped, bad: true };
  if (face.away) return { text: t('meetAway'), bad: false };
  if (face.own === 'connected') return null;
  const problem = face.problem;
  if (problem?.code === 'conflict' && isEarly(face)) {
    const when = face.meet!.slot_start!.slice(0, 16).replace('T', ' ');
    return { text: t('meetEarly', { when }), bad: false };
  }
  if (problem?.code === 'conflict') return { text: t('meetBusy'), bad: false };
  if (problem?.status === 503) return { text: t('meetNotRecorded'), bad: true };
  return { text: t(own?.camera || face.own === 'interrupted' ? 'meetInterrupted' : 'meetConnecting'), bad: false };
}

interface Ends {
  onOver: () => void;
  /** A room terminal is the party now, or is no more. */
  onTurned: () => void;
  onRefused: (problem: Problem) => void;
  /** Somebody else is here with our link. */
  onTaken: (taken: 'before' | 'since') => void;
}

function useMeeting(door: Door, stream: MediaStream | null, takes: boolean, on: Ends): [Face | null, Meeting | null] {
  const [face, setFace] = useState<Face | null>(null);
  const meeting = useRef<Meeting | null>(null);
  useEffect(() => {
    const look = (f: Face) => {
      setFace(f);
      if (f.over) on.onOver();
      if (f.turned) on.onTurned();
      if (f.refused) on.onRefused(f.refused);
      if (f.taken) on.onTaken(f.taken);
    };
    const mine = (meeting.current = new Meeting(door, stream, look, takes));
    const leave = () => mine.leave();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      mine.leave();
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, [door.session, door.leg, door.token, stream]);
  return [face, meeting.current];
}

/** How much of what we send got lost since the last look. */
function useLoss(own: MeetLeg | undefined): number {
  const samples = useRef<LossSample[]>([]);
  if (own?.packets === undefined) return 0;
  return lossOf(samples.current, { at: performance.now(), packets: own.packets, lost: own.lost ?? 0 });
}

function Other(props: { leg: MeetLeg; face: Face }) {
  const { t } = useI18n();
  const { leg, face } = props;
  const role = roleWord(t, leg.role);
  const who = leg.terminal ? t('termTile', { who: role }) : role;
  const stream = face.streams.get(leg.leg) ?? null;
  const foreign = face.foreign.get(leg.leg);
  const broken = stream !== null && !foreign && face.links.get(leg.leg) === 'interrupted';
  return (
    <figure class="room-other" aria-label={who} data-terminal={leg.terminal ?? undefined}>
      {stream && <Picture stream={stream} leg={leg.leg} />}
      <figcaption>{who}</figcaption>
      {!stream && !foreign && <p class="room-wait">{waitWord(t, leg, face.links.get(leg.leg))}</p>}
      {foreign && (
        <p class="room-wait" title={foreign.detail}>
          {t('meetForeign', { who: role, coding: leg.video === 'vp8' ? 'VP8' : 'H.264' })}
        </p>
      )}
      {broken && <p class="room-wait">{t('meetOtherInterrupted')}</p>}
    </figure>
  );
}

export function Room(props: Ends & { door: Door; stream: MediaStream | null; takes?: boolean; onLeft: () => void }) {
  const { t } = useI18n();
  const { door, stream } = props;
  const [face] = useMeeting(door, stream, props.takes ?? false, props);
  const [muted, setMuted] = useState(false);
  const [dark, setDark] = useState(false);
  const [form, setForm] = useState<'promise' | 'mark' | null>(null);
  const [told, setTold] = useState<Key | null>(null);

  const legs = face?.meet?.legs ?? [];
  const own = legs.find((l) => l.leg === door.leg);
  const others = legs.filter((l) => l.leg !== door.leg && (l.role !== 'observer' || l.sends));
  const loss = useLoss(own);
  const slow = legs.some((l) => l.slow?.includes(door.leg));
  const recorded = face !== null && recordedNow(face);
  const said = face && sentence(t, face, own, door.leg);
  const mayPromise = own !== undefined && own.role !== 'citizen';

  const mute = () => {
    stream?.getAudioTracks().forEach((track) => (track.enabled = muted));
    setMuted(!muted);
    if (stream) void party.note(door, { kind: muted ? 'unmuted' : 'muted' });
  };
  const hide = () => {
    stream?.getVideoTracks().forEach((track) => (track.enabled = dark));
    setDark(!dark);
    if (stream) void party.note(door, { kind: dark ? 'picture_on' : 'picture_off' });
  };
  useKeys((event) => {
    const key = event.key.toLowerCase();
    if (key === 'm') mute();
    else if (key === 'v') hide();
    else if (key === 'p' && mayPromise) setForm('promise');
    else if (key === 'k' && mayPromise) setForm('mark');
    else return false;
    return true;
  });
  const done = (word: Key) => {
    setForm(null);
    setTold(word);
  };
  return (
    <section class="room" aria-label={t('joinOf', { session: door.session })}>
      <p class="room-state" role="status">
        <span class={recorded ? 'dot' : 'dot idle'} data-recorded={recorded || undefined} />{' '}
        {recorded ? t('meetRecorded') : null}
        {said && <span class={said.bad ? 'bad' : 'dim'}> {said.text}</span>}
        {loss >= 2 && <span class="warn"> {t('meetLoss', { percent: loss })}</span>}
        {slow && <span class="warn"> {t('meetSlow')}</span>}
        {told && <span class="dim"> {t(told)}</span>}
        {!stream && <span class="dim"> {t('termHere')}</span>}
      </p>
      <div class="room-pictures" data-count={others.length}>
        {face && others.map((leg) => <Other key={leg.leg} leg={leg} face={face} />)}
        {stream && (
          <figure class="room-self" aria-label={t('joinYou')}>
            <Picture stream={stream} muted mirrored />
            <figcaption>{t('joinYou')}</figcaption>
          </figure>
        )}
      </div>
      {form === 'promise' && (
        <PromiseForm door={door} onDone={() => done('promiseSaved')} onClose={() => setForm(null)} />
      )}
      {form === 'mark' && <MarkForm door={door} onDone={() => done('meetMarked')} onClose={() => setForm(null)} />}
      <div class="room-controls" role="toolbar" aria-label={t('meetControls')}>
        {stream && (
          <>
            <button type="button" class="button" aria-pressed={muted} aria-keyshortcuts="M" title="M" onClick={mute}>
              {t(muted ? 'meetUnmute' : 'meetMute')}
            </button>
            <button type="button" class="button" aria-pressed={dark} aria-keyshortcuts="V" title="V" onClick={hide}>
              {t(dark ? 'meetCameraOn' : 'meetCameraOff')}
            </button>
          </>
        )}
        {mayPromise && (
          <>
            <button type="button" class="button" aria-keyshortcuts="P" title="P" onClick={() => setForm('promise')}>
              {t('meetPromise')}
            </button>
            <button type="button" class="button" aria-keyshortcuts="K" title="K" onClick={() => setForm('mark')}>
              {t('meetMark')}
            </button>
          </>
        )}
        <button type="button" class="button" id="room-leave" onClick={props.onLeft}>
          {t('meetLeave')}
        </button>
      </div>
    </section>
  );
}
