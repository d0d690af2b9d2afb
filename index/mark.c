// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/mark.h"

#include "index/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/event.h"
#include "index/mark_kind.h"
#include "index/place.h"
#include "index/scope.h"
#include "index/seal.h"
#include "index/source.h"
#include "index/story.h"
#include "index/subject.h"

#include <inttypes.h>
#include <openssl/sha.h>
#include <string.h>

#define SLACK_US MJ_SECOND_US // about to be called is called

static const char SQL_NEAR[] = // whose footage of the place and camera has the moment
    "SELECT DISTINCT s.subject_id FROM span s JOIN place p ON p.id = s.place_id"
    " WHERE s.camera_id = ?1 AND p.hall_id = ?4 AND p.code = ?2 AND s.superseded_us IS NULL"
    " AND s.from_us <= ?3"
    " AND s.from_us > ?3 - 86400000000 AND (s.to_us IS NULL OR s.to_us > ?3)"
    " ORDER BY s.subject_id LIMIT 64";
static const char SQL_ADD[] =
    "INSERT INTO mark (event_id, camera, at_us, kind, words, made_by, made_us, place, subject_id,"
    " still_sha256) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, 0), ?10)";
static const char SQL_STILL[] = "INSERT INTO mark_still (mark_id, jpeg) VALUES (?1, ?2)";
static const char SQL_EVENT[] = "SELECT id FROM event WHERE source = ?1 AND event_id = ?2";

typedef struct Mark {
    const IdxMarkRequest *request;
    IdxMarkKind *kind;
    int64_t now_us;
    int64_t hall_id;     // of the place
    char *hall;          // of all that the camera sees; NULL = they are of several
    char *place;         // NULL = not known
    IdxSubject *subject; // NULL = nobody's
    char *source, *id;   // of the event
    uint8_t sha256[32];
    char sha256_text[65];
} Mark;

static void mark_clear(Mark *mark)
{
    g_free(mark->hall);
    g_free(mark->place);
    g_free(mark->source);
    g_free(mark->id);
    idx_subject_free(mark->subject);
    idx_mark_kind_free(mark->kind);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mark, mark_clear)

// ── where and whose ──

static void stand_at(Mark *mark, const IdxPlaceSeen *place)
{
    g_free(mark->hall);
    mark->hall_id = place->hall_id;
    mark->hall = g_strdup(place->hall);
    mark->place = g_strdup(place->code);
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

/* Of what whoever marks may see. */
static bool find_place(IdxCatalogue *cat, Mark *mark, int64_t camera_id, GError **error)
{
    const IdxMarkRequest *r = mark->request;
    g_autoptr(GPtrArray) places = idx_coverage_places_of(cat, camera_id, r->at_us, error);
    if (!places)
        return false;
    mark->hall = hall_of(places);
    for (guint i = 0; i < places->len; i++) {
        const IdxPlaceSeen *seen = places->pdata[i];
        bool meant = r->place ? strcmp(seen->code, r->place) == 0 : places->len == 1;
        if (!meant || !idx_scope_place(cat, seen->hall_id, seen->code))
            continue;
        stand_at(mark, seen);
        return true;
    }
    return !r->place ||
           mj_error_set(error, MJ_ERROR_INVALID, "camera %s does not see place %.64s then",
                        r->camera, r->place);
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

static GArray *find_near(IdxCatalogue *cat, const Mark *mark, int64_t camera_id, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NEAR, error, "itii", camera_id, mark->place,
                                         mark->request->at_us, mark->hall_id);
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

static bool choose(IdxCatalogue *cat, Mark *mark, const GArray *near, int64_t slack_us,
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
        if (!is_there(story, rules, mark->place, mark->request->at_us, slack_us) ||
            !better(mark->subject, subject))
            continue;
        idx_subject_free(mark->subject);
        mark->subject = g_steal_pointer(&subject);
    }
    return true;
}

static bool find_subject(IdxCatalogue *cat, Mark *mark, int64_t camera_id, GError **error)
{
    g_autoptr(GArray) near = find_near(cat, mark, camera_id, error);
    return near && choose(cat, mark, near, 0, error) &&
           (mark->subject || choose(cat, mark, near, SLACK_US, error));
}

static bool check_words(const char *words, GError **error)
{
    bool ok = !words || (strlen(words) <= IDX_MARK_WORDS_MAX && g_utf8_validate(words, -1, NULL));
    for (const char *p = words; ok && p && *p; p = g_utf8_next_char(p))
        ok = !g_unichar_iscntrl(g_utf8_get_char(p));
    return ok ||
           mj_error_set(error, MJ_ERROR_INVALID, "words: up to %d bytes without control characters",
                        IDX_MARK_WORDS_MAX);
}

static bool look_up(IdxCatalogue *cat, Mark *mark, GError **error)
{
    const IdxMarkRequest *r = mark->request;
    mark->kind = idx_mark_kind_offered(cat, r->kind, error);
    if (!mark->kind || !check_words(r->words, error))
        return false;
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, r->camera, error);
    return camera && find_place(cat, mark, camera->id, error) &&
           (!mark->place || find_subject(cat, mark, camera->id, error));
}

bool idx_mark_check(IdxCatalogue *cat, const IdxMarkRequest *request, GError **error)
{
    g_auto(Mark) mark = {.request = request};
    return look_up(cat, &mark, error);
}

// ── the event ──

