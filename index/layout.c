// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/layout.h"

#include "index/account/scope.h"
#include "index/base/error.h"
#include "index/db.h"

#include <string.h>

#define CAMERA_BYTES 64

static const char SQL_LIST[] =
    "SELECT owner_id IS NOT NULL, name, body, changed_us FROM layout"
    " WHERE owner_id = ?1 OR owner_id IS NULL ORDER BY owner_id IS NULL, name";
static const char SQL_COUNT[] =
    "SELECT count(*) FROM layout WHERE coalesce(owner_id, 0) = ?1 AND name <> ?2";
static const char SQL_SAVE[] =
    "INSERT INTO layout (owner_id, name, body, changed_us) VALUES (nullif(?1, 0), ?2, ?3, ?4)"
    " ON CONFLICT (coalesce(owner_id, 0), name) DO UPDATE SET body = excluded.body,"
    " changed_us = excluded.changed_us";
static const char SQL_REMOVE[] =
    "DELETE FROM layout WHERE coalesce(owner_id, 0) = ?1 AND name = ?2";

static bool is_size(json_int_t size)
{
    return size == 1 || size == 4 || size == 9 || size == 16 || size == 25;
}

static bool is_place(const json_t *place)
{
    return json_is_null(place) || (json_is_string(place) && json_string_length(place) > 0 &&
                                   json_string_length(place) <= CAMERA_BYTES &&
                                   strlen(json_string_value(place)) == json_string_length(place));
}

static bool are_places(const json_t *cameras)
{
    size_t i = 0;
    const json_t *place = NULL;
    if (!json_is_array(cameras) || json_array_size(cameras) > IDX_LAYOUT_PLACES)
        return false;
    json_array_foreach(cameras, i, place)
    {
        if (!is_place(place))
            return false;
    }
    return true;
}

json_t *idx_layout_parse(const json_t *json, GError **error)
{
    const json_t *size = json_object_get(json, "size"),
                 *tour = json_object_get(json, "tour_seconds");
    json_t *cameras = json_object_get(json, "cameras");
    json_int_t seconds = tour ? json_integer_value(tour) : 0;
    bool tours = !tour || (json_is_integer(tour) && seconds >= 0 && seconds <= IDX_LAYOUT_TOUR_MAX);
    if (!json_is_integer(size) || !is_size(json_integer_value(size)) || !are_places(cameras) ||
        !tours) {
        mj_error_set(error, MJ_ERROR_INVALID,
                     "a layout: size 1, 4, 9, 16 or 25; cameras, a list of at most %d IDs or null; "
                     "tour_seconds, 0 to %d",
                     IDX_LAYOUT_PLACES, IDX_LAYOUT_TOUR_MAX);
        return NULL;
    }
    return json_pack("{s:I, s:O, s:I}", "size", json_integer_value(size), "cameras", cameras,
                     "tour_seconds", seconds);
}

/* Without the cameras that a limited account does not see. */
static bool hide(IdxCatalogue *cat, json_t *cameras, int64_t now_us, GError **error)
{
    for (size_t i = 0; idx_scope_is_limited(cat) && i < json_array_size(cameras); i++) {
        const char *code = json_string_value(json_array_get(cameras, i));
        bool sees = false;
        if (code && !idx_scope_camera(cat, code, now_us, now_us, &sees, error))
            return false;
        if (code && !sees)
            json_array_set_new(cameras, i, json_null());
    }
    return true;
}

static json_t *row_json(IdxCatalogue *cat, IdxQuery *q, int64_t now_us, GError **error)
{
    g_autoptr(json_t) layout = json_loads(idx_db_text(q, 2), 0, NULL);
    bool own = idx_db_int(q, 0) != 0;
    json_t *cameras = json_object_get(layout, "cameras");
    if (!cameras) {
        mj_error_set(error, MJ_ERROR_CORRUPT, "layout %s is no JSON", idx_db_text(q, 1));
        return NULL;
    }
    if (!own && !hide(cat, cameras, now_us, error))
        return NULL;
    json_object_set_new(layout, "of", json_string(own ? "own" : "shared"));
    json_object_set_new(layout, "name", json_string(idx_db_text(q, 1)));
    json_object_set_new(layout, "changed",
                        mj_json_time(idx_db_int(q, 3), idx_catalogue_timezone(cat)));
    return g_steal_pointer(&layout);
}

json_t *idx_layout_list(IdxCatalogue *cat, int64_t user_id, int64_t now_us, GError **error)
{
    g_autoptr(json_t) list = json_array();
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "i", user_id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        json_t *layout = row_json(cat, q, now_us, error);
        if (!layout)
            return NULL;
        json_array_append_new(list, layout);
    }
    return row == 0 ? json_pack("{s:O}", "layouts", list) : NULL;
}

static bool check_name(const char *name, GError **error)
{
    bool clean = g_utf8_validate(name, -1, NULL) && g_utf8_strlen(name, -1) <= IDX_LAYOUT_NAME_MAX;
    for (const char *at = name; clean && *at; at = g_utf8_next_char(at))
        clean = !g_unichar_iscntrl(g_utf8_get_char(at));
    return (clean && *name) ||
           mj_error_set(error, MJ_ERROR_INVALID, "the name of a layout: 1 to %d characters",
                        IDX_LAYOUT_NAME_MAX);
}

bool idx_layout_save(IdxCatalogue *cat, int64_t user_id, const char *name, const json_t *layout,
                     int64_t now_us, GError **error)
{
    int64_t others = 0;
    if (!check_name(name, error) ||
        !idx_db_get_int(cat, &others, SQL_COUNT, error, "it", user_id, name))
        return false;
    if (others >= IDX_LAYOUTS_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "there are %d layouts already; remove one first", IDX_LAYOUTS_MAX);
    g_autofree char *body = mj_json_dump(layout);
    return idx_db_run(cat, SQL_SAVE, error, "itti", user_id, name, body, now_us);
}

bool idx_layout_remove(IdxCatalogue *cat, int64_t user_id, const char *name, GError **error)
{
    return idx_db_run(cat, SQL_REMOVE, error, "it", user_id, name) &&
           (idx_db_changes(cat) > 0 ||
            mj_error_set(error, MJ_ERROR_NOT_FOUND, "no layout %.64s", name));
}
