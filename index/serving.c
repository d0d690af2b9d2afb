// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/serving.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/find/story.h"
#include "index/find/subject.h"
#include "index/listing.h"

#include <string.h>

static const char SQL_PLACES[] = "SELECT h.code, p.code, p.hall_id FROM place p JOIN hall h"
                                 " ON h.id = p.hall_id ORDER BY h.code, p.code";
/* The newest event that says that a ticket is at a place, or left it; the ticket it speaks of. */
static const char SQL_LATEST[] =
    "SELECT s.id FROM event e JOIN subject_event t ON t.event_id = e.id"
    " JOIN subject s ON s.id = t.subject_id AND s.kind = 'ticket'"
    " WHERE e.place = ?1 AND e.hall_id = ?2 AND e.time_us > ?3 AND e.time_us <= ?4"
    " AND e.superseded_by IS NULL AND e.cancelled = 0 AND e.type GLOB 'hall.ticket.*'"
    " AND e.type NOT IN ('hall.ticket.taken', 'hall.ticket.rated')"
    " ORDER BY e.time_us DESC, e.id DESC LIMIT 1";
static const char SQL_GENERATION[] = "SELECT coalesce(max(id), 0) FROM event";

#define AHEAD_US MJ_MINUTE_US // that the clock of a business system may be ahead

/* The visit at @place that goes on; NULL if there is none. */
static const IdxVisit *open_visit(const IdxStory *story, const char *place)
{
    for (guint i = 0; i < story->visits->len; i++) {
        const IdxVisit *visit = &g_array_index(story->visits, IdxVisit, i);
        if (visit->last_us == 0 && g_strcmp0(visit->place, place) == 0)
            return visit;
    }
    return NULL;
}

static json_t *ticket_json(IdxCatalogue *cat, const IdxSubject *subject, const IdxVisit *visit)
{
    g_autofree char *day = mj_day_format(subject->day);
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "day", day, "number", subject->key, "title",
                     mj_json_string(subject->title), "called",
                     idx_listing_time(cat, visit->called_us), "started",
                     idx_listing_time(cat, visit->started_us));
}

/* The ticket at @place, or null. NULL with @error. */
static json_t *ticket_at(IdxCatalogue *cat, const char *place, int64_t hall_id, int64_t now_us,
                         GError **error)
{
    int64_t subject_id = 0;
    g_autoptr(GError) none = NULL;
    if (!idx_db_get_int(cat, &subject_id, SQL_LATEST, &none, "tiii", place, hall_id,
                        now_us - IDX_SERVING_MAX_US, now_us + AHEAD_US)) {
        if (mj_error_is(none, MJ_ERROR_NOT_FOUND))
            return json_null();
        g_propagate_error(error, g_steal_pointer(&none));
        return NULL;
    }
    g_autoptr(IdxSubject) subject = idx_subject_get(cat, subject_id, error);
    g_autoptr(IdxStory) story =
        subject != NULL ? idx_story_load(cat, subject_id, false, error) : NULL;
    if (story == NULL)
        return NULL;
    const IdxVisit *visit = open_visit(story, place);
    return visit != NULL ? ticket_json(cat, subject, visit) : json_null();
}

typedef struct Place {
    char *hall, *code;
    int64_t hall_id;
} Place;

static void place_clear(void *data)
{
    Place *place = data;
    g_free(place->hall);
    g_free(place->code);
}

static GArray *read_places(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(Place));
    g_array_set_clear_func(places, place_clear);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLACES, error, "");
    int row;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        Place place = {g_strdup(idx_db_text(q, 0)), g_strdup(idx_db_text(q, 1)), idx_db_int(q, 2)};
        g_array_append_val(places, place);
    }
    return row == 0 ? g_steal_pointer(&places) : NULL;
}

json_t *idx_serving_list(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(GArray) places = read_places(cat, error);
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; places != NULL && i < places->len; i++) {
        const Place *place = &g_array_index(places, Place, i);
        json_t *ticket = ticket_at(cat, place->code, place->hall_id, now_us, error);
        if (ticket == NULL)
            return NULL;
        json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "hall", place->hall, "place",
                                              place->code, "ticket", ticket));
    }
    return places != NULL ? g_steal_pointer(&list) : NULL;
}

bool idx_serving_generation(IdxCatalogue *cat, int64_t *ret_generation, GError **error)
{
    return idx_db_get_int(cat, ret_generation, SQL_GENERATION, error, "");
}
