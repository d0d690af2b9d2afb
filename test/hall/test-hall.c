// SPDX-License-Identifier: GPL-3.0-or-later
/* The hall over real RTSP: are the pictures stamped with the time the sender reports give them, are
 * the bytes received the bytes dumped, do files loop without a seam, do the commands work?
 * HALL is the path of mingjing-test-hall. */
#include "index/base/error.h"
#include "test/hall/camera.h"
#include "test/hall/decode.h"
#include "test/hall/encode.h"
#include "test/hall/scene.h"
#include "test/hall/stamp.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <libavformat/avformat.h>
#include <string.h>

typedef struct Hall {
    GSubprocess *process;
    GOutputStream *in;
    GDataInputStream *out;
    json_t *ready;
    char *dir;
} Hall;

static json_t *read_line(Hall *hall)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line(hall->out, NULL, NULL, &error);
    g_assert_nonnull(line);
    json_t *json = json_loads(line, 0, NULL);
    g_assert_nonnull(json);
    return json;
}

/* Starts a hall; @more are further arguments, NULL at the end. */
static Hall *hall_start(const char *const *more)
{
    Hall *hall = g_new0(Hall, 1);
    g_autoptr(GError) error = NULL;
    hall->dir = g_dir_make_tmp("hall-XXXXXX", &error);
    g_autoptr(GPtrArray) args = g_ptr_array_new();
    g_ptr_array_add(args, (char *)g_getenv("HALL"));
    for (; more && *more; more++)
        g_ptr_array_add(args, (char *)*more);
    g_ptr_array_add(args, (char *)"--exit-on-eof");
    g_ptr_array_add(args, (char *)"--dump");
    g_ptr_array_add(args, hall->dir);
    g_ptr_array_add(args, NULL);
    hall->process =
        g_subprocess_newv((const char *const *)args->pdata,
                          G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
    g_assert_no_error(error);
    hall->in = g_subprocess_get_stdin_pipe(hall->process);
    hall->out = g_data_input_stream_new(g_subprocess_get_stdout_pipe(hall->process));
    hall->ready = read_line(hall);
    g_assert_true(json_is_true(json_object_get(hall->ready, "ready")));
    return hall;
}

static void remove_dir(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_unlink(file);
    }
    g_rmdir(path);
}

static void hall_end(Hall *hall)
{
    g_autoptr(GError) error = NULL;
    g_output_stream_close(hall->in, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_wait_check(hall->process, NULL, &error));
    g_object_unref(hall->out);
    g_object_unref(hall->process);
    json_decref(hall->ready);
    remove_dir(hall->dir);
    g_free(hall->dir);
    g_free(hall);
}

static bool command(Hall *hall, const char *line)
{
    g_autoptr(GError) error = NULL;
    g_output_stream_write_all(hall->in, line, strlen(line), NULL, NULL, &error);
    g_output_stream_write_all(hall->in, "\n", 1, NULL, NULL, &error);
    g_assert_no_error(error);
    json_t *answer = read_line(hall);
    bool ok = json_is_true(json_object_get(answer, "ok"));
    json_decref(answer);
    return ok;
}

static char *url_of(const Hall *hall, const char *credentials, const char *camera)
{
    int port = (int)json_integer_value(json_object_get(hall->ready, "port"));
    return g_strdup_printf("rtsp://%s127.0.0.1:%d/%s", credentials, port, camera);
}

typedef struct Watch {
    const HallCamera *camera;
    int wanted, frames, timed;
    uint32_t last_frame;
    int64_t worst_clock_us;
    int modulo;     // frame numbers go round after so many; 0 = never
    bool own_clock; // stamps are of now, not of when a file was made
    int64_t last_source_us;
} Watch;

