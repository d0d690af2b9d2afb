// SPDX-License-Identifier: GPL-3.0-or-later
/* Live pictures of mingjing-capture as it is installed, of the synthetic hall over real RTSP:
 * decoded, their stamps read. */
#include <signal.h>
#include <string.h>

#include "capture/libav.h"
#include "index/base/error.h"
#include "index/link/link.h"
#include "test/capture/bench.h"
#include "test/capture/fixture.h"
#include "test/hall/camera.h"
#include "test/hall/stamp.h"

#define WAIT_US (10 * MJ_SECOND_US)
#define FIRST_US INT64_C(100000)

typedef struct Viewer {
    const HallCamera *camera;
    IdxLink *link;
    AVCodecContext *decoder;
    int64_t asked_us, first_us; // monotonic: subscribed, first picture decoded
    int64_t utc_of[64];         // what packets said, by pts
    int64_t pts_of[64];
    int packets, pictures, backlog, sound, descriptions;
    uint64_t lost;
    bool lost_now; // since the last picture
    uint32_t first, last;
    int64_t worst_us;  // between what the packet says and the stamp
    int64_t latest_us; // from the stamp to us, of the last picture
} Viewer;

static Viewer *viewer_new(const Bench *bench, const char *code)
{
    Viewer *viewer = g_new0(Viewer, 1);
    for (int i = 0; i < 64; i++)
        viewer->pts_of[i] = INT64_MIN;
    viewer->camera = hall_camera_by_id(code);
    g_autofree char *path = idx_link_path(bench->home, 1);
    g_autoptr(GError) error = NULL;
    viewer->link = idx_link_open(path, WAIT_US, &error);
    g_assert_no_error(error);
    viewer->asked_us = g_get_monotonic_time();
    idx_link_request(
        viewer->link, 1,
        json_pack("{s:s, s:s, s:s}", "do", "subscribe", "camera", code, "stream", "main"), WAIT_US,
        &error);
    g_assert_no_error(error);
    return viewer;
}

static void viewer_free(Viewer *viewer)
{
    avcodec_free_context(&viewer->decoder);
    idx_link_free(viewer->link);
    g_free(viewer);
}

static void open_decoder(Viewer *viewer, const IdxWireStream *stream)
{
    viewer->lost_now |= viewer->descriptions++ > 0; // another run of the source
    avcodec_free_context(&viewer->decoder);
    const AVCodec *codec = avcodec_find_decoder_by_name(stream->video);
    g_assert_nonnull(codec);
    viewer->decoder = avcodec_alloc_context3(codec);
    viewer->decoder->thread_count = 1;
    viewer->decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
    viewer->decoder->extradata =
        av_mallocz(stream->video_config_size + AV_INPUT_BUFFER_PADDING_SIZE);
    memcpy(viewer->decoder->extradata, stream->video_config, stream->video_config_size);
    viewer->decoder->extradata_size = (int)stream->video_config_size;
    g_assert_cmpint(avcodec_open2(viewer->decoder, codec, NULL), ==, 0);
    g_assert_cmpint(stream->width, ==, viewer->camera->width);
    g_assert_cmpint(stream->height, ==, viewer->camera->height);
    g_assert_true((stream->audio[0] != '\0') == (viewer->camera->audio != NULL));
}

static void look(Viewer *viewer, const AVFrame *frame)
{
    HallStamp stamp;
    g_assert_true(
        hall_stamp_read(frame->data[0], frame->width, frame->height, frame->linesize[0], &stamp));
    g_assert_cmpint(stamp.camera, ==, viewer->camera->number);
    if (viewer->pictures == 0) {
        viewer->first = stamp.frame;
        viewer->first_us = g_get_monotonic_time();
    } else if (viewer->lost_now) {
        g_assert_cmpuint(stamp.frame, >, viewer->last);
    } else {
        g_assert_cmpuint(stamp.frame, ==, viewer->last + 1);
    }
    viewer->lost_now = false;
    viewer->last = stamp.frame;
    viewer->pictures++;
    viewer->latest_us = now_us() - stamp.utc_us;
    for (int i = 0; i < 64; i++)
        if (viewer->pts_of[i] == frame->pts)
            viewer->worst_us = MAX(viewer->worst_us, ABS(viewer->utc_of[i] - stamp.utc_us));
}

