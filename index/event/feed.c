// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/event/feed.h"

#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/db.h"
#include "index/event/source.h"
#include "index/find/subject_own.h"
#include "index/hall.h"
#include "index/listing.h"

#include <string.h>

#define SOME(order)                                                                                \
    "SELECT * FROM (SELECT type, hall_id FROM event WHERE source = ?1 ORDER BY event_id" order     \
    " LIMIT ?5)"
static const char SQL_TELLS[] = "SELECT EXISTS (SELECT 1 FROM (" SOME("") " UNION ALL " SOME(
    " DESC") ") WHERE (?2 = 0 OR hall_id = ?2) AND (type GLOB ?3 OR type GLOB ?4)"
             " AND type <> 'hall.ticket.rated')";
/* Also of what came late. */
static const char SQL_LAST[] =
    "SELECT coalesce(max(minute_us), 0) FROM source_arrival WHERE source = ?";
static const char SQL_TOLD[] =
    "SELECT count(*) FROM (SELECT 1 FROM subject s INDEXED BY subject_day WHERE s.day = ?1 AND"
    " s.kind = 'ticket' AND (?2 = 0 OR s.hall_id = ?2) AND EXISTS (SELECT 1 FROM subject_event x"
    " CROSS JOIN event e ON e.id = x.event_id WHERE x.subject_id = s.id AND e.superseded_by IS NULL"
    " AND NOT e.cancelled AND " IDX_SUBJECT_SPEAKS ") LIMIT ?3)";
#define UPLOADS(what)                                                                              \
    "SELECT * FROM (SELECT at_us, detail ->> '$.refused' AS refused FROM audit WHERE what = "      \
    "'" what "' AND at_us >= ?1 AND at_us < ?2 ORDER BY at_us DESC LIMIT ?3)"
static const char SQL_REFUSED[] =
    "SELECT coalesce(sum(refused), 0), coalesce(max(at_us), 0) FROM (" UPLOADS(
        "event.add") " UNION ALL " UPLOADS("event.import") ") WHERE refused > 0";

typedef struct Types { // of events that tell of a kind
    const char *kind, *one, *other;
} Types;
static const Types TYPES[] = {{"ticket", "hall.ticket.*", "hall.ticket.*"},
                              {"approval", "hall.approval.*", "hall.approval.*"},
                              {"session", "hall.session.*", "hall.trade.*"}};

static const Types *types_of(const char *kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(TYPES); i++)
        if (strcmp(TYPES[i].kind, kind) == 0)
            return &TYPES[i];
    return &TYPES[0];
}

/* New reference; NULL with @error. */
static json_t *source_json(IdxCatalogue *cat, const IdxSource *source, GError **error)
{
    int64_t last_us = 0;
    if (!idx_db_get_int(cat, &last_us, SQL_LAST, error, "t", source->name))
        return NULL;
    json_t *late = source->late_us ? json_real((double)source->late_us / 1e3) : json_null();
    return json_pack("{s:s, s:o, s:o}", "source", source->name, "last",
                     idx_listing_time(cat, last_us), "late_ms", late);
}

static json_t *sources_json(IdxCatalogue *cat, const Types *types, int64_t hall_id, int64_t now_us,
                            GError **error)
{
    g_autoptr(json_t) list = json_array();
    g_autoptr(GPtrArray) sources = idx_source_list(cat, now_us, error);
    for (guint i = 0; sources && i < sources->len; i++) {
        int64_t tells = 0;
        const IdxSource *source = sources->pdata[i];
        if (!idx_db_get_int(cat, &tells, SQL_TELLS, error, "titti", source->name, hall_id,
                            types->one, types->other, (int64_t)IDX_FEED_LOOKS))
            return NULL;
        json_t *one = tells ? source_json(cat, source, error) : NULL;
        if (tells && !one)
            return NULL;
        if (one)
            json_array_append_new(list, one);
    }
    return sources ? g_steal_pointer(&list) : NULL;
}

/* *ret_told: null, unless it is a ticket of a day, and everything is shown. New reference. */
static bool find_told(IdxCatalogue *cat, const IdxName *name, int64_t hall_id, json_t **ret_told,
                      GError **error)
{
    int64_t told = 0;
    bool asked = strcmp(name->kind, "ticket") == 0 && name->day && !idx_scope_is_limited(cat);
    if (asked && !idx_db_get_int(cat, &told, SQL_TOLD, error, "iii", (int64_t)name->day, hall_id,
                                 (int64_t)IDX_FEED_TOLD_MAX))
        return false;
    *ret_told = asked ? json_integer((json_int_t)told) : json_null();
    return true;
}

static bool find_refused(IdxCatalogue *cat, const IdxName *name, GTimeZone *zone, int64_t now_us,
                         int64_t *ret_refused, int64_t *ret_last_us, GError **error)
{
    int64_t from_us = now_us - MJ_DAY_US, to_us = now_us;
    if (name->day && !mj_day_range(name->day, zone, &from_us, &to_us, error))
        return false;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_REFUSED, error, "iii", from_us, to_us + MJ_DAY_US,
                                         (int64_t)IDX_FEED_UPLOADS);
    int row = idx_db_step(cat, q, error);
    if (row <= 0)
        return false;
    *ret_refused = idx_db_int(q, 0);
    *ret_last_us = idx_db_int(q, 1);
    return true;
}

json_t *idx_feed_json(IdxCatalogue *cat, const IdxName *name, int64_t now_us, GError **error)
{
    int64_t hall_id = 0, zone_hall_id = 0, refused = 0, last_us = 0;
    if (!idx_hall_find(cat, name->hall, &zone_hall_id, error))
        return NULL;
    hall_id = name->hall ? zone_hall_id : 0;
    GTimeZone *zone = idx_hall_zone(cat, zone_hall_id, error);
    g_autoptr(json_t) sources =
        zone ? sources_json(cat, types_of(name->kind), hall_id, now_us, error) : NULL;
    g_autoptr(json_t) told = NULL;
    if (!sources || !find_told(cat, name, hall_id, &told, error) ||
        !find_refused(cat, name, zone, now_us, &refused, &last_us, error))
        return NULL;
    g_autofree char *day = name->day ? mj_day_format(name->day) : NULL;
    return json_pack("{s:O, s:s?, s:O, s:I, s:o}", "sources", sources, "day", day, "told", told,
                     "refused", (json_int_t)refused, "refused_last",
                     idx_listing_time(cat, last_us));
}
