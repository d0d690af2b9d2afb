// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meter.h"

#include <pthread.h>

#include "index/base/clock.h"
#include "index/state.h"

#define STALE_US INT64_C(3000000) // without news a rate is not the present one

typedef struct Numbers {
    const char *state;
    int64_t connected_us; // UTC; 0 = not connected
    int64_t opened;       // sources so far
    const char *video, *audio;
    int width, height;
    double frame_rate;
    int64_t bits_per_second;
    int64_t last_key_us, last_picture_us; // UTC of arrival; 0 = none yet
    bool by_camera, has_offset;
    int64_t offset_us;
    int64_t bytes, pictures; // received
    int64_t recorded_bytes, recorded_pictures;
    int64_t packets_lost; // -1 = nobody knows
} Numbers;

typedef struct Slot {
    int64_t bytes, pictures, lasted_us;
} Slot;

struct CapMeter {
    /* the recorder's thread */
    Numbers now;
    int64_t recorded_bytes, recorded_pictures, packets_lost; // of earlier sources
    Slot slots[CAP_METER_WINDOW];
    int slot; // the present one
    int64_t slot_mono_us;

    /* under lock */
    pthread_mutex_t lock;
    Numbers told;
    int64_t told_mono_us;
    char *detail;     // of the present state; NULL when nothing is wrong
    char *last_error; // stays
    int64_t last_error_us;
};

CapMeter *cap_meter_new(void)
{
    CapMeter *meter = g_new0(CapMeter, 1);
    pthread_mutex_init(&meter->lock, NULL);
    meter->now.state = meter->told.state = IDX_STATE_STARTING;
    meter->now.packets_lost = meter->told.packets_lost = -1;
    return meter;
}

void cap_meter_free(CapMeter *meter)
{
    if (!meter)
        return;
    pthread_mutex_destroy(&meter->lock);
    g_free(meter->detail);
    g_free(meter->last_error);
    g_free(meter);
}

static void clear_rates(CapMeter *meter, int64_t mono_us)
{
    for (int i = 0; i < CAP_METER_WINDOW; i++)
        meter->slots[i] = (Slot){0};
    meter->slot_mono_us = mono_us;
    meter->now.frame_rate = 0;
    meter->now.bits_per_second = 0;
}

static void end_slot(CapMeter *meter, int64_t mono_us)
{
    meter->slots[meter->slot].lasted_us = mono_us - meter->slot_mono_us;
    Slot sum = {0};
    for (int i = 0; i < CAP_METER_WINDOW; i++) {
        sum.bytes += meter->slots[i].bytes;
        sum.pictures += meter->slots[i].pictures;
        sum.lasted_us += meter->slots[i].lasted_us;
    }
    if (sum.lasted_us > 0) {
        meter->now.frame_rate = (double)sum.pictures * MJ_SECOND_US / (double)sum.lasted_us;
        meter->now.bits_per_second =
            (int64_t)((double)sum.bytes * 8 * MJ_SECOND_US / (double)sum.lasted_us);
    }
    meter->slot = (meter->slot + 1) % CAP_METER_WINDOW;
    meter->slots[meter->slot] = (Slot){0};
    meter->slot_mono_us = mono_us;
}

static void publish(CapMeter *meter, int64_t mono_us)
{
    pthread_mutex_lock(&meter->lock);
    meter->told = meter->now;
    meter->told_mono_us = mono_us;
    pthread_mutex_unlock(&meter->lock);
}

static void publish_state(CapMeter *meter, const char *state, const char *detail, int64_t mono_us)
{
    meter->now.state = state;
    pthread_mutex_lock(&meter->lock);
    meter->told = meter->now;
    meter->told_mono_us = mono_us;
    g_clear_pointer(&meter->detail, g_free);
    if (detail) {
        meter->detail = g_strdup(detail);
        g_free(meter->last_error);
        meter->last_error = g_strdup(detail);
        meter->last_error_us = mj_clock_utc_us(mj_clock_system());
    }
    pthread_mutex_unlock(&meter->lock);
}

void cap_meter_begin(CapMeter *meter, const AVCodecParameters *audio)
{
    Numbers *now = &meter->now;
    meter->recorded_bytes = now->recorded_bytes;
    meter->recorded_pictures = now->recorded_pictures;
    meter->packets_lost = MAX(now->packets_lost, 0);
    now->connected_us = mj_clock_utc_us(mj_clock_system());
    now->opened++;
    now->audio = audio ? cap_libav_codec_name(audio->codec_id) : NULL;
    int64_t mono_us = g_get_monotonic_time();
    clear_rates(meter, mono_us);
    publish(meter, mono_us);
}

