// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/reader.h"

#include <string.h>

#include "capture/pts_line.h"
#include "capture/rtsp/client.h"
#include "capture/rtsp/sound.h"
#include "capture/rtsp/video.h"
#include "index/base/redact.h"

typedef struct Track {
    bool on;
    uint8_t channel; // of RTP; RTCP is one higher
    const CapSdpMedia *media;
    CapRtpTrack rtp;
    CapPtsLine line;
    bool has_wall; // of the last packet, whose moment it is:
    int64_t wall_us;
} Track;

typedef struct Marker { // how far it is to be believed
    bool was_set;       // on the packet before
    bool premature;     // in this picture: more came after it
    bool lied;
    unsigned agreed; // pictures in a row
} Marker;

struct CapSource {
    char *address; // for messages
    CapRtspClient *client;
    Track video, audio;
    CapAccessUnit *unit;
    CapRtpVideo depacketiser;
    CapRtpSound *sound;
    GQueue ready; // CapPacket
    int64_t deadline_us;
    int64_t left_us;       // monotonic: when the last packet was handed out; 0 = counted already
    int64_t lost, strange; // packets
    bool ended;
    Marker marker;
    bool in_picture; // of the picture that is being put together:
    uint32_t picture_time;
    int64_t picture_ticks;
    bool after_loss, begun_well; // packets are missing before it; its beginning is there
    CapPacket picture;           // arrival, pts, wall
    bool handed_out;             // by its marker; it had this time:
    uint32_t handed_time;
};

static void reader_close(CapSource *source)
{
    if (!source)
        return;
    cap_rtsp_client_close(source->client);
    cap_access_unit_free(source->unit);
    cap_rtp_sound_free(source->sound);
    cap_packet_clear(&source->picture);
    g_queue_clear_full(&source->ready, (GDestroyNotify)cap_packet_free);
    g_free(source->address);
    g_free(source);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapSource, reader_close)

/* --- tracks ---------------------------------------------------------------------------------- */

static enum AVCodecID video_codec(const CapSdpMedia *media)
{
    if (!media->encoding || media->clock <= 0)
        return AV_CODEC_ID_NONE;
    if (g_ascii_strcasecmp(media->encoding, "H264") == 0)
        return AV_CODEC_ID_H264;
    if (g_ascii_strcasecmp(media->encoding, "VP8") == 0)
        return AV_CODEC_ID_VP8;
    bool hevc = g_ascii_strcasecmp(media->encoding, "H265") == 0 ||
                g_ascii_strcasecmp(media->encoding, "HEVC") == 0;
    return hevc ? AV_CODEC_ID_HEVC : AV_CODEC_ID_NONE;
}

static void choose_video(CapSource *source, const CapSdpMedia *media, enum AVCodecID codec)
{
    g_autoptr(GByteArray) sets = cap_sdp_parameter_sets(media);
    source->video.media = media;
    cap_rtp_track_init(&source->video.rtp, media->clock);
    source->unit = cap_access_unit_new(codec, sets->data, sets->len);
    cap_rtp_video_init(&source->depacketiser, codec, media, source->unit);
}

static bool fail_video(const CapSource *source, const char *other, GError **error)
{
    if (!other)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "%s sends no video", source->address);
    return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                        "%s sends video as %.32s; only H.264 and H.265 can be recorded, set the "
                        "camera to one of them",
                        source->address, other);
}

/* The first picture and the first sound. *ret_other: only libav understands one of them. */
static bool choose_tracks(CapSource *source, const CapSdp *sdp, bool *ret_other, GError **error)
{
    const char *other = NULL;
    for (guint i = 0; i < sdp->media->len; i++) {
        const CapSdpMedia *media = sdp->media->pdata[i];
        enum AVCodecID codec = media->kind == CAP_SDP_VIDEO ? video_codec(media) : AV_CODEC_ID_NONE;
        if (codec != AV_CODEC_ID_NONE && !source->video.media) {
            choose_video(source, media, codec);
            *ret_other |= cap_sdp_number(media, "packetization-mode", 0) > 1;
        } else if (media->kind == CAP_SDP_VIDEO) {
            other = media->encoding ? media->encoding : "something unnamed";
        } else if (media->kind == CAP_SDP_AUDIO && !source->audio.media) {
            source->audio.media = media;
            source->sound = cap_rtp_sound_new(media);
            *ret_other |= !source->sound;
        }
    }
    if (source->sound)
        cap_rtp_track_init(&source->audio.rtp, source->audio.media->clock);
    return source->video.media || fail_video(source, other, error);
}

