// SPDX-License-Identifier: GPL-3.0-or-later
/* `mingjing audit verify`: is the audit log whole, in order, unchanged, and does it have every hash that
 * was noted elsewhere?
 *
 * Wrong is: a row whose fields and the hash before it do not give its own hash; a hole in seq; a line of
 * audit.head that the log does not have, a line there that is none, no line in it, or no such file; no row at all, since making a home
 * writes some; a trigger that is missing or another (guards.h); a hash given to look for that no row has. A clock that was set back is told, but is no fault of
 * the log. Rows are read in slices, so that nobody waits; what is added meanwhile is looked at too. */
#pragma once

#include "index/audit/audit.h"
#include "index/base/json.h"

typedef struct IdxAuditVerify {
    const uint8_t *head; // IDX_AUDIT_HASH bytes that some row must have; NULL = none to look for
    void (*progress)(int64_t done, int64_t all, void *data); // now and then; may be NULL
    void *data;
} IdxAuditVerify;

#define IDX_AUDIT_FINDINGS 100 // told; more are counted

typedef struct IdxAuditFinding {
    int64_t seq; // the row where it is; 0 if it is of no row
    char *words;
} IdxAuditFinding;

typedef struct IdxAuditReport {
    int64_t rows;
    int64_t head_seq; // the last row; 0 if there is none
    uint8_t head[IDX_AUDIT_HASH];
    int64_t wrong; // how many things are
    GArray
        *findings; // IdxAuditFinding: the first of them, in order of the rows, then of audit.head
    int64_t set_back;     // rows that are earlier than the row before them
    int64_t set_back_seq; // the first of them
    int64_t noted_seq;    // of audit.head's last line; 0 = none
} IdxAuditReport;

void idx_audit_report_clear(IdxAuditReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxAuditReport, idx_audit_report_clear)

/* False only if the log cannot be read; what is wrong with it is in @ret. */
bool idx_audit_verify(IdxCatalogue *cat, const IdxAuditVerify *how, IdxAuditReport *ret,
                      GError **error);

/* What is wrong first; NULL if nothing is. */
const IdxAuditFinding *idx_audit_report_first(const IdxAuditReport *report);

/* As the command and the API print it (AuditReport in api/openapi.yaml). New reference. */
json_t *idx_audit_report_json(const IdxAuditReport *report);
