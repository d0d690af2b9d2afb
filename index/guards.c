// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/guards.h"

#include "index/db.h"

static const char SQL_TRIGGER[] =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name = ? AND tbl_name = ?";
static const char SQL_CHECK[] = "PRAGMA quick_check(10)";

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

bool idx_guards_missing(IdxCatalogue *cat, const char *table, IdxGuardsTold told, void *data,
                        GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(GUARDS); i++) {
        int64_t there = 0;
        if (table && !g_str_equal(table, GUARDS[i].table))
            continue;
        if (!idx_db_get_int(cat, &there, SQL_TRIGGER, error, "tt", GUARDS[i].trigger,
                            GUARDS[i].table))
            return false;
        g_autofree char *words = g_strdup_printf(
            "the trigger %s is missing, which refuses changes of %s: somebody took it away",
            GUARDS[i].trigger, GUARDS[i].table);
        if (!there)
            told(words, data);
    }
    return true;
}

bool idx_guards_check(IdxCatalogue *cat, IdxGuardsTold told, void *data, GError **error)
{
    if (!idx_guards_missing(cat, NULL, told, data, error))
        return false;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CHECK, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        if (g_strcmp0(idx_db_text(q, 0), "ok") != 0) {
            g_autofree char *words = g_strdup_printf(
                "SQLite says that it is malformed: %s; stop what writes it, and see "
                "mingjing rebuild",
                idx_db_text(q, 0));
            told(words, data);
        }
    return row == 0;
}