static void count_picture(CapMeter *meter, const CapPacket *packet, const CapClockFix *fix)
{
    Numbers *now = &meter->now;
    now->pictures++;
    meter->slots[meter->slot].pictures++;
    now->last_picture_us = packet->arrival_us;
    now->by_camera = fix->from_camera;
    now->has_offset = fix->has_offset;
    now->offset_us = fix->offset_us;
    if (!packet->key)
        return;
    now->last_key_us = packet->arrival_us;
    if (packet->params) {
        now->video = cap_libav_codec_name(packet->params->codec);
        now->width = packet->params->width;
        now->height = packet->params->height;
    }
}

void cap_meter_packet(CapMeter *meter, const CapPacket *packet, const CapClockFix *fix,
                      const char *state)
{
    Numbers *now = &meter->now;
    now->bytes += (int64_t)packet->size;
    meter->slots[meter->slot].bytes += (int64_t)packet->size;
    if (packet->kind == CAP_VIDEO)
        count_picture(meter, packet, fix);
    bool changed = state && packet->kind == CAP_VIDEO && packet->key && now->state != state;
    int64_t mono_us = g_get_monotonic_time();
    bool due = mono_us - meter->slot_mono_us >= CAP_METER_PUBLISH_US;
    if (due)
        end_slot(meter, mono_us);
    if (changed)
        publish_state(meter, state, NULL, mono_us);
    else if (due)
        publish(meter, mono_us);
}

void cap_meter_recorded(CapMeter *meter, int64_t bytes, int64_t pictures)
{
    meter->now.recorded_bytes = meter->recorded_bytes + bytes;
    meter->now.recorded_pictures = meter->recorded_pictures + pictures;
    if (pictures > 0 && !g_str_equal(meter->now.state, IDX_STATE_RECORDING))
        publish_state(meter, IDX_STATE_RECORDING, NULL, g_get_monotonic_time());
}

void cap_meter_not_recorded(CapMeter *meter, const char *state, const char *detail)
{
    meter->recorded_bytes = meter->now.recorded_bytes;
    meter->recorded_pictures = meter->now.recorded_pictures;
    publish_state(meter, state, detail, g_get_monotonic_time());
}

void cap_meter_packets_lost(CapMeter *meter, int64_t packets)
{
    meter->now.packets_lost = meter->packets_lost + packets;
}

void cap_meter_end(CapMeter *meter, const char *state, const char *detail)
{
    meter->now.connected_us = 0;
    int64_t mono_us = g_get_monotonic_time();
    clear_rates(meter, mono_us);
    publish_state(meter, state, detail, mono_us);
}

static json_t *known(int64_t value)
{
    return value ? json_integer(value) : json_null();
}

json_t *cap_meter_json(CapMeter *meter)
{
    pthread_mutex_lock(&meter->lock);
    const Numbers n = meter->told;
    bool stale = g_get_monotonic_time() - meter->told_mono_us > STALE_US;
    json_t *detail = mj_json_string(meter->detail), *error = mj_json_string(meter->last_error);
    int64_t error_us = meter->last_error_us;
    pthread_mutex_unlock(&meter->lock);
    return json_pack(
        "{s:s, s:o, s:o, s:I, s:o, s:o, s:i, s:i, s:f, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, "
        "s:I, s:I, s:I, s:o}",
        "state", n.state, "detail", detail, "connected_since_us", known(n.connected_us), "restarts",
        (json_int_t)MAX(n.opened - 1, 0), "video", mj_json_string(n.video), "audio",
        mj_json_string(n.audio), "width", n.width, "height", n.height, "frame_rate",
        stale ? 0.0 : n.frame_rate, "bitrate", (json_int_t)(stale ? 0 : n.bits_per_second),
        "last_key_us", known(n.last_key_us), "last_picture_us", known(n.last_picture_us), "clock",
        n.last_picture_us ? json_string(n.by_camera ? "camera" : "arrival") : json_null(),
        "clock_offset_us", n.has_offset ? json_integer(n.offset_us) : json_null(), "last_error",
        error, "last_error_us", known(error_us), "received_bytes", (json_int_t)n.bytes,
        "received_pictures", (json_int_t)n.pictures, "recorded_bytes", (json_int_t)n.recorded_bytes,
        "recorded_pictures", (json_int_t)n.recorded_pictures, "packets_lost",
        n.packets_lost < 0 ? json_null() : json_integer(n.packets_lost));
}
