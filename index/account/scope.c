// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/scope.h"

#include "index/account/role.h"
#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/db.h"

#include <inttypes.h>
#include <string.h>

static const char SQL_LIMITED[] = "SELECT limited FROM user WHERE id = ?";
static const char SQL_PLACES[] =
    "SELECT p.id, p.hall_id, p.code FROM user_scope u JOIN place p ON p.id = u.place_id"
    " WHERE u.user_id = ?";
static const char SQL_OF[] =
    "SELECT h.code || '/' || p.code FROM user u JOIN user_scope s ON s.user_id = u.id"
    " JOIN place p ON p.id = s.place_id JOIN hall h ON h.id = p.hall_id WHERE u.name = ?"
    " ORDER BY 1";
static const char SQL_USER[] = "SELECT id, role FROM user WHERE name = ?";
static const char SQL_FORGET[] = "DELETE FROM user_scope WHERE user_id = ?";
static const char SQL_LIMIT[] = "UPDATE user SET limited = ?2 WHERE id = ?1";
static const char SQL_PLACE[] = "SELECT p.id FROM place p JOIN hall h ON h.id = p.hall_id"
                                " WHERE p.code = ?2 AND h.code = ?1";
static const char SQL_ADD[] = "INSERT OR IGNORE INTO user_scope (user_id, place_id) VALUES (?, ?)";
static const char SQL_COVERS[] =
    "SELECT v.place_id, coalesce(v.from_us, ?2), coalesce(v.to_us, 9223372036854775807)"
    " FROM coverage v JOIN camera c ON c.id = v.camera_id WHERE c.code = ?1"
    " AND coalesce(v.from_us, ?2) <= ?3 AND coalesce(v.to_us, ?3 + 1) > ?2 ORDER BY 2";
/* Where it was, by its own events; of an approval also by those of its tickets and sessions. */
static const char SQL_WAS_AT[] =
    "SELECT DISTINCT e.hall_id, e.place FROM subject_event t JOIN event e ON e.id = t.event_id"
    " WHERE t.subject_id = ? AND e.place IS NOT NULL AND e.superseded_by IS NULL"
    " AND NOT e.cancelled";
static const char SQL_PARTS_WERE_AT[] =
    "SELECT DISTINCT e.hall_id, e.place FROM subject s JOIN subject_event a ON a.subject_id = s.id"
    " JOIN subject_event b ON b.event_id = a.event_id JOIN subject_event t"
    " ON t.subject_id = b.subject_id JOIN event e ON e.id = t.event_id WHERE s.id = ?"
    " AND s.kind = 'approval' AND e.place IS NOT NULL AND e.superseded_by IS NULL"
    " AND NOT e.cancelled";

struct IdxScope {
    GHashTable *ids;   // of places: int64_t *
    GHashTable *codes; // "HALL_ID/CODE"
};

static void scope_free(IdxScope *scope)
{
    g_hash_table_unref(scope->ids);
    g_hash_table_unref(scope->codes);
    g_free(scope);
}

void idx_scope_clear(IdxCatalogue *cat)
{
    g_clear_pointer(&cat->scope, scope_free);
}

bool idx_scope_is_limited(const IdxCatalogue *cat)
{
    return cat->scope != NULL;
}

static char *code_key(int64_t hall_id, const char *code)
{
    return g_strdup_printf("%" PRId64 "/%s", hall_id, code);
}

static IdxScope *scope_new(void)
{
    IdxScope *scope = g_new0(IdxScope, 1);
    scope->ids = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    scope->codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return scope;
}

bool idx_scope_set(IdxCatalogue *cat, int64_t user_id, GError **error)
{
    int64_t limited = 0;
    idx_scope_clear(cat);
    if (!idx_db_get_int(cat, &limited, SQL_LIMITED, error, "i", user_id))
        return false;
    if (!limited)
        return true;
    cat->scope = scope_new(); // nothing, if what follows fails
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLACES, error, "i", user_id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        int64_t id = idx_db_int(q, 0);
        g_hash_table_add(cat->scope->ids, g_memdup2(&id, sizeof id));
        g_hash_table_add(cat->scope->codes, code_key(idx_db_int(q, 1), idx_db_text(q, 2)));
    }
    return row == 0;
}

bool idx_scope_place_id(const IdxCatalogue *cat, int64_t place_id)
{
    return !cat->scope || g_hash_table_contains(cat->scope->ids, &place_id);
}

bool idx_scope_place(const IdxCatalogue *cat, int64_t hall_id, const char *code)
{
    if (!cat->scope)
        return true;
    g_autofree char *key = code_key(hall_id, code);
    return g_hash_table_contains(cat->scope->codes, key);
}

bool idx_scope_camera(IdxCatalogue *cat, const char *camera, int64_t from_us, int64_t to_us,
                      bool *ret_sees, GError **error)
{
    *ret_sees = !cat->scope;
    if (!cat->scope)
        return true;
    int64_t seen_us = from_us;
    bool any = false;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_COVERS, error, "tii", camera, from_us, to_us);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) { // in order of their beginnings
        int64_t begins_us = idx_db_int(q, 1), ends_us = idx_db_int(q, 2);
        if (!idx_scope_place_id(cat, idx_db_int(q, 0)) || begins_us > seen_us)
            continue;
        any = true;
        seen_us = MAX(seen_us, ends_us);
    }
    *ret_sees = row == 0 && any && seen_us >= to_us;
    return row == 0;
}

