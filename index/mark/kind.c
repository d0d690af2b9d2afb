// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/mark/kind.h"

#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/db.h"

#include <string.h>

static const char SQL_LIST[] =
    "SELECT code, zh, en, level, rank, ended_us FROM mark_kind ORDER BY rank, code";
static const char SQL_SET[] =
    "INSERT INTO mark_kind (code, zh, en, level, rank, ended_us) VALUES (?1, ?2, ?3, ?4, ?5,"
    " nullif(?6, 0)) ON CONFLICT (code) DO UPDATE SET zh = excluded.zh, en = excluded.en,"
    " level = excluded.level, rank = excluded.rank, ended_us = excluded.ended_us";
static const char SQL_RANK[] = "UPDATE mark_kind SET rank = ?2 WHERE code = ?1 AND rank <> ?2";

static const char *const LEVELS[] = {"warning", "yellow", "red", NULL};

void idx_mark_kind_free(IdxMarkKind *kind)
{
    if (!kind)
        return;
    g_free(kind->code);
    g_free(kind->zh);
    g_free(kind->en);
    g_free(kind->level);
    g_free(kind);
}

static void free_one(gpointer kind)
{
    idx_mark_kind_free(kind);
}

static IdxMarkKind *copy(const IdxMarkKind *kind)
{
    IdxMarkKind *it = g_new0(IdxMarkKind, 1);
    *it = (IdxMarkKind){g_strdup(kind->code),  g_strdup(kind->zh), g_strdup(kind->en),
                        g_strdup(kind->level), kind->rank,         kind->ended_us};
    return it;
}

GPtrArray *idx_mark_kind_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) kinds = g_ptr_array_new_with_free_func(free_one);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxMarkKind *kind = g_new0(IdxMarkKind, 1);
        g_ptr_array_add(kinds, kind);
        *kind = (IdxMarkKind){g_strdup(idx_db_text(q, 0)),
                              g_strdup(idx_db_text(q, 1)),
                              g_strdup(idx_db_text(q, 2)),
                              g_strdup(idx_db_text(q, 3)),
                              idx_db_int(q, 4),
                              idx_db_int_or(q, 5, 0)};
    }
    return row == 0 ? g_steal_pointer(&kinds) : NULL;
}

static const IdxMarkKind *find(const GPtrArray *kinds, const char *code)
{
    for (guint i = 0; code && i < kinds->len; i++)
        if (strcmp(((const IdxMarkKind *)kinds->pdata[i])->code, code) == 0)
            return kinds->pdata[i];
    return NULL;
}

/* "absent, attitude": of those that are offered. */
static char *offered(const GPtrArray *kinds)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < kinds->len; i++) {
        const IdxMarkKind *kind = kinds->pdata[i];
        if (!kind->ended_us)
            g_string_append_printf(names, "%s%s", names->len ? ", " : "", kind->code);
    }
    return g_string_free(names, FALSE);
}

IdxMarkKind *idx_mark_kind_offered(IdxCatalogue *cat, const char *code, GError **error)
{
    g_autoptr(GPtrArray) kinds = idx_mark_kind_list(cat, error);
    const IdxMarkKind *kind = kinds ? find(kinds, code) : NULL;
    if (!kinds || (kind && !kind->ended_us))
        return kind ? copy(kind) : NULL;
    g_autofree char *names = offered(kinds);
    if (!code)
        mj_error_set(error, MJ_ERROR_INVALID, "kind: one of %s", names);
    else if (kind)
        mj_error_set(error, MJ_ERROR_INVALID, "kind: %s has ended; there are now: %s", code, names);
    else
        mj_error_set(error, MJ_ERROR_INVALID, "kind: \"%.64s\" is none of: %s", code, names);
    return NULL;
}

// ── what may be ──

static bool check_code(const char *code, GError **error)
{
    size_t length = code ? strlen(code) : 0;
    bool ok = length > 0 && length <= IDX_MARK_KIND_CODE_MAX && g_ascii_islower(code[0]);
    for (size_t i = 0; ok && i < length; i++)
        ok = g_ascii_islower(code[i]) || g_ascii_isdigit(code[i]) || strchr("-_", code[i]);
    return ok || mj_error_set(error, MJ_ERROR_INVALID,
                              "\"%.64s\" is no code of a kind: up to %d small letters, digits, - "
                              "and _, the first one a letter",
                              code ? code : "", IDX_MARK_KIND_CODE_MAX);
}

static bool check_words(const char *name, const char *words, GError **error)
{
    bool ok = !words || (*words && g_utf8_validate(words, -1, NULL) &&
                         g_utf8_strlen(words, -1) <= IDX_MARK_KIND_WORDS_MAX &&
                         !g_ascii_isspace(*words) && !g_ascii_isspace(words[strlen(words) - 1]));
    for (const char *p = words; ok && p && *p; p = g_utf8_next_char(p))
        ok = !g_unichar_iscntrl(g_utf8_get_char(p));
    return ok ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "%s: 1 to %d characters, no blanks around them and no control characters",
                        name, IDX_MARK_KIND_WORDS_MAX);
}

