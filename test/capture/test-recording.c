// SPDX-License-Identifier: GPL-3.0-or-later
/* Recordings whose clocks do what clocks do: are set, forward and back. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "index/base/home.h"
#include "index/segment/gap.h"
#include "index/segment/timeline.h"
#include "test/capture/fixture.h"
#include "test/capture/run.h"

static GPtrArray *gaps_of(const Run *run, IdxCatalogue *cat)
{
    GPtrArray *gaps = idx_gap_range(cat, run->stream, 1, INT64_MAX, NULL);
    g_assert_nonnull(gaps);
    return gaps;
}

/* What a picture with @pts_us was taken at, by the catalogue. */
static int64_t said_us(const GPtrArray *segments, int64_t pts_us)
{
    const IdxSegment *found = g_ptr_array_index(segments, 0);
    int64_t base_us = found->media_start_us; // media time of pts 0
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = g_ptr_array_index(segments, i);
        if (segment->media_start_us - base_us <= pts_us)
            found = segment;
    }
    return found->start_us + pts_us + base_us - found->media_start_us;
}

typedef struct Step {
    int64_t by_us;
    bool wall, gap;
    int64_t settled_s; // when time is right again
} Step;

static void test_step(gconstpointer data)
{
    const Step *step = data;
    Run *run = run_new(NULL, 60 * MJ_SECOND_US);
    send_pictures(run, 20 * GOP, step->wall);
    run->host.utc_less_mono_us += step->by_us;
    int64_t total_s = 20 + step->settled_s + 70;
    send_pictures(run, (int)(total_s - 20) * GOP, step->wall);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) segments = check_segments(run, cat);
    /* Told once, as what it was. */
    g_autoptr(GPtrArray) gaps = gaps_of(run, cat);
    g_assert_cmpuint(gaps->len, ==, 1);
    const IdxGap *gap = g_ptr_array_index(gaps, 0);
    g_assert_cmpstr(gap->reason, ==, IDX_REASON_CLOCK);
    g_assert_nonnull(strstr(gap->detail, "host's clock was set"));
    g_assert_nonnull(strstr(gap->detail, step->by_us > 0 ? "forward" : "back"));
    int64_t length_us = step->gap ? step->by_us : 0;
    g_assert_cmpint(ABS(gap->to_us - gap->from_us - length_us), <=, step->gap ? LATENCY : 0);
    g_assert_cmpint(ABS(gap->from_us - (UTC + 20 * MJ_SECOND_US)), <=, MJ_SECOND_US + LATENCY);
    /* Right before, and right after; what was off between is said. */
    int64_t early_us = said_us(segments, 10 * MJ_SECOND_US) - (UTC + 10 * MJ_SECOND_US);
    g_assert_cmpint(ABS(early_us), <=, LATENCY);
    int64_t late_pts_us = (total_s - 1) * MJ_SECOND_US;
    int64_t late_us = said_us(segments, late_pts_us) - (UTC + late_pts_us + step->by_us);
    g_test_message("%+.1f s: %u segments, %" G_GINT64_FORMAT " us off at last",
                   (double)step->by_us / 1e6, segments->len, late_us);
    g_assert_cmpint(ABS(late_us), <=, LATENCY);
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = g_ptr_array_index(segments, i);
        int64_t pts_us =
            segment->media_start_us - ((IdxSegment *)segments->pdata[0])->media_start_us;
        int64_t stepped_us = pts_us >= 20 * MJ_SECOND_US ? step->by_us : 0;
        int64_t off_us = segment->start_us - (UTC + pts_us + stepped_us);
        g_assert_cmpint(ABS(off_us), <=, segment->clock_uncertainty_us + 1000);
    }
    /* covered + gaps = asked */
    const IdxSegment *first = segments->pdata[0], *last = segments->pdata[segments->len - 1];
    g_autoptr(IdxTimeline) line = idx_timeline_get(cat, run->stream, first->start_us, last->end_us,
                                                   last->end_us + MJ_HOUR_US, NULL);
    int64_t missing_us = last->end_us - first->start_us - line->covered_us;
    g_assert_cmpint(missing_us, ==, gap->to_us - gap->from_us);
    g_assert_cmpuint(line->gaps->len, ==, step->gap);
    run_free(run, cat);
}

/* --- footage of other times ------------------------------------------------------------------- */

/* A segment that is in the catalogue already. */
static void add_row(const Run *run, int64_t start_us, int64_t end_us)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(run->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    g_autofree char *path = g_strdup_printf("cam1/main/%" G_GINT64_FORMAT ".mp4", start_us);
    IdxSegment row = {.stream_id = run->stream,
                      .start_us = start_us,
                      .end_us = end_us,
                      .path = path,
                      .init_bytes = 1,
                      .video = (char *)"h264",
                      .clock = (char *)"arrival"};
    idx_segment_open(cat, &row, &error);
    g_assert_no_error(error);
}

