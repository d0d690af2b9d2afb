// SPDX-License-Identifier: GPL-3.0-or-later
/* Room terminals in the catalogue: which a party may be, how it comes in, and where its password goes. */
#include "index/meet/terminal.h"

#include <string.h>

#include "index/base/error.h"
#include "index/camera.h"
#include "index/meet/book.h"
#include "index/meet/meet.h"
#include "index/meet/slot.h"
#include "index/place.h"
#include "index/retention/forecast.h"
#include "test/index/fixture.h"

#define URL "rtsp://guest:never-told@192.0.2.7/t"

static const char *const LEGS[] = {"citizen", "official", NULL};

static void plan(IdxCatalogue *cat, const char *session, const char *place)
{
    g_autoptr(GError) error = NULL;
    IdxMeetRequest request = {.session = session, .place = place, .legs = LEGS, .roles = LEGS};
    g_autoptr(GPtrArray) tokens = idx_meet_add(cat, &request, T0, &error);
    g_assert_no_error(error);
}

static void add_camera(IdxCatalogue *cat, const char *code, const char *url, const char *kind,
                       const char *place)
{
    g_autoptr(GError) error = NULL;
    idx_camera_add(cat, code, url, NULL, NULL, kind, NULL, T0, &error);
    g_assert_no_error(error);
    bool known = false;
    g_assert_true(idx_place_is_known(cat, NULL, place, &known, NULL));
    g_assert_true(known || idx_place_add(cat, place, NULL, NULL));
    idx_coverage_add(cat, place, code, INT64_MIN, INT64_MAX, T0, &error);
    g_assert_no_error(error);
}

static void make_hall(IdxCatalogue *cat)
{
    add_camera(cat, "T1", URL, "room", "M1");
    add_camera(cat, "T2", "rtsps://192.0.2.8/t", "room", "V07");
    add_camera(cat, "WINDOW", "rtsp://192.0.2.9/t", "window", "M1");
    add_camera(cat, "USB", "pipeline:videotestsrc ! x264enc ! appsink name=video", "room", "M1");
    add_camera(cat, "FAR", "rtsp://192.0.2.10/t", "room", "M9");
}

static char *list(IdxCatalogue *cat, const char *place, const char *node)
{
    g_autoptr(json_t) json = idx_terminal_list_json(cat, place, node, T0 + 1, NULL);
    g_autoptr(GString) all = g_string_new(NULL);
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(json, "terminals"), i, one)
        g_string_append_printf(all, "%s ", json_string_value(json_object_get(one, "camera")));
    return g_strdup(all->str);
}

static void test_list(void)
{
    g_autoptr(Fixture) f = fixture_new();
    make_hall(f->cat);
    g_autofree char *room = list(f->cat, "M1", "");
    g_autofree char *both = list(f->cat, "M1", "V07");
    g_assert_cmpstr(room, ==, "T1 ");
    g_assert_cmpstr(both, ==, "T1 T2 ");
    idx_coverage_end(f->cat, NULL, "M1", "T1", T0 + 1, T0 + 1, NULL);
    g_autofree char *none = list(f->cat, "M1", "");
    g_assert_cmpstr(none, ==, "");
}

static void refuses_set(IdxCatalogue *cat, const char *leg, const char *camera, MjError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(idx_terminal_set(cat, "S1", leg, camera, T0 + 1, &error));
    g_assert_error(error, MJ_ERROR, (int)code);
}

static bool join(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    return idx_terminal_join(cat, "S1", "official", "2026-1", "clerk", now_us, error);
}

static char *address_of_leg(IdxCatalogue *cat)
{
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, "S1", NULL);
    return idx_stream_url(cat, idx_meet_leg(meet, "official")->stream_id, NULL);
}

static void counts(IdxCatalogue *cat, const char *sql, const char *wanted)
{
    g_autofree char *found = fixture_dump(cat, sql);
    g_assert_cmpstr(found, ==, wanted);
}

