// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/declare/declare_own.h"
#include "index/place.h"

#include <string.h>

static const char SQL_USED[] =
    "SELECT EXISTS (SELECT 1 FROM span WHERE place_id = ?1)"
    " OR EXISTS (SELECT 1 FROM coverage WHERE place_id = ?1)"
    " OR EXISTS (SELECT 1 FROM event e JOIN place p ON p.code = e.place WHERE p.id = ?1)";

static const char SQL_COVERAGE[] = "SELECT count(*) FROM coverage WHERE place_id = ?";

/* One statement that the file makes, and the stored one it was found to be. */
typedef struct Pair {
    const DeclCoverage *said;
    IdxCoverage wanted;       // its strings are borrowed
    const IdxCoverage *found; // NULL: to be added
} Pair;

typedef struct Here { // one place
    DeclRun *run;
    GTimeZone *zone;
    int64_t place_id;
    const DeclPlace *said;
    const IdxPlace *present; // NULL if it is new
    GArray *pairs;           // Pair
    GHashTable *taken;       // IdxCoverage * that are found
} Here;

/* --- words --------------------------------------------------------------------------------------- */

static char *time_text(const Here *here, int64_t us)
{
    if (us == INT64_MIN || us == INT64_MAX)
        return NULL;
    return decl_time_text(us, here->zone);
}

static IdxChange *tell(const Here *here, IdxChangeKind kind, const IdxCoverage *v, int line)
{
    g_autofree char *name = g_strdup_printf("%s %s", v->place, v->camera);
    return decl_change(here->run, kind, "coverage", name, line);
}

static void tell_times(const Here *here, IdxChange *change, const IdxCoverage *old,
                       const IdxCoverage *new)
{
    g_autofree char *old_from = old ? time_text(here, old->from_us) : NULL;
    g_autofree char *old_to = old ? time_text(here, old->to_us) : NULL;
    g_autofree char *new_from = new ? time_text(here, new->from_us) : NULL;
    g_autofree char *new_to = new ? time_text(here, new->to_us) : NULL;
    decl_differs(change, "from", old_from, new_from);
    decl_differs(change, "to", old_to, new_to);
}

/* --- what the file says ---------------------------------------------------------------------------- */

static bool read_pair(const Here *here, const DeclCoverage *said, Pair *ret, GError **error)
{
    IdxCoverage *v = &ret->wanted;
    g_autoptr(IdxCamera) camera = idx_camera_get(here->run->cat, said->camera, error);
    *ret = (Pair){.said = said};
    *v = (IdxCoverage){.place_id = here->place_id,
                       .place = here->said->code,
                       .camera = said->camera,
                       .from_us = INT64_MIN,
                       .to_us = INT64_MAX};
    if (!camera || (said->from && !decl_time(said->from, here->zone, &v->from_us, error)) ||
        (said->to && !decl_time(said->to, here->zone, &v->to_us, error)))
        return false;
    v->camera_id = camera->id;
    return v->from_us < v->to_us ||
           mj_error_set(error, MJ_ERROR_INVALID, "coverage of %s by %s ends before it begins",
                        v->place, v->camera);
}

/* True if another statement of the file is about the same camera and time. */
static bool said_before(const Here *here, const Pair *pair, int *ret_line)
{
    for (guint i = 0; i < here->pairs->len; i++) {
        const Pair *other = &g_array_index(here->pairs, Pair, i);
        if (other->wanted.camera_id == pair->wanted.camera_id &&
            other->wanted.from_us < pair->wanted.to_us &&
            pair->wanted.from_us < other->wanted.to_us) {
            *ret_line = other->said->line;
            return true;
        }
    }
    return false;
}

/* Whether @failed only says that there is no camera where one would be if other lines were right. */
static bool follows(const Here *here, const DeclCoverage *said, const GError *failed)
{
    return mj_error_is(failed, MJ_ERROR_NOT_FOUND) &&
           (here->run->cameras_lost ||
            g_hash_table_contains(here->run->wrong_cameras, said->camera));
}

