// SPDX-License-Identifier: GPL-3.0-or-later
// The live wall: who stands where, and what the whole of it can do.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { GlassAlarm } from '../alarms/glass-alarm';
import { useMarkKey, type Picture } from '../alarms/mark-dialog';
import { api, signedOut } from '../api/client';
import type { Camera } from '../api/types';
import { useFull } from '../base/full';
import { navigate, usePoll } from '../base/hooks';
import { Notice, ProblemNotice, Skeleton } from '../base/parts';
import { browseAt, formatRoute } from '../base/route';
import { useSession } from '../base/session';
import { formatLink, SECOND, type Us } from '../base/time';
import { plays as playsRecorded } from '../dossier/instead';
import { useI18n } from '../i18n/i18n';
import { ReplaySheet, type Stretch } from '../replay/replay';
import { WallBar } from './bar';
import { useWallKeys } from './keys';
import { arrangedText, columnsOf, filled, idOf, neighbour, pagesOf, replaced, shown, swapped } from './layout';
import { useLayouts, type LiveRoute } from './layouts';
import { useLiveNews, type LiveNews } from './news';
import { LiveSocket, liveUrl } from './socket';
import { Place } from './place';
import { useTour } from './tour';

const CAMERAS_MS = 30_000;
const REPLAY: Us = 30 * SECOND;
/** The newest seconds may not be on the disk yet. */
const BEHIND: Us = 5 * SECOND;
/** Until somebody chose another one. */
const TOUR_SECONDS = 15;

function useSocket(): LiveSocket {
  const [socket] = useState(() => new LiveSocket(liveUrl(), signedOut));
  useEffect(() => {
    const seen = () => socket.pause(document.hidden);
    seen(); // a page may be opened behind another
    document.addEventListener('visibilitychange', seen);
    return () => {
      document.removeEventListener('visibilitychange', seen);
      socket.close();
    };
  }, [socket]);
  return socket;
}

/** What stands on a camera's tile: when it was taken, the player says. It may stand on several: the chosen one counts. */
function pictureOf(camera: Camera, wall: HTMLElement | null): Picture | null {
  const own = `.live-tile[data-tile="${CSS.escape(camera.id)}"]`;
  const tile = wall?.querySelector<HTMLElement>(`${own}[data-chosen]`) ?? wall?.querySelector<HTMLElement>(own);
  const at = Number(tile?.querySelector('video')?.dataset.wallUs);
  if (!at) return null;
  const place = camera.places.length === 1 ? { place: camera.places[0]! } : {};
  return { camera: camera.id, name: camera.name || camera.id, at, ...place };
}

/** The last half minute as it was recorded, of a stream that plays if one was; the newest second may not be on the disk yet. */
export function lastOf(camera: Camera, now: Us, plays: (video: string | null) => boolean = playsRecorded): Stretch {
  const recorded = camera.streams.filter((s) => s.record);
  const stream = recorded.find((s) => plays(s.video)) ?? recorded[0] ?? camera.streams[0];
  const to = now - SECOND;
  return {
    camera: { id: camera.id, name: camera.name || camera.id },
    stream: stream?.name ?? 'main',
    codec: stream?.video ?? null,
    from: to - REPLAY,
    to,
  };
}

