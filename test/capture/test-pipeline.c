// SPDX-License-Identifier: GPL-3.0-or-later
/* Sources of kind pipeline: what they deliver, and how they end. */
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

#include "capture/pipeline_media.h"
#include "capture/source.h"
#include "index/base/clock.h"
#include "index/segment/gap.h"
#include "test/capture/fixture.h"

#define PICTURES "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=25/1 ! "
#define X264 "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! "
#define VIDEO "appsink name=video "
#define TONE "audiotestsrc is-live=true samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! "
#define OPENINGS 1000

static const CapSourceKind *kind = &cap_source_pipeline;

static CapSource *open_with(const char *description, GCancellable *cancel, GError **error)
{
    g_autofree char *url = g_strconcat("pipeline:", description, NULL);
    g_assert_true(cap_source_kind(url, NULL) == kind);
    return kind->open(url, cancel, error);
}

static CapSource *open_source(const char *description)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    CapSource *source = open_with(description, cancel, &error);
    g_assert_no_error(error);
    g_assert_nonnull(source);
    return source;
}

/* Length-prefixed NAL units to the last byte, which a decoder will take. */
static void check_lengths(const CapPacket *packet)
{
    const uint8_t *at = packet->data;
    size_t left = packet->size;
    while (left >= 4) {
        size_t length = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
        g_assert_cmpuint(length, >, 0);
        g_assert_cmpuint(length, <=, left - 4);
        at += 4 + length;
        left -= 4 + length;
    }
    g_assert_cmpuint(left, ==, 0);
}

typedef struct Seen {
    int pictures, keys, sounds;
    int64_t pts_us, arrival_us;
} Seen;

static void see_picture(Seen *seen, const CapPacket *packet, enum AVCodecID codec)
{
    check_lengths(packet);
    g_assert_nonnull(packet->params);
    g_assert_cmpint(packet->params->codec, ==, codec);
    g_assert_cmpint(packet->params->width, ==, 320);
    g_assert_cmpint(packet->params->height, ==, 240);
    g_assert_true(packet->key == (seen->pictures % 10 == 0));
    g_assert_cmpint(packet->pts_us, ==, seen->pictures * INT64_C(40000));
    g_assert_false(packet->has_wall);
    int64_t age_us = mj_clock_utc_us(mj_clock_system()) - packet->arrival_us;
    g_assert_cmpint(age_us, >=, 0);
    g_assert_cmpint(age_us, <, 2 * MJ_SECOND_US);
    if (seen->pictures > 0) // times of capture are as even as the source is
        g_assert_cmpint(ABS(packet->arrival_us - seen->arrival_us - 40000), <, 5000);
    seen->arrival_us = packet->arrival_us;
    seen->keys += packet->key;
    seen->pictures++;
}

static Seen read_pictures(CapSource *source, int pictures, int sounds, enum AVCodecID codec)
{
    Seen seen = {0};
    while (seen.pictures < pictures || seen.sounds < sounds) {
        g_autoptr(GError) error = NULL;
        g_auto(CapPacket) packet = {0};
        CapRead got = kind->read(source, &packet, &error);
        g_assert_no_error(error);
        g_assert_cmpint(got, ==, CAP_READ_PACKET);
        if (packet.kind == CAP_VIDEO)
            see_picture(&seen, &packet, codec);
        else
            seen.sounds++;
    }
    return seen;
}

typedef struct Video {
    const char *pipeline;
    enum AVCodecID codec;
} Video;

static void test_video(gconstpointer data)
{
    const Video *video = data;
    CapSource *source = open_source(video->pipeline);
    g_assert_null(kind->audio(source));
    Seen seen = read_pictures(source, 50, 0, video->codec);
    g_assert_cmpint(seen.keys, ==, 5);
    kind->close(source);
}

typedef struct Sound {
    const char *coder;
    enum AVCodecID codec;
    int rate, channels;
} Sound;

