// SPDX-License-Identifier: GPL-3.0-or-later
// The keys of the page that is shown, and below them those that every page has.
import { useEffect, useRef } from 'preact/hooks';
import type { Permission } from '../api/types';
import type { Route } from '../base/route';
import { useSession } from '../base/session';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';

type Page = Route['page'];

interface Line {
  key: string;
  word: Key;
  /** Without this the key does nothing. */
  may?: Permission;
}

const DOSSIER: readonly Line[] = [
  { key: 'Space', word: 'keySpace' },
  { key: 'J', word: 'keyJ' },
  { key: 'K', word: 'keyK' },
  { key: 'L', word: 'keyL' },
  { key: '← →', word: 'keyArrows' },
  { key: ', .', word: 'keyFrame' },
  { key: 'Shift ← →', word: 'keyEvent' },
  { key: '1 – 9', word: 'keyNumber' },
  { key: 'PgUp PgDn', word: 'keyPage' },
  { key: 'Enter', word: 'keyEnter' },
  { key: 'F', word: 'keyF' },
  { key: 'M', word: 'keyM', may: 'mark' },
  { key: 'H', word: 'keyH', may: 'hold' },
  { key: 'E', word: 'keyE', may: 'clip' },
  { key: 'B', word: 'keyBrowse', may: 'view' },
  { key: 'Esc', word: 'keyEsc' },
];

const LIVE: readonly Line[] = [
  { key: '1 – 9', word: 'keyNumber' },
  { key: '← ↑ → ↓', word: 'keyWallArrows' },
  { key: 'Shift ← ↑ → ↓', word: 'keyWallMove' },
  { key: 'PgUp PgDn', word: 'keyPage' },
  { key: 'Enter', word: 'keyEnter' },
  { key: 'F', word: 'keyF' },
  { key: 'T', word: 'keyTour' },
  { key: 'P', word: 'keyStill' },
  { key: 'S', word: 'keySound' },
  { key: 'R', word: 'keyReplay', may: 'view' },
  { key: 'B', word: 'keyBrowse', may: 'view' },
  { key: 'M', word: 'keyM', may: 'mark' },
  { key: 'Esc', word: 'keyEsc' },
];

const ALARMS: readonly Line[] = [
  { key: '↑ ↓', word: 'keyAlarmArrows' },
  { key: 'A', word: 'keyA', may: 'alarm' },
  { key: 'R', word: 'keyAlarmPlay', may: 'view' },
  { key: 'Enter', word: 'keyAlarmEnter', may: 'view' },
];

const BROWSE: readonly Line[] = [
  ...DOSSIER.filter((line) => line.key !== 'B'),
  { key: '+ −', word: 'keyZoom' },
  { key: 'I O', word: 'keyInOut' },
];

const FIND: readonly Line[] = [
  { key: '↑ ↓', word: 'keyFindArrows' },
  { key: 'Tab', word: 'keyFindGroups' },
  { key: 'Home End', word: 'keyFindEnds' },
  { key: 'Enter', word: 'keyFindEnter' },
  { key: 'Esc', word: 'keyFindEsc' },
];

const OF: Partial<Record<Page, readonly Line[]>> = {
  ...{ ticket: DOSSIER, approval: DOSSIER, session: DOSSIER, place: DOSSIER },
  ...{ live: LIVE, alarms: ALARMS, find: FIND, browse: BROWSE },
};

function Lines({ title, lines }: { title: string; lines: readonly { key: string; word: string }[] }) {
  return (
    <>
      <h3>{title}</h3>
      <dl class="keys">
        {lines.map(({ key, word }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{word}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

export function KeySheet(props: {
  page: Page;
  /** After G. */
  places: readonly { key: string; word: Key }[];
  onClose: () => void;
}) {
  const { t } = useI18n();
  const { me } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const may = (line: Line) => !line.may || me.permissions.includes(line.may);
  const own = (OF[props.page] ?? []).filter(may).map(({ key, word }) => ({ key, word: t(word) }));
  const everywhere = [
    ...(me.permissions.includes('find') ? [{ key: '/', word: t('keySearch') }] : []),
    ...props.places.map(({ key, word }) => ({ key: `G ${key.toUpperCase()}`, word: t(word) })),
    { key: '?', word: t('keyHelp') },
  ];
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="keys-title"
      onClose={props.onClose}
      onClick={(e) => e.target === dialog.current && dialog.current?.close()}
    >
      <div class="sheet-body">
        <h2 id="keys-title">{t('keysTitle')}</h2>
        {own.length > 0 && <Lines title={t('keysHere')} lines={own} />}
        <Lines title={t('keysEverywhere')} lines={everywhere} />
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          {t('close')}
        </button>
      </div>
    </dialog>
  );
}
