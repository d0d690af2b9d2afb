// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/place.h"

#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/hall.h"
#include "index/link/place_link.h"
#include "index/listing.h"

#include <string.h>

static const char SQL_ADD[] = "INSERT INTO place (hall_id, code, name) VALUES (?, ?, ?)";
static const char SQL_ID[] = "SELECT id FROM place WHERE hall_id = ? AND code = ?";
static const char SQL_HALL_OF[] = "SELECT hall_id FROM place WHERE id = ?";
static const char SQL_HALL_CODE[] = "SELECT code FROM hall WHERE id = ?";
static const char SQL_IS_KNOWN[] =
    "SELECT count(*) FROM place"
    " WHERE hall_id = coalesce((SELECT id FROM hall WHERE code = ?1), ?2) AND code = ?3";
static const char SQL_LIST[] = "SELECT id, code, name, hall_id FROM place ORDER BY code, id";
static const char SQL_COVERAGE_OF[] =
    "SELECT v.camera_id, v.place_id, c.code, p.code, v.from_us, v.to_us, v.id FROM coverage v"
    " JOIN camera c ON c.id = v.camera_id JOIN place p ON p.id = v.place_id"
    " WHERE v.place_id = ? ORDER BY c.code, v.from_us";
static const char SQL_OVERLAP[] =
    "SELECT count(*) FROM coverage WHERE place_id = ?1 AND camera_id = ?2 AND id <> ?5"
    " AND coalesce(from_us, -9223372036854775808) < ?4 AND coalesce(to_us, 9223372036854775807) > "
    "?3";
static const char SQL_COVERAGE_SET[] =
    "UPDATE coverage SET from_us = nullif(?2, -9223372036854775808),"
    " to_us = nullif(?3, 9223372036854775807) WHERE id = ?1";
static const char SQL_COVERAGE_ADD[] =
    "INSERT INTO coverage (place_id, camera_id, from_us, to_us)"
    " VALUES (?1, ?2, nullif(?3, -9223372036854775808), nullif(?4, 9223372036854775807))";
static const char SQL_COVERAGE_DELETE[] = "DELETE FROM coverage WHERE id = ?";
static const char SQL_RENAME[] = "UPDATE place SET name = ?2 WHERE id = ?1";
static const char SQL_DELETE[] = "DELETE FROM place WHERE id = ?";
static const char SQL_SET_NAME[] = "UPDATE place SET name = ?3 WHERE hall_id = ?1 AND code = ?2";
static const char SQL_PLACES_OF[] =
    "SELECT p.hall_id, h.code, p.code, p.name FROM coverage v JOIN place p ON p.id = v.place_id"
    " JOIN hall h ON h.id = p.hall_id WHERE v.camera_id = ?1"
    " AND (v.from_us IS NULL OR v.from_us <= ?2) AND (v.to_us IS NULL OR v.to_us > ?2)"
    " ORDER BY p.code, h.code";

void idx_coverage_free(IdxCoverage *coverage)
{
    if (!coverage)
        return;
    g_free(coverage->camera);
    g_free(coverage->place);
    g_free(coverage);
}

void idx_place_free(IdxPlace *place)
{
    if (!place)
        return;
    g_free(place->code);
    g_free(place->name);
    g_clear_pointer(&place->coverage, g_ptr_array_unref);
    g_free(place);
}

bool idx_place_check(const char *code, const char *name, GError **error)
{
    if (name && !mj_text_check("a place's name", name, error))
        return false;
    if (g_utf8_validate(code, -1, NULL) && mj_identifier_differs(code)) {
        g_autofree char *as = mj_identifier(code);
        return mj_error_set(
            error, MJ_ERROR_INVALID,
            "\"%.80s\" cannot be a place's code: events say %.80s, whichever way they "
            "are told; write it so",
            code, as);
    }
    if (code[0] != '\0' && strlen(code) <= 64 && g_utf8_validate(code, -1, NULL) &&
        !strpbrk(code, "/ ") && mj_text_check("a place's code", code, NULL))
        return true;
    return mj_error_set(
        error, MJ_ERROR_INVALID,
        "\"%.80s\" cannot be a place's code: 1 to 64 bytes without blanks and \"/\"", code);
}

/* Codes are of their hall: of another than the first one, *@detail tells which; it is made if it is NULL. */
static bool add_hall(IdxCatalogue *cat, int64_t hall_id, json_t **detail, GError **error)
{
    if (hall_id == cat->hall_id)
        return true;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_HALL_CODE, error, "i", hall_id);
    if (idx_db_step(cat, q, error) <= 0)
        return false;
    if (!*detail)
        *detail = json_object();
    return json_object_set_new(*detail, "hall", json_string(idx_db_text(q, 0))) == 0;
}

