// SPDX-License-Identifier: GPL-3.0-or-later
import { api } from '../api/client';
import type { Camera, Stream } from '../api/types';
import { usePoll } from '../base/hooks';
import { Notice, ProblemNotice, Skeleton, Technical } from '../base/parts';
import { placeLabel, useSession } from '../base/session';
import { Table } from '../base/table';
import { formatMoment, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { kindWord, stateSentence, stateWord } from '../i18n/words';

const POLL_MS = 5000;
const TROUBLE_FIRST = (s: Stream) => (s.state === 'recording' ? 1 : s.state === 'disabled' ? 2 : 0);
const GOOD = (s: Stream) => s.state === 'recording';

function Row({ camera, stream, first }: { camera: Camera; stream: Stream; first: boolean }) {
  const { t } = useI18n();
  const session = useSession();
  const codec = stream.video === 'hevc' ? 'H.265' : stream.video === 'h264' ? 'H.264' : (stream.video ?? '');
  const size = stream.width ? `${stream.width}×${stream.height}` : '';
  return (
    <tr>
      <td>
        {first && (
          <>
            <span class="strong">{camera.name || camera.id}</span> <span class="mono dim">{camera.id}</span>{' '}
            <span class="dim">{kindWord(t, camera.kind)}</span>
          </>
        )}
      </td>
      <td>
        <span class={GOOD(stream) ? 'dot' : stream.state === 'disabled' ? 'dot idle' : 'dot off'} />{' '}
        <span class={GOOD(stream) || stream.state === 'disabled' ? 'num' : 'num bad'}>
          {stateWord(t, stream.state)}
        </span>
        {!GOOD(stream) && (
          <div class="dim detail">
            {stateSentence(t, stream.state, camera.name || camera.id)} <Technical detail={stream.detail} />
          </div>
        )}
      </td>
      <td class="num">{stream.since ? formatMoment(parseTime(stream.since), session.zone) : ''}</td>
      <td>{first && camera.covers.map((c) => placeLabel(session, c.code, c.hall)).join(', ')}</td>
      <td class="num">{stream.name === 'main' ? t('streamMain') : t('streamSub')}</td>
      <td class="num">{[codec, size, stream.audio ? t('withSound') : ''].filter(Boolean).join(' · ')}</td>
      <td class="mono dim address" title={stream.url}>
        {stream.url}
      </td>
    </tr>
  );
}

export function CamerasPage() {
  const { t } = useI18n();
  const { answer, value, again } = usePoll(
    (s) => api.cameras(s),
    () => POLL_MS,
    'cameras',
  );
  if (!value)
    return answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={6} />;
  if (value.cameras.length === 0) return <Notice title={t('camerasEmptyTitle')} hint={t('camerasEmptyHint')} />;
  const worst = (c: Camera) => Math.min(...c.streams.map(TROUBLE_FIRST));
  const cameras = [...value.cameras].sort((a, b) => worst(a) - worst(b));
  return (
    <section class="page" aria-labelledby="cameras-title">
      <h1 id="cameras-title">{t('camerasTitle')}</h1>
      <Table
        heads={[
          t('colCamera'),
          t('colState'),
          t('colSince'),
          t('colPlaces'),
          t('colStream'),
          t('colPicture'),
          t('colAddress'),
        ]}
      >
        {cameras.flatMap((c) =>
          c.streams.map((s, i) => <Row key={`${c.id}/${s.name}`} camera={c} stream={s} first={i === 0} />),
        )}
      </Table>
    </section>
  );
}
