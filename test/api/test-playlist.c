// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/playlist.h"
#include "index/base/clock.h"

#include <string.h>

#define T INT64_C(1763775065120000) // 2025-11-22T01:31:05.120Z
#define S MJ_SECOND_US

typedef struct Bench {
    IdxTimeline timeline;
    GPtrArray *fragments;
    ApiPlaylist playlist;
} Bench;

static void bench_init(Bench *bench, int64_t from_us, int64_t to_us, int64_t until_us)
{
    *bench = (Bench){.timeline = {.from_us = from_us, .to_us = to_us, .until_us = until_us}};
    bench->timeline.segments = g_ptr_array_new_with_free_func((GDestroyNotify)idx_segment_free);
    bench->timeline.gaps = g_ptr_array_new_with_free_func((GDestroyNotify)idx_gap_free);
    bench->fragments = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
}

static void bench_clear(Bench *bench)
{
    g_ptr_array_unref(bench->timeline.segments);
    g_ptr_array_unref(bench->timeline.gaps);
    g_ptr_array_unref(bench->fragments);
    api_playlist_clear(&bench->playlist);
}

/* @pattern: a fragment of half a second and 1000 bytes each; 'K' begins with a key frame, '-' does
 * not. */
static void add(Bench *bench, int64_t id, int64_t start_us, bool joins, const char *state,
                const char *pattern)
{
    IdxSegment *segment = g_new0(IdxSegment, 1);
    segment->id = id;
    segment->start_us = start_us;
    segment->joins = joins;
    segment->state = g_strdup(state);
    segment->video = g_strdup("h264");
    segment->init_bytes = 700 + id;
    GArray *list = g_array_new(FALSE, FALSE, sizeof(IdxFragment));
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        IdxFragment fragment = {segment->init_bytes + 1000 * (int64_t)i, 1000,
                                start_us + (int64_t)i * S / 2, S / 2, pattern[i] == 'K'};
        g_array_append_val(list, fragment);
    }
    segment->end_us = start_us + (int64_t)strlen(pattern) * S / 2;
    g_ptr_array_add(bench->timeline.segments, segment);
    g_ptr_array_add(bench->fragments, list);
}

static const char *build(Bench *bench)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_offset(8 * 3600);
    api_playlist_clear(&bench->playlist);
    api_playlist_build(&bench->timeline, bench->fragments, zone, "../s/", "", &bench->playlist);
    return bench->playlist.text->str;
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        n++;
    return n;
}

static void test_whole(void)
{
    Bench bench;
    bench_init(&bench, T, T + 4 * S, T + 4 * S);
    add(&bench, 1, T, false, "closed", "K--K");
    add(&bench, 2, T + 2 * S, true, "closed", "K---");
    g_assert_cmpstr(build(&bench), ==,
                    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n"
                    "#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n"
                    "#EXT-X-MAP:URI=\"../s/1.mp4\",BYTERANGE=\"701@0\"\n"
                    "#EXT-X-PROGRAM-DATE-TIME:2025-11-22T09:31:05.120000+08:00\n#EXTINF:1.500000,\n"
                    "#EXT-X-BYTERANGE:3000@701\n../s/1.mp4\n"
                    "#EXT-X-PROGRAM-DATE-TIME:2025-11-22T09:31:06.620000+08:00\n#EXTINF:0.500000,\n"
                    "#EXT-X-BYTERANGE:1000@3701\n../s/1.mp4\n"
                    "#EXT-X-MAP:URI=\"../s/2.mp4\",BYTERANGE=\"702@0\"\n"
                    "#EXT-X-PROGRAM-DATE-TIME:2025-11-22T09:31:07.120000+08:00\n#EXTINF:2.000000,\n"
                    "#EXT-X-BYTERANGE:4000@702\n../s/2.mp4\n#EXT-X-ENDLIST\n");
    g_assert_cmpint(bench.playlist.parts, ==, 3);
    bench_clear(&bench);
}

static void test_cut(void)
{
    Bench bench;
    // asked from within the second part to the beginning of the fourth, which does not belong
    bench_init(&bench, T + 5 * S / 4, T + 3 * S, T + 3 * S);
    add(&bench, 1, T, false, "closed", "K-K-K-K-");
    const char *text = build(&bench);
    g_assert_cmpint(bench.playlist.parts, ==, 2);
    g_assert_nonnull(strstr(text, "2000@2701"));
    g_assert_nonnull(strstr(text, "2000@4701"));
    bench_clear(&bench);
}

