// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/mount.h"

#include "test/rtsp/sdp.h"

#define SECOND_NS INT64_C(1000000000)
#define VIDEO_RATE 90000

static const ClipFrame *frame_at(const RtspMount *mount, guint at)
{
    return &g_array_index(mount->clip->frames, ClipFrame, at);
}

static int64_t stretch(const RtspMount *mount)
{
    return mount->slow ? 2 : 1;
}

static void begin_clip(RtspMount *mount)
{
    mount->at = 0;
    mount->sound_start_ns = mount->due_ns;
    mount->sound_count = 0;
    mount->sound.payload_type = (uint8_t)rtsp_sdp_sound_type(mount->clip);
}

RtspMount *rtsp_mount_new(uint32_t index, RtspClip *clip, double phase, int64_t now_ns)
{
    RtspMount *mount = g_new0(RtspMount, 1);
    mount->index = index;
    mount->clip = rtsp_clip_ref(clip);
    mount->epoch_ns = now_ns;
    int64_t step_ns = clip->duration_ns / clip->frames->len;
    mount->due_ns = now_ns + (int64_t)(phase * (double)step_ns);
    begin_clip(mount);
    mount->at = (guint)(phase * clip->frames->len);
    mount->video = (RtpTrack){.payload_type = SDP_VIDEO_TYPE,
                              .ssrc = g_random_int(),
                              .sequence = (uint16_t)g_random_int()};
    mount->sound.ssrc = g_random_int();
    mount->sound.sequence = (uint16_t)g_random_int();
    mount->video_base = g_random_int() >> 1; // no wrap within hours unless it is asked for
    mount->sound_base = g_random_int() >> 1;
    return mount;
}

void rtsp_mount_free(RtspMount *mount)
{
    if (!mount)
        return;
    rtsp_clip_unref(mount->clip);
    rtsp_clip_unref(mount->next_clip);
    g_free(mount);
}

static int64_t sound_ns(const RtspMount *mount)
{
    int64_t rate = mount->clip->rate, samples = mount->sound_count * mount->clip->samples;
    return mount->sound_start_ns + samples / rate * SECOND_NS +
           (samples % rate * SECOND_NS + rate / 2) / rate;
}

bool rtsp_mount_video_due(const RtspMount *mount, int64_t now_ns)
{
    return now_ns >= mount->due_ns && now_ns >= mount->held_until_ns;
}

/* Sound is sent when it has been taken, that is when its packet ends; for a camera that is close
 * enough to when the next one begins. */
bool rtsp_mount_sound_due(const RtspMount *mount, int64_t now_ns)
{
    return mount->clip->sound != CLIP_SILENT && now_ns >= sound_ns(mount) &&
           now_ns >= mount->held_until_ns;
}

int64_t rtsp_mount_next_ns(const RtspMount *mount)
{
    int64_t next_ns = mount->due_ns;
    if (mount->clip->sound != CLIP_SILENT)
        next_ns = MIN(next_ns, sound_ns(mount));
    return MAX(next_ns, mount->held_until_ns);
}

static uint32_t rtp_time(const RtspMount *mount, int64_t taken_ns, uint32_t base, int64_t rate)
{
    int64_t ns = taken_ns - mount->epoch_ns + mount->skew_ns + mount->jump_ns;
    int64_t seconds = ns / SECOND_NS - (ns % SECOND_NS < 0), rest = ns - seconds * SECOND_NS;
    return base + (uint32_t)(seconds * rate + (rest * rate + SECOND_NS / 2) / SECOND_NS);
}

static void say_when(const RtspMount *mount, const RtspNow *now, int64_t taken_ns, MountFrame *ret)
{
    ret->mark.mount = mount->index;
    ret->mark.utc_us = now->utc_us - (now->mono_ns - taken_ns) / 1000;
    ret->mark.camera_us = ret->mark.utc_us + mount->step_us + mount->skew_ns / 1000;
}

static void add_packets(RtspMount *mount, const ClipFrame *frame, const MountFrame *made,
                        RtpBatch *batch)
{
    const RtspClip *clip = mount->clip;
    uint8_t mark[RTSP_MARK_MAX];
    size_t mark_size = rtsp_mark_write(&made->mark, clip->hevc, mark);
    for (uint32_t i = 0; i < frame->unit_count; i++) {
        const ClipUnit *unit = &g_array_index(clip->units, ClipUnit, frame->unit + i);
        if (i == frame->mark_at)
            rtp_add_unit(batch, &mount->video, made->rtp_time, mark, mark_size, clip->hevc, false);
        rtp_add_unit(batch, &mount->video, made->rtp_time, clip->bytes->data + unit->offset,
                     unit->size, clip->hevc, i + 1 == frame->unit_count);
    }
}

