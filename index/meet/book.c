// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/book.h"

#include <inttypes.h>
#include <string.h>

#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/meet/book_own.h"
#include "index/meet/meet.h"
#include "index/meet/meet_own.h"
#include "index/meet/note.h"
#include "index/meet/slot.h"
#include "index/meet/terminal.h"
#include "index/segment/seal.h"

static const char SQL_BOOKING[] =
    "INSERT INTO meeting_booking (meeting_id, dept, official, citizen_ref, ticket_no, approval_id,"
    " node_code) SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM meeting WHERE session = ?1"
    " ON CONFLICT (meeting_id) DO UPDATE SET dept = coalesce(?2, dept),"
    " official = coalesce(?3, official), citizen_ref = coalesce(?4, citizen_ref),"
    " ticket_no = coalesce(?5, ticket_no), approval_id = coalesce(?6, approval_id),"
    " node_code = coalesce(?7, node_code)";
static const char SQL_OF_SLOT[] = // whose slot it is: nobody's in particular, perhaps
    "INSERT INTO meeting_booking (meeting_id, dept, official) SELECT id, ?2, ?3 FROM meeting"
    " WHERE session = ?1 ON CONFLICT (meeting_id) DO UPDATE SET dept = ?2, official = ?3";
static const char SQL_TAKE[] = "UPDATE meeting_slot SET meeting_id = (SELECT id FROM meeting WHERE"
                               " session = ?2) WHERE id = ?1";
static const char SQL_FREE[] = "UPDATE meeting_slot SET meeting_id = NULL WHERE meeting_id = ?1";
static const char SQL_FREE_OTHER[] =
    "UPDATE meeting_slot SET meeting_id = NULL WHERE meeting_id = ?1"
    " AND (place, start_us, end_us) <> (?2, ?3, ?4)";
static const char SQL_TAKE_FITTING[] =
    "UPDATE meeting_slot SET meeting_id = ?1 WHERE id = (SELECT id FROM meeting_slot"
    " WHERE meeting_id IS NULL AND withdrawn_us IS NULL AND place = ?2 AND start_us = ?3"
    " AND end_us = ?4 LIMIT 1)"
    " AND NOT EXISTS (SELECT 1 FROM meeting_slot WHERE meeting_id = ?1)";
static const char SQL_CANCEL[] = "UPDATE meeting SET ended_us = ?2 WHERE id = ?1";
static const char SQL_CANCELLED[] =
    "INSERT INTO meeting_booking (meeting_id, cancelled_us) VALUES (?1, ?2)"
    " ON CONFLICT (meeting_id) DO UPDATE SET cancelled_us = ?2";
static const char SQL_IS_CANCELLED[] =
    "SELECT count(*) FROM meeting_booking b JOIN meeting m ON m.id = b.meeting_id"
    " WHERE m.id = ?1 AND b.cancelled_us IS NOT NULL AND m.opened_us IS NULL";
static const char SQL_RESTORE[] = "UPDATE meeting SET ended_us = NULL WHERE id = ?1";
static const char SQL_NOT_CANCELLED[] =
    "UPDATE meeting_booking SET cancelled_us = NULL WHERE meeting_id = ?1";
static const char SQL_MOVE[] = "UPDATE meeting SET place = ?2, slot_start_us = ?3, slot_end_us = "
                               "?4, topic = coalesce(?5, topic)"
                               " WHERE id = ?1";
static const char SQL_EXPIRE[] = "UPDATE meeting_leg SET expires_us = ?2 WHERE meeting_id = ?1";

static bool tell(IdxCatalogue *cat, const char *what, const char *session, GError **error)
{
    return idx_audit(cat, &(IdxAudit){.what = what, .object_kind = "session", .object = session},
                     error);
}

/* --- booking ----------------------------------------------------------------------------------- */

static bool check(const IdxBookRequest *r, GError **error)
{
    return (!r->topic || mj_text_check("a topic", r->topic, error)) &&
           (!r->citizen_ref || idx_meet_check_code("a reference to a citizen", r->citizen_ref,
                                                   IDX_BOOK_REF_MAX, error)) &&
           (!r->ticket_no || mj_text_check("a ticket's number", r->ticket_no, error)) &&
           (!r->approval_id || mj_text_check("an approval's ID", r->approval_id, error)) &&
           (!r->node_code ||
            idx_meet_check_code("a station", r->node_code, IDX_BOOK_REF_MAX, error));
}

static bool is_for(const IdxSlot *slot, const char *topic, GError **error)
{
    size_t n = json_array_size(slot->topics);
    for (size_t i = 0; topic && i < n; i++)
        if (strcmp(json_string_value(json_array_get(slot->topics, i)), topic) == 0)
            return true;
    return n == 0 ||
           mj_error_set(error, MJ_ERROR_INVALID, "slot %" PRId64 " is not for the topic %s",
                        slot->id, topic ? topic : "(none)");
}

