// SPDX-License-Identifier: GPL-3.0-or-later
/* Holds 证据锁定: what is held is not deleted, by nothing and nobody, until the hold is released.
 *
 * A hold is on a subject (a ticket, a session, an approval with all its tickets and sessions) or on
 * cameras and a time, which may lie ahead. It keeps stretches of cameras, all streams of them. Several may keep the same
 * footage; each is released on its own, and what another one keeps stays kept.
 *
 * A hold on a subject follows it: whenever the linker makes a span of it, the stretch is added, in
 * the linker's transaction (idx_hold_follow()). Nothing is taken away before the release, also if a
 * correction says that the visit was elsewhere: somebody may have relied on it. It keeps what a dossier
 * shows, so where a camera's clock may be wrong its stretch is widened by as much (find/footage.h), by all
 * streams that may be shown. What is recorded after the hold was put may widen it further: purge looks
 * before it deletes anything (idx_hold_refresh()).
 *
 * A hold is of a number or of one ticket (link/ticket.h). On a number that is one ticket's, it is of the number: turns
 * out later that it was given out more than once that day, it holds every ticket that has it, since nobody knows
 * which was meant. On one of several, or where the request says the ticket_id or the source, it is of that ticket
 * alone, and keeps following it. A request may say that all of several are meant: then it is of the number. Where that ticket cannot be told any more, because a correction took its id away or
 * joined it with the others, the hold follows all that have the number: it keeps too much rather than too little.
 *
 * Order of idx_hold_add() and idx_hold_release()
 *   1. The journals are read: what they know and the catalogue does not comes first (journal.h).
 *   2. One transaction: the hold, its stretches, its records; and, in it, what is gone already.
 *   3. Commit, durable. From here on nothing that purge has not marked before can go.
 *   4. The records are appended to the journal of every volume, fsync, by whoever may write there.
 *   5. The answer, which says in how many journals the hold stands.
 * What is missing in a journal after 4, because this process was killed, or may not write there
 * (journal.h), or the disk was away, is written by the recorder within a second or two, as soon as
 * the disk is there, and by purge before anything else. So a hold that is in force is never refused.
 *
 * Invariants
 *   H1  No segment that a live stretch touches is deleted: purge/purge.h asks in its own transaction, and
 *       the trigger segment_held refuses whoever does not.
 *   H2  Holds and stretches are added and released; rows are never deleted.
 *   H3  Whoever was answered finds the hold in the catalogue, and in as many journals as the answer says.
 *   H4  A purge and a hold of the same footage: whichever transaction is first. Either the footage is
 *       kept, or the answer lists it as gone. */
#pragma once

#include "index/find/naming.h"
#include "index/find/subject.h"

#define IDX_HOLD_CAMERA "camera"
#define IDX_HOLD_TEXT_MAX 256      // bytes of owner, reason, case number
#define IDX_HOLD_CAMERAS_MAX 1000  // of one hold
#define IDX_HOLD_LONGEST_DAYS 3660 // of a stretch

typedef struct IdxHoldSpan {
    char *camera; // its code
    int64_t from_us, to_us;
    int64_t added_us;
} IdxHoldSpan;

typedef struct IdxHold {
    int64_t id;
    char *kind;      // "ticket", "approval", "session", IDX_HOLD_CAMERA
    char *hall;      // code; "" of cameras
    char *key;       // number or ID; "" of cameras
    int day;         // of the subject; 0 if it has none
    char *part;      // of one ticket alone, as IdxSubject has it; "" = of all that have the number
    char *owner;     // who answers for it
    char *reason;    // why
    char *case_no;   // of the case that it belongs to
    int review_day;  // 20261122; 0 = none
    char *by;        // who put it
    int64_t made_us; // when
    int64_t released_us; // 0 while in force; then:
    char *released_by, *released_reason;
    GPtrArray *spans; // IdxHoldSpan *, by camera and time
} IdxHold;

void idx_hold_free(IdxHold *hold);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxHold, idx_hold_free)

/* What is to be held. Either a subject by its name (find/naming.h: kind + key, + day, + hall), or
 * cameras + from + to. */
typedef struct IdxHoldRequest {
    const char *kind, *key;
    int day;                        // 0 = the newest that has it
    const char *hall;               // NULL = whichever has it
    const char *ticket_id, *source; // of a ticket; NULL = the one that has the number,
    bool all;                       // or all that have it that day in the hall
    const char *const *cameras;     // NULL-ended codes
    int64_t from_us, to_us;
    const char *owner, *reason, *case_no, *by;
    int review_day;
} IdxHoldRequest;

#define IDX_GONE_MAX                                                                               \
    1000 // stretches; of more, those of a stream and rule are told as one, whatever lies between

typedef struct
    IdxGone { // footage that had been deleted before it could be held: a stretch without a seam
    char *camera, *stream;
    int64_t from_us, to_us;
    int64_t segments, bytes;
    char *rule;        // by which it went
    int64_t marked_us; // when the last of it did
} IdxGone;

