// SPDX-License-Identifier: GPL-3.0-or-later
/* What somebody who is limited to some places (index/account/scope.h) may see live at one moment: of the cameras those
 * that cover her places now, of the places hers. Read anew with each recheck of the login, since coverage
 * ends and limits change. NULL stands for everything.
 *
 * Immutable once read; one owner. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

typedef struct ApiSight ApiSight;

/* Of @user, whose limits the connection has been told (idx_scope_set()). NULL with @error. */
ApiSight *api_sight_read(IdxCatalogue *cat, const char *user, int64_t now_us, GError **error);
/* Sees nothing. */
ApiSight *api_sight_none(void);
void api_sight_free(ApiSight *sight); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiSight, api_sight_free)

bool api_sight_equal(const ApiSight *a, const ApiSight *b);
bool api_sight_camera(const ApiSight *sight, const char *camera);
/* Of an array of states or of who is served (protocol.h), what may be seen. New reference. */
json_t *api_sight_of(const ApiSight *sight, const json_t *news);
