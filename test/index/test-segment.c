// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/segment.h"

#include "test/index/fixture.h"

static IdxSegment example(int64_t stream_id)
{
    return (IdxSegment){.stream_id = stream_id,
                        .start_us = T0,
                        .end_us = T0,
                        .joins = true,
                        .path = (char *)"W07/main/20261122/013000.000Z.mp4",
                        .bytes = 900,
                        .init_bytes = 900,
                        .media_start_us = 77,
                        .video = (char *)"hevc",
                        .width = 2560,
                        .height = 1440,
                        .clock = (char *)"arrival",
                        .clock_uncertainty_us = 200000};
}

static void add_fragment(IdxSegment *s, GByteArray *fragments)
{
    IdxFragment one = {.length = 500, .duration_us = MJ_SECOND_US, .key = true};
    idx_fragment_append(fragments, &one);
    s->bytes += 500;
    s->frames += 25;
    s->end_us += MJ_SECOND_US;
}

static void test_life(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GByteArray) fragments = g_byte_array_new();
    IdxSegment s = example(fixture_camera(f, "W07", T0));
    g_assert_true(idx_segment_open(f->cat, &s, NULL));
    g_assert_cmpint(s.id, >, 0);
    add_fragment(&s, fragments);
    g_assert_true(idx_segment_progress(f->cat, &s, fragments, NULL));
    g_autoptr(GPtrArray) open = idx_segment_list_open(f->cat, 0, NULL);
    g_assert_cmpint(open->len, ==, 1);
    add_fragment(&s, fragments);
    s.state = (char *)"recovered";
    s.sha256[0] = 0xab;
    g_assert_true(idx_segment_close(f->cat, &s, fragments, NULL));
    g_autoptr(GPtrArray) none = idx_segment_list_open(f->cat, s.stream_id, NULL);
    g_assert_cmpint(none->len, ==, 0);
    g_autoptr(IdxSegment) back = idx_segment_get(f->cat, s.id, NULL);
    g_assert_cmpstr(back->state, ==, "recovered");
    g_assert_cmpstr(back->path, ==, s.path);
    g_assert_true(back->joins && back->has_sha256 && !back->has_clock_offset);
    g_assert_cmpmem(back->sha256, 32, s.sha256, 32);
    g_assert_cmpint(back->end_us, ==, AT(2));
    g_assert_cmpint(back->bytes, ==, 1900);
    g_assert_cmpint(back->frames, ==, 50);
    g_assert_cmpint(back->media_start_us, ==, 77);
    g_assert_cmpint(back->width, ==, 2560);
    g_assert_cmpint(back->height, ==, 1440);
    g_assert_cmpstr(back->video, ==, "hevc");
    g_assert_null(back->audio);
    g_assert_cmpstr(back->clock, ==, "arrival");
    g_assert_cmpint(back->clock_uncertainty_us, ==, 200000);
    g_autoptr(GArray) read = idx_segment_fragments(f->cat, back, NULL);
    g_assert_cmpint(read->len, ==, 2);
    g_assert_cmpint(g_array_index(read, IdxFragment, 1).offset, ==, 1400);
    g_assert_cmpint(g_array_index(read, IdxFragment, 1).start_us, ==, AT(1));
}

static void test_refusals(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) twice = NULL, unknown = NULL, no_stream = NULL;
    IdxSegment s = example(fixture_camera(f, "W07", T0)), again = s;
    g_assert_true(idx_segment_open(f->cat, &s, NULL));
    g_assert_false(idx_segment_open(f->cat, &again, &twice));
    fixture_expect(twice, MJ_ERROR_EXISTS, s.path);
    g_assert_cmpint(again.id, ==, 0);
    g_assert_null(idx_segment_get(f->cat, 1, &unknown));
    fixture_expect(unknown, MJ_ERROR_NOT_FOUND, "segment 1");
    IdxSegment orphan = example(4711);
    orphan.path = (char *)"other.mp4";
    g_assert_false(idx_segment_open(f->cat, &orphan, &no_stream));
    g_assert_nonnull(no_stream);
}

