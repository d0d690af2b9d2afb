// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/faults/recorder.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <sys/prctl.h>

#include "capture/orphan.h"
#include "capture/recovery.h"
#include "index/base/clock.h"
#include "index/segment/gap.h"
#include "index/segment/timeline.h"
#include "index/verify.h"

#define CAMERAS_MAX 16

int64_t test_now_us(void)
{
    return mj_clock_utc_us(mj_clock_system());
}

static void die_with_us(void *data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void read_urls(GSubprocess *cameras, int count, char **ret_urls)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDataInputStream) out =
        g_data_input_stream_new(g_subprocess_get_stdout_pipe(cameras));
    g_autofree char *line = g_data_input_stream_read_line(out, NULL, NULL, &error);
    g_assert_no_error(error);
    json_t *ready = json_loads(line, 0, NULL);
    const json_t *list = json_object_get(ready, "cameras");
    g_assert_cmpuint(json_array_size(list), ==, (size_t)count);
    for (int i = 0; i < count; i++) {
        ret_urls[i] =
            g_strdup(json_string_value(json_object_get(json_array_get(list, (size_t)i), "url")));
        g_assert_nonnull(ret_urls[i]);
    }
    json_decref(ready);
}

GSubprocess *test_cameras_start(int count, const char *clip, const char *sent, char **ret_urls)
{
    g_assert_cmpint(count, <=, CAMERAS_MAX);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    g_autofree char *number = g_strdup_printf("%d", count);
    const char *const command[] = {
        g_getenv("RTSP"),       "--cameras", number, "--clip", clip, "--exit-on-eof",
        sent ? "--sent" : NULL, sent,        NULL};
    GSubprocess *cameras = g_subprocess_launcher_spawnv(launcher, command, &error);
    g_assert_no_error(error);
    read_urls(cameras, count, ret_urls);
    return cameras;
}

void test_cameras_stop(GSubprocess *cameras)
{
    g_autoptr(GError) error = NULL;
    g_output_stream_close(g_subprocess_get_stdin_pipe(cameras), NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_wait_check(cameras, NULL, &error));
    g_object_unref(cameras);
}

static char *with_home(const char *rule, const char *home)
{
    g_auto(GStrv) parts = g_strsplit(rule, "%s", -1);
    return g_strjoinv(home, parts);
}

GSubprocess *test_recorder_start(const char *home, const char *log, const char *rule,
                                 const char *hits)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    g_assert_cmpint(fd, >=, 0);
    g_subprocess_launcher_take_stderr_fd(launcher, fd);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    if (rule) {
        g_autofree char *whole = with_home(rule, home);
        const char *others = g_getenv("LD_PRELOAD");
        g_autofree char *preload =
            g_strconcat(g_getenv("FAULTS"), others ? ":" : "", others ? others : "", NULL);
        g_subprocess_launcher_setenv(launcher, "LD_PRELOAD", preload, TRUE);
        g_subprocess_launcher_setenv(launcher, "MINGJING_FAULTS", whole, TRUE);
        g_subprocess_launcher_setenv(launcher, "MINGJING_FAULTS_LOG", hits, TRUE);
    }
    GSubprocess *recorder = g_subprocess_launcher_spawn(launcher, &error, g_getenv("CAPTURE"),
                                                        "--home", home, "--segment", "2", NULL);
    g_assert_no_error(error);
    return recorder;
}

void test_recorder_stop(GSubprocess *recorder)
{
    g_autoptr(GError) error = NULL;
    g_subprocess_send_signal(recorder, SIGTERM);
    g_subprocess_wait_check(recorder, NULL, &error);
    g_assert_no_error(error);
    g_object_unref(recorder);
}

void test_recorder_kill(GSubprocess *recorder)
{
    g_subprocess_send_signal(recorder, SIGKILL);
    g_subprocess_wait(recorder, NULL, NULL);
    g_object_unref(recorder);
}

bool test_recorder_lives(GSubprocess *recorder)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
    return g_subprocess_get_identifier(recorder) != NULL;
}

void test_recorder_blame(const char *who, const char *what, const char *log)
{
    g_autofree char *text = NULL;
    g_file_get_contents(log, &text, NULL, NULL);
    g_error("%s: %s: %s", who, what, text);
}

int test_recover(IdxCatalogue *cat)
{
    g_autoptr(GError) error = NULL;
    CapOrphans orphans;
    int count = 0;
    g_assert_true(cap_orphan_run(cat, (CapShard){1, 1}, &orphans, &error));
    g_assert_true(cap_recovery_run(cat, (CapShard){1, 1}, &count, &error));
    g_assert_no_error(error);
    g_assert_cmpint(orphans.left, ==, 0);
    return count;
}

static void tell_finding(const IdxFinding *finding, void *data)
{
    g_printerr("# %s: %s %s: %s\n", (const char *)data, idx_finding_name(finding->kind),
               finding->path, finding->words);
}

int64_t test_verify(IdxCatalogue *cat, const char *who, int64_t at_us)
{
    g_autoptr(GError) error = NULL;
    IdxVerify how = {.deep = true, .now_us = at_us, .found = tell_finding, .data = (void *)who};
    IdxVerifySums sums = {0};
    g_assert_true(idx_verify(cat, &how, &sums, &error));
    g_assert_no_error(error);
    g_assert_cmpint(sums.segments, >, 0);
    return sums.findings;
}

void test_check_home(IdxCatalogue *cat, const char *who)
{
    test_recover(cat);
    g_assert_cmpint(test_verify(cat, who, test_now_us() + 60 * MJ_SECOND_US), ==, 0);
}

static void check_named(IdxCatalogue *cat, int64_t stream, const char *who, const char *reason)
{
    g_autoptr(GPtrArray) gaps = idx_gap_range(cat, stream, 0, INT64_MAX, NULL);
    bool named = false;
    for (guint i = 0; i < gaps->len; i++)
        named |= g_str_equal(((IdxGap *)gaps->pdata[i])->reason, reason);
    if (!named)
        g_error("%s: no gap says %s", who, reason);
}

void test_check_gaps(IdxCatalogue *cat, int64_t stream, const char *who, const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = idx_segment_range(cat, stream, 0, INT64_MAX, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(rows->len, >, 0);
    int64_t from_us = ((IdxSegment *)rows->pdata[0])->start_us;
    int64_t to_us = ((IdxSegment *)rows->pdata[rows->len - 1])->end_us;
    g_autoptr(IdxTimeline) line =
        idx_timeline_get(cat, stream, from_us, to_us, test_now_us(), &error);
    g_assert_no_error(error);
    int64_t sum_us = line->covered_us;
    for (guint i = 0; i < line->gaps->len; i++) {
        const IdxGap *gap = g_ptr_array_index(line->gaps, i);
        if (g_str_equal(gap->reason, IDX_REASON_UNKNOWN))
            g_error("%s: %" PRId64 " us without a reason", who, gap->to_us - gap->from_us);
        sum_us += gap->to_us - gap->from_us;
    }
    if (sum_us != line->until_us - line->from_us)
        g_error("%s: covered and gaps are %" PRId64 " us less than what was asked for", who,
                line->until_us - line->from_us - sum_us);
    if (reason)
        check_named(cat, stream, who, reason);
}
