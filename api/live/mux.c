// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/mux.h"

#include "api/live/mp4.h"
#include "index/base/error.h"

#include <string.h>

#define VIDEO_SCALE 90000 // ticks a second
#define FIRST_STEP 3600   // ticks: a picture's duration until one is known
#define STEP_MIN 450      // 200 a second
#define STEP_MAX 90000
#define AAC_SAMPLES 1024
#define RATE_MAX 192000
#define SOUND_JITTER_US                                                                            \
    INT64_C(100000) // a piece of sound is where the last one ended, give or take this

#define TIME_MAX_US INT64_C(3155760000000000) // no moment of a real timeline: a hundred years

typedef struct Track {
    bool there;
    char mime[API_MUX_MIME_MAX];
    ApiMp4Track about;
    GByteArray *config;
    uint32_t sequence;
} Track;

struct ApiMux {
    Track video, sound;
    bool placed;      // shift_us holds
    bool running;     // a key frame came
    int64_t shift_us; // from the source's timeline to ours
    int64_t end_us;   // of all that was written, on ours
    // in ticks of the video track
    int64_t dts, step;
    int64_t order[API_MUX_ORDER]; // the latest presentation times, in order
    int known;                    // of these
    bool overtakes;
    int64_t last_pts;
    // in samples
    int64_t sound_end;
    bool sound_placed;
};

ApiMux *api_mux_new(void)
{
    ApiMux *mux = g_new0(ApiMux, 1);
    mux->video.config = g_byte_array_new();
    mux->sound.config = g_byte_array_new();
    mux->step = FIRST_STEP;
    return mux;
}

void api_mux_free(ApiMux *mux)
{
    if (mux == NULL)
        return;
    g_byte_array_unref(mux->video.config);
    g_byte_array_unref(mux->sound.config);
    g_free(mux);
}

static void set_config(Track *track, const uint8_t *bytes, size_t size)
{
    g_byte_array_set_size(track->config, 0);
    g_byte_array_append(track->config, bytes, (guint)size);
    track->about.config = track->config->data;
    track->about.config_size = track->config->len;
}

// ── codecs
// ──────────────────────────────────────────────────────────────────────────────────────────

static bool begin_avc(Track *track)
{
    const uint8_t *c = track->config->data;
    if (track->config->len < 7 || c[0] != 1)
        return false;
    g_snprintf(track->mime, sizeof track->mime, "video/mp4; codecs=\"avc1.%02x%02x%02x\"", c[1],
               c[2], c[3]);
    return true;
}

static uint32_t reversed(uint32_t bits)
{
    uint32_t result = 0;
    for (int i = 0; i < 32; i++)
        result |= (bits >> i & 1) << (31 - i);
    return result;
}

/* ISO 14496-15 annex E.3: profile, compatibility with its bits reversed, tier and level, constraints
 * without zeros at their end. */
static bool begin_hevc(Track *track)
{
    static const char *const SPACES[] = {"", "A", "B", "C"};
    const uint8_t *c = track->config->data;
    if (track->config->len < 23 || c[0] != 1)
        return false;
    uint32_t compatible = (uint32_t)c[2] << 24 | (uint32_t)c[3] << 16 | (uint32_t)c[4] << 8 | c[5];
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "video/mp4; codecs=\"hvc1.%s%d.%x.%c%d", SPACES[c[1] >> 6], c[1] & 31,
                    reversed(compatible), c[1] & 32 ? 'H' : 'L', c[12]);
    int last = 11;
    while (last >= 6 && c[last] == 0)
        last--;
    for (int i = 6; i <= last; i++)
        g_string_append_printf(text, ".%x", c[i]);
    g_string_append_c(text, '"');
    return g_strlcpy(track->mime, text->str, sizeof track->mime) < sizeof track->mime;
}

static bool begin_video(Track *track, const IdxWireStream *stream, GError **error)
{
    bool hevc = strcmp(stream->video, "hevc") == 0;
    if (!hevc && strcmp(stream->video, "h264") != 0)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "browsers do not play %s", stream->video);
    set_config(track, stream->video_config, stream->video_config_size);
    if (!(hevc ? begin_hevc(track) : begin_avc(track)))
        return mj_error_set(error, MJ_ERROR_INVALID, "the configuration of %s is none",
                            stream->video);
    track->about.entry = hevc ? "hvc1" : "avc1";
    track->about.scale = VIDEO_SCALE;
    track->about.width = stream->width;
    track->about.height = stream->height;
    track->there = true;
    return true;
}

static void begin_sound(Track *track, const IdxWireStream *stream)
{
    if (strcmp(stream->audio, "aac") != 0 || stream->audio_config_size < 2 ||
        stream->audio_config_size > API_MP4_ASC_MAX || stream->rate < 1 || stream->rate > RATE_MAX)
        return;
    set_config(track, stream->audio_config, stream->audio_config_size);
    int object = track->config->data[0] >> 3;
    if (object == 31) // an escape, followed by six bits
        object = 32 + ((track->config->data[0] & 7) << 3 | track->config->data[1] >> 5);
    g_snprintf(track->mime, sizeof track->mime, "audio/mp4; codecs=\"mp4a.40.%d\"", object);
    track->about.entry = "mp4a";
    track->about.scale = (uint32_t)stream->rate;
    track->about.channels = stream->channels;
    track->there = true;
}

static void leap(ApiMux *mux)
{
    mux->placed = mux->running = mux->sound_placed = false;
    mux->known = 0;
}

