// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/follow.h"

#include <string.h>

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/event/source.h"
#include "index/meet/book_own.h"
#include "index/meet/meet_own.h"
#include "index/meet/promise_told.h"

/* The newest rating that holds, in whichever order they came; none if all were cancelled. */
static const char SQL_RATED[] =
    "INSERT INTO meeting_booking (meeting_id, satisfaction, rated_us)"
    " SELECT m.id, r.level, r.time_us FROM meeting m LEFT JOIN"
    " (SELECT coalesce(json_extract(e.body, '$.data.evalevel'),"
    " json_extract(e.body, '$.data.eva_level')) AS level, e.time_us FROM subject s"
    " JOIN subject_event se ON se.subject_id = s.id JOIN event e ON e.id = se.event_id"
    " WHERE s.kind = 'session' AND s.key = ?1 AND e.type = 'hall.session.rated'"
    " AND e.superseded_by IS NULL AND e.cancelled = 0 AND level IS NOT NULL"
    " ORDER BY e.time_us DESC, e.data_ver DESC, e.id DESC LIMIT 1) r ON TRUE"
    " WHERE m.session = ?1 AND m.opened_us IS NOT NULL ON CONFLICT (meeting_id)"
    " DO UPDATE SET satisfaction = excluded.satisfaction, rated_us = excluded.rated_us";
/* What is planned, by the events that hold: of each source its newest counts, and of these the one that came last, since
 * clocks differ; and whether it was cancelled since. */
#define HOLDS(e) e ".superseded_by IS NULL AND " e ".cancelled = 0"
static const char SQL_PLANNED[] =
    "SELECT e.body, EXISTS (SELECT 1 FROM subject_event ct JOIN event c ON c.id = ct.event_id"
    " WHERE ct.subject_id = s.id AND c.type = 'hall.session.cancelled' AND " HOLDS(
        "c") " AND CASE c.source WHEN e.source THEN c.time_us >= e.time_us ELSE c.id > e.id END)"
             " FROM subject s JOIN subject_event se ON se.subject_id = s.id"
             " JOIN event e ON e.id = se.event_id WHERE s.kind = 'session' AND s.key = ?1"
             " AND e.type = 'hall.session.scheduled' AND " HOLDS(
                 "e") " AND NOT EXISTS (SELECT 1 FROM subject_event xt JOIN event x"
                      " ON x.id = xt.event_id WHERE xt.subject_id = s.id AND x.type = e.type"
                      " AND x.source = e.source AND " HOLDS(
                          "x") " AND (x.time_us, x.data_ver, x.id)"
                               " > (e.time_us, e.data_ver, e.id)) ORDER BY e.id DESC LIMIT 1";
/* Who sat there, by the newest that holds. */
static const char SQL_STARTED[] =
    "SELECT e.body FROM subject s JOIN subject_event se ON se.subject_id = s.id"
    " JOIN event e ON e.id = se.event_id WHERE s.kind = 'session' AND s.key = ?1"
    " AND e.type = 'hall.session.started' AND " HOLDS(
        "e") " AND json_array_length(e.body, '$.data.official_ids') > 0"
             " ORDER BY e.time_us DESC, e.data_ver DESC, e.id DESC LIMIT 1";
/* The sessions of an event, of what it corrects and of what corrects it. */
static const char SQL_SESSIONS[] =
    "SELECT DISTINCT s.key FROM (SELECT id FROM event WHERE source = ?1 AND event_id = ?2"
    " UNION SELECT id FROM event WHERE source = ?1 AND event_id = ?3"
    " UNION SELECT id FROM event WHERE source = ?1 AND correction_of = ?2) e"
    " JOIN subject_event se ON se.event_id = e.id"
    " JOIN subject s ON s.id = se.subject_id AND s.kind = 'session'";

static const char *text_of(const json_t *data, const char *name)
{
    return json_string_value(json_object_get(data, name));
}

/* What is the event's own fault is let be; what is the catalogue's is not. */
static bool forgive(GError *failed, GError **error)
{
    bool fault = mj_error_is(failed, MJ_ERROR_INVALID) || mj_error_is(failed, MJ_ERROR_CONFLICT) ||
                 mj_error_is(failed, MJ_ERROR_EXISTS) || mj_error_is(failed, MJ_ERROR_NOT_FOUND);
    if (failed && !fault)
        return g_propagate_error(error, failed), false;
    g_clear_error(&failed);
    return true;
}

/* --- sessions ---------------------------------------------------------------------------------- */

