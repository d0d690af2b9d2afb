// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/event.h"

#include "index/base/error.h"
#include "index/db.h"
#include "index/event_rule.h"
#include "index/meet/follow.h"
#include "index/night.h"
#include "index/rated.h"
#include "index/subject.h"
#include "index/ticket.h"

#include <string.h>

#define COMPONENT_MAX 1000 // events that correct one another

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
/* The two halves of what belongs together by correction: see find_component(). */
static const char SQL_BY_ID[] = "SELECT id, data_ver, time_us, event_id, correction_of FROM event"
                                " WHERE source = ? AND event_id = ?";
static const char SQL_BY_CORRECTION[] =
    "SELECT id, data_ver, time_us, event_id, correction_of FROM event"
    " WHERE source = ? AND correction_of = ?";
static const char SQL_SUPERSEDE[] = "UPDATE event SET superseded_by = nullif(?2, ?1) WHERE id = ?1 "
                                    "AND superseded_by IS NOT nullif(?2, ?1)";

typedef struct Member { // of a set of events that correct one another
    int64_t id, data_ver, time_us;
    char *event_id, *correction_of;
} Member;

static void member_clear(gpointer member)
{
    g_free(((Member *)member)->event_id);
    g_free(((Member *)member)->correction_of);
}

static int compare_members(const Member *a, const Member *b)
{
    if (a->data_ver != b->data_ver)
        return a->data_ver < b->data_ver ? -1 : 1;
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    return strcmp(a->event_id, b->event_id);
}

static bool is_new(GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(names->pdata[i], name) == 0)
            return false;
    return true;
}

static void add_name(GPtrArray *names, const char *name)
{
    if (name && is_new(names, name))
        g_ptr_array_add(names, g_strdup(name));
}

static void add_member(GArray *members, IdxQuery *q)
{
    int64_t id = idx_db_int(q, 0);
    for (guint i = 0; i < members->len; i++)
        if (g_array_index(members, Member, i).id == id)
            return;
    Member member = {.id = id,
                     .data_ver = idx_db_int(q, 1),
                     .time_us = idx_db_int(q, 2),
                     .event_id = g_strdup(idx_db_text(q, 3)),
                     .correction_of = g_strdup(idx_db_text(q, 4))};
    g_array_append_val(members, member);
}

static bool collect(IdxCatalogue *cat, const char *sql, const char *source, const char *name,
                    GArray *members, GPtrArray *names, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, sql, error, "tt", source, name);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0 && members->len < COMPONENT_MAX) {
        add_member(members, q);
        add_name(names, idx_db_text(q, 3));
        add_name(names, idx_db_text(q, 4));
    }
    return row >= 0;
}

/* All events that correct one another, directly or in a chain, whichever came first. */
static GArray *find_component(IdxCatalogue *cat, const IdxEvent *event, GError **error)
{
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(Member));
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_array_set_clear_func(members, member_clear);
    add_name(names, event->event_id);
    for (guint i = 0; i < names->len; i++)
        if (!collect(cat, SQL_BY_ID, event->source, names->pdata[i], members, names, error) ||
            !collect(cat, SQL_BY_CORRECTION, event->source, names->pdata[i], members, names, error))
            return NULL;
    return g_steal_pointer(&members);
}

/* Whether another member, of no lower version, says that it replaces this one. */
static bool is_corrected(const GArray *members, const Member *member)
{
    for (guint i = 0; i < members->len; i++) {
        const Member *other = &g_array_index(members, Member, i);
        if (g_strcmp0(other->correction_of, member->event_id) == 0 &&
            other->data_ver >= member->data_ver)
            return true;
    }
    return false;
}

/* The highest version that nobody corrects; the highest of all if they correct one another. */
static const Member *find_winner(const GArray *members)
{
    const Member *winner = NULL;
    for (int pass = 0; pass < 2 && !winner; pass++) {
        for (guint i = 0; i < members->len; i++) {
            const Member *member = &g_array_index(members, Member, i);
            if ((pass == 1 || !is_corrected(members, member)) &&
                (!winner || compare_members(member, winner) > 0))
                winner = member;
        }
    }
    return winner;
}