static bool watch_frame(const HallFrame *frame, void *data)
{
    Watch *watch = data;
    HallStamp stamp;
    g_assert_true(hall_stamp_read(frame->luma, frame->width, frame->height, frame->stride, &stamp));
    g_assert_cmpint(stamp.camera, ==, watch->camera->number);
    uint32_t next = watch->last_frame + 1;
    if (watch->frames)
        g_assert_cmpuint(stamp.frame, ==, watch->modulo ? next % (uint32_t)watch->modulo : next);
    watch->last_frame = stamp.frame;
    bool timed = frame->source_utc_us != HALL_NO_TIME;
    if (timed && watch->own_clock) {
        int64_t off = ABS(frame->source_utc_us - stamp.utc_us);
        watch->worst_clock_us = MAX(watch->worst_clock_us, off);
    }
    if (timed && watch->last_source_us) { // 25 fps, also where the file begins again
        int64_t step = frame->source_utc_us - watch->last_source_us;
        g_assert_cmpint(ABS(step - 40000), <, 2000);
    }
    if (timed && watch->modulo)
        watch->last_source_us = frame->source_utc_us;
    watch->timed += timed;
    return ++watch->frames < watch->wanted;
}

/* The promise behind every test of "the right moment": what the sender reports say is what is in
 * the picture, from the first second on. */
static void test_clock(void)
{
    const char *const cameras[] = {"w01-face", "w02-face", "w02-desk", "lobby"};
    Hall *hall = hall_start(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cameras); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *url = url_of(hall, "", cameras[i]);
        Watch watch = {.camera = hall_camera_by_id(cameras[i]), .wanted = 45, .own_clock = true};
        hall_decode(url, watch_frame, &watch, &error);
        g_assert_no_error(error);
        g_test_message("%s: clock within %" G_GINT64_FORMAT " us", cameras[i],
                       watch.worst_clock_us);
        g_assert_cmpint(watch.timed, >=, 30);
        g_assert_cmpint(watch.worst_clock_us, <, 2000);
    }
    hall_end(hall);
}

static void draw_scene(const HallCanvas *canvas, int frame, void *data)
{
    hall_picture_draw(data, canvas, INT64_C(1795311065120456), (uint32_t)frame);
}

/* Makes a short file of which each frame knows its number. */
static char *make_footage(const char *dir, const char *codec, int frames)
{
    g_autoptr(GError) error = NULL;
    const HallCamera *camera = hall_camera_by_id("w03-face");
    g_autoptr(HallPicture) picture = hall_picture_new(camera);
    char *path = g_strdup_printf("%s/%s.mp4", dir, codec);
    HallEncode spec = {.codec = codec,
                       .width = camera->width,
                       .height = camera->height,
                       .fps = 25,
                       .gop = 10,
                       .crf = 26,
                       .frames = frames,
                       .draw = draw_scene,
                       .data = picture};
    hall_encode(path, &spec, &error);
    g_assert_no_error(error);
    return path;
}

static void test_footage(void)
{
    const char *const codecs[] = {"libx264", "libx265"};
    const char *const names[] = {"h264", "h265"};
    g_autofree char *dir = g_dir_make_tmp("footage-XXXXXX", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = make_footage(dir, codecs[i], 30);
        Hall *hall = hall_start((const char *[]){"--footage", path, "--cameras", "w02-desk", NULL});
        json_t *camera = json_array_get(json_object_get(hall->ready, "cameras"), 0);
        g_assert_cmpstr(json_string_value(json_object_get(camera, "video")), ==, names[i]);
        g_autofree char *url = url_of(hall, "", "w02-desk");
        Watch watch = {.camera = hall_camera_by_id("w03-face"), .wanted = 100, .modulo = 30};
        hall_decode(url, watch_frame, &watch, &error);
        g_assert_no_error(error);
        g_assert_cmpint(watch.frames, ==, 100);
        g_assert_cmpint(watch.timed, >, 80);
        hall_end(hall);
    }
    remove_dir(dir);
}

