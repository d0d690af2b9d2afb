// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures under one clock: the tiles, the transport below them, and the ruler that its user draws below that. A dossier,
// a place and a time, and browsing show the same stage.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { GlassAlarm } from '../alarms/glass-alarm';
import { useMarkKey, type Picture } from '../alarms/mark-dialog';
import { useFull } from '../base/full';
import { navigate } from '../base/hooks';
import { browseAt } from '../base/route';
import { useSession } from '../base/session';
import { formatLink, SECOND, type Us } from '../base/time';
import type { Group } from '../player/group';
import { layoutFor, pageOf, TILES } from './grid';
import { useDossierKeys, useLetter } from './keys';
import type { Mark, Row } from './model';
import { Tile } from './tile';
import { MIXED, Transport } from './transport';

/** The clock goes with the screen. */
export function useTicks(group: Group): void {
  useEffect(() => {
    let frame = requestAnimationFrame(function tick() {
      group.tick();
      frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  }, [group]);
}

function useWaiting(group: Group): readonly string[] {
  const [waiting, setWaiting] = useState<readonly string[]>([]);
  useEffect(
    () => group.listen((face) => setWaiting((old) => (old.join() === face.waiting.join() ? old : face.waiting))),
    [group],
  );
  return waiting;
}

function useBox(): [{ current: HTMLDivElement | null }, { width: number; height: number }] {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 1060, height: 480 });
  useEffect(() => {
    const watch = new ResizeObserver(
      ([e]) => e && setSize({ width: e.contentRect.width, height: e.contentRect.height }),
    );
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, size];
}

/** What stands on the screen of a camera, by its own time if the player knows that. */
function pictureOf(row: Row, group: Group, place: string, stage: HTMLElement | null): Picture {
  group.pause();
  const { moment } = group.face();
  const shown = stage?.querySelector<HTMLElement>(`[data-camera="${row.camera}"]`)?.dataset.wallUs;
  const at = Number(shown);
  const known = shown !== undefined && Math.abs(at - moment) < SECOND;
  return { camera: row.camera, name: row.name, at: known ? Math.round(at) : moment, place };
}

const chosenFirst = (rows: readonly Row[], chosen: string | null): string[] =>
  rows.map((r) => r.camera).sort((a, b) => Number(b === chosen) - Number(a === chosen));

export function Stage(props: {
  group: Group;
  /** All of them; those that fit are shown. */
  rows: readonly Row[];
  live: boolean;
  marks: readonly Mark[];
  stops: readonly Us[];
  chosen: string | null;
  onChoose: (camera: string | null) => void;
  place: string;
  onMarked: () => void;
  /** Page up and down, instead of other cameras. */
  onTurn?: (by: 1 | -1) => void;
  /** The address of a moment, if it is not t= of the page's own. */
  link?: (moment: Us) => string;
  /** The ruler of those that are shown. */
  children: (shown: Row[]) => ComponentChildren;
}) {
  const { group, chosen, marks, stops, onChoose } = props;
  const { me, zone } = useSession();
  const [enlarged, setEnlarged] = useState<string | null>(null);
  const [sound, setSound] = useState<string | null>(null);
  const waiting = useWaiting(group);
  const [box, size] = useBox();
  const stage = useRef<HTMLDivElement>(null);
  const full = useFull(stage);

  const enlarge = (camera: string | null) => setEnlarged((old) => (camera === old ? null : camera));
  // The page of tiles is the one that holds the chosen camera.
  const at = Math.max(
    0,
    props.rows.findIndex((r) => r.camera === chosen),
  );
  const page = pageOf(props.rows.length, at);
  const rows = props.rows.slice(page.from, page.to);
  const turn = (by: 1 | -1) => {
    const first = props.rows[page.from + by * TILES];
    if (first) onChoose(first.camera);
  };
  useDossierKeys({
    ...{ group, rows, stops, chosen, choose: onChoose, enlarge },
    ...{ back: () => full.leave() || setEnlarged(null), full: full.toggle, turn: props.onTurn ?? turn },
  });

  const mark = useMarkKey(() => {
    const row = rows.find((r) => r.camera === chosen);
    return row ? pictureOf(row, group, props.place, stage.current) : null;
  }, props.onMarked);

  const browse = () => navigate(browseAt(chosenFirst(rows, chosen), formatLink(group.face().moment, zone)));
  const mayBrowse = !props.link && me.permissions.includes('view');
  useLetter('b', mayBrowse ? browse : null);

  const big = rows.some((r) => r.camera === enlarged) ? enlarged : null;
  const layout = big ? { columns: 1, lead: false } : layoutFor(rows.length, size.width, size.height);
  const filled = big || layout.lead || rows.length % layout.columns === 0;
  return (
    <div class="stage" ref={stage}>
      {full.now && <GlassAlarm />}
      <div
        class="tiles"
        ref={box}
        data-enlarged={big ? '' : undefined}
        data-full={filled ? '' : undefined}
        data-lead={layout.lead ? '' : undefined}
        style={{ '--columns': layout.columns }}
      >
        {rows.map((row, i) => (
          <div key={row.camera} class="cell" hidden={big !== null && big !== row.camera}>
            <Tile
              group={group}
              row={row}
              number={i + 1}
              live={props.live}
              muted={sound !== row.camera && sound !== MIXED}
              chosen={chosen === row.camera}
              enlarged={big === row.camera}
              waiting={waiting.includes(row.camera)}
              onChoose={() => onChoose(row.camera)}
              onEnlarge={() => enlarge(row.camera)}
            />
          </div>
        ))}
      </div>
      <Transport
        group={group}
        rows={rows}
        marks={marks}
        stops={stops}
        chosen={chosen}
        sound={sound === MIXED || rows.some((r) => r.camera === sound) ? sound : null}
        page={{ ...page, of: props.rows.length }}
        onTurn={turn}
        onSound={setSound}
        onFull={full.toggle}
        onMark={mark.may ? () => mark.open() : null}
        onBrowse={mayBrowse ? browse : null}
        link={props.link}
      />
      {mark.dialog}
      {props.children(rows)}
    </div>
  );
}
