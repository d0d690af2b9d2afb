// SPDX-License-Identifier: GPL-3.0-or-later
// Making and changing an account.
import { useState } from 'preact/hooks';
import { api, type Problem, type Result } from '../api/client';
import type { Place, User, Users } from '../api/types';
import { usePoll } from '../base/hooks';
import { Actions, Field, Sheet, Told } from '../base/form';
import { useI18n } from '../i18n/i18n';
import { roleWord } from './users';

type Roles = Users['roles'];
const limits = (roles: Roles, role: string) => roles.find((r) => r.role === role)?.limitable ?? false;
const nameOf = (place: Place) => `${place.hall}/${place.code}`;

function RoleField(props: { roles: Roles; value: string; onChange: (role: string) => void }) {
  const { t } = useI18n();
  return (
    <div class="form-field">
      <label for="user-role">{t('usersRole')}</label>
      <select id="user-role" value={props.value} onChange={(e) => props.onChange(e.currentTarget.value)}>
        {props.roles.map(({ role }) => (
          <option key={role} value={role}>
            {roleWord(t, role)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** None chosen: everything. */
function PlacesField(props: { chosen: string[]; onChange: (places: string[]) => void }) {
  const { t } = useI18n();
  const { value } = usePoll(
    (s) => api.places(s),
    () => null,
    'places-to-see',
  );
  const turn = (name: string, on: boolean) =>
    props.onChange(on ? [...props.chosen, name] : props.chosen.filter((p) => p !== name));
  return (
    <fieldset class="form-field places-field">
      <legend>{t('usersPlaces')}</legend>
      <div class="places-list">
        {value?.places.map((place) => {
          const name = nameOf(place);
          return (
            <label key={name}>
              <input
                type="checkbox"
                checked={props.chosen.includes(name)}
                onChange={(e) => turn(name, e.currentTarget.checked)}
              />{' '}
              <span class="mono">{place.code}</span> {place.name !== place.code && place.name}
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

export function AddUser(props: {
  roles: Roles;
  onClose: () => void;
  onGiven: (name: string, password: string) => void;
}) {
  const { t } = useI18n();
  const [name, setName] = useState('');
  const [role, setRole] = useState('operator');
  const [places, setPlaces] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const limited = limits(props.roles, role) && places.length > 0;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const answer = await api.addUser(name.trim(), role, limited ? places : null);
    setBusy(false);
    if ('aborted' in answer) return;
    if (answer.ok) props.onGiven(answer.value.user.name, answer.value.password);
    else setProblem(answer.problem);
  };
  return (
    <Sheet id="user-title" title={t('usersAdd')} onClose={props.onClose}>
      <form onSubmit={(e) => void submit(e)}>
        <Field
          id="user-name"
          label={t('usersName')}
          value={name}
          onInput={setName}
          hint={t('usersNamePattern')}
          required
          focus
        />
        <RoleField roles={props.roles} value={role} onChange={setRole} />
        {limits(props.roles, role) && <PlacesField chosen={places} onChange={setPlaces} />}
        <Told problem={problem} />
        <Actions go={t('usersAddGo')} busy={busy} onCancel={props.onClose} />
      </form>
    </Sheet>
  );
}

export function ChangeUser(props: {
  user: User;
  roles: Roles;
  onClose: () => void;
  onChanged: () => void;
  onGiven: (name: string, password: string) => void;
}) {
  const { t } = useI18n();
  const { user } = props;
  const [role, setRole] = useState(user.role);
  const [places, setPlaces] = useState<string[]>(user.places ?? []);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const run = async (ask: Promise<Result<unknown>>, then: () => void) => {
    setBusy(true);
    setProblem(null);
    const answer = await ask;
    setBusy(false);
    if ('aborted' in answer) return;
    if (!answer.ok) return setProblem(answer.problem);
    props.onChanged();
    then();
  };
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const change = {
      ...(role !== user.role ? { role } : {}),
      ...(limits(props.roles, role) ? { places: places.length ? places : null } : {}),
    };
    void run(api.changeUser(user.name, change), props.onClose);
  };
  const reset = async () => {
    setBusy(true);
    const answer = await api.resetPassword(user.name);
    setBusy(false);
    if ('aborted' in answer) return;
    if (answer.ok) props.onGiven(user.name, answer.value.password);
    else setProblem(answer.problem);
  };
  return (
    <Sheet id="user-title" title={t('usersChangeOf', { name: user.name })} onClose={props.onClose}>
      <form onSubmit={save}>
        <RoleField roles={props.roles} value={role} onChange={setRole} />
        {limits(props.roles, role) && <PlacesField chosen={places} onChange={setPlaces} />}
        <p class="user-deeds">
          <button type="button" class="button" disabled={busy} onClick={() => void reset()}>
            {t('usersPasswordNew')}
          </button>
          {user.second && (
            <button
              type="button"
              class="button"
              disabled={busy}
              onClick={() => void run(api.resetSecond(user.name), props.onClose)}
            >
              {t('usersSecondReset')}
            </button>
          )}
          <button
            type="button"
            class="button"
            disabled={busy}
            onClick={() => void run(api.logoutUser(user.name), props.onClose)}
          >
            {t('usersLogout')}
          </button>
          <button
            type="button"
            id="user-disable"
            class="button"
            disabled={busy}
            onClick={() => void run(api.changeUser(user.name, { disabled: !user.disabled }), props.onClose)}
          >
            {t(user.disabled ? 'usersEnable' : 'usersDisable')}
          </button>
        </p>
        <Told problem={problem} />
        <Actions go={t('usersSave')} busy={busy} onCancel={props.onClose} />
      </form>
    </Sheet>
  );
}
