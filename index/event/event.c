// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/event/event.h"

#include "index/base/error.h"
#include "index/db.h"
#include "index/event/rule.h"
#include "index/find/subject.h"
#include "index/link/night.h"
#include "index/link/rated.h"
#include "index/link/ticket.h"
#include "index/meet/follow.h"
#include "index/meet/promise_told.h"
#include "index/version.h"

#include <string.h>

static const char SQL_HALL[] = "SELECT id FROM hall WHERE code = ?";
/* All versions of it, with the body of the same one, and what corrects it. */
static const char SQL_LOOK[] =
    "SELECT data_ver = ?3, CASE data_ver WHEN ?3 THEN body END FROM event WHERE source = ?1"
    " AND event_id = ?2 UNION ALL SELECT 0, NULL FROM event WHERE source = ?1"
    " AND correction_of = ?2";
static const char SQL_INSERT[] =
    "INSERT INTO event (hall_id, source, event_id, data_ver, type, time_us, received_us, place,"
    " correction_of, body, cancelled, ticket_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_DERIVED[] =
    "UPDATE event SET place = ?2, cancelled = ?3, ticket_id = ?4 WHERE id = ?1"
    " AND (place IS NOT ?2 OR cancelled IS NOT ?3 OR ticket_id IS NOT ?4)";
static const char SQL_IS_GONE[] =
    "SELECT superseded_by IS NOT NULL OR cancelled FROM event WHERE id = ?";
static const char SQL_TIME[] = "SELECT time_us FROM event WHERE id = ?";

/* Which day's, and which of its tickets', each of those that began or ceased to hold is. */
static bool settle_tickets(IdxCatalogue *cat, const GArray *changed, bool decides, GArray *subjects,
                           GError **error)
{
    for (guint i = 0; i < changed->len; i++) {
        int64_t id = g_array_index(changed, int64_t, i), time_us = 0;
        if (!idx_db_get_int(cat, &time_us, SQL_TIME, error, "i", id) ||
            !idx_night_settle(cat, id, time_us, subjects, error) ||
            !idx_ticket_settle_event(cat, id, decides, subjects, error) ||
            !idx_rated_settle(cat, id, true, subjects, error) ||
            !idx_subject_of_event(cat, id, subjects, error))
            return false;
    }
    return true;
}

/* The same of one that counts for nothing, and did not before: a chain of many is not looked at by each of them. */
static bool settle_idle(IdxCatalogue *cat, const IdxAttach *attach, GError **error)
{
    int64_t id = attach->event_id;
    return idx_night_settle(cat, id, attach->event->time_us, attach->subjects, error) &&
           idx_ticket_settle_event(cat, id, false, attach->subjects, error) &&
           idx_rated_settle_idle(cat, id, attach->subjects, error) &&
           idx_subject_of_event(cat, id, attach->subjects, error);
}

/* Kept among those of the own hall, as the one that it names was not known when it came. */
static bool is_foreign(IdxCatalogue *cat, const IdxEvent *event, int64_t hall_id)
{
    return hall_id == cat->hall_id && event->hall_code && !idx_event_type_checked(event->type) &&
           strcmp(event->hall_code, cat->hall_code) != 0;
}

static bool find_hall(IdxCatalogue *cat, const IdxEvent *event, int64_t *ret, GError **error)
{
    g_autoptr(GError) local = NULL;
    *ret = cat->hall_id;
    if (!event->hall_code || strcmp(event->hall_code, cat->hall_code) == 0 ||
        idx_db_get_int(cat, ret, SQL_HALL, &local, "t", event->hall_code))
        return true;
    if (mj_error_is(local, MJ_ERROR_NOT_FOUND) && !idx_event_type_checked(event->type))
        return true; // the own one keeps it: is_foreign()
    if (mj_error_is(local, MJ_ERROR_NOT_FOUND))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "data.hall_code: hall \"%s\" is not known here", event->hall_code);
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

/* One that an earlier version stored has identifiers as they were told. */
static bool is_same_body(const char *stored, const char *body)
{
    if (strcmp(stored, body) == 0)
        return true;
    g_autoptr(json_t) json = json_loads(stored, 0, NULL);
    g_autoptr(IdxEvent) event = json ? idx_event_parse(json, NULL) : NULL;
    return event && strcmp(event->body, body) == 0;
}

/* Same identity with other content is an error. */
static bool find_same(IdxCatalogue *cat, const IdxEvent *event, IdxEventKnown *ret, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_LOOK, error, "tti", event->source, event->event_id, event->data_ver);
    int row = 0;
    ret->alone = !event->correction_of;
    while (!ret->duplicate && (row = idx_db_step(cat, q, error)) > 0) {
        ret->alone = false;
        ret->duplicate = idx_db_int(q, 0) != 0;
    }
    if (!ret->duplicate)
        return row == 0;
    return is_same_body(idx_db_text(q, 1), event->body) ||
           mj_error_set(error, MJ_ERROR_CONFLICT,
                        "event %s of %s is known with other content; a correction needs a higher "
                        "data.data_ver",
                        event->event_id, event->source);
}

static bool insert(IdxCatalogue *cat, const IdxEvent *event, int64_t hall_id, int64_t now_us,
                   GError **error)
{
    bool foreign = is_foreign(cat, event, hall_id);
    return idx_db_run(cat, SQL_INSERT, error, "ittitiitttit", hall_id, event->source,
                      event->event_id, event->data_ver, event->type, event->time_us, now_us,
                      foreign ? NULL : event->place, event->correction_of, event->body,
                      (int64_t)event->cancelled, foreign ? NULL : event->ticket_id);
}

