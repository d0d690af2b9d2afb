// SPDX-License-Identifier: GPL-3.0-or-later
// Which pages are for whom. A page that is not is neither drawn nor offered.
import type { Me, Permission } from '../api/types';
import { useI18n } from '../i18n/i18n';
import { Notice } from './parts';
import type { Route } from './route';

type Page = Route['page'];

/** Without it a page has nothing to show; null: it is for everybody. */
const NEEDS: Record<Page, Permission | null> = {
  ...{ find: 'find', list: 'find', place: 'find', ticket: 'find', approval: 'find', session: 'find' },
  ...{ browse: 'view', live: 'live', sessions: 'find', users: 'admin.users' },
  ...{ cameras: 'state', alarms: 'state', admin: 'state' },
  ...{ join: null, book: null, unknown: null },
};
/** What is told of everything is not for accounts that see some places alone. */
const WHOLE: readonly Page[] = ['sessions', 'admin'];

export function mayPage(me: Me, page: Page): boolean {
  const needs = NEEDS[page];
  return (needs === null || me.permissions.includes(needs)) && !(WHOLE.includes(page) && me.places !== null);
}

/** In place of what somebody's role may not see. */
export function NotYours() {
  const { t } = useI18n();
  return <Notice title={t('errDenied')} hint={t('adminDenied')} />;
}
