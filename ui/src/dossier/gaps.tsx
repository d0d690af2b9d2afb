// SPDX-License-Identifier: GPL-3.0-or-later
// What is missing, what is there and not whole, and what is to be known of the rest.
import type { ComponentChildren } from 'preact';
import { givenBack } from '../base/hooks';
import { useSession } from '../base/session';
import { formatClock, formatRange, type Us } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { damageSentence, damageWord, gapSentence, gapWord, noteSentence, noteWord, withDetail } from '../i18n/words';
import type { Group } from '../player/group';
import { gapLines, type GapLine } from './gap-lines';
import type { Row, View } from './model';

type Go = (camera: string, moment: Us) => void;

function Line(props: { title: string; children: ComponentChildren; onGo: () => void; data: Record<string, string> }) {
  return (
    <li>
      <button type="button" class="gap-line" title={props.title} onClick={givenBack(props.onGo)} {...props.data}>
        {props.children}
      </button>
    </li>
  );
}

function GapRow({ line, go }: { line: GapLine; go: Go }) {
  const { t, lang } = useI18n();
  const { zone } = useSession();
  const { gap, rows, details } = line;
  const names = rows.map((r) => r.name).reduce((a, b) => t('namesJoined', { a, b }));
  const party = rows.every((r) => r.party);
  return (
    <Line
      data={{ 'data-gap': gap.reason }}
      title={withDetail(lang, gapSentence(t, gap.reason, names, party), details.join('\n'))}
      onGo={() => go(rows[0]!.camera, gap.from)}
    >
      <span class="swatch hatched" data-gap={gap.reason} />
      {t('gapLine', {
        camera: rows.length > 1 ? t('gapCameras', { n: rows.length }) : names,
        range: formatRange(gap.from, gap.to, zone),
        reason: gapWord(t, gap.reason, party),
      })}
    </Line>
  );
}

/** Of all rows, in their order in time. */
function inOrder<T>(view: View, of: (row: Row) => readonly T[], at: (item: T) => Us): { row: Row; item: T }[] {
  const all = view.rows.flatMap((row) => of(row).map((item) => ({ row, item })));
  return all.sort((a, b) => at(a.item) - at(b.item));
}

function Damages({ view, go }: { view: View; go: Go }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const parts = inOrder(
    view,
    (row) => row.damage,
    (part) => part.from,
  );
  return (
    <>
      {parts.map(({ row, item: part }) => (
        <Line
          key={`${row.camera}/${part.track}/${part.from}`}
          data={{ 'data-damage': part.track }}
          title={damageSentence(t, part.track, row.name)}
          onGo={() => go(row.camera, part.from)}
        >
          <span class="swatch damaged" />
          {t('gapLine', {
            camera: row.name,
            range: formatRange(part.from, part.to, zone),
            reason: damageWord(t, part.track),
          })}
        </Line>
      ))}
    </>
  );
}

function Noted({ view, go }: { view: View; go: Go }) {
  const { t, lang } = useI18n();
  const { zone } = useSession();
  const notes = inOrder(
    view,
    (row) => row.notes,
    (note) => note.at,
  );
  return (
    <>
      {notes.map(({ row, item: note }) => (
        <Line
          key={`${row.camera}/note/${note.at}/${note.detail}`}
          data={{ 'data-note': note.reason }}
          title={withDetail(lang, noteSentence(t, note.reason, row.name), note.detail)}
          onGo={() => go(row.camera, note.at)}
        >
          <span class="swatch noted" />
          {t('noteLine', { camera: row.name, time: formatClock(note.at, zone), reason: noteWord(t, note.reason) })}
        </Line>
      ))}
    </>
  );
}

export function Gaps(props: { view: View; group: Group; onChoose?: (camera: string) => void }) {
  const { view, group } = props;
  const { t } = useI18n();
  const { zone } = useSession();
  const lines = gapLines(view.rows, (g) => formatRange(g.from, g.to, zone));
  const go: Go = (camera, moment) => {
    props.onChoose?.(camera);
    group.seek(moment);
  };
  return (
    <section aria-labelledby="gaps-title">
      <h2 id="gaps-title">{t('gapsTitle')}</h2>
      {lines.length === 0 && <p class="dim aside-note">{t('gapsNone')}</p>}
      <ul class="gaps">
        {lines.map((line) => (
          <GapRow key={`${line.rows[0]!.camera}/${line.gap.from}/${line.gap.reason}`} line={line} go={go} />
        ))}
        <Damages view={view} go={go} />
        <Noted view={view} go={go} />
      </ul>
    </section>
  );
}
