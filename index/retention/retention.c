// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/retention/retention.h"

#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/find/story.h"
#include "index/hold/hold.h"
#include "index/segment/volume.h"

#include <stdlib.h>
#include <string.h>

#define RULES_MAX 63 // bits of a mask

static const char SQL_RULES[] =
    "SELECT kind, purpose, min_days, coalesce(max_days, 0) FROM retention_rule"
    " ORDER BY kind, purpose";
static const char SQL_SET[] =
    "INSERT INTO retention_rule (kind, purpose, min_days, max_days)"
    " VALUES (?1, ?2, ?3, nullif(?4, 0)) ON CONFLICT (kind, purpose) DO UPDATE SET"
    " min_days = excluded.min_days, max_days = excluded.max_days";
static const char SQL_REMOVE[] = "DELETE FROM retention_rule WHERE kind = ? AND purpose = ?";
static const char SQL_POLICY[] = "SELECT when_full FROM volume WHERE id = ?";
static const char SQL_SET_POLICY[] = "UPDATE volume SET when_full = ?2 WHERE id = ?1";
static const char SQL_KIND[] = "SELECT kind, code FROM camera WHERE id = ?";
static const char SQL_WAS[] = "SELECT kind, from_us, until_us FROM camera_was WHERE camera_id = ?";
static const char SQL_HELD[] =
    "SELECT from_us, to_us, hold_id FROM hold_span INDEXED BY hold_span_live"
    " WHERE camera = ?1 AND released_us IS NULL AND from_us < ?3 AND to_us > ?2 ORDER BY from_us";
static const char SQL_LINKS[] =
    "SELECT v.from_us, coalesce(v.to_us, 9223372036854775807), s.kind, s.id,"
    " v.method FROM span v INDEXED BY span_camera JOIN subject s ON s.id = v.subject_id WHERE "
    "v.camera_id = ?1"
    " AND v.superseded_us IS NULL AND v.from_us >= ?2 AND v.from_us < ?3"
    " AND coalesce(v.to_us, 9223372036854775807) > ?4 UNION ALL"
    /* what is longer than a day, and few: they may have begun at any time */
    " SELECT v.from_us, v.to_us, s.kind, s.id, v.method FROM span v INDEXED BY span_long"
    " JOIN subject s ON s.id = v.subject_id WHERE v.camera_id = ?1 AND v.superseded_us IS NULL"
    " AND v.to_us - v.from_us > 86400000000 AND v.from_us < ?2 AND v.to_us > ?4 ORDER BY 1";

/* Each rises with what it stands for: nothing of it changes without a new row, but where the linker goes over what is
 * stored (link/relink.h), and a camera's kind. */
static const char SQL_SIGNS[] =
    "SELECT (SELECT coalesce(max(seq), 0) FROM hold_record), (SELECT coalesce(max(id), 0) FROM"
    " span), (SELECT coalesce(max(id), 0) FROM event), (SELECT total(next_id) FROM relink),"
    " (SELECT coalesce(max(value), 0) FROM setting WHERE key = 'cameras_generation')";

/* Purposes of a subject, which is no approval, that its kind does not tell. Most have no event in common with an
 * approval, and none of a trade: two small indexes know that, and no event is read. */
enum { SERVES_APPROVAL = 1, IS_TRADE = 2 };
static const char SQL_PURPOSES[] =
    "SELECT 1 * EXISTS (SELECT 1 FROM subject_event m CROSS JOIN subject_event o"
    " INDEXED BY subject_event_event ON o.event_id = m.event_id AND o.subject_id <> ?1"
    " CROSS JOIN subject s ON s.id = o.subject_id AND s.kind = 'approval' CROSS JOIN event e"
    " ON e.id = o.event_id AND e.superseded_by IS NULL AND NOT e.cancelled WHERE m.subject_id = ?1)"
    " + 2 * EXISTS (SELECT 1 FROM subject_event m CROSS JOIN event e INDEXED BY event_trade"
    " ON e.id = m.event_id AND e.type >= 'hall.trade.' AND e.type < 'hall.trade/'"
    " AND e.superseded_by IS NULL AND NOT e.cancelled WHERE m.subject_id = ?1)";

typedef struct Stretch { // of a camera: held, or linked
    int64_t from_us, to_us;
    int64_t what; // hold id, or mask of purposes
} Stretch;