static bool read_pairs(Here *here, GError **error)
{
    for (guint i = 0; i < here->said->coverage->len; i++) {
        const DeclCoverage *said = here->said->coverage->pdata[i];
        GError *failed = NULL;
        Pair pair;
        int line = 0;
        if (said->wrong)
            continue;
        bool ok = read_pair(here, said, &pair, &failed);
        if (!ok && follows(here, said, failed)) {
            g_error_free(failed);
            continue;
        }
        if (ok && said_before(here, &pair, &line))
            ok = mj_error_set(&failed, MJ_ERROR_INVALID,
                              "camera %s covers place %s for part of that time in line %d already",
                              said->camera, here->said->code, line);
        if (!decl_outcome(here->run, ok, failed, said->line, error))
            return false;
        if (ok)
            g_array_append_val(here->pairs, pair);
    }
    return true;
}

/* --- which of the stored ones it is ----------------------------------------------------------------- */

static const IdxCoverage *find_stored(const Here *here, const IdxCoverage *wanted, bool exactly)
{
    for (guint i = 0; here->present && i < here->present->coverage->len; i++) {
        const IdxCoverage *v = here->present->coverage->pdata[i];
        bool same = v->from_us == wanted->from_us && v->to_us == wanted->to_us;
        if (v->camera_id == wanted->camera_id && (same || !exactly) &&
            !g_hash_table_contains(here->taken, v))
            return v;
    }
    return NULL;
}

/* First those that are the same, then the others of the same camera, in order of time. */
static void match(Here *here)
{
    for (int exactly = 1; exactly >= 0; exactly--)
        for (guint i = 0; i < here->pairs->len; i++) {
            Pair *pair = &g_array_index(here->pairs, Pair, i);
            if (!pair->found)
                pair->found = find_stored(here, &pair->wanted, exactly);
            if (pair->found)
                g_hash_table_add(here->taken, (gpointer)pair->found);
        }
}

/* --- making it so ------------------------------------------------------------------------------------ */

static bool is_same(const Pair *pair)
{
    return pair->found && pair->found->from_us == pair->wanted.from_us &&
           pair->found->to_us == pair->wanted.to_us;
}

/* Within what it was: then it can be in nobody's way. */
static bool shrinks(const Pair *pair)
{
    return pair->found && pair->found->from_us <= pair->wanted.from_us &&
           pair->found->to_us >= pair->wanted.to_us;
}

/* It ends now, or never was if it is still to begin; what is over was true, and stays. */
static bool retire_coverage(const DeclRun *run, const IdxCoverage *v, GError **error)
{
    int64_t now_us = run->how->now_us;
    if (v->to_us <= now_us)
        return true;
    return v->from_us < now_us ? idx_coverage_move(run->cat, v, v->from_us, now_us, now_us, error)
                               : idx_coverage_delete(run->cat, v, now_us, error);
}

/* Whether the file says of that camera and time something else, which stands instead. */
static bool is_overruled(const Here *here, const IdxCoverage *v)
{
    for (guint i = 0; i < here->pairs->len; i++) {
        const IdxCoverage *said = &g_array_index(here->pairs, Pair, i).wanted;
        if (said->camera_id == v->camera_id && said->from_us < v->to_us && v->from_us < said->to_us)
            return true;
    }
    return false;
}

static void tell_unsaid(const Here *here, const IdxCoverage *v, bool goes)
{
    IdxCoverage then = *v;
    then.to_us = here->run->how->now_us;
    IdxChangeKind kind = !here->run->how->prune ? IDX_CHANGE_KEPT
                         : goes                 ? IDX_CHANGE_REMOVE
                                                : IDX_CHANGE_SET;
    tell_times(here, tell(here, kind, v, 0), v, kind == IDX_CHANGE_SET ? &then : NULL);
}