static void test_seams(void)
{
    Bench bench;
    bench_init(&bench, T, T + 60 * S, T + 60 * S);
    add(&bench, 1, T, false, "closed", "K-");
    add(&bench, 2, T + S, true, "closed", "K-");            // no seam
    add(&bench, 3, T + 2 * S + 3000, true, "closed", "K-"); // joined; a clock correction of 3 ms
    add(&bench, 4, T + 3 * S, false, "closed", "K-");       // other parameters
    add(&bench, 5, T + 20 * S, false, "closed", "K-");      // after a gap
    add(&bench, 6, T + 40 * S, true, "closed", "K-");       // what it joined is gone
    const char *text = build(&bench);
    g_assert_cmpint(count(text, "#EXT-X-DISCONTINUITY\n"), ==, 3);
    g_assert_cmpint(count(text, "#EXT-X-MAP"), ==, 6);
    g_assert_nonnull(
        strstr(text, "../s/3.mp4\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"../s/4.mp4\""));
    bench_clear(&bench);
    // a seam before the first part is no discontinuity; a seam hidden in a segment without parts is
    // one
    bench_init(&bench, T, T + 60 * S, T + 60 * S);
    add(&bench, 1, T, false, "closed", "K-");
    add(&bench, 2, T + S, false, "closed", "--");
    add(&bench, 3, T + 2 * S, true, "closed", "K-");
    text = build(&bench);
    g_assert_cmpint(bench.playlist.parts, ==, 2);
    g_assert_cmpint(count(text, "#EXT-X-DISCONTINUITY\n"), ==, 1);
    bench_clear(&bench);
}

static void test_growing(void)
{
    Bench bench;
    bench_init(&bench, T, T + 60 * S, T + 2 * S);
    add(&bench, 1, T, false, "open", "K-K-");
    g_autofree char *before = g_strdup(build(&bench));
    g_assert_cmpint(bench.playlist.parts, ==, 1); // the newest part may still grow
    g_assert_false(bench.playlist.complete);
    g_assert_nonnull(strstr(before, "TYPE:EVENT"));
    g_assert_null(strstr(before, "ENDLIST"));
    bench_clear(&bench);
    bench_init(&bench, T, T + 60 * S, T + 3 * S);
    add(&bench, 1, T, false, "open", "K-K-K-");
    const char *after = build(&bench);
    g_assert_cmpint(bench.playlist.parts, ==, 2);
    g_assert_true(g_str_has_prefix(after, before)); // only ever appended to
    bench_clear(&bench);
    // the end asked for is recorded, but the part that holds it is not whole yet
    bench_init(&bench, T, T + 5 * S / 2, T + 5 * S / 2);
    add(&bench, 1, T, false, "open", "K-K-K");
    build(&bench);
    g_assert_false(bench.playlist.complete);
    bench_clear(&bench);
    bench_init(&bench, T, T + 2 * S, T + 2 * S);
    add(&bench, 1, T, false, "open", "K-K-K");
    build(&bench);
    g_assert_true(bench.playlist.complete);
    bench_clear(&bench);
}

static void test_target_duration(void)
{
    Bench bench;
    bench_init(&bench, T, T + 60 * S, T + 60 * S);
    add(&bench, 1, T, false, "closed", "K----K"); // 2.5 s rounds to 3
    g_assert_nonnull(strstr(build(&bench), "#EXT-X-TARGETDURATION:3\n"));
    bench_clear(&bench);
}

static void test_nothing(void)
{
    Bench bench;
    bench_init(&bench, T, T + 60 * S, T + 60 * S);
    build(&bench);
    g_assert_cmpint(bench.playlist.parts, ==, 0);
    add(&bench, 1, T, false, "closed", "---");
    build(&bench);
    g_assert_cmpint(bench.playlist.parts, ==, 0);
    bench_clear(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/playlist/whole", test_whole);
    g_test_add_func("/playlist/cut", test_cut);
    g_test_add_func("/playlist/seams", test_seams);
    g_test_add_func("/playlist/growing", test_growing);
    g_test_add_func("/playlist/target-duration", test_target_duration);
    g_test_add_func("/playlist/nothing", test_nothing);
    return g_test_run();
}
