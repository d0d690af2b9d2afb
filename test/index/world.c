// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/world.h"

#include "index/base/home.h"
#include "index/camera.h"
#include "index/hold.h"
#include "index/place.h"
#include "index/retention.h"
#include "index/segment.h"

#include <inttypes.h>
#include <string.h>

const char *const WORLD_KINDS[CAMERAS] = {"window", "room", "session"};

uint32_t world_below(World *w, uint32_t limit)
{
    return (uint32_t)g_rand_int_range(w->rand, 0, (gint32)limit);
}

const char *world_camera(int stream)
{
    static const char *const CODES[CAMERAS] = {"C0", "C1", "C2"};
    return CODES[stream / 2];
}

void world_sql(World *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *sql = g_strdup_vprintf(format, args);
    va_end(args);
    g_free(fixture_dump(w->f->cat, sql));
}

/* --- the hall --------------------------------------------------------------------------------- */

static void add_rule(World *w, const char *kind, const char *purpose, int min_days, int max_days)
{
    g_autoptr(GError) error = NULL;
    idx_rule_set(w->f->cat, kind, purpose, min_days, max_days, &error);
    g_assert_no_error(error);
    for (int i = 0; i < w->n_rules; i++) {
        if (strcmp(w->rules[i].kind, kind) == 0 && strcmp(w->rules[i].purpose, purpose) == 0) {
            w->rules[i].min_days = min_days;
            w->rules[i].max_days = max_days;
            return;
        }
    }
    g_assert_cmpint(w->n_rules, <, RULES);
    w->rules[w->n_rules++] = (Rule){kind, purpose, min_days, max_days};
}

void world_change_rule(World *w)
{
    static const struct {
        const char *kind, *purpose;
    } SOME[] = {{"any", "footage"},    {"window", "footage"}, {"room", "footage"},
                {"any", "ticket"},     {"any", "approval"},   {"window", "ticket"},
                {"session", "footage"}};
    uint32_t which = world_below(w, G_N_ELEMENTS(SOME));
    int min_days = 1 + (int)world_below(w, 20);
    int max_days = world_below(w, 4) == 0 ? 0 : min_days + (int)world_below(w, 20);
    add_rule(w, SOME[which].kind, SOME[which].purpose, min_days, max_days);
}

static void seg_clear(void *data)
{
    g_free(((Seg *)data)->rule);
}

/* One process, no power cut. */
void world_hasten(World *w)
{
    world_sql(w, "PRAGMA locking_mode = EXCLUSIVE");
    world_sql(w, "PRAGMA journal_mode = MEMORY");
    world_sql(w, "PRAGMA synchronous = OFF");
}

static void found_hall(World *w)
{
    g_autoptr(GError) error = NULL;
    world_sql(w, "DELETE FROM retention_rule");
    add_rule(w, "any", "footage", 3, 12);
    add_rule(w, "any", "ticket", 8, 20);
    for (int i = 0; i < CAMERAS; i++) {
        idx_camera_add(w->f->cat, world_camera(2 * i), "rtsp://192.0.2.1/a", "rtsp://192.0.2.1/b",
                       NULL, WORLD_KINDS[i], NULL, T0 - MJ_DAY_US, &error);
        g_assert_no_error(error);
        g_autoptr(IdxCamera) camera = idx_camera_get(w->f->cat, world_camera(2 * i), &error);
        for (int j = 0; j < 2; j++)
            w->streams[2 * i + j] = ((IdxStream *)camera->streams->pdata[j])->id;
    }
    fixture_place(w->f, "P0", "C0,C1");
    fixture_place(w->f, "P1", "C1");
}

static void copy_file(const char *from, const char *to, const char *name)
{
    g_autofree char *a = g_build_filename(from, name, NULL), *bytes = NULL;
    g_autofree char *b = g_build_filename(to, name, NULL);
    gsize size = 0;
    if (g_file_get_contents(a, &bytes, &size, NULL))
        g_assert_true(g_file_set_contents(b, bytes, (gssize)size, NULL));
}

