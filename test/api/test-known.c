// SPDX-License-Identifier: GPL-3.0-or-later
/* The parts of a file that follow the first take no catalogue (api/known.h): that they are counted all the same, and
 * that nothing that was decided outlives its reason: at once if it ended over the API, within a second elsewhere. */
#include "index/account/scope.h"
#include "index/account/user.h"
#include "index/audit/read.h"
#include "index/base/clock.h"
#include "index/base/json.h"
#include "index/camera.h"
#include "index/place.h"
#include "index/segment/segment.h"
#include "test/api/support/ask.h"

#include <glib/gstdio.h>
#include <string.h>

#define V1 "/api/v1"
#define WITHIN_US (1000 * 1000) // what is promised; see known.h
#define SLACK_US (1000 * 1000)  // of a busy machine

static Hall *hall;
static IdxCatalogue *cat; // of the test
static char *part, *file; // "/api/v1/segments/ID.mp4" of W07, and where it lies

static long ask(const char *header)
{
    const char *headers[] = {"Range: bytes=100-299", header, NULL};
    g_autoptr(Answer) answer = client_send(hall->client, "GET", part, headers, NULL, -1);
    g_test_message("%ld, %u bytes", answer->status, answer->body->len);
    g_assert_true(answer->status != 206 || answer->body->len == 200);
    return answer->status;
}

/* So that what is asked next is known. */
static char *known_to(const char *who)
{
    char *cookie = hall_cookie(hall, who);
    for (int i = 0; i < 3; i++)
        g_assert_cmpint(ask(cookie), ==, 206);
    return cookie;
}

static void change(const char *path, const char *body, long status)
{
    g_autoptr(json_t) answer = hall_post(hall, "sec1", path, body, status);
}

// ── it is known, and counted ──

static int64_t times_told(const char *who)
{
    int64_t times = 0;
    g_autoptr(GPtrArray) rows =
        idx_audit_list(cat, &(IdxAuditFilter){.who = who, .what = "view"}, 50, NULL, NULL);
    for (guint i = 0; i < rows->len; i++) {
        const IdxAuditRow *row = rows->pdata[i];
        g_autoptr(json_t) detail = row->detail ? json_loads(row->detail, 0, NULL) : NULL;
        json_int_t n = json_integer_value(json_object_get(detail, "times"));
        times += n > 0 ? n : 1;
        g_assert_cmpstr(row->camera, ==, "W07");
        g_assert_cmpstr(row->case_no, ==, "test-1");
    }
    return times;
}

static void test_counted(void)
{
    g_autofree char *cookie = known_to("counted1");
    for (int i = 0; i < 20; i++)
        g_assert_cmpint(ask(cookie), ==, 206);
    g_assert_cmpint(times_told("counted1"), ==,
                    1); // the others when some minutes are over, or at the end
    hall_stop(hall);
    g_assert_cmpint(times_told("counted1"), ==, 23);
    hall_start(hall);
}

/* The file is moved away: only who knows it can still read it, and only for a second. */
static void test_ends(void)
{
    g_autofree char *away = g_strconcat(file, ".away", NULL), *cookie = known_to(HALL_USER);
    g_autofree char *other = hall_cookie(hall, "player1");
    int64_t since_us = g_get_monotonic_time();
    g_assert_cmpint(ask(cookie), ==, 206); // decided anew, or within the second of the first
    g_assert_cmpint(g_rename(file, away), ==, 0);
    long status = ask(cookie);
    if (g_get_monotonic_time() - since_us < WITHIN_US / 2)
        g_assert_cmpint(status, ==, 206);
    g_assert_cmpint(ask(other), !=, 206);
    while (ask(cookie) == 206) {
        g_assert_cmpint(g_get_monotonic_time() - since_us, <, WITHIN_US + SLACK_US);
        g_usleep(20000);
    }
    g_assert_cmpint(g_rename(away, file), ==, 0);
    g_assert_cmpint(ask(cookie), ==, 206);
}

static void test_others(void)
{
    g_autofree char *cookie = known_to("player1");
    g_assert_cmpint(ask(NULL), ==, 401);
    g_assert_cmpint(ask("Cookie: mingjing=AAAA"), ==, 401);
    g_autofree char *auditor = hall_cookie(hall, "audit1");
    g_assert_cmpint(ask(auditor), ==, 403);
    g_autoptr(Client) client = hall_client(hall);
    client_silence(client); // gives no reason
    g_autoptr(Answer) answer = client_get(client, part, cookie);
    g_assert_cmpint(answer->status, ==, 403);
}