static IdxSlot *free_slot(IdxCatalogue *cat, int64_t id, int64_t now_us, GError **error)
{
    g_autoptr(IdxSlot) slot = idx_slot_get(cat, id, error);
    if (!slot)
        return NULL;
    if (slot->withdrawn_us)
        mj_error_set(error, MJ_ERROR_CONFLICT, "slot %" PRId64 " was withdrawn", id);
    else if (slot->session)
        mj_error_set(error, MJ_ERROR_CONFLICT, "slot %" PRId64 " is booked already", id);
    else if (slot->end_us <= now_us)
        mj_error_set(error, MJ_ERROR_INVALID, "slot %" PRId64 " is past", id);
    else
        return g_steal_pointer(&slot);
    return NULL;
}

/* The day, and five signs that nobody takes for others on the telephone. Drawn and not counted: a catalogue that was lost
 * forgets what it counted, while the footage keeps its names. */
static char *make_session(IdxCatalogue *cat, const IdxSlot *slot, GError **error)
{
    static const char SIGNS[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"; // 32
    uint8_t random[5];
    char word[sizeof random + 1] = {0};
    if (!idx_seal_random(random, sizeof random, error))
        return NULL;
    for (size_t i = 0; i < sizeof random; i++)
        word[i] = SIGNS[random[i] % 32];
    int day = mj_time_local_day(slot->start_us, idx_catalogue_timezone(cat));
    return g_strdup_printf("MM-%08d-%s", day, word);
}

static void put(json_t *object, const char *name, const char *text)
{
    if (text)
        json_object_set_new(object, name, json_string(text));
}

static void put_official(json_t *detail, const IdxSlot *slot)
{
    if (slot->official)
        json_object_set_new(detail, "official_ids", json_pack("[s]", slot->official));
}

static json_t *detail_of(const IdxSlot *slot, const IdxBookRequest *r)
{
    json_t *detail = json_pack("{s:s, s:s}", "room", slot->place, "dept", slot->dept);
    put_official(detail, slot);
    put(detail, "citizen_ref", r->citizen_ref);
    put(detail, "ticket_no", r->ticket_no);
    put(detail, "approval_id", r->approval_id);
    put(detail, "node_code", r->node_code);
    return detail;
}

bool idx_book_note(IdxCatalogue *cat, const IdxBooking *b, GError **error)
{
    return idx_db_run(cat, SQL_BOOKING, error, "ttttttt", b->session, b->dept, b->officials,
                      b->citizen_ref, b->ticket_no, b->approval_id, b->node_code);
}

static bool set_terminals(IdxCatalogue *cat, const IdxBookRequest *r, const char *session,
                          int64_t now_us, GError **error)
{
    const char *leg = NULL;
    json_t *camera = NULL;
    json_object_foreach((json_t *)(uintptr_t)r->terminals, leg, camera)
    {
        if (!json_is_string(camera))
            return mj_error_set(error, MJ_ERROR_INVALID,
                                "terminals names a camera for each leg that is one");
        if (!idx_terminal_set(cat, session, leg, json_string_value(camera), now_us, error))
            return false;
    }
    return true;
}

static GPtrArray *make(IdxCatalogue *cat, const IdxSlot *slot, const IdxBookRequest *r,
                       const char *session, int64_t now_us, GError **error)
{
    const char *const legs[] = {"citizen", "official", r->observer ? "observer" : NULL, NULL};
    g_autoptr(json_t) detail = detail_of(slot, r);
    IdxMeetRequest ask = {.session = session,
                          .place = slot->place,
                          .topic = r->topic,
                          .slot_start_us = slot->start_us,
                          .slot_end_us = slot->end_us,
                          .legs = legs,
                          .roles = legs,
                          .detail = detail};
    g_autoptr(GPtrArray) tokens = idx_meet_add(cat, &ask, now_us, error);
    IdxBooking booking = {.session = session,
                          .dept = slot->dept,
                          .officials = slot->official,
                          .citizen_ref = r->citizen_ref,
                          .ticket_no = r->ticket_no,
                          .approval_id = r->approval_id,
                          .node_code = r->node_code};
    bool ok = tokens && idx_book_note(cat, &booking, error) &&
              idx_db_run(cat, SQL_TAKE, error, "it", slot->id, session) &&
              set_terminals(cat, r, session, now_us, error) &&
              tell(cat, "session.book", session, error);
    return ok ? g_steal_pointer(&tokens) : NULL;
}

GPtrArray *idx_book(IdxCatalogue *cat, const IdxBookRequest *request, int64_t now_us,
                    char **ret_session, GError **error)
{
    if (!check(request, error) || !idx_db_scope_begin(cat, error))
        return NULL;
    g_autoptr(IdxSlot) slot = free_slot(cat, request->slot_id, now_us, error);
    g_autofree char *session =
        slot && is_for(slot, request->topic, error) ? make_session(cat, slot, error) : NULL;
    g_autoptr(GPtrArray) tokens = session ? make(cat, slot, request, session, now_us, error) : NULL;
    if (!idx_db_scope_end(cat, tokens != NULL, error))
        return NULL;
    *ret_session = g_steal_pointer(&session);
    return g_steal_pointer(&tokens);
}

/* --- cancelling and moving --------------------------------------------------------------------- */

static bool must_be_to_come(const IdxMeet *meet, GError **error)
{
    const char *why = meet->opened_us ? "has begun" : meet->ended_us ? "is over" : NULL;
    return !why || mj_error_set(error, MJ_ERROR_CONFLICT, "session %s %s", meet->session, why);
}

bool idx_book_cancelled(IdxCatalogue *cat, const IdxMeet *meet, int64_t now_us, GError **error)
{
    return idx_db_run(cat, SQL_FREE, error, "i", meet->id) &&
           idx_db_run(cat, SQL_CANCEL, error, "ii", meet->id, now_us) &&
           idx_db_run(cat, SQL_CANCELLED, error, "ii", meet->id, now_us);
}

bool idx_book_restored(IdxCatalogue *cat, const IdxMeet *meet, bool *ret_was, GError **error)
{
    int64_t was = 0;
    if (!idx_db_get_int(cat, &was, SQL_IS_CANCELLED, error, "i", meet->id))
        return false;
    *ret_was = was != 0;
    return !was || (idx_db_run(cat, SQL_RESTORE, error, "i", meet->id) &&
                    idx_db_run(cat, SQL_NOT_CANCELLED, error, "i", meet->id));
}

static bool cancel(IdxCatalogue *cat, const char *session, const char *reason, int64_t now_us,
                   GError **error)
{
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, error);
    if (!meet || (meet->ended_us && !meet->opened_us))
        return meet != NULL;
    g_autoptr(json_t) detail = reason ? json_pack("{s:s}", "reason", reason) : NULL;
    IdxMeetNote note = {.session = session, .kind = "cancelled", .detail = detail, .at_us = now_us};
    return must_be_to_come(meet, error) && idx_book_cancelled(cat, meet, now_us, error) &&
           idx_meet_note(cat, &note, error) && tell(cat, "session.cancel", session, error);
}

