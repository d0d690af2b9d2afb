// SPDX-License-Identifier: GPL-3.0-or-later
/* audit.head: the newest hash of the audit log, beside the catalogue and not in it, so that rows cut off
 * at the end, or an older catalogue put in the place of this one, are noticed. The API also says the
 * head in its log now and then, which systemd keeps elsewhere; and `mingjing audit verify` prints it for
 * an auditor to note down, which is the strongest: `--head` holds the log against that note.
 *
 * The file is text, each line of IDX_AUDIT_HEAD_LINE bytes:
 *   mingjing-audit-head-1 SEQ HASH AT\n     SEQ and AT (microseconds) of 19 digits, HASH of 64
 *
 * Order: commit (durable) → the last line is overwritten. Killed between the two, the file is behind,
 * which is no fault. If the row of the last line is not in the log, that line is evidence: it stays, and a
 * new one is begun below it. So each line must be found in the log. The file is made durable when it is
 * made; afterwards the kernel writes it back in its time, and loses nothing but how far it was. Who
 * restored an older catalogue and knows why moves the file away by hand; the next row begins a new one.
 *
 * The writing half is called from db.c alone. */
#pragma once

#include "index/audit/audit.h"

#define IDX_AUDIT_HEAD_FILE "audit.head"
#define IDX_AUDIT_HEAD_LINE 127       // bytes with the newline
#define IDX_AUDIT_HEAD_FILE_MAX 65536 // bytes; no line is begun beyond, which is logged

typedef struct IdxAuditHead {
    int64_t seq;
    uint8_t hash[IDX_AUDIT_HASH];
    int64_t at_us; // when it was noted
} IdxAuditHead;

/* One line with its newline. Caller frees. */
char *idx_audit_head_format(const IdxAuditHead *head);

/* Reads one line of exactly @size bytes, newline included. Pure. */
bool idx_audit_head_parse_line(const char *line, size_t size, IdxAuditHead *ret);

/* All lines (IdxAuditHead); MJ_ERROR_CORRUPT names the first that is none. Pure. */
GArray *idx_audit_head_parse(const char *text, size_t size, GError **error);

/* The lines of HOME/audit.head; MJ_ERROR_NOT_FOUND if there is no such file. */
GArray *idx_audit_head_read(const char *home, GError **error);

/* 64 hex digits, small or large, as bytes. */
bool idx_audit_hash_parse(const char *hex, size_t size, uint8_t ret[IDX_AUDIT_HASH]);
char *idx_audit_hash_format(const uint8_t hash[IDX_AUDIT_HASH]); // caller frees

/* Around the COMMIT of a transaction in which idx_audit() was called: looks where the log ends; counts,
 * and notes the head. What fails after the commit is logged, since the rows are there. */
bool idx_audit_closing(IdxCatalogue *cat, GError **error);
void idx_audit_closed(IdxCatalogue *cat);