/* What is not said any more ends now; what is over stays: footage of then is kept for what it shows. */
static bool end_unsaid(const Here *here, GError **error)
{
    const DeclRun *run = here->run;
    int64_t now_us = run->how->now_us;
    for (guint i = 0; here->present && i < here->present->coverage->len; i++) {
        const IdxCoverage *v = here->present->coverage->pdata[i];
        bool overruled = is_overruled(here, v);
        if (g_hash_table_contains(here->taken, v) || (v->to_us <= now_us && !overruled))
            continue;
        tell_unsaid(here, v, overruled || v->from_us >= now_us);
        if (run->how->prune && !(overruled ? idx_coverage_delete(run->cat, v, now_us, error)
                                           : retire_coverage(run, v, error)))
            return false;
    }
    return true;
}

static bool take_back_growing(const Here *here, GError **error)
{
    for (guint i = 0; i < here->pairs->len; i++) {
        const Pair *pair = &g_array_index(here->pairs, Pair, i);
        if (pair->found && !shrinks(pair) &&
            !idx_coverage_delete(here->run->cat, pair->found, here->run->how->now_us, error))
            return false;
    }
    return true;
}

static bool put_pair(const Here *here, const Pair *pair, GError **error)
{
    const IdxCoverage *v = &pair->wanted;
    int64_t now_us = here->run->how->now_us;
    return shrinks(pair)
               ? idx_coverage_move(here->run->cat, pair->found, v->from_us, v->to_us, now_us, error)
               : idx_coverage_put(here->run->cat, v, now_us, error);
}

static bool put_pairs(const Here *here, bool shrinking, GError **error)
{
    for (guint i = 0; i < here->pairs->len; i++) {
        const Pair *pair = &g_array_index(here->pairs, Pair, i);
        GError *failed = NULL;
        if (is_same(pair) || shrinks(pair) != shrinking)
            continue;
        IdxChange *change = tell(here, pair->found ? IDX_CHANGE_SET : IDX_CHANGE_ADD, &pair->wanted,
                                 pair->said->line);
        tell_times(here, change, pair->found, &pair->wanted);
        bool ok = put_pair(here, pair, &failed);
        if (!ok && mj_error_is(failed, MJ_ERROR_CONFLICT))
            g_prefix_error(&failed, "what is stored and not in this file stays without --prune: ");
        if (!decl_outcome(here->run, ok, failed, pair->said->line, error))
            return false;
    }
    return true;
}

static bool apply_coverage(Here *here, GError **error)
{
    if (!read_pairs(here, error))
        return false;
    if (here->pairs->len < here->said->coverage->len || here->place_id == 0)
        return true; // something is wrong, and told
    match(here);
    return end_unsaid(here, error) && take_back_growing(here, error) &&
           put_pairs(here, true, error) && put_pairs(here, false, error);
}

/* --- places ------------------------------------------------------------------------------------------- */

static const IdxPlace *find_place(const GPtrArray *present, int64_t hall_id, const char *code)
{
    for (guint i = 0; i < present->len; i++) {
        const IdxPlace *place = present->pdata[i];
        if (place->hall_id == hall_id && strcmp(place->code, code) == 0)
            return place;
    }
    return NULL;
}

static bool store_place(DeclRun *run, int64_t hall_id, const DeclPlace *said,
                        const IdxPlace *present, int64_t *ret_id, GError **error)
{
    const char *name = said->name ? said->name : said->code;
    return present ? idx_place_rename(run->cat, present, name, error)
                   : idx_place_put(run->cat, hall_id, said->code, name, ret_id, error);
}

