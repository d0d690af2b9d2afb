// SPDX-License-Identifier: GPL-3.0-or-later
/* The bytes that a row of the audit log is hashed from (audit.h says which): shared by who writes rows
 * and who verifies them. Pure but for the digest. */
#pragma once

#include "index/audit/audit.h"

/* In the order of the hash. */
#define IDX_AUDIT_COLUMNS                                                                          \
    "seq, at_us, who, role, address, what, object_kind, object, day, camera, from_us, to_us,"      \
    " reason, case_no, result, words, detail"
#define IDX_AUDIT_N_COLUMNS 17

/* Empties @bytes and begins a row: the form and the hash before it. */
void idx_audit_form_begin(GString *bytes, const uint8_t previous[IDX_AUDIT_HASH]);

/* The next column; @text NULL if it is NULL. */
void idx_audit_form_field(GString *bytes, const char *text, size_t size);

bool idx_audit_form_hash(const GString *bytes, uint8_t ret[IDX_AUDIT_HASH], GError **error);
