// SPDX-License-Identifier: GPL-3.0-or-later
/* What happened in meetings, written down as events (index/meet/note.h) by a thread of its own, so that
 * neither a peer nor a recorder waits for the catalogue. What the catalogue does not take now is tried
 * again; CAP_JOURNAL_MAX wait at most, what comes then is left out and counted in the log.
 *
 * Any thread but for new and free. */
#pragma once

#include <glib.h>
#include <jansson.h>

#define CAP_JOURNAL_MAX 10000

typedef struct CapJournal CapJournal;

CapJournal *cap_journal_new(const char *home, GError **error);
/* Writes what waits, for at most a few seconds. NULL is allowed. */
void cap_journal_free(CapJournal *journal);

/* @kind as in index/meet/note.h; takes @detail (may be NULL). The moment is now. */
void cap_journal_add(CapJournal *journal, const char *session, const char *leg, const char *kind,
                     json_t *detail);
