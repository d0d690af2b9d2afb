// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/capture/run.h"

#include "index/base/home.h"
#include "test/capture/fixture.h"

static int64_t host_utc(void *data)
{
    const Host *host = data;
    return host->mono_us + host->utc_less_mono_us;
}

static int64_t host_mono(void *data)
{
    return ((const Host *)data)->mono_us;
}

CapRecordingConfig run_config(const Run *run, int64_t segment_us)
{
    return (CapRecordingConfig){.store = run->store,
                                .log = &run->log,
                                .home = run->home,
                                .camera = "cam1",
                                .stream = "main",
                                .stream_id = run->stream,
                                .audio = "aac",
                                .segment_us = segment_us,
                                .clock = &run->clock};
}

Run *run_new(const AVCodecParameters *sound, int64_t segment_us)
{
    Run *run = g_new0(Run, 1);
    run->host = (Host){.mono_us = 5000000, .utc_less_mono_us = UTC - 5000000};
    run->clock = (MjClock){host_utc, host_mono, &run->host};
    run->home = fixture_home();
    run->stream = fixture_stream_id(run->home, "cam1");
    run->store = cap_store_new(run->home, NULL);
    g_assert_nonnull(run->store);
    cap_store_start(run->store);
    run->pictures = fixture_encode("libx264", 64, 64, GOP, GOP, 0, NULL);
    CapRecordingConfig config = run_config(run, segment_us);
    run->recording = cap_recording_new(&config, sound);
    return run;
}

/* Ends the recording; the catalogue is complete then. */
IdxCatalogue *run_end(Run *run)
{
    cap_recording_free(run->recording);
    cap_store_free(run->store);
    g_autoptr(GError) error = NULL;
    IdxCatalogue *cat = idx_catalogue_open(run->home, IDX_READ, &error);
    g_assert_no_error(error);
    return cat;
}

void run_free(Run *run, IdxCatalogue *cat)
{
    idx_catalogue_free(cat);
    g_ptr_array_unref(run->pictures);
    fixture_home_remove(run->home);
    g_free(run);
}

void send_packet(Run *run, CapPacket *packet)
{
    g_autoptr(GError) error = NULL;
    cap_recording_packet(run->recording, packet, &error);
    g_assert_no_error(error);
}

/* The next picture, when its time has come; @wall: the camera tells it, from a clock of its own
 * that is right. */
void send_picture(Run *run, bool wall)
{
    const CapPacket *model = g_ptr_array_index(run->pictures, run->sent % GOP);
    int64_t pts_us = run->sent * FRAME;
    run->host.mono_us = 5000000 + pts_us + LATENCY;
    CapPacket packet = *model;
    packet.buffer = av_buffer_ref(model->buffer);
    packet.params = cap_video_params_ref(model->params);
    packet.pts_us = pts_us;
    packet.arrival_us = host_utc(&run->host);
    packet.has_wall = wall;
    packet.wall_us = UTC + pts_us;
    send_packet(run, &packet);
    run->sent++;
}

void send_pictures(Run *run, int count, bool wall)
{
    for (int i = 0; i < count; i++)
        send_picture(run, wall);
}

/* Each picture sent is in a file, once, and no two segments overlap. The segments. */
GPtrArray *check_segments(const Run *run, IdxCatalogue *cat)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *segments = idx_segment_range(cat, run->stream, 0, INT64_MAX, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(segments->len, >, 0);
    int64_t pictures = 0, end_us = 0;
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = g_ptr_array_index(segments, i);
        g_assert_cmpstr(segment->state, ==, "closed");
        g_assert_cmpint(segment->start_us, >=, end_us);
        if (segment->joins)
            g_assert_cmpint(segment->start_us, ==, end_us);
        end_us = segment->end_us;
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_autofree char *path = mj_home_footage_file(run->home, segment->path, NULL);
        int found = fixture_read_annexb(path, bytes);
        g_assert_cmpint(found, ==, segment->frames);
        pictures += found;
    }
    g_assert_cmpint(pictures, ==, run->sent);
    return segments;
}
