// SPDX-License-Identifier: GPL-3.0-or-later
// Administration: a name for each of its parts, of those that one may see.
import type { ComponentChildren } from 'preact';
import type { Permission } from '../api/types';
import { NotYours } from '../base/may';
import { Tabs } from '../base/part';
import type { AdminPart, Route } from '../base/route';
import { useSession } from '../base/session';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { AuditPart } from './audit';
import { CamerasPart } from './cameras';
import { MarkKindsPart } from './mark-kinds';
import { NoticePart } from './notice';
import { PlacesPart } from './places';
import { RetentionPart } from './retention';
import { StatePart } from './state';
import { VolumesPart } from './volumes';

type Part = AdminPart | 'users';

const PARTS: readonly { part: Part; word: Key; may: Permission }[] = [
  { part: 'state', word: 'adminState', may: 'state' },
  { part: 'cameras', word: 'adminCameras', may: 'admin.cameras' },
  { part: 'places', word: 'adminPlaces', may: 'admin.places' },
  { part: 'retention', word: 'adminRetention', may: 'state' },
  { part: 'marks', word: 'adminMarks', may: 'admin.rules' },
  { part: 'notice', word: 'adminNotice', may: 'admin.rules' },
  { part: 'volumes', word: 'adminVolumes', may: 'state' },
  { part: 'users', word: 'adminUsers', may: 'admin.users' },
  { part: 'audit', word: 'adminAudit', may: 'audit' },
];

const routeOf = (part: Part): Route => (part === 'users' ? { page: 'users' } : { page: 'admin', part });

export function AdminFrame(props: { part: Part; children: ComponentChildren }) {
  const { t } = useI18n();
  const { me } = useSession();
  return (
    <div class="admin">
      <Tabs
        label={t('navAdmin')}
        tabs={PARTS.filter((p) => me.permissions.includes(p.may)).map((p) => ({
          word: t(p.word),
          route: routeOf(p.part),
          shown: p.part === props.part,
        }))}
      />
      {props.children}
    </div>
  );
}

const shown: Record<AdminPart, () => ComponentChildren> = {
  state: () => <StatePart />,
  cameras: () => <CamerasPart />,
  places: () => <PlacesPart />,
  retention: () => <RetentionPart />,
  marks: () => <MarkKindsPart />,
  notice: () => <NoticePart />,
  volumes: () => <VolumesPart />,
  audit: () => <AuditPart />,
};

export function AdminPage({ part }: { part: AdminPart }) {
  const { me } = useSession();
  const may = PARTS.find((p) => p.part === part)!.may;
  return <AdminFrame part={part}>{me.permissions.includes(may) ? shown[part]() : <NotYours />}</AdminFrame>;
}
