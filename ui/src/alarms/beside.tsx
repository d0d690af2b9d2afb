// SPDX-License-Identifier: GPL-3.0-or-later
// One alarm: what its camera saw, who has it, and where the whole story is.
import { useState } from 'preact/hooks';
import { ReasonedPicture } from '../account/reason';
import { frameUrl, stillUrl, whyNot, type Problem } from '../api/client';
import type { Alarm, SubjectRef } from '../api/types-alarms';
import { navigate, useKeys } from '../base/hooks';
import { Icon } from '../base/icons';
import { ProblemNotice, Technical } from '../base/parts';
import { mayPage } from '../base/may';
import { browseAt, formatRoute, type Route } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import { formatLink, formatMoment, parseTime, SECOND, type Us } from '../base/time';
import { Told } from '../base/form';
import { useI18n } from '../i18n/i18n';
import { Replay, type Stretch } from '../replay/replay';
import { alarmWords } from './words';

const WIDTH = 640;
/** How long before a camera went there is a whole picture: the last fragments may not have reached the disk. */
const BEFORE: readonly Us[] = [1, 3, 8, 30].map((s) => s * SECOND);

/** How much of before and after is played. */
const AROUND: Us = 15 * SECOND;

/** The moment of an alarm as it was recorded: of a camera that went away what was before. */
export function stretchOf(alarm: Alarm, now: Us): Stretch | null {
  if (!alarm.camera) return null;
  const at = parseTime(alarm.at);
  const alert = alarm.kind === 'alert';
  const stream = /\/sub$/.test(alarm.object) ? 'sub' : 'main';
  const from = at - (alert ? 1 : 2) * AROUND;
  return { camera: alarm.camera, stream, from, to: Math.max(from + SECOND, Math.min(alert ? at + AROUND : at, now)) };
}

/** The picture, and at a key the moments around it. */
function Moment({ alarm }: { alarm: Alarm }) {
  const { t } = useI18n();
  const { me, hallNow } = useSession();
  const [playing, setPlaying] = useState<Stretch | null>(null);
  const may = alarm.camera !== null && me.permissions.includes('view');
  const toggle = () => setPlaying(playing ? null : stretchOf(alarm, hallNow()));
  useKeys((event) => {
    if (event.key.toLowerCase() !== 'r' || !may) return false;
    return (toggle(), true);
  });
  return (
    <>
      {playing ? <Replay of={playing} class="alarm-picture" /> : <Picture alarm={alarm} />}
      {may && (
        <p>
          <button type="button" class="button" aria-pressed={playing !== null} onClick={toggle}>
            <Icon name="replay" /> {t(playing ? 'alarmStill' : 'alarmPlay')}
          </button>
        </p>
      )}
    </>
  );
}

function Picture({ alarm }: { alarm: Alarm }) {
  const { t } = useI18n();
  const { me } = useSession();
  const [tries, setTries] = useState(0);
  const [problem, setProblem] = useState<Problem | null>(null);
  const at = parseTime(alarm.at);
  const offsets = alarm.kind === 'alert' ? [0] : BEFORE;
  const mark = alarm.alert?.mark;
  if (!alarm.camera) return <div class="alarm-picture empty">{t('alarmNoCamera')}</div>;
  if (!me.permissions.includes('view')) return <div class="alarm-picture empty">{t('alarmNotYours')}</div>;
  if (problem)
    return (
      <div class="alarm-picture empty">
        <ProblemNotice problem={problem} retry={() => setProblem(null)} />
      </div>
    );
  const offset = offsets[tries];
  if (offset === undefined) return <div class="alarm-picture empty">{t('alarmNoPicture')}</div>;
  const stream = /\/(main|sub)$/.exec(alarm.object)?.[1] ?? 'main';
  const { id } = alarm.camera;
  const url = (reason: number | null) =>
    mark ? stillUrl(mark.id, reason) : frameUrl(id, stream, at - offset, WIDTH, reason);
  const failed = async (reason: number | null) => {
    const why = await whyNot(url(reason));
    if (why && why.code !== 'not-found') setProblem(why);
    else setTries(tries + 1);
  };
  return (
    <ReasonedPicture camera={alarm.camera} at={at - offset} class="alarm-picture">
      {(reason) => (
        <img
          class="alarm-picture"
          src={url(reason)}
          alt={t(mark ? 'markStill' : alarm.kind === 'alert' ? 'alarmMoment' : 'alarmBefore')}
          onError={() => void failed(reason)}
        />
      )}
    </ReasonedPicture>
  );
}

export function routeOf(subject: SubjectRef, t: string | null): Route {
  const { hall, key: id } = subject;
  if (subject.kind === 'ticket') return { page: 'ticket', day: subject.day ?? 'latest', number: id, t, hall };
  return { page: subject.kind, id, t, hall };
}

