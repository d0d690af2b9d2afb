// SPDX-License-Identifier: GPL-3.0-or-later
/* "Staying on": whatever a camera does, it is noticed, named, and recorded again as soon as it is
 * back; and what is recorded is right. RTSP and CAPTURE in the environment are the paths of the two
 * programs. */
#include <libavutil/log.h>
#include <signal.h>
#include <string.h>

#include "test/capture/staying.h"

#define FRAME_US INT64_C(40000)
#define UNKNOWN_US INT64_C(200000) // of a camera that tells no time
#define SETTLED_S 3.0              // recorded before the beginning
#define END_S 24.0                 // after it
#define LOOK_US 50000

#define ALWAYS .gaps = "", .error_us = FRAME_US

static const Row ROWS[] = {
    {.name = "well", ALWAYS},
    {.name = "well-udp", .fragment = "#udp", ALWAYS},
    {.name = "well-no-sr", .no_reports = true, .gaps = "", .error_us = UNKNOWN_US},
    /* not there */
    {.name = "refuse",
     .steps = {{0, "refuse"}, {6, "well"}},
     .well_s = 6,
     .state = IDX_STATE_OFFLINE,
     .told_s = 3,
     .words = "refuses the connection",
     .gaps = "offline",
     .error_us = FRAME_US},
    {.name = "reboot",
     .steps = {{0, "reboot 7"}},
     .well_s = 7,
     .state = IDX_STATE_OFFLINE,
     .told_s = 3,
     .words = "refuses the connection",
     .gaps = "offline",
     .error_us = FRAME_US},
    {.name = "vanish",
     .steps = {{0, "vanish"}, {14, "well"}},
     .well_s = 14,
     .state = IDX_STATE_STALLED,
     .told_s = 6,
     .gaps = "stalled",
     .also = "offline refused",
     .error_us = FRAME_US},
    {.name = "vanish-udp",
     .fragment = "#udp",
     .steps = {{0, "vanish"}, {14, "well"}},
     .well_s = 14,
     .state = IDX_STATE_STALLED,
     .told_s = 6,
     .gaps = "stalled",
     .also = "offline refused",
     .error_us = FRAME_US},
    /* there, and of no use */
    {.name = "silent",
     .steps = {{0, "silent"}, {14, "well"}},
     .well_s = 14,
     .state = IDX_STATE_STALLED,
     .told_s = 6,
     .words = "has sent no picture",
     .gaps = "stalled",
     .error_us = FRAME_US},
    {.name = "mute-server",
     .steps = {{0, "mute-server"}, {14, "well"}},
     .well_s = 14,
     .state = IDX_STATE_STALLED,
     .told_s = 9,
     .words = "does not answer",
     .gaps = "stalled",
     .also = "offline refused",
     .error_us = FRAME_US},
    {.name = "http",
     .steps = {{0, "not-rtsp http"}, {16, "well"}},
     .well_s = 16,
     .state = IDX_STATE_REFUSED,
     .told_s = 4,
     .words = "not as an RTSP camera",
     .gaps = "offline refused",
     .error_us = FRAME_US},
    {.name = "garbage",
     .steps = {{0, "not-rtsp garbage"}, {16, "well"}},
     .well_s = 16,
     .state = IDX_STATE_REFUSED,
     .told_s = 9,
     .words = "not as an RTSP camera",
     .gaps = "refused",
     .also = "offline",
     .error_us = FRAME_US},
    {.name = "wrong-password",
     .password = true,
     .steps = {{0, "wrong-password"}, {12, "well"}, {12.1, ""}},
     .well_s = 12.1,
     .state = IDX_STATE_UNAUTHORIZED,
     .told_s = 3,
     .words = "password",
     .gaps = "ended unauthorized offline",
     .error_us = FRAME_US,
     .denied = 1},
    /* ending */
    {.name = "hang-up",
     .steps = {{0, "hang-up"}},
     .well_s = 0.01,
     .state = IDX_STATE_ENDED,
     .told_s = 1,
     .words = "ended the stream",
     .gaps = "ended",
     .error_us = FRAME_US},
    {.name = "bye",
     .steps = {{0, "end bye"}},
     .well_s = 0.01,
     .state = IDX_STATE_ENDED,
     .told_s = 1,
     .words = "ended the stream",
     .gaps = "ended",
     .error_us = FRAME_US},
    {.name = "bye-udp",
     .fragment = "#udp",
     .steps = {{0, "end bye"}},
     .well_s = 0.01,
     .state = IDX_STATE_ENDED,
     .told_s = 1,
     .words = "ended the stream",
     .gaps = "ended",
     .error_us = FRAME_US},
    {.name = "teardown",
     .steps = {{0, "end teardown"}},
     .well_s = 0.01,
     .state = IDX_STATE_ENDED,
     .told_s = 1,
     .words = "ended the stream",
     .gaps = "ended",
     .error_us = FRAME_US},
    /* becoming another */
    {.name = "resolution", .steps = {{1, "change-resolution"}}, ALWAYS, .width = 320},
    {.name = "resolution-h265",
     .before = "clip h265",
     .steps = {{1, "change-resolution"}},
     ALWAYS,
     .video = "hevc",
     .width = 320},
    {.name = "codec",
     .steps = {{0, "change-codec"}},
     .well_s = 0.01,
     .state = IDX_STATE_ENDED,
     .told_s = 1,
     .gaps = "ended",
     .error_us = FRAME_US,
     .video = "hevc"},
    {.name = "codec-unsaid",
     .steps = {{0, "clip h265"}},
     .well_s = 0.01,
     .state = IDX_STATE_REFUSED,
     .told_s = 3,
     .words = "H.265",
     .gaps = "refused",
     .error_us = FRAME_US,
     .video = "hevc"},
    {.name = "codec-unsaid-back",
     .before = "clip h265",
     .steps = {{0, "clip h264"}},
     .well_s = 0.01,
     .state = IDX_STATE_REFUSED,
     .told_s = 3,
     .words = "H.264 where",
     .gaps = "refused",
     .error_us = FRAME_US,
     .video = "h264"},
    {.name = "audio",
     .steps = {{0, "audio-appears"}},
     .well_s = 0.01,
     .state = IDX_STATE_ENDED,
     .told_s = 1,
     .gaps = "ended",
     .error_us = FRAME_US,
     .audio = "aac"},
    /* timestamps and clocks */
    {.name = "jump", .steps = {{1, "pts-jump 10"}}, ALWAYS},
    {.name = "jump-back", .steps = {{1, "pts-jump -10"}}, ALWAYS},
    {.name = "jump-small", .steps = {{1, "pts-jump 0.6"}}, ALWAYS},
    {.name = "jump-back-small", .steps = {{1, "pts-jump -0.6"}}, ALWAYS},
    {.name = "jump-sound", .before = "clip h264+aac", .steps = {{1, "pts-jump 10"}}, ALWAYS},
    {.name = "jump-no-sr",
     .no_reports = true,
     .steps = {{1, "pts-jump 10"}, {8, "pts-jump -10"}},
     .gaps = "",
     .error_us = UNKNOWN_US},
    {.name = "wrap", .before = "pts-wrap 12", ALWAYS},
    {.name = "wrap-udp", .fragment = "#udp", .before = "pts-wrap 12", ALWAYS},
    {.name = "wrap-no-sr",
     .no_reports = true,
     .before = "pts-wrap 12",
     .gaps = "",
     .error_us = UNKNOWN_US},
    {.name = "clock-step", .steps = {{1, "clock-step 5"}}, .gaps = "", .error_us = UNKNOWN_US},
    {.name = "clock-back", .steps = {{1, "clock-step -5"}}, .gaps = "", .error_us = UNKNOWN_US},
    {.name = "clock-drift", .steps = {{0, "clock-drift 500"}}, ALWAYS},
    /* on the way */
    {.name = "lose", .steps = {{1, "lose 2"}, {6, "well"}}, ALWAYS, .damage = DAMAGE_TOLD},
    {.name = "lose-udp",
     .fragment = "#udp",
     .steps = {{1, "lose 2"}, {6, "well"}},
     ALWAYS,
     .damage = DAMAGE_TOLD},
    {.name = "lose-all",
     .steps = {{1, "lose 100"}, {4, "well"}},
     .gaps = "lost",
     .error_us = FRAME_US,
     .damage = DAMAGE_PERHAPS},
    {.name = "lose-all-udp",
     .fragment = "#udp",
     .steps = {{1, "lose 100"}, {4, "well"}},
     .gaps = "lost",
     .error_us = FRAME_US,
     .damage = DAMAGE_PERHAPS},
    {.name = "lose-sound",
     .before = "clip h264+aac",
     .steps = {{1, "lose 5"}, {6, "well"}},
     ALWAYS,
     .damage = DAMAGE_TOLD},
    {.name = "lose-no-sr",
     .no_reports = true,
     .steps = {{1, "lose 5"}, {6, "well"}},
     .gaps = "",
     .error_us = UNKNOWN_US,
     .damage = DAMAGE_TOLD},
    {.name = "garble",
     .steps = {{1, "garble 2"}, {6, "well"}},
     ALWAYS,
     .damage = DAMAGE_PERHAPS,
     .garbled = true},
    {.name = "garble-udp",
     .fragment = "#udp",
     .steps = {{1, "garble 2"}, {6, "well"}},
     ALWAYS,
     .damage = DAMAGE_PERHAPS,
     .garbled = true},
    {.name = "duplicate", .steps = {{1, "duplicate 20"}, {8, "well"}}, ALWAYS},
    {.name = "duplicate-udp",
     .fragment = "#udp",
     .steps = {{1, "duplicate 20"}, {8, "well"}},
     ALWAYS},
    {.name = "reorder-udp", .fragment = "#udp", .steps = {{1, "reorder 20"}, {8, "well"}}, ALWAYS},
    {.name = "burst", .steps = {{1, "burst 1.5"}, {6, "burst 4"}}, ALWAYS},
    {.name = "burst-no-sr",
     .no_reports = true,
     .steps = {{1, "burst 3"}},
     .gaps = "",
     .error_us = UNKNOWN_US},
    {.name = "slow", .steps = {{1, "slow"}, {6, "well"}}, ALWAYS},
};

