// SPDX-License-Identifier: GPL-3.0-or-later
/* What taking in an event would come to, after others that were asked about before: for a dry run, in which nothing is
 * written but a table of the connection's own, on disk. One thread; belongs to one catalogue. */
#pragma once

#include "index/event/event.h"

typedef enum { IDX_FORETOLD_NEW, IDX_FORETOLD_KNOWN, IDX_FORETOLD_OTHER } IdxForetold;

/* Begins anew: nothing was asked about. */
bool idx_foretell_begin(IdxCatalogue *cat, GError **error);

/* IDX_FORETOLD_KNOWN: it is there, or came before, and says the same. IDX_FORETOLD_OTHER: it says something else.
 * MJ_ERROR_INVALID: it would be refused for what it says. */
bool idx_foretell(IdxCatalogue *cat, const IdxEvent *event, IdxForetold *ret, GError **error);