static void decode(Viewer *viewer, const IdxWirePacket *packet)
{
    g_assert_nonnull(viewer->decoder); // described before
    int slot = viewer->packets++ % 64;
    viewer->pts_of[slot] = packet->pts_us;
    viewer->utc_of[slot] = packet->utc_us;
    viewer->backlog += packet->backlog;
    g_autoptr(AVPacket) coded = av_packet_alloc();
    g_assert_cmpint(av_new_packet(coded, (int)packet->size), ==, 0);
    memcpy(coded->data, packet->data, packet->size);
    coded->pts = packet->pts_us;
    g_assert_cmpint(avcodec_send_packet(viewer->decoder, coded), ==, 0);
    g_autoptr(AVFrame) frame = av_frame_alloc();
    while (avcodec_receive_frame(viewer->decoder, frame) == 0)
        look(viewer, frame);
}

static void use_frame(Viewer *viewer, const IdxWireFrame *frame)
{
    IdxWireStream stream;
    IdxWirePacket packet;
    uint64_t lost = 0;
    g_assert_cmpint(frame->type, !=, IDX_WIRE_ERROR);
    if (idx_wire_get_stream(frame, &stream, NULL)) {
        open_decoder(viewer, &stream);
    } else if (idx_wire_get_lost(frame, &lost, NULL)) {
        viewer->lost += lost;
        viewer->lost_now = true;
    } else if (frame->type == IDX_WIRE_PACKET) {
        g_assert_true(idx_wire_get_packet(frame, &packet, NULL));
        if (packet.sound)
            viewer->sound++;
        else
            decode(viewer, &packet);
    }
}

/* Reads for @us. */
static void view(Viewer *viewer, int64_t us)
{
    int64_t until_us = g_get_monotonic_time() + us;
    while (g_get_monotonic_time() < until_us) {
        IdxWireFrame frame;
        g_autoptr(GError) error = NULL;
        if (idx_link_next(viewer->link, until_us - g_get_monotonic_time(), &frame, &error))
            use_frame(viewer, &frame);
        else
            g_assert_true(mj_error_is(error, MJ_ERROR_TIMEOUT));
    }
}

static json_t *numbers_of(const Bench *bench, const char *code)
{
    g_autoptr(json_t) all = idx_link_streams(bench->home, WAIT_US);
    size_t i = 0;
    json_t *stream = NULL;
    json_array_foreach(all, i,
                       stream) if (g_str_equal(json_string_value(json_object_get(stream, "camera")),
                                               code)) return json_incref(stream);
    g_assert_not_reached();
}

