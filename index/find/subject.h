// SPDX-License-Identifier: GPL-3.0-or-later
/* Subjects: what an investigator asks for. A ticket is hall + local day + number, since numbers
 * repeat every day, + part, where a number was given out more than once that day (link/ticket.h); an approval is hall + ID, and so is a session. What is done in a room of a trading
 * platform is a session too: by session_id, or as "PROJECT:SECTION:TYPE" where the platform has none.
 * Keys compare without regard to ASCII case. */
#pragma once

#include "index/event/event.h"

typedef struct IdxSubject {
    int64_t id, hall_id;
    char *kind; // "ticket", "approval", "session"
    char *hall; // the hall's code
    char *key;
    int day;     // 20261122; 0 for the others
    char *title; // may be NULL
    int64_t first_us, last_us;
    char *part; // of a ticket: which of those that have the number that day; "" = the only one
} IdxSubject;

IdxSubject *idx_subject_copy(const IdxSubject *subject);
void idx_subject_free(IdxSubject *subject);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxSubject, idx_subject_free)

typedef struct IdxAttach {
    const IdxEvent *event; // as it is stored, under …
    int64_t hall_id, event_id;
    bool fresh;       // it is tied to nothing yet
    GArray *subjects; // int64_t, each once: those that it is tied to are appended
    bool made,
        parted; // found of its ticket: no event had the number that day; more than one ticket has it
} IdxAttach;

/* Ties a stored event to the subjects it names, and to no others, making them where needed. */
bool idx_subject_attach(IdxCatalogue *cat, IdxAttach *attach, GError **error);

/* Appends @id unless it is there. */
void idx_subject_note(GArray *ids, int64_t id);

/* Appends the ids (int64_t) of the subjects that an event names, each once. */
bool idx_subject_of_event(IdxCatalogue *cat, int64_t event_id, GArray *ids, GError **error);

/* NULL without error if there is none. By what it is called: naming.h. */
IdxSubject *idx_subject_get(IdxCatalogue *cat, int64_t id, GError **error);

/* Subjects that share an event which holds with @subject_id: a ticket's approvals, an approval's tickets and
 * sessions; by time. @all_hold: it is known that all of its events do, which are not looked at then. Element type
 * IdxSubject *. */
GPtrArray *idx_subject_related(IdxCatalogue *cat, int64_t subject_id, bool all_hold,
                               GError **error);

/* Whether anything that was said of it holds; and whether it was said by whoever it is of: of a ticket any hall.ticket.* but
 * a rating. Else it is only named, by an approval that may have the number wrong, or it was rated. Approvals and sessions are
 * always spoken of: that a queue names them is how they are linked. */
bool idx_subject_stands(IdxCatalogue *cat, const IdxSubject *subject, bool *ret_holds,
                        bool *ret_spoken, GError **error);
/* IDs (char *) of the approvals that name a ticket, as far as whoever asks may see them; by time. */
GPtrArray *idx_subject_named_by(IdxCatalogue *cat, int64_t subject_id, GError **error);

/* How a search goes on: through those of which something that was said holds, but for tickets that are only named; then
 * these; then those of which nothing does, then
 * tickets of which an event that holds carries a ticket_id that begins so, then face-to-face sessions that are planned
 * here and have it in their number, topic or department, or one of whose officials has that staff number; each newest first. */
enum {
    IDX_SUBJECT_HOLDS,
    IDX_SUBJECT_NAMED,
    IDX_SUBJECT_TOLD,
    IDX_SUBJECT_BY_ID,
    IDX_SUBJECT_BY_PLAN,
    IDX_SUBJECT_STAGES
};
typedef struct IdxSubjectAt {
    int stage; // IDX_SUBJECT_STAGES: there is nothing more
    int64_t last_us, id;
} IdxSubjectAt;
#define IDX_SUBJECT_START ((IdxSubjectAt){IDX_SUBJECT_HOLDS, INT64_MAX, INT64_MAX})

/* Whose key, or of tickets whose ticket_id, begins with @prefix; of the latter those that a look at IDX_TICKET_IDS_MAX
 * events finds; and sessions by what is planned of them. @day, of a session that for which it is planned; 0 = any. From behind @from on (NULL: the beginning); *ret_next is where it goes on.
 *
 * For whom not everything is (account/scope.h), at most IDX_SUBJECT_LOOKS are looked at a call: of what begins with "A" in a
 * year, not all. The list may then have fewer than @limit, or none, and goes on behind the last that was looked at;
 * whoever goes on until there is nothing more has seen all that he may. Element type IdxSubject *. */
#define IDX_TICKET_IDS_MAX 1000
#define IDX_SUBJECT_LOOKS 5000
GPtrArray *idx_subject_search(IdxCatalogue *cat, const char *prefix, int day,
                              const IdxSubjectAt *from, int limit, IdxSubjectAt *ret_next,
                              GError **error);

typedef struct IdxSummary {
    int64_t first_us, last_us;
    const char *spelt_by; // body of the event that spells the key, if it tells it
    GPtrArray *tells;     // of events, one after the other: the first that has a title tells it
} IdxSummary;

/* All events of @subject went to others as it was linked anew: if it is spelled as an earlier version spelled it, they went to
 * the one that is spelled by the rule of today, and what is held of it goes there too. */
bool idx_subject_emptied(IdxCatalogue *cat, const IdxSubject *subject, GError **error);

/* Stores what follows from a subject's events, as far as @subject, which is what is stored, differs. */
bool idx_subject_summarise(IdxCatalogue *cat, const IdxSubject *subject, const IdxSummary *summary,
                           GError **error);
