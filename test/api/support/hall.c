// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/api/support/hall.h"

#include "index/account/token.h"
#include "index/account/user.h"
#include "index/base/clock.h"
#include "index/base/home.h"
#include "index/base/json.h"
#include "index/camera.h"
#include "index/event/ingest.h"
#include "index/place.h"
#include "index/segment/gap.h"
#include "index/state.h"
#include "test/api/support/ask.h"
#include "test/tree.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <libavutil/log.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORIGIN_US (5 * MJ_SECOND_US) // file time of picture 0; B-frames need some room before

static const ClipSpec JOINED_1 = {
    .first = 0, .frames = 100, .gop = 50, .fragment = 25, .origin_us = ORIGIN_US};
static const ClipSpec JOINED_2 = {
    .first = 100, .frames = 100, .gop = 50, .fragment = 25, .origin_us = ORIGIN_US};
static const ClipSpec AFTER_GAP = {
    .first = 300, .frames = 100, .gop = 50, .fragment = 25, .b_frames = 2, .origin_us = ORIGIN_US};
static const ClipSpec OPEN = {
    .first = 0, .frames = 200, .gop = 50, .fragment = 25, .origin_us = ORIGIN_US};

static int64_t stream_of(IdxCatalogue *cat, const char *camera)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCamera) found = idx_camera_get(cat, camera, &error);
    must(found != NULL, error);
    return ((IdxStream *)g_ptr_array_index(found->streams, 0))->id;
}

static char *make_path(const char *home, const char *relative)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = mj_home_footage_file(home, relative, &error);
    must(path != NULL, error);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
    return g_steal_pointer(&path);
}

/* Writes the file and its open row; the fragments are stored by the caller. */
static IdxSegment *add_segment(IdxCatalogue *cat, const char *camera, const ClipSpec *spec,
                               int64_t start_us, bool joins, GByteArray *stored, GArray *list)
{
    g_autoptr(GError) error = NULL;
    IdxSegment *segment = g_new0(IdxSegment, 1);
    segment->stream_id = stream_of(cat, camera);
    segment->path = g_strdup_printf("%s/main/20261122/%05d.mp4", camera, spec->first);
    g_autofree char *path = make_path(idx_catalogue_home(cat), segment->path);
    clip_write(path, spec, start_us, segment, stored, list);
    segment->state = g_strdup("open");
    segment->clock = g_strdup("arrival");
    segment->clock_uncertainty_us = 200000;
    segment->joins = joins;
    must(idx_segment_open(cat, segment, &error), error);
    return segment;
}

static void add_closed(IdxCatalogue *cat, const char *camera, const ClipSpec *spec,
                       int64_t start_us, bool joins)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) stored = g_byte_array_new();
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(IdxFragment));
    g_autoptr(IdxSegment) segment = add_segment(cat, camera, spec, start_us, joins, stored, list);
    g_free(segment->state);
    segment->state = g_strdup("closed");
    must(idx_segment_close(cat, segment, stored, &error), error);
}

static void add_cameras(IdxCatalogue *cat, int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    must(idx_camera_add(cat, "W07", "rtsp://viewer:hush-hush@192.0.2.7/main", NULL, "窗口 7",
                        "window", NULL, now_us, &error),
         error);
    must(
        idx_camera_add(cat, "W08", "rtsp://192.0.2.8/main", NULL, NULL, NULL, NULL, now_us, &error),
        error);
    must(idx_place_add(cat, "W07", "不动产登记", &error), error);
    must(idx_coverage_add(cat, "W07", "W07", INT64_MIN, INT64_MAX, now_us, &error), error);
}

static void add_recorder(Hall *hall, IdxCatalogue *cat)
{
    g_autoptr(GError) error = NULL;
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    // a heartbeat far ahead: the tests have no recorder to give the next one
    IdxRecorder recorder = {.shard = 1,
                            .shards = 1,
                            .pid = 1,
                            .started_us = hall->start_us,
                            .heartbeat_us = now_us + MJ_HOUR_US};
    must(idx_recorder_beat(cat, &recorder, &error), error);
    IdxState state = {.state = (char *)"recording",
                      .since_us = hall->open_start_us,
                      .video = (char *)"h264",
                      .width = CLIP_WIDTH,
                      .height = CLIP_HEIGHT};
    must(idx_state_set(cat, stream_of(cat, "W08"), &state, &error), error);
    IdxState down = {.state = (char *)"offline",
                     .since_us = hall->start_us + 16 * MJ_SECOND_US,
                     .detail = (char *)"no route to host"};
    must(idx_state_set(cat, stream_of(cat, "W07"), &down, &error), error);
}

