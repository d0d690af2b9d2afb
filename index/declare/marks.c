// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/declare/declare_own.h"
#include "index/mark/kind.h"

#include <string.h>

static const IdxMarkKind *find(const GPtrArray *kinds, const char *code)
{
    for (guint i = 0; i < kinds->len; i++)
        if (strcmp(((const IdxMarkKind *)kinds->pdata[i])->code, code) == 0)
            return kinds->pdata[i];
    return NULL;
}

static bool is_said(const GPtrArray *said, const IdxMarkKind *kind)
{
    for (guint i = 0; i < said->len; i++)
        if (g_strcmp0(((const DeclMark *)said->pdata[i])->code, kind->code) == 0)
            return true;
    return false;
}

static void tell_order(IdxChange *change, int64_t from, int64_t to)
{
    g_autofree char *old = from ? g_strdup_printf("%" G_GINT64_FORMAT, from) : NULL;
    g_autofree char *new = g_strdup_printf("%" G_GINT64_FORMAT, to);
    decl_differs(change, "order", old, new);
}

static bool apply_mark(DeclRun *run, const DeclMark *said, const IdxMarkKind *old, int64_t rank,
                       GError **error)
{
    static const IdxMarkKind NONE = {0};
    const IdxMarkKind *was = old ? old : &NONE;
    const char *level = said->level ? said->level : "warning";
    GError *failed = NULL;
    if (said->wrong)
        return true;
    IdxChange *change =
        decl_change(run, old ? IDX_CHANGE_SET : IDX_CHANGE_ADD, "mark", said->code, said->line);
    decl_differs(change, "zh", was->zh, said->zh);
    decl_differs(change, "en", was->en, said->en);
    decl_differs(change, "level", was->level, level);
    decl_differs(change, "ended", was->ended_us ? "true" : NULL, said->ended ? "true" : NULL);
    tell_order(change, was->rank, rank);
    decl_keep(run, change);
    IdxMarkKindChange set = {.code = said->code,
                             .zh = said->zh,
                             .en = said->en,
                             .level = level,
                             .rank = rank,
                             .end = said->ended,
                             .offer = !said->ended};
    bool ok = idx_mark_kind_set(run->cat, &set, run->how->now_us, &failed);
    return decl_outcome(run, ok, failed, said->line, error);
}

/* What the file does not name stays behind what it names, and is offered as long as nobody prunes. */
static bool end_unsaid(DeclRun *run, const GPtrArray *said, const GPtrArray *present,
                       GError **error)
{
    bool goes = run->how->prune;
    for (guint i = 0; i < present->len; i++) {
        const IdxMarkKind *kind = present->pdata[i];
        if (kind->ended_us || is_said(said, kind))
            continue;
        IdxChange *change =
            decl_change(run, goes ? IDX_CHANGE_REMOVE : IDX_CHANGE_KEPT, "mark", kind->code, 0);
        decl_field(change, "zh", kind->zh, NULL);
        IdxMarkKindChange set = {.code = kind->code, .end = true};
        if (goes && !idx_mark_kind_set(run->cat, &set, run->how->now_us, error))
            return false;
    }
    return true;
}

bool decl_apply_marks(DeclRun *run, const GPtrArray *said, GError **error)
{
    g_autoptr(GPtrArray) present = idx_mark_kind_list(run->cat, error);
    for (guint i = 0; present && i < said->len; i++) {
        const DeclMark *mark = said->pdata[i];
        if (!apply_mark(run, mark, find(present, mark->code), i + 1, error))
            return false;
    }
    return present && end_unsaid(run, said, present, error);
}