typedef struct Was { // a kind that the camera had
    int64_t from_us, until_us;
    uint64_t fits; // rules of that kind
} Was;

#define SIGNS 5

struct IdxRetention {
    IdxCatalogue *cat;
    int64_t signs[SIGNS]; // as of SQL_SIGNS
    GPtrArray *rules;     // IdxRule *
    GPtrArray *old;       // those of before, which verdicts may point into
    IdxLinkRule links_of[IDX_METHODS];
    int64_t longest_us;  // of a span without an end, whatever its method
    GHashTable *serves;  // subject id → SERVES_APPROVAL | IS_TRADE, as far as it was asked
    GHashTable *doubted; // char *: codes of cameras
    /* the camera aimed at */
    char *code;
    bool is_doubted;
    uint64_t fits;        // rules of its kind, by index
    uint64_t fits_ever;   // and of those that it had
    uint64_t base_mask;   // of those, what is for all footage
    GArray *was;          // Was
    GArray *held, *links; // Stretch, by from_us
    guint held_at, links_at;
};

static const char *const VERDICTS[] = {
    [IDX_VERDICT_OPEN] = "open",   [IDX_VERDICT_HELD] = "held", [IDX_VERDICT_BOUND] = "bound",
    [IDX_VERDICT_SPARE] = "spare", [IDX_VERDICT_DUE] = "due",
};

const char *idx_verdict_name(IdxVerdictKind kind)
{
    return VERDICTS[kind];
}

void idx_rule_free(IdxRule *rule)
{
    if (!rule)
        return;
    g_free(rule->kind);
    g_free(rule->purpose);
    g_free(rule);
}

GPtrArray *idx_rule_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_rule_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RULES, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxRule *rule = g_new0(IdxRule, 1);
        rule->kind = g_strdup(idx_db_text(q, 0));
        rule->purpose = g_strdup(idx_db_text(q, 1));
        rule->min_days = (int)idx_db_int(q, 2);
        rule->max_days = (int)idx_db_int(q, 3);
        g_ptr_array_add(list, rule);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

/* Takes @words. */
static bool tell_rule(IdxCatalogue *cat, const char *what, const char *kind, const char *purpose,
                      json_t *words, GError **error)
{
    g_autoptr(json_t) detail = words;
    g_autofree char *rule = g_strdup_printf("%s/%s", kind, purpose);
    return idx_audit(
        cat, &(IdxAudit){.what = what, .object_kind = "rule", .object = rule, .detail = detail},
        error);
}

bool idx_rule_check(const char *kind, const char *purpose, int64_t min_days, int64_t max_days,
                    GError **error)
{
    static const char *const KINDS[] = {"any", "window", "hall", "room", "session", NULL};
    static const char *const PURPOSES[] = {
        IDX_RETENTION_FOOTAGE, "ticket", "approval", "session", "trade", NULL};
    if (!g_strv_contains(KINDS, kind))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "\"%.64s\" is no kind of camera: any, window, hall, room or session",
                            kind);
    if (!g_strv_contains(PURPOSES, purpose))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "\"%.64s\" is no purpose of footage: footage (any), ticket, approval, "
                            "session or trade",
                            purpose);
    if (min_days < 1 || min_days > IDX_RETENTION_DAYS_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "the minimum is of 1 to %d days",
                            IDX_RETENTION_DAYS_MAX);
    return max_days == 0 || (max_days >= min_days && max_days <= IDX_RETENTION_DAYS_MAX) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "the maximum is not less than the minimum, up to %d days, or none",
                        IDX_RETENTION_DAYS_MAX);
}

bool idx_rule_below_law(const char *purpose, int64_t min_days)
{
    return strcmp(purpose, IDX_RETENTION_FOOTAGE) == 0 && min_days < IDX_RETENTION_LAW_DAYS;
}