static bool tell(IdxCatalogue *cat, const char *what, int64_t hall_id, const char *code,
                 const char *name, GError **error)
{
    g_autoptr(json_t) detail = name ? json_pack("{s:s}", "name", name) : NULL;
    return add_hall(cat, hall_id, &detail, error) &&
           idx_audit(
               cat,
               &(IdxAudit){.what = what, .object_kind = "place", .object = code, .detail = detail},
               error);
}

bool idx_place_put(IdxCatalogue *cat, int64_t hall_id, const char *code, const char *name,
                   int64_t *ret_id, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!idx_place_check(code, name, error))
        return false;
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_ADD, &local, "itt", hall_id, code, name ? name : code);
    if (mj_error_is(local, MJ_ERROR_CONFLICT))
        mj_error_set(error, MJ_ERROR_EXISTS, "place %s is there already", code);
    else if (!ok)
        g_propagate_error(error, g_steal_pointer(&local));
    if (ok)
        *ret_id = idx_db_last_id(cat);
    return idx_db_scope_end(cat, ok && tell(cat, "place.add", hall_id, code, name, error), error);
}

bool idx_place_add(IdxCatalogue *cat, const char *code, const char *name, GError **error)
{
    int64_t id = 0;
    return idx_place_put(cat, cat->hall_id, code, name, &id, error);
}

bool idx_place_add_in(IdxCatalogue *cat, const char *hall, const char *code, const char *name,
                      GError **error)
{
    int64_t id = 0, hall_id = 0;
    return idx_hall_find(cat, hall, &hall_id, error) &&
           idx_place_put(cat, hall_id, code, name, &id, error);
}