static bool name_event(IdxCatalogue *cat, Mark *mark, GError **error)
{
    uint8_t random[12];
    if (!idx_seal_random(random, sizeof random, error))
        return false;
    g_autoptr(GString) id = g_string_new("mark-");
    for (size_t i = 0; i < sizeof random; i++)
        g_string_append_printf(id, "%02x", random[i]);
    mark->id = g_string_free(g_steal_pointer(&id), FALSE);
    mark->source = g_strdup_printf(IDX_SOURCE_OURS "%s/marks", idx_catalogue_hall_code(cat));
    gsize size = 0;
    const void *jpeg = g_bytes_get_data(mark->request->jpeg, &size);
    if (size == 0 || size > IDX_MARK_STILL_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "a still has up to %d bytes",
                            IDX_MARK_STILL_MAX);
    SHA256(jpeg, size, mark->sha256);
    for (size_t i = 0; i < sizeof mark->sha256; i++)
        g_snprintf(mark->sha256_text + 2 * i, 3, "%02x", mark->sha256[i]);
    return true;
}

static void add_subject(json_t *data, const IdxSubject *subject)
{
    g_autofree char *day = subject->day ? mj_day_format(subject->day) : NULL;
    const char *name = strcmp(subject->kind, "ticket") == 0     ? "ticket_no"
                       : strcmp(subject->kind, "approval") == 0 ? "approval_id"
                                                                : "session_id";
    json_object_set_new(data, name, json_string(subject->key));
    json_object_set_new(data, "hall_code", json_string(subject->hall));
    if (day)
        json_object_set_new(data, "ticket_day", json_string(day));
}

static json_t *event_json(IdxCatalogue *cat, const Mark *mark)
{
    const IdxMarkRequest *r = mark->request;
    GTimeZone *zone = idx_catalogue_timezone(cat);
    json_t *evidence = json_pack("{s:s, s:o, s:s}", "camera", r->camera, "time",
                                 mj_json_time(r->at_us, zone), "still_sha256", mark->sha256_text);
    json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "alert_id", mark->id,
                             "level", mark->kind->level, "rule_code", mark->kind->code,
                             "monitor_point", mark->kind->zh, "monitor_point_en", mark->kind->en,
                             "raised_by", "manual", "marked_by", r->by, "evidence_ref", evidence);
    if (r->words)
        json_object_set_new(data, "reason", json_string(r->words));
    if (mark->place) {
        json_object_set_new(data, "object_type", json_string("window"));
        json_object_set_new(data, "window_no", json_string(mark->place));
    }
    if (mark->hall)
        json_object_set_new(data, "hall_code", json_string(mark->hall));
    if (mark->subject)
        add_subject(data, mark->subject);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "specversion", "1.0", "id", mark->id,
                     "source", mark->source, "type", "hall.alert.raised", "time",
                     mj_json_time(r->at_us, zone), "data", data);
}

static bool store_event(IdxCatalogue *cat, const Mark *mark, int64_t *ret_id, GError **error)
{
    g_autoptr(json_t) json = event_json(cat, mark);
    g_autoptr(IdxEvent) event = idx_event_parse(json, error);
    g_autoptr(GArray) subjects = g_array_new(FALSE, FALSE, sizeof(int64_t));
    bool duplicate = false;
    return event && idx_event_store(cat, event, mark->now_us, subjects, &duplicate, error) &&
           idx_story_relink_all(cat, subjects, mark->now_us, error) &&
           idx_db_get_int(cat, ret_id, SQL_EVENT, error, "tt", mark->source, mark->id);
}

static bool audit(IdxCatalogue *cat, const Mark *mark, int64_t id, GError **error)
{
    const IdxMarkRequest *r = mark->request;
    g_autofree char *name = g_strdup_printf("%" PRId64, id);
    g_autoptr(json_t) detail =
        json_pack("{s:I, s:s, s:s?, s:s}", "mark", (json_int_t)id, "kind", r->kind, "place",
                  mark->place, "still_sha256", mark->sha256_text);
    const IdxSubject *subject = mark->subject;
    return idx_audit(cat,
                     &(IdxAudit){.what = "mark.add",
                                 .object_kind = subject ? subject->kind : "mark",
                                 .object = subject ? subject->key : name,
                                 .day = subject ? subject->day : 0,
                                 .camera = r->camera,
                                 .from_us = r->at_us,
                                 .to_us = r->at_us,
                                 .detail = detail},
                     error);
}

static bool write_mark(IdxCatalogue *cat, Mark *mark, int64_t *ret_id, GError **error)
{
    const IdxMarkRequest *r = mark->request;
    int64_t event_id = 0;
    gsize size = 0;
    const void *jpeg = g_bytes_get_data(r->jpeg, &size);
    if (!look_up(cat, mark, error) || !name_event(cat, mark, error) ||
        !store_event(cat, mark, &event_id, error) ||
        !idx_db_run(cat, SQL_ADD, error, "ititttitib", event_id, r->camera, r->at_us, r->kind,
                    r->words, r->by, mark->now_us, mark->place,
                    mark->subject ? mark->subject->id : INT64_C(0), mark->sha256,
                    sizeof mark->sha256))
        return false;
    *ret_id = idx_db_last_id(cat);
    return idx_db_run(cat, SQL_STILL, error, "ib", *ret_id, jpeg, size) &&
           audit(cat, mark, *ret_id, error);
}

bool idx_mark_add(IdxCatalogue *cat, const IdxMarkRequest *request, int64_t now_us, int64_t *ret_id,
                  GError **error)
{
    g_auto(Mark) mark = {.request = request, .now_us = now_us};
    return idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, write_mark(cat, &mark, ret_id, error), error);
}
