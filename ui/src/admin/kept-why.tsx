// SPDX-License-Identifier: GPL-3.0-or-later
// What of a camera's footage the next purge takes, what stays, and why: as `mingjing purge --dry-run` says it.
import { admin } from '../api/admin';
import type { KeptWhy } from '../api/types-admin';
import { formatBytes } from '../base/bytes';
import { Sheet } from '../base/form';
import { usePoll } from '../base/hooks';
import { ProblemNotice, Skeleton } from '../base/parts';
import { useSession } from '../base/session';
import { Table } from '../base/table';
import { formatMoment, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { purposeWord, ruleKindWord } from './retention-words';

const WORDS: Record<KeptWhy['because'], Key> = {
  open: 'keptWhyOpen',
  held: 'keptWhyHeld',
  bound: 'keptWhyBound',
  spare: 'keptWhySpare',
  due: 'keptWhyDue',
};

function Reason({ why, refused }: { why: KeptWhy; refused: boolean }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const [kind, purpose] = why.rule.split('/', 2) as [string, string];
  const day = (time: string | null) => (time ? formatMoment(parseTime(time), zone) : t('rulesNever'));
  const goes = why.because === 'due' && !refused;
  return (
    <tr data-because={why.because}>
      <td>{t(why.stream === 'main' ? 'streamMain' : 'streamSub')}</td>
      <td class={goes ? 'strong' : ''}>{t(goes ? 'keptWhyGoes' : 'keptWhyStays')}</td>
      <td>
        {t(WORDS[why.because])}
        <div class="dim">
          {t('keptWhyRule', {
            rule: `${ruleKindWord(t, kind)} · ${purposeWord(t, purpose)}`,
            days: why.days === null ? t('rulesNever') : t('rulesDays', { n: why.days }),
          })}
        </div>
      </td>
      <td class="num">{why.oldest && formatMoment(parseTime(why.oldest), zone)}</td>
      <td class="num">
        {day(why.first_until)}
        {why.last_until !== why.first_until && <div>{day(why.last_until)}</div>}
      </td>
      <td class="num">
        {formatBytes(why.bytes)}
        <div class="dim">{t('keptWhySegments', { n: why.segments })}</div>
      </td>
    </tr>
  );
}

export function KeptWhySheet(props: { camera: string; onClose: () => void }) {
  const { t } = useI18n();
  const { answer, value, again } = usePoll(
    (s) => admin.whyKept(props.camera, s),
    () => null,
    `why-kept/${props.camera}`,
  );
  return (
    <Sheet id="kept-why-title" title={t('keptWhyTitle', { camera: props.camera })} onClose={props.onClose} wide>
      {!value &&
        (answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={4} />)}
      {value && !value.complete && (
        <p class="warn" role="status">
          {t('reportIncomplete')}
        </p>
      )}
      {value && value.refused !== null && (
        <p class="warn" role="status">
          {t('keptWhyRefused', { why: value.refused })}
        </p>
      )}
      {value && value.reasons.length === 0 && <p class="dim">{t('adminNoFootage')}</p>}
      {value && value.reasons.length > 0 && (
        <Table
          heads={[
            t('keptWhyStream'),
            t('keptWhyWhat'),
            t('keptWhyWhy'),
            t('reportOldest'),
            t('keptWhyUntil'),
            t('keptWhyMuch'),
          ]}
          class="kept-why"
        >
          {value.reasons.map((why) => (
            <Reason key={`${why.stream}/${why.because}/${why.rule}`} why={why} refused={value.refused !== null} />
          ))}
        </Table>
      )}
      {value?.more && <p class="warn">{t('keptWhyMore', { n: value.segments })}</p>}
      <p class="form-actions">
        <button type="button" class="button primary" onClick={props.onClose}>
          {t('close')}
        </button>
      </p>
    </Sheet>
  );
}