bool idx_place_rename(IdxCatalogue *cat, const IdxPlace *place, const char *name, GError **error)
{
    if (!mj_text_check("a place's name", name, error) || !idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_RENAME, error, "it", place->id, name) &&
              tell(cat, "place.rename", place->hall_id, place->code, name, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_place_delete(IdxCatalogue *cat, const IdxPlace *place, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_DELETE, error, "i", place->id) &&
              tell(cat, "place.remove", place->hall_id, place->code, NULL, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_place_is_known(IdxCatalogue *cat, const char *hall_code, const char *code, bool *ret,
                        GError **error)
{
    int64_t places = 0;
    if (!idx_db_get_int(cat, &places, SQL_IS_KNOWN, error, "tit", hall_code, cat->hall_id, code))
        return false;
    *ret = places > 0;
    return true;
}

bool idx_place_set_name_in(IdxCatalogue *cat, const char *hall, const char *code, const char *name,
                           GError **error)
{
    int64_t hall_id = 0;
    if (!mj_text_check("a place's name", name, error) ||
        !idx_hall_find(cat, hall, &hall_id, error) || !idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_SET_NAME, error, "itt", hall_id, code, name) &&
              (idx_db_changes(cat) > 0 ||
               mj_error_set(error, MJ_ERROR_NOT_FOUND, "no place %.80s", code)) &&
              tell(cat, "place.rename", hall_id, code, name, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_place_set_name(IdxCatalogue *cat, const char *code, const char *name, GError **error)
{
    return idx_place_set_name_in(cat, NULL, code, name, error);
}

/* The statements about a place, by camera and time. */
static GPtrArray *load_coverage(IdxCatalogue *cat, int64_t place_id, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_coverage_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_COVERAGE_OF, error, "i", place_id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxCoverage *v = g_new0(IdxCoverage, 1);
        v->camera_id = idx_db_int(q, 0);
        v->place_id = idx_db_int(q, 1);
        v->camera = g_strdup(idx_db_text(q, 2));
        v->place = g_strdup(idx_db_text(q, 3));
        v->from_us = idx_db_int_or(q, 4, INT64_MIN);
        v->to_us = idx_db_int_or(q, 5, INT64_MAX);
        v->id = idx_db_int(q, 6);
        g_ptr_array_add(list, v);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

GPtrArray *idx_place_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func((GDestroyNotify)idx_place_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxPlace *place = g_new0(IdxPlace, 1);
        place->id = idx_db_int(q, 0);
        place->code = g_strdup(idx_db_text(q, 1));
        place->name = g_strdup(idx_db_text(q, 2));
        place->hall_id = idx_db_int(q, 3);
        g_ptr_array_add(places, place);
    }
    for (guint i = 0; row == 0 && i < places->len; i++) {
        IdxPlace *place = places->pdata[i];
        place->coverage = load_coverage(cat, place->id, error);
        if (!place->coverage)
            return NULL;
    }
    return row == 0 ? g_steal_pointer(&places) : NULL;
}

static bool find_place(IdxCatalogue *cat, const char *hall, const char *place, int64_t *ret_id,
                       GError **error)
{
    g_autoptr(GError) local = NULL;
    int64_t hall_id = 0;
    if (!idx_hall_find(cat, hall, &hall_id, error))
        return false;
    if (idx_db_get_int(cat, ret_id, SQL_ID, &local, "it", hall_id, place))
        return true;
    if (mj_error_is(local, MJ_ERROR_NOT_FOUND) && hall)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no place %.80s in hall %.64s", place, hall);
    if (mj_error_is(local, MJ_ERROR_NOT_FOUND))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND,
                            "no place %s; add it with: mingjing place add %s", place, place);
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

/* Ids of a place and of a camera. @hall NULL = the first one. Strings are the caller's. */
static bool find_pair(IdxCatalogue *cat, const char *hall, const char *place, const char *camera,
                      IdxCoverage *ret, GError **error)
{
    if (!find_place(cat, hall, place, &ret->place_id, error))
        return false;
    g_autoptr(IdxCamera) found = idx_camera_get(cat, camera, error);
    if (!found)
        return false;
    ret->camera_id = found->id;
    ret->place = (char *)place;
    ret->camera = (char *)camera;
    return true;
}

/* Nothing else is said of the pair for part of the time of @v. */
static bool check_room(IdxCatalogue *cat, const IdxCoverage *v, GError **error)
{
    int64_t overlapping = 0;
    if (v->from_us >= v->to_us)
        return mj_error_set(error, MJ_ERROR_INVALID, "coverage of %s by %s ends before it begins",
                            v->place, v->camera);
    return idx_db_get_int(cat, &overlapping, SQL_OVERLAP, error, "iiiii", v->place_id, v->camera_id,
                          v->from_us, v->to_us, v->id) &&
           (overlapping == 0 ||
            mj_error_set(error, MJ_ERROR_CONFLICT,
                         "camera %s covers place %s already for part of that time", v->camera,
                         v->place));
}

/* @was: what the map said before, NULL if nothing. */
static bool tell_coverage(IdxCatalogue *cat, const char *what, const IdxCoverage *v,
                          const IdxCoverage *was, GError **error)
{
    g_autoptr(json_t) detail =
        was ? json_pack("{s:o, s:o}", "from_before", idx_listing_time(cat, was->from_us),
                        "to_before", idx_listing_time(cat, was->to_us))
            : NULL;
    int64_t hall_id = 0;
    return idx_db_get_int(cat, &hall_id, SQL_HALL_OF, error, "i", v->place_id) &&
           add_hall(cat, hall_id, &detail, error) &&
           idx_audit(cat,
                     &(IdxAudit){.what = what,
                                 .object_kind = "place",
                                 .object = v->place,
                                 .camera = v->camera,
                                 .from_us = v->from_us,
                                 .to_us = v->to_us,
                                 .detail = detail},
                     error);
}

bool idx_coverage_put(IdxCatalogue *cat, const IdxCoverage *v, int64_t now_us, GError **error)
{
    return check_room(cat, v, error) &&
           idx_db_run(cat, SQL_COVERAGE_ADD, error, "iiii", v->place_id, v->camera_id, v->from_us,
                      v->to_us) &&
           idx_place_link_queue(cat, v->place, v->from_us, v->to_us, now_us, error) &&
           tell_coverage(cat, "coverage.add", v, NULL, error);
}

/* Queues the time between two moments, in whichever order. */
static bool queue_between(IdxCatalogue *cat, const char *place, int64_t a_us, int64_t b_us,
                          int64_t now_us, GError **error)
{
    return a_us == b_us ||
           idx_place_link_queue(cat, place, MIN(a_us, b_us), MAX(a_us, b_us), now_us, error);
}

bool idx_coverage_move(IdxCatalogue *cat, const IdxCoverage *v, int64_t from_us, int64_t to_us,
                       int64_t now_us, GError **error)
{
    IdxCoverage moved = *v;
    moved.from_us = from_us;
    moved.to_us = to_us;
    return check_room(cat, &moved, error) &&
           idx_db_run(cat, SQL_COVERAGE_SET, error, "iii", v->id, from_us, to_us) &&
           queue_between(cat, v->place, v->from_us, from_us, now_us, error) &&
           queue_between(cat, v->place, v->to_us, to_us, now_us, error) &&
           tell_coverage(cat, "coverage.change", &moved, v, error);
}

bool idx_coverage_delete(IdxCatalogue *cat, const IdxCoverage *v, int64_t now_us, GError **error)
{
    return idx_db_run(cat, SQL_COVERAGE_DELETE, error, "i", v->id) &&
           idx_place_link_queue(cat, v->place, v->from_us, v->to_us, now_us, error) &&
           tell_coverage(cat, "coverage.remove", v, NULL, error);
}

/* Ends the caller's scope; what is queued is worked off unless a transaction goes on. */
static bool finish(IdxCatalogue *cat, bool ok, int64_t now_us, GError **error)
{
    return idx_db_scope_end(cat, ok, error) &&
           (cat->depth > 0 || idx_place_link_run(cat, now_us, NULL, NULL, NULL, error));
}

bool idx_coverage_add_in(IdxCatalogue *cat, const char *hall, const char *place, const char *camera,
                         int64_t from_us, int64_t to_us, int64_t now_us, GError **error)
{
    IdxCoverage v = {.from_us = from_us, .to_us = to_us};
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok =
        find_pair(cat, hall, place, camera, &v, error) && idx_coverage_put(cat, &v, now_us, error);
    return finish(cat, ok, now_us, error);
}

bool idx_coverage_add(IdxCatalogue *cat, const char *place, const char *camera, int64_t from_us,
                      int64_t to_us, int64_t now_us, GError **error)
{
    return idx_coverage_add_in(cat, NULL, place, camera, from_us, to_us, now_us, error);
}

/* The statements about @v's place and camera. */
static GPtrArray *load_pair(IdxCatalogue *cat, const IdxCoverage *v, GError **error)
{
    GPtrArray *list = load_coverage(cat, v->place_id, error);
    for (guint i = list ? list->len : 0; i > 0; i--)
        if (((const IdxCoverage *)list->pdata[i - 1])->camera_id != v->camera_id)
            g_ptr_array_remove_index(list, i - 1);
    return list;
}

static bool end_pair(IdxCatalogue *cat, const IdxCoverage *pair, int64_t to_us, int64_t now_us,
                     GError **error)
{
    g_autoptr(GPtrArray) list = load_pair(cat, pair, error);
    for (guint i = 0; list && i < list->len; i++) {
        const IdxCoverage *v = list->pdata[i];
        if (v->from_us < to_us && v->to_us > to_us)
            return idx_coverage_move(cat, v, v->from_us, to_us, now_us, error);
    }
    return list && mj_error_set(error, MJ_ERROR_NOT_FOUND, "camera %s does not cover place %s then",
                                pair->camera, pair->place);
}

bool idx_coverage_end(IdxCatalogue *cat, const char *hall, const char *place, const char *camera,
                      int64_t to_us, int64_t now_us, GError **error)
{
    IdxCoverage pair = {0};
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = find_pair(cat, hall, place, camera, &pair, error) &&
              end_pair(cat, &pair, to_us, now_us, error);
    return finish(cat, ok, now_us, error);
}

static bool remove_one(IdxCatalogue *cat, const IdxCoverage *pair, int64_t at_us, int64_t now_us,
                       GError **error)
{
    g_autoptr(GPtrArray) list = load_pair(cat, pair, error);
    const IdxCoverage *found = NULL;
    for (guint i = 0; list && i < list->len; i++) {
        const IdxCoverage *v = list->pdata[i];
        if (at_us == INT64_MIN ? list->len == 1 : v->from_us <= at_us && v->to_us > at_us)
            found = v;
    }
    if (found || !list)
        return found && idx_coverage_delete(cat, found, now_us, error);
    if (list->len > 1 && at_us == INT64_MIN)
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "camera %s covers place %s %u times; say which by --from TIME",
                            pair->camera, pair->place, list->len);
    return mj_error_set(error, MJ_ERROR_NOT_FOUND, "camera %s does not cover place %s%s",
                        pair->camera, pair->place, list->len ? " then" : "");
}

bool idx_coverage_remove_in(IdxCatalogue *cat, const char *hall, const char *place,
                            const char *camera, int64_t at_us, int64_t now_us, GError **error)
{
    IdxCoverage pair = {0};
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = find_pair(cat, hall, place, camera, &pair, error) &&
              remove_one(cat, &pair, at_us, now_us, error);
    return finish(cat, ok, now_us, error);
}

bool idx_coverage_remove(IdxCatalogue *cat, const char *place, const char *camera, int64_t at_us,
                         int64_t now_us, GError **error)
{
    return idx_coverage_remove_in(cat, NULL, place, camera, at_us, now_us, error);
}

static void place_seen_free(gpointer data)
{
    IdxPlaceSeen *seen = data;
    g_free(seen->hall);
    g_free(seen->code);
    g_free(seen->name);
    g_free(seen);
}

GPtrArray *idx_coverage_places_of(IdxCatalogue *cat, int64_t camera_id, int64_t at_us,
                                  GError **error)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(place_seen_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLACES_OF, error, "ii", camera_id, at_us);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxPlaceSeen *seen = g_new0(IdxPlaceSeen, 1);
        seen->hall_id = idx_db_int(q, 0);
        seen->hall = g_strdup(idx_db_text(q, 1));
        seen->code = g_strdup(idx_db_text(q, 2));
        seen->name = g_strdup(idx_db_text(q, 3));
        g_ptr_array_add(places, seen);
    }
    return row == 0 ? g_steal_pointer(&places) : NULL;
}
