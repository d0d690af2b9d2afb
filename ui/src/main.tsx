// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { App } from './app';
import { parseRoute } from './base/route';
import './tokens.css';
import './style.css';
import './base/form.css';
import './frame/frame.css';
import './find/find.css';
import './dossier/dossier.css';
import './dossier/ruler.css';
import './dossier/clips.css';
import './dossier/holds.css';
import './live/live.css';
import './replay/replay.css';
import './alarms/alarms.css';
import './meeting/join.css';
import './sessions/sessions.css';
import './browse/browse.css';
import './account/account.css';
import './admin/admin.css';
import './narrow.css';

const { pathname, search, hash } = window.location;
if (!hash && parseRoute(pathname).page !== 'unknown') {
  window.history.replaceState(null, '', pathname === '/' ? '/' : `/#${pathname}${search}`);
}
render(<App />, document.getElementById('app')!);
