// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/capture/staying.h"

#include <stdarg.h>
#include <string.h>

#include "capture/clock_map.h"

#define EXACT_US INT64_C(2000)
#define NEAR_US INT64_C(45000) // a frame and a bit: where a gap ends and a picture begins

typedef struct Findings { // of one row, for the report
    const Watch *watch;
    GArray *stored; // StoredFrame
    GPtrArray *segments, *gaps, *damage;
    int64_t lost;              // sent, whole, and not stored
    int64_t least_us, most_us; // by which times are off
    int64_t again_us;          // after the camera was well
    GHashTable *frames;        // numbers stored
} Findings;

static void findings_clear(Findings *f)
{
    g_clear_pointer(&f->stored, g_array_unref);
    g_clear_pointer(&f->segments, g_ptr_array_unref);
    g_clear_pointer(&f->gaps, g_ptr_array_unref);
    g_clear_pointer(&f->damage, g_ptr_array_unref);
    g_clear_pointer(&f->frames, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Findings, findings_clear)

void staying_trouble(Watch *watch, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(watch->trouble, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static GArray *read_stored(const Bench *bench, const char *code)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_build_filename(bench->home, "footage", code, NULL);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    sent_find_files(folder, files, &error);
    g_assert_no_error(error);
    GArray *stored = sent_stored_read(files, &error);
    g_assert_no_error(error);
    return stored;
}

/* covered + gaps = asked, and nothing without its reason. */
static void add_up(const Bench *bench, Watch *watch, Findings *f)
{
    const GPtrArray *segments = f->segments;
    const IdxSegment *first = segments->pdata[0], *last = segments->pdata[segments->len - 1];
    g_autoptr(GError) error = NULL;
    int64_t seen_us = MAX(now_us(), last->end_us); // the last picture lasts until a next one's turn
    g_autoptr(IdxTimeline) line =
        idx_timeline_get(bench->cat, watch->stream, first->start_us, last->end_us, seen_us, &error);
    g_assert_no_error(error);
    int64_t sum_us = line->covered_us;
    g_autoptr(GString) reasons = g_string_new(NULL);
    const char *before = "";
    for (guint i = 0; i < line->gaps->len; i++) {
        const IdxGap *gap = line->gaps->pdata[i];
        sum_us += gap->to_us - gap->from_us;
        if (watch->row->also && strstr(watch->row->also, gap->reason))
            continue; // it may be trying just when the camera returns
        if (strcmp(gap->reason, before) != 0)
            g_string_append_printf(reasons, "%s%s", reasons->len ? " " : "", gap->reason);
        before = gap->reason;
    }
    if (sum_us != last->end_us - first->start_us)
        staying_trouble(watch, "covered + gaps is %" G_GINT64_FORMAT " us off",
                        sum_us - (last->end_us - first->start_us));
    if (strcmp(reasons->str, watch->row->gaps) != 0)
        staying_trouble(watch, "gaps are \"%s\", should be \"%s\"", reasons->str, watch->row->gaps);
    f->gaps = g_steal_pointer(&line->gaps);
    f->damage = g_steal_pointer(&line->damage);
}

/* Of a camera that tells no time the catalogue's times are a little off, damage's as well. */
static bool in_damage(const Findings *f, int64_t utc_us)
{
    int64_t early_us = EXACT_US + MAX(f->most_us, 0), late_us = EXACT_US - MIN(f->least_us, 0);
    for (guint i = 0; i < f->damage->len; i++) {
        const IdxDamage *damage = f->damage->pdata[i];
        if (utc_us >= damage->from_us - early_us && utc_us < damage->to_us + late_us)
            return true;
    }
    return false;
}

static bool in_gap(const Findings *f, int64_t utc_us)
{
    for (guint i = 0; i < f->gaps->len; i++) {
        const IdxGap *gap = f->gaps->pdata[i];
        if (utc_us >= gap->from_us - NEAR_US && utc_us <= gap->to_us + NEAR_US)
            return true;
    }
    return false;
}

/* Whether the picture before or behind it on its line was altered: bytes that are not what they say may join it
 * to that one (the end of a fragment, the length of a unit), and nobody can see that they were altered. */
static bool beside_garbled(const GArray *sent, guint i)
{
    const SentFrame *frame = &g_array_index(sent, SentFrame, i);
    for (guint k = 0; k < sent->len; k++) {
        const SentFrame *other = &g_array_index(sent, SentFrame, k);
        if (other->mount == frame->mount && other->spoiled &&
            (other->frame + 1 == frame->frame || other->frame == frame->frame + 1))
            return true;
    }
    return false;
}

/* What was sent whole is stored, or a gap says why not. */
static void check_sent(Findings *f, Watch *watch, const GArray *sent)
{
    const IdxSegment *first = f->segments->pdata[0];
    const IdxSegment *last = f->segments->pdata[f->segments->len - 1];
    int64_t unnamed = 0;
    for (guint i = 0; i < sent->len; i++) {
        const SentFrame *frame = &g_array_index(sent, SentFrame, i);
        if (frame->mount != (uint32_t)watch->camera || frame->spoiled ||
            frame->utc_us < first->start_us - NEAR_US || frame->utc_us >= last->end_us - NEAR_US ||
            g_hash_table_contains(f->frames, GUINT_TO_POINTER(frame->frame)))
            continue;
        f->lost++;
        if (watch->row->garbled && beside_garbled(sent, i))
            continue;
        if (!in_gap(f, frame->utc_us) && !in_damage(f, frame->utc_us) && unnamed++ == 0)
            staying_trouble(watch, "frame %u, sent %.3f s after the first step, is not stored",
                            frame->frame,
                            (double)(frame->utc_us - watch->first_step_us) / MJ_SECOND_US);
    }
    if (unnamed > 1)
        staying_trouble(watch, "%" G_GINT64_FORMAT " such frames in no gap", unnamed);
}

/* Each picture that lost packets is told to be damaged, or is missing in a gap; and no row is told to
 * be damaged that is not. */
static void check_damage(const Findings *f, Watch *watch, const GArray *sent)
{
    int spoiled = 0, told = 0;
    for (guint i = 0; i < sent->len; i++) {
        const SentFrame *frame = &g_array_index(sent, SentFrame, i);
        if (frame->mount != (uint32_t)watch->camera || !frame->spoiled)
            continue;
        spoiled++;
        told += in_damage(f, frame->utc_us) || in_gap(f, frame->utc_us);
    }
    if (watch->row->damage != DAMAGE_PERHAPS &&
        (watch->row->damage == DAMAGE_TOLD) != (f->damage->len > 0))
        staying_trouble(watch, "%u spans are told to be damaged", f->damage->len);
    if (watch->row->damage && !watch->row->garbled && (spoiled == 0 || told < spoiled))
        staying_trouble(watch, "of %d damaged pictures %d are told", spoiled, told);
    if (watch->row->damage)
        g_test_message("%s: %d pictures spoiled, %u spans told", watch->row->name, spoiled,
                       f->damage->len);
}

static void note_frames(Findings *f)
{
    f->frames = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < f->stored->len; i++) {
        const StoredFrame *frame = &g_array_index(f->stored, StoredFrame, i);
        if (frame->marked)
            g_hash_table_add(f->frames, GUINT_TO_POINTER(frame->frame));
    }
}

static void check_report(Watch *watch, const SentReport *report)
{
    const Row *row = watch->row;
    if (report->repeated + report->disordered + report->damaged + report->unknown > 0 &&
        !row->garbled)
        staying_trouble(watch,
                        "%" G_GINT64_FORMAT " repeated, %" G_GINT64_FORMAT
                        " out of order, %" G_GINT64_FORMAT " damaged, %" G_GINT64_FORMAT " unknown",
                        report->repeated, report->disordered, report->damaged, report->unknown);
}

/* By how much the times of its file may be wrong because the recorder could not know better, and says so:
 * a camera's clock that seemed to be apart when a busy host was late with its first pictures. */
static int64_t unknown_us(const Findings *f, const StoredFrame *frame)
{
    for (guint i = 0; i < f->segments->len; i++) {
        const IdxSegment *segment = f->segments->pdata[i];
        if (segment->start_us == frame->start_us && segment->has_clock_offset &&
            ABS(segment->clock_offset_us) > CAP_CLOCK_LATENCY_US)
            return segment->clock_uncertainty_us;
    }
    return 0;
}

/* Of pictures that are whole: a torn one may bear the mark of another. */
static void check_times(Findings *f, Watch *watch)
{
    int64_t least_us = 0, most_us = 0; // beyond what is unknown
    for (guint i = 0; i < f->stored->len; i++) {
        const StoredFrame *frame = &g_array_index(f->stored, StoredFrame, i);
        if (!frame->marked || !frame->whole || !frame->indexed)
            continue;
        int64_t off_us = frame->index_us - frame->utc_us, unknown = unknown_us(f, frame);
        f->least_us = MIN(f->least_us, off_us);
        f->most_us = MAX(f->most_us, off_us);
        least_us = MIN(least_us, off_us + unknown);
        most_us = MAX(most_us, off_us - unknown);
    }
    if (least_us < -watch->row->error_us || most_us > watch->row->error_us)
        staying_trouble(watch, "time is off by %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " us",
                        f->least_us, f->most_us);
}

/* Put together wrongly, or no pictures at all. */
static void check_marks(const Findings *f, Watch *watch)
{
    int unmarked = 0;
    for (guint i = 0; i < f->stored->len; i++)
        unmarked += !g_array_index(f->stored, StoredFrame, i).marked;
    if (unmarked > 0)
        staying_trouble(watch, "%d pictures without their mark", unmarked);
}

/* Two pictures at one time, or time running back, would be a file that lies. */
static void check_order(const Findings *f, Watch *watch)
{
    const StoredFrame *before = NULL;
    for (guint i = 0; i < f->stored->len; i++) {
        const StoredFrame *frame = &g_array_index(f->stored, StoredFrame, i);
        int64_t unknown =
            before ? unknown_us(f, before) : 0; // made good where the next file begins
        if (before && before->index_us >= frame->index_us + unknown) {
            staying_trouble(watch, "frame %u is stored %" G_GINT64_FORMAT " us before frame %u",
                            frame->frame, before->index_us - frame->index_us, before->frame);
            return;
        }
        before = frame;
    }
}

/* The first picture taken once the camera was well. */
static void check_again(Findings *f, Watch *watch, int64_t late_us)
{
    if (watch->well_us == 0)
        return;
    f->again_us = -1;
    for (guint i = 0; i < f->stored->len && f->again_us < 0; i++) {
        const StoredFrame *frame = &g_array_index(f->stored, StoredFrame, i);
        if (frame->marked && frame->utc_us >= watch->well_us)
            f->again_us = frame->utc_us - watch->well_us;
    }
    if (f->again_us < 0)
        staying_trouble(watch, "was not recorded again");
    else if (f->again_us > AGAIN_US + late_us)
        staying_trouble(watch, "was recorded again after %.3f s",
                        (double)f->again_us / MJ_SECOND_US);
}

static void check_told(Watch *watch, int64_t late_us)
{
    const Row *row = watch->row;
    if (!row->state)
        return;
    if (watch->told_us == 0)
        staying_trouble(watch, "\"%s\" was not told", row->state);
    else if (watch->told_us - watch->first_step_us >
             (int64_t)(row->told_s * MJ_SECOND_US) + late_us)
        staying_trouble(watch, "\"%s\" was told after %.3f s", row->state,
                        (double)(watch->told_us - watch->first_step_us) / MJ_SECOND_US);
    if (watch->detail && row->words && !strstr(watch->detail, row->words))
        staying_trouble(watch, "says \"%s\", nothing of \"%s\"", watch->detail, row->words);
}

static void check_last(const Findings *f, Watch *watch)
{
    const IdxSegment *last = f->segments->pdata[f->segments->len - 1];
    const Row *row = watch->row;
    if ((row->video && g_strcmp0(last->video, row->video) != 0) ||
        (row->audio && g_strcmp0(last->audio, row->audio) != 0) ||
        (row->width && row->width != last->width))
        staying_trouble(watch, "ends as %s, %s, width %d", last->video, last->audio, last->width);
    if (last->end_us < now_us() - 10 * MJ_SECOND_US)
        staying_trouble(watch, "is not recorded at the end");
    if (watch->denied != row->denied)
        staying_trouble(watch, "%" G_GINT64_FORMAT " tries with the wrong password", watch->denied);
}

void staying_check(const Bench *bench, Watch *watch, const GArray *sent, int64_t late_us)
{
    g_auto(Findings) f = {.watch = watch};
    f.segments = segments_of(bench, watch->row->name);
    if (f.segments->len == 0) {
        staying_trouble(watch, "nothing was recorded");
        return;
    }
    f.stored = read_stored(bench, watch->row->name);
    add_up(bench, watch, &f);
    note_frames(&f);
    check_times(&f, watch);
    check_sent(&f, watch, sent);
    check_damage(&f, watch, sent);
    g_auto(SentReport) report;
    sent_compare(f.stored, sent, watch->camera, &report);
    check_report(watch, &report);
    if (!watch->row->garbled)
        check_order(&f, watch);
    if (!watch->row->garbled && !watch->row->damage)
        check_marks(&f, watch);
    check_again(&f, watch, late_us);
    check_told(watch, late_us);
    check_last(&f, watch);
    g_test_message("%-22s told %6.3f s, again %6.3f s; %" G_GINT64_FORMAT
                   " stored, %" G_GINT64_FORMAT " lost; %u files; time %+.1f to %+.1f ms; %s",
                   watch->row->name,
                   watch->told_us ? (double)(watch->told_us - watch->first_step_us) / 1e6 : 0.0,
                   (double)f.again_us / 1e6, report.stored, f.lost, f.segments->len,
                   (double)f.least_us / 1e3, (double)f.most_us / 1e3,
                   watch->detail ? watch->detail : "recorded all the time");
}
