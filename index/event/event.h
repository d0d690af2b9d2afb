// SPDX-License-Identifier: GPL-3.0-or-later
/* Events of business systems: CloudEvents 1.0, structured mode (cloudevents.io/spec v1.0.2).
 *
 * Identifiers in data (numbers, codes and IDs that rule.h knows) are stored as mj_identifier() has them, in the body
 * too: " A001 " and Ａ００１ are the ticket A001, and Ｗ０７ is the window W07, whichever way they come. All else is kept as it
 * was told: id, source, type, time, texts, and fields that nobody here knows. Events that were stored as they came by an
 * earlier version keep their bodies; `mingjing link --rebuild` reads these again, and ties them to what they name by this
 * rule; sent again, they are duplicates all the same. Places that were declared with letters of full width are to be
 * declared anew.
 *
 * idx_event_parse() is pure: it checks one JSON value and names the field that is wrong. ingest.h stores and
 * links any number of them. Idempotent by source, id and data.data_ver: the same again is a duplicate; the
 * same with other content is refused. A correction (data.correction_of = id of an event of the same source, or
 * the same id with a higher data_ver) supersedes what it corrects, in whichever order they come. Of all that
 * correct one another, directly or in a chain of any length, one holds: the highest version that none of no lower
 * version corrects (version.h). A correction whose data.data_state is 0 (作废) cancels: it holds in place of
 * what it corrects, and counts for nothing. Unknown types are kept; what types carry: rule.h. */
#pragma once

#include "index/catalogue.h"

#include "index/base/json.h"

#define IDX_EVENT_MAX_BYTES (64 * 1024) // of one event

typedef struct IdxEvent {
    char *source, *event_id, *type;
    int64_t data_ver; // >= 1
    int64_t time_us;
    char *hall_code;   // NULL = the first hall
    char *ticket_no;   // NULL if it speaks of none
    int ticket_day;    // data.ticket_day, or 0: the local date of time_us
    char *ticket_id;   // data.ticket_id: the vendor's own name of the ticket; NULL if it has none
    char *approval_id; // NULL if it speaks of none
    char *
        session_id; // data.session_id, or what stands for it in a trade, as idx_session_key() has it; NULL if none
    char *place;          // data.window_no, else data.room; may be NULL
    char *correction_of;  // may be NULL
    bool corrects_itself; // it names itself there, which is taken for nothing
    bool cancelled;       // data.data_state is 0: what it corrects never was
    char *body;           // the whole event, keys sorted, compact
} IdxEvent;

void idx_event_free(IdxEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxEvent, idx_event_free)

/* The key of a session as it is stored and looked for, whoever types or tells it, and whether it is told whole or in the
 * parts of a trade, each of which may have blanks around it: mj_identifier(), and no blanks around its colons. Pure;
 * caller frees. */
char *idx_session_key(const char *text);

/* MJ_ERROR_INVALID with a sentence that names the field and what it should be. */
IdxEvent *idx_event_parse(const json_t *json, GError **error);

typedef struct IdxEventKnown { // of an event that comes, before it is stored
    int64_t hall_id;
    bool duplicate; // it is there already
    bool alone;     // no event has its id, and none corrects the other
} IdxEventKnown;

/* Looks at what is known of an event. MJ_ERROR_INVALID or MJ_ERROR_CONFLICT are the event's own fault; anything else
 * concerns the catalogue. */
bool idx_event_look(IdxCatalogue *cat, const IdxEvent *event, IdxEventKnown *ret, GError **error);

/* Stores it as far as it is no duplicate, in the open transaction, which is the one that @known was looked up in, and
 * appends to @subjects (int64_t, each once) those that are to be linked anew. If that fails, what it did is to be
 * undone with the transaction. */
bool idx_event_put(IdxCatalogue *cat, const IdxEvent *event, const IdxEventKnown *known,
                   int64_t now_us, GArray *subjects, GError **error);

/* Both. *ret_duplicate: it was there already. */
bool idx_event_store(IdxCatalogue *cat, const IdxEvent *event, int64_t now_us, GArray *subjects,
                     bool *ret_duplicate, GError **error);

/* What linking anew does with each event from the first on: ties it, stored as @event_id, to the subjects it names, and settles
 * which of those that correct one another holds (version.h); also what follows from its body in its row. */
bool idx_event_settle(IdxCatalogue *cat, const IdxEvent *event, int64_t hall_id, int64_t event_id,
                      GArray *subjects, GError **error);

/* The same of one that today's rules would refuse: it stays as it is, and others may be in its chain. */
bool idx_event_settle_unread(IdxCatalogue *cat, int64_t event_id, GArray *subjects, GError **error);
