// SPDX-License-Identifier: GPL-3.0-or-later
// Making, changing and removing a retention rule: what it would do is shown before it is done.
import { useEffect, useState } from 'preact/hooks';
import { admin } from '../api/admin';
import type { Problem } from '../api/client';
import type { Effect, Preview, Rule, RuleChange, RuleKind } from '../api/types-admin';
import { useSettled } from '../base/hooks';
import { Field } from '../base/form';
import { useI18n } from '../i18n/i18n';
import { FormSheet, Select, useSend } from '../base/form';
import { maxWord, purposeWord, PURPOSES, ruleKindWord } from './retention-words';

export interface Edited {
  rule: Rule | null;
  remove: boolean;
}

const KINDS: readonly RuleKind[] = ['any', 'window', 'hall', 'room', 'session'];
const SETTLE_MS = 250;

/** A number of days that can be; null for nothing, NaN for what is none. */
const daysOf = (text: string): number | null => {
  const trimmed = text.trim();
  if (!trimmed) return null;
  return /^[1-9]\d{0,4}$/.test(trimmed) ? Number(trimmed) : NaN;
};

function EffectRow({ effect }: { effect: Effect }) {
  const { t } = useI18n();
  const more = effect.after.min_days - effect.before.min_days;
  const changed = more !== 0 ? t(more > 0 ? 'ruleMore' : 'ruleLess', { n: Math.abs(more) }) : t('ruleSameMin');
  return (
    <li class={more < 0 ? 'warn' : ''}>
      <span class="strong">
        {ruleKindWord(t, effect.kind)} · {purposeWord(t, effect.purpose)}
      </span>{' '}
      {changed} {t('ruleMin', { from: effect.before.min_days, to: effect.after.min_days })}
      {effect.before.max_days !== effect.after.max_days && (
        <>
          {' · '}
          {t('ruleMax', { from: maxWord(t, effect.before.max_days), to: maxWord(t, effect.after.max_days) })}
        </>
      )}
      <div class="dim">
        {t('ruleCameras', { n: effect.cameras.length })} {effect.cameras.map((c) => c.name || c.id).join(', ')}
      </div>
    </li>
  );
}

function Effects({ preview }: { preview: Preview }) {
  const { t } = useI18n();
  return (
    <div class="effects" role="status" id="rule-effects">
      {preview.below_law && <p class="warn">{t('ruleBelowLaw')}</p>}
      {preview.effects.length === 0 ? (
        <p class="dim">{t('ruleNoEffect')}</p>
      ) : (
        <ul>
          {preview.effects.map((e) => (
            <EffectRow key={`${e.kind}/${e.purpose}`} effect={e} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** What @change would do; asked for when it has stood still for a moment. */
function usePreview(change: RuleChange | null): { preview: Preview | null; problem: Problem | null } {
  const [told, setTold] = useState<{ preview: Preview | null; problem: Problem | null }>({
    preview: null,
    problem: null,
  });
  const key = useSettled(JSON.stringify(change), SETTLE_MS);
  useEffect(() => {
    let here = true;
    setTold({ preview: null, problem: null });
    const asked = JSON.parse(key) as RuleChange | null;
    if (asked)
      void admin.previewRule(asked).then((answer) => {
        if (!here || 'aborted' in answer) return;
        setTold(answer.ok ? { preview: answer.value, problem: null } : { preview: null, problem: answer.problem });
      });
    return () => {
      here = false;
    };
  }, [key]);
  // what is being typed has no preview yet, and is not saved without
  return key === JSON.stringify(change) ? told : { preview: null, problem: null };
}

export function RuleForm(props: { edited: Edited; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const { rule, remove } = props.edited;
  const [kind, setKind] = useState<RuleKind>(rule?.kind ?? 'window');
  const [purpose, setPurpose] = useState(rule?.purpose ?? 'footage');
  const [min, setMin] = useState(rule ? String(rule.min_days) : '');
  const [max, setMax] = useState(rule?.max_days ? String(rule.max_days) : '');
  const { busy, problem, send } = useSend();
  const [minDays, maxDays] = [daysOf(min), daysOf(max)];
  const wrongMin = min && Number.isNaN(minDays) ? t('rulesDaysWrong') : null;
  const wrongMax =
    Number.isNaN(maxDays) || (maxDays !== null && minDays !== null && maxDays < minDays) ? t('rulesMaxWrong') : null;
  const good = minDays !== null && !wrongMin && !wrongMax;
  const change: RuleChange | null = remove
    ? { kind, purpose, remove: true }
    : good
      ? { kind, purpose, min_days: minDays, max_days: maxDays }
      : null;
  const told = usePreview(change);
  return (
    <FormSheet
      id="rule-title"
      title={t(remove ? 'rulesRemove' : rule ? 'rulesChange' : 'rulesAdd')}
      go={t(remove ? 'adminRemove' : 'adminSave')}
      risky={remove}
      busy={busy}
      blocked={!told.preview}
      problem={problem ?? told.problem}
      onClose={props.onClose}
      onSubmit={() => change && void send(() => admin.setRule(change), props.onDone)}
    >
      {rule ? (
        <p class="strong">
          {ruleKindWord(t, kind)} · {purposeWord(t, purpose)}
        </p>
      ) : (
        <>
          <Select
            id="rule-kind"
            label={t('rulesKind')}
            value={kind}
            options={KINDS.map((k) => [k, ruleKindWord(t, k)] as const)}
            onChange={(k) => setKind(k as RuleKind)}
          />
          <Select
            id="rule-purpose"
            label={t('rulesPurpose')}
            value={purpose}
            options={PURPOSES.map((p) => [p, purposeWord(t, p)] as const)}
            onChange={setPurpose}
          />
        </>
      )}
      {!remove && (
        <>
          <Field
            id="rule-min"
            label={t('rulesMin')}
            value={min}
            onInput={setMin}
            wrong={wrongMin}
            numeric
            required
            focus
          />
          <Field
            id="rule-max"
            label={t('rulesMax')}
            value={max}
            onInput={setMax}
            hint={t('rulesMaxHint')}
            wrong={wrongMax}
            numeric
          />
        </>
      )}
      {told.preview && <Effects preview={told.preview} />}
    </FormSheet>
  );
}