static void test_sound(gconstpointer data)
{
    const Sound *sound = data;
    g_autofree char *pipeline =
        g_strconcat(PICTURES X264 VIDEO TONE, sound->coder, "appsink name=audio", NULL);
    CapSource *source = open_source(pipeline);
    const AVCodecParameters *par = kind->audio(source);
    g_assert_nonnull(par);
    g_assert_cmpint(par->codec_id, ==, sound->codec);
    g_assert_cmpint(par->sample_rate, ==, sound->rate);
    g_assert_cmpint(par->ch_layout.nb_channels, ==, sound->channels);
    g_assert_true((par->extradata_size > 0) == (sound->codec == AV_CODEC_ID_AAC));
    read_pictures(source, 25, 25, AV_CODEC_ID_H264);
    kind->close(source);
}

typedef struct Refused {
    const char *pipeline, *reason, *says;
} Refused;

static const Refused REFUSED[] = {
    {PICTURES VIDEO, IDX_REASON_UNSUPPORTED, "encoder"},
    {PICTURES "jpegenc ! " VIDEO, IDX_REASON_UNSUPPORTED, "image/jpeg"},
    {PICTURES X264 "fakesink", IDX_REASON_UNSUPPORTED, "appsink name=video"},
    {PICTURES X264 "fakesink name=video", IDX_REASON_UNSUPPORTED, "appsink name=video"},
    {"nosuchelement ! " VIDEO, IDX_REASON_UNSUPPORTED, "\"nosuchelement\""},
    {"videotestsrc ! ! " VIDEO, IDX_REASON_UNSUPPORTED, "cannot be built"},
    {"videotestsrc ! h264parse ! " VIDEO, IDX_REASON_UNSUPPORTED, "cannot be built"},
    {"filesrc location=/nonexistent.h264 ! h264parse ! " VIDEO, IDX_REASON_OFFLINE, "filesrc"},
    {"v4l2src device=/dev/video-none ! x264enc ! " VIDEO, IDX_REASON_OFFLINE, "v4l2src"},
    {"videotestsrc num-buffers=0 ! x264enc ! " VIDEO, IDX_REASON_OFFLINE, "without a picture"},
    {PICTURES X264 VIDEO TONE "vorbisenc ! appsink name=audio", IDX_REASON_UNSUPPORTED, "agree"},
};

static void test_refused(gconstpointer data)
{
    const Refused *refused = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    CapSource *source = open_with(refused->pipeline, cancel, &error);
    g_assert_null(source);
    g_assert_nonnull(error);
    g_test_message("%s", error->message);
    g_assert_cmpstr(idx_gap_reason(error), ==, refused->reason);
    if (!strstr(error->message, refused->says))
        g_error("\"%s\" does not speak of %s", error->message, refused->says);
}

static int read_to_end(CapSource *source, CapRead expected, GError **error)
{
    for (int count = 0;; count++) {
        g_auto(CapPacket) packet = {0};
        CapRead got = kind->read(source, &packet, error);
        if (got == CAP_READ_PACKET)
            continue;
        g_assert_cmpint(got, ==, expected);
        return count;
    }
}

/* A queue that nobody empties holds the pipeline up, and loses nothing. */
static void test_end_and_full_queue(void)
{
    CapSource *source =
        open_source("videotestsrc num-buffers=700 ! video/x-raw,width=64,height=64 ! " X264
                    "appsink name=video sync=false");
    g_usleep(500000); // time enough for all 700, were there no limit
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(read_to_end(source, CAP_READ_END, &error), ==, 700);
    g_assert_no_error(error);
    kind->close(source);
}

static void test_breaks(void)
{
    CapSource *source = open_source(PICTURES "identity error-after=40 ! " X264 VIDEO);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(read_to_end(source, CAP_READ_FAILED, &error), >, 30);
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "identity0"));
    kind->close(source);
}

