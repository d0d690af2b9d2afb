// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "test/rtsp/sent.h"

#define LOST_LISTED 1000

typedef struct Span { // of stored frames of a mount, or of a connection
    uint32_t first, last;
} Span;

typedef struct Work {
    GHashTable *stored;  // key_of() → times stored
    GHashTable *spoiled; // key_of() of frames that were spoiled on the way
    GHashTable *sent;    // key_of()
    GHashTable *mounts;  // mount → Span
    SentReport *report;
} Work;

static gint64 *key_of(uint32_t mount, uint32_t frame)
{
    gint64 *key = g_new(gint64, 1);
    *key = (gint64)mount << 32 | frame;
    return key;
}

static bool has(GHashTable *table, uint32_t mount, uint32_t frame)
{
    gint64 key = (gint64)mount << 32 | frame;
    return g_hash_table_contains(table, &key);
}

static void work_init(Work *work, SentReport *report)
{
    work->report = report;
    work->stored = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    work->spoiled = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    work->sent = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    work->mounts = g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

static void work_clear(Work *work)
{
    g_hash_table_unref(work->stored);
    g_hash_table_unref(work->spoiled);
    g_hash_table_unref(work->sent);
    g_hash_table_unref(work->mounts);
}

/* A frame spoiled on the way may be missing, cut or unmarked; those about it may then be joined to it. */
static void note_sent(Work *work, const GArray *sent, int64_t mount)
{
    for (guint i = 0; sent && i < sent->len; i++) {
        const SentFrame *frame = &g_array_index(sent, SentFrame, i);
        if (mount >= 0 && frame->mount != mount)
            continue;
        work->report->sent++;
        g_hash_table_add(frame->spoiled ? work->spoiled : work->sent,
                         key_of(frame->mount, frame->frame));
    }
}

/* The last of the span before. */
static uint32_t widen(GHashTable *spans, uint32_t of, uint32_t frame)
{
    Span *span = g_hash_table_lookup(spans, GUINT_TO_POINTER(of));
    if (!span) {
        span = g_new(Span, 1);
        *span = (Span){frame, frame};
        g_hash_table_insert(spans, GUINT_TO_POINTER(of), span);
        return 0;
    }
    uint32_t last = span->last;
    span->first = MIN(span->first, frame);
    span->last = MAX(span->last, frame);
    return last;
}

static void note_place(Work *work, const StoredFrame *frame)
{
    uint32_t last = widen(work->mounts, frame->mount, frame->frame);
    if (has(work->stored, frame->mount, frame->frame))
        work->report->repeated++;
    else if (frame->frame < last)
        work->report->disordered++;
    g_hash_table_add(work->stored, key_of(frame->mount, frame->frame));
}

static void note_stored(Work *work, const StoredFrame *frame, bool logged)
{
    SentReport *report = work->report;
    bool spoiled = frame->marked && has(work->spoiled, frame->mount, frame->frame);
    report->stored++;
    report->damaged += frame->marked && !frame->whole && !spoiled;
    report->unmarked += !frame->marked;
    if (!frame->marked)
        return;
    report->unknown += logged && !spoiled && !has(work->sent, frame->mount, frame->frame);
    note_place(work, frame);
}

static int by_size(gconstpointer a, gconstpointer b)
{
    gint64 one = *(const gint64 *)a, two = *(const gint64 *)b;
    return (one > two) - (one < two);
}

static void note_times(SentReport *report, const GArray *stored, int64_t mount)
{
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(gint64));
    double sum = 0;
    for (guint i = 0; i < stored->len; i++) {
        const StoredFrame *frame = &g_array_index(stored, StoredFrame, i);
        if (!frame->indexed || !frame->marked || (mount >= 0 && frame->mount != mount))
            continue;
        gint64 error_us = frame->index_us - frame->utc_us, size = ABS(error_us);
        report->error_min_us = report->timed ? MIN(report->error_min_us, error_us) : error_us;
        report->error_max_us = report->timed ? MAX(report->error_max_us, error_us) : error_us;
        report->timed++;
        sum += (double)error_us;
        g_array_append_val(sizes, size);
    }
    if (report->timed == 0)
        return;
    report->error_mean_us = (int64_t)(sum / (double)report->timed);
    g_array_sort(sizes, by_size);
    report->error_p95_us = g_array_index(sizes, gint64, (sizes->len - 1) * 95 / 100);
}

static void add_lost(SentReport *report, const SentFrame *frame)
{
    report->lost++;
    if (report->lost_frames->len < LOST_LISTED)
        g_array_append_vals(report->lost_frames, frame, 1);
}

/* What of each connection is stored: a camera that starts and ends in mid-stream loses nothing. */
static GHashTable *connections(const Work *work, const GArray *sent)
{
    GHashTable *spans = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (guint i = 0; i < sent->len; i++) {
        const SentFrame *frame = &g_array_index(sent, SentFrame, i);
        if (has(work->stored, frame->mount, frame->frame))
            widen(spans, frame->connection, frame->frame);
    }
    return spans;
}

static void count_lost(Work *work, const GArray *sent, int64_t mount)
{
    SentReport *report = work->report;
    g_autoptr(GHashTable) spans = connections(work, sent);
    for (guint i = 0; i < sent->len; i++) {
        const SentFrame *frame = &g_array_index(sent, SentFrame, i);
        if (frame->spoiled || (mount >= 0 && frame->mount != mount) ||
            has(work->stored, frame->mount, frame->frame))
            continue;
        const Span *span = g_hash_table_lookup(spans, GUINT_TO_POINTER(frame->connection));
        if (!span || frame->frame < span->first)
            report->head++;
        else if (frame->frame > span->last)
            report->tail++;
        else
            add_lost(report, frame);
    }
}

static void count_holes(Work *work)
{
    GHashTableIter iter;
    gpointer mount, value;
    g_hash_table_iter_init(&iter, work->mounts);
    while (g_hash_table_iter_next(&iter, &mount, &value)) {
        const Span *span = value;
        for (uint32_t frame = span->first; frame < span->last; frame++) {
            SentFrame lost = {.mount = GPOINTER_TO_UINT(mount), .frame = frame};
            if (!has(work->stored, lost.mount, frame))
                add_lost(work->report, &lost);
        }
    }
}

void sent_compare(const GArray *stored, const GArray *sent, int64_t mount, SentReport *ret)
{
    *ret = (SentReport){.lost_frames = g_array_new(FALSE, FALSE, sizeof(SentFrame))};
    Work work;
    work_init(&work, ret);
    note_sent(&work, sent, mount);
    for (guint i = 0; i < stored->len; i++) {
        const StoredFrame *frame = &g_array_index(stored, StoredFrame, i);
        if (mount < 0 || (frame->marked && frame->mount == mount))
            note_stored(&work, frame, sent != NULL);
    }
    if (sent)
        count_lost(&work, sent, mount);
    else
        count_holes(&work);
    note_times(ret, stored, mount);
    work_clear(&work);
}

void sent_report_clear(SentReport *report)
{
    g_clear_pointer(&report->lost_frames, g_array_unref);
}