static bool is_row(const IdxSegment *segment)
{
    return g_str_equal(segment->state, "open"); // add_row() closes none
}

/* What this run recorded; nothing of it overlaps with anything. */
static GPtrArray *recorded(const Run *run, IdxCatalogue *cat)
{
    g_autoptr(GPtrArray) all = idx_segment_range(cat, run->stream, 0, INT64_MAX, NULL);
    GPtrArray *own = g_ptr_array_new_with_free_func((GDestroyNotify)idx_segment_free);
    int64_t end_us = 0;
    while (all->len > 0) {
        IdxSegment *segment = g_ptr_array_steal_index(all, 0);
        g_assert_cmpint(segment->start_us, >=, end_us);
        end_us = segment->end_us;
        if (is_row(segment))
            idx_segment_free(segment);
        else
            g_ptr_array_add(own, segment);
    }
    g_assert_cmpuint(own->len, >, 0);
    return own;
}

static int count_notes(const Run *run, IdxCatalogue *cat, const char *words)
{
    g_autoptr(GPtrArray) gaps = gaps_of(run, cat);
    int count = 0;
    for (guint i = 0; i < gaps->len; i++) {
        const IdxGap *gap = g_ptr_array_index(gaps, i);
        count += g_str_equal(gap->reason, IDX_REASON_CLOCK) && strstr(gap->detail, words);
    }
    return count;
}

static void restart(Run *run, int64_t not_before_us, int64_t segment_us)
{
    cap_recording_free(run->recording);
    CapRecordingConfig config = run_config(run, segment_us);
    config.not_before_us = not_before_us;
    run->recording = cap_recording_new(&config, NULL);
}

/* One segment of 2030 does not take the others along. */
static void test_future_row(void)
{
    Run *run = run_new(NULL, 10 * MJ_SECOND_US);
    int64_t far_us = UTC + INT64_C(4) * 365 * 24 * MJ_HOUR_US;
    add_row(run, far_us, far_us + MJ_MINUTE_US);
    restart(run, far_us + MJ_MINUTE_US, 10 * MJ_SECOND_US);
    send_pictures(run, 30 * GOP, false);
    g_assert_cmpint(cap_recording_end_us(run->recording), <, UTC + MJ_MINUTE_US);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) own = recorded(run, cat);
    g_assert_cmpuint(own->len, >=, 3);
    const IdxSegment *first = own->pdata[0], *last = own->pdata[own->len - 1];
    g_assert_cmpint(ABS(first->start_us - UTC), <=, LATENCY);
    g_assert_cmpint(ABS(last->end_us - UTC - 30 * MJ_SECOND_US), <=, LATENCY + FRAME);
    g_assert_nonnull(strstr(first->path, "cam1/main/2026"));
    g_assert_cmpint(count_notes(run, cat, "ahead of the clock"), ==, 1);
    run_free(run, cat);
}

/* The end of the run before lies a little ahead, as clocks do: no note, and no overlap. */
static void test_little_ahead(void)
{
    Run *run = run_new(NULL, 10 * MJ_SECOND_US);
    add_row(run, UTC - MJ_MINUTE_US, UTC + 700000);
    restart(run, UTC + 700000, 10 * MJ_SECOND_US);
    send_pictures(run, 15 * GOP, false);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) own = recorded(run, cat);
    g_assert_cmpint(((IdxSegment *)own->pdata[0])->start_us, ==, UTC + 700000);
    g_assert_cmpint(count_notes(run, cat, "ahead"), ==, 0);
    run_free(run, cat);
}

/* There is footage of now already: it is not written over, and what follows says how far it is
 * off. */
static void test_taken(void)
{
    Run *run = run_new(NULL, 10 * MJ_SECOND_US);
    add_row(run, UTC - MJ_MINUTE_US, UTC + 20 * MJ_SECOND_US);
    restart(run, 0, 10 * MJ_SECOND_US);
    send_pictures(run, 15 * GOP, false);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) own = recorded(run, cat);
    const IdxSegment *first = own->pdata[0];
    g_assert_cmpint(first->start_us, ==, UTC + 20 * MJ_SECOND_US);
    g_assert_cmpint(first->clock_uncertainty_us, >=, 20 * MJ_SECOND_US - LATENCY);
    g_assert_cmpint(count_notes(run, cat, "earlier footage"), ==, 1);
    run_free(run, cat);
}

