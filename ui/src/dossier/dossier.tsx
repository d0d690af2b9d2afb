// SPDX-License-Identifier: GPL-3.0-or-later
// The heart of the page: all cameras of a visit under one clock.
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { aboutOf } from '../account/reason';
import type { Dossier } from '../api/types';
import { replaceAddress } from '../base/hooks';
import { Notice } from '../base/parts';
import { formatRoute, type Route } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import { formatLink, parseTime, type Us } from '../base/time';
import { useI18n, type Translate } from '../i18n/i18n';
import { roleName } from '../meeting/words';
import { Group } from '../player/group';
import { ClipSheet } from './clips';
import { Aside } from './events';
import { EvidenceMenu } from './evidence';
import { Header, Visits } from './header';
import { HoldButton, Holds, HoldSheets } from './holds';
import { useLetter } from './keys';
import { Looks } from './looks';
import { marksOf, mayHold, sectionAt, sectionsOf, viewOf, type Mark, type Row, type Section, type View } from './model';
import { Ruler } from './ruler';
import { SessionPromises } from './session-promises';
import { SessionRecord } from './session-record';
import { Stage, useTicks } from './stage';

const ADDRESS_MS = 500;

export type MomentRoute = Extract<Route, { t: string | null }>;
export type DossierRoute = Exclude<MomentRoute, { page: 'place' }>;

/** The clock of a section, ticking with the screen. It outlives new answers about the same section. */
function useGroup(view: View, start: Us): Group {
  const { from } = view.section;
  // A new section has a new clock; a section that grows keeps its own.
  const group = useMemo(() => new Group(view.from, view.end, start), [from]);
  useEffect(() => {
    group.clock.setRange(view.from, view.end, performance.now());
    group.live = view.live;
  }, [group, view]);
  useTicks(group);
  return group;
}

/** While it stands, the address names the moment: reloading or sending it leads back here. */
function useMomentInAddress(group: Group, route: MomentRoute): void {
  const { zone } = useSession();
  const latest = useRef(route);
  latest.current = route;
  useEffect(() => {
    const first = group.face().moment;
    let written = first;
    let since = 0;
    let last = first;
    return group.listen(({ moment, playing }) => {
      const now = performance.now();
      if (playing || moment !== last) {
        last = moment;
        since = now;
      } else if (moment !== written && now - since > ADDRESS_MS) {
        written = moment;
        replaceAddress({ ...latest.current, t: formatLink(moment, zone) });
      }
    });
  }, [group, zone]);
}

/** The pictures with their ruler, and the lists beside them. */
export function Cameras(props: {
  route: MomentRoute;
  view: View;
  sections: readonly Section[];
  marks: readonly Mark[];
  dossier: Pick<Dossier, 'holds' | 'sources'>;
  start: Us;
  onLeave: (moment: Us) => void;
  /** Opens one. */
  onHold: (id: number) => void;
  /** Instead of what happened. */
  lead?: ComponentChildren;
  /** Below it: what else there is; it is told how to go to a moment. */
  more?: (jump: (moment: Us) => void) => ComponentChildren;
  /** At the end of the lists. */
  last?: ComponentChildren;
  onMarked: () => void;
}) {
  const { view, marks, dossier } = props;
  const group = useGroup(view, props.start);
  const [chosen, setChosen] = useState<string | null>(view.rows[0]?.camera ?? null);
  useMomentInAddress(group, props.route);

  const stops = useMemo(
    () => marks.filter((m) => !m.superseded && m.at >= view.from && m.at <= view.end).map((m) => m.at),
    [marks, view],
  );
  const jump = (moment: Us) => {
    if (moment >= view.from && moment <= view.to) group.seek(moment);
    else props.onLeave(moment);
  };
  return (
    <div class="dossier-body">
      <Stage
        group={group}
        rows={view.rows}
        live={view.live}
        marks={marks}
        stops={stops}
        chosen={chosen}
        onChoose={setChosen}
        place={view.section.visit.place}
        onMarked={props.onMarked}
      >
        {(rows) => (
          <Ruler
            view={{ ...view, rows }}
            marks={marks}
            holds={dossier.holds}
            group={group}
            chosen={chosen}
            onChoose={setChosen}
          />
        )}
      </Stage>
      <Aside
        group={group}
        view={view}
        sources={dossier.sources}
        coverage={view.coverage}
        marks={marks}
        sections={props.sections}
        lead={props.lead}
        onChoose={setChosen}
        onJump={jump}
      >
        {props.more?.(jump)}
        <Holds holds={dossier.holds} onOpen={props.onHold} />
        {props.last}
      </Aside>
    </div>
  );
}

