// SPDX-License-Identifier: GPL-3.0-or-later
// Room terminals: chosen for a party when a session is booked, or later, and brought in by the clerk who is there.
import { useEffect, useState } from 'preact/hooks';
import { meetings, type Booked, type Terminal } from '../api/meetings';
import { FormSheet, Select, useSend } from '../base/form';
import { usePoll } from '../base/hooks';
import { placeLabel, useSession } from '../base/session';
import { useI18n } from '../i18n/i18n';
import { noticeOf } from '../meeting/notice';
import { roleWord } from '../meeting/words';

export type BookedLeg = Booked['legs'][number];

const ROLES = ['citizen', 'official'] as const;

/** Those at the place, and at the station where the citizen sits; none while it is not known. */
function useTerminals(place: string, node: string) {
  const { value } = usePoll(
    (s) => meetings.terminals(place, node, s),
    () => null,
    `terminals/${place}/${node}`,
  );
  return { terminals: value?.terminals ?? [], notice: value?.notice ?? null, known: Boolean(value) };
}

function TerminalSelect(props: {
  id: string;
  label: string;
  terminals: Terminal[];
  value: string;
  onChange: (camera: string) => void;
}) {
  const { t } = useI18n();
  const session = useSession();
  const options = props.terminals.map(
    (one) => [one.camera, `${one.name} · ${placeLabel(session, one.place)}`] as const,
  );
  const gone = props.value !== '' && !props.terminals.some((one) => one.camera === props.value);
  return (
    <Select
      id={props.id}
      label={props.label}
      value={props.value}
      options={[['', t('termBrowser')], ...(gone ? [[props.value, props.value] as const] : []), ...options]}
      onChange={props.onChange}
    />
  );
}

/** Of a booking, for each party; nothing where no terminal is. */
export function BookTerminals(props: {
  place: string;
  node: string;
  chosen: Record<string, string>;
  onChange: (chosen: Record<string, string>) => void;
}) {
  const { t } = useI18n();
  const { terminals, known } = useTerminals(props.place, props.node);
  useEffect(() => {
    const there = Object.entries(props.chosen).filter(([, c]) => terminals.some((one) => one.camera === c));
    if (known && there.length < Object.keys(props.chosen).length) props.onChange(Object.fromEntries(there));
  }, [known, terminals, props.chosen]);
  if (terminals.length === 0) return null;
  return (
    <>
      {ROLES.map((role) => (
        <TerminalSelect
          key={role}
          id={`book-terminal-${role}`}
          label={t('termOf', { who: roleWord(t, role) })}
          terminals={terminals}
          value={props.chosen[role] ?? ''}
          onChange={(camera) => props.onChange({ ...props.chosen, [role]: camera })}
        />
      ))}
    </>
  );
}

/** Which one a party is; and that it comes in now, with what the clerk says of the notice. */
export function TerminalSheet(props: { session: Booked; leg: BookedLeg; onClose: () => void; onDone: () => void }) {
  const { t, lang } = useI18n();
  const { session, leg } = props;
  const { terminals, notice, known } = useTerminals(session.place, session.node_code ?? '');
  const [camera, setCamera] = useState(leg.terminal ?? '');
  const [agrees, setAgrees] = useState(false);
  const { busy, problem, send } = useSend();
  const { version, paragraphs } = noticeOf({ notice }, lang, t);
  const submit = async () => {
    const chosen = await meetings.setTerminal(session.session, leg.leg, camera || null);
    if (!chosen.ok || !camera || !agrees) return chosen;
    return meetings.joinTerminal(session.session, leg.leg, version);
  };
  return (
    <FormSheet
      id="terminal-title"
      title={t('termTitle', { who: roleWord(t, leg.role) })}
      go={t(camera && agrees ? 'termJoin' : 'termSave')}
      busy={busy}
      blocked={known && terminals.length === 0 && !leg.terminal}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() => void send(submit, props.onDone)}
    >
      {known && terminals.length === 0 && <p class="warn">{t('termNone')}</p>}
      <TerminalSelect
        id="terminal-camera"
        label={t('termOf', { who: roleWord(t, leg.role) })}
        terminals={terminals}
        value={camera}
        onChange={(other) => {
          setCamera(other);
          setAgrees(false); // of whoever sits at that one, nobody said so
        }}
      />
      {camera && (
        <>
          {paragraphs.map((text) => (
            <p key={text}>{text}</p>
          ))}
          <label class="check">
            <input
              id="terminal-agrees"
              type="checkbox"
              checked={agrees}
              onChange={(e) => setAgrees(e.currentTarget.checked)}
            />{' '}
            {t('termAgrees', { version })}
          </label>
          <p class="dim">{t('termLooks')}</p>
          <p class="dim">{t('termScreen')}</p>
        </>
      )}
    </FormSheet>
  );
}
