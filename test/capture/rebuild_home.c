// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/capture/rebuild_home.h"

#include "capture/segment_writer.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/camera.h"
#include "index/verify.h"
#include "test/capture/fixture.h"
#include "test/index/fixture.h"

#include <string.h>
#include <unistd.h>

static void open_catalogue(RebuildHome *h)
{
    g_autoptr(GError) error = NULL;
    h->cat = idx_catalogue_open(h->home, IDX_WRITE, &error);
    g_assert_no_error(error);
}

RebuildHome *rebuild_home_new(void)
{
    RebuildHome *h = g_new0(RebuildHome, 1);
    h->home = fixture_home();
    open_catalogue(h);
    h->packets = fixture_encode("libx264", 64, 48, FRAMES, 15, 0, NULL);
    h->now_us = MAX(mj_clock_utc_us(mj_clock_system()), START + 10 * MJ_DAY_US);
    h->left = g_string_new(NULL);
    h->steps = g_string_new(NULL);
    h->volumes = g_ptr_array_new_with_free_func(g_free);
    return h;
}

void rebuild_home_free(RebuildHome *h)
{
    idx_catalogue_free(h->cat);
    g_ptr_array_unref(h->packets);
    g_ptr_array_unref(h->volumes);
    g_string_free(h->left, TRUE);
    g_string_free(h->steps, TRUE);
    fixture_home_remove(h->home);
    g_free(h);
}

/* --- footage ---------------------------------------------------------------------------------- */

static int64_t stream_id(const RebuildHome *h, const char *camera, const char *name)
{
    g_autoptr(IdxCamera) found = idx_camera_get(h->cat, camera, NULL);
    for (guint i = 0; found && i < found->streams->len; i++) {
        const IdxStream *stream = found->streams->pdata[i];
        if (g_str_equal(stream->name, name))
            return stream->id;
    }
    return 0;
}

static CapSegmentWriter *write_file(RebuildHome *h, CapSegmentConfig *config, int64_t slew_us)
{
    g_autoptr(GError) error = NULL;
    const CapPacket *first = h->packets->pdata[0];
    config->home = h->home;
    config->video = first->params;
    config->media_decode_us = config->media_start_us;
    CapSegmentWriter *writer = cap_segment_writer_open(config, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < h->packets->len; i++) {
        const CapPacket *packet = h->packets->pdata[i];
        int64_t at_us = packet->pts_us + config->media_start_us;
        CapSample sample = {packet->data, packet->size, packet->key, at_us, at_us, at_us + FRAME};
        g_assert_true(cap_segment_writer_video(writer, &sample, &error));
    }
    g_assert_true(
        cap_segment_writer_finish(writer, cap_segment_writer_end_us(writer) + slew_us, &error));
    return writer;
}

static CapSegmentWriter *write_one(RebuildHome *h, const char *camera, const char *stream,
                                   int64_t start_us, int64_t media_us, bool joins, int64_t slew_us)
{
    CapSegmentConfig config = {.camera = camera,
                               .stream = stream,
                               .stream_id = stream_id(h, camera, stream),
                               .start_us = start_us,
                               .media_start_us = media_us,
                               .joins = joins,
                               .from_camera = true,
                               .has_offset = joins, // both ways
                               .offset_us = -77,
                               .uncertainty_us = 5};
    return write_file(h, &config, slew_us);
}

IdxSegment *rebuild_home_file(RebuildHome *h, const char *camera, const char *stream,
                              int64_t start_us, int64_t media_us, bool joins, int64_t slew_us)
{
    g_autoptr(CapSegmentWriter) writer =
        write_one(h, camera, stream, start_us, media_us, joins, slew_us);
    return idx_segment_copy(cap_segment_writer_segment(writer));
}

void rebuild_home_record(RebuildHome *h, const char *camera, const char *stream, int64_t start_us,
                         int64_t media_us, bool joins, int64_t slew_us)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CapSegmentWriter) writer =
        write_one(h, camera, stream, start_us, media_us, joins, slew_us);
    g_autoptr(IdxSegment) row = idx_segment_copy(cap_segment_writer_segment(writer));
    g_assert_true(idx_segment_open(h->cat, row, &error));
    g_assert_true(idx_segment_close(h->cat, row, cap_segment_writer_fragments(writer), &error));
    g_assert_no_error(error);
}

char *rebuild_home_path(const RebuildHome *h, const char *relative)
{
    return mj_home_footage_file(h->home, relative, NULL);
}

/* --- rebuilding ------------------------------------------------------------------------------- */

void rebuild_home_lose(RebuildHome *h)
{
    static const char *const SUFFIXES[] = {"", "-wal", "-shm"};
    g_autofree char *path = mj_home_catalogue(h->home);
    g_clear_pointer(&h->cat, idx_catalogue_free);
    for (size_t i = 0; i < G_N_ELEMENTS(SUFFIXES); i++) {
        g_autofree char *one = g_strconcat(path, SUFFIXES[i], NULL);
        unlink(one);
    }
}

