// SPDX-License-Identifier: GPL-3.0-or-later
// One place of the wall: a camera's tile, or room for one. Tiles are dragged from place to place.
import type { VNode } from 'preact';
import { Choice } from '../base/choice';
import type { Camera, Cover } from '../api/types';
import { useI18n } from '../i18n/i18n';
import { placeKey, type LiveNews } from './news';
import type { LiveSocket } from './socket';
import { LiveTile } from './tile';

const NONE: readonly Cover[] = [];
const DRAGGED = 'application/x-mingjing-place';

export function Place(props: {
  at: number;
  id: string | null;
  camera: Camera | undefined;
  /** Of all cameras; the same for every place, and made once: a hall may have hundreds. */
  options: readonly VNode[];
  socket: LiveSocket;
  news: LiveNews;
  large: boolean;
  chosen: boolean;
  enlarged: boolean;
  sound: boolean;
  onSound: () => void;
  onChoose: () => void;
  onEnlarge: () => void;
  onCamera: (camera: string | null) => void;
  onMove: (from: number, to: number) => void;
  /** Of those who may. */
  onMark?: () => void;
  onReplay?: () => void;
}) {
  const { t } = useI18n();
  const { at, camera, news } = props;
  // A camera that sees one place shows who is served there; one that sees many shows nobody in particular.
  const covers = camera?.covers ?? NONE;
  const only = covers.length === 1 ? covers[0]! : null;
  const drop = (event: DragEvent) => {
    const from = event.dataTransfer?.getData(DRAGGED);
    if (!from) return;
    event.preventDefault();
    if (Number(from) !== at) props.onMove(Number(from), at);
  };
  return (
    <div
      class="live-cell"
      draggable={camera !== undefined && !props.enlarged}
      onDragStart={(e) => e.dataTransfer?.setData(DRAGGED, String(at))}
      onDragOver={(e) => e.dataTransfer?.types.includes(DRAGGED) && e.preventDefault()}
      onDrop={drop}
    >
      {camera ? (
        <LiveTile
          socket={props.socket}
          camera={camera}
          number={at + 1}
          large={props.large}
          chosen={props.chosen}
          enlarged={props.enlarged}
          sound={props.sound}
          onSound={props.onSound}
          blind={news.link === 'broken'}
          states={news.states.get(camera.id) ?? []}
          served={only ? (news.serving.get(placeKey(only.hall, only.code)) ?? null) : null}
          covers={covers}
          onChoose={props.onChoose}
          onEnlarge={props.onEnlarge}
          {...(props.onMark && { onMark: props.onMark })}
          {...(props.onReplay && { onReplay: props.onReplay })}
        />
      ) : (
        <div class="live-empty" data-chosen={props.chosen || undefined} onClick={props.onChoose}>
          {props.id !== null && <span>{t('liveCameraGone', { camera: props.id })}</span>}
        </div>
      )}
      {!props.enlarged && (
        <Choice
          class="live-choose"
          label={t('liveChoose', { n: at + 1 })}
          title={t('liveChoose', { n: at + 1 })}
          value={camera?.id ?? ''}
          onChoose={(id) => props.onCamera(id || null)}
        >
          <option value="">{t(camera ? 'liveNone' : 'liveChooseOne')}</option>
          {props.options}
        </Choice>
      )}
    </div>
  );
}
