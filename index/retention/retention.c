// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/retention/retention.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/find/footage.h"
#include "index/find/story.h"
#include "index/hold/hold.h"

#include <string.h>

static const char SQL_KIND[] = "SELECT kind, code FROM camera WHERE id = ?";
static const char SQL_WAS[] = "SELECT kind, from_us, until_us FROM camera_was WHERE camera_id = ?";
static const char SQL_HELD[] =
    "SELECT from_us, to_us, hold_id FROM hold_span INDEXED BY hold_span_live"
    " WHERE camera = ?1 AND released_us IS NULL AND from_us < ?3 AND to_us > ?2 ORDER BY from_us";
/* Of the segments of a camera that are asked about. */
static const char SQL_DOUBTS[] =
    "SELECT g.stream_id, g.start_us, g.clock_uncertainty_us FROM stream s CROSS JOIN segment g "
    "INDEXED BY"
    " segment_doubt ON g.stream_id = s.id WHERE s.camera_id = ?1 AND g.start_us >= ?2"
    " AND g.start_us < ?3 AND g.clock_uncertainty_us >= 1000000 ORDER BY 1, 2";
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

typedef struct Doubt { // of a segment's clock, that is noticed
    int64_t stream_id, start_us, by_us;
} Doubt;

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
    GArray *doubts;  // Doubt, by stream and start_us
    int64_t most_us; // of the doubts
};

static const char *const VERDICTS[] = {
    [IDX_VERDICT_OPEN] = "open",   [IDX_VERDICT_HELD] = "held", [IDX_VERDICT_BOUND] = "bound",
    [IDX_VERDICT_SPARE] = "spare", [IDX_VERDICT_DUE] = "due",
};

const char *idx_verdict_name(IdxVerdictKind kind)
{
    return VERDICTS[kind];
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
    g_clear_pointer(&r->doubts, g_array_unref);
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
    r->doubts = g_array_new(FALSE, FALSE, sizeof(Doubt));
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
    if (!has_floor(rules) || rules->len > IDX_RULES_MAX)
        return mj_error_set(error, MJ_ERROR_CORRUPT,
                            "the retention rules have no any/footage, or are more than %d",
                            IDX_RULES_MAX);
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

static int64_t less(int64_t us, int64_t by_us)
{
    return us < INT64_MIN + by_us ? INT64_MIN : us - by_us;
}

static int64_t more(int64_t us, int64_t by_us)
{
    return us > INT64_MAX - by_us ? INT64_MAX : us + by_us;
}

static bool load_doubts(IdxRetention *r, const IdxAim *aim, GError **error)
{
    r->most_us = 0;
    g_array_set_size(r->doubts, 0);
    g_autoptr(IdxQuery) q =
        idx_db_query(r->cat, SQL_DOUBTS, error, "iii", aim->camera_id, aim->from_us, aim->to_us);
    int row = 0;
    while ((row = idx_db_step(r->cat, q, error)) > 0) {
        Doubt one = {idx_db_int(q, 0), idx_db_int(q, 1),
                     MIN(idx_db_int(q, 2), IDX_FOOTAGE_DOUBT_MAX_US)};
        r->most_us = MAX(r->most_us, one.by_us);
        g_array_append_val(r->doubts, one);
    }
    return row == 0;
}

static int by_stream(const void *a, const void *b)
{
    const Doubt *x = a, *y = b;
    if (x->stream_id != y->stream_id)
        return x->stream_id < y->stream_id ? -1 : 1;
    return x->start_us < y->start_us ? -1 : x->start_us > y->start_us;
}

/* By how much the segment may be of another moment. */
static int64_t doubt_of(const IdxRetention *r, int64_t stream_id, int64_t start_us)
{
    Doubt wanted = {.stream_id = stream_id, .start_us = start_us};
    guint at = 0;
    bool found = g_array_binary_search(r->doubts, &wanted, by_stream, &at);
    return found ? g_array_index(r->doubts, Doubt, at).by_us : 0;
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
    return more(us, days * MJ_DAY_US);
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
 * it touches ends later than that (or its clock is in doubt), and than the time aimed at begins; and kinds that the camera had keep it but longer. */
static bool matters(const IdxRetention *r, const IdxAim *aim, uint64_t mask, int64_t start_us)
{
    IdxVerdict v = {0};
    apply_rules(r, (r->base_mask | mask) & r->fits, MAX(aim->from_us, less(start_us, r->most_us)),
                &v);
    return kind_by_age(&v, aim->now_us) >= aim->level;
}

static bool load_links(IdxRetention *r, const IdxAim *aim, GError **error)
{
    g_array_set_size(r->links, 0);
    int64_t from_us = less(aim->from_us, r->most_us), to_us = more(aim->to_us, r->most_us);
    g_autoptr(IdxQuery) q = idx_db_query(r->cat, SQL_LINKS, error, "iiii", aim->camera_id,
                                         less(from_us, r->longest_us), to_us, from_us);
    int row = 0;
    while ((row = idx_db_step(r->cat, q, error)) > 0) {
        int64_t start_us = idx_db_int(q, 0);
        int64_t until_us = idx_db_int(q, 1), purposes = 0;
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
                             ? idx_linker_span_end(start_us, until_us, &r->links_of[method])
                             : until_us;
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
           load_doubts(r, aim, error) && load_links(r, aim, error);
}

/* What is asked about: a segment, and what its clock leaves open. */
typedef struct Asked {
    int64_t from_us, to_us;
    int64_t since_us; // nothing that is asked about later begins before
} Asked;

/* All of @stretches that touch it, or-ed; or the first. *at skips what is over for good. */
static int64_t touching(const GArray *stretches, guint *at, const Asked *asked, bool first)
{
    int64_t all = 0;
    bool over = true;
    for (guint i = *at; i < stretches->len; i++) {
        const Stretch *s = &g_array_index(stretches, Stretch, i);
        if (s->from_us >= asked->to_us)
            break;
        over = over && s->to_us <= asked->since_us;
        *at += over;
        if (s->to_us <= asked->from_us)
            continue;
        if (first)
            return s->what;
        all |= s->what;
    }
    return all;
}

IdxVerdict idx_retention_judge(IdxRetention *r, int64_t stream_id, int64_t start_us, int64_t end_us,
                               bool open, int64_t now_us)
{
    IdxVerdict v = {0};
    int64_t doubt_us = doubt_of(r, stream_id, start_us);
    Asked sure = {start_us, end_us, start_us};
    Asked wide = {less(start_us, doubt_us), more(end_us, doubt_us), less(start_us, r->most_us)};
    uint64_t linked = (uint64_t)touching(r->links, &r->links_at, &wide, false);
    v.hold_id = touching(r->held, &r->held_at, &sure, true);
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