static bool set_up(CapSource *source, Track *track, bool *ret_other, GError **error)
{
    track->on =
        cap_rtsp_client_set_up(source->client, track->media, &track->channel, ret_other, error);
    return track->on;
}

/* @tcp: it is not to come otherwise. */
static bool start(CapSource *source, bool tcp, bool *ret_other, GError **error)
{
    if (!choose_tracks(source, cap_rtsp_client_sdp(source->client), ret_other, error) || *ret_other)
        return false;
    bool refused = false;
    bool ready = set_up(source, &source->video, &refused, error) &&
                 (!source->sound || set_up(source, &source->audio, &refused, error));
    *ret_other = refused && !tcp;
    return ready && cap_rtsp_client_play(source->client, error);
}

CapSource *cap_rtsp_reader_open(const char *url, GCancellable *cancel, bool *ret_other,
                                GError **error)
{
    g_autoptr(CapSource) source = g_new0(CapSource, 1);
    g_autoptr(GError) failed = NULL;
    g_autofree char *credentials = NULL;
    mj_url_split(url, &source->address, &credentials);
    bool tcp = g_str_has_suffix(source->address, "#tcp");
    source->address[strcspn(source->address, "#")] = '\0';
    *ret_other = false;
    g_autofree char *bare = mj_url_join(source->address, credentials);
    source->client = cap_rtsp_client_open(bare, source->address, cancel, &failed);
    explicit_bzero(bare, strlen(bare));
    if (credentials)
        explicit_bzero(credentials, strlen(credentials));
    if (source->client && start(source, tcp, ret_other, &failed)) {
        source->deadline_us = g_get_monotonic_time() + CAP_SOURCE_STALL_US;
        return g_steal_pointer(&source);
    }
    if (!*ret_other)
        g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
}

CapSource *cap_rtsp_reader_new_from(int fd, const char *sdp, const char *address,
                                    GCancellable *cancel)
{
    g_autoptr(CapSource) source = g_new0(CapSource, 1);
    bool other = false;
    source->address = g_strdup(address);
    source->client = cap_rtsp_client_new_from(fd, sdp, address, cancel);
    source->deadline_us = g_get_monotonic_time() + CAP_SOURCE_STALL_US;
    if (!source->client ||
        !choose_tracks(source, cap_rtsp_client_sdp(source->client), &other, NULL))
        return NULL;
    source->video.on = true;
    source->audio.on = source->sound != NULL;
    source->audio.channel = 2;
    return g_steal_pointer(&source);
}

void cap_rtsp_reader_distrust(CapSource *source)
{
    source->video.line.foreign = source->audio.line.foreign = true;
}

static const AVCodecParameters *reader_audio(const CapSource *source)
{
    return source->sound ? cap_rtp_sound_parameters(source->sound) : NULL;
}

static int64_t reader_packets_lost(const CapSource *source)
{
    return source->lost;
}

/* --- pictures -------------------------------------------------------------------------------- */

static void push(CapSource *source, const CapPacket *packet)
{
    CapPacket *copy = g_new(CapPacket, 1);
    *copy = *packet;
    g_queue_push_tail(&source->ready, copy);
}

/* Timestamps jumped, and the line took it out. The report that they are held against may be from before
 * that: then it moves along until the next one, so that the camera's time does not jump with them. A
 * report from behind the jump, which came early, needs nothing. */
static void carry_report(Track *track, int64_t taken_out_us, int64_t step_us, CapPacket *packet)
{
    int64_t due_us = track->wall_us + step_us;
    if (ABS(packet->wall_us + taken_out_us - due_us) >= ABS(packet->wall_us - due_us))
        return;
    cap_rtp_track_move_report(&track->rtp, taken_out_us);
    packet->wall_us += taken_out_us;
}

/* Times of what is @more ticks after the track's last packet. */
static void stamp(Track *track, const CapRtspEvent *event, int64_t more, CapPacket *ret)
{
    CapPtsLine before = track->line;
    ret->arrival_us = event->arrival_us;
    ret->has_wall = cap_rtp_track_wall(&track->rtp, more, &ret->wall_us);
    ret->pts_us = cap_pts_line_add(&track->line, cap_rtp_track_us(&track->rtp, more),
                                   event->mono_us, ret->has_wall);
    int64_t taken_out_us = track->line.shift_us - before.shift_us;
    if (ret->has_wall && track->has_wall && taken_out_us != 0)
        carry_report(track, taken_out_us, ret->pts_us - before.last_us, ret);
    track->has_wall = ret->has_wall;
    track->wall_us = ret->wall_us;
}