static int64_t number(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

static const char *text(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static void check_view(const Viewer *viewer, int64_t least_pictures)
{
    int64_t frame_us = MJ_SECOND_US * viewer->camera->fps_den / viewer->camera->fps_num;
    g_test_message("%s: first picture after %" G_GINT64_FORMAT " us, %d pictures (%d from before), "
                   "at most %" G_GINT64_FORMAT " us off, the last %" G_GINT64_FORMAT " us old",
                   viewer->camera->id, viewer->first_us - viewer->asked_us, viewer->pictures,
                   viewer->backlog, viewer->worst_us, viewer->latest_us);
    g_assert_cmpint(viewer->first_us - viewer->asked_us, <=, FIRST_US);
    g_assert_cmpint(viewer->pictures, >=, least_pictures);
    g_assert_cmpint(viewer->backlog, >=, 1);
    g_assert_cmpint(viewer->backlog, <=, viewer->camera->gop);
    g_assert_cmpuint(viewer->lost, ==, 0);
    g_assert_cmpint(viewer->descriptions, ==, 1);
    g_assert_cmpint(viewer->worst_us, <=, frame_us);
    g_assert_true((viewer->sound > 0) == (viewer->camera->audio != NULL));
}

static void test_views(void)
{
    static const char *const CODES[] = {"w01-face", "w02-face", "lobby"}; // AAC, G.711, H.265
    Bench bench = bench_new();
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++)
        add_camera(&bench, CODES[i]);
    capture_start(&bench);
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++)
        wait_footage(&bench, CODES[i], 3 * MJ_SECOND_US);
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++) {
        Viewer *viewer = viewer_new(&bench, CODES[i]);
        view(viewer, 3 * MJ_SECOND_US);
        check_view(viewer, 2 * viewer->camera->fps_num / viewer->camera->fps_den);
        g_autoptr(json_t) now = numbers_of(&bench, CODES[i]);
        double rate = (double)viewer->camera->fps_num / viewer->camera->fps_den;
        g_assert_cmpstr(text(now, "state"), ==, IDX_STATE_RECORDING);
        g_assert_cmpfloat(ABS(json_number_value(json_object_get(now, "frame_rate")) - rate), <,
                          rate / 5);
        g_assert_cmpint(number(now, "bitrate"), >, 50000);
        g_assert_cmpint(number(now, "width"), ==, viewer->camera->width);
        g_assert_cmpint(number(now, "viewers"), ==, 1);
        g_assert_cmpint(number(now, "restarts"), ==, 0);
        g_assert_cmpint(ABS(now_us() - number(now, "last_picture_us")), <, 3 * MJ_SECOND_US);
        g_assert_cmpint(number(now, "recorded_pictures"), >,
                        3 * viewer->camera->fps_num / 2 / viewer->camera->fps_den);
        viewer_free(viewer);
    }
    bench_end(&bench);
}

/* Kilobytes that the recorder holds. */
static int64_t memory_of(const Bench *bench)
{
    g_autofree char *path =
        g_strdup_printf("/proc/%s/status", g_subprocess_get_identifier(bench->process));
    g_autofree char *status = NULL;
    g_assert_true(g_file_get_contents(path, &status, NULL, NULL));
    const char *line = strstr(status, "VmRSS:");
    g_assert_nonnull(line);
    return g_ascii_strtoll(line + 6, NULL, 10);
}

/* Eight that stopped reading beside one that reads: it loses nothing, the recording loses nothing,
 * and the recorder's memory stays; when they read again they see the present. */
static void test_slow_beside_quick(void)
{
    Bench bench = bench_new();
    add_camera(&bench, "w01-face");
    capture_start(&bench);
    wait_footage(&bench, "w01-face", 2 * MJ_SECOND_US);
    Viewer *slow[8], *quick = viewer_new(&bench, "w01-face");
    for (int i = 0; i < 8; i++)
        slow[i] = viewer_new(&bench, "w01-face");
    view(quick, 4 * MJ_SECOND_US);
    int64_t before = memory_of(&bench);
    view(quick, 14 * MJ_SECOND_US);
    int64_t after = memory_of(&bench);
    g_test_message("%" G_GINT64_FORMAT " kB, then %" G_GINT64_FORMAT " kB", before, after);
    g_assert_cmpint(after - before, <, 16 * 1024);
    check_view(quick, 17 * quick->camera->fps_num / quick->camera->fps_den);
    for (int i = 0; i < 8; i++) {
        view(slow[i], i == 0 ? 2 * MJ_SECOND_US : 200000);
        for (int more = 0; slow[i]->lost == 0 && more < 20; more++)
            view(slow[i], 200000); // what had been sent before comes first
        g_assert_cmpuint(slow[i]->lost, >, 0);
        if (i == 0)
            g_assert_cmpint(slow[i]->latest_us, <, MJ_SECOND_US);
        g_test_message("slow: %d pictures, %d lost", slow[i]->pictures, (int)slow[i]->lost);
        viewer_free(slow[i]);
    }
    int quick_pictures = quick->pictures;
    viewer_free(quick);
    capture_stop(&bench);
    g_assert_cmpint(check_pictures(&bench, "w01-face"), >=, quick_pictures);
    check_byte_exact(&bench, "w01-face");
    check_adds_up(&bench, "w01-face");
    bench_end(&bench);
}

