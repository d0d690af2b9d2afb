// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/naming.h"

#include <string.h>

#define DAYS_MAX 3  // besides the newest
#define ALIKE_MAX 3 // names that begin alike
#define ALIKE_AMONG 20
#define SHORTER_MAX 8 // characters that are taken off to find some

/* ", before that 2026-11-21, 2026-11-20" or "". Caller frees. */
static char *days_before(IdxCatalogue *cat, const IdxSubject *newest)
{
    bool more = false;
    int last = newest->day, n = 0;
    GString *text = g_string_new(NULL);
    g_autoptr(GPtrArray) also = idx_name_also(cat, newest, &more, NULL);
    for (guint i = 0; also != NULL && i < also->len && n < DAYS_MAX; i++) {
        const IdxSubject *other = also->pdata[i];
        if (strcmp(other->kind, newest->kind) != 0 || other->hall_id != newest->hall_id ||
            other->day >= last)
            continue;
        g_autofree char *day = mj_day_format(last = other->day);
        g_string_append_printf(text, "%s%s", n++ == 0 ? ", before that " : ", ", day);
    }
    return g_string_free(text, FALSE);
}

static void add_alike(const GPtrArray *found, const char *kind, GPtrArray *keys)
{
    for (guint i = 0; i < found->len && keys->len < ALIKE_MAX; i++) {
        const IdxSubject *subject = found->pdata[i];
        if (strcmp(subject->kind, kind) == 0 &&
            !g_ptr_array_find_with_equal_func(keys, subject->key, g_str_equal, NULL))
            g_ptr_array_add(keys, g_strdup(subject->key));
    }
}

/* "; there are A012, A013: search for how it begins" or "". Caller frees. */
static char *alike(IdxCatalogue *cat, const IdxName *name)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    long length = g_utf8_validate(name->key, -1, NULL) ? g_utf8_strlen(name->key, -1) : 0;
    for (int i = 1; i <= SHORTER_MAX && length - i >= 1 && keys->len == 0; i++) {
        IdxSubjectAt next = {0};
        g_autofree char *prefix = g_utf8_substring(name->key, 0, length - i);
        g_autoptr(GPtrArray) found =
            idx_subject_search(cat, prefix, 0, NULL, ALIKE_AMONG, &next, NULL);
        if (found != NULL)
            add_alike(found, name->kind, keys);
    }
    if (keys->len == 0)
        return g_strdup("");
    g_ptr_array_add(keys, NULL);
    g_autofree char *list = g_strjoinv(", ", (char **)keys->pdata);
    return g_strdup_printf("; there are %s: search for how it begins", list);
}

void idx_name_none(IdxCatalogue *cat, const IdxName *name, GError **error)
{
    IdxName any = *name;
    any.day = 0;
    const char *which = name->ticket_id ? " with that ticket_id"
                        : name->source  ? " of that source"
                                        : "";
    g_autoptr(GPtrArray) others = idx_name_candidates(cat, &any, NULL);
    const IdxSubject *newest = others && others->len ? others->pdata[0] : NULL;
    g_autofree char *hall =
        name->hall ? g_strdup_printf(" in hall %.64s", name->hall) : g_strdup("");
    g_autofree char *asked = name->day ? mj_day_format(name->day) : NULL;
    if (newest && newest->day && asked) {
        g_autofree char *other = mj_day_format(newest->day), *before = days_before(cat, newest);
        mj_error_set(error, MJ_ERROR_NOT_FOUND,
                     "no ticket %.64s%s on %s%s; the newest day that has it is %s%s", name->key,
                     which, asked, hall, other, before);
    } else {
        g_autofree char *others_alike = alike(cat, name);
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no %s %.64s%s%s%s%s", name->kind, name->key, which,
                     strcmp(name->kind, "ticket") == 0 ? " on any day" : "", hall, others_alike);
    }
}
