// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/hall.h"
#include "index/link/place_link.h"
#include "index/place.h"

#include <string.h>

typedef struct Move { // of one statement to another place
    const IdxCoverage *from;
    const char *to; // code
} Move;

static const IdxPlace *find(int64_t hall_id, const GPtrArray *places, const char *code)
{
    for (guint i = 0; i < places->len; i++) {
        const IdxPlace *place = places->pdata[i];
        if (place->hall_id == hall_id && strcmp(place->code, code) == 0)
            return place;
    }
    return NULL;
}

static bool stands_twice(char *const *codes, guint count, GError **error)
{
    for (guint i = 0; i < count; i++)
        for (guint j = 0; j < i; j++)
            if (strcmp(codes[i], codes[j]) == 0)
                return !mj_error_set(error, MJ_ERROR_INVALID, "place %s stands there twice",
                                     codes[i]);
    return false;
}

static bool stays(char *const *old, char *const *new, guint count, GError **error)
{
    for (guint i = 0; i < count; i++)
        if (strcmp(old[i], new[i]) == 0)
            return !mj_error_set(error, MJ_ERROR_INVALID,
                                 "place %s would get its own number: leave it out", old[i]);
    return false;
}

/* What holds at @at_us or begins later is to be said of the place @to instead. */
static void collect(const IdxPlace *place, const char *to, int64_t at_us, GArray *moves)
{
    for (guint i = 0; i < place->coverage->len; i++) {
        Move move = {place->coverage->pdata[i], to};
        if (move.from->to_us > at_us)
            g_array_append_val(moves, move);
    }
}

static bool take_away(IdxCatalogue *cat, const GArray *moves, int64_t at_us, int64_t now_us,
                      GError **error)
{
    for (guint i = 0; i < moves->len; i++) {
        const IdxCoverage *v = g_array_index(moves, Move, i).from;
        bool ok = v->from_us < at_us ? idx_coverage_move(cat, v, v->from_us, at_us, now_us, error)
                                     : idx_coverage_delete(cat, v, now_us, error);
        if (!ok)
            return false;
    }
    return true;
}

/* A number that somebody else has then. */
static bool check_free(const IdxPlace *place, const GArray *moves, int64_t at_us, GError **error)
{
    for (guint i = 0; i < place->coverage->len; i++) {
        const IdxCoverage *v = place->coverage->pdata[i];
        bool moves_away = false;
        for (guint j = 0; j < moves->len; j++)
            moves_away |= g_array_index(moves, Move, j).from == v;
        if (v->to_us > at_us && !moves_away)
            return mj_error_set(error, MJ_ERROR_CONFLICT,
                                "place %s is in use then; renumber it in the same command, or end "
                                "its coverage",
                                place->code);
    }
    return true;
}

static bool make_places(IdxCatalogue *cat, int64_t hall_id, const GPtrArray *places,
                        char *const *old, char *const *new, guint count, GError **error)
{
    for (guint i = 0; i < count; i++) {
        const IdxPlace *from = find(hall_id, places, old[i]);
        int64_t id = 0;
        bool named = from && strcmp(from->name, from->code) != 0;
        if (!find(hall_id, places, new[i]) &&
            !idx_place_put(cat, hall_id, new[i], named ? from->name : NULL, &id, error))
            return false;
    }
    return true;
}

static bool put_down(IdxCatalogue *cat, int64_t hall_id, const GPtrArray *places,
                     const GArray *moves, int64_t at_us, int64_t now_us, GError **error)
{
    for (guint i = 0; i < moves->len; i++) {
        const Move *move = &g_array_index(moves, Move, i);
        const IdxPlace *to = find(hall_id, places, move->to);
        IdxCoverage v = {.camera_id = move->from->camera_id,
                         .place_id = to ? to->id : 0,
                         .camera = move->from->camera,
                         .place = (char *)move->to,
                         .from_us = MAX(move->from->from_us, at_us),
                         .to_us = move->from->to_us};
        if (!idx_coverage_put(cat, &v, now_us, error))
            return false;
    }
    return true;
}

static bool renumber(IdxCatalogue *cat, int64_t hall_id, char *const *old, char *const *new,
                     guint count, int64_t at_us, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) before = idx_place_list(cat, error);
    g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(Move));
    for (guint i = 0; before && i < count; i++) {
        const IdxPlace *place = find(hall_id, before, old[i]);
        if (!place)
            return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no place %.80s", old[i]);
        collect(place, new[i], at_us, moves);
    }
    for (guint i = 0; before && i < count; i++) {
        const IdxPlace *place = find(hall_id, before, new[i]);
        if (place && !check_free(place, moves, at_us, error))
            return false;
    }
    if (!before || !make_places(cat, hall_id, before, old, new, count, error) ||
        !take_away(cat, moves, at_us, now_us, error))
        return false;
    g_autoptr(GPtrArray) after = idx_place_list(cat, error);
    return after && put_down(cat, hall_id, after, moves, at_us, now_us, error);
}

static bool tell(IdxCatalogue *cat, const char *hall, char *const *old, char *const *new,
                 guint count, int64_t at_us, GError **error)
{
    for (guint i = 0; i < count; i++) {
        g_autoptr(json_t) detail = json_pack("{s:s, s:s*}", "new_code", new[i], "hall", hall);
        if (!idx_audit(cat,
                       &(IdxAudit){.what = "place.renumber",
                                   .object_kind = "place",
                                   .object = old[i],
                                   .from_us = at_us,
                                   .detail = detail},
                       error))
            return false;
    }
    return true;
}

bool idx_place_renumber(IdxCatalogue *cat, const char *hall, char *const *old, char *const *new,
                        guint count, int64_t at_us, int64_t now_us, GError **error)
{
    int64_t hall_id = 0;
    if (!idx_hall_find(cat, hall, &hall_id, error) || stands_twice(old, count, error) ||
        stands_twice(new, count, error) || stays(old, new, count, error) ||
        !idx_db_scope_begin(cat, error))
        return false;
    bool ok = renumber(cat, hall_id, old, new, count, at_us, now_us, error) &&
              tell(cat, hall, old, new, count, at_us, error);
    return idx_db_scope_end(cat, ok, error) &&
           (cat->depth > 0 || idx_place_link_run(cat, now_us, NULL, NULL, NULL, error));
}
