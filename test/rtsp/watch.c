// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/watch.h"

#include <glib/gstdio.h>
#include <string.h>

#define OPEN_US (2 * G_USEC_PER_SEC)

static json_t *read_answer(Server *server)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line(server->out, NULL, NULL, &error);
    g_assert_nonnull(line);
    json_t *json = json_loads(line, 0, NULL);
    g_assert_nonnull(json);
    return json;
}

Server *server_start(const char *const *more)
{
    Server *server = g_new0(Server, 1);
    g_autoptr(GError) error = NULL;
    server->dir = g_dir_make_tmp("rtsp-XXXXXX", &error);
    server->sent = g_build_filename(server->dir, "sent.txt", NULL);
    g_autoptr(GPtrArray) args = g_ptr_array_new();
    g_ptr_array_add(args, (char *)g_getenv("RTSP"));
    for (; more && *more; more++)
        g_ptr_array_add(args, (char *)*more);
    g_ptr_array_add(args, (char *)"--exit-on-eof");
    g_ptr_array_add(args, (char *)"--sent");
    g_ptr_array_add(args, server->sent);
    g_ptr_array_add(args, NULL);
    server->process =
        g_subprocess_newv((const char *const *)args->pdata,
                          G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
    g_assert_no_error(error);
    server->out = g_data_input_stream_new(g_subprocess_get_stdout_pipe(server->process));
    server->ready = read_answer(server);
    g_assert_true(json_is_true(json_object_get(server->ready, "ready")));
    return server;
}

void server_end(Server *server)
{
    g_autoptr(GError) error = NULL;
    g_output_stream_close(g_subprocess_get_stdin_pipe(server->process), NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_wait_check(server->process, NULL, &error));
    g_object_unref(server->out);
    g_object_unref(server->process);
    json_decref(server->ready);
    g_unlink(server->sent);
    g_rmdir(server->dir);
    g_free(server->sent);
    g_free(server->dir);
    g_free(server);
}

static bool say(Server *server, const char *line)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    GOutputStream *in = g_subprocess_get_stdin_pipe(server->process);
    g_assert_true(g_output_stream_write_all(in, text, strlen(text), NULL, NULL, &error));
    json_t *answer = read_answer(server);
    bool ok = json_is_true(json_object_get(answer, "ok"));
    g_assert_true(ok || json_is_string(json_object_get(answer, "error")));
    json_decref(answer);
    return ok;
}

void server_say(Server *server, const char *line)
{
    g_assert_true(say(server, line));
}

json_t *server_status(Server *server, int camera)
{
    g_autoptr(GError) error = NULL;
    GOutputStream *in = g_subprocess_get_stdin_pipe(server->process);
    g_assert_true(g_output_stream_write_all(in, "status\n", 7, NULL, NULL, &error));
    json_t *answer = read_answer(server);
    json_t *row = json_array_get(json_object_get(answer, "cameras"), (size_t)camera);
    g_assert_nonnull(row);
    json_incref(row);
    json_decref(answer);
    return row;
}

bool server_refuses(Server *server, const char *line)
{
    return !say(server, line);
}

char *server_url(const Server *server, int camera, const char *credentials)
{
    const json_t *row = json_array_get(json_object_get(server->ready, "cameras"), (size_t)camera);
    int port = (int)json_integer_value(json_object_get(row, "port"));
    return g_strdup_printf("rtsp://%s%s127.0.0.1:%d/cam%d", credentials, *credentials ? "@" : "",
                           port, camera);
}

static int too_late(void *data)
{
    const Watcher *watcher = data;
    return g_get_monotonic_time() > watcher->deadline_us;
}

int watcher_open(Watcher *watcher, const char *url, const char *transport)
{
    *watcher = (Watcher){.av = avformat_alloc_context(), .packet = av_packet_alloc()};
    watcher->av->interrupt_callback = (AVIOInterruptCB){too_late, watcher};
    watcher->av->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN; // a NAL unit at a time
    watcher->deadline_us = g_get_monotonic_time() + OPEN_US;
    AVDictionary *options = NULL;
    av_dict_set(&options, "rtsp_transport", transport, 0);
    int failed = avformat_open_input(&watcher->av, url, NULL, &options);
    av_dict_free(&options);
    if (failed < 0)
        av_packet_free(&watcher->packet);
    return MIN(failed, 0);
}

void watcher_close(Watcher *watcher)
{
    watcher->deadline_us = g_get_monotonic_time() + G_USEC_PER_SEC;
    avformat_close_input(&watcher->av);
    av_packet_free(&watcher->packet);
}

static bool is_mark(const Watcher *watcher, Seen *ret)
{
    const AVPacket *packet = watcher->packet;
    const AVStream *stream = watcher->av->streams[packet->stream_index];
    bool hevc = stream->codecpar->codec_id == AV_CODEC_ID_HEVC;
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO || packet->size < 5 ||
        !rtsp_mark_read(packet->data + 4, (size_t)packet->size - 4, hevc, &ret->mark))
        return false;
    size_t size = 0;
    const AVProducerReferenceTime *report =
        (const void *)av_packet_get_side_data(packet, AV_PKT_DATA_PRFT, &size);
    ret->has_report = report && size >= sizeof *report;
    ret->report_us = ret->has_report ? report->wallclock : 0;
    ret->pts_us = av_rescale_q(packet->pts, stream->time_base, AV_TIME_BASE_Q);
    ret->arrival_us = g_get_monotonic_time();
    return true;
}

int watcher_next(Watcher *watcher, double seconds, Seen *ret)
{
    watcher->deadline_us = g_get_monotonic_time() + (int64_t)(seconds * G_USEC_PER_SEC);
    int got;
    while ((got = av_read_frame(watcher->av, watcher->packet)) >= 0) {
        bool found = is_mark(watcher, ret);
        av_packet_unref(watcher->packet);
        if (found)
            return 0;
    }
    return got == AVERROR(EIO) && too_late(watcher) ? AVERROR_EXIT : got;
}
