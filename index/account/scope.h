// SPDX-License-Identifier: GPL-3.0-or-later
/* Whose eyes a connection sees with: an account may be limited to places, and to what the cameras that cover
 * them recorded while they did.
 *
 * Said once on a connection, as the actor of the audit log is: idx_scope_set() before a request runs,
 * idx_scope_clear() behind it. From then on the functions of index/ that find and list show only what is
 * within: names that are not are unknown (MJ_ERROR_NOT_FOUND, as if there were none), searches and lists pass
 * them over, a dossier has neither the events, visits and spans nor the gaps of other places. A subject is
 * seen by whoever may see one of the places that it was at. Without a limit, or on a connection on which
 * nothing was said (the recorder, the command line), everything is seen.
 *
 * Who hands out footage by camera and time asks idx_scope_camera(); the live wall asks it with the moment. */
#pragma once

#include "index/catalogue.h"

/* Limits @cat to what @user_id may see; not at all if no place is said of that account. Reads. */
bool idx_scope_set(IdxCatalogue *cat, int64_t user_id, GError **error);
void idx_scope_clear(IdxCatalogue *cat);
bool idx_scope_is_limited(const IdxCatalogue *cat);

bool idx_scope_place(const IdxCatalogue *cat, int64_t hall_id, const char *code);
bool idx_scope_place_id(const IdxCatalogue *cat, int64_t place_id);

/* Whether all of [from_us, to_us) of the camera may be seen; @from_us == @to_us: that moment. *ret_sees is
 * false for a camera that there is not. The live wall: both `now`, again whenever it changes what it shows and
 * at least every minute, since coverage has an end. */
bool idx_scope_camera(IdxCatalogue *cat, const char *camera, int64_t from_us, int64_t to_us,
                      bool *ret_sees, GError **error);

/* The same, as an error: MJ_ERROR_NOT_FOUND "there is no camera …", with the words of a camera that there
 * is not. */
bool idx_scope_check_camera(IdxCatalogue *cat, const char *camera, int64_t from_us, int64_t to_us,
                            GError **error);

/* Of [from_us, to_us) the stretch that may be seen: the one that has its middle, or else the last; all of it without
 * a limit. MJ_ERROR_NOT_FOUND as idx_scope_check_camera() if there is none. */
bool idx_scope_seen(IdxCatalogue *cat, const char *camera, int64_t *from_us, int64_t *to_us,
                    GError **error);

bool idx_scope_subject(IdxCatalogue *cat, int64_t subject_id, bool *ret_sees, GError **error);

/* The places an account is limited to, "HALL/CODE" each, sorted; empty: to none. Element type char *. */
GPtrArray *idx_scope_of(IdxCatalogue *cat, const char *user, GError **error);

/* Limits the account to @places, "CODE" (of the first hall) or "HALL/CODE", NULL-ended; none: to everything
 * again. Leaves a row "user.scope" in the audit log. MJ_ERROR_NOT_FOUND: a place or the account. */
bool idx_scope_put(IdxCatalogue *cat, const char *user, const char *const *places, GError **error);
