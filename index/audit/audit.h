// SPDX-License-Identifier: GPL-3.0-or-later
/* The audit log 审计日志: who did, saw or was refused what, when, from where, why, with what result.
 * (国务院令799号 art 16: 调用登记 of reason, content, unit and person; GB/T 22239-2019 8.1.4.3.)
 *
 * Rows are only ever added. Nothing of Mingjing deletes one: 网络安全法 asks for at least six months
 * of such a log, and a hold or a disposition is explained by it for as long as it exists. Triggers refuse
 * UPDATE, DELETE and a row out of its turn, which guards against mistakes; against malice there is the
 * chain (below) and its head, kept outside of the catalogue (head.h). verify.h looks at both,
 * read.h lists.
 *
 * Use
 *   1. Whoever opens a connection on behalf of somebody says once who that is: idx_audit_actor().
 *      Without it the actor is "system".
 *   2. A function of index/ that changes something calls idx_audit() inside its own transaction
 *      (idx_db_scope_begin … end): the change and its row are there together, or neither is.
 *   3. What changes nothing (a look, a refusal) is told by idx_audit() in a transaction of its own,
 *      before the answer leaves.
 *
 * What must never be in a row: passwords, tokens, what somebody typed as the name of an
 * account that does not exist (people type passwords there), names of citizens.
 *
 * The chain. hash of a row = SHA-256 of these fields, each as a netstring "LENGTH:BYTES," (LENGTH in
 * decimal, of bytes; a column that is NULL is "-,"), one after another with nothing between:
 *
 *   "mingjing-audit-1"   the form of these bytes; another form gets another name
 *   PREVIOUS             the hash of the row before as 64 small hex digits; 64 zeros before the first row
 *   seq at_us who role address what object_kind object day camera from_us to_us reason case_no
 *   result words detail  columns in this order, numbers in decimal, text as UTF-8, as they are stored
 *
 * In Python: sha256(b"".join(b"-," if f is None else b"%d:%s," % (len(f), f) for f in fields)).
 *
 * seq counts 1, 2, 3 … without a hole; BEGIN IMMEDIATE puts the rows of several processes in order. */
#pragma once

#include "index/catalogue.h"

#include "index/base/json.h"

#define IDX_AUDIT_FORM "mingjing-audit-1"
#define IDX_AUDIT_HASH 32         // bytes
#define IDX_AUDIT_TEXT_MAX 256    // bytes of a text; longer ones are cut
#define IDX_AUDIT_REASON_MAX 1024 // bytes of a reason
#define IDX_AUDIT_DETAIL_MAX 4096 // bytes of detail; more is left out and its size told

/* Roles of actors that are no accounts; those of accounts are in account/user.h. Together with `who` they say
 * without doubt who it was, whatever accounts are called. */
#define IDX_AUDIT_SYSTEM "system" // who "system": Mingjing by itself
#define IDX_AUDIT_CLI "cli"       // who "cli:root": a user of the machine, on its command line
#define IDX_AUDIT_TOKEN "token"   // who = the token's name
#define IDX_AUDIT_NOBODY "nobody" // who "nobody": could not be identified

typedef enum {
    IDX_AUDIT_OK,     // done, or shown
    IDX_AUDIT_DENIED, // not permitted, or the password was wrong
    IDX_AUDIT_FAILED, // not found, invalid, broken
} IdxAuditResult;

/* On whose behalf; all borrowed, all may be NULL. */
typedef struct IdxActor {
    const char *who, *role;
    /* The peer's, without port. On the machine itself NULL, or the account that signed in there if it
     * acts as another one (sudo): "login 1023". */
    const char *address;
    const char *reason, *case_no; // why, if it was said; a row's own win
} IdxActor;

/* One row to be. All borrowed; what is NULL or 0 is not told. Control characters and broken UTF-8 in
 * texts are replaced by U+FFFD. */
typedef struct IdxAudit {
    const char
        *what; // "hold.add": small letters, digits, '.', '-', '_'; the one field that must be there
    const char *object_kind, *object; // "ticket" "A012"; "user" "1023"; "hold" "1099511627777" …
    int day;                          // of a ticket: 20261122
    const char *camera;               // its code
    int64_t from_us, to_us;           // [from, to) of footage or validity; INT64_MIN and MAX = open
    const char *reason, *case_no;     // NULL = the actor's
    const char *who, *role;           // NULL = the actor's
    IdxAuditResult result;
    const char *words;    // what went wrong; passes mj_redact()
    const json_t *detail; // an object; what else is worth knowing
    int64_t at_us;        // 0 = the moment it is written, by the system's clock; else for tests
} IdxAudit;

/* Who acts on this connection from now on. Copied. NULL = "system". */
void idx_audit_actor(IdxCatalogue *cat, const IdxActor *actor);

/* Adds a row, in the open transaction or in one of its own. @cat: any but IDX_READ.
 * After the commit of an IDX_WRITE connection the row is on disk and its hash in audit.head, unless
 * idx_audit_lazily() was called. */
bool idx_audit(IdxCatalogue *cat, const IdxAudit *row, GError **error);

/* Rows that this connection has committed: tells whether what was called has left one. */
int64_t idx_audit_written(const IdxCatalogue *cat);

/* For many rows about looks: commits no longer wait for the disk. A row is then safe from the end of any
 * process at once, and from a power cut after idx_audit_sync(), which also moves audit.head on. */
bool idx_audit_lazily(IdxCatalogue *cat, GError **error);
bool idx_audit_sync(IdxCatalogue *cat, GError **error);

/* "ok", "denied", "failed". Static string. */
const char *idx_audit_result_name(IdxAuditResult result);

/* The last row's seq and hash; *ret_seq 0 and zeros if there is none. */
bool idx_audit_head(IdxCatalogue *cat, int64_t *ret_seq, uint8_t ret_hash[IDX_AUDIT_HASH],
                    GError **error);
