// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useRef } from 'preact/hooks';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';

const KEYS: readonly [string, Key][] = [
  ['Space', 'keySpace'],
  ['J', 'keyJ'],
  ['K', 'keyK'],
  ['L', 'keyL'],
  ['← →', 'keyArrows'],
  [', .', 'keyFrame'],
  ['Shift ← →', 'keyEvent'],
  ['1 – 9', 'keyNumber'],
  ['PgUp PgDn', 'keyPage'],
  ['Enter', 'keyEnter'],
  ['F', 'keyF'],
  ['H', 'keyH'],
  ['E', 'keyE'],
  ['M', 'keyM'],
  ['A', 'keyA'],
  ['/', 'keySearch'],
  ['← ↑ → ↓', 'keyWallArrows'],
  ['T', 'keyTour'],
  ['+ −', 'keyZoom'],
  ['I O', 'keyInOut'],
  ['G L, G F, G B, G C, G A, G D', 'keyGo'],
  ['?', 'keyHelp'],
  ['Esc', 'keyEsc'],
];

export function KeySheet({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="keys-title"
      onClose={onClose}
      onClick={(e) => e.target === dialog.current && dialog.current?.close()}
    >
      <div class="sheet-body">
        <h2 id="keys-title">{t('keysTitle')}</h2>
        <dl class="keys">
          {KEYS.map(([key, word]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{t(word)}</dd>
            </div>
          ))}
        </dl>
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          {t('close')}
        </button>
      </div>
    </dialog>
  );
}
