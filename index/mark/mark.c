// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/mark/mark_own.h"

#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/event/event.h"
#include "index/event/source.h"
#include "index/find/story.h"
#include "index/mark/kind.h"
#include "index/segment/seal.h"

#include <inttypes.h>
#include <openssl/sha.h>
#include <string.h>

#define SAME_US MJ_SECOND_US // a picture that is asked for again is the same

static const char SQL_ADD[] =
    "INSERT INTO mark (event_id, camera, at_us, kind, words, made_by, made_us, place, subject_id,"
    " still_sha256) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, 0), ?10)";
static const char SQL_STILL[] = "INSERT INTO mark_still (mark_id, jpeg) VALUES (?1, ?2)";
static const char SQL_AGAIN[] =
    "SELECT m.id, m.camera, m.at_us, m.kind, m.words, m.place FROM event e"
    " JOIN mark m ON m.event_id = e.id WHERE e.source = ?1 AND e.event_id = ?2";
static const char SQL_EVENT[] = "SELECT id FROM event WHERE source = ?1 AND event_id = ?2";

typedef struct Mark {
    const IdxMarkRequest *request;
    IdxMarkKind *kind;
    int64_t now_us;
    MarkSpot spot;
    char *source, *id; // of the event
    uint8_t sha256[32];
    char sha256_text[65];
} Mark;

static void mark_clear(Mark *mark)
{
    idx_mark_spot_clear(&mark->spot);
    g_free(mark->source);
    g_free(mark->id);
    idx_mark_kind_free(mark->kind);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mark, mark_clear)

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
    return idx_mark_spot_find(cat, r, &mark->spot, error);
}

bool idx_mark_check(IdxCatalogue *cat, const IdxMarkRequest *request, GError **error)
{
    g_auto(Mark) mark = {.request = request};
    return look_up(cat, &mark, error);
}

// ── the event ──

static bool check_key(const char *key, GError **error)
{
    size_t size = strlen(key);
    for (const char *p = key; size <= IDX_MARK_KEY_MAX && *p; p++)
        if (!g_ascii_isalnum(*p) && *p != '-' && *p != '_')
            size = SIZE_MAX;
    return (size > 0 && size <= IDX_MARK_KEY_MAX) ||
           mj_error_set(error, MJ_ERROR_INVALID, "key: 1 to %d letters, digits, '-' and '_'",
                        IDX_MARK_KEY_MAX);
}

/* By chance; with a key, the same for the same person and key. */
static bool fill_id(const IdxMarkRequest *r, uint8_t id[12], GError **error)
{
    if (!r->key)
        return idx_seal_random(id, 12, error);
    if (!check_key(r->key, error))
        return false;
    g_autofree char *whose = g_strdup_printf("%s\n%s", r->by, r->key);
    uint8_t digest[32];
    SHA256((const uint8_t *)whose, strlen(whose), digest);
    memcpy(id, digest, 12);
    return true;
}

static bool name_event(IdxCatalogue *cat, Mark *mark, GError **error)
{
    uint8_t bytes[12];
    if (!fill_id(mark->request, bytes, error))
        return false;
    g_autoptr(GString) id = g_string_new("mark-");
    for (size_t i = 0; i < sizeof bytes; i++)
        g_string_append_printf(id, "%02x", bytes[i]);
    mark->id = g_string_free(g_steal_pointer(&id), FALSE);
    mark->source = g_strdup_printf(IDX_SOURCE_OURS "%s/marks", idx_catalogue_hall_code(cat));
    return true;
}

static bool hash_still(Mark *mark, GError **error)
{
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

// ── once ──

static bool is_same(const IdxMarkRequest *r, IdxQuery *q)
{
    int64_t at_us = idx_db_int(q, 2);
    return strcmp(r->camera, idx_db_text(q, 1)) == 0 && ABS(at_us - r->at_us) <= SAME_US &&
           strcmp(r->kind, idx_db_text(q, 3)) == 0 && g_strcmp0(r->words, idx_db_text(q, 4)) == 0 &&
           (!r->place || g_strcmp0(r->place, idx_db_text(q, 5)) == 0);
}

/* *ret_id 0: it was not made yet. */
static bool find_again(IdxCatalogue *cat, const Mark *mark, int64_t *ret_id, GError **error)
{
    *ret_id = 0;
    if (!mark->request->key)
        return true;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_AGAIN, error, "tt", mark->source, mark->id);
    int row = idx_db_step(cat, q, error);
    if (row <= 0)
        return row == 0;
    if (!is_same(mark->request, q))
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "key %s is that of mark %" PRId64 ", which is another one",
                            mark->request->key, idx_db_int(q, 0));
    *ret_id = idx_db_int(q, 0);
    return true;
}

bool idx_mark_again(IdxCatalogue *cat, const IdxMarkRequest *request, int64_t *ret_id,
                    GError **error)
{
    g_auto(Mark) mark = {.request = request};
    return name_event(cat, &mark, error) && find_again(cat, &mark, ret_id, error);
}

// ── what it says ──

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
    if (mark->spot.place) {
        json_object_set_new(data, "object_type", json_string("window"));
        json_object_set_new(data, "window_no", json_string(mark->spot.place));
    }
    if (mark->spot.hall)
        json_object_set_new(data, "hall_code", json_string(mark->spot.hall));
    if (mark->spot.subject)
        add_subject(data, mark->spot.subject);
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
                  mark->spot.place, "still_sha256", mark->sha256_text);
    const IdxSubject *subject = mark->spot.subject;
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

static bool write_rows(IdxCatalogue *cat, Mark *mark, int64_t *ret_id, GError **error)
{
    const IdxMarkRequest *r = mark->request;
    int64_t event_id = 0;
    gsize size = 0;
    const void *jpeg = g_bytes_get_data(r->jpeg, &size);
    if (!look_up(cat, mark, error) || !hash_still(mark, error) ||
        !store_event(cat, mark, &event_id, error) ||
        !idx_db_run(cat, SQL_ADD, error, "ititttitib", event_id, r->camera, r->at_us, r->kind,
                    r->words, r->by, mark->now_us, mark->spot.place,
                    mark->spot.subject ? mark->spot.subject->id : INT64_C(0), mark->sha256,
                    sizeof mark->sha256))
        return false;
    *ret_id = idx_db_last_id(cat);
    return idx_db_run(cat, SQL_STILL, error, "ib", *ret_id, jpeg, size) &&
           audit(cat, mark, *ret_id, error);
}

static bool write_mark(IdxCatalogue *cat, Mark *mark, int64_t *ret_id, GError **error)
{
    return name_event(cat, mark, error) && find_again(cat, mark, ret_id, error) &&
           (*ret_id != 0 || write_rows(cat, mark, ret_id, error));
}

bool idx_mark_add(IdxCatalogue *cat, const IdxMarkRequest *request, int64_t now_us, int64_t *ret_id,
                  GError **error)
{
    g_auto(Mark) mark = {.request = request, .now_us = now_us};
    return idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, write_mark(cat, &mark, ret_id, error), error);
}
