// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/find/story.h"
#include "index/mark/mark_own.h"

#include <string.h>

#define SLACK_US MJ_SECOND_US // about to be called is called

static const char SQL_NEAR[] = // whose footage of the place and camera has the moment
    "SELECT DISTINCT s.subject_id FROM span s JOIN place p ON p.id = s.place_id"
    " WHERE s.camera_id = ?1 AND p.hall_id = ?4 AND p.code = ?2 AND s.superseded_us IS NULL"
    " AND s.from_us <= ?3"
    " AND s.from_us > ?3 - 86400000000 AND (s.to_us IS NULL OR s.to_us > ?3)"
    " ORDER BY s.subject_id LIMIT 64";

void idx_mark_spot_clear(MarkSpot *spot)
{
    g_free(spot->hall);
    g_free(spot->place);
    idx_subject_free(spot->subject);
}

static void stand_at(MarkSpot *spot, const IdxPlaceSeen *place)
{
    g_free(spot->hall);
    spot->hall_id = place->hall_id;
    spot->hall = g_strdup(place->hall);
    spot->place = g_strdup(place->code);
}

/* The hall, where all places are of one. */
static char *hall_of(const GPtrArray *places)
{
    const IdxPlaceSeen *first = places->len > 0 ? places->pdata[0] : NULL;
    for (guint i = 1; i < places->len; i++)
        if (((const IdxPlaceSeen *)places->pdata[i])->hall_id != first->hall_id)
            return NULL;
    return first ? g_strdup(first->hall) : NULL;
}

static bool is_meant(const IdxMarkRequest *r, const IdxPlaceSeen *seen, guint places)
{
    if (r->hall && strcmp(r->hall, seen->hall) != 0)
        return false;
    return r->place ? strcmp(r->place, seen->code) == 0 : places == 1;
}

/* Of what whoever marks may see. */
static bool find_place(IdxCatalogue *cat, const IdxMarkRequest *r, MarkSpot *spot, GError **error)
{
    g_autoptr(GPtrArray) places = idx_coverage_places_of(cat, spot->camera_id, r->at_us, error);
    if (!places)
        return false;
    spot->hall = hall_of(places);
    for (guint i = 0; i < places->len; i++) {
        const IdxPlaceSeen *seen = places->pdata[i];
        if (!is_meant(r, seen, places->len) || !idx_scope_place(cat, seen->hall_id, seen->code))
            continue;
        stand_at(spot, seen);
        return true;
    }
    return !r->place ||
           mj_error_set(error, MJ_ERROR_INVALID, "camera %s does not see place %.64s%s%.64s then",
                        r->camera, r->hall ? r->hall : "", r->hall ? "/" : "", r->place);
}

/* Whether a visit goes on at @at_us; one that never ends, as long as it is shown. The picture that is seen at
 * the call was taken a moment before it. */
static bool goes_on(const IdxVisit *v, const IdxLinkRule *rules, int64_t at_us, int64_t slack_us)
{
    int64_t end_us = v->last_us ? v->last_us : v->first_us + rules[v->method].max_us;
    return v->first_us - slack_us <= at_us && at_us < end_us;
}

static bool is_there(const IdxStory *story, const IdxLinkRule *rules, const char *place,
                     int64_t at_us, int64_t slack_us)
{
    for (guint i = 0; i < story->visits->len; i++) {
        const IdxVisit *v = &g_array_index(story->visits, IdxVisit, i);
        if (g_strcmp0(v->place, place) == 0 && v->method != IDX_METHOD_STEP &&
            goes_on(v, rules, at_us, slack_us))
            return true;
    }
    return false;
}

static GArray *find_near(IdxCatalogue *cat, const MarkSpot *spot, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NEAR, error, "itii", spot->camera_id, spot->place,
                                         spot->at_us, spot->hall_id);
    return idx_db_append_ints(cat, q, ids, error) ? g_steal_pointer(&ids) : NULL;
}

/* A ticket or session before an approval that has it; of several visits that never ended, the last one. */
static bool better(const IdxSubject *than, const IdxSubject *it)
{
    bool approval = strcmp(it->kind, "approval") == 0;
    if (!than || approval != (strcmp(than->kind, "approval") == 0))
        return !than || !approval;
    return it->first_us >= than->first_us;
}

static bool choose(IdxCatalogue *cat, MarkSpot *spot, const GArray *near, int64_t slack_us,
                   GError **error)
{
    IdxLinkRule rules[IDX_METHODS];
    if (!idx_story_rules(cat, rules, error))
        return false;
    for (guint i = 0; i < near->len; i++) {
        int64_t id = g_array_index(near, int64_t, i);
        g_autoptr(IdxStory) story = idx_story_load(cat, id, false, error);
        g_autoptr(IdxSubject) subject = story ? idx_subject_get(cat, id, error) : NULL;
        if (!subject)
            return false;
        if (!is_there(story, rules, spot->place, spot->at_us, slack_us) ||
            !better(spot->subject, subject))
            continue;
        idx_subject_free(spot->subject);
        spot->subject = g_steal_pointer(&subject);
    }
    return true;
}

static bool find_subject(IdxCatalogue *cat, MarkSpot *spot, GError **error)
{
    g_autoptr(GArray) near = find_near(cat, spot, error);
    return near && choose(cat, spot, near, 0, error) &&
           (spot->subject || choose(cat, spot, near, SLACK_US, error));
}

bool idx_mark_spot_find(IdxCatalogue *cat, const IdxMarkRequest *request, MarkSpot *spot,
                        GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, request->camera, error);
    if (!camera)
        return false;
    spot->camera_id = camera->id;
    spot->at_us = request->at_us;
    return find_place(cat, request, spot, error) &&
           (!spot->place || find_subject(cat, spot, error));
}

static json_t *spot_json(IdxCatalogue *cat, const IdxPlaceSeen *seen, const MarkSpot *spot,
                         GError **error)
{
    bool sees = false;
    const IdxSubject *s = spot->subject;
    if (s && !idx_scope_subject(cat, s->id, &sees, error))
        return NULL;
    g_autofree char *day = s && s->day ? mj_day_format(s->day) : NULL;
    json_t *subject = sees ? json_pack("{s:s, s:s, s:s, s:s?}", "kind", s->kind, "hall", s->hall,
                                       "key", s->key, "day", day)
                           : json_null();
    return json_pack("{s:s, s:s, s:s, s:o}", "hall", seen->hall, "code", seen->code, "name",
                     seen->name, "subject", subject);
}

json_t *idx_mark_places_json(IdxCatalogue *cat, const char *camera, int64_t at_us, GError **error)
{
    g_autoptr(json_t) list = json_array();
    g_autoptr(IdxCamera) known = idx_camera_get(cat, camera, error);
    g_autoptr(GPtrArray) places =
        known ? idx_coverage_places_of(cat, known->id, at_us, error) : NULL;
    for (guint i = 0; places && i < places->len; i++) {
        const IdxPlaceSeen *seen = places->pdata[i];
        g_auto(MarkSpot) spot = {.camera_id = known->id, .at_us = at_us};
        if (!idx_scope_place(cat, seen->hall_id, seen->code))
            continue;
        stand_at(&spot, seen);
        json_t *one = find_subject(cat, &spot, error) ? spot_json(cat, seen, &spot, error) : NULL;
        if (json_array_append_new(list, one) != 0)
            return NULL;
    }
    return places ? json_pack("{s:O}", "places", list) : NULL;
}