static void note_left(const IdxLeft *left, void *data)
{
    RebuildHome *h = data;
    g_string_append_printf(h->left, "%s %s\n", idx_left_name(left->kind), left->path);
    g_test_message("%s %s: %s", idx_left_name(left->kind), left->path, left->words);
}

static bool note_step(const char *name, void *data)
{
    RebuildHome *h = data;
    g_string_append_c(h->steps, name[0]);
    if (h->meanwhile)
        h->meanwhile(h, name);
    return h->kill_at == 0 || (int)h->steps->len < h->kill_at;
}

bool rebuild_home_try(RebuildHome *h, IdxRestored *home, IdxRebuildSums *sums, GError **error)
{
    g_string_truncate(h->left, 0);
    g_string_truncate(h->steps, 0);
    g_clear_pointer(&h->cat, idx_catalogue_free);
    IdxRestore restore = {.home = h->home,
                          .from = h->copy,
                          .hall_code = "H01",
                          .hall_name = "大厅",
                          .zone_name = "+08:00",
                          .now_us = h->now_us,
                          .dry_run = h->dry_run,
                          .step = note_step,
                          .data = h};
    IdxRebuild rebuild = {.volumes = h->volumes,
                          .by = "test",
                          .now_us = h->now_us,
                          .dry_run = h->dry_run,
                          .left = note_left,
                          .step = note_step,
                          .data = h};
    return idx_restore(&restore, home, error) && idx_rebuild(home, h->home, &rebuild, sums, error);
}

void rebuild_home_run(RebuildHome *h, IdxRebuildSums *sums)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxRestored) home = IDX_RESTORED_NONE;
    bool ok = rebuild_home_try(h, &home, sums, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    g_clear_pointer(&home.cat, idx_catalogue_free);
    if (!h->dry_run)
        open_catalogue(h);
}

/* --- looking ---------------------------------------------------------------------------------- */

char *rebuild_home_ask(const RebuildHome *h, const char *sql)
{
    return fixture_dump(h->cat, sql);
}

char *rebuild_home_segments(const RebuildHome *h)
{
    /* a column more is a question more: can a file say it? */
    g_autofree char *columns =
        rebuild_home_ask(h, "SELECT group_concat(name, ' ') FROM pragma_table_info('segment')");
    g_assert_cmpstr(columns, ==,
                    "id stream_id start_us end_us state joins path bytes init_bytes sha256"
                    " media_start_us frames video width height audio clock clock_offset_us"
                    " clock_uncertainty_us volume_id");
    return rebuild_home_ask(
        h, "SELECT c.code, s.name, g.start_us, g.end_us, g.joins, g.path, g.bytes, g.init_bytes,"
           " hex(g.sha256), g.media_start_us, g.frames, g.video, g.width, g.height, g.audio,"
           " g.clock, g.clock_offset_us, g.clock_uncertainty_us, v.path, hex(x.fragments)"
           " FROM segment g JOIN stream s ON s.id = g.stream_id JOIN camera c ON c.id = s.camera_id"
           " JOIN volume v ON v.id = g.volume_id LEFT JOIN segment_index x ON x.segment_id = g.id"
           " ORDER BY 1, 2, 3");
}

char *rebuild_home_all(const RebuildHome *h)
{
    static const char *const QUESTIONS[] = {
        "SELECT c.code, c.name, c.kind, c.created_us, c.removed_us, s.name, s.url, s.record"
        " FROM camera c JOIN stream s ON s.camera_id = c.id ORDER BY 1, 6",
        "SELECT c.code, s.name, g.from_us, g.to_us, g.reason, g.detail FROM gap g JOIN stream s"
        " ON s.id = g.stream_id JOIN camera c ON c.id = s.camera_id ORDER BY 1, 2, 3, 4",
        "SELECT path, removed_us FROM volume ORDER BY id",
        "SELECT p.camera, p.from_us, p.to_us, h.owner, h.case_no, h.released_us FROM hold h"
        " JOIN hold_span p ON p.hold_id = h.id ORDER BY 1, 2, 3, 4",
        "SELECT d.path, d.rule, b.done_us FROM disposition d JOIN purge_batch b ON b.id = "
        "d.batch_id"
        " ORDER BY 1",
        "SELECT state, count(*) FROM segment GROUP BY 1",
        "SELECT key FROM setting ORDER BY 1"};
    g_autofree char *segments = rebuild_home_segments(h);
    GString *all = g_string_new(segments);
    for (size_t i = 0; i < G_N_ELEMENTS(QUESTIONS); i++) {
        g_autofree char *answer = rebuild_home_ask(h, QUESTIONS[i]);
        g_string_append_printf(all, "\n--\n%s", answer);
    }
    return g_string_free(all, FALSE);
}

static void tell_finding(const IdxFinding *finding, void *data)
{
    (void)data;
    g_test_message("%s %s: %s", idx_finding_name(finding->kind), finding->path, finding->words);
}

int64_t rebuild_home_verify(const RebuildHome *h)
{
    g_autoptr(GError) error = NULL;
    IdxVerify how = {.deep = true, .now_us = h->now_us, .found = tell_finding};
    IdxVerifySums sums = {0};
    g_assert_true(idx_verify(h->cat, &how, &sums, &error));
    return sums.findings;
}
