// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/guards.h"

#include "index/base/error.h"
#include "index/db.h"
#include "index/migrate.h"

#include <string.h>

#define BREATH_US 2000 // between tables: whoever waits gets in
#define TOLD_MAX 10    // of one table; of more, how many

static const char SQL_TRIGGER[] =
    "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ? AND tbl_name = ?";
static const char SQL_TABLES[] =
    "SELECT 'sqlite_schema' UNION ALL SELECT name FROM (SELECT name FROM sqlite_schema"
    " WHERE type = 'table' AND rootpage > 0 ORDER BY name)";
static const char SQL_CHECK[] = "SELECT quick_check FROM pragma_quick_check(?)";

static const struct {
    const char *table, *trigger;
} GUARDS[] = {
    {"audit", "audit_turn"},
    {"audit", "audit_kept"},
    {"audit", "audit_stays"},
    {"segment", "segment_held"},
    {"hold", "hold_kept"},
    {"hold_span", "hold_span_kept"},
    {"hold_span", "hold_span_final"},
    {"hold_record", "hold_record_kept"},
    {"hold_record", "hold_record_final"},
    {"meeting_notice", "meeting_notice_kept"},
    {"meeting_notice", "meeting_notice_final"},
    {"disposition", "disposition_kept"},
    {"disposition", "disposition_final"},
    {"disposition_run", "disposition_run_kept"},
    {"disposition_run", "disposition_run_final"},
};

/* One blank for what separates words: the catalogue may come from a step of migrate/, which has other lines. */
static char *squeeze(const char *sql, size_t size)
{
    GString *text = g_string_sized_new(size);
    for (size_t i = 0; i < size; i++)
        if (!g_ascii_isspace(sql[i]))
            g_string_append_c(text, sql[i]);
        else if (text->len > 0 && text->str[text->len - 1] != ' ')
            g_string_append_c(text, ' ');
    while (text->len > 0 && (text->str[text->len - 1] == ' ' || text->str[text->len - 1] == ';'))
        g_string_truncate(text, text->len - 1);
    return g_string_free(text, FALSE);
}

/* What schema.sql says of it. Caller frees. */
static char *as_it_should_be(const char *trigger)
{
    static const char END[] = "END;";
    g_autofree char *begin = g_strdup_printf("CREATE TRIGGER %s ", trigger);
    const char *from = strstr(IDX_SCHEMA_SQL, begin);
    const char *end = from ? strstr(from, END) : NULL;
    return end ? squeeze(from, (size_t)(end - from) + strlen(END)) : NULL;
}

/* NULL if all is well. Caller frees. */
static char *wrong_with(const char *table, const char *trigger, const char *sql)
{
    if (!sql)
        return g_strdup_printf(
            "the trigger %s is missing, which refuses changes of %s: somebody took it away",
            trigger, table);
    g_autofree char *is = squeeze(sql, strlen(sql));
    g_autofree char *should = as_it_should_be(trigger);
    return g_strcmp0(is, should) == 0
               ? NULL
               : g_strdup_printf(
                     "the trigger %s of %s is not the one that refuses changes: somebody "
                     "put another in its place",
                     trigger, table);
}

bool idx_guards_missing(IdxCatalogue *cat, const char *table, IdxGuardsTold told, void *data,
                        GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(GUARDS); i++) {
        if (table && !g_str_equal(table, GUARDS[i].table))
            continue;
        g_autoptr(IdxQuery) q =
            idx_db_query(cat, SQL_TRIGGER, error, "tt", GUARDS[i].trigger, GUARDS[i].table);
        int row = idx_db_step(cat, q, error);
        if (row < 0)
            return false;
        g_autofree char *words =
            wrong_with(GUARDS[i].table, GUARDS[i].trigger, row > 0 ? idx_db_text(q, 0) : NULL);
        if (words)
            told(words, data);
    }
    return true;
}

static GPtrArray *list_tables(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_TABLES, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(names, g_strdup(idx_db_text(q, 0)));
    return row == 0 ? g_steal_pointer(&names) : NULL;
}

static void tell_malformed(const char *table, const char *what, IdxGuardsTold told, void *data)
{
    g_autofree char *line = g_strdelimit(g_strdup(what), "\n", ' ');
    g_autofree char *words =
        g_strdup_printf("SQLite says that it is malformed, in %s: %s; stop what writes it, and see "
                        "mingjing rebuild",
                        table, line);
    told(words, data);
}

/* That a table cannot be read to its end is told of it, and the others are looked at. */
static bool check_table(IdxCatalogue *cat, const char *table, IdxGuardsTold told, void *data,
                        GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CHECK, &failed, "t", table);
    int row = 0, bad = 0;
    while (q && (row = idx_db_step(cat, q, &failed)) > 0)
        if (g_strcmp0(idx_db_text(q, 0), "ok") != 0 && ++bad <= TOLD_MAX)
            tell_malformed(table, idx_db_text(q, 0), told, data);
    if (bad > TOLD_MAX) {
        g_autofree char *more = g_strdup_printf("and %d more of the kind", bad - TOLD_MAX);
        tell_malformed(table, more, told, data);
    }
    if (failed && !mj_error_is(failed, MJ_ERROR_CORRUPT)) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    if (failed && !bad)
        tell_malformed(table, failed->message, told, data);
    return true;
}

bool idx_guards_check(IdxCatalogue *cat, IdxGuardsTold told, IdxGuardsLooking looking, void *data,
                      GError **error)
{
    g_autoptr(GPtrArray) tables = list_tables(cat, error);
    if (!tables || !idx_guards_missing(cat, NULL, told, data, error))
        return false;
    for (guint i = 0; i < tables->len; i++) {
        if (looking)
            looking((int)i, (int)tables->len, tables->pdata[i], data);
        idx_db_bring_home(cat);
        if (!check_table(cat, tables->pdata[i], told, data, error))
            return false;
        g_usleep(BREATH_US);
    }
    return true;
}
