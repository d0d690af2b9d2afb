// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { App } from './app';
import { parseRoute } from './base/route';
import './tokens.css';
import './style.css';

const { pathname, search, hash } = window.location;
if (!hash && parseRoute(pathname).page !== 'unknown') {
  window.history.replaceState(null, '', pathname === '/' ? '/' : `/#${pathname}${search}`);
}
render(<App />, document.getElementById('app')!);