typedef struct IdxHoldTicket { // one of those that have the number
    char *ticket_id, *source;  // what tells it from the others; NULL if nothing does
} IdxHoldTicket;

typedef struct IdxHoldAnswer {
    IdxHold *hold;
    GPtrArray *tickets;        // IdxHoldTicket *: which it is on, if the request said all
    int64_t segments, bytes;   // that are there now and kept by it
    GPtrArray *gone;           // IdxGone *
    int journals, journals_of; // written, of so many volumes
    int journals_waiting;      // for the recorder, since the caller may not write there
    char *journals_failed;     // why not all others; NULL = all
} IdxHoldAnswer;

void idx_hold_answer_clear(IdxHoldAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxHoldAnswer, idx_hold_answer_clear)

/* The name of the subject that is meant. */
IdxName idx_hold_name(const IdxHoldRequest *request);

/* MJ_ERROR_NOT_FOUND: no such subject or camera. MJ_ERROR_AMBIGUOUS: several are called so (idx_hold_name()).
 * MJ_ERROR_INVALID: what is missing or too long, or a day of review that is over. @cat: IDX_WRITE, no transaction open. */
bool idx_hold_add(IdxCatalogue *cat, const IdxHoldRequest *request, int64_t now_us,
                  IdxHoldAnswer *ret, GError **error);

/* Steps 2 and 3 alone, the journals as far as they go: for rebuild/rebuild.h, whose hold must not wait until
 * somebody has settled what contradicts in them. The answer says nothing of journals. */
bool idx_hold_put(IdxCatalogue *cat, const IdxHoldRequest *request, int64_t now_us,
                  IdxHoldAnswer *ret, GError **error);

/* MJ_ERROR_NOT_FOUND; MJ_ERROR_CONFLICT if it is released already. Otherwise as idx_hold_add(). A
 * release that no journal has when the catalogue is lost has not been. */
bool idx_hold_release(IdxCatalogue *cat, int64_t id, const char *by, const char *reason,
                      int64_t now_us, GError **error);

IdxHold *idx_hold_get(IdxCatalogue *cat, int64_t id, GError **error);

/* By id. @with_released: all that ever were. Element type IdxHold *. */
GPtrArray *idx_hold_list(IdxCatalogue *cat, bool with_released, GError **error);

/* Those whose case number has @words in it, released ones too, the newest first, from behind hold @below on (0 = all). At
 * most @limit; *ret_next: behind which it goes on, 0 = that was all. For whom not everything is (account/scope.h), at most
 * IDX_HOLD_LOOKS are looked at a call, so that there may be more behind a list that has fewer. Element type IdxHold *. */
#define IDX_HOLD_LOOKS 100
GPtrArray *idx_hold_search(IdxCatalogue *cat, const char *words, int64_t below, int limit,
                           int64_t *ret_next, GError **error);

/* Ids (int64_t) of holds in force that touch footage of @camera_id in [from_us, to_us), ascending. */
bool idx_hold_touching(IdxCatalogue *cat, int64_t camera_id, int64_t from_us, int64_t to_us,
                       GArray *ids, GError **error);

/* Ids (int64_t) of holds in force on a subject. */
bool idx_hold_live_on(IdxCatalogue *cat, const IdxSubject *subject, GArray *ids, GError **error);

/* Ids (int64_t) of all holds on a subject, released ones too. */
bool idx_hold_of_subject(IdxCatalogue *cat, int64_t subject_id, GArray *ids, GError **error);

/* For the linker: the spans of @subjects (int64_t) may be others now. In the open transaction, behind whose
 * commit the journals are written, and when all subjects that one change concerns are linked: a span that
 * moves from one to another would be kept where it never was, else. @since: of idx_hold_mark(), in the same transaction
 * before the first of them was linked, so that a batch costs by what it changed and not by what is held; negative: no hold
 * is on a subject. */
bool idx_hold_mark(IdxCatalogue *cat, int64_t *ret_since, GError **error);
bool idx_hold_follow(IdxCatalogue *cat, const GArray *subjects, int64_t since, int64_t now_us,
                     GError **error);

/* Holds on @subject, of the hall and kind, that name it as @was name it @key from now on: in their rows and in a record,
 * so that a catalogue that is made from the journals knows them by the same name. In the open transaction. */
bool idx_hold_rename(IdxCatalogue *cat, const IdxSubject *subject, const char *was, const char *key,
                     GError **error);

/* Adds to all holds in force on subjects what they have to keep by now: read with nothing locked, and what is lacking
 * written subject by subject, a ticket of a held approval at a time. Names that an earlier version changed in rows alone get
 * their records. No transaction open. */
bool idx_hold_refresh(IdxCatalogue *cat, int64_t now_us, GError **error);

/* Whether all that is in force by the records of holds is so by their rows, which purge asks: MJ_ERROR_CONFLICT says
 * of which hold it is not, and what to do. No command makes it so. */
bool idx_hold_check(IdxCatalogue *cat, GError **error);

/* A number that rises with every change of holds. */
bool idx_hold_generation(IdxCatalogue *cat, int64_t *ret, GError **error);