static Bench bench;
static Watch watches[G_N_ELEMENTS(ROWS)];
static Server *servers[2]; // with reports, and without
static GArray *sent[2];
static int64_t late_us; // the longest that this machine kept us from looking

static void say(const Watch *watch, const char *what)
{
    g_auto(GStrv) words = g_strsplit(what, " ", 2);
    g_autofree char *line =
        g_strdup_printf("%s cam%d %s", words[0], watch->camera, words[1] ? words[1] : "");
    server_say(watch->server, line);
}

static char *url_of(const Watch *watch)
{
    g_autofree char *url =
        server_url(watch->server, watch->camera, watch->row->password ? USER ":" PASSWORD : "");
    return g_strconcat(url, watch->row->fragment, NULL);
}

static void start_servers(void)
{
    int count[2] = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(ROWS); i++)
        watches[i].camera = count[ROWS[i].no_reports]++;
    for (int i = 0; i < 2; i++) {
        g_autofree char *cameras = g_strdup_printf("%d", count[i]);
        servers[i] = server_start((const char *const[]){
            "--cameras", cameras, "--clips", "h265", "--clips", "h264-320x240", "--clips",
            "h265-320x240", "--clips", "h264-640x360+alaw", "--clips", "h264+aac",
            i ? "--no-sr" : NULL, NULL});
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Watch *watch = &watches[i];
        watch->row = &ROWS[i];
        watch->server = servers[ROWS[i].no_reports];
        watch->trouble = g_ptr_array_new_with_free_func(g_free);
        if (ROWS[i].before)
            say(watch, ROWS[i].before);
        g_autofree char *url = url_of(watch);
        add_camera_at(&bench, ROWS[i].name, url);
        watch->stream = stream_of(&bench, ROWS[i].name);
    }
}

