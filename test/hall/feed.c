// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/feed.h"

#include <math.h>
#include <string.h>

void hall_feed_free(HallFeed *feed)
{
    if (!feed)
        return;
    gst_clear_caps(&feed->caps);
    feed->free(feed);
}

typedef struct PictureFeed {
    HallFeed feed;
    const HallCamera *camera;
    const HallPicture *picture;
    int *frame;
    int64_t taken;
} PictureFeed;

static int64_t picture_due(HallFeed *feed)
{
    PictureFeed *self = (PictureFeed *)feed;
    return self->taken * GST_SECOND * self->camera->fps_den / self->camera->fps_num;
}

static GstBuffer *picture_take(HallFeed *feed, int64_t utc_us, GError **error)
{
    PictureFeed *self = (PictureFeed *)feed;
    const HallCamera *camera = self->camera;
    size_t size = hall_canvas_size(camera->width, camera->height);
    uint8_t *data = g_malloc(size);
    HallCanvas canvas = hall_canvas_wrap(data, camera->width, camera->height);
    hall_picture_draw(self->picture, &canvas, utc_us, (uint32_t)g_atomic_int_add(self->frame, 1));
    GstBuffer *buffer = gst_buffer_new_wrapped(data, size);
    GST_BUFFER_PTS(buffer) = (GstClockTime)picture_due(feed);
    self->taken++;
    GST_BUFFER_DURATION(buffer) = (GstClockTime)picture_due(feed) - GST_BUFFER_PTS(buffer);
    return buffer;
}

HallFeed *hall_feed_picture(const HallCamera *camera, const HallPicture *picture, int *frame)
{
    PictureFeed *self = g_new0(PictureFeed, 1);
    self->feed = (HallFeed){.due_ns = picture_due, .take = picture_take};
    self->feed.free = (void (*)(HallFeed *))g_free;
    self->feed.caps = gst_caps_new_simple(
        "video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT, camera->width,
        "height", G_TYPE_INT, camera->height, "framerate", GST_TYPE_FRACTION, camera->fps_num,
        camera->fps_den, "colorimetry", G_TYPE_STRING, "bt601", NULL);
    self->camera = camera;
    self->picture = picture;
    self->frame = frame;
    return &self->feed;
}

typedef struct SoundFeed {
    HallFeed feed;
    int rate, chunk; // samples per second, per unit
    int64_t taken;
    int at; // place in @second of the next sample
    int16_t second[];
} SoundFeed;

static int64_t sound_due(HallFeed *feed)
{
    SoundFeed *self = (SoundFeed *)feed;
    return (int64_t)gst_util_uint64_scale((guint64)(self->taken * self->chunk), GST_SECOND,
                                          (guint64)self->rate);
}

static GstBuffer *sound_take(HallFeed *feed, int64_t utc_us, GError **error)
{
    SoundFeed *self = (SoundFeed *)feed;
    int wanted = (int)(utc_us % G_USEC_PER_SEC * self->rate / G_USEC_PER_SEC);
    /* Rounding moves it by a sample to and fro, which would be heard. */
    if (ABS(wanted - self->at) > 4)
        self->at = wanted;
    size_t size = sizeof(int16_t) * (size_t)self->chunk;
    int16_t *samples = g_malloc(size);
    for (int i = 0; i < self->chunk; i++)
        samples[i] = self->second[(self->at + i) % self->rate];
    self->at = (self->at + self->chunk) % self->rate;
    GstBuffer *buffer = gst_buffer_new_wrapped(samples, size);
    GST_BUFFER_PTS(buffer) = (GstClockTime)sound_due(feed);
    self->taken++;
    GST_BUFFER_DURATION(buffer) = (GstClockTime)sound_due(feed) - GST_BUFFER_PTS(buffer);
    return buffer;
}

/* Whole hertz, so that a second joins the next without a click. */
static int16_t sound_sample(double t)
{
    double murmur = 240 * sin(2 * G_PI * 110 * t) * (1 + 0.5 * sin(2 * G_PI * 2 * t));
    double tick = 7000 * sin(2 * G_PI * 880 * t) * exp(-32 * t);
    return (int16_t)(murmur + tick);
}

HallFeed *hall_feed_sound(const HallCamera *camera)
{
    bool aac = strcmp(camera->audio, "aac") == 0;
    int rate = aac ? 16000 : 8000;
    SoundFeed *self = g_malloc0(sizeof(*self) + sizeof(int16_t) * (size_t)rate);
    self->feed = (HallFeed){.due_ns = sound_due, .take = sound_take};
    self->feed.free = (void (*)(HallFeed *))g_free;
    self->feed.caps = gst_caps_new_simple("audio/x-raw", "format", G_TYPE_STRING, "S16LE", "layout",
                                          G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, rate,
                                          "channels", G_TYPE_INT, 1, NULL);
    self->rate = rate;
    self->chunk = aac ? 1024 : 320; // one AAC frame; two of the usual 20 ms
    for (int i = 0; i < rate; i++)
        self->second[i] = sound_sample((double)i / rate);
    return &self->feed;
}
