// SPDX-License-Identifier: GPL-3.0-or-later
// Accounts and tokens, for the security administrator.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import type { User, Users } from '../api/types';
import { usePoll } from '../base/hooks';
import { Part } from '../base/part';
import { CopyButton, ProblemNotice, Skeleton } from '../base/parts';
import { placeLabel, useSession } from '../base/session';
import { Table } from '../base/table';
import { formatMoment, parseTime } from '../base/time';
import { Sheet } from '../base/form';
import { useI18n, type Translate } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { TokensPart } from './tokens';
import { AddUser, ChangeUser } from './user-form';

const POLL_MS = 10_000;

const ROLES: Record<string, Key> = {
  operator: 'roleOperator',
  investigator: 'roleInvestigator',
  supervisor: 'roleSupervisor',
  auditor: 'roleAuditor',
  sysadmin: 'roleSysadmin',
  secadmin: 'roleSecadmin',
};

export const roleWord = (t: Translate, role: string): string => (ROLES[role] ? t(ROLES[role]) : role);

/** A secret that is shown once. */
export function Shown(props: { id: string; title: string; words: string; secret: string; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <Sheet id={props.id} title={props.title} onClose={props.onClose} once>
      <p>{props.words}</p>
      <p class="mono secret">{props.secret}</p>
      <p class="form-actions">
        <CopyButton text={() => props.secret} label={t('copy', { what: '' }).trim()} class="button">
          {t('copy', { what: '' }).trim()}
        </CopyButton>
        <button type="button" class="button primary" onClick={props.onClose}>
          {t('close')}
        </button>
      </p>
    </Sheet>
  );
}

function Row({ user, limitable, onChange }: { user: User; limitable: boolean; onChange: () => void }) {
  const { t } = useI18n();
  const session = useSession();
  const own = user.name.toLowerCase() === session.me.name.toLowerCase();
  const place = (name: string) => {
    const [hall, code] = name.split('/', 2) as [string, string];
    return placeLabel(session, code, hall);
  };
  const scope = !limitable
    ? t('usersFootageNone')
    : user.places === null
      ? t('usersEverything')
      : user.places.map(place).join(', ') || t('usersNothing');
  const state = [
    user.must_change && !user.disabled ? t('usersGiven') : null,
    user.second ? t('usersSecond') : null,
  ].filter(Boolean);
  return (
    <tr data-user={user.name}>
      <td>
        <span class={user.disabled ? 'dot idle' : 'dot'} /> {t(user.disabled ? 'usersDisabled' : 'usersActive')}
        {state.length > 0 && <span class="dim"> · {state.join(' · ')}</span>}
      </td>
      <td class="strong">{user.name}</td>
      <td>{roleWord(t, user.role)}</td>
      <td>{scope}</td>
      <td class="num">{user.seen ? formatMoment(parseTime(user.seen), session.zone) : ''}</td>
      <td class="row-actions">
        <button
          type="button"
          class="button"
          disabled={own}
          title={own ? t('usersSelf') : t('usersChangeOf', { name: user.name })}
          aria-label={t('usersChangeOf', { name: user.name })}
          onClick={onChange}
        >
          {t('usersChange')}
        </button>
      </td>
    </tr>
  );
}

export function UsersPage() {
  const { t } = useI18n();
  const { me } = useSession();
  const [sheet, setSheet] = useState<'add' | { change: string } | null>(null);
  const [shown, setShown] = useState<{ name: string; password: string } | null>(null);
  const { answer, value, again } = usePoll<Users>(
    (s) => api.users(s),
    () => POLL_MS,
    'users',
  );
  if (!value)
    return answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={6} />;
  const limitable = (role: string) => value.roles.find((r) => r.role === role)?.limitable ?? false;
  const changed = typeof sheet === 'object' && sheet ? value.users.find((u) => u.name === sheet.change) : undefined;
  const close = () => setSheet(null);
  const give = (name: string, password: string) => {
    setSheet(null);
    setShown({ name, password });
    again();
  };
  return (
    <>
      <Part
        id="users-title"
        title={t('usersTitle')}
        actions={
          <button type="button" id="user-add" class="button primary" onClick={() => setSheet('add')}>
            {t('usersAdd')}
          </button>
        }
      >
        <Table
          heads={[t('usersState'), t('usersName'), t('usersRole'), t('usersScope'), t('usersSeen')]}
          actions={t('usersChange')}
        >
          {value.users.map((u) => (
            <Row key={u.name} user={u} limitable={limitable(u.role)} onChange={() => setSheet({ change: u.name })} />
          ))}
        </Table>
        {me.permissions.includes('admin.tokens') && <TokensPart />}
      </Part>
      {sheet === 'add' && <AddUser roles={value.roles} onClose={close} onGiven={give} />}
      {changed && <ChangeUser user={changed} roles={value.roles} onClose={close} onChanged={again} onGiven={give} />}
      {shown && (
        <Shown
          id="shown-title"
          title={t('usersPasswordNew')}
          words={t('usersPasswordShown', { name: shown.name })}
          secret={shown.password}
          onClose={() => setShown(null)}
        />
      )}
    </>
  );
}
