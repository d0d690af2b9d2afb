// SPDX-License-Identifier: GPL-3.0-or-later
/* One thing that is done again and again, and the row of the audit log that tells of it. Pure. */
#pragma once

#include "index/audit/audit.h"

#define API_ENTRY_SPANS_MAX                                                                        \
    24 // stretches of time in a row; more are told with the gaps between the nearest
#define API_ENTRY_QUERIES_MAX 24                  // searches in a row; further ones are counted
#define API_ENTRY_JOIN_US (60 * INT64_C(1000000)) // stretches so near to one another are one

/* One request. */
typedef struct ApiNote {
    char *who, *role, *address, *reason, *case_no;
    const char *what; // static
    char *kind, *object, *camera, *query, *words;
    int day;
    int64_t from_us, to_us;
    bool alone; // has a row of its own, whatever there was before
    bool counted;
    int64_t accepted, duplicates, refused;
    json_t *detail;
    IdxAuditResult result;
} ApiNote;

void api_note_clear(ApiNote *note);

/* What two requests must have in common to be told of together. Caller frees. */
char *api_note_key(const ApiNote *note);

#define API_ENTRY_TOLD_MAX                                                                         \
    512 // stretches and searches that are known to be told of; more are told of again

typedef struct ApiEntry ApiEntry;

/* Nothing is in it yet. Takes what @note points to. */
ApiEntry *api_entry_new(ApiNote *note);
void api_entry_free(ApiEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiEntry, api_entry_free)

/* Adds what is particular to @note: its time, search, counts. @note may be what it was made from. */
void api_entry_add(ApiEntry *entry, const ApiNote *note, int64_t now_us);
const ApiNote *api_entry_note(const ApiEntry *entry);

/* Whether rows that were written name the footage and the search of @note: then it is counted only. A row about a moment
 * names the minute around it too, in which more moments may follow. */
bool api_entry_told(const ApiEntry *entry, const ApiNote *note);
/* A row was written that names what @note is about. */
void api_entry_tell(ApiEntry *entry, const ApiNote *note);

/* How many requests are in it. */
int64_t api_entry_times(const ApiEntry *entry);

/* A row of all that is in it, which is empty then; free with api_row_free(). */
typedef struct ApiRow {
    IdxActor actor;
    IdxAudit audit;
    json_t *detail;
    ApiNote note; // owns the texts of the above
} ApiRow;

ApiRow *api_entry_take(ApiEntry *entry, GTimeZone *zone);
void api_row_free(ApiRow *row);