static void enter_anew(Watch *watch)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = server_url(watch->server, watch->camera, USER ":another");
    json_t *row = server_status(watch->server, watch->camera);
    watch->denied = json_integer_value(json_object_get(row, "denied"));
    json_decref(row);
    idx_camera_set(bench.cat, watch->row->name, url, NULL, NULL, NULL, NULL, now_us(), &error);
    g_assert_no_error(error);
}

static void take_steps(Watch *watch, double now_s)
{
    const Row *row = watch->row;
    while (watch->step < ROW_STEPS && row->steps[watch->step].say &&
           row->steps[watch->step].at_s <= now_s) {
        const RowStep *step = &row->steps[watch->step++];
        if (watch->first_step_us == 0)
            watch->first_step_us = now_us();
        if (*step->say)
            say(watch, step->say);
        else
            enter_anew(watch);
    }
    if (row->well_s > 0 && watch->well_us == 0 && row->well_s <= now_s)
        watch->well_us = now_us();
}

static void look(Watch *watch)
{
    const Row *row = watch->row;
    if (watch->first_step_us == 0 || watch->told_us)
        return;
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxState) state = idx_state_get(bench.cat, watch->stream, now_us(), &error);
    g_assert_no_error(error);
    if (row->state && g_str_equal(state->state, row->state) &&
        (!row->words || (state->detail && strstr(state->detail, row->words)))) {
        watch->told_us = now_us();
        watch->detail = g_strdup(state->detail);
    } else if (!row->state && !g_str_equal(state->state, IDX_STATE_RECORDING)) {
        staying_trouble(watch, "is told to be %s: %s", state->state, state->detail);
        watch->told_us = now_us();
    }
}