bool api_mux_begin(ApiMux *mux, const IdxWireStream *stream, GError **error)
{
    leap(mux);
    mux->overtakes = false;
    mux->video.there = mux->sound.there = false;
    if (!begin_video(&mux->video, stream, error))
        return false;
    begin_sound(&mux->sound, stream);
    return true;
}

void api_mux_lost(ApiMux *mux)
{
    leap(mux);
}

static const Track *track_of(const ApiMux *mux, bool sound)
{
    return sound ? &mux->sound : &mux->video;
}

bool api_mux_has(const ApiMux *mux, bool sound)
{
    return track_of(mux, sound)->there;
}

const char *api_mux_mime(const ApiMux *mux, bool sound)
{
    return api_mux_has(mux, sound) ? track_of(mux, sound)->mime : NULL;
}

void api_mux_put_init(const ApiMux *mux, bool sound, GByteArray *out)
{
    api_mp4_put_init(out, &track_of(mux, sound)->about);
}

// ── times
// ───────────────────────────────────────────────────────────────────────────────────────────

/* Keeps the latest presentation times in order. */
static void note_order(ApiMux *mux, int64_t pts)
{
    if (mux->known == API_MUX_ORDER) {
        memmove(mux->order, mux->order + 1, (API_MUX_ORDER - 1) * sizeof mux->order[0]);
        mux->known--;
    }
    int at = mux->known;
    for (; at > 0 && mux->order[at - 1] > pts; at--)
        mux->order[at] = mux->order[at - 1];
    mux->order[at] = pts;
    mux->known++;
}

/* Once pictures overtake each other, each is decoded when the one two places before it is shown. */
static int64_t wanted_dts(const ApiMux *mux, int64_t pts)
{
    return mux->overtakes ? mux->order[MAX(mux->known - 3, 0)] : pts;
}

static void time_picture(ApiMux *mux, int64_t pts)
{
    bool first = mux->known == 0;
    int64_t between = pts - mux->last_pts;
    mux->overtakes |= !first && between < 0;
    note_order(mux, pts);
    if (first) {
        mux->dts = pts;
    } else {
        int64_t most = mux->dts + mux->step * 19 / 10;
        mux->dts = CLAMP(wanted_dts(mux, pts), mux->dts + 1, most);
        if (between > 0 && !mux->overtakes)
            mux->step = CLAMP((mux->step * 3 + between) / 4, STEP_MIN, STEP_MAX);
    }
    mux->last_pts = pts;
}

static int64_t place(ApiMux *mux, int64_t pts_us)
{
    if (!mux->placed) {
        mux->shift_us = (mux->end_us > 0 ? mux->end_us + API_MUX_LEAP_US : 0) - pts_us;
        mux->placed = true;
    }
    return pts_us + mux->shift_us;
}

static bool put_picture(ApiMux *mux, const IdxWirePacket *packet, GByteArray *out,
                        int64_t *ret_media_us)
{
    if (!mux->running && !packet->key)
        return false;
    mux->running = true;
    int64_t media_us = place(mux, packet->pts_us);
    if (media_us < 0 || media_us > TIME_MAX_US) // shown before what the timeline began with
        return false;
    time_picture(mux, media_us * (VIDEO_SCALE / 10000) / 100);
    mux->end_us = MAX(mux->end_us, media_us);
    ApiMp4Sample sample = {.sequence = ++mux->video.sequence,
                           .decode = MAX(mux->dts, 0),
                           .shown_after = (int32_t)CLAMP(mux->last_pts - MAX(mux->dts, 0),
                                                         -STEP_MAX * 60, STEP_MAX * 60),
                           .duration = (uint32_t)mux->step,
                           .key = packet->key,
                           .data = packet->data,
                           .size = packet->size};
    api_mp4_put_fragment(out, &sample);
    *ret_media_us = media_us;
    return true;
}

static bool put_sound(ApiMux *mux, const IdxWirePacket *packet, GByteArray *out,
                      int64_t *ret_media_us)
{
    int64_t rate = mux->sound.about.scale;
    int64_t media_us = mux->placed ? packet->pts_us + mux->shift_us : -1;
    if (media_us < 0 || media_us > TIME_MAX_US) // pictures place the timeline
        return false;
    int64_t start = media_us / 1000000 * rate + media_us % 1000000 * rate / 1000000;
    if (mux->sound_placed && ABS(start - mux->sound_end) <= SOUND_JITTER_US * rate / 1000000)
        start = mux->sound_end;
    if (mux->sound_placed && start < mux->sound_end)
        return false;
    mux->sound_placed = true;
    mux->sound_end = start + AAC_SAMPLES;
    ApiMp4Sample sample = {.sequence = ++mux->sound.sequence,
                           .decode = start,
                           .duration = AAC_SAMPLES,
                           .key = true,
                           .data = packet->data,
                           .size = packet->size};
    api_mp4_put_fragment(out, &sample);
    *ret_media_us = media_us;
    return true;
}

bool api_mux_put(ApiMux *mux, const IdxWirePacket *packet, GByteArray *out, int64_t *ret_media_us)
{
    if (!api_mux_has(mux, packet->sound) || packet->size == 0 || packet->pts_us > TIME_MAX_US ||
        packet->pts_us < -TIME_MAX_US)
        return false;
    return packet->sound ? put_sound(mux, packet, out, ret_media_us)
                         : put_picture(mux, packet, out, ret_media_us);
}