/* Reads until STOPPED and then until there are pictures again; what it said in between. */
static json_t *view_over_break(Viewer *viewer)
{
    g_autoptr(json_t) stopped = NULL;
    int descriptions = viewer->descriptions, pictures = viewer->pictures;
    int64_t until_us = g_get_monotonic_time() + 2 * WAIT_US;
    while (!stopped || viewer->descriptions == descriptions || viewer->pictures < pictures + 10) {
        IdxWireFrame frame;
        g_assert_true(idx_link_next(viewer->link, until_us - g_get_monotonic_time(), &frame, NULL));
        if (frame.type == IDX_WIRE_STOPPED) {
            stopped = idx_wire_get_json(&frame, NULL);
            hall_tell("start", viewer->camera->id);
            pictures = viewer->pictures;
        }
        use_frame(viewer, &frame);
    }
    return g_steal_pointer(&stopped);
}

static void test_break(void)
{
    Bench bench = bench_new();
    add_camera(&bench, "w03-face");
    capture_start(&bench);
    wait_footage(&bench, "w03-face", 2 * MJ_SECOND_US);
    Viewer *viewer = viewer_new(&bench, "w03-face");
    view(viewer, MJ_SECOND_US);
    hall_tell("stop", "w03-face");
    g_autoptr(json_t) stopped = view_over_break(viewer);
    g_assert_cmpstr(text(stopped, "state"), !=, IDX_STATE_RECORDING);
    g_assert_nonnull(text(stopped, "detail"));
    g_autoptr(json_t) now = numbers_of(&bench, "w03-face");
    g_assert_cmpint(number(now, "restarts"), >=, 1);
    g_assert_nonnull(text(now, "last_error"));
    viewer_free(viewer);
    bench_end(&bench);
}

/* A stream that is not to be recorded can be watched; nothing of it is stored or missed. */
static void test_live_only(void)
{
    Bench bench = bench_new();
    add_camera(&bench, "w01-desk");
    g_autoptr(GError) error = NULL;
    idx_camera_record(bench.cat, "w01-desk", "none", now_us(), &error);
    g_assert_no_error(error);
    capture_start(&bench);
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    for (bool live = false; !live; g_usleep(POLL_US)) {
        g_autoptr(json_t) all = idx_link_streams(bench.home, WAIT_US);
        live = g_strcmp0(text(json_array_get(all, 0), "state"), "live") == 0;
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
    }
    Viewer *viewer = viewer_new(&bench, "w01-desk");
    view(viewer, 2 * MJ_SECOND_US);
    check_view(viewer, 10);
    g_autoptr(GPtrArray) segments = segments_of(&bench, "w01-desk");
    g_assert_cmpuint(segments->len, ==, 0);
    g_autoptr(IdxState) state = state_of(&bench, "w01-desk");
    g_assert_cmpstr(state->state, ==, IDX_STATE_DISABLED);
    g_autoptr(json_t) now = numbers_of(&bench, "w01-desk");
    g_assert_cmpint(number(now, "recorded_bytes"), ==, 0);
    g_assert_cmpint(number(now, "received_pictures"), >, 10);
    idx_camera_record(bench.cat, "w01-desk", "main", now_us(), &error); // and from now on it is
    g_assert_no_error(error);
    wait_footage(&bench, "w01-desk", MJ_SECOND_US);
    view(viewer, MJ_SECOND_US);
    g_assert_cmpint(viewer->descriptions, ==, 2);
    idx_camera_record(bench.cat, "w01-desk", "none", now_us(), &error);
    g_assert_no_error(error);
    idx_state_free(wait_for(&bench, "w01-desk", IDX_STATE_DISABLED, 10));
    viewer_free(viewer);
    capture_stop(&bench);
    check_pictures(&bench, "w01-desk");
    bench_end(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    cap_libav_init();
    hall_start();
    g_test_add_func("/live/views", test_views);
    g_test_add_func("/live/slow-beside-quick", test_slow_beside_quick);
    g_test_add_func("/live/break", test_break);
    g_test_add_func("/live/live-only", test_live_only);
    int result = g_test_run();
    hall_end();
    return result;
}