// ── what ends over the API ends at once ──

static void test_logout(void)
{
    g_autofree char *cookie = known_to("player1");
    const char *headers[] = {"Content-Type: application/json", cookie, NULL};
    g_autoptr(Answer) answer = client_send(hall->client, "POST", V1 "/logout", headers, "{}", 2);
    g_assert_cmpint(answer->status, ==, 204);
    g_assert_cmpint(ask(cookie), ==, 401);
}

static void test_changes(void)
{
    const struct {
        const char *path, *body;
        long answered, then;
    } table[] = {
        {V1 "/users/player1/logout", "{}", 200, 401},
        {V1 "/users/player1/password", "{}", 200, 401},
        {V1 "/users/player2", "{\"places\":[\"W08\"]}", 200, 404},
        {V1 "/users/player3", "{\"role\":\"auditor\"}", 200, 401},
        {V1 "/users/player4", "{\"disabled\":true}", 200, 401},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_auto(GStrv) words = g_strsplit(table[i].path, "/", -1);
        g_autofree char *cookie = known_to(words[4]);
        change(table[i].path, table[i].body, table[i].answered);
        g_assert_cmpint(ask(cookie), ==, table[i].then);
    }
}

static void test_token(void)
{
    g_autofree char *token = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    for (int i = 0; i < 3; i++)
        g_assert_cmpint(ask(token), ==, 206);
    change(V1 "/tokens/viewer/revoke", "{}", 204);
    g_assert_cmpint(ask(token), ==, 401);
}

// ── what ends elsewhere, within a second ──

static void ends_within(const char *cookie, long status)
{
    int64_t until_us = g_get_monotonic_time() + WITHIN_US + SLACK_US;
    while (ask(cookie) == 206) {
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(50000); // goes on asking: that must not make it last longer
    }
    g_assert_cmpint(ask(cookie), ==, status);
}

static void test_elsewhere(void)
{
    g_autoptr(GError) error = NULL;
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    g_autofree char *limited = known_to("player5"), *disabled = known_to("player6");
    must(idx_scope_put(cat, "player5", (const char *[]){"W08", NULL}, &error), error);
    ends_within(limited, 404);
    must(idx_user_set_disabled(cat, "player6", true, now_us, &error), error);
    ends_within(disabled, 401);
}

static void find_part(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, "W07", &error);
    must(camera != NULL, error);
    const IdxStream *stream = g_ptr_array_index(camera->streams, 0);
    g_autoptr(GPtrArray) found = idx_segment_range(cat, stream->id, 0, INT64_MAX, &error);
    must(found != NULL && found->len > 0, error);
    const IdxSegment *first = found->pdata[0];
    part = g_strdup_printf(V1 "/segments/%" G_GINT64_FORMAT ".mp4", first->id);
    file = g_build_filename(hall->home, "footage", first->path, NULL);
}

static void add_users(void)
{
    g_autoptr(GError) error = NULL;
    must(idx_place_add(cat, "W08", "综合窗口", &error), error);
    hall_add_user(hall, "sec1", "secadmin");
    hall_add_user(hall, "audit1", "auditor");
    hall_add_user(hall, "counted1", "investigator");
    for (int i = 1; i <= 6; i++) {
        g_autofree char *name = g_strdup_printf("player%d", i);
        hall_add_user(hall, name, "investigator");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    hall = hall_new();
    cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    must(cat != NULL, error);
    find_part();
    add_users();
    hall_start(hall);
    g_test_add_func("/known/counted", test_counted);
    g_test_add_func("/known/ends", test_ends);
    g_test_add_func("/known/others", test_others);
    g_test_add_func("/known/logout", test_logout);
    g_test_add_func("/known/token", test_token);
    g_test_add_func("/known/changes", test_changes);
    g_test_add_func("/known/elsewhere", test_elsewhere);
    int result = g_test_run();
    idx_catalogue_free(cat);
    hall_free(hall);
    g_free(part);
    g_free(file);
    return result;
}