function Nothing({ dossier, section }: { dossier: Dossier; section: Section | null }) {
  const { t } = useI18n();
  const session = useSession();
  if (section) {
    const place = placeLabel(session, section.visit.place);
    return <Notice title={t('noCamerasTitle', { place })} hint={t('noCamerasHint', { place: section.visit.place })} />;
  }
  const ticket = dossier.subject.kind === 'ticket';
  return (
    <Notice
      title={t(ticket ? 'noVisitTitle' : 'noVisitApprovalTitle')}
      hint={t(ticket ? 'noVisitHint' : 'noVisitApprovalHint')}
    />
  );
}

/** A leg is called by who sat there: the session's number stands above all of them. */
function withLegs(view: View, session: string, t: Translate): View {
  const lead = `${session}-`;
  const called = (row: Row): Row =>
    row.camera.startsWith(lead) ? { ...row, party: true, name: roleName(t, row.camera.slice(lead.length)) } : row;
  return { ...view, rows: view.rows.map(called) };
}

export function DossierView(props: { dossier: Dossier; route: DossierRoute; onChanged: () => void }) {
  const { dossier, route, onChanged } = props;
  const { t } = useI18n();
  const { me } = useSession();
  const [sheet, setSheet] = useState<'new' | number | null>(null);
  const [clipping, setClipping] = useState(false);
  useLetter('h', mayHold(me) ? () => setSheet('new') : null);
  const sections = useMemo(() => sectionsOf(dossier), [dossier]);
  const marks = useMemo(() => marksOf(dossier.events), [dossier]);
  const asked = route.t ? parseTime(route.t) : NaN;
  const cue = dossier.cue ? parseTime(dossier.cue) : NaN;
  const [pick, setPick] = useState<{ n: number; start: Us | null } | null>(null);
  // Back and forward between moments of one dossier.
  useEffect(() => setPick(null), [route.t]);

  const first = Number.isNaN(asked) ? cue : asked;
  const n = Math.min(pick?.n ?? sectionAt(sections, Number.isNaN(first) ? Infinity : first), sections.length - 1);
  const section = sections[n] ?? sections[0] ?? null;
  const view = useMemo(() => {
    const all = section ? viewOf(dossier, section) : null;
    return all && route.page === 'session' ? withLegs(all, route.id, t) : all;
  }, [dossier, section, t]);
  const start = pick ? (pick.start ?? section?.called ?? 0) : Number.isNaN(first) ? (section?.called ?? 0) : first;
  // "latest" and "today" are questions; the address names the answer, which stays true tomorrow.
  const { day } = dossier.subject;
  useEffect(() => {
    if (route.page === 'ticket' && day && route.day !== day) window.location.replace(formatRoute({ ...route, day }));
  }, [route, day]);
  const mayClip = me.permissions.includes('clip') && view !== null && view.rows.length > 0;
  useLetter('e', mayClip ? () => setClipping(true) : null);
  const leave = (moment: Us) => setPick({ n: sectionAt(sections, moment), start: moment });

  const promises =
    route.page === 'session'
      ? (jump: (to: Us) => void) => (
          <>
            <SessionPromises id={route.id} onJump={jump} />
            <SessionRecord id={route.id} />
          </>
        )
      : undefined;

  const looks = <Looks about={aboutOf(dossier)} />;
  return (
    <article class="dossier">
      <Header dossier={dossier} section={section}>
        <HoldButton holds={dossier.holds} onOpen={() => setSheet('new')} />
        {mayClip && (
          <button type="button" class="button" onClick={() => setClipping(true)} aria-keyshortcuts="E">
            {t('clipButton')}
          </button>
        )}
        <EvidenceMenu onHold={() => setSheet('new')} onClip={mayClip ? () => setClipping(true) : null} />
      </Header>
      {sections.length > 1 && (
        <Visits sections={sections} chosen={n} onChoose={(i) => setPick({ n: i, start: null })} />
      )}
      {view && view.rows.length > 0 ? (
        <Cameras
          key={`${section!.from}/${section!.visit.place}/${route.t ?? ''}/${pick?.start ?? ''}`}
          route={route}
          view={view}
          sections={sections}
          marks={marks}
          dossier={dossier}
          start={start}
          onLeave={leave}
          onHold={setSheet}
          more={promises}
          last={looks}
          onMarked={onChanged}
        />
      ) : (
        <div class="dossier-body">
          <Nothing dossier={dossier} section={section} />
          <Aside
            group={null}
            view={view}
            sources={dossier.sources}
            coverage={view ? view.coverage : dossier.coverage}
            marks={marks}
            sections={sections}
            onJump={leave}
          >
            {promises?.(leave)}
            <Holds holds={dossier.holds} onOpen={setSheet} />
            {looks}
          </Aside>
        </div>
      )}
      {clipping && view && <ClipSheet dossier={dossier} view={view} onClose={() => setClipping(false)} />}
      <HoldSheets
        dossier={dossier}
        on={{ subject: dossier.subject }}
        open={sheet}
        onClose={() => setSheet(null)}
        onChanged={onChanged}
      />
    </article>
  );
}