static void check_joined(IdxCatalogue *cat)
{
    g_autofree char *url = address_of_leg(cat);
    g_assert_cmpstr(url, ==, URL); // for the recorder, and for nobody else
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, "S1-official", NULL);
    const IdxStream *stream = camera->streams->pdata[0];
    g_assert_null(strstr(stream->url, "never-told"));
    g_assert_true(stream->has_credentials);
    g_assert_cmpstr(stream->audio, ==, "original");
    counts(cat, "SELECT count(*) FROM event WHERE body LIKE '%never-told%'", "0");
    counts(cat, "SELECT count(*) FROM audit WHERE detail LIKE '%never-told%'", "0");
    counts(cat,
           "SELECT count(*) FROM event WHERE type = 'hall.session.consented' AND"
           " body ->> '$.data.by' = 'clerk' AND body ->> '$.data.terminal' = 'T1'",
           "1");
}

static void test_join(void)
{
    g_autoptr(Fixture) f = fixture_new();
    IdxCatalogue *cat = f->cat;
    g_autoptr(GError) none = NULL;
    make_hall(cat);
    plan(cat, "S1", "M1");
    g_assert_false(join(cat, T0 + 1, &none));
    g_assert_error(none, MJ_ERROR, MJ_ERROR_CONFLICT);
    refuses_set(cat, "official", "FAR", MJ_ERROR_INVALID);
    refuses_set(cat, "official", "WINDOW", MJ_ERROR_INVALID);
    refuses_set(cat, "nobody", "T1", MJ_ERROR_NOT_FOUND);
    g_assert_true(idx_terminal_set(cat, "S1", "official", "T1", T0 + 1, NULL));
    g_assert_true(join(cat, T0 + 2, NULL));
    check_joined(cat);
    g_autoptr(GError) browser = NULL;
    g_assert_false(idx_meet_open_leg(cat, "S1", "official", T0 + 3, &browser));
    g_assert_nonnull(strstr(browser->message, "room terminal T1"));
}

/* A browser after all, in the same leg; and the terminal again. */
static void test_back(void)
{
    g_autoptr(Fixture) f = fixture_new();
    IdxCatalogue *cat = f->cat;
    make_hall(cat);
    plan(cat, "S1", "M1");
    g_assert_true(idx_terminal_set(cat, "S1", "official", "T1", T0 + 1, NULL));
    g_assert_true(join(cat, T0 + 2, NULL));
    g_assert_true(idx_terminal_set(cat, "S1", "official", NULL, T0 + 3, NULL));
    g_autofree char *browser = address_of_leg(cat);
    g_assert_cmpstr(browser, ==, "webrtc:S1/official");
    g_autoptr(GError) unasked = NULL; // whoever sits there now
    g_assert_false(idx_meet_open_leg(cat, "S1", "official", T0 + 4, &unasked));
    g_assert_error(unasked, MJ_ERROR, MJ_ERROR_CONFLICT);
    g_assert_true(idx_meet_consent(cat, "S1", "official", "2026-1", T0 + 4, NULL));
    g_assert_true(idx_meet_open_leg(cat, "S1", "official", T0 + 4, NULL));
    g_assert_true(idx_terminal_set(cat, "S1", "official", "T1", T0 + 5, NULL));
    g_assert_true(join(cat, T0 + 6, NULL));
    g_autofree char *terminal = address_of_leg(cat);
    g_assert_cmpstr(terminal, ==, URL);
    g_assert_true(idx_meet_end(cat, "S1", NULL, T0 + 7, NULL));
    refuses_set(cat, "official", "T1", MJ_ERROR_CONFLICT);
    g_autofree char *gone = address_of_leg(cat);
    g_assert_cmpstr(gone, ==, "webrtc:S1/official");
}