/* It comes now, and what is stored of others can be trusted. */
static bool settle(IdxCatalogue *cat, IdxAttach *attach, GError **error)
{
    const IdxEvent *event = attach->event;
    bool foreign = is_foreign(cat, event, attach->hall_id);
    g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return (foreign || idx_subject_attach(cat, attach, error)) &&
           idx_version_settle(cat, event, attach->event_id, changed, error) &&
           settle_tickets(cat, changed, true, attach->subjects, error);
}

/* What follows from its body in its row, and what it is tied to. *ret_idle: it counted for nothing, and the row stays as it
 * was. */
static bool derive(IdxCatalogue *cat, IdxAttach *attach, bool *ret_idle, GError **error)
{
    int64_t gone = 0;
    const IdxEvent *event = attach->event;
    bool foreign = is_foreign(cat, event, attach->hall_id);
    if (!idx_db_get_int(cat, &gone, SQL_IS_GONE, error, "i", attach->event_id) ||
        !idx_db_run(cat, SQL_DERIVED, error, "itit", attach->event_id,
                    foreign ? NULL : event->place, (int64_t)event->cancelled,
                    foreign ? NULL : event->ticket_id))
        return false;
    *ret_idle = gone && idx_db_changes(cat) == 0;
    return foreign || idx_subject_attach(cat, attach, error);
}

/* What is stored of it, and of its chain, is put right. */
static bool settle_anew(IdxCatalogue *cat, IdxAttach *attach, GError **error)
{
    bool idle = false;
    const IdxEvent *event = attach->event;
    g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(int64_t));
    if (!derive(cat, attach, &idle, error) ||
        !idx_version_settle_anew(cat, attach->event_id, changed, error))
        return false;
    if (idle && changed->len == 0)
        return settle_idle(cat, attach, error);
    idx_subject_note(changed, attach->event_id);
    bool decides = changed->len > 1 || idx_ticket_decides(event->type, event->ticket_id);
    return settle_tickets(cat, changed, decides, attach->subjects, error);
}

bool idx_event_settle(IdxCatalogue *cat, const IdxEvent *event, int64_t hall_id, int64_t event_id,
                      GArray *subjects, GError **error)
{
    IdxAttach attach = {
        .event = event, .hall_id = hall_id, .event_id = event_id, .subjects = subjects};
    return settle_anew(cat, &attach, error);
}

bool idx_event_settle_unread(IdxCatalogue *cat, int64_t event_id, GArray *subjects, GError **error)
{
    g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return idx_version_settle_anew(cat, event_id, changed, error) &&
           settle_tickets(cat, changed, true, subjects, error);
}

/* The same of one that is new and that no other concerns: by day, and if its number is one ticket's, there is nothing
 * to settle. An event that may part a number is looked at with the others of that number, unless it is the first. */
static bool settle_new(IdxCatalogue *cat, IdxAttach *attach, GError **error)
{
    const IdxEvent *event = attach->event;
    int64_t id = attach->event_id;
    if (is_foreign(cat, event, attach->hall_id))
        return true;
    if (!idx_subject_attach(cat, attach, error))
        return false;
    bool decides = idx_ticket_decides(event->type, event->ticket_id);
    bool plain = !attach->parted && (attach->made || !decides);
    bool night = false;
    if (!idx_night_is(cat, attach->hall_id, event->time_us, &night, error))
        return false;
    if (event->ticket_no && (!plain || night) &&
        (!idx_night_settle(cat, id, event->time_us, attach->subjects, error) ||
         !idx_ticket_settle_event(cat, id, decides, attach->subjects, error) ||
         !idx_subject_of_event(cat, id, attach->subjects, error)))
        return false;
    return !event->ticket_no || (!night && !idx_rated_concerns(event->type)) ||
           idx_rated_settle(cat, id, night, attach->subjects, error);
}

bool idx_event_look(IdxCatalogue *cat, const IdxEvent *event, IdxEventKnown *ret, GError **error)
{
    *ret = (IdxEventKnown){0};
    return find_hall(cat, event, &ret->hall_id, error) && find_same(cat, event, ret, error) &&
           (ret->duplicate || idx_promise_may_tell(cat, event, error));
}

bool idx_event_put(IdxCatalogue *cat, const IdxEvent *event, const IdxEventKnown *known,
                   int64_t now_us, GArray *subjects, GError **error)
{
    if (known->duplicate)
        return true;
    if (!insert(cat, event, known->hall_id, now_us, error))
        return false;
    IdxAttach attach = {.event = event,
                        .hall_id = known->hall_id,
                        .event_id = idx_db_last_id(cat),
                        .fresh = true,
                        .subjects = subjects};
    return (known->alone ? settle_new(cat, &attach, error) : settle(cat, &attach, error)) &&
           idx_meet_follow(cat, event, now_us, error);
}

bool idx_event_store(IdxCatalogue *cat, const IdxEvent *event, int64_t now_us, GArray *subjects,
                     bool *ret_duplicate, GError **error)
{
    IdxEventKnown known;
    if (!idx_event_look(cat, event, &known, error))
        return false;
    *ret_duplicate = known.duplicate;
    return idx_event_put(cat, event, &known, now_us, subjects, error);
}