static void test_stall(void)
{
    CapSource *source = open_source(
        "concat name=c ! h264parse ! appsink name=video "
        "videotestsrc num-buffers=10 ! video/x-raw,width=64,height=64 ! " X264 "c. appsrc ! c.");
    g_autoptr(GError) error = NULL;
    int64_t begin_us = g_get_monotonic_time();
    g_assert_cmpint(read_to_end(source, CAP_READ_FAILED, &error), >=, 9);
    int64_t waited_us = g_get_monotonic_time() - begin_us;
    g_test_message("noticed after %.2f s", (double)waited_us / 1e6);
    g_assert_cmpstr(idx_gap_reason(error), ==, IDX_REASON_STALLED);
    g_assert_cmpint(waited_us, <, CAP_SOURCE_STALL_US + MJ_SECOND_US);
    kind->close(source);
}

static void *cancel_soon(void *data)
{
    g_usleep(200000);
    g_cancellable_cancel(data);
    return NULL;
}

static void test_cancel_open(void)
{
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    GThread *thread = g_thread_new("cancel", cancel_soon, cancel);
    g_autoptr(GError) error = NULL;
    int64_t begin_us = g_get_monotonic_time();
    g_assert_null(open_with("appsrc ! h264parse ! " VIDEO, cancel, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_CANCELLED));
    g_assert_cmpint(g_get_monotonic_time() - begin_us, <, MJ_SECOND_US);
    g_thread_join(thread);
}

static void test_cancel_read(void)
{
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_autoptr(GError) error = NULL;
    CapSource *source = open_with(PICTURES X264 VIDEO, cancel, &error);
    g_assert_no_error(error);
    GThread *thread = g_thread_new("cancel", cancel_soon, cancel);
    int64_t begin_us = g_get_monotonic_time();
    read_to_end(source, CAP_READ_FAILED, &error);
    g_assert_true(mj_error_is(error, MJ_ERROR_CANCELLED));
    g_assert_cmpint(g_get_monotonic_time() - begin_us, <, MJ_SECOND_US);
    kind->close(source);
    g_thread_join(thread);
}

static int entries(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    int count = 0;
    while (dir && g_dir_read_name(dir))
        count++;
    return count;
}

static int64_t resident_kb(void)
{
    g_autofree char *status = NULL;
    g_file_get_contents("/proc/self/status", &status, NULL, NULL);
    const char *line = status ? strstr(status, "VmRSS:") : NULL;
    return line ? g_ascii_strtoll(line + 6, NULL, 10) : 0;
}

/* Opens, reads a little, and closes, again and again. */
static void open_often(const char *pipeline, int times)
{
    for (int i = 0; i < times; i++) {
        CapSource *source = open_source(pipeline);
        for (int n = 0; n < i % 3; n++) {
            g_auto(CapPacket) packet = {0};
            g_assert_cmpint(kind->read(source, &packet, NULL), ==, CAP_READ_PACKET);
        }
        kind->close(source);
    }
}

static bool sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false; // the allocator of the sanitizer keeps what was freed
#endif
}

static void test_no_leak(void)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_ptr_array_unref(fixture_encode("libx264", 64, 64, 50, 10, 0, bytes));
    g_autofree char *file = NULL;
    g_close(g_file_open_tmp("mingjing-XXXXXX.h264", &file, NULL), NULL);
    g_assert_true(g_file_set_contents(file, (char *)bytes->data, bytes->len, NULL));
    g_autofree char *pipeline =
        g_strdup_printf("filesrc location=%s ! h264parse ! appsink name=video", file);
    open_often(pipeline, 100); // what is made once is there now
    int files = entries("/proc/self/fd"), threads = entries("/proc/self/task");
    int64_t before_kb = resident_kb();
    open_often(pipeline, OPENINGS);
    g_test_message("%d openings: %" G_GINT64_FORMAT " kB more", OPENINGS,
                   resident_kb() - before_kb);
    g_assert_cmpint(entries("/proc/self/fd"), ==, files);
    /* GLib's and GStreamer's pools keep a few for a while; a leak would be of OPENINGS. */
    g_assert_cmpint(entries("/proc/self/task"), <=, threads + 10);
    if (!sanitized())
        g_assert_cmpint(resident_kb() - before_kb, <, 2048);
    g_unlink(file);
}