/** To the dossier at that moment, else to what the camera or those of the place have of it; of a promise to their list,
 * in which what is overdue comes first. */
export function footageOf(alarm: Alarm, zone: Parameters<typeof formatLink>[1]): Route | null {
  const at = parseTime(alarm.at);
  const subject = alarm.alert?.subjects[0];
  if (subject) return routeOf(subject, formatLink(at, zone));
  if (alarm.kind === 'promise') return { page: 'sessions', tab: 'promises' };
  if (alarm.camera) return browseAt([alarm.camera.id], formatLink(at, zone));
  if (!alarm.place) return null;
  const hall = alarm.alert?.hall;
  return { page: 'browse', cameras: [], place: alarm.place, at: formatLink(at, zone), ...(hall && { hall }) };
}

function useEnter(route: Route | null): void {
  useKeys((event) => {
    if (event.key !== 'Enter' || !route) return false;
    return (navigate(route), true);
  });
}

function Take(props: { alarm: Alarm; onTake: (note: string) => void }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { alarm } = props;
  const [note, setNote] = useState('');
  if (alarm.acknowledged)
    return (
      <p>
        {t('alarmTaken', {
          name: alarm.acknowledged_by ?? '',
          time: formatMoment(parseTime(alarm.acknowledged), zone),
        })}
        {alarm.note && <q class="alarm-note">{alarm.note}</q>}
      </p>
    );
  return (
    <form class="alarm-take" onSubmit={(e) => (e.preventDefault(), props.onTake(note.trim()))}>
      <label class="sr" for="alarm-note">
        {t('alarmNote')}
      </label>
      <input
        id="alarm-note"
        autocomplete="off"
        maxLength={160}
        placeholder={t('alarmNote')}
        value={note}
        onInput={(e) => setNote(e.currentTarget.value)}
      />
      <button type="submit" class="button primary" title={t('alarmTakeTitle')}>
        {t('alarmTake')}
      </button>
    </form>
  );
}

/** Leads who may go there. */
function SubjectLink({ of, at }: { of: SubjectRef; at: Us }) {
  const { me, zone } = useSession();
  const route = routeOf(of, formatLink(at, zone));
  if (!mayPage(me, route.page)) return <span class="mono">{of.key}</span>;
  return (
    <a class="mono" href={formatRoute(route)}>
      {of.key}
    </a>
  );
}

export function Beside(props: { alarm: Alarm; problem: Problem | null; onTake: (note: string) => void }) {
  const { t, lang } = useI18n();
  const session = useSession();
  const { alarm } = props;
  const there = footageOf(alarm, session.zone);
  const route = there && mayPage(session.me, there.page) ? there : null;
  const places = alarm.place ? [alarm.place] : (alarm.camera?.places ?? []);
  const hall = alarm.place ? (alarm.alert?.hall ?? undefined) : undefined;
  useEnter(route);
  return (
    <aside class="alarm-beside" aria-label={alarmWords(t, lang, alarm)}>
      <Moment alarm={alarm} />
      <h2>{alarmWords(t, lang, alarm)}</h2>
      <dl class="alarm-facts">
        {alarm.camera && (
          <div>
            <dt>{t('colCamera')}</dt>
            <dd>
              {alarm.camera.name} <span class="mono dim">{alarm.camera.id}</span>
            </dd>
          </div>
        )}
        {places.length > 0 && (
          <div>
            <dt>{t('alarmPlaces')}</dt>
            <dd>{places.map((p) => placeLabel(session, p, hall)).join(', ')}</dd>
          </div>
        )}
        {alarm.alert?.subjects.map((s) => (
          <div key={`${s.kind}/${s.key}`}>
            <dt>{t(s.kind)}</dt>
            <dd>
              <SubjectLink of={s} at={parseTime(alarm.at)} />
            </dd>
          </div>
        ))}
        <div>
          <dt>{t('alarmWho')}</dt>
          <dd>{alarm.acknowledged_by ?? t('alarmNobody')}</dd>
        </div>
      </dl>
      {alarm.kind !== 'alert' && <Technical detail={alarm.detail} class="dim" />}
      {alarm.acknowledged || (alarm.until === null && session.me.permissions.includes('alarm')) ? (
        <Take alarm={alarm} onTake={props.onTake} />
      ) : null}
      <Told problem={props.problem} />
      {route && (
        <p>
          <a class="button" href={formatRoute(route)}>
            {t(route.page === 'sessions' ? 'alPromiseSee' : 'alarmSeeFootage')}
          </a>
        </p>
      )}
    </aside>
  );
}
