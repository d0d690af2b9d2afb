// SPDX-License-Identifier: GPL-3.0-or-later
// What a mark may say: in which order, in which words, how bad it is.
import { useEffect, useRef, useState } from 'preact/hooks';
import { admin } from '../api/admin';
import { api } from '../api/client';
import type { MarkKind, MarkKindChange, MarkLevel } from '../api/types-alarms';
import { Field, FormSheet, Select, Told, useSend } from '../base/form';
import { usePoll } from '../base/hooks';
import { Part } from '../base/part';
import { ProblemNotice, Skeleton } from '../base/parts';
import { useSession } from '../base/session';
import { Table } from '../base/table';
import { formatMoment, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';

const POLL_MS = 60_000;
const CODE = /^[a-z][a-z0-9_-]{0,31}$/;
const WORDS_MAX = 32;
const LEVELS: Record<MarkLevel, Key> = { warning: 'kindWarning', yellow: 'kindYellow', red: 'kindRed' };
const TONES: Record<MarkLevel, string> = { warning: '', yellow: 'warn', red: 'bad' };

/** The key of each that has one. */
function keysOf(kinds: readonly MarkKind[]): Map<string, number> {
  const offered = kinds.filter((k) => !k.ended).slice(0, 9);
  return new Map(offered.map((k, i) => [k.code, i + 1]));
}

function Row(props: {
  kind: MarkKind;
  at: number;
  last: boolean;
  digit: number | undefined;
  onEdit: () => void;
  onChange: (change: MarkKindChange, pressed: string) => void;
}) {
  const { t, lang } = useI18n();
  const { zone } = useSession();
  const { kind, at } = props;
  const name = kind[lang];
  const change = (does: string, word: string, label: string, to: Omit<MarkKindChange, 'code'>, disabled = false) => (
    <button
      type="button"
      class="button"
      data-does={does}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={() => props.onChange({ code: kind.code, ...to }, does)}
    >
      {word}
    </button>
  );
  const end = t(kind.ended ? 'kindsOffer' : 'kindsEnd');
  return (
    <tr data-kind={kind.code} class={kind.ended ? 'dim' : ''}>
      <td>{props.digit && <kbd>{props.digit}</kbd>}</td>
      <td lang="zh">{kind.zh}</td>
      <td lang="en">{kind.en}</td>
      <td class="mono">{kind.code}</td>
      <td class={kind.ended ? '' : TONES[kind.level]}>{t(LEVELS[kind.level])}</td>
      <td class="num">
        {kind.ended ? t('kindsEnded', { time: formatMoment(parseTime(kind.ended), zone) }) : t('kindsOffered')}
      </td>
      <td class="row-actions">
        {change('up', '↑', t('kindsUp', { name }), { order: at - 1 }, at === 1)}
        {change('down', '↓', t('kindsDown', { name }), { order: at + 1 }, props.last)}
        <button type="button" class="button" aria-label={t('adminChangeOf', { name })} onClick={props.onEdit}>
          {t('adminChange')}
        </button>
        {change('end', end, `${end} ${name}`, { ended: !kind.ended })}
      </td>
    </tr>
  );
}

function KindForm(props: {
  kind: MarkKind | null;
  codes: readonly string[];
  onClose: () => void;
  onDone: (kinds: MarkKind[]) => void;
}) {
  const { t } = useI18n();
  const { busy, problem, send } = useSend();
  const [code, setCode] = useState(props.kind?.code ?? '');
  const [zh, setZh] = useState(props.kind?.zh ?? '');
  const [en, setEn] = useState(props.kind?.en ?? '');
  const [level, setLevel] = useState<MarkLevel>(props.kind?.level ?? 'warning');
  const taken = !props.kind && props.codes.includes(code);
  const wrongCode = code && !CODE.test(code) ? t('kindsCodeWrong') : taken ? t('kindsCodeTaken') : null;
  const wrong = (words: string) => ([...words.trim()].length > WORDS_MAX ? t('kindsWordsWrong') : null);
  const good = !!code && !wrongCode && !!zh.trim() && !!en.trim() && !wrong(zh) && !wrong(en);
  const change = { code, zh: zh.trim(), en: en.trim(), level };
  return (
    <FormSheet
      id="kind-title"
      title={t(props.kind ? 'kindsChange' : 'kindsAdd')}
      go={t('adminSave')}
      busy={busy}
      blocked={!good}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() =>
        good &&
        void send(
          () => admin.setMarkKind(change),
          (answer) => props.onDone(answer.kinds),
        )
      }
    >
      {props.kind ? (
        <p class="mono">{props.kind.code}</p>
      ) : (
        <Field
          id="kind-code"
          label={t('kindsCode')}
          value={code}
          onInput={setCode}
          hint={t('kindsCodeHint')}
          wrong={wrongCode}
          required
          focus
        />
      )}
      <Field
        id="kind-zh"
        label={t('kindsZh')}
        value={zh}
        onInput={setZh}
        wrong={wrong(zh)}
        required
        focus={!!props.kind}
      />
      <Field id="kind-en" label={t('kindsEn')} value={en} onInput={setEn} wrong={wrong(en)} required />
      <Select
        id="kind-level"
        label={t('kindsLevel')}
        value={level}
        options={(Object.keys(LEVELS) as MarkLevel[]).map((l) => [l, t(LEVELS[l])] as const)}
        onChange={(l) => setLevel(l as MarkLevel)}
      />
    </FormSheet>
  );
}