static void end_picture(CapSource *source)
{
    if (!source->in_picture)
        return;
    CapPacket packet = source->picture;
    source->in_picture = false;
    source->picture = (CapPacket){0};
    cap_rtp_video_break(&source->depacketiser);
    if (!packet.has_wall) // the report may have come meanwhile
        packet.has_wall = cap_rtp_track_wall(
            &source->video.rtp, source->picture_ticks - source->video.rtp.ticks, &packet.wall_us);
    if (!cap_access_unit_take(source->unit, &packet)) {
        if (source->depacketiser.damaged) // the picture itself is what is missing
            cap_access_unit_drop(source->unit);
        source->after_loss |= source->depacketiser.damaged;
        source->depacketiser.damaged = false;
        return;
    }
    /* A key frame refers to nothing that is missing. */
    packet.damaged =
        source->depacketiser.damaged || (source->after_loss && !(packet.key && source->begun_well));
    packet.after_gap = source->after_loss;
    source->depacketiser.damaged = false;
    source->after_loss = false;
    source->deadline_us = g_get_monotonic_time() + CAP_SOURCE_STALL_US; // packets alone are nothing
    push(source, &packet);
}

static void begin_picture(CapSource *source, const CapRtp *packet, const CapRtspEvent *event,
                          bool lost)
{
    source->in_picture = true;
    source->picture_time = packet->time;
    source->picture_ticks = source->video.rtp.ticks;
    source->marker.premature = false;
    source->after_loss |= lost;
    source->begun_well = cap_rtp_video_begins(&source->depacketiser, packet->payload, packet->size);
    stamp(&source->video, event, 0, &source->picture);
}

/* A packet of the next picture came: was the marker right about the last one? */
static void learn(Marker *marker)
{
    marker->agreed = marker->was_set && !marker->premature ? marker->agreed + 1 : 0;
}

static bool trusted(const Marker *marker)
{
    return !marker->lied && marker->agreed >= CAP_RTSP_MARKER_TRUST;
}

/* Ends the present picture if @packet is not of it. @lost: packets are missing before @packet. */
static void turn_picture(CapSource *source, const CapRtp *packet, CapRtpStep step, bool lost)
{
    Marker *marker = &source->marker;
    bool same = packet->time == source->picture_time && step != CAP_RTP_NEW;
    if (source->in_picture && !same) {
        if (lost && !(marker->was_set && trusted(marker)))
            source->depacketiser.damaged = true; // its end may be what is missing
        learn(marker);
        end_picture(source);
    } else if (source->in_picture) {
        marker->premature |= marker->was_set;
    } else if (source->handed_out && packet->time == source->handed_time && step != CAP_RTP_NEW) {
        marker->lied = true;
        source->depacketiser.damaged = true;
    }
    source->handed_out = false;
}

static bool take_video(CapSource *source, const CapRtp *packet, const CapRtspEvent *event,
                       GError **error)
{
    unsigned missing;
    CapRtpStep step = cap_rtp_track_add(&source->video.rtp, packet, event->mono_us, &missing);
    if (step == CAP_RTP_OLD)
        return true;
    bool lost = step == CAP_RTP_GAP;
    source->lost += missing;
    turn_picture(source, packet, step, lost);
    bool inside = source->in_picture && lost;
    if (!source->in_picture)
        begin_picture(source, packet, event,
                      lost || (step == CAP_RTP_NEW && source->marker.agreed));
    inside |= lost && !source->begun_well;
    if (!cap_rtp_video_add(&source->depacketiser, packet->payload, packet->size, inside, error)) {
        cap_access_unit_drop(source->unit);
        return false;
    }
    source->marker.was_set = packet->marker;
    if (packet->marker && trusted(&source->marker)) {
        end_picture(source);
        source->handed_out = true;
        source->handed_time = packet->time;
    }
    return true;
}

/* --- sound ----------------------------------------------------------------------------------- */

typedef struct Hearing {
    CapSource *source;
    const CapRtspEvent *event;
    bool damaged;
} Hearing;

