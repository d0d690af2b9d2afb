// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/place.h"

#include "index/base/error.h"
#include "index/base/text.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/story.h"

#include <string.h>

static const char SQL_ADD[] = "INSERT INTO place (hall_id, code, name) VALUES (?, ?, ?)";
static const char SQL_ID[] = "SELECT id FROM place WHERE hall_id = ? AND code = ?";
static const char SQL_LIST[] = "SELECT id, code, name FROM place ORDER BY code, id";
static const char SQL_COVERAGE_OF[] =
    "SELECT v.camera_id, v.place_id, c.code, p.code, v.from_us, v.to_us FROM coverage v"
    " JOIN camera c ON c.id = v.camera_id JOIN place p ON p.id = v.place_id"
    " WHERE v.place_id = ? ORDER BY c.code, v.from_us";
static const char SQL_OVERLAP[] =
    "SELECT count(*) FROM coverage WHERE place_id = ? AND camera_id = ?"
    " AND coalesce(from_us, -9223372036854775808) < ?4 AND coalesce(to_us, 9223372036854775807) > "
    "?3";
static const char SQL_COVERAGE_ADD[] =
    "INSERT INTO coverage (place_id, camera_id, from_us, to_us)"
    " VALUES (?1, ?2, nullif(?3, -9223372036854775808), nullif(?4, 9223372036854775807))";
static const char SQL_COVERAGE_END[] =
    "UPDATE coverage SET to_us = ?3 WHERE place_id = ?1 AND camera_id = ?2"
    " AND (from_us IS NULL OR from_us < ?3) AND (to_us IS NULL OR to_us > ?3)";
static const char SQL_PLACES_OF[] =
    "SELECT p.code FROM coverage v JOIN place p ON p.id = v.place_id WHERE v.camera_id = ?1"
    " AND (v.from_us IS NULL OR v.from_us <= ?2) AND (v.to_us IS NULL OR v.to_us > ?2)"
    " ORDER BY p.code";

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

static bool check_place_code(const char *code, GError **error)
{
    if (code[0] != '\0' && strlen(code) <= 64 && g_utf8_validate(code, -1, NULL) &&
        !strpbrk(code, "/ ") && mj_text_check("a place's code", code, NULL))
        return true;
    return mj_error_set(
        error, MJ_ERROR_INVALID,
        "\"%.80s\" cannot be a place's code: 1 to 64 bytes without blanks and \"/\"", code);
}

bool idx_place_add(IdxCatalogue *cat, const char *code, const char *name, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!check_place_code(code, error) || (name && !mj_text_check("a place's name", name, error)))
        return false;
    if (idx_db_run(cat, SQL_ADD, &local, "itt", cat->hall_id, code, name ? name : code))
        return true;
    if (mj_error_is(local, MJ_ERROR_CONFLICT))
        return mj_error_set(error, MJ_ERROR_EXISTS, "place %s is there already", code);
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

static bool load_coverage(IdxCatalogue *cat, IdxPlace *place, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_COVERAGE_OF, error, "i", place->id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxCoverage *v = g_new0(IdxCoverage, 1);
        v->camera_id = idx_db_int(q, 0);
        v->place_id = idx_db_int(q, 1);
        v->camera = g_strdup(idx_db_text(q, 2));
        v->place = g_strdup(idx_db_text(q, 3));
        v->from_us = idx_db_int_or(q, 4, INT64_MIN);
        v->to_us = idx_db_int_or(q, 5, INT64_MAX);
        g_ptr_array_add(place->coverage, v);
    }
    return row == 0;
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
        place->coverage = g_ptr_array_new_with_free_func((GDestroyNotify)idx_coverage_free);
        g_ptr_array_add(places, place);
    }
    for (guint i = 0; row == 0 && i < places->len; i++)
        if (!load_coverage(cat, places->pdata[i], error))
            return NULL;
    return row == 0 ? g_steal_pointer(&places) : NULL;
}

/* Ids of a place of the first hall and of a camera. */
static bool find_pair(IdxCatalogue *cat, const char *place, const char *camera, int64_t *ret_place,
                      int64_t *ret_camera, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!idx_db_get_int(cat, ret_place, SQL_ID, &local, "it", cat->hall_id, place)) {
        if (mj_error_is(local, MJ_ERROR_NOT_FOUND))
            return mj_error_set(error, MJ_ERROR_NOT_FOUND,
                                "no place %s; add it with: mingjing place add %s", place, place);
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    g_autoptr(IdxCamera) found = idx_camera_get(cat, camera, error);
    if (found)
        *ret_camera = found->id;
    return found != NULL;
}

static bool add_checked(IdxCatalogue *cat, const char *place, const char *camera, int64_t place_id,
                        int64_t camera_id, int64_t from_us, int64_t to_us, GError **error)
{
    int64_t overlapping = 0;
    if (!idx_db_get_int(cat, &overlapping, SQL_OVERLAP, error, "iiii", place_id, camera_id, from_us,
                        to_us))
        return false;
    if (overlapping)
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "camera %s covers place %s already for part of that time", camera,
                            place);
    return idx_db_run(cat, SQL_COVERAGE_ADD, error, "iiii", place_id, camera_id, from_us, to_us);
}

bool idx_coverage_add(IdxCatalogue *cat, const char *place, const char *camera, int64_t from_us,
                      int64_t to_us, int64_t now_us, GError **error)
{
    int64_t place_id = 0, camera_id = 0;
    if (from_us >= to_us)
        return mj_error_set(error, MJ_ERROR_INVALID, "coverage of %s by %s ends before it begins",
                            place, camera);
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = find_pair(cat, place, camera, &place_id, &camera_id, error) &&
              add_checked(cat, place, camera, place_id, camera_id, from_us, to_us, error) &&
              idx_story_relink_place(cat, place, from_us, to_us, now_us, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_coverage_end(IdxCatalogue *cat, const char *place, const char *camera, int64_t to_us,
                      int64_t now_us, GError **error)
{
    int64_t place_id = 0, camera_id = 0;
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = find_pair(cat, place, camera, &place_id, &camera_id, error) &&
              idx_db_run(cat, SQL_COVERAGE_END, error, "iii", place_id, camera_id, to_us);
    if (ok && idx_db_changes(cat) == 0)
        ok = mj_error_set(error, MJ_ERROR_NOT_FOUND, "camera %s does not cover place %s then",
                          camera, place);
    ok = ok && idx_story_relink_place(cat, place, to_us, INT64_MAX, now_us, error);
    return idx_db_scope_end(cat, ok, error);
}

GPtrArray *idx_coverage_places_of(IdxCatalogue *cat, int64_t camera_id, int64_t at_us,
                                  GError **error)
{
    g_autoptr(GPtrArray) codes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLACES_OF, error, "ii", camera_id, at_us);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(codes, g_strdup(idx_db_text(q, 0)));
    return row == 0 ? g_steal_pointer(&codes) : NULL;
}