static void test_empty_is_deleted(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GByteArray) fragments = g_byte_array_new();
    IdxSegment s = example(fixture_camera(f, "W07", T0));
    g_assert_true(idx_segment_open(f->cat, &s, NULL));
    g_assert_true(idx_segment_progress(f->cat, &s, fragments, NULL));
    s.state = (char *)"closed";
    g_assert_true(idx_segment_close(f->cat, &s, fragments, NULL));
    g_autofree char *left = fixture_dump(
        f->cat, "SELECT (SELECT count(*) FROM segment), (SELECT count(*) FROM segment_index)");
    g_assert_cmpstr(left, ==, "0|0");
    g_autoptr(GError) error = NULL;
    g_assert_null(idx_segment_last(f->cat, s.stream_id, &error));
    g_assert_no_error(error);
}

static void check_range(Fixture *f, int64_t stream, int64_t from, int64_t to, guint n,
                        int64_t first)
{
    g_autoptr(GPtrArray) list = idx_segment_range(f->cat, stream, AT(from), AT(to), NULL);
    g_assert_cmpint(list->len, ==, n);
    if (n)
        g_assert_cmpint(((const IdxSegment *)list->pdata[0])->start_us, ==, AT(first));
}

static void test_range(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t stream = fixture_camera(f, "W07", T0), other = fixture_camera(f, "W08", T0);
    fixture_segment(f, stream, AT(0), AT(60), "closed");
    fixture_segment(f, stream, AT(60), AT(120), "closed");
    fixture_segment(f, stream, AT(300), AT(7200), "closed"); // a long one
    int64_t last = fixture_segment(f, stream, AT(7200), AT(7210), "open");
    fixture_segment(f, other, AT(0), AT(9000), "closed");
    check_range(f, stream, -10, 0, 0, 0);
    check_range(f, stream, -10, 1, 1, 0);
    check_range(f, stream, 59, 60, 1, 0);
    check_range(f, stream, 60, 61, 1, 60); // [from, to)
    check_range(f, stream, 59, 61, 2, 0);
    check_range(f, stream, 120, 300, 0, 0);
    check_range(f, stream, 5000, 5001, 1, 300);
    check_range(f, stream, 0, 9000, 4, 0);
    check_range(f, stream, 7210, 9000, 0, 0);
    g_autoptr(IdxSegment) newest = idx_segment_last(f->cat, stream, NULL);
    g_assert_cmpint(newest->id, ==, last);
    int64_t bytes = 0, first_us = 0;
    g_assert_true(idx_segment_bytes_since(f->cat, AT(60), &bytes, &first_us, NULL));
    g_assert_cmpint(bytes, ==, (1000 + 60 * 500) + (1000 + 6900 * 500) + (1000 + 10 * 500));
    g_assert_cmpint(first_us, ==, AT(60));
}

/* Progress of a closed file changes nothing of what was hashed. */
static void test_closed_stays(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t id = fixture_segment(f, fixture_camera(f, "W07", T0), AT(0), AT(60), "closed");
    g_autoptr(IdxSegment) s = idx_segment_get(f->cat, id, NULL);
    g_autoptr(GArray) fragments = idx_segment_fragments(f->cat, s, NULL);
    g_assert_cmpint(fragments->len, ==, 60);
    g_autoptr(GByteArray) late = g_byte_array_new();
    add_fragment(s, late);
    g_assert_true(idx_segment_progress(f->cat, s, late, NULL));
    g_autoptr(IdxSegment) after = idx_segment_get(f->cat, id, NULL);
    g_assert_cmpint(after->end_us, ==, AT(60));
    g_autoptr(GArray) kept = idx_segment_fragments(f->cat, after, NULL);
    g_assert_cmpint(kept->len, ==, 60);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/segment/life", test_life);
    g_test_add_func("/segment/refusals", test_refusals);
    g_test_add_func("/segment/empty-is-deleted", test_empty_is_deleted);
    g_test_add_func("/segment/range", test_range);
    g_test_add_func("/segment/closed-stays", test_closed_stays);
    return g_test_run();
}