/* The NAL units in Annex B @data, each without its start code, joined with their lengths. */
static GPtrArray *split_units(const uint8_t *data, size_t size)
{
    GPtrArray *units = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    size_t start = 0;
    bool inside = false;
    for (size_t i = 0; i + 3 <= size + 3; i++) {
        bool code = i + 3 <= size && data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1;
        if (!code && i < size)
            continue;
        size_t end = i;
        while (inside && end > start && data[end - 1] == 0)
            end--;
        if (inside)
            g_ptr_array_add(units, g_bytes_new(data + start, end - start));
        if (i >= size)
            break;
        start = i + 3;
        inside = true;
    }
    return units;
}

static GByteArray *receive(const char *url, int packets, int *ret_stream_count)
{
    GByteArray *bytes = g_byte_array_new();
    AVFormatContext *format = NULL;
    AVDictionary *options = NULL;
    av_dict_set(&options, "rtsp_transport", "tcp", 0);
    g_assert_cmpint(avformat_open_input(&format, url, NULL, &options), >=, 0);
    av_dict_free(&options);
    int video = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    *ret_stream_count = (int)format->nb_streams;
    AVPacket *packet = av_packet_alloc();
    while (packets > 0 && av_read_frame(format, packet) >= 0) {
        if (packet->stream_index == video) {
            g_byte_array_append(bytes, packet->data, (guint)packet->size);
            packets--;
        }
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    avformat_close_input(&format);
    g_assert_cmpint(packets, ==, 0);
    return bytes;
}

/* What a client gets is in the dump, unit for unit, in one piece. */
static void check_bytes(Hall *hall, const char *camera, const char *extension, int streams)
{
    int count;
    g_autofree char *url = url_of(hall, "", camera);
    g_autofree char *path = g_strdup_printf("%s/%s.%s", hall->dir, camera, extension);
    g_autofree char *dump = NULL;
    gsize size;
    g_autoptr(GByteArray) bytes = receive(url, 50, &count);
    g_assert_cmpint(count, ==, streams);
    g_assert_true(g_file_get_contents(path, &dump, &size, NULL));
    g_autoptr(GPtrArray) sent = split_units((const uint8_t *)dump, size);
    g_autoptr(GPtrArray) got = split_units(bytes->data, bytes->len);
    g_assert_cmpuint(got->len, >=, 50);
    guint at = 0;
    while (at < sent->len && !g_bytes_equal(sent->pdata[at], got->pdata[0]))
        at++;
    g_assert_cmpuint(at + got->len, <=, sent->len);
    for (guint i = 0; i < got->len; i++)
        g_assert_true(g_bytes_equal(sent->pdata[at + i], got->pdata[i]));
}

static void test_bytes(void)
{
    Hall *hall = hall_start(NULL);
    check_bytes(hall, "w01-face", "h264", 2);
    check_bytes(hall, "lobby", "h265", 1);
    hall_end(hall);
    g_autofree char *dir = g_dir_make_tmp("footage-XXXXXX", NULL);
    g_autofree char *path = make_footage(dir, "libx264", 30);
    hall = hall_start((const char *[]){"--footage", path, NULL});
    check_bytes(hall, "w02-desk", "h264", 1);
    hall_end(hall);
    remove_dir(dir);
}

static bool first_frame(const HallFrame *frame, void *data)
{
    return false;
}

/* What becomes of watching @camera: -1 = it shows, else the error code. */
static int try_camera(const Hall *hall, const char *credentials, const char *camera)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = url_of(hall, credentials, camera);
    return hall_decode(url, first_frame, NULL, &error) ? -1 : error->code;
}

typedef struct Interrupted {
    Hall *hall;
    const char *command;
    int frames;
} Interrupted;

static bool interrupt_at_10(const HallFrame *frame, void *data)
{
    Interrupted *self = data;
    if (++self->frames == 10)
        g_assert_true(command(self->hall, self->command));
    g_assert_cmpint(self->frames, <, 40); // it ends
    return true;
}