export function MarkKindsPart() {
  const { t } = useI18n();
  const { problem, send } = useSend();
  const [edited, setEdited] = useState<MarkKind | 'new' | null>(null);
  const [told, setTold] = useState<MarkKind[] | null>(null);
  const moved = useRef<string | null>(null);
  const { answer, value, again } = usePoll(
    (s) => api.markKinds(s),
    () => POLL_MS,
    'mark-kinds',
  );
  useEffect(() => setTold(null), [value]);
  useEffect(() => {
    // a row that moves loses the keyboard
    if (moved.current) document.querySelector<HTMLElement>(moved.current)?.focus();
    moved.current = null;
  }, [told]);
  if (!value)
    return answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={6} />;
  const kinds = told ?? value.kinds;
  const digits = keysOf(kinds);
  const show = (fresh: MarkKind[]) => (setTold(fresh), setEdited(null));
  const change = (one: MarkKindChange, pressed: string) =>
    void send(
      () => admin.setMarkKind(one),
      (all) => {
        moved.current = `tr[data-kind="${one.code}"] button[data-does="${pressed}"]`;
        show(all.kinds);
      },
    );
  return (
    <Part
      id="admin-marks"
      title={t('adminMarks')}
      actions={
        <button type="button" id="kind-add" class="button primary" onClick={() => setEdited('new')}>
          {t('kindsAdd')}
        </button>
      }
    >
      <p class="dim">{t('kindsMean')}</p>
      {digits.size === 0 && <p class="warn">{t('kindsNone')}</p>}
      <Told problem={problem} />
      <Table
        heads={[t('kindsKey'), t('kindsZh'), t('kindsEn'), t('kindsCode'), t('kindsLevel'), t('kindsState')]}
        actions={t('adminChange')}
        class="kinds-table"
      >
        {kinds.map((kind, i) => (
          <Row
            key={kind.code}
            kind={kind}
            at={i + 1}
            last={i + 1 === kinds.length}
            digit={digits.get(kind.code)}
            onEdit={() => setEdited(kind)}
            onChange={change}
          />
        ))}
      </Table>
      {edited && (
        <KindForm
          kind={edited === 'new' ? null : edited}
          codes={kinds.map((k) => k.code)}
          onClose={() => setEdited(null)}
          onDone={show}
        />
      )}
    </Part>
  );
}
