// SPDX-License-Identifier: GPL-3.0-or-later
// The notice: what parties of meetings agree to before they are recorded, version by version.
import { useEffect, useState } from 'preact/hooks';
import { admin } from '../api/admin';
import type { MeetNotice } from '../api/party';
import { Field, FormSheet, useSend } from '../base/form';
import { usePoll } from '../base/hooks';
import { Part } from '../base/part';
import { ProblemNotice, Skeleton } from '../base/parts';
import { useSession } from '../base/session';
import { formatMoment, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { NOTICE_VERSION, noticeOf } from '../meeting/notice';

const POLL_MS = 60_000;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,23}$/;
const BYTES_MAX = 16_384;

const tooLong = (words: string) => new TextEncoder().encode(words).length > BYTES_MAX;

function Paragraphs(props: { words: string; lang: 'zh' | 'en' }) {
  return (
    <div class="notice-text" lang={props.lang}>
      {props.words
        .split('\n')
        .filter((line) => line.trim())
        .map((line, i) => (
          <p key={i}>{line}</p>
        ))}
    </div>
  );
}

function Words(props: {
  id: string;
  label: string;
  hint: string;
  value: string;
  required?: boolean;
  onInput: (text: string) => void;
}) {
  const { t } = useI18n();
  const wrong = tooLong(props.value);
  return (
    <div class="form-field">
      <label for={props.id}>{props.label}</label>
      <textarea
        id={props.id}
        rows={6}
        required={props.required}
        value={props.value}
        aria-invalid={wrong || undefined}
        aria-describedby={`${props.id}-told`}
        onInput={(e) => props.onInput(e.currentTarget.value)}
      />
      <p id={`${props.id}-told`} class={wrong ? 'bad' : 'dim'}>
        {wrong ? t('noticeTooLong') : props.hint}
      </p>
    </div>
  );
}

function NoticeForm(props: {
  notices: readonly MeetNotice[];
  onClose: () => void;
  onDone: (notices: MeetNotice[]) => void;
}) {
  const { t } = useI18n();
  const { busy, problem, send } = useSend();
  const shown = props.notices[0];
  const [version, setVersion] = useState('');
  const [zh, setZh] = useState(shown?.zh ?? '');
  const [en, setEn] = useState(shown?.en ?? '');
  const taken = version === NOTICE_VERSION || props.notices.some((n) => n.version === version);
  const wrong = version && !VERSION.test(version) ? t('noticeVersionWrong') : taken ? t('noticeVersionTaken') : null;
  const good = !!version && !wrong && !!zh.trim() && !tooLong(zh) && !tooLong(en);
  return (
    <FormSheet
      id="notice-title"
      title={t('noticeNew')}
      go={t('adminSave')}
      busy={busy}
      blocked={!good}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() =>
        good &&
        void send(
          () => admin.setNotice({ version, zh: zh.trim(), en: en.trim() || null }),
          (all) => props.onDone(all.notices),
        )
      }
    >
      <Field
        id="notice-version"
        label={t('noticeVersion')}
        value={version}
        onInput={setVersion}
        hint={t('noticeVersionHint')}
        wrong={wrong}
        required
        focus
      />
      <Words id="notice-zh" label={t('noticeZh')} hint={t('noticeWordsHint')} value={zh} onInput={setZh} required />
      <Words id="notice-en" label={t('noticeEn')} hint={t('noticeEnHint')} value={en} onInput={setEn} />
    </FormSheet>
  );
}

function Earlier({ notices }: { notices: readonly MeetNotice[] }) {
  const { t } = useI18n();
  const { zone } = useSession();
  if (notices.length < 2) return null;
  const moment = (at: string) => formatMoment(parseTime(at), zone);
  return (
    <>
      <h3>{t('noticeEarlier')}</h3>
      {notices.slice(1).map((notice, i) => (
        <details key={notice.version} data-version={notice.version}>
          <summary>
            <span class="mono">{notice.version}</span>{' '}
            {t('noticeUntil', { from: moment(notice.since), to: moment(notices[i]!.since) })}
          </summary>
          <Paragraphs words={notice.zh} lang="zh" />
          {notice.en && <Paragraphs words={notice.en} lang="en" />}
        </details>
      ))}
    </>
  );
}

/** What is shown now: the hall's newest, else the words that the page comes with. */
function Shown({ notice }: { notice: MeetNotice | undefined }) {
  const { t, lang } = useI18n();
  const { zone } = useSession();
  if (!notice) {
    const own = noticeOf(null, lang, t);
    return (
      <section class="notice-shown">
        <p class="dim">
          {t('noticeNone')} <span class="mono">{own.version}</span>
        </p>
        <Paragraphs words={own.paragraphs.join('\n')} lang={lang} />
      </section>
    );
  }
  return (
    <section class="notice-shown" data-version={notice.version}>
      <p>
        <span class="mono">{notice.version}</span> {t('noticeShown')}{' '}
        <span class="dim">{t('noticeSince', { time: formatMoment(parseTime(notice.since), zone) })}</span>
      </p>
      <Paragraphs words={notice.zh} lang="zh" />
      {notice.en && <Paragraphs words={notice.en} lang="en" />}
    </section>
  );
}

export function NoticePart() {
  const { t } = useI18n();
  const [editing, setEditing] = useState(false);
  const [told, setTold] = useState<MeetNotice[] | null>(null);
  const { answer, value, again } = usePoll(
    (s) => admin.notices(s),
    () => POLL_MS,
    'notices',
  );
  useEffect(() => setTold(null), [value]);
  if (!value)
    return answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={6} />;
  const notices = told ?? value.notices;
  return (
    <Part
      id="admin-notice"
      title={t('adminNotice')}
      actions={
        <button type="button" id="notice-new" class="button primary" onClick={() => setEditing(true)}>
          {t('noticeNew')}
        </button>
      }
    >
      <p class="dim">{t('noticeMean')}</p>
      <Shown notice={notices[0]} />
      <Earlier notices={notices} />
      {editing && (
        <NoticeForm
          notices={notices}
          onClose={() => setEditing(false)}
          onDone={(all) => (setTold(all), setEditing(false))}
        />
      )}
    </Part>
  );
}