/* One that is in a session is in no other, whose parties would see each other's. */
static void test_taken(void)
{
    g_autoptr(Fixture) f = fixture_new();
    IdxCatalogue *cat = f->cat;
    make_hall(cat);
    plan(cat, "S1", "M1");
    plan(cat, "S2", "M2");
    idx_coverage_add(cat, "M2", "T1", INT64_MIN, INT64_MAX, T0, NULL);
    g_assert_true(idx_terminal_set(cat, "S1", "official", "T1", T0 + 1, NULL));
    g_assert_true(idx_terminal_set(cat, "S2", "citizen", "T1", T0 + 1, NULL));
    g_assert_true(join(cat, T0 + 2, NULL));
    g_assert_true(join(cat, T0 + 3, NULL)); // the same again, with its new address
    g_autoptr(GError) error = NULL;
    g_assert_false(idx_terminal_join(cat, "S2", "citizen", "2026-1", "clerk", T0 + 4, &error));
    g_assert_error(error, MJ_ERROR, MJ_ERROR_CONFLICT);
    g_assert_nonnull(strstr(error->message, "is in session S1"));
    g_assert_true(idx_meet_end(cat, "S1", NULL, T0 + 5, NULL));
    g_assert_true(idx_terminal_join(cat, "S2", "citizen", "2026-1", "clerk", T0 + 6, NULL));
}

static void test_book(void)
{
    g_autoptr(Fixture) f = fixture_new();
    IdxCatalogue *cat = f->cat;
    g_autofree char *link = NULL, *session = NULL, *never = NULL;
    make_hall(cat);
    IdxSlotRequest ask = {.dept = "D", .place = "M1", .start_us = T0, .end_us = T0 + 1000};
    g_autoptr(IdxSlot) slot = idx_slot_add(cat, &ask, T0 - 1, &link, NULL);
    g_autoptr(json_t) wrong = json_pack("{s:s}", "citizen", "FAR");
    g_autoptr(json_t) right = json_pack("{s:s, s:s}", "citizen", "T2", "official", "T1");
    IdxBookRequest book = {.slot_id = slot->id, .node_code = "V07", .terminals = wrong};
    g_autoptr(GError) error = NULL;
    g_assert_null(idx_book(cat, &book, T0, &never, &error));
    g_assert_error(error, MJ_ERROR, MJ_ERROR_INVALID); // and the slot is still free
    book.terminals = right;
    g_autoptr(GPtrArray) tokens = idx_book(cat, &book, T0, &session, NULL);
    g_assert_nonnull(tokens);
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, NULL);
    g_assert_cmpstr(idx_meet_leg(meet, "citizen")->terminal, ==, "T2");
    g_assert_cmpstr(idx_meet_leg(meet, "official")->terminal, ==, "T1");
    g_assert_false(idx_meet_leg(meet, "official")->pulled);
}

/* While a terminal sends a leg, that is a leg of a session like any other. */
static void test_report(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    make_hall(f->cat);
    plan(f->cat, "S1", "M1");
    g_assert_true(idx_terminal_set(f->cat, "S1", "official", "T1", T0 + 1, &error));
    g_assert_true(join(f->cat, T0 + 2, &error));
    for (int over = 0; over < 2; over++) {
        g_autoptr(json_t) report = idx_retention_report(f->cat, T0 + 10, &error);
        g_assert_no_error(error);
        g_autofree char *cameras = json_dumps(json_object_get(report, "cameras"), 0);
        g_assert_cmpuint(json_array_size(json_object_get(report, "cameras")), ==, 5);
        g_assert_null(strstr(cameras, "S1-official"));
        g_assert_cmpint(
            json_integer_value(json_object_get(json_object_get(report, "sessions"), "legs")), ==,
            1);
        g_assert_true(over || idx_meet_end(f->cat, "S1", NULL, T0 + 5, &error));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/terminal/list", test_list);
    g_test_add_func("/terminal/join", test_join);
    g_test_add_func("/terminal/back", test_back);
    g_test_add_func("/terminal/taken", test_taken);
    g_test_add_func("/terminal/book", test_book);
    g_test_add_func("/terminal/report", test_report);
    return g_test_run();
}
