// SPDX-License-Identifier: GPL-3.0-or-later
/* What the audit log is told of each command. The table says of every command which word it leaves, or
 * why none: one that is not in it does not run.
 *
 * What changes the catalogue is told by index/ itself, in the transaction of the change; here only on
 * whose behalf. What shows something is told before it is printed: cmd_audit(). A command that did
 * neither and succeeded is told of when it is done; one that failed is told of with what went wrong. */
#pragma once

#include "index/audit/audit.h"
#include "index/cmd/command.h"

typedef struct CmdAudited {
    const char *words;       // as in Command
    const char *what;        // "find"; NULL: it leaves no row, and then
    const char *because;     // that is why
    const char *object_kind; // of its first argument, for rows that are written here
} CmdAudited;

/* NULL if the table does not know it. */
const CmdAudited *cmd_audited(const char *words);

/* Finds out who calls. Before anything becomes another user. */
void cmd_actor_find(CmdContext *ctx);
void cmd_actor_clear(CmdContext *ctx);

/* Says on a writing connection who calls, and why if that was said. NULL is fine. */
void cmd_actor_set(const CmdContext *ctx, IdxCatalogue *cat);

/* After the command: the row that is due. @failure NULL if it succeeded. */
bool cmd_audit_end(CmdContext *ctx, const CmdAudited *audited, const GError *failure,
                   GError **error);