/* Right, and yet most often forgotten: its tickets would be found, and nothing of them seen. */
static bool warn_unseen(DeclRun *run, const DeclPlace *said, int64_t id, GError **error)
{
    int64_t count = 0;
    if (!run->how->warnings || !id || (said->coverage && said->coverage->len > 0))
        return true;
    if (!idx_db_get_int(run->cat, &count, SQL_COVERAGE, error, "i", id))
        return false;
    if (count == 0)
        g_ptr_array_add(run->how->warnings,
                        g_strdup_printf("line %d: place %s: no camera covers it, and nothing of "
                                        "what happens there will be seen",
                                        said->line, said->code));
    return true;
}

static bool apply_place(DeclRun *run, int64_t hall_id, GTimeZone *zone, const DeclPlace *said,
                        const IdxPlace *present, GError **error)
{
    GError *failed = NULL;
    int64_t id = present ? present->id : 0;
    IdxChange *change = decl_change(run, present ? IDX_CHANGE_SET : IDX_CHANGE_ADD, "place",
                                    said->code, said->line);
    decl_differs(change, "name", present ? present->name : NULL,
                 said->name ? said->name : said->code);
    if (decl_keep(run, change)) {
        bool ok = store_place(run, hall_id, said, present, &id, &failed);
        if (!decl_outcome(run, ok, failed, said->line, error))
            return false;
        id = ok ? id : 0;
    }
    if (!said->coverage)
        return warn_unseen(run, said, id, error);
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    g_autoptr(GHashTable) taken = g_hash_table_new(NULL, NULL);
    Here here = {run, zone, id, said, present, pairs, taken};
    return apply_coverage(&here, error) && warn_unseen(run, said, id, error);
}

static bool is_said(const GPtrArray *places, const char *code)
{
    for (guint i = 0; i < places->len; i++)
        if (strcmp(((const DeclPlace *)places->pdata[i])->code, code) == 0)
            return true;
    return false;
}

/* Its coverage ends; with nothing that refers to it, it goes. */
static bool retire_place(DeclRun *run, const IdxPlace *place, GError **error)
{
    int64_t used = 0;
    for (guint i = 0; i < place->coverage->len; i++)
        if (!retire_coverage(run, place->coverage->pdata[i], error))
            return false;
    return idx_db_get_int(run->cat, &used, SQL_USED, error, "i", place->id) &&
           (used || idx_place_delete(run->cat, place, error));
}

/* A place of which only the past is known is retired already. */
static bool is_in_use(const DeclRun *run, const IdxPlace *place, bool *ret, GError **error)
{
    int64_t used = 0;
    *ret = false;
    for (guint i = 0; i < place->coverage->len; i++)
        *ret |= ((const IdxCoverage *)place->coverage->pdata[i])->to_us > run->how->now_us;
    if (*ret)
        return true;
    if (!idx_db_get_int(run->cat, &used, SQL_USED, error, "i", place->id))
        return false;
    *ret = !used;
    return true;
}

static bool retire_unsaid(DeclRun *run, int64_t hall_id, const GPtrArray *said,
                          const GPtrArray *present, GError **error)
{
    for (guint i = 0; i < present->len; i++) {
        const IdxPlace *place = present->pdata[i];
        bool in_use = false;
        if (place->hall_id != hall_id || is_said(said, place->code))
            continue;
        if (!is_in_use(run, place, &in_use, error))
            return false;
        if (!in_use)
            continue;
        decl_change(run, run->how->prune ? IDX_CHANGE_REMOVE : IDX_CHANGE_KEPT, "place",
                    place->code, 0);
        if (run->how->prune && !retire_place(run, place, error))
            return false;
    }
    return true;
}

bool decl_apply_places(DeclRun *run, int64_t hall_id, GTimeZone *zone, const GPtrArray *places,
                       GError **error)
{
    g_autoptr(GPtrArray) present = idx_place_list(run->cat, error);
    for (guint i = 0; present && i < places->len; i++) {
        const DeclPlace *said = places->pdata[i];
        if (!apply_place(run, hall_id, zone, said, find_place(present, hall_id, said->code), error))
            return false;
    }
    return present && retire_unsaid(run, hall_id, places, present, error);
}