static void test_commands(void)
{
    Hall *hall = hall_start(NULL);
    g_autofree char *url = url_of(hall, "", "w02-desk");
    g_autoptr(GError) error = NULL;
    Interrupted stop = {hall, "stop w02-desk", 0}, drop = {hall, "drop w02-desk", 0};
    hall_decode(url, interrupt_at_10, &stop, &error);
    g_clear_error(&error);
    g_assert_cmpint(stop.frames, >=, 10);
    g_assert_cmpint(try_camera(hall, "", "w02-desk"), ==, MJ_ERROR_NOT_FOUND);
    g_assert_cmpint(try_camera(hall, "", "w01-desk"), ==, -1);
    g_assert_true(command(hall, "start w02-desk"));
    hall_decode(url, interrupt_at_10, &drop, &error);
    g_assert_cmpint(drop.frames, >=, 10);
    g_assert_cmpint(try_camera(hall, "", "w02-desk"), ==, -1);
    g_assert_false(command(hall, "stop nowhere"));
    g_assert_false(command(hall, "dance w02-desk"));
    hall_end(hall);
}

/* A frozen camera sends nothing at all: the client's read runs into its time limit. */
static void test_freeze(void)
{
    Hall *hall = hall_start(NULL);
    g_autofree char *url = url_of(hall, "", "w02-desk");
    g_autoptr(GError) error = NULL;
    Interrupted freeze = {hall, "freeze w02-desk", 0};
    g_assert_false(hall_decode(url, interrupt_at_10, &freeze, &error));
    g_assert_error(error, MJ_ERROR, MJ_ERROR_TIMEOUT);
    g_assert_true(command(hall, "thaw w02-desk"));
    g_assert_cmpint(try_camera(hall, "", "w02-desk"), ==, -1);
    hall_end(hall);
}

static void test_guarded(void)
{
    g_autofree char *dir = g_dir_make_tmp("credentials-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "camera", NULL);
    g_assert_true(g_file_set_contents(path, "viewer:right\n", -1, NULL));
    Hall *hall = hall_start((const char *[]){"--credentials", path, NULL});
    g_assert_cmpint(try_camera(hall, "", "secret"), ==, MJ_ERROR_DENIED);
    g_assert_cmpint(try_camera(hall, "viewer:wrong@", "secret"), ==, MJ_ERROR_DENIED);
    g_assert_cmpint(try_camera(hall, "viewer:right@", "secret"), ==, -1);
    g_assert_cmpint(try_camera(hall, "", "w02-desk"), ==, -1);
    hall_end(hall);
    hall = hall_start((const char *[]){"--credentials", path, "--protect-all", NULL});
    g_assert_cmpint(try_camera(hall, "", "w02-desk"), ==, MJ_ERROR_DENIED);
    g_assert_cmpint(try_camera(hall, "viewer:right@", "w02-desk"), ==, -1);
    hall_end(hall);
    remove_dir(dir);
}

static void test_odd_cameras(void)
{
    Hall *hall = hall_start(NULL);
    g_assert_cmpint(try_camera(hall, "", "mjpeg"), ==, -1);
    g_assert_cmpint(try_camera(hall, "", "audio-only"), ==, MJ_ERROR_UNSUPPORTED);
    g_assert_cmpint(try_camera(hall, "", "secret"), ==, MJ_ERROR_NOT_FOUND); // no credentials
    hall_end(hall);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    av_log_set_level(AV_LOG_QUIET);
    g_test_add_func("/hall/clock", test_clock);
    g_test_add_func("/hall/footage", test_footage);
    g_test_add_func("/hall/bytes", test_bytes);
    g_test_add_func("/hall/commands", test_commands);
    g_test_add_func("/hall/freeze", test_freeze);
    g_test_add_func("/hall/guarded", test_guarded);
    g_test_add_func("/hall/odd-cameras", test_odd_cameras);
    return g_test_run();
}
