// SPDX-License-Identifier: GPL-3.0-or-later
/* Sessions in the catalogue: who may join, when, and what the record and the linker make of it. */
#include "index/meet/meet.h"

#include "index/alarm/find.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/find/story.h"
#include "index/find/subject.h"
#include "index/meet/note.h"
#include "index/state.h"
#include "test/index/fixture.h"

static const char *const LEGS[] = {"citizen", "official", NULL};

static GPtrArray *plan(IdxCatalogue *cat, const char *session, const char *place, int64_t now_us,
                       GError **error)
{
    IdxMeetRequest request = {.session = session, .place = place, .legs = LEGS, .roles = LEGS};
    return idx_meet_add(cat, &request, now_us, error);
}

static void test_refused(void)
{
    g_autoptr(Fixture) f = fixture_new();
    IdxCatalogue *cat = f->cat;
    static const char *const ONE[] = {"citizen", NULL}, *const TWICE[] = {"a", "a", NULL},
                             *const ROLES[] = {"citizen", "king", NULL};
    const IdxMeetRequest WRONG[] = {
        {.session = "../x", .place = "M1", .legs = LEGS, .roles = LEGS},
        {.session = "S1", .place = "M1", .legs = ONE, .roles = ONE},
        {.session = "S1", .place = "M1", .legs = TWICE, .roles = LEGS},
        {.session = "S1", .place = "M1", .legs = LEGS, .roles = ROLES},
        {.session = "S1", .place = "", .legs = LEGS, .roles = LEGS},
        {.session = "S1", .place = "M1", .slot_start_us = 2, .legs = LEGS, .roles = LEGS},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(WRONG); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(idx_meet_add(cat, &WRONG[i], T0, &error));
        g_assert_error(error, MJ_ERROR, MJ_ERROR_INVALID);
    }
    g_autoptr(GPtrArray) tokens = plan(cat, "S1", "M1", T0, NULL);
    g_autoptr(GError) again = NULL;
    g_assert_nonnull(tokens);
    g_assert_null(plan(cat, "S1", "M1", T0, &again));
    g_assert_error(again, MJ_ERROR, MJ_ERROR_EXISTS);
}

static void check_who(IdxCatalogue *cat, const char *session, const char *token, int64_t now_us,
                      const char *leg)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *who = idx_meet_who(cat, session, token, now_us, &error);
    g_assert_cmpstr(who, ==, leg);
    g_assert_true(leg || mj_error_is(error, MJ_ERROR_DENIED));
}

static void test_tokens(void)
{
    g_autoptr(Fixture) f = fixture_new();
    IdxCatalogue *cat = f->cat;
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    g_autoptr(GPtrArray) tokens = plan(cat, "S1", "M1", now_us, NULL);
    g_autoptr(GPtrArray) others = plan(cat, "S2", "M2", now_us, NULL);
    check_who(cat, "S1", tokens->pdata[0], now_us, "citizen");
    check_who(cat, "S1", tokens->pdata[1], now_us, "official");
    check_who(cat, "S1", others->pdata[0], now_us, NULL);
    check_who(cat, "S1", "", now_us, NULL);
    check_who(cat, "S1", tokens->pdata[0], now_us + IDX_MEET_LONGEST_US, NULL);
    g_autofree char *anew = idx_meet_token(cat, "S1", "citizen", now_us, NULL);
    check_who(cat, "S1", tokens->pdata[0], now_us, NULL);
    check_who(cat, "S1", anew, now_us, "citizen");
    g_assert_true(idx_meet_end(cat, "S1", NULL, now_us, NULL));
    check_who(cat, "S1", anew, now_us, NULL);
    g_assert_true(idx_meet_was(cat, "S1", anew)); // over, and not replaced
    g_assert_false(idx_meet_was(cat, "S1", tokens->pdata[0]));
    g_assert_false(idx_meet_was(cat, "S2", anew));
    g_assert_null(idx_meet_token(cat, "S1", "citizen", now_us, NULL));
}

/* Whether a condition speaks of the leg's camera when its stream is in @state. */
static bool alarms(IdxCatalogue *cat, const char *state, int64_t now_us)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, "S1-citizen", NULL);
    const IdxStream *stream = camera->streams->pdata[0];
    IdxState told = {.state = (char *)(uintptr_t)state, .since_us = now_us};
    g_assert_true(idx_state_set(cat, stream->id, &told, NULL));
    IdxRecorder recorder = {
        .shard = 1, .shards = 1, .pid = 1, .started_us = now_us, .heartbeat_us = now_us};
    g_assert_true(idx_recorder_beat(cat, &recorder, NULL));
    g_autoptr(GArray) conditions = idx_conditions_new();
    g_assert_true(idx_conditions_now(cat, now_us, conditions, NULL));
    for (guint i = 0; i < conditions->len; i++)
        if (g_strcmp0(g_array_index(conditions, IdxCondition, i).camera, "S1-citizen") == 0)
            return true;
    return false;
}