/* codec_data and lengths that lie. */
static void test_bad_bytes(void)
{
    static const uint8_t DATA[] = {1, 0x42, 0, 30, 0xff, 0xe1, 0xff, 0xff, 0x67, 0x42};
    for (gsize size = 1; size <= sizeof DATA; size++) {
        g_autoptr(GstBuffer) buffer = gst_buffer_new_memdup(DATA, size);
        static const char *const NAMES[] = {"video/x-h264", "video/x-h265"};
        for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(GstCaps) caps =
                gst_caps_new_simple(NAMES[i], "stream-format", G_TYPE_STRING, i ? "hvc1" : "avc",
                                    "codec_data", GST_TYPE_BUFFER, buffer, NULL);
            CapPipelineVideo video;
            g_assert_false(cap_pipeline_video_parse(caps, &video, &error));
            g_assert_nonnull(error);
        }
    }
    CapPipelineVideo lengths = {.codec = AV_CODEC_ID_H264, .length_bytes = 2};
    g_autoptr(CapAccessUnit) unit = cap_access_unit_new(AV_CODEC_ID_H264, NULL, 0);
    static const uint8_t LIES[] = {0, 3, 0x65, 1, 2, 0, 9, 0x65};
    g_autoptr(GError) error = NULL;
    g_assert_false(cap_pipeline_video_add(&lengths, unit, LIES, sizeof LIES, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
}

int main(int argc, char **argv)
{
    static const Video VIDEOS[] = {
        {PICTURES X264 VIDEO, AV_CODEC_ID_H264},
        {PICTURES X264 "appsink", AV_CODEC_ID_H264}, // a lone one needs no name
        {PICTURES X264 "h264parse ! video/x-h264,stream-format=avc ! " VIDEO, AV_CODEC_ID_H264},
        {PICTURES "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=10 "
                  "option-string=\"scenecut=0:pools=1:log-level=none\" ! "
                  "h265parse ! video/x-h265,stream-format=hvc1 ! " VIDEO,
         AV_CODEC_ID_HEVC}};
    static const Sound SOUNDS[] = {
        {"voaacenc ! aacparse ! ", AV_CODEC_ID_AAC, 48000, 1},
        {"opusenc ! ", AV_CODEC_ID_OPUS, 48000, 1},
        {"audioresample ! audio/x-raw,rate=8000 ! alawenc ! ", AV_CODEC_ID_PCM_ALAW, 8000, 1},
        {"audioconvert ! audio/x-raw,format=S16LE,channels=2 ! ", AV_CODEC_ID_PCM_S16LE, 48000, 2}};
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    for (size_t i = 0; i < G_N_ELEMENTS(VIDEOS); i++) {
        g_autofree char *name = g_strdup_printf("/pipeline/video/%zu", i);
        g_test_add_data_func(name, &VIDEOS[i], test_video);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(SOUNDS); i++) {
        g_autofree char *name = g_strdup_printf("/pipeline/sound/%zu", i);
        g_test_add_data_func(name, &SOUNDS[i], test_sound);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
        g_autofree char *name = g_strdup_printf("/pipeline/refused/%zu", i);
        g_test_add_data_func(name, &REFUSED[i], test_refused);
    }
    g_test_add_func("/pipeline/end-and-full-queue", test_end_and_full_queue);
    g_test_add_func("/pipeline/breaks", test_breaks);
    g_test_add_func("/pipeline/stall", test_stall);
    g_test_add_func("/pipeline/cancel-open", test_cancel_open);
    g_test_add_func("/pipeline/cancel-read", test_cancel_read);
    g_test_add_func("/pipeline/bad-bytes", test_bad_bytes);
    g_test_add_func("/pipeline/no-leak", test_no_leak);
    return g_test_run();
}
