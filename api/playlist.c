// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/playlist.h"

#include "index/base/clock.h"

/* A segment that says it joins the one before it, but begins later than this after it, follows one
 * that is no longer there. Joined segments differ by clock corrections of milliseconds at most. */
#define JOIN_TOLERANCE_US MJ_SECOND_US

typedef struct Part {
    int64_t offset, length;
    int64_t start_us, duration_us;
} Part;

typedef struct Builder {
    const IdxTimeline *timeline;
    GTimeZone *zone;
    const char *prefix, *suffix;
    GString *parts;
    int n_parts;
    int64_t longest_us;
    const IdxSegment *map; // the segment of the last part written
    const IdxSegment
        *previous;  // the segment before the one being read, whether it gave parts or not
    bool broken;    // a seam since the last part written
    bool held_back; // a part is still growing
} Builder;

static void write_part(Builder *builder, const IdxSegment *segment, const Part *part)
{
    if (builder->map != segment) {
        if (builder->map != NULL && builder->broken)
            g_string_append(builder->parts, "#EXT-X-DISCONTINUITY\n");
        g_string_append_printf(builder->parts,
                               "#EXT-X-MAP:URI=\"%s%" G_GINT64_FORMAT
                               ".mp4%s\",BYTERANGE=\"%" G_GINT64_FORMAT "@0\"\n",
                               builder->prefix, segment->id, builder->suffix, segment->init_bytes);
        builder->map = segment;
        builder->broken = false;
    }
    g_autofree char *date = mj_time_format(part->start_us, builder->zone);
    g_string_append_printf(builder->parts,
                           "#EXT-X-PROGRAM-DATE-TIME:%s\n#EXTINF:%" G_GINT64_FORMAT ".%06d,\n"
                           "#EXT-X-BYTERANGE:%" G_GINT64_FORMAT "@%" G_GINT64_FORMAT
                           "\n%s%" G_GINT64_FORMAT ".mp4%s\n",
                           date, part->duration_us / MJ_SECOND_US,
                           (int)(part->duration_us % MJ_SECOND_US), part->length, part->offset,
                           builder->prefix, segment->id, builder->suffix);
    builder->longest_us = MAX(builder->longest_us, part->duration_us);
    builder->n_parts++;
}

static void end_part(Builder *builder, const IdxSegment *segment, const Part *part, bool whole)
{
    const IdxTimeline *timeline = builder->timeline;
    int64_t end_us = part->start_us + part->duration_us;
    if (part->length == 0 || end_us <= timeline->from_us || part->start_us >= timeline->to_us)
        return;
    if (!whole) {
        builder->held_back = true;
        return;
    }
    write_part(builder, segment, part);
}

static void add_segment(Builder *builder, const IdxSegment *segment, const GArray *fragments)
{
    if (builder->previous != NULL &&
        (!segment->joins || segment->start_us - builder->previous->end_us > JOIN_TOLERANCE_US))
        builder->broken = true;
    builder->previous = segment;
    Part part = {0};
    for (guint i = 0; i < fragments->len; i++) {
        const IdxFragment *fragment = &g_array_index(fragments, IdxFragment, i);
        if (fragment->key || segment->video == NULL) {
            end_part(builder, segment, &part, true);
            part = (Part){.offset = fragment->offset, .start_us = fragment->start_us};
        } else if (part.start_us == 0) {
            continue; // nothing can be shown before the first key frame
        }
        part.length += fragment->length;
        part.duration_us += fragment->duration_us;
    }
    end_part(builder, segment, &part, !g_str_equal(segment->state, "open"));
}

void api_playlist_build(const IdxTimeline *timeline, const GPtrArray *fragments, GTimeZone *zone,
                        const char *prefix, const char *suffix, ApiPlaylist *ret_playlist)
{
    g_autoptr(GString) parts = g_string_new(NULL);
    Builder builder = {
        .timeline = timeline, .zone = zone, .prefix = prefix, .suffix = suffix, .parts = parts};
    for (guint i = 0; i < timeline->segments->len; i++) {
        add_segment(&builder, g_ptr_array_index(timeline->segments, i),
                    g_ptr_array_index(fragments, i));
    }
    bool complete = timeline->until_us >= timeline->to_us && !builder.held_back;
    // RFC 8216 section 4.3.3.1: each EXTINF, rounded to the nearest integer, must not exceed it
    int64_t target = (builder.longest_us + MJ_SECOND_US / 2) / MJ_SECOND_US;
    GString *text = g_string_new(NULL);
    g_string_append_printf(text,
                           "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%" G_GINT64_FORMAT
                           "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:%s\n"
                           "#EXT-X-INDEPENDENT-SEGMENTS\n",
                           MAX(target, 1), complete ? "VOD" : "EVENT");
    g_string_append_len(text, parts->str, (gssize)parts->len);
    if (complete)
        g_string_append(text, "#EXT-X-ENDLIST\n");
    *ret_playlist = (ApiPlaylist){.text = text, .parts = builder.n_parts, .complete = complete};
}

void api_playlist_clear(ApiPlaylist *playlist)
{
    if (playlist->text != NULL)
        g_string_free(playlist->text, TRUE);
    *playlist = (ApiPlaylist){0};
}