/* Of them that can be told: who else is named is not hidden by one that is no text. Caller frees. */
static char *officials_of(const json_t *data)
{
    const json_t *ids = json_object_get(data, "official_ids");
    g_autoptr(GPtrArray) officials = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < json_array_size(ids) && officials->len < IDX_BOOK_OFFICIALS_MAX; i++) {
        const char *one = json_string_value(json_array_get(ids, i));
        g_autofree char *clean = one ? mj_identifier(one) : g_strdup("");
        if (mj_text_check("an official", clean, NULL) &&
            !g_ptr_array_find_with_equal_func(officials, clean, g_str_equal, NULL))
            g_ptr_array_add(officials, g_steal_pointer(&clean));
    }
    g_ptr_array_add(officials, NULL);
    return officials->len > 1 ? g_strjoinv("\n", (char **)officials->pdata) : NULL;
}

/* Not its officials, of whom there may be several: they are the caller's. */
static IdxBooking booking_of(const json_t *data, const char *session)
{
    const char *dept = text_of(data, "dept");
    return (IdxBooking){.session = session,
                        .dept = dept ? dept : text_of(data, "dept_code"),
                        .citizen_ref = text_of(data, "citizen_ref"),
                        .ticket_no = text_of(data, "ticket_no"),
                        .approval_id = text_of(data, "approval_id"),
                        .node_code = text_of(data, "node_code")};
}

static bool times_of(const json_t *data, int64_t *ret_start_us, int64_t *ret_end_us)
{
    const char *start = text_of(data, "slot_start"), *end = text_of(data, "slot_end");
    return start && end && mj_time_parse_rfc3339(start, ret_start_us, NULL) &&
           mj_time_parse_rfc3339(end, ret_end_us, NULL) && *ret_end_us > *ret_start_us;
}

static bool make(IdxCatalogue *cat, const IdxMeetRequest *ask, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) tokens = idx_meet_add(cat, ask, now_us, error); // nobody is told of them
    return tokens != NULL;
}

/* One that was cancelled, and not ended otherwise, is planned anew. */
static bool may_plan(IdxCatalogue *cat, const IdxMeet *meet, bool *ret_may, GError **error)
{
    *ret_may = !meet || (!meet->opened_us && !meet->ended_us);
    return *ret_may || meet->opened_us || idx_book_restored(cat, meet, ret_may, error);
}

static bool scheduled(IdxCatalogue *cat, const IdxEvent *event, const json_t *data, int64_t now_us,
                      GError **error)
{
    static const char *const LEGS[] = {"citizen", "official", NULL};
    IdxMeetRequest ask = {.session = event->session_id,
                          .place = event->place,
                          .topic = text_of(data, "topic"),
                          .legs = LEGS,
                          .roles = LEGS,
                          .told = true};
    if (!ask.place || !times_of(data, &ask.slot_start_us, &ask.slot_end_us))
        return true;
    g_autofree char *officials = officials_of(data);
    IdxBooking booking = booking_of(data, ask.session);
    booking.officials = officials;
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, ask.session, NULL);
    bool may = false;
    if (!may_plan(cat, meet, &may, error))
        return false;
    if (!may)
        return true;
    bool named = ask.topic && mj_text_check("a topic", ask.topic, NULL);
    IdxBookPlan plan = {ask.place, named ? ask.topic : NULL, ask.slot_start_us, ask.slot_end_us};
    bool ok =
        meet ? idx_book_moved(cat, meet, &plan, now_us, error) : make(cat, &ask, now_us, error);
    return ok && idx_book_note(cat, &booking, error) && idx_book_fit_slot(cat, ask.session, error);
}

static bool cancelled(IdxCatalogue *cat, const char *session, int64_t now_us, GError **error)
{
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, NULL);
    return !meet || meet->opened_us || meet->ended_us ||
           idx_book_cancelled(cat, meet, now_us, error);
}

static bool is_ours(IdxCatalogue *cat, const char *source)
{
    g_autofree char *ours =
        g_strdup_printf(IDX_SOURCE_OURS "%s/sessions", idx_catalogue_hall_code(cat));
    return strcmp(source, ours) == 0;
}

/* Ours too: what was carried out when it was written may have been overruled by another system, which took that back. */
static bool plan_by(IdxCatalogue *cat, const char *body, int64_t now_us, GError **error)
{
    g_autoptr(json_t) json = mj_json_parse(body);
    g_autoptr(IdxEvent) event = json ? idx_event_parse(json, NULL) : NULL;
    return !event || !event->session_id ||
           scheduled(cat, event, json_object_get(json, "data"), now_us, error);
}

/* What is planned; *ret_body: by which event, caller frees, NULL = nothing is. */
static bool find_plan(IdxCatalogue *cat, const char *session, char **ret_body, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLANNED, error, "t", session);
    int row = idx_db_step(cat, q, error);
    if (row >= 0)
        *ret_body = row > 0 && !idx_db_int(q, 1) ? g_strdup(idx_db_text(q, 0)) : NULL;
    return row >= 0;
}

