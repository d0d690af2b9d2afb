// SPDX-License-Identifier: GPL-3.0-or-later
/* Which samples a clip has, and when each is shown on its timeline. */
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/clip/clip_own.h"
#include "index/segment/fd.h"
#include "index/segment/file.h"
#include "index/segment/volume.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MOOF_READ 4096         // most are shorter
#define MOOF_MAX (1024 * 1024) // of a second of anything
#define FRAGMENTS_AT_ONCE 256  // between two looks at whether it is still wanted
#define TIMESCALE_MAX 10000000 // ticks a second

typedef struct Plan {
    IdxClip *clip;
    IdxCatalogue *cat;
    IdxClipProgress progress;
    void *data;
    bool begun;
    int64_t zero_us;  // when the first picture was taken: pts 0
    int64_t end_us;   // of the pictures so far
    int64_t shift_us; // of the segment at hand: the clip's time of tick 0 of its timeline
    int64_t fragments_done, fragments_of;
    GArray *samples; // ClipSample, of one fragment
    GByteArray *init, *moof;
    ClipTracks tracks;
    uint32_t entry[CLIP_TRACKS_MAX];
} Plan;

static void plan_clear(Plan *plan)
{
    g_clear_pointer(&plan->samples, g_array_unref);
    g_clear_pointer(&plan->init, g_byte_array_unref);
    g_clear_pointer(&plan->moof, g_byte_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Plan, plan_clear)

static bool read_at(int fd, GByteArray *into, int64_t offset, size_t size, const char *name,
                    GError **error)
{
    g_byte_array_set_size(into, (guint)size);
    size_t done = 0;
    while (done < size) {
        ssize_t n = pread(fd, into->data + done, size - done, offset + (int64_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? mj_error_errno(error, errno, "reading %s", name)
                         : mj_error_set(error, MJ_ERROR_CORRUPT, "%s ends too early", name);
        done += (size_t)n;
    }
    return true;
}

static bool read_moof(Plan *plan, int fd, const IdxSegment *s, const IdxFragment *f, GError **error)
{
    size_t size = (size_t)MIN(f->length, MOOF_READ);
    if (!read_at(fd, plan->moof, f->offset, size, s->path, error))
        return false;
    size_t whole = clip_moof_bytes(plan->moof->data, size, (size_t)MIN(f->length, MOOF_MAX));
    if (whole == 0)
        return mj_error_set(error, MJ_ERROR_CORRUPT, "%s has no fragment at byte %" G_GINT64_FORMAT,
                            s->path, f->offset);
    return whole <= size || read_at(fd, plan->moof, f->offset, whole, s->path, error);
}

/* @ticks at @from a second, at @to. */
static int64_t rescale(int64_t ticks, int64_t from, int64_t to)
{
    int64_t whole = ticks / from, rest = ticks % from;
    if (rest < 0) {
        whole--;
        rest += from;
    }
    return whole * to + (rest * to + from / 2) / from;
}

static ClipTable *table_of(Plan *plan, size_t track)
{
    const ClipTrack *t = &plan->tracks.track[track];
    IdxClip *clip = plan->clip;
    if (clip->n_tables <= track) {
        clip_table_init(&clip->tables[track], t->video, t->timescale);
        clip->n_tables = track + 1;
    }
    ClipTable *table = &clip->tables[track];
    table->width = MAX(table->width, t->width);
    table->height = MAX(table->height, t->height);
    return table;
}

/* On the clip's timeline, in the table's ticks. */
static int64_t place_ticks(const Plan *plan, const ClipTable *table, uint32_t timescale,
                           int64_t ticks)
{
    return rescale(ticks, timescale, table->timescale) +
           rescale(plan->shift_us, MJ_SECOND_US, table->timescale);
}

static int64_t pts_us(const Plan *plan, const ClipSample *sample)
{
    const ClipTrack *track = &plan->tracks.track[sample->track];
    return rescale(sample->dts + sample->composition, track->timescale, MJ_SECOND_US) +
           plan->shift_us;
}

/* When tick 0 of the segment's timeline would be. A segment that goes on from the one before is on its
 * timeline; no other begins before the pictures so far have ended. */
static void set_shift(Plan *plan, const IdxSegment *s, bool goes_on)
{
    if (goes_on && plan->begun)
        return;
    int64_t start_us = plan->begun ? MAX(s->start_us, plan->end_us) : s->start_us;
    plan->shift_us = start_us - s->media_start_us - plan->zero_us;
}

/* The clip's time begins with its first picture. */
static void begin(Plan *plan, const ClipSample *first)
{
    plan->begun = true;
    plan->zero_us = pts_us(plan, first); // shift_us is of UTC until now
    plan->shift_us -= plan->zero_us;
}

/* Pictures at the end, in decoding order, that are shown at the end of the clip or later. Those that others
 * need stay, and the edit list hides them. */
static void cut_tail(Plan *plan)
{
    int64_t to_us = plan->clip->asked_to_us - plan->zero_us;
    GArray *samples = plan->samples;
    for (guint i = samples->len; i-- > 0;) {
        const ClipSample *s = &g_array_index(samples, ClipSample, i);
        if (s->track != 0)
            continue;
        if (pts_us(plan, s) < to_us)
            break;
        g_array_remove_index(samples, i);
    }
}

static bool is_wanted_sound(const Plan *plan, const ClipTable *table, const ClipAdd *add)
{
    int64_t to_us = plan->clip->asked_to_us - plan->zero_us;
    int64_t at_us = rescale(add->pts, table->timescale, MJ_SECOND_US);
    bool overlaps = table->count > 0 && add->dts < table->last_dts + table->last_duration;
    return at_us >= 0 && at_us < to_us && !overlaps;
}

static void add_sample(Plan *plan, guint source, const ClipSample *s)
{
    ClipTable *table = table_of(plan, s->track);
    uint32_t timescale = plan->tracks.track[s->track].timescale;
    ClipAdd add = {.source = source,
                   .offset = s->offset,
                   .size = s->size,
                   .entry = plan->entry[s->track],
                   .duration = (uint32_t)rescale(s->duration, timescale, table->timescale),
                   .dts = place_ticks(plan, table, timescale, s->dts),
                   .pts = place_ticks(plan, table, timescale, s->dts + s->composition),
                   .sync = s->sync};
    if (table->video) {
        int64_t end_us = pts_us(plan, s) + rescale(s->duration, timescale, MJ_SECOND_US);
        plan->end_us = MAX(plan->end_us, plan->zero_us + end_us);
    } else if (!is_wanted_sound(plan, table, &add)) {
        return;
    }
    clip_table_add(table, plan->clip->ranges, &add);
}

static const ClipSample *first_picture(const GArray *samples)
{
    for (guint i = 0; i < samples->len; i++)
        if (g_array_index(samples, ClipSample, i).track == 0)
            return &g_array_index(samples, ClipSample, i);
    return NULL;
}

/* What was read of one fragment, or of the last two. */
static void add_samples(Plan *plan, guint source)
{
    const ClipSample *first = first_picture(plan->samples);
    if (first && !plan->begun)
        begin(plan, first);
    cut_tail(plan);
    for (guint i = 0; plan->begun && i < plan->samples->len; i++)
        add_sample(plan, source, &g_array_index(plan->samples, ClipSample, i));
    g_array_set_size(plan->samples, 0);
}

static bool read_tracks(Plan *plan, int fd, const IdxSegment *s, GError **error)
{
    if (s->init_bytes <= 0 || s->init_bytes > IDX_SEGMENT_FILE_INIT_MAX)
        return mj_error_set(error, MJ_ERROR_CORRUPT, "%s has no head", s->path);
    if (!read_at(fd, plan->init, 0, (size_t)s->init_bytes, s->path, error) ||
        !clip_tracks_read(plan->init->data, plan->init->len, &plan->tracks, error))
        return false;
    for (size_t i = 0; i < plan->tracks.count; i++) {
        const ClipTrack *t = &plan->tracks.track[i];
        if (t->timescale > TIMESCALE_MAX || t->duration > G_MAXINT32)
            return mj_error_set(error, MJ_ERROR_CORRUPT, "%s has a clock that cannot be", s->path);
        plan->entry[i] = clip_table_entry(table_of(plan, i), t->entry, t->entry_bytes);
        plan->clip->facts.quicktime |= !t->video && t->entry_bytes >= 8 &&
                                       memcmp(t->entry + 4, "mp4a", 4) != 0 &&
                                       memcmp(t->entry + 4, "Opus", 4) != 0;
    }
    return true;
}

typedef struct Choice { // fragments [first, end)
    guint first, end;
    bool one_more; // the last one is there for what it may have of before the clip's end
} Choice;

/* With B-frames a picture may be stored behind one that is shown later: up to the next key frame. */
static Choice choose(const Plan *plan, const GArray *fragments)
{
    Choice choice = {0};
    for (guint i = 0; i < fragments->len; i++) {
        const IdxFragment *f = &g_array_index(fragments, IdxFragment, i);
        if (f->start_us >= plan->clip->asked_to_us) {
            choice.one_more = i > 0 && !f->key;
            break;
        }
        if (f->key && f->start_us <= plan->clip->asked_from_us && !plan->begun)
            choice.first = i;
        choice.end = i + 1;
    }
    choice.end += choice.one_more;
    return choice;
}

static bool goes_on(Plan *plan, GError **error)
{
    plan->fragments_done++;
    return !plan->progress || plan->fragments_done % FRAGMENTS_AT_ONCE != 0 ||
           plan->progress(plan->fragments_done, plan->fragments_of, plan->data) ||
           mj_error_set(error, MJ_ERROR_CANCELLED, "the clip was given up");
}

static bool read_fragment(Plan *plan, int fd, const IdxSegment *s, const IdxFragment *f,
                          GError **error)
{
    return read_moof(plan, fd, s, f, error) &&
           clip_samples_read(plan->moof->data, plan->moof->len, f->offset, f->offset + f->length,
                             &plan->tracks, plan->samples, error) &&
           goes_on(plan, error);
}

static bool add_fragments(Plan *plan, int fd, guint source, const IdxSegment *s,
                          const GArray *fragments, GError **error)
{
    Choice choice = choose(plan, fragments);
    if (choice.first >= choice.end)
        return true;
    if (!read_tracks(plan, fd, s, error))
        return false;
    for (guint i = choice.first; i < choice.end; i++) {
        if (!read_fragment(plan, fd, s, &g_array_index(fragments, IdxFragment, i), error))
            return false;
        if (!choice.one_more || i + 2 != choice.end)
            add_samples(plan, source);
    }
    return true;
}

static bool add_segment(Plan *plan, guint index, GError **error)
{
    const IdxSegment *s = plan->clip->timeline->segments->pdata[index];
    g_autoptr(GArray) fragments = idx_segment_fragments(plan->cat, s, error);
    ClipSource source = {.name = g_strdup(s->path), .bytes = s->bytes};
    source.path = fragments ? idx_volume_file(plan->cat, s->volume_id, s->path, error) : NULL;
    g_array_append_val(plan->clip->sources, source);
    int fd = source.path ? idx_segment_fd_at(source.path, s->path, s->bytes, error) : -1;
    if (fd < 0)
        return false;
    set_shift(plan, s, index > 0 && s->joins);
    bool ok = add_fragments(plan, fd, index, s, fragments, error);
    close(fd);
    return ok;
}

static int64_t count_seconds(const IdxTimeline *timeline)
{
    return MAX(timeline->covered_us / MJ_SECOND_US, 1); // a fragment is about a second
}

/* What is shown of it ends at @to_us; a picture of the tick before that is still within. */
static void end_table(ClipTable *table, int64_t to_us)
{
    int64_t to = (to_us * table->timescale + MJ_SECOND_US - 1) / MJ_SECOND_US;
    clip_table_end(table);
    table->end_pts = MIN(table->end_pts, to);
}

bool clip_plan(IdxClip *clip, IdxCatalogue *cat, IdxClipProgress progress, void *data,
               GError **error)
{
    g_auto(Plan) plan = {.clip = clip,
                         .cat = cat,
                         .progress = progress,
                         .data = data,
                         .fragments_of = count_seconds(clip->timeline),
                         .samples = g_array_new(FALSE, FALSE, sizeof(ClipSample)),
                         .init = g_byte_array_new(),
                         .moof = g_byte_array_new()};
    for (guint i = 0; i < clip->timeline->segments->len; i++)
        if (!add_segment(&plan, i, error))
            return false;
    for (size_t i = 0; i < clip->n_tables; i++)
        end_table(&clip->tables[i], clip->asked_to_us - plan.zero_us);
    clip->facts.from_us = plan.zero_us;
    clip->facts.to_us = MIN(plan.end_us, clip->asked_to_us);
    clip->facts.pictures = clip->n_tables ? clip->tables[0].count : 0;
    return true;
}