static void add_footage(Hall *hall, IdxCatalogue *cat)
{
    g_autoptr(GError) error = NULL;
    int64_t t = hall->start_us;
    add_closed(cat, "W07", &JOINED_1, t, false);
    add_closed(cat, "W07", &JOINED_2, t + 4 * MJ_SECOND_US, true);
    must(idx_gap_add(cat, stream_of(cat, "W07"), t + 8 * MJ_SECOND_US, t + 12 * MJ_SECOND_US,
                     IDX_REASON_OFFLINE, "connection refused", &error),
         error);
    add_closed(cat, "W07", &AFTER_GAP, t + 12 * MJ_SECOND_US, false);
    must(idx_gap_open(cat, stream_of(cat, "W07"), t + 16 * MJ_SECOND_US, IDX_REASON_OFFLINE, NULL,
                      &error),
         error);
    must(idx_gap_note(cat, stream_of(cat, "W07"), t + 4 * MJ_SECOND_US, IDX_REASON_CLOCK,
                      "the host's clock was set back by 5.000 s", &error),
         error);
    g_autoptr(GByteArray) stored = g_byte_array_new();
    hall->open_fragments = g_array_new(FALSE, FALSE, sizeof(IdxFragment));
    hall->open =
        add_segment(cat, "W08", &OPEN, hall->open_start_us, false, stored, hall->open_fragments);
}

static void add_events(Hall *hall, IdxCatalogue *cat)
{
    g_autoptr(GError) error = NULL;
    static const char *const TYPES[] = {"called", "started", "finished"};
    for (int i = 0; i < 3; i++) {
        g_autofree char *time = hall_time(hall, (1 + 3 * i) * MJ_SECOND_US);
        g_autoptr(json_t) event =
            json_pack("{s:s, s:s+, s:s, s:s+, s:s, s:{s:s, s:s, s:s, s:s}}", "specversion", "1.0",
                      "id", "e-", TYPES[i], "source", "/queue", "type", "hall.ticket.", TYPES[i],
                      "time", time, "data", "ticket_no", "A012", "window_no", "W07", "approval_id",
                      HALL_APPROVAL, "business_type", "不动产登记");
        g_autofree char *text = mj_json_dump(event);
        g_autoptr(IdxEventBatch) batch =
            idx_event_add_text(cat, text, strlen(text), IDX_EVENT_FORM_ONE, hall->start_us, &error);
        must(batch != NULL && batch->accepted == 1, error);
    }
}

static void add_page(Hall *hall)
{
    hall->page = g_dir_make_tmp("mingjing-page-XXXXXX", NULL);
    g_autofree char *assets = g_build_filename(hall->page, "assets", NULL);
    g_assert_cmpint(g_mkdir(assets, 0755), ==, 0);
    g_autofree char *index = g_build_filename(hall->page, "index.html", NULL);
    g_autofree char *script = g_build_filename(assets, "app-0f3a.js", NULL);
    g_autofree char *link = g_build_filename(hall->page, "passwd.txt", NULL);
    g_assert_true(g_file_set_contents(index, "<!doctype html><title>x</title>", -1, NULL));
    g_assert_true(g_file_set_contents(script, "export {}", -1, NULL));
    g_assert_cmpint(symlink("/etc/passwd", link), ==, 0);
}

Hall *hall_new(void)
{
    g_autoptr(GError) error = NULL;
    Hall *hall = g_new0(Hall, 1);
    av_log_set_level(AV_LOG_ERROR);
    g_autofree char *top = g_dir_make_tmp("mingjing-api-XXXXXX", &error);
    must(top != NULL, error);
    hall->home = g_build_filename(top, "home", NULL);
    must(idx_catalogue_create(hall->home, "H01", "政务大厅", "+08:00", &error), error);
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    hall->start_us = (now_us - MJ_HOUR_US) / MJ_SECOND_US * MJ_SECOND_US;
    hall->open_start_us = (now_us - 30 * MJ_SECOND_US) / MJ_SECOND_US * MJ_SECOND_US;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    must(cat != NULL, error);
    add_cameras(cat, hall->start_us);
    add_footage(hall, cat);
    add_recorder(hall, cat);
    add_events(hall, cat);
    add_page(hall);
    must(idx_user_add(cat, HALL_USER, "investigator", HALL_PASSWORD, now_us, &error), error);
    must(idx_user_add(cat, "other1", "operator", HALL_PASSWORD, now_us, &error), error);
    hall->events_token = idx_token_add(cat, "queue", "events", now_us, &error);
    hall->read_token = idx_token_add(cat, "viewer", "read", now_us, &error);
    must(hall->events_token != NULL && hall->read_token != NULL, error);
    return hall;
}