bool idx_scope_check_camera(IdxCatalogue *cat, const char *camera, int64_t from_us, int64_t to_us,
                            GError **error)
{
    bool sees = false;
    return idx_scope_camera(cat, camera, from_us, to_us, &sees, error) &&
           (sees || mj_error_set(error, MJ_ERROR_NOT_FOUND, "no camera %.80s", camera));
}

typedef struct Seen {
    int64_t from_us, to_us;
} Seen;

/* The latest that begins at or before the middle, if it reaches it; else the last. In order of beginnings. */
static void take_seen(Seen *best, int64_t middle_us, Seen next)
{
    if (best->to_us > best->from_us && next.from_us <= best->to_us) // they touch
        best->to_us = MAX(best->to_us, next.to_us);
    else if (best->to_us <= best->from_us || best->to_us <= middle_us)
        *best = next;
}

bool idx_scope_seen(IdxCatalogue *cat, const char *camera, int64_t *from_us, int64_t *to_us,
                    GError **error)
{
    if (!cat->scope)
        return true;
    Seen best = {0};
    int64_t middle_us = *from_us + (*to_us - *from_us) / 2;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_COVERS, error, "tii", camera, *from_us, *to_us);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        Seen next = {MAX(*from_us, idx_db_int(q, 1)), MIN(*to_us, idx_db_int(q, 2))};
        if (idx_scope_place_id(cat, idx_db_int(q, 0)) && next.from_us < next.to_us)
            take_seen(&best, middle_us, next);
    }
    if (row < 0)
        return false;
    if (best.from_us >= best.to_us)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no camera %.80s", camera);
    *from_us = best.from_us;
    *to_us = best.to_us;
    return true;
}

static bool any_place(IdxCatalogue *cat, const char *sql, int64_t subject_id, bool *ret_sees,
                      GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, sql, error, "i", subject_id);
    int row = 0;
    while (!*ret_sees && (row = idx_db_step(cat, q, error)) > 0)
        *ret_sees = idx_scope_place(cat, idx_db_int(q, 0), idx_db_text(q, 1));
    return row >= 0;
}

bool idx_scope_subject(IdxCatalogue *cat, int64_t subject_id, bool *ret_sees, GError **error)
{
    *ret_sees = !cat->scope;
    return *ret_sees ||
           (any_place(cat, SQL_WAS_AT, subject_id, ret_sees, error) &&
            (*ret_sees || any_place(cat, SQL_PARTS_WERE_AT, subject_id, ret_sees, error)));
}

GPtrArray *idx_scope_of(IdxCatalogue *cat, const char *user, GError **error)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OF, error, "t", user);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(places, g_strdup(idx_db_text(q, 0)));
    return row == 0 ? g_steal_pointer(&places) : NULL;
}

/* "W07" is of the first hall; a code may hold no '/'. */
static bool add_place(IdxCatalogue *cat, int64_t user_id, const char *name, GError **error)
{
    const char *slash = strchr(name, '/');
    g_autofree char *hall =
        slash ? g_strndup(name, (gsize)(slash - name)) : g_strdup(cat->hall_code);
    g_autoptr(GError) local = NULL;
    int64_t place_id = 0;
    if (idx_db_get_int(cat, &place_id, SQL_PLACE, &local, "tt", hall, slash ? slash + 1 : name))
        return idx_db_run(cat, SQL_ADD, error, "ii", user_id, place_id);
    if (mj_error_is(local, MJ_ERROR_NOT_FOUND))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no place %.80s", name);
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

/* @limits: it is to be one that has something to be limited. */
static bool find_user(IdxCatalogue *cat, const char *user, bool limits, int64_t *ret_id,
                      GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_USER, error, "t", user);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no user %.64s", user);
    if (row < 0)
        return false;
    *ret_id = idx_db_int(q, 0);
    return !limits || idx_role_may(idx_db_text(q, 1), IDX_MAY_FIND) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "an account of the role %s sees no footage: there is nothing to limit",
                        idx_db_text(q, 1));
}

static bool tell(IdxCatalogue *cat, const char *user, const char *const *places, GError **error)
{
    g_autoptr(json_t) list = json_array();
    for (size_t i = 0; places[i]; i++)
        json_array_append_new(list, json_string(places[i]));
    g_autoptr(json_t) detail = json_pack("{s:O}", "places", list);
    return idx_audit(
        cat,
        &(IdxAudit){.what = "user.scope", .object_kind = "user", .object = user, .detail = detail},
        error);
}

bool idx_scope_put(IdxCatalogue *cat, const char *user, const char *const *places, GError **error)
{
    int64_t id = 0;
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = find_user(cat, user, places[0] != NULL, &id, error) &&
              idx_db_run(cat, SQL_FORGET, error, "i", id) &&
              idx_db_run(cat, SQL_LIMIT, error, "ii", id, (int64_t)(places[0] != NULL));
    for (size_t i = 0; ok && places[i]; i++)
        ok = add_place(cat, id, places[i], error);
    ok = ok && tell(cat, user, places, error);
    return idx_db_scope_end(cat, ok, error);
}