function Wall(props: { socket: LiveSocket; news: LiveNews; cameras: readonly Camera[]; route: LiveRoute }) {
  const { t } = useI18n();
  const { socket, news, cameras, route } = props;
  const [tour, setTour] = useState(0);
  const lastTour = useRef(TOUR_SECONDS);
  lastTour.current = tour || lastTour.current;
  const layouts = useLayouts(route, cameras, setTour);
  const { layout } = layouts;
  const { me, hallNow, zone } = useSession();
  const [page, setPage] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [enlarged, setEnlarged] = useState(false);
  /** One camera is heard at a time: the tile that it stands on. */
  const [heard, setHeard] = useState<string | null>(null);
  const wall = useRef<HTMLDivElement>(null);
  const glass = useRef<HTMLDivElement>(null);
  const full = useFull(glass);
  const pages = pagesOf(layout);
  const at = Math.min(page, pages - 1);
  const from = at * layout.size;
  const all = shown(layout, at);
  const places = layouts.plain ? filled(all, columnsOf(layout.size)) : all;
  const columns = enlarged ? 1 : columnsOf(layout.size);
  const turn = useCallback((by: 1 | -1) => setPage((p) => (Math.min(p, pages - 1) + by + pages) % pages), [pages]);
  useTour(enlarged ? 0 : tour, at, pages, turn);

  const move = (a: number, b: number) => {
    layouts.change(swapped(layout, from + a, from + b));
    setChosen(b);
  };
  const beside = (from: number, key: string) => {
    const to = neighbour(from, key, columnsOf(layout.size));
    return to < places.length ? to : from;
  };
  useWallKeys({
    choose: (i) => i < places.length && setChosen(i),
    go: (key) => setChosen((c) => beside(c, key)),
    move: (key) => {
      const to = beside(chosen, key);
      if (to !== chosen) move(chosen, to);
    },
    enlarge: () => places[chosen] && setEnlarged((e) => !e),
    back: () => full.leave() || setEnlarged(false),
    full: full.toggle,
    turn,
    tour: () => setTour((s) => (s === 0 ? lastTour.current : 0)),
    browse: () => {
      const id = places[chosen];
      if (id && me.permissions.includes('view')) navigate(browseAt([id], formatLink(hallNow() - BEHIND, zone)));
    },
    tool: (key) => wall.current?.querySelector<HTMLElement>(`.live-tile[data-chosen] [data-key="${key}"]`)?.click(),
  });
  const options = useMemo(
    () =>
      cameras.map((c) => (
        <option key={c.id} value={c.id}>
          {c.name || c.id}
        </option>
      )),
    [cameras],
  );
  const byId = useMemo(() => new Map(cameras.map((c) => [c.id, c])), [cameras]);

  const [replay, setReplay] = useState<Stretch | null>(null);

  const mark = useMarkKey(() => {
    const id = places[chosen];
    const camera = id ? byId.get(id) : undefined;
    return camera ? pictureOf(camera, wall.current) : null;
  });

  return (
    <section class="live" aria-label={t('navLive')} data-alone={route.alone || undefined}>
      <WallBar
        layouts={layouts}
        page={at}
        pages={pages}
        tour={tour}
        link={news.link}
        onSize={(size) => {
          layouts.change({ ...layout, size });
          setChosen(0);
          setEnlarged(false);
        }}
        onTurn={turn}
        onTour={setTour}
        onFull={full.toggle}
        onWindow={() =>
          window.open(
            formatRoute({
              ...{ page: 'live', layout: layouts.chosen ? idOf(layouts.chosen) : null, alone: true },
              ...(layouts.changed && { arranged: arrangedText(layout) }),
            }),
            '_blank',
            'popup',
          )
        }
      />
      <div class="wall-glass" ref={glass}>
        {(route.alone || full.now) && <GlassAlarm />}
        <div class="wall" ref={wall} style={{ '--columns': columns }} data-enlarged={enlarged || undefined}>
          {places.map((id, i) => {
            if (enlarged && i !== chosen) return null;
            const camera = id ? byId.get(id) : undefined;
            const tile = `${from + i}/${id}`;
            return (
              <Place
                key={tile}
                at={i}
                id={id}
                camera={camera}
                options={options}
                socket={socket}
                news={news}
                large={enlarged || layout.size === 1}
                chosen={i === chosen}
                enlarged={enlarged}
                sound={heard === tile}
                onSound={() => setHeard((h) => (h === tile ? null : tile))}
                onChoose={() => setChosen(i)}
                onEnlarge={() => {
                  setChosen(i);
                  setEnlarged(!enlarged);
                }}
                onCamera={(next) => {
                  layouts.change(replaced(layout, from + i, next));
                  setChosen(i);
                }}
                onMove={move}
                {...(me.permissions.includes('view') &&
                  camera && {
                    onReplay: () => {
                      setChosen(i);
                      setReplay(lastOf(camera, hallNow()));
                    },
                  })}
                {...(mark.may && {
                  onMark: () => {
                    setChosen(i);
                    mark.open(camera ? pictureOf(camera, wall.current) : null);
                  },
                })}
              />
            );
          })}
        </div>
      </div>
      {mark.dialog}
      {replay && <ReplaySheet of={replay} onClose={() => setReplay(null)} />}
    </section>
  );
}

export function LivePage({ route }: { route: LiveRoute }) {
  const { t } = useI18n();
  const socket = useSocket(); // opened while the cameras are asked for
  const news = useLiveNews(socket);
  const { answer, value, again } = usePoll(
    (s) => api.cameras(s),
    () => CAMERAS_MS,
    'cameras',
  );
  if (!value)
    return answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={6} />;
  if (value.cameras.length === 0) return <Notice title={t('camerasEmptyTitle')} hint={t('camerasEmptyHint')} />;
  return <Wall socket={socket} news={news} cameras={value.cameras} route={route} />;
}