/* What the linker makes of the session. */
static void check_spans(IdxCatalogue *cat, int64_t from_us, int64_t to_us)
{
    IdxSubjectAt next = {0};
    g_autoptr(GPtrArray) found = idx_subject_search(cat, "S1", 0, NULL, 5, &next, NULL);
    g_assert_cmpuint(found->len, ==, 1);
    g_autoptr(GArray) spans = idx_story_spans(cat, ((const IdxSubject *)found->pdata[0])->id, NULL);
    g_assert_cmpuint(spans->len, ==, 2); // a camera each, and no more: the record names no place
    for (guint i = 0; i < spans->len; i++) {
        const IdxSpan *span = &g_array_index(spans, IdxSpan, i);
        g_assert_cmpint(span->method, ==, IDX_METHOD_SESSION);
        g_assert_cmpint(span->from_us, ==, from_us);
        g_assert_cmpint(span->to_us, ==, to_us);
    }
}

/* The legs' cameras cover the place while the session goes on, and the spans say so. */
static void test_course(void)
{
    g_autoptr(Fixture) f = fixture_new();
    IdxCatalogue *cat = f->cat;
    g_autoptr(GError) error = NULL;
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    g_autoptr(GPtrArray) tokens = plan(cat, "S1", "M1", now_us, &error);
    g_autoptr(GPtrArray) others = plan(cat, "S2", "M1", now_us, &error);
    g_assert_no_error(error);
    g_assert_false(idx_meet_open_leg(cat, "S1", "citizen", now_us, &error));
    g_assert_error(error, MJ_ERROR, MJ_ERROR_CONFLICT); // nobody has agreed
    g_clear_error(&error);
    for (int i = 0; LEGS[i]; i++) {
        g_assert_true(idx_meet_consent(cat, "S1", LEGS[i], "2026-1", now_us, &error));
        g_assert_true(idx_meet_open_leg(cat, "S1", LEGS[i], now_us + 1, &error));
        g_assert_true(idx_meet_open_leg(cat, "S1", LEGS[i], now_us + 2, &error)); // again: nothing
    }
    g_assert_false(alarms(cat, IDX_STATE_OFFLINE, now_us)); // nobody sits there: no alarm
    g_assert_true(alarms(cat, IDX_STATE_DISK, now_us));
    IdxMeetNote note = {.session = "S1", .leg = "citizen", .kind = "joined", .at_us = now_us + 5};
    g_assert_true(idx_meet_note(cat, &note, &error));
    g_assert_true(idx_meet_consent(cat, "S2", "citizen", "2026-1", now_us, &error));
    g_assert_false(idx_meet_open_leg(cat, "S2", "citizen", now_us, &error));
    g_assert_error(error, MJ_ERROR, MJ_ERROR_CONFLICT); // the room is taken
    g_clear_error(&error);
    g_assert_true(idx_meet_end(cat, "S1", "done", now_us + 60 * MJ_SECOND_US, &error));
    g_assert_true(idx_meet_end(cat, "S1", "again", now_us + 61 * MJ_SECOND_US, &error));
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, "S1", &error);
    g_assert_no_error(error);
    check_spans(cat, now_us + 1, meet->ended_us);
    g_assert_cmpint(meet->opened_us, ==, now_us + 1);
    g_assert_cmpint(meet->ended_us, ==, now_us + 60 * MJ_SECOND_US);
    g_assert_cmpstr(idx_meet_leg(meet, "citizen")->camera, ==, "S1-citizen");
    g_assert_cmpstr(idx_meet_leg(meet, "citizen")->consent_ver, ==, "2026-1");
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, "S1-citizen", &error);
    g_assert_cmpstr(camera->kind, ==, "session");
    g_assert_cmpint(camera->removed_us, ==, meet->ended_us);
    g_assert_true(idx_meet_open_leg(cat, "S2", "citizen", now_us + 62 * MJ_SECOND_US, &error));
    g_assert_no_error(error);
    for (int i = 0; i < 2; i++) { // nobody ends that one
        int64_t late_us = now_us + (i ? IDX_MEET_LONGEST_US : MJ_HOUR_US);
        g_assert_true(idx_meet_end_overdue(cat, late_us, &error));
        g_autoptr(IdxMeet) other = idx_meet_get(cat, "S2", &error);
        g_assert_cmpint(other->ended_us, ==, i ? late_us : 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/meet/refused", test_refused);
    g_test_add_func("/meet/tokens", test_tokens);
    g_test_add_func("/meet/course", test_course);
    return g_test_run();
}