/* See world_first. */
static Fixture *copy_hall(const char *home)
{
    g_autoptr(GError) error = NULL;
    Fixture *f = g_new0(Fixture, 1);
    f->home = fixture_temp_dir();
    mj_home_create(f->home, &error);
    g_assert_no_error(error);
    copy_file(home, f->home, "catalogue.db");
    copy_file(home, f->home, "keys/camera.key");
    f->cat = idx_catalogue_open(f->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    return f;
}

World *world_first;

World *world_new(uint32_t seed)
{
    World *w = g_new0(World, 1);
    if (world_first)
        memcpy(w, world_first, sizeof *w);
    w->f = world_first ? copy_hall(world_first->f->home) : fixture_new();
    w->rand = g_rand_new_with_seed(seed);
    w->now_us = T0;
    w->segs = g_array_new(FALSE, TRUE, sizeof(Seg));
    g_array_set_clear_func(w->segs, seg_clear);
    w->kept = g_array_new(FALSE, TRUE, sizeof(Kept));
    w->holds = g_array_new(FALSE, TRUE, sizeof(Held));
    w->live = g_array_new(FALSE, TRUE, sizeof(int64_t));
    for (int i = 0; i < CAMERAS * 2; i++)
        w->recorded_us[i] = T0;
    if (world_first)
        world_hasten(w);
    else
        found_hall(w);
    return w;
}

void world_free(World *w)
{
    fixture_free(w->f);
    g_rand_free(w->rand);
    g_array_unref(w->segs);
    g_array_unref(w->kept);
    g_array_unref(w->holds);
    g_array_unref(w->live);
    g_free(w);
}

static void record_one(World *w, int stream, int64_t start_us, int64_t end_us, bool open)
{
    static int64_t counter;
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) fragments = g_byte_array_new();
    g_autofree char *path =
        g_strdup_printf("%s/x/20261122/%" PRId64 ".mp4", world_camera(stream), ++counter);
    IdxSegment s = {.stream_id = w->streams[stream],
                    .start_us = start_us,
                    .end_us = start_us,
                    .path = path,
                    .bytes = 100,
                    .init_bytes = 100,
                    .clock = (char *)"arrival",
                    .state = (char *)"closed"};
    idx_segment_open(w->f->cat, &s, &error);
    g_assert_no_error(error);
    IdxFragment one = {
        .length = 100 + world_below(w, 900), .duration_us = end_us - start_us, .key = true};
    idx_fragment_append(fragments, &one);
    s.bytes += one.length;
    s.end_us = end_us;
    if (open)
        idx_segment_progress(w->f->cat, &s, fragments, &error);
    else
        idx_segment_close(w->f->cat, &s, fragments, &error);
    g_assert_no_error(error);
    Seg seg = {s.id, start_us, end_us, s.bytes, stream, open, false, NULL};
    g_array_append_val(w->segs, seg);
}

/* Time goes on and is recorded, with holes. */
void world_record(World *w)
{
    g_autoptr(GError) error = NULL;
    int64_t until_us = w->now_us + (1 + world_below(w, 6 * 24)) * MJ_HOUR_US;
    idx_begin(w->f->cat, &error);
    for (int stream = 0; stream < CAMERAS * 2; stream++) {
        int64_t at_us = w->recorded_us[stream];
        for (int n = 0; n < 4 && at_us < until_us - MJ_HOUR_US; n++) {
            at_us += world_below(w, 3) == 0 ? world_below(w, 40) * MJ_HOUR_US / 2 : 0;
            int64_t end_us = MIN(at_us + (1 + world_below(w, 23 * 60)) * MJ_MINUTE_US, until_us);
            if (at_us >= end_us)
                break;
            record_one(w, stream, at_us, end_us, world_below(w, 25) == 0);
            at_us = end_us;
        }
        w->recorded_us[stream] = at_us;
    }
    idx_commit(w->f->cat, &error);
    g_assert_no_error(error);
    w->now_us = until_us;
}

/* --- holds ------------------------------------------------------------------------------------ */

static void keep(World *w, int64_t hold_id, const char *camera, int64_t from_us, int64_t to_us)
{
    Kept one = {.hold_id = hold_id, .from_us = from_us, .to_us = to_us, .live = true};
    g_strlcpy(one.camera, camera, sizeof one.camera);
    g_array_append_val(w->kept, one);
}

