// SPDX-License-Identifier: GPL-3.0-or-later
/* Reading the audit log: newest first, by seq and not by what the clock said, in pages, as JSON (schema AuditRow
 * of api/openapi.yaml) or CSV. Who reads it is told in it too, by the caller. */
#pragma once

#include "index/audit/audit.h"

/* Which rows; what is NULL or 0 does not matter. Texts are whole, but `object` and `case_no` know no capitals. */
typedef struct IdxAuditFilter {
    const char *who, *what, *object, *object_kind, *case_no, *camera, *result;
    int64_t from_us, to_us; // rows written within [from, to)
    const char *cursor;     // of the page before
} IdxAuditFilter;

typedef struct IdxAuditRow {
    int64_t seq, at_us;
    char *who, *role, *address, *what, *object_kind, *object;
    int day;
    char *camera;
    int64_t from_us, to_us; // 0 = not told, or open
    char *reason, *case_no, *result, *words, *detail;
    char *hash; // hex
} IdxAuditRow;

void idx_audit_row_free(IdxAuditRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxAuditRow, idx_audit_row_free)

/* Rows of the log that are looked at for a page, if no index leads to few: 10 to 25 ms. */
#define IDX_AUDIT_LOOKS INT64_C(50000)

/* At most @limit rows (IdxAuditRow *). *ret_cursor: where the next page begins (caller frees), NULL if
 * this was the last; the log may grow meanwhile. Fewer rows than @limit, or none, and a cursor all the same:
 * IDX_AUDIT_LOOKS rows were looked at, and older ones not yet. @ret_cursor may be NULL. MJ_ERROR_INVALID for a cursor
 * that is none. */
GPtrArray *idx_audit_list(IdxCatalogue *cat, const IdxAuditFilter *filter, int limit,
                          char **ret_cursor, GError **error);

/* A filter that no row can ever fit finds nothing, as if nobody had done it. MJ_ERROR_INVALID: @what is a word that the
 * log is never told, nor ever was. NULL fits. */
bool idx_audit_check_what(IdxCatalogue *cat, const char *what, GError **error);

/* New reference. */
json_t *idx_audit_row_json(const IdxAuditRow *row, GTimeZone *zone);

/* RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
void idx_audit_csv_head(GString *out);
void idx_audit_csv_row(GString *out, const IdxAuditRow *row, GTimeZone *zone);