bool idx_rule_set(IdxCatalogue *cat, const char *kind, const char *purpose, int64_t min_days,
                  int64_t max_days, GError **error)
{
    if (!idx_rule_check(kind, purpose, min_days, max_days, error))
        return false;
    g_autoptr(GPtrArray) rules = idx_rule_list(cat, error);
    if (!rules)
        return false;
    if (rules->len >= RULES_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "there are %d rules: no more can be",
                            RULES_MAX);
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_SET, error, "ttii", kind, purpose, min_days, max_days) &&
              tell_rule(cat, "retention.set", kind, purpose,
                        json_pack("{s:I, s:I}", "min_days", (json_int_t)min_days, "max_days",
                                  (json_int_t)max_days),
                        error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_rule_check_removal(const char *kind, const char *purpose, GError **error)
{
    bool last = strcmp(kind, IDX_RETENTION_ANY) == 0 && strcmp(purpose, IDX_RETENTION_FOOTAGE) == 0;
    return !last || mj_error_set(error, MJ_ERROR_INVALID,
                                 "the rule any/footage can be changed, not removed: all footage "
                                 "has a minimum");
}

bool idx_rule_remove(IdxCatalogue *cat, const char *kind, const char *purpose, GError **error)
{
    if (!idx_rule_check_removal(kind, purpose, error) || !idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_REMOVE, error, "tt", kind, purpose) &&
              (idx_db_changes(cat) > 0 ||
               mj_error_set(error, MJ_ERROR_NOT_FOUND, "no rule %.64s/%.64s", kind, purpose)) &&
              tell_rule(cat, "retention.remove", kind, purpose, NULL, error);
    return idx_db_scope_end(cat, ok, error);
}

static bool store_policy(IdxCatalogue *cat, const IdxVolume *volume, const char *policy,
                         GError **error)
{
    g_autoptr(json_t) detail = json_pack("{s:s}", "when_full", policy);
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_SET_POLICY, error, "it", volume->id, policy) &&
              idx_audit(cat,
                        &(IdxAudit){.what = "retention.policy",
                                    .object_kind = "volume",
                                    .object = volume->path,
                                    .detail = detail},
                        error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_retention_set_policy(IdxCatalogue *cat, const char *path, const char *policy,
                              GError **error)
{
    if (strcmp(policy, IDX_RETENTION_KEEP) != 0 && strcmp(policy, IDX_RETENTION_OLDEST) != 0)
        return mj_error_set(error, MJ_ERROR_INVALID, "\"%.64s\" is no policy: keep or oldest",
                            policy);
    g_autoptr(GPtrArray) volumes = idx_volume_list(cat, error);
    g_autofree char *real = realpath(path, NULL);
    for (guint i = 0; volumes && i < volumes->len; i++) {
        const IdxVolume *volume = volumes->pdata[i];
        g_autofree char *own = realpath(volume->path, NULL);
        if (strcmp(volume->path, path) == 0 || (real && g_strcmp0(real, own) == 0))
            return store_policy(cat, volume, policy, error);
    }
    return volumes && mj_error_set(error, MJ_ERROR_NOT_FOUND, "no volume %s", path);
}

char *idx_retention_policy(IdxCatalogue *cat, int64_t volume_id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_POLICY, error, "i", volume_id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no volume %" G_GINT64_FORMAT, volume_id);
    return row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
}

/* --- judging ---------------------------------------------------------------------------------- */

void idx_retention_free(IdxRetention *r)
{
    if (!r)
        return;
    g_clear_pointer(&r->rules, g_ptr_array_unref);
    g_clear_pointer(&r->old, g_ptr_array_unref);
    g_clear_pointer(&r->serves, g_hash_table_unref);
    g_clear_pointer(&r->doubted, g_hash_table_unref);
    g_clear_pointer(&r->held, g_array_unref);
    g_clear_pointer(&r->links, g_array_unref);
    g_clear_pointer(&r->was, g_array_unref);
    g_free(r->code);
    g_free(r);
}

IdxRetention *idx_retention_new(IdxCatalogue *cat, GError **error)
{
    g_autoptr(IdxRetention) r = g_new0(IdxRetention, 1);
    r->cat = cat;
    r->old = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    r->serves = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    r->doubted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    r->was = g_array_new(FALSE, FALSE, sizeof(Was));
    r->held = g_array_new(FALSE, FALSE, sizeof(Stretch));
    r->links = g_array_new(FALSE, FALSE, sizeof(Stretch));
    return idx_retention_refresh(r, error) ? g_steal_pointer(&r) : NULL;
}

static bool has_floor(const GPtrArray *rules)
{
    for (guint i = 0; i < rules->len; i++) {
        const IdxRule *rule = rules->pdata[i];
        if (strcmp(rule->kind, IDX_RETENTION_ANY) == 0 &&
            strcmp(rule->purpose, IDX_RETENTION_FOOTAGE) == 0)
            return true;
    }
    return false;
}

static bool same_rules(const GPtrArray *a, const GPtrArray *b)
{
    if (a->len != b->len)
        return false;
    for (guint i = 0; i < a->len; i++) {
        const IdxRule *x = a->pdata[i], *y = b->pdata[i];
        if (strcmp(x->kind, y->kind) != 0 || strcmp(x->purpose, y->purpose) != 0 ||
            x->min_days != y->min_days || x->max_days != y->max_days)
            return false;
    }
    return true;
}

static bool read_signs(IdxRetention *r, int64_t *ret_signs, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(r->cat, SQL_SIGNS, error, "");
    if (idx_db_step(r->cat, q, error) <= 0)
        return false;
    for (int i = 0; i < SIGNS; i++)
        ret_signs[i] = idx_db_int(q, i);
    return true;
}

bool idx_retention_changed(IdxRetention *r, bool *ret, GError **error)
{
    int64_t signs[SIGNS];
    IdxLinkRule links[IDX_METHODS] = {0};
    g_autoptr(GPtrArray) rules = idx_rule_list(r->cat, error);
    if (!rules || !idx_story_rules(r->cat, links, error) || !read_signs(r, signs, error))
        return false;
    *ret = !same_rules(r->rules, rules) || memcmp(signs, r->signs, sizeof signs) != 0 ||
           memcmp(links, r->links_of, sizeof links) != 0;
    return true;
}

bool idx_retention_refresh(IdxRetention *r, GError **error)
{
    IdxLinkRule *links = r->links_of;
    g_hash_table_remove_all(r->serves);
    if (!read_signs(r, r->signs, error)) // before what they stand for, if no transaction is open
        return false;
    g_autoptr(GPtrArray) rules = idx_rule_list(r->cat, error);
    if (!rules || !idx_story_rules(r->cat, links, error))
        return false;
    if (!has_floor(rules) || rules->len > RULES_MAX)
        return mj_error_set(error, MJ_ERROR_CORRUPT,
                            "the retention rules have no any/footage, or are more than %d",
                            RULES_MAX);
    r->longest_us = MJ_DAY_US; // what is longer has an index of its own
    for (int i = 0; i < IDX_METHODS; i++)
        r->longest_us =
            MAX(r->longest_us, links[i].before_us + links[i].max_us + links[i].after_us);
    if (r->rules && same_rules(r->rules, rules))
        return true;
    if (r->rules)
        g_ptr_array_add(r->old, g_steal_pointer(&r->rules));
    r->rules = g_steal_pointer(&rules);
    return true;
}

/* The rules (bits, by index) that are for this kind of camera. */
static uint64_t fits_of(const IdxRetention *r, const char *kind)
{
    uint64_t mask = 0;
    for (guint i = 0; i < r->rules->len; i++) {
        const IdxRule *rule = r->rules->pdata[i];
        if (strcmp(rule->kind, IDX_RETENTION_ANY) == 0 || strcmp(rule->kind, kind) == 0)
            mask |= UINT64_C(1) << i;
    }
    return mask;
}

/* Those of @fits that are for this purpose. */
static uint64_t mask_of(const IdxRetention *r, uint64_t fits, const char *purpose)
{
    uint64_t mask = 0;
    for (guint i = 0; i < r->rules->len; i++)
        if (strcmp(((const IdxRule *)r->rules->pdata[i])->purpose, purpose) == 0)
            mask |= UINT64_C(1) << i;
    return mask & fits;
}

static bool load_was(IdxRetention *r, int64_t camera_id, GError **error)
{
    g_array_set_size(r->was, 0);
    g_autoptr(IdxQuery) q = idx_db_query(r->cat, SQL_WAS, error, "i", camera_id);
    int row = 0;
    while ((row = idx_db_step(r->cat, q, error)) > 0) {
        Was one = {idx_db_int(q, 1), idx_db_int(q, 2), fits_of(r, idx_db_text(q, 0))};
        r->fits_ever |= one.fits;
        g_array_append_val(r->was, one);
    }
    return row == 0;
}

static bool load_camera(IdxRetention *r, int64_t camera_id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(r->cat, SQL_KIND, error, "i", camera_id);
    int row = idx_db_step(r->cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_CORRUPT, "no camera %" G_GINT64_FORMAT, camera_id);
    if (row <= 0)
        return false;
    g_free(r->code);
    r->code = g_strdup(idx_db_text(q, 1));
    r->fits = r->fits_ever = fits_of(r, idx_db_text(q, 0));
    r->is_doubted = g_hash_table_contains(r->doubted, r->code);
    if (!load_was(r, camera_id, error))
        return false;
    r->base_mask = mask_of(r, r->fits_ever, IDX_RETENTION_FOOTAGE);
    return true;
}

/* The rules of the kind that the camera has, and of those that it had while that was recorded. */
static uint64_t fits_of_time(const IdxRetention *r, int64_t start_us, int64_t end_us)
{
    uint64_t fits = r->fits;
    for (guint i = 0; i < r->was->len; i++) {
        const Was *was = &g_array_index(r->was, Was, i);
        if (was->until_us > start_us && was->from_us <= end_us)
            fits |= was->fits;
    }
    return fits;
}

static bool load_held(IdxRetention *r, int64_t from_us, int64_t to_us, GError **error)
{
    g_array_set_size(r->held, 0);
    g_autoptr(IdxQuery) q = idx_db_query(r->cat, SQL_HELD, error, "tii", r->code, from_us, to_us);
    int row = 0;
    while ((row = idx_db_step(r->cat, q, error)) > 0) {
        Stretch one = {idx_db_int(q, 0), idx_db_int(q, 1), idx_db_int(q, 2)};
        g_array_append_val(r->held, one);
    }
    return row == 0;
}

/* Whether a subject that is no approval belongs to one, whose footage its own is then, and whether it is of a
 * trade. */
static bool purposes_of(IdxRetention *r, int64_t subject_id, int64_t *ret, GError **error)
{
    void *known = NULL;
    if (g_hash_table_lookup_extended(r->serves, &subject_id, NULL, &known)) {
        *ret = GPOINTER_TO_INT(known);
        return true;
    }
    if (!idx_db_get_int(r->cat, ret, SQL_PURPOSES, error, "i", subject_id))
        return false;
    g_hash_table_insert(r->serves, g_memdup2(&subject_id, sizeof subject_id),
                        GINT_TO_POINTER((int)*ret));
    return true;
}

static int64_t days_after(int64_t us, int days)
{
    return us > INT64_MAX - days * MJ_DAY_US ? INT64_MAX : us + days * MJ_DAY_US;
}

static void apply_rules(const IdxRetention *r, uint64_t mask, int64_t end_us, IdxVerdict *v)
{
    for (guint i = 0; i < r->rules->len; i++) {
        const IdxRule *rule = r->rules->pdata[i];
        if (!(mask >> i & 1))
            continue;
        bool base = r->base_mask >> i & 1;
        if (!v->min_rule || rule->min_days > v->min_rule->min_days)
            v->min_rule = rule;
        int longest = v->max_rule ? v->max_rule->max_days : -1;
        if (longest != 0 && (rule->max_days == 0 || rule->max_days > longest))
            v->max_rule = rule;
        longest = v->base_rule ? v->base_rule->max_days : -1;
        if (base && longest != 0 && (rule->max_days == 0 || rule->max_days > longest))
            v->base_rule = rule;
    }
    g_assert(v->min_rule && v->max_rule); // any/footage is there, and fits
    v->min_us = days_after(end_us, v->min_rule->min_days);
    v->max_us = v->max_rule->max_days ? days_after(end_us, v->max_rule->max_days) : INT64_MAX;
}

static IdxVerdictKind kind_by_age(const IdxVerdict *v, int64_t now_us)
{
    return now_us >= v->max_us   ? IDX_VERDICT_DUE
           : now_us >= v->min_us ? IDX_VERDICT_SPARE
                                 : IDX_VERDICT_BOUND;
}

/* Whether footage that is linked from @start_us on, with these purposes, may be at the level that is aimed at: what
 * it touches ends later than that, and than the time aimed at begins; and kinds that the camera had keep it but longer. */
static bool matters(const IdxRetention *r, const IdxAim *aim, uint64_t mask, int64_t start_us)
{
    IdxVerdict v = {0};
    apply_rules(r, (r->base_mask | mask) & r->fits, MAX(aim->from_us, start_us), &v);
    return kind_by_age(&v, aim->now_us) >= aim->level;
}

static bool load_links(IdxRetention *r, const IdxAim *aim, GError **error)
{
    g_array_set_size(r->links, 0);
    int64_t first_us =
        aim->from_us < INT64_MIN + r->longest_us ? INT64_MIN : aim->from_us - r->longest_us;
    g_autoptr(IdxQuery) q = idx_db_query(r->cat, SQL_LINKS, error, "iiii", aim->camera_id, first_us,
                                         aim->to_us, aim->from_us);
    int row = 0;
    while ((row = idx_db_step(r->cat, q, error)) > 0) {
        int64_t start_us = idx_db_int(q, 0);
        int64_t to_us = idx_db_int(q, 1), purposes = 0;
        uint64_t mask = mask_of(r, r->fits_ever, idx_db_text(q, 2));
        if (strcmp(idx_db_text(q, 2), "approval") != 0 && matters(r, aim, mask, start_us) &&
            !purposes_of(r, idx_db_int(q, 3), &purposes, error))
            return false;
        if (purposes & SERVES_APPROVAL)
            mask |= mask_of(r, r->fits_ever, "approval");
        if (purposes & IS_TRADE)
            mask |= mask_of(r, r->fits_ever, "trade");
        IdxMethod method = idx_method_of(idx_db_text(q, 4));
        int64_t end_us = method < IDX_METHODS
                             ? idx_linker_span_end(start_us, to_us, &r->links_of[method])
                             : to_us;
        Stretch one = {start_us, end_us, (int64_t)mask};
        g_array_append_val(r->links, one);
    }
    return row == 0;
}

void idx_retention_doubt(IdxRetention *r, const char *camera)
{
    g_hash_table_add(r->doubted, g_strdup(camera));
}

bool idx_retention_aim(IdxRetention *r, const IdxAim *aim, GError **error)
{
    r->held_at = r->links_at = 0;
    return load_camera(r, aim->camera_id, error) && load_held(r, aim->from_us, aim->to_us, error) &&
           load_links(r, aim, error);
}

/* All of @stretches that touch [start, end), or-ed; or the first. *at skips what is over for good. */
static int64_t touching(const GArray *stretches, guint *at, int64_t start_us, int64_t end_us,
                        bool first)
{
    int64_t all = 0;
    bool over = true;
    for (guint i = *at; i < stretches->len; i++) {
        const Stretch *s = &g_array_index(stretches, Stretch, i);
        if (s->from_us >= end_us)
            break;
        over = over && s->to_us <= start_us;
        *at += over;
        if (s->to_us <= start_us)
            continue;
        if (first)
            return s->what;
        all |= s->what;
    }
    return all;
}

IdxVerdict idx_retention_judge(IdxRetention *r, int64_t start_us, int64_t end_us, bool open,
                               int64_t now_us)
{
    IdxVerdict v = {0};
    uint64_t linked = (uint64_t)touching(r->links, &r->links_at, start_us, end_us, false);
    v.hold_id = touching(r->held, &r->held_at, start_us, end_us, true);
    apply_rules(r, (r->base_mask | linked) & fits_of_time(r, start_us, end_us), end_us, &v);
    bool held = v.hold_id || r->is_doubted;
    v.kind = open ? IDX_VERDICT_OPEN : held ? IDX_VERDICT_HELD : kind_by_age(&v, now_us);
    return v;
}

bool idx_retention_due_before(IdxRetention *r, int64_t camera_id, int64_t now_us, int64_t *ret_us,
                              GError **error)
{
    IdxVerdict v = {0};
    if (!load_camera(r, camera_id, error))
        return false;
    apply_rules(r, r->base_mask & r->fits, 0, &v); // kinds that it had only keep longer
    *ret_us = v.max_us < INT64_MAX ? now_us - v.max_us : INT64_MIN;
    return true;
}

int idx_retention_promised_days(const IdxRetention *r, const char *camera_kind)
{
    uint64_t mask = mask_of(r, fits_of(r, camera_kind), IDX_RETENTION_FOOTAGE);
    int days = 0;
    for (guint i = 0; i < r->rules->len; i++)
        if (mask >> i & 1)
            days = MAX(days, ((const IdxRule *)r->rules->pdata[i])->min_days);
    return days;
}