static bool planned(IdxCatalogue *cat, const char *session, int64_t now_us, GError **error)
{
    g_autofree char *body = NULL;
    if (!find_plan(cat, session, &body, error))
        return false;
    return body ? plan_by(cat, body, now_us, error) : cancelled(cat, session, now_us, error);
}

/* --- who sits there ---------------------------------------------------------------------------- */

static bool note_officials(IdxCatalogue *cat, const char *session, const char *body, GError **error)
{
    g_autoptr(json_t) json = mj_json_parse(body);
    g_autofree char *officials = officials_of(json_object_get(json, "data"));
    return !officials ||
           idx_book_note(cat, &(IdxBooking){.session = session, .officials = officials}, error);
}

/* Whoever was there when it started, or else who was planned. */
static bool seated(IdxCatalogue *cat, const char *session, int64_t now_us, GError **error)
{
    (void)now_us;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_STARTED, error, "t", session);
    int row = idx_db_step(cat, q, error);
    g_autofree char *body = row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
    return row >= 0 && (body || find_plan(cat, session, &body, error)) &&
           (!body || note_officials(cat, session, body, error));
}

/* --- ratings ----------------------------------------------------------------------------------- */

static bool rated(IdxCatalogue *cat, const char *session, int64_t now_us, GError **error)
{
    (void)now_us;
    return idx_db_run(cat, SQL_RATED, error, "t", session);
}

/* --- what is told ------------------------------------------------------------------------------- */

/* A correction may be of another session, and one that cancels need not name any. */
static GPtrArray *sessions_of(IdxCatalogue *cat, const IdxEvent *event, GError **error)
{
    g_autoptr(GPtrArray) sessions = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_SESSIONS, error, "ttt", event->source,
                                         event->event_id, event->correction_of);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(sessions, g_strdup(idx_db_text(q, 0)));
    return row == 0 ? g_steal_pointer(&sessions) : NULL;
}

static bool settle(IdxCatalogue *cat, const IdxEvent *event, int64_t now_us,
                   bool (*one)(IdxCatalogue *cat, const char *session, int64_t now_us,
                               GError **error),
                   GError **error)
{
    g_autoptr(GPtrArray) sessions = sessions_of(cat, event, error);
    for (guint i = 0; sessions && i < sessions->len; i++) {
        g_autoptr(GError) failed = NULL;
        if (!one(cat, sessions->pdata[i], now_us, &failed) &&
            !forgive(g_steal_pointer(&failed), error))
            return false;
    }
    return sessions != NULL;
}

bool idx_meet_follow(IdxCatalogue *cat, const IdxEvent *event, int64_t now_us, GError **error)
{
    static const char FAMILY[] = "hall.session.";
    if (!g_str_has_prefix(event->type, FAMILY))
        return true;
    const char *kind = event->type + strlen(FAMILY);
    bool corrects = event->correction_of || event->data_ver > 1;
    bool promise = strcmp(kind, "promised") == 0 || strcmp(kind, "fulfilled") == 0;
    bool plan = strcmp(kind, "scheduled") == 0 || strcmp(kind, "cancelled") == 0;
    bool start = strcmp(kind, "started") == 0, ours = is_ours(cat, event->source);
    return ((!corrects && strcmp(kind, "rated") != 0) ||
            settle(cat, event, now_us, rated, error)) &&
           ((!corrects && !promise) || idx_promise_told(cat, event, error)) &&
           (!plan || ours || settle(cat, event, now_us, planned, error)) &&
           ((!plan && !start) || ours || settle(cat, event, now_us, seated, error));
}

static char *unplanned(const IdxEvent *event, const json_t *data)
{
    int64_t start_us = 0, end_us = 0;
    g_autoptr(GError) wrong = NULL;
    if (!idx_meet_check_code("data.session_id", event->session_id, IDX_MEET_SESSION_MAX, &wrong))
        return g_strdup_printf("no session was planned: %s", wrong->message);
    if (!event->place)
        return g_strdup("no session was planned: data.room, where it is, is missing");
    if (!times_of(data, &start_us, &end_us))
        return g_strdup("no session was planned: data.slot_start and data.slot_end are needed, and "
                        "the one before the other");
    return NULL;
}

char *idx_meet_unfollowed(const IdxEvent *event)
{
    bool plan = strcmp(event->type, "hall.session.scheduled") == 0;
    bool promise = strcmp(event->type, "hall.session.promised") == 0;
    if ((!plan && !promise) || event->cancelled || !event->session_id)
        return NULL;
    g_autoptr(json_t) json = mj_json_parse(event->body);
    const json_t *data = json_object_get(json, "data");
    if (plan)
        return unplanned(event, data);
    return event->data_ver > 1 || event->correction_of || text_of(data, "due")
               ? NULL
               : g_strdup("the promise stands in no list: data.due, its day, is missing");
}
