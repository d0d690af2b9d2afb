// SPDX-License-Identifier: GPL-3.0-or-later
/* Why footage stays: what `mingjing purge --dry-run` says besides what goes. */
#pragma once

#include "index/cmd/command.h"
#include "index/purge/purge.h"

/* A line for all of a stream that stays for one reason. */
void cmd_kept_print(CmdContext *ctx, const IdxKept *kept);

/* That something waits to be linked anew, and what it means; nothing if not. */
void cmd_print_unlinked(bool unlinked);

/* purge --dry-run --camera: each segment of it. */
bool cmd_purge_why(CmdContext *ctx, GError **error);