/* Whatever spans the subjects of holds have now are kept from now on. */
static void follow(World *w)
{
    for (guint i = 0; i < w->holds->len; i++) {
        const Held *h = &g_array_index(w->holds, Held, i);
        g_autofree char *sql = g_strdup_printf(
            "SELECT c.code, v.from_us, coalesce(v.to_us, v.from_us + r.before_us + r.max_us"
            " + r.after_us) FROM span v JOIN camera c ON c.id = v.camera_id JOIN link_rule r ON"
            " r.method = v.method WHERE v.superseded_us IS NULL AND v.subject_id IN (SELECT id FROM"
            " subject WHERE kind = '%s' AND key = '%s' UNION SELECT o.subject_id FROM subject s "
            "JOIN"
            " subject_event m ON m.subject_id = s.id JOIN subject_event o ON o.event_id = "
            "m.event_id"
            " JOIN event e ON e.id = o.event_id JOIN subject t ON t.id = o.subject_id WHERE s.kind "
            "="
            " '%s' AND s.kind = 'approval' AND s.key = '%s' AND t.kind <> 'approval' AND"
            " e.superseded_by IS NULL AND NOT e.cancelled)",
            h->kind, h->key, h->kind, h->key);
        g_autofree char *rows = fixture_dump(w->f->cat, sql);
        g_auto(GStrv) lines = g_strsplit(rows, "\n", -1);
        for (size_t j = 0; lines[j] && lines[j][0]; j++) {
            g_auto(GStrv) parts = g_strsplit(lines[j], "|", -1);
            keep(w, h->id, parts[0], g_ascii_strtoll(parts[1], NULL, 10),
                 (int64_t)g_ascii_strtod(parts[2], NULL));
        }
    }
}

static int64_t gone_touching(const World *w, const IdxHold *hold)
{
    int64_t n = 0;
    for (guint i = 0; i < hold->spans->len; i++) {
        const IdxHoldSpan *span = hold->spans->pdata[i];
        for (guint j = 0; j < w->segs->len; j++) {
            const Seg *s = &g_array_index(w->segs, Seg, j);
            n += s->gone && strcmp(world_camera(s->stream), span->camera) == 0 &&
                 s->start_us < span->to_us && s->end_us > span->from_us;
        }
    }
    return n;
}

static void add_hold(World *w, const IdxHoldRequest *request)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    if (!idx_hold_add(w->f->cat, request, w->now_us, &answer, &error)) {
        g_assert_true(mj_error_is(error, MJ_ERROR_NOT_FOUND) || // nobody drew that number yet
                      mj_error_is(error, MJ_ERROR_AMBIGUOUS));  // or it is two tickets' by now
        return;
    }
    int64_t told = 0;
    for (guint i = 0; i < answer.gone->len; i++)
        told += ((IdxGone *)answer.gone->pdata[i])->segments;
    g_assert_cmpint(told, ==, gone_touching(w, answer.hold));
    g_array_append_val(w->live, answer.hold->id);
    if (request->kind) {
        Held held = {.id = answer.hold->id, .kind = request->kind};
        g_strlcpy(held.key, request->key, sizeof held.key);
        g_array_append_val(w->holds, held);
        follow(w);
    }
    for (size_t i = 0; !request->kind && request->cameras[i]; i++)
        keep(w, answer.hold->id, request->cameras[i], request->from_us, request->to_us);
}

void world_hold(World *w)
{
    const char *cameras[3] = {world_camera(2 * (int)world_below(w, CAMERAS)), NULL, NULL};
    if (world_below(w, 2))
        cameras[1] = world_camera(2 * (int)world_below(w, CAMERAS));
    g_autofree char *key = NULL;
    int64_t from_us = T0 + world_below(w, 60 * 24) * MJ_HOUR_US; // the future too
    IdxHoldRequest request = {.owner = "1023", .reason = "complaint", .case_no = "7", .by = "1023"};
    uint32_t what = world_below(w, 3);
    if (what == 0) {
        request.cameras = cameras;
        request.from_us = from_us;
        request.to_us = from_us + (1 + world_below(w, 48 * 60)) * MJ_MINUTE_US;
    } else {
        request.kind = what == 1 ? "ticket" : "approval";
        key = g_strdup_printf("%s%u", what == 1 ? "A" : "SP",
                              world_below(w, what == 1 ? NUMBERS : 2));
        request.key = key;
    }
    add_hold(w, &request);
}