static void advance(RtspMount *mount)
{
    const ClipFrame *frame = frame_at(mount, mount->at);
    guint next = (mount->at + 1) % mount->clip->frames->len;
    int64_t until_ns = next ? frame_at(mount, next)->due_ns : mount->clip->duration_ns;
    int64_t step_ns = (until_ns - frame->due_ns) * stretch(mount);
    mount->at = next;
    mount->due_ns += step_ns;
    mount->skew_ns += (int64_t)((double)step_ns * mount->drift_ppm / 1e6);
    mount->frame++;
    if (mount->next_clip) {
        rtsp_clip_unref(mount->clip);
        mount->clip = g_steal_pointer(&mount->next_clip);
        begin_clip(mount);
    }
}

static int64_t taken_ns(const RtspMount *mount, const ClipFrame *frame)
{
    return mount->due_ns - (frame->due_ns - frame->capture_ns) * stretch(mount);
}

void rtsp_mount_take_video(RtspMount *mount, const RtspNow *now, MountFrame *ret, RtpBatch *batch)
{
    const ClipFrame *frame = frame_at(mount, mount->at);
    int64_t taken = taken_ns(mount, frame);
    *ret = (MountFrame){.key = frame->key};
    say_when(mount, now, taken, ret);
    ret->mark.frame = mount->frame;
    ret->mark.hash = frame->hash;
    ret->rtp_time = rtp_time(mount, taken, mount->video_base, VIDEO_RATE);
    if (batch)
        add_packets(mount, frame, ret, batch);
    advance(mount);
}

void rtsp_mount_take_sound(RtspMount *mount, const RtspNow *now, MountFrame *ret, RtpBatch *batch)
{
    const RtspClip *clip = mount->clip;
    int64_t taken = sound_ns(mount);
    *ret = (MountFrame){0};
    say_when(mount, now, taken, ret);
    ret->rtp_time = rtp_time(mount, taken, mount->sound_base, clip->rate);
    guint at = (guint)(mount->sound_count++ % clip->sound_packets->len);
    if (!batch)
        return;
    const ClipUnit *packet = &g_array_index(clip->sound_packets, ClipUnit, at);
    const uint8_t *data = clip->bytes->data + packet->offset;
    if (clip->sound == CLIP_AAC)
        rtp_add_aac(batch, &mount->sound, ret->rtp_time, data, packet->size);
    else
        rtp_add_raw(batch, &mount->sound, ret->rtp_time, data, packet->size);
}

/* The first key frame of the clip at or after the present one, round its end if need be. */
static guint next_key(const RtspMount *mount)
{
    guint at = mount->at, count = mount->clip->frames->len;
    for (guint i = 0; i < count && !frame_at(mount, at)->key; i++)
        at = (at + 1) % count;
    return at;
}

void rtsp_mount_key_now(RtspMount *mount)
{
    mount->at = next_key(mount);
}

uint32_t rtsp_mount_next_time(const RtspMount *mount, bool key)
{
    guint at = key ? next_key(mount) : mount->at;
    const ClipFrame *now = frame_at(mount, mount->at), *frame = frame_at(mount, at);
    int64_t ahead_ns =
        frame->due_ns - now->due_ns + (at < mount->at ? mount->clip->duration_ns : 0);
    return rtp_time(mount, taken_ns(mount, frame) + ahead_ns * stretch(mount), mount->video_base,
                    VIDEO_RATE);
}

void rtsp_mount_wrap_in(RtspMount *mount, double seconds, int64_t now_ns)
{
    uint32_t passed = rtp_time(mount, now_ns, 0, VIDEO_RATE);
    mount->video_base = 0u - passed - (uint32_t)(seconds * VIDEO_RATE);
    if (mount->clip->sound == CLIP_SILENT)
        return;
    passed = rtp_time(mount, now_ns, 0, mount->clip->rate);
    mount->sound_base = 0u - passed - (uint32_t)(seconds * mount->clip->rate);
}
