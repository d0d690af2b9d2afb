// SPDX-License-Identifier: GPL-3.0-or-later
/* The main loop of mingjing-api. */
#pragma once

#include "api/server.h"
#include "api/tls.h"

/* @tls: NULL without; its files are read anew on SIGHUP.
 *
 * Serves until SIGINT or SIGTERM, then stops within two seconds; tells the service manager, if there
 * is one, of both, and that it lives (pulse.h). @authority: where it listens; may be NULL. Ends the process itself if a
 * handler cannot be waited for so long; all that one may hold is a transaction, which the catalogue
 * undoes. */
void api_server_run(ApiServer *server, ApiTls *tls, const char *authority);