/* Recording comes to a time that was recorded while the clock was ahead. */
static void test_comes_near(void)
{
    Run *run = run_new(NULL, 10 * MJ_SECOND_US);
    int64_t from_us = UTC + 40 * MJ_SECOND_US, to_us = UTC + 45 * MJ_SECOND_US;
    add_row(run, from_us, to_us);
    send_pictures(run, 120 * GOP, false);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) own = recorded(run, cat);
    int64_t pictures = 0;
    for (guint i = 0; i < own->len; i++)
        pictures += ((IdxSegment *)own->pdata[i])->frames;
    g_assert_cmpint(pictures, ==, run->sent); // none is lost
    g_assert_cmpint(((IdxSegment *)own->pdata[0])->start_us, <=, UTC + LATENCY);
    g_assert_cmpint(count_notes(run, cat, "earlier footage"), ==, 1);
    run_free(run, cat);
}

/* The clock is put years ahead and back while recording. */
static void test_there_and_back(void)
{
    Run *run = run_new(NULL, 10 * MJ_SECOND_US);
    int64_t year_us = 365 * 24 * MJ_HOUR_US;
    send_pictures(run, 15 * GOP, false);
    run->host.utc_less_mono_us += year_us;
    send_pictures(run, 15 * GOP, false);
    run->host.utc_less_mono_us -= year_us;
    send_pictures(run, 30 * GOP, false);
    g_assert_cmpint(cap_recording_end_us(run->recording), <, UTC + 2 * MJ_MINUTE_US);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) own = recorded(run, cat);
    const IdxSegment *last = own->pdata[own->len - 1];
    g_assert_cmpint(last->start_us, >, UTC + year_us / 2); // what was recorded then stays there
    int64_t today_us = 0, then_us = 0, end_us = 0;
    for (guint i = 0; i < own->len; i++) {
        const IdxSegment *segment = own->pdata[i];
        bool then = segment->start_us > UTC + year_us / 2;
        *(then ? &then_us : &today_us) += segment->end_us - segment->start_us;
        end_us = then ? end_us : segment->end_us;
    }
    g_assert_cmpint(ABS(then_us - 15 * MJ_SECOND_US), <=, 2 * MJ_SECOND_US);
    g_assert_cmpint(ABS(today_us - 45 * MJ_SECOND_US), <=, 2 * MJ_SECOND_US);
    g_assert_cmpint(ABS(end_us - UTC - MJ_MINUTE_US), <=, MJ_SECOND_US);
    run_free(run, cat);
}

/* Its last pictures cannot be written as it ends: what is missing is not unknown. */
static void test_end_fails(void)
{
    Run *run = run_new(NULL, 600 * MJ_SECOND_US);
    send_pictures(run, 2 * GOP + GOP / 2, true);
    struct rlimit before, none = {1, 1};
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    none.rlim_max = before.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &none), ==, 0); // no file grows
    bool good = cap_recording_end(run->recording);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_assert_false(good);
    int64_t end_us = cap_recording_end_us(run->recording);
    IdxCatalogue *cat = run_end(run);
    g_assert_cmpint(end_us, >, UTC);
    g_assert_cmpint(end_us, <, UTC + run->sent * FRAME);
    g_autoptr(GPtrArray) gaps = idx_gap_range(cat, run->stream, 0, INT64_MAX, NULL);
    g_assert_cmpuint(gaps->len, ==, 1);
    const IdxGap *gap = gaps->pdata[0];
    g_assert_cmpstr(gap->reason, ==, IDX_REASON_DISK);
    g_assert_cmpint(gap->from_us, ==, end_us);
    g_assert_cmpint(gap->to_us, ==, 0);
    run_free(run, cat);
}

int main(int argc, char **argv)
{
    static const Step STEPS[] = {
        {5000000, false, true, 10},  {5000000, true, true, 10},
        {300000, false, false, 10},  {INT64_C(3600000000), false, true, 10},
        {-300000, false, false, 10}, {-5000000, false, false, 60},
        {-5000000, true, false, 60},
    };
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    for (size_t i = 0; i < G_N_ELEMENTS(STEPS); i++) {
        g_autofree char *name = g_strdup_printf("/recording/step/%zu", i);
        g_test_add_data_func(name, &STEPS[i], test_step);
    }
    signal(SIGXFSZ, SIG_IGN);
    g_test_add_func("/recording/end-fails", test_end_fails);
    g_test_add_func("/recording/future-row", test_future_row);
    g_test_add_func("/recording/little-ahead", test_little_ahead);
    g_test_add_func("/recording/taken", test_taken);
    g_test_add_func("/recording/comes-near", test_comes_near);
    g_test_add_func("/recording/there-and-back", test_there_and_back);
    return g_test_run();
}