bool idx_mark_kind_check(const IdxMarkKindChange *change, GError **error)
{
    return check_code(change->code, error) && check_words("zh", change->zh, error) &&
           check_words("en", change->en, error) &&
           (!change->level || g_strv_contains(LEVELS, change->level) ||
            mj_error_set(error, MJ_ERROR_INVALID,
                         "level: \"%.64s\" is none of warning, yellow, red", change->level));
}

// ── changing ──

static void put(char **text, const char *to)
{
    if (to && g_strcmp0(*text, to) != 0) {
        g_free(*text);
        *text = g_strdup(to);
    }
}

/* @old as it is to be; NULL: it is to be made, among @count. */
static IdxMarkKind *changed(const IdxMarkKind *old, const IdxMarkKindChange *change, guint count,
                            int64_t now_us)
{
    IdxMarkKind made = {.code = (char *)change->code, .level = (char *)LEVELS[0]};
    IdxMarkKind *it = copy(old ? old : &made);
    int64_t last = old ? count : count + 1;
    put(&it->zh, change->zh);
    put(&it->en, change->en);
    put(&it->level, change->level);
    if (change->rank > 0 || !old)
        it->rank = change->rank > 0 ? MIN(change->rank, last) : last;
    if (change->end && !it->ended_us)
        it->ended_us = now_us;
    if (change->offer)
        it->ended_us = 0;
    return it;
}

static bool same(const IdxMarkKind *a, const IdxMarkKind *b)
{
    return strcmp(a->zh, b->zh) == 0 && strcmp(a->en, b->en) == 0 &&
           strcmp(a->level, b->level) == 0 && a->rank == b->rank && a->ended_us == b->ended_us;
}

/* What the others become when one of them has @rank. */
static bool rank_others(IdxCatalogue *cat, const GPtrArray *kinds, const IdxMarkKind *one,
                        GError **error)
{
    int64_t next = 1;
    bool ok = true;
    for (guint i = 0; ok && i < kinds->len; i++) {
        const IdxMarkKind *kind = kinds->pdata[i];
        if (strcmp(kind->code, one->code) == 0)
            continue;
        next += next == one->rank;
        ok = idx_db_run(cat, SQL_RANK, error, "ti", kind->code, next++);
    }
    return ok;
}

static json_t *words_json(const IdxMarkKind *kind)
{
    return kind ? json_pack("{s:s, s:s, s:s, s:I, s:b}", "zh", kind->zh, "en", kind->en, "level",
                            kind->level, "order", (json_int_t)kind->rank, "ended",
                            kind->ended_us != 0)
                : json_null();
}

static bool store(IdxCatalogue *cat, const GPtrArray *kinds, const IdxMarkKind *old,
                  const IdxMarkKind *new, GError **error)
{
    g_autoptr(json_t) detail =
        json_pack("{s:o, s:o}", "from", words_json(old), "to", words_json(new));
    return idx_db_run(cat, SQL_SET, error, "ttttii", new->code, new->zh, new->en, new->level,
                      new->rank, new->ended_us) &&
           rank_others(cat, kinds, new, error) &&
           idx_audit(cat,
                     &(IdxAudit){.what = "mark_kind.set",
                                 .object_kind = "mark_kind",
                                 .object = new->code,
                                 .detail = detail},
                     error);
}

static bool set(IdxCatalogue *cat, const IdxMarkKindChange *change, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) kinds = idx_mark_kind_list(cat, error);
    if (!kinds)
        return false;
    const IdxMarkKind *old = find(kinds, change->code);
    g_autoptr(IdxMarkKind) new = changed(old, change, kinds->len, now_us);
    if (!new->zh || !new->en)
        return mj_error_set(error, MJ_ERROR_INVALID, "%s: a kind that is new has words: zh and en",
                            change->code);
    if (!old && kinds->len >= IDX_MARK_KINDS_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "there are %d kinds: no more can be",
                            IDX_MARK_KINDS_MAX);
    return (old && same(old, new)) || store(cat, kinds, old, new, error);
}

bool idx_mark_kind_set(IdxCatalogue *cat, const IdxMarkKindChange *change, int64_t now_us,
                       GError **error)
{
    return idx_mark_kind_check(change, error) && idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, set(cat, change, now_us, error), error);
}

json_t *idx_mark_kinds_json(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) kinds = idx_mark_kind_list(cat, error);
    if (!kinds)
        return NULL;
    GTimeZone *zone = idx_catalogue_timezone(cat);
    json_t *list = json_array();
    for (guint i = 0; i < kinds->len; i++) {
        const IdxMarkKind *kind = kinds->pdata[i];
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "code", kind->code, "zh", kind->zh, "en",
                            kind->en, "level", kind->level, "ended",
                            kind->ended_us ? mj_json_time(kind->ended_us, zone) : json_null()));
    }
    return json_pack("{s:o}", "kinds", list);
}