/* One of a component holds; it supersedes the others. */
static bool supersede(IdxCatalogue *cat, const GArray *members, GError **error)
{
    const Member *winner = find_winner(members);
    for (guint i = 0; i < members->len; i++)
        if (!idx_db_run(cat, SQL_SUPERSEDE, error, "ii", g_array_index(members, Member, i).id,
                        winner->id))
            return false;
    return true;
}

/* Which day's, and which of its tickets'. */
static bool settle_tickets(IdxCatalogue *cat, const GArray *members, bool decides, GArray *subjects,
                           GError **error)
{
    for (guint i = 0; i < members->len; i++) {
        const Member *member = &g_array_index(members, Member, i);
        if (!idx_night_settle(cat, member->id, member->time_us, subjects, error) ||
            !idx_ticket_settle_event(cat, member->id, decides, subjects, error) ||
            !idx_rated_settle(cat, member->id, true, subjects, error))
            return false;
    }
    return true;
}

static bool note_subjects(IdxCatalogue *cat, const GArray *members, GArray *subjects,
                          GError **error)
{
    for (guint i = 0; i < members->len; i++)
        if (!idx_subject_of_event(cat, g_array_index(members, Member, i).id, subjects, error))
            return false;
    return true;
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

bool idx_event_settle(IdxCatalogue *cat, const IdxEvent *event, int64_t hall_id, int64_t event_id,
                      GArray *subjects, GError **error)
{
    IdxAttach attach = {
        .event = event, .hall_id = hall_id, .event_id = event_id, .subjects = subjects};
    bool foreign = is_foreign(cat, event, hall_id);
    if (!idx_db_run(cat, SQL_DERIVED, error, "itit", event_id, foreign ? NULL : event->place,
                    (int64_t)event->cancelled, foreign ? NULL : event->ticket_id) ||
        (!foreign && !idx_subject_attach(cat, &attach, error)))
        return false;
    g_autoptr(GArray) members = find_component(cat, event, error);
    bool decides =
        (members && members->len > 1) || idx_ticket_decides(event->type, event->ticket_id);
    return members && (members->len == 1 || supersede(cat, members, error)) &&
           settle_tickets(cat, members, decides, subjects, error) &&
           note_subjects(cat, members, subjects, error);
}

/* The same of one that is new and that no other concerns: by day, and if its number is one ticket's, there is nothing
 * to settle. An event that may part a number is looked at with the others of that number, unless it is the first. */
static bool settle_new(IdxCatalogue *cat, const IdxEvent *event, int64_t hall_id, int64_t event_id,
                       GArray *subjects, GError **error)
{
    IdxAttach attach = {event, hall_id, event_id, .fresh = true, .subjects = subjects};
    if (is_foreign(cat, event, hall_id))
        return true;
    if (!idx_subject_attach(cat, &attach, error))
        return false;
    bool decides = idx_ticket_decides(event->type, event->ticket_id);
    bool plain = !attach.parted && (attach.made || !decides);
    bool night = idx_night_is(cat, event->time_us);
    if (event->ticket_no && (!plain || night) &&
        (!idx_night_settle(cat, event_id, event->time_us, subjects, error) ||
         !idx_ticket_settle_event(cat, event_id, decides, subjects, error) ||
         !idx_subject_of_event(cat, event_id, subjects, error)))
        return false;
    return !event->ticket_no || (!night && !idx_rated_concerns(event->type)) ||
           idx_rated_settle(cat, event_id, night, subjects, error);
}

bool idx_event_look(IdxCatalogue *cat, const IdxEvent *event, IdxEventKnown *ret, GError **error)
{
    *ret = (IdxEventKnown){0};
    return find_hall(cat, event, &ret->hall_id, error) && find_same(cat, event, ret, error);
}

bool idx_event_put(IdxCatalogue *cat, const IdxEvent *event, const IdxEventKnown *known,
                   int64_t now_us, GArray *subjects, GError **error)
{
    if (known->duplicate)
        return true;
    if (!insert(cat, event, known->hall_id, now_us, error))
        return false;
    return (known->alone ? settle_new : idx_event_settle)(cat, event, known->hall_id,
                                                          idx_db_last_id(cat), subjects, error) &&
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