bool idx_book_cancel(IdxCatalogue *cat, const char *session, const char *reason, int64_t now_us,
                     GError **error)
{
    if ((reason && !mj_text_check("a reason", reason, error)) || !idx_db_scope_begin(cat, error))
        return false;
    return idx_db_scope_end(cat, cancel(cat, session, reason, now_us, error), error);
}

bool idx_book_moved(IdxCatalogue *cat, const IdxMeet *meet, const IdxBookPlan *plan, int64_t now_us,
                    GError **error)
{
    return idx_meet_make_place(cat, plan->place, error) &&
           idx_db_run(cat, SQL_MOVE, error, "itiit", meet->id, plan->place, plan->start_us,
                      plan->end_us, plan->topic) &&
           idx_db_run(cat, SQL_EXPIRE, error, "ii", meet->id,
                      idx_meet_token_end(plan->end_us, now_us));
}

bool idx_book_fit_slot(IdxCatalogue *cat, const char *session, GError **error)
{
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, error);
    return meet &&
           idx_db_run(cat, SQL_FREE_OTHER, error, "itii", meet->id, meet->place,
                      meet->slot_start_us, meet->slot_end_us) &&
           idx_db_run(cat, SQL_TAKE_FITTING, error, "itii", meet->id, meet->place,
                      meet->slot_start_us, meet->slot_end_us);
}

static bool note_moved(IdxCatalogue *cat, const char *session, const IdxSlot *slot, int64_t now_us,
                       GError **error)
{
    GTimeZone *zone = idx_catalogue_timezone(cat);
    g_autoptr(json_t) detail =
        json_pack("{s:s, s:s, s:o, s:o}", "room", slot->place, "dept", slot->dept, "slot_start",
                  mj_json_time(slot->start_us, zone), "slot_end", mj_json_time(slot->end_us, zone));
    put_official(detail, slot);
    IdxMeetNote note = {.session = session, .kind = "scheduled", .detail = detail, .at_us = now_us};
    return idx_meet_note(cat, &note, error);
}

static bool move(IdxCatalogue *cat, const char *session, int64_t slot_id, int64_t now_us,
                 GError **error)
{
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, error);
    g_autoptr(IdxSlot) slot =
        meet && must_be_to_come(meet, error) ? free_slot(cat, slot_id, now_us, error) : NULL;
    if (!slot || (meet->topic && !is_for(slot, meet->topic, error)))
        return false;
    return idx_db_run(cat, SQL_FREE, error, "i", meet->id) &&
           idx_book_moved(cat, meet,
                          &(IdxBookPlan){slot->place, NULL, slot->start_us, slot->end_us}, now_us,
                          error) &&
           idx_db_run(cat, SQL_TAKE, error, "it", slot_id, session) &&
           idx_db_run(cat, SQL_OF_SLOT, error, "ttt", session, slot->dept, slot->official) &&
           note_moved(cat, session, slot, now_us, error) &&
           tell(cat, "session.move", session, error);
}

bool idx_book_move(IdxCatalogue *cat, const char *session, int64_t slot_id, int64_t now_us,
                   GError **error)
{
    return idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, move(cat, session, slot_id, now_us, error), error);
}