static void take_frame_of_sound(void *data, const uint8_t *bytes, size_t size, int64_t more)
{
    Hearing *hearing = data;
    CapPacket packet = {.kind = CAP_AUDIO,
                        .size = size,
                        .damaged = hearing->damaged,
                        .after_gap = hearing->damaged};
    packet.buffer = av_buffer_alloc(size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!packet.buffer)
        return;
    memcpy(packet.buffer->data, bytes, size);
    memset(packet.buffer->data + size, 0, AV_INPUT_BUFFER_PADDING_SIZE);
    packet.data = packet.buffer->data;
    stamp(&hearing->source->audio, hearing->event, more, &packet);
    push(hearing->source, &packet);
    hearing->damaged = false;
}

static void take_sound(CapSource *source, const CapRtp *packet, const CapRtspEvent *event)
{
    unsigned missing;
    CapRtpStep step = cap_rtp_track_add(&source->audio.rtp, packet, event->mono_us, &missing);
    if (step == CAP_RTP_OLD)
        return;
    source->lost += missing;
    Hearing hearing = {source, event, step == CAP_RTP_GAP};
    cap_rtp_sound_add(source->sound, packet, step != CAP_RTP_NEXT, take_frame_of_sound, &hearing);
}

/* --- reading --------------------------------------------------------------------------------- */

static void take_rtcp(CapSource *source, Track *track, const CapRtspEvent *event)
{
    CapRtcp got = cap_rtcp_parse(event->data, event->size);
    if (got.has_report)
        cap_rtp_track_report(&track->rtp, &got.report);
    /* Somebody else's goodbye is none: the old encoder's, where the new one is here already. */
    if (got.bye && track == &source->video)
        source->ended |= !track->rtp.started || got.bye_ssrc == track->rtp.ssrc;
}

static bool take_frame(CapSource *source, const CapRtspEvent *event, GError **error)
{
    Track *tracks[] = {&source->video, &source->audio};
    CapRtp packet;
    for (size_t i = 0; i < G_N_ELEMENTS(tracks); i++) {
        Track *track = tracks[i];
        if (track->on && event->channel == track->channel + 1)
            take_rtcp(source, track, event);
        if (!track->on || event->channel != track->channel)
            continue;
        if (!cap_rtp_parse(event->data, event->size, &packet) ||
            packet.payload_type != track->media->payload_type)
            source->strange++;
        else if (track == &source->audio)
            take_sound(source, &packet, event);
        else if (!take_video(source, &packet, event, error))
            return false;
    }
    return true;
}

static CapRead fail_stalled(const CapSource *source, GError **error)
{
    mj_error_set(error, MJ_ERROR_TIMEOUT, "%s is connected but has sent no picture for %d s%s",
                 source->address, (int)(CAP_SOURCE_STALL_US / G_USEC_PER_SEC),
                 source->strange && !source->video.rtp.started
                     ? ", but packets of another kind than it announced"
                     : "");
    return CAP_READ_FAILED;
}

static CapRead reader_read(CapSource *source, CapPacket *ret, GError **error)
{
    *ret = (CapPacket){0};
    if (source->left_us != 0) // what the caller did meanwhile is not the camera's silence
        source->deadline_us += g_get_monotonic_time() - source->left_us;
    source->left_us = 0;
    for (;;) {
        g_autofree CapPacket *packet = g_queue_pop_head(&source->ready);
        if (packet) {
            *ret = *packet;
            source->left_us = g_get_monotonic_time();
            return CAP_READ_PACKET;
        }
        if (source->ended && !source->in_picture)
            return CAP_READ_END;
        CapRtspEvent event;
        CapRtspEventKind kind =
            source->ended
                ? CAP_RTSP_END
                : cap_rtsp_client_next(source->client, source->deadline_us, &event, error);
        if (kind == CAP_RTSP_NOTHING)
            return fail_stalled(source, error);
        if (kind == CAP_RTSP_BROKEN)
            return CAP_READ_FAILED;
        if (kind == CAP_RTSP_END) {
            source->ended = true;
            end_picture(source);
        } else if (!take_frame(source, &event, error)) {
            g_prefix_error(error, "%s sends ", source->address);
            return CAP_READ_FAILED;
        }
    }
}

const CapSourceKind cap_rtsp_reader = {
    .read = reader_read,
    .audio = reader_audio,
    .packets_lost = reader_packets_lost,
    .close = reader_close,
};