static void misbehave(void)
{
    int64_t begin_us = g_get_monotonic_time(), due_us = begin_us;
    for (;;) {
        int64_t at_us = g_get_monotonic_time();
        late_us = MAX(late_us, at_us - due_us);
        double now_s = (double)(at_us - begin_us) / MJ_SECOND_US;
        if (now_s > END_S)
            return;
        for (size_t i = 0; i < G_N_ELEMENTS(ROWS); i++) {
            take_steps(&watches[i], now_s);
            look(&watches[i]);
        }
        due_us = g_get_monotonic_time() + LOOK_US;
        g_usleep(LOOK_US);
    }
}

static void read_sent(int i)
{
    g_autoptr(GError) error = NULL;
    server_say(servers[i], "sync");
    sent[i] = sent_log_read(servers[i]->sent, &error);
    g_assert_no_error(error);
}

static void run_all(void)
{
    bench = bench_new();
    start_servers();
    capture_start(&bench);
    for (size_t i = 0; i < G_N_ELEMENTS(ROWS); i++)
        wait_footage(&bench, ROWS[i].name, (int64_t)(SETTLED_S * MJ_SECOND_US));
    misbehave();
    capture_stop(&bench);
    read_sent(0);
    read_sent(1);
    g_test_message("the machine kept us waiting for up to %.3f s", (double)late_us / MJ_SECOND_US);
}

static void test_row(gconstpointer data)
{
    Watch *watch = (Watch *)data;
    staying_check(&bench, watch, sent[watch->row->no_reports], late_us);
    for (guint i = 0; i < watch->trouble->len; i++)
        g_test_message("%s: %s", watch->row->name, (char *)watch->trouble->pdata[i]);
    if (watch->trouble->len)
        g_test_fail_printf("%s %s", watch->row->name, (char *)watch->trouble->pdata[0]);
}

static void clear_all(void)
{
    for (int i = 0; i < 2; i++) {
        server_end(servers[i]);
        g_array_unref(sent[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_ptr_array_unref(watches[i].trouble);
        g_free(watches[i].detail);
    }
    bench_end(&bench);
}

int main(int argc, char **argv)
{
    g_autofree char **words = g_new0(char *, (gsize)argc + 2); // one row's failure hides no other's
    memcpy(words, argv, (gsize)argc * sizeof *argv);
    words[argc] = (char *)"-k";
    int count = argc + 1;
    char **rest = words;
    g_test_init(&count, &rest, NULL);
    signal(SIGPIPE, SIG_IGN);
    av_log_set_level(AV_LOG_QUIET);
    run_all();
    for (size_t i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *path = g_strconcat("/staying/", ROWS[i].name, NULL);
        g_test_add_data_func(path, &watches[i], test_row);
    }
    int failed = g_test_run();
    clear_all();
    return failed;
}