void hall_free(Hall *hall)
{
    if (hall == NULL)
        return;
    hall_kill(hall);
    g_autofree char *top = g_path_get_dirname(hall->home);
    tree_remove(top);
    tree_remove(hall->page);
    g_free(hall->home);
    g_free(hall->page);
    g_free(hall->events_token);
    g_free(hall->read_token);
    g_free(hall->cookie);
    idx_segment_free(hall->open);
    g_array_unref(hall->open_fragments);
    g_free(hall);
}

static void forget_daemon(Hall *hall)
{
    hall->pid = 0;
    g_clear_pointer(&hall->client, client_free);
    g_clear_pointer(&hall->url, g_free);
}

/* In the child: a test that aborts leaves no daemon behind. */
static void die_with_parent(void *parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != GPOINTER_TO_INT(parent))
        _exit(1);
}

void hall_start(Hall *hall)
{
    g_autoptr(GError) error = NULL;
    const char *program = g_getenv("MINGJING_API");
    g_assert_nonnull(program);
    const char *const argv[] = {program,       "--home", hall->home, "--listen",
                                "127.0.0.1:0", "--ui",   hall->page, NULL};
    int out = -1;
    must(g_spawn_async_with_pipes(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                                  die_with_parent, GINT_TO_POINTER(getpid()), &hall->pid, NULL,
                                  &out, NULL, &error),
         error);
    char line[256] = "";
    size_t have = 0;
    while (have < sizeof line - 1 && memchr(line, '\n', have) == NULL) {
        ssize_t n = read(out, line + have, sizeof line - 1 - have);
        g_assert_cmpint(n, >, 0);
        have += (size_t)n;
    }
    close(out);
    g_assert_true(g_str_has_prefix(line, "listening on http://"));
    hall->url = g_strdup(g_strchomp(line + strlen("listening on ")));
    hall->client = client_new(hall->url);
}

void hall_kill(Hall *hall)
{
    if (hall->pid != 0) {
        kill(hall->pid, SIGKILL);
        waitpid(hall->pid, NULL, 0);
        forget_daemon(hall);
    }
}

double hall_stop(Hall *hall)
{
    int64_t since = g_get_monotonic_time();
    int status = -1;
    kill(hall->pid, SIGTERM);
    g_assert_cmpint(waitpid(hall->pid, &status, 0), ==, hall->pid);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    forget_daemon(hall);
    return (double)(g_get_monotonic_time() - since) / 1e6;
}

Client *hall_client(const Hall *hall)
{
    return client_new(hall->url);
}

char *hall_cookie(const Hall *hall, const char *name)
{
    const char *const headers[] = {"Content-Type: application/json", NULL};
    g_autofree char *body =
        g_strdup_printf("{\"name\":\"%s\",\"password\":\"" HALL_PASSWORD "\"}", name);
    g_autoptr(Answer) answer =
        client_send(hall->client, "POST", "/api/v1/login", headers, body, (gssize)strlen(body));
    g_assert_cmpint(answer->status, ==, 200);
    const char *set = answer_header(answer, "Set-Cookie");
    g_assert_nonnull(set);
    return g_strdup_printf("Cookie: %.*s", (int)strcspn(set, ";"), set);
}

void hall_sign_in(Hall *hall)
{
    g_free(hall->cookie);
    hall->cookie = hall_cookie(hall, HALL_USER);
}

static GByteArray *stored_form(const Hall *hall, guint n)
{
    GByteArray *stored = g_byte_array_new();
    for (guint i = 0; i < n; i++)
        idx_fragment_append(stored, &g_array_index(hall->open_fragments, IdxFragment, i));
    return stored;
}

void hall_grow(Hall *hall, guint n)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_RECORD, &error);
    must(cat != NULL, error);
    const IdxFragment *last = &g_array_index(hall->open_fragments, IdxFragment, n - 1);
    IdxSegment now = *hall->open;
    now.bytes = last->offset + last->length;
    now.end_us = last->start_us + last->duration_us;
    now.frames = (int64_t)n * 25;
    g_autoptr(GByteArray) stored = stored_form(hall, n);
    must(idx_segment_progress(cat, &now, stored, &error), error);
}

void hall_close_open(Hall *hall)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_RECORD, &error);
    must(cat != NULL, error);
    g_autoptr(GByteArray) stored = stored_form(hall, hall->open_fragments->len);
    g_free(hall->open->state);
    hall->open->state = g_strdup("closed");
    must(idx_segment_close(cat, hall->open, stored, &error), error);
}

char *hall_time(const Hall *hall, int64_t offset_us)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autofree char *text = mj_time_format(hall->start_us + offset_us, utc);
    text[26] = '\0'; // "2026-11-22T09:31:05.120000"
    return g_strconcat(text, "Z", NULL);
}
