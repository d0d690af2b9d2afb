// SPDX-License-Identifier: GPL-3.0-or-later
// Keeping a layout by a name: saving what was changed, under its name or another, taking it back, deleting it. What
// would replace a layout that somebody else sees, or one that is not the one shown, is asked about first.
import { useState } from 'preact/hooks';
import { FormSheet } from '../base/form';
import { useFocus } from '../base/hooks';
import { useI18n } from '../i18n/i18n';
import { idOf, type Saved } from './layout';
import type { Layouts } from './layouts';

/** Asks before something is replaced or deleted that cannot be had back. */
function Sure(props: { title: string; go: string; words: string; onYes: () => void; onClose: () => void }) {
  return (
    <FormSheet
      id="layout-title"
      title={props.title}
      go={props.go}
      risky
      busy={false}
      problem={null}
      onClose={props.onClose}
      onSubmit={() => (props.onYes(), props.onClose())}
    >
      <p>{props.words}</p>
    </FormSheet>
  );
}

function Naming(props: { layouts: Layouts; onName: (name: string, shared: boolean) => void; onClose: () => void }) {
  const { t } = useI18n();
  const { chosen, mayShare } = props.layouts;
  const field = useFocus();
  const [name, setName] = useState(chosen?.name ?? '');
  const [shared, setShared] = useState(chosen?.shared === true && mayShare);
  const save = (event: Event) => {
    event.preventDefault();
    if (name.trim() !== '') props.onName(name.trim(), shared);
  };
  return (
    <form class="live-naming" onSubmit={save}>
      <input
        aria-label={t('liveSaveName')}
        placeholder={t('liveSaveName')}
        maxLength={40}
        value={name}
        ref={field}
        onInput={(e) => setName(e.currentTarget.value)}
        onKeyDown={(e) => e.key === 'Escape' && (e.stopPropagation(), props.onClose())}
      />
      {mayShare && (
        <label class="live-share">
          <input type="checkbox" checked={shared} onChange={(e) => setShared(e.currentTarget.checked)} />
          {t('liveShare')}
        </label>
      )}
      <button type="submit" class="button">
        {t('liveSave')}
      </button>
    </form>
  );
}

type Asked = { what: 'remove' | 'replace'; of: Pick<Saved, 'name' | 'shared'> };

function Ask({ asked, layouts, tour, onClose }: { asked: Asked; layouts: Layouts; tour: number; onClose: () => void }) {
  const { t } = useI18n();
  const { name, shared } = asked.of;
  const { chosen } = layouts;
  if (asked.what === 'replace')
    return (
      <Sure
        title={t('liveReplaceOf', { name })}
        go={t('liveReplace')}
        words={t(shared ? 'liveReplaceShared' : 'liveReplaceOwn')}
        onYes={() => layouts.save(name, shared, tour)}
        onClose={onClose}
      />
    );
  return (
    <Sure
      title={t('liveRemoveOf', { name })}
      go={t('adminRemove')}
      words={t(shared ? 'liveRemoveShared' : 'liveRemoveOwn')}
      onYes={() => chosen && layouts.remove(chosen)}
      onClose={onClose}
    />
  );
}

export function Keep({ layouts, tour }: { layouts: Layouts; tour: number }) {
  const { t } = useI18n();
  const [naming, setNaming] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const { chosen, changed, saved } = layouts;
  const mine = chosen && (!chosen.shared || layouts.mayShare) ? chosen : null;
  const begin = () => {
    layouts.again();
    setNaming(true);
  };
  const keep = (name: string, shared: boolean) => {
    setNaming(false);
    if (saved.some((s) => idOf(s) === idOf({ name, shared }))) setAsked({ what: 'replace', of: { name, shared } });
    else layouts.save(name, shared, tour);
  };
  const button = (word: Parameters<typeof t>[0], press: () => void) => (
    <button type="button" class="button plain" onClick={press}>
      {t(word)}
    </button>
  );
  if (naming) return <Naming layouts={layouts} onName={keep} onClose={() => setNaming(false)} />;
  return (
    <>
      {mine &&
        changed &&
        button('liveSaveChange', () =>
          mine.shared ? setAsked({ what: 'replace', of: mine }) : layouts.save(mine.name, false, tour),
        )}
      {button(chosen ? 'liveSaveAs' : 'liveSave', begin)}
      {changed && button('liveRevert', layouts.revert)}
      {mine && !changed && button('liveRemove', () => setAsked({ what: 'remove', of: mine }))}
      {asked && <Ask asked={asked} layouts={layouts} tour={tour} onClose={() => setAsked(null)} />}
    </>
  );
}
