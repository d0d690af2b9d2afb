// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/meet/look.h"

#include "capture/clock_map.h"
#include "index/segment/damage.h"
#include "test/hall/decode.h"
#include "test/hall/stamp.h"

#define ROUNDING_US 1000
#define EXACT_US 80000
#define START_US 6000000 // of a leg: parties report some seconds after they joined (recording.h)

typedef struct Played {
    int pictures, number, broken; // broken: packets of it are missing
    int64_t start_us, first_pts_us, worst_us;
    int64_t taken_us; // the stamp of the newest
    int judged;       // files that do not belong to the start; worst_us is theirs
} Played;

static bool play(const HallFrame *frame, void *data)
{
    Played *played = data;
    HallStamp stamp;
    if (played->pictures + played->broken == 0)
        played->first_pts_us = frame->pts_us;
    if (!hall_stamp_read(frame->luma, frame->width, frame->height, frame->stride, &stamp)) {
        played->broken++;
        return true;
    }
    int64_t told_us = played->start_us + frame->pts_us - played->first_pts_us;
    played->worst_us = MAX(played->worst_us, ABS(told_us - stamp.utc_us));
    played->taken_us = MAX(played->taken_us, stamp.utc_us);
    played->number = stamp.camera;
    played->pictures++;
    return true;
}

static Played play_file(const Bench *bench, const IdxSegment *segment)
{
    Played played = {.start_us = segment->start_us, .number = -1};
    g_autofree char *path = file_of(bench, segment);
    g_autoptr(GError) error = NULL;
    hall_decode(path, play, &played, &error);
    g_assert_no_error(error);
    g_test_message("%s: %d pictures by %s, off by %d of %d ms at most", segment->path,
                   played.pictures, segment->clock, (int)(played.worst_us / 1000),
                   (int)(segment->clock_uncertainty_us / 1000));
    return played;
}

static Played play_leg(const Bench *bench, const char *camera, const char *audio)
{
    g_autoptr(GPtrArray) segments = segments_of(bench, camera);
    Played all = {.number = -1};
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = segments->pdata[i];
        Played played = play_file(bench, segment);
        g_assert_cmpstr(segment->audio, ==, audio);
        all.pictures += played.pictures;
        all.broken += played.broken;
        if (played.pictures > 0)
            all.number = played.number;
        if (!g_str_equal(segment->clock, "camera")) // the party's reports have not come
            continue;
        if (g_str_equal(audio, "opus")) // a party's own clock is not trusted
            g_assert_cmpint(segment->clock_uncertainty_us, >=, CAP_CLOCK_UNKNOWN_US);
        g_assert_cmpint(played.worst_us, <=, segment->clock_uncertainty_us + ROUNDING_US);
        const IdxSegment *first = segments->pdata[0];
        if (segment->start_us - first->start_us < START_US || played.pictures == 0)
            continue;
        all.worst_us = MAX(all.worst_us, played.worst_us);
        all.judged++;
    }
    return all;
}

void look_at_leg(const Bench *bench, const char *camera, int number, int pictures, bool exact)
{
    look_at_leg_of(bench, camera, "opus", number, pictures, exact);
}

void look_at_leg_of(const Bench *bench, const char *camera, const char *audio, int number,
                    int pictures, bool exact)
{
    Played played = play_leg(bench, camera, audio);
    g_test_message("%s: %d pictures; times of %d files off by %d ms at most", camera,
                   played.pictures, played.judged, (int)(played.worst_us / 1000));
    g_assert_cmpint(played.number, ==, number);
    g_assert_cmpint(played.pictures, >=, pictures);
    g_assert_cmpint(played.judged, >=, exact);
    g_assert_cmpint(played.worst_us, <, EXACT_US);
    /* A machine that is too busy loses packets of UDP: what is broken is known to be. */
    g_autoptr(GPtrArray) damage =
        idx_damage_range(bench->cat, stream_of(bench, camera), 0, INT64_MAX, NULL);
    g_assert_true(played.broken == 0 || damage->len > 0);
}

#define SLACK_US 30000 // of a busy machine

/* Its uncertainty is the way that was measured, and nothing else: nothing has to be made good any more either. */
static bool is_measured(const IdxSegment *segment, int64_t path_us)
{
    return g_str_equal(segment->clock, "camera") &&
           segment->clock_uncertainty_us <
               MIN(path_us + CAP_CLOCK_SENDER_US + SLACK_US, CAP_CLOCK_UNKNOWN_US);
}

void look_wait_measured(const Bench *bench, const char *camera, int64_t path_us)
{
    int64_t until_us = g_get_monotonic_time() + 3 * ROOM_WAIT_US;
    for (int64_t have_us = 0; have_us < MJ_SECOND_US;) {
        g_autoptr(GPtrArray) segments = segments_of(bench, camera);
        for (guint i = 0; i < segments->len; i++) {
            const IdxSegment *segment = segments->pdata[i];
            if (is_measured(segment, path_us))
                have_us = MAX(have_us, segment->end_us - segment->start_us);
        }
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(POLL_US);
    }
}

void look_at_far_leg(const Bench *bench, const char *camera, int number, int64_t path_us)
{
    g_autoptr(GPtrArray) segments = segments_of(bench, camera);
    int pictures = 0;
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = segments->pdata[i];
        Played played = play_file(bench, segment);
        if (!is_measured(segment, path_us) || played.pictures == 0)
            continue;
        pictures += played.pictures;
        g_assert_cmpint(played.number, ==, number);
        g_assert_cmpint(segment->clock_uncertainty_us, >=, path_us);
        g_assert_cmpint(played.worst_us, <, EXACT_US);
    }
    g_assert_cmpint(pictures, >, 0);
}

int64_t look_last_taken(const Bench *bench, const char *camera, int64_t before_us)
{
    g_autoptr(GPtrArray) segments = segments_of(bench, camera);
    int64_t taken_us = 0;
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = segments->pdata[i];
        Played played = segment->start_us < before_us ? play_file(bench, segment) : (Played){0};
        if (played.taken_us < before_us)
            taken_us = MAX(taken_us, played.taken_us);
    }
    return taken_us;
}

void look_at_seen(Party *party, int number, double tone_hz)
{
    PartySeen seen = party_seen(party, tone_hz);
    g_test_message(
        "%d pictures, %d keys, last %d ms, p95 %d ms after they were taken, tone %.3f at %.2f",
        seen.pictures, seen.key_frames, (int)(seen.late_us / 1000), (int)(seen.late_p95_us / 1000),
        seen.tone_share, seen.loudness);
    g_assert_cmpint(seen.number, ==, number);
    g_assert_cmpfloat(seen.tone_share, >, 0.8);
    g_assert_cmpfloat(seen.loudness, >, 0.1);
}