void world_release(World *w)
{
    g_autoptr(GError) error = NULL;
    if (w->live->len == 0)
        return;
    guint which = world_below(w, w->live->len);
    int64_t id = g_array_index(w->live, int64_t, which);
    idx_hold_release(w->f->cat, id, "2001", "settled", w->now_us, &error);
    g_assert_no_error(error);
    g_array_remove_index(w->live, which);
    for (guint i = 0; i < w->kept->len; i++) {
        Kept *k = &g_array_index(w->kept, Kept, i);
        k->live = k->live && k->hold_id != id;
    }
    for (guint i = 0; i < w->holds->len; i++)
        if (g_array_index(w->holds, Held, i).id == id)
            g_array_remove_index(w->holds, i--);
}

/* --- events ----------------------------------------------------------------------------------- */

void world_event(World *w)
{
    static const char *const TYPES[] = {"hall.ticket.called", "hall.ticket.started",
                                        "hall.ticket.finished", "hall.ticket.transferred"};
    int64_t age_us = world_below(w, 30 * 24 * 60) * MJ_MINUTE_US; // up to a month late
    int64_t time_us = MAX(T0, w->now_us - age_us);
    bool again = w->n_events > 0 && world_below(w, 4) == 0; // a correction of one of before
    uint32_t number = again ? world_below(w, (uint32_t)w->n_events) : (uint32_t)w->n_events++;
    g_autofree char *id = g_strdup_printf("e%u", number);
    /* One day for all tickets of a number, so that the model finds them by their key. */
    uint32_t ticket = world_below(w, NUMBERS);
    g_autofree char *data =
        g_strdup_printf("\"ticket_no\":\"A%u\",\"ticket_day\":\"2026-11-22\",\"window_no\":\"P%u\","
                        "\"data_ver\":%u%s",
                        ticket, world_below(w, PLACES), again ? 2 + world_below(w, 1000) : 1,
                        world_below(w, 3)   ? ""
                        : world_below(w, 2) ? ",\"approval_id\":\"SP0\""
                                            : ",\"approval_id\":\"SP1\"");
    g_autofree char *event =
        fixture_event(id, TYPES[world_below(w, G_N_ELEMENTS(TYPES))], time_us, data);
    g_auto(GStrv) around = g_strsplit(event, SOURCE, 2); // A0 is given out by two systems
    g_autofree char *text = g_strjoinv(ticket || world_below(w, 2) ? SOURCE : "/other", around);
    g_autoptr(GError) error = NULL;
    idx_event_batch_free(
        idx_event_add_text(w->f->cat, text, strlen(text), IDX_EVENT_FORM_ANY, w->now_us, &error));
    g_assert_no_error(error);
    follow(w);
}

void world_cover(World *w)
{
    const char *place = world_below(w, 2) ? "P0" : "P1",
               *camera = world_camera(2 * (int)world_below(w, CAMERAS));
    int64_t at_us = T0 + world_below(w, 40 * 24) * MJ_HOUR_US;
    if (world_below(w, 2))
        idx_coverage_add(w->f->cat, place, camera, at_us, at_us + 5 * MJ_DAY_US, w->now_us, NULL);
    else
        idx_coverage_end(w->f->cat, place, camera, at_us, w->now_us, NULL);
    follow(w);
}

void world_change_limits(World *w)
{
    w->max_bytes = world_below(w, 3) == 0 ? 0 : 2000 + world_below(w, 20000);
    w->oldest = world_below(w, 2);
    world_sql(w, "UPDATE volume SET max_bytes = nullif(%" PRId64 ", 0), when_full = '%s'",
              w->max_bytes, w->oldest ? "oldest" : "keep");
}
