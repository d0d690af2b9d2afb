// SPDX-License-Identifier: GPL-3.0-or-later
/* RTSP through libavformat, for what our own client does not do (source_rtsp.c): TCP first, UDP if
 * the camera refuses TCP (status 461), unless the URL says which.
 *
 * libav's parsers are off (AVFMT_FLAG_NOPARSE) for two reasons. They look at every byte twice to
 * find what RTP had told already. And they attach the camera's time (AV_PKT_DATA_PRFT, from the
 * RTCP sender report) of the packet that completes a picture to that picture, though it belongs to
 * the next one. Without them each RTP packet comes with the time of its own timestamp: report's NTP
 * time + (timestamp − report's timestamp).
 *
 * libavformat 5.1 takes that difference without regard to the 32 bits of RTP timestamps: around a
 * wrap the time is off by 2^32 ticks, which take_wall() puts right. */
#include "capture/source.h"

#include <string.h>

#include "capture/access_unit.h"
#include "capture/knock.h"
#include "capture/pts_line.h"
#include "index/base/clock.h"
#include "index/base/redact.h"

#define REORDER_US 500000                  // how long a UDP packet is waited for
#define UDP_BUFFER_BYTES (2 * 1024 * 1024) // a key frame comes at once; the kernel may allow less
#define PROBE_S 2                          // to find out why a connection failed
#define AAC_FRAME 1024                     // samples
#define HOST_MAX 1024                      // bytes, as libav has it
#define WRAP_NEAR_US INT64_C(5000000)

typedef struct Track {
    int index; // libav's; -1 = none
    AVRational time_base;
    int64_t frame; // ticks of one AAC frame
    CapPtsLine line;
    bool has_relation;
    int64_t relation_us; // camera's time less libav's pts, at the last packet that had both
    int64_t last_pts;    // libav's, for packets without
    bool broken;         // packets are missing before the next one
} Track;

struct CapSource {
    char *address;      // without credentials, for messages
    char *host;         // that the password is for; NULL if there is none
    bool led_elsewhere; // a redirection left it
    GCancellable *cancel;
    AVFormatContext *av;
    int64_t deadline_us; // monotonic; when the present wait has lasted too long
    Track video, audio;
    CapAccessUnit *unit;
    AVPacket *piece; // read and not used yet, if has_piece
    AVPacket *last;  // the piece before
    bool has_piece, ended;
    int64_t lost;    // packets
    bool in_picture; // of the picture that is being put together:
    int64_t picture_pts;
    CapPacket picture; // arrival, pts, wall
};

/* libav follows redirections by itself, and would prove our password to whoever it was led to: it is
 * asked here while it connects, when its context names the new address already. */
static bool leaves_host(const CapSource *source)
{
    char host[HOST_MAX];
    if (!source->host || !source->av || !source->av->url)
        return false;
    av_url_split(NULL, 0, NULL, 0, host, sizeof host, NULL, NULL, 0, source->av->url);
    return g_ascii_strcasecmp(host, source->host) != 0;
}

static int interrupted(void *data)
{
    CapSource *source = data;
    source->led_elsewhere |= leaves_host(source);
    return source->led_elsewhere || g_cancellable_is_cancelled(source->cancel) ||
           g_get_monotonic_time() > source->deadline_us;
}

static bool cancelled(const CapSource *source, GError **error)
{
    if (!g_cancellable_is_cancelled(source->cancel))
        return false;
    mj_error_set(error, MJ_ERROR_CANCELLED, "stopped");
    return true;
}

/* libav says little about why it could not connect, and calls it invalid data too when no answer
 * came, or the connection broke: the camera is asked once more by hand. Sets @error. */
static void explain(const CapSource *source, GError **error)
{
    if (!g_str_has_prefix(source->address, "rtsps:"))
        cap_knock_ask(source->address, PROBE_S, source->cancel, error);
    else if (cap_knock(source->address, PROBE_S, source->cancel, error))
        mj_error_set(error, MJ_ERROR_TIMEOUT,
                     "%s takes the connection but does not answer; is it a camera's RTSP port?",
                     source->address);
}

static bool open_failed(const CapSource *source, int averror, GError **error)
{
    if (cancelled(source, error))
        return false;
    if (source->led_elsewhere)
        return mj_error_set(
            error, MJ_ERROR_INVALID,
            "%s answers that the stream is on another host, which is not to have this "
            "password; give its URL instead",
            source->address);
    switch (averror) {
    case AVERROR_HTTP_UNAUTHORIZED:
    case AVERROR_HTTP_FORBIDDEN:
        return mj_error_set(error, MJ_ERROR_DENIED,
                            source->host
                                ? "%s refuses our user name and password; set the right ones"
                                : "%s wants a user name and password; give its URL with them",
                            source->address);
    case AVERROR_HTTP_NOT_FOUND:
        return mj_error_set(error, MJ_ERROR_NOT_FOUND,
                            "%s answers that there is no such stream (404); check the path",
                            source->address);
    case AVERROR_HTTP_BAD_REQUEST:
    case AVERROR_HTTP_OTHER_4XX:
    case AVERROR_HTTP_SERVER_ERROR:
    case AVERROR(EPROTONOSUPPORT):
        return cap_libav_error(error, MJ_ERROR_INVALID, averror, "%s answers with an error",
                               source->address);
    default:
        explain(source, error);
        return false;
    }
}

/* What stands behind # is for us alone. */
static void set_transport(AVDictionary **options, const char *fragment)
{
    bool udp = g_strcmp0(fragment, "udp") == 0, tcp = g_strcmp0(fragment, "tcp") == 0;
    av_dict_set(options, "rtsp_transport", udp ? "udp" : tcp ? "tcp" : "tcp+udp", 0);
    if (!udp)
        av_dict_set(options, "rtsp_flags", "prefer_tcp", 0);
    av_dict_set_int(options, "max_delay", REORDER_US, 0);
    av_dict_set_int(options, "buffer_size", UDP_BUFFER_BYTES, 0);
}

/* NULL if @url has none. Caller frees. */
static char *host_of_password(const char *url)
{
    char host[HOST_MAX], user[2] = "";
    av_url_split(NULL, 0, user, sizeof user, host, sizeof host, NULL, NULL, 0, url);
    return *user ? g_strdup(host) : NULL;
}

/* @url without what stands behind #. A secret. */
static bool connect_source(CapSource *source, const char *url, const char *fragment, GError **error)
{
    source->av = avformat_alloc_context();
    if (!source->av)
        return mj_error_set(error, MJ_ERROR_FAILED, "no memory for a connection");
    source->av->interrupt_callback = (AVIOInterruptCB){interrupted, source};
    source->av->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
    source->av->correct_ts_overflow = 0; // pts_line.h does that
    AVDictionary *options = NULL;
    set_transport(&options, fragment);
    av_dict_set(&options, "allowed_media_types", "video+audio", 0);
    av_dict_set(&options, "user_agent", "Mingjing", 0);
    av_dict_set_int(&options, "timeout", CAP_SOURCE_CONNECT_US, 0);
    const AVInputFormat *format = av_find_input_format("rtsp");
    source->deadline_us = g_get_monotonic_time() + CAP_SOURCE_OPEN_US;
    source->host = host_of_password(url);
    int failed = avformat_open_input(&source->av, url, format, &options); // frees av if it fails
    av_dict_free(&options);
    return failed >= 0 || open_failed(source, failed, error);
}

static void choose_track(Track *track, const AVStream *stream)
{
    track->index = stream->index;
    track->time_base = stream->time_base;
    if (stream->codecpar->sample_rate > 0)
        track->frame = av_rescale_q(AAC_FRAME, (AVRational){1, stream->codecpar->sample_rate},
                                    stream->time_base);
}

static bool choose_tracks(CapSource *source, GError **error)
{
    const AVCodecParameters *video = NULL;
    const char *other = NULL;
    for (unsigned i = 0; i < source->av->nb_streams; i++) {
        const AVStream *stream = source->av->streams[i];
        const AVCodecParameters *par = stream->codecpar;
        bool ours = par->codec_id == AV_CODEC_ID_H264 || par->codec_id == AV_CODEC_ID_HEVC;
        if (par->codec_type == AVMEDIA_TYPE_VIDEO && ours && !video) {
            choose_track(&source->video, stream);
            video = par;
        } else if (par->codec_type == AVMEDIA_TYPE_VIDEO) {
            other = cap_libav_codec_name(par->codec_id);
        } else if (par->codec_type == AVMEDIA_TYPE_AUDIO && source->audio.index < 0) {
            choose_track(&source->audio, stream);
        }
    }
    source->video.line.rescales = source->audio.line.rescales = source->av->nb_streams > 1;
    if (video) {
        source->unit =
            cap_access_unit_new(video->codec_id, video->extradata, (size_t)video->extradata_size);
        return true;
    }
    if (other)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "%s sends video as %s; only H.264 and H.265 can be recorded, set the "
                            "camera to one of them",
                            source->address, other);
    return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "%s sends no video", source->address);
}

static void source_close(CapSource *source)
{
    if (!source)
        return;
    /* Saying goodbye to a camera that does not answer must not hold anybody up. */
    source->deadline_us = g_get_monotonic_time() + G_USEC_PER_SEC / 2;
    avformat_close_input(&source->av);
    cap_access_unit_free(source->unit);
    cap_packet_clear(&source->picture);
    av_packet_free(&source->piece);
    av_packet_free(&source->last);
    g_object_unref(source->cancel);
    g_free(source->host);
    g_free(source->address);
    g_free(source);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapSource, source_close)

static CapSource *source_open(const char *url, GCancellable *cancel, GError **error)
{
    g_autoptr(CapSource) source = g_new0(CapSource, 1);
    g_autofree char *credentials = NULL;
    mj_url_split(url, &source->address, &credentials);
    source->cancel = g_object_ref(cancel);
    source->video.index = source->audio.index = -1;
    source->piece = av_packet_alloc();
    source->last = av_packet_alloc();
    if (!source->piece || !source->last) {
        mj_error_set(error, MJ_ERROR_FAILED, "no memory for a connection");
        return NULL;
    }
    char *fragment = strchr(source->address, '#');
    if (fragment)
        *fragment++ = '\0';
    g_autofree char *bare = mj_url_join(source->address, credentials);
    bool connected = connect_source(source, bare, fragment, error);
    explicit_bzero(bare, strlen(bare));
    if (!connected || !choose_tracks(source, error))
        return NULL;
    source->deadline_us = g_get_monotonic_time() + CAP_SOURCE_STALL_US;
    return g_steal_pointer(&source);
}

static const AVCodecParameters *source_audio(const CapSource *source)
{
    int index = source->audio.index;
    return index < 0 ? NULL : source->av->streams[index]->codecpar;
}

static int64_t to_us(const Track *track, int64_t pts)
{
    return av_rescale_q(pts, track->time_base, AV_TIME_BASE_Q);
}

/* The camera's time of a packet whose timestamp is @pts_us on libav's scale. */
static bool take_wall(Track *track, const AVPacket *piece, int64_t pts_us, int64_t *ret_wall_us)
{
    size_t size = 0;
    const AVProducerReferenceTime *prft =
        (const void *)av_packet_get_side_data(piece, AV_PKT_DATA_PRFT, &size);
    if (!prft || size < sizeof *prft)
        return false;
    int64_t wrap_us = av_rescale_q(INT64_C(1) << 32, track->time_base, AV_TIME_BASE_Q);
    int64_t wall_us = prft->wallclock;
    int64_t off_us = wall_us - pts_us - track->relation_us;
    if (track->has_relation && ABS(ABS(off_us) - wrap_us) < WRAP_NEAR_US)
        wall_us -= off_us > 0 ? wrap_us : -wrap_us;
    track->has_relation = true;
    track->relation_us = wall_us - pts_us;
    *ret_wall_us = wall_us;
    return true;
}

static void stamp(Track *track, const AVPacket *piece, CapPacket *ret)
{
    int64_t pts_us = to_us(track, track->last_pts);
    ret->arrival_us = mj_clock_utc_us(mj_clock_system());
    ret->has_wall = take_wall(track, piece, pts_us, &ret->wall_us);
    ret->pts_us = cap_pts_line_add(&track->line, pts_us, g_get_monotonic_time(), ret->has_wall);
    ret->damaged = ret->after_gap = track->broken;
    track->broken = false;
}

static void begin_picture(CapSource *source)
{
    source->in_picture = true;
    source->picture_pts = source->piece->pts;
    source->video.last_pts = source->piece->pts;
    stamp(&source->video, source->piece, &source->picture);
}

/* Moves the picture out, if one is there. */
static bool end_picture(CapSource *source, CapPacket *ret)
{
    CapPacket packet = source->picture;
    source->in_picture = false;
    source->picture = (CapPacket){0};
    if (!cap_access_unit_take(source->unit, &packet)) {
        if (packet.damaged) // the picture itself is what is missing
            cap_access_unit_drop(source->unit);
        source->video.broken |= packet.damaged;
        return false;
    }
    source->deadline_us = g_get_monotonic_time() + CAP_SOURCE_STALL_US;
    *ret = packet;
    return true;
}

static void done_with_piece(CapSource *source)
{
    av_packet_unref(source->last);
    av_packet_move_ref(source->last, source->piece);
    source->has_piece = false;
}

/* libav passes a packet on that came twice over UDP. Nothing in a picture is coded twice alike but
 * stuffing. */
static bool is_repeated(const CapSource *source)
{
    const AVPacket *piece = source->piece, *last = source->last;
    if (piece->stream_index != last->stream_index || piece->pts != last->pts ||
        piece->size != last->size || piece->size == 0)
        return false;
    bool stuffing = piece->data[piece->size - 1] == 0xff && piece->data[piece->size / 2] == 0xff;
    return !stuffing && memcmp(piece->data, last->data, (size_t)piece->size) == 0;
}

static void take_audio(CapSource *source, CapPacket *ret)
{
    Track *track = &source->audio;
    AVPacket *piece = source->piece;
    if (piece->pts == AV_NOPTS_VALUE) // a further AAC frame of the same RTP packet
        track->last_pts += track->frame;
    else
        track->last_pts = piece->pts;
    ret->kind = CAP_AUDIO;
    stamp(track, piece, ret);
    if (!ret->has_wall && track->has_relation) {
        ret->has_wall = true;
        ret->wall_us = to_us(track, track->last_pts) + track->relation_us;
    }
    ret->buffer = av_buffer_ref(piece->buf);
    ret->data = piece->data;
    ret->size = ret->buffer ? (size_t)piece->size : 0;
    done_with_piece(source);
}

/* Reads one piece. */
static CapRead next_piece(CapSource *source, GError **error)
{
    int64_t missed = cap_libav_packets_missed();
    int failed = av_read_frame(source->av, source->piece);
    if (failed >= 0) {
        Track *track =
            source->piece->stream_index == source->video.index ? &source->video : &source->audio;
        track->broken |= cap_libav_packets_missed() != missed;
        source->lost += cap_libav_packets_missed() - missed;
        source->has_piece = true;
        return CAP_READ_PACKET;
    }
    if (cancelled(source, error))
        return CAP_READ_FAILED;
    if (failed == AVERROR_EOF) {
        source->ended = true;
        return CAP_READ_END;
    }
    if (failed == AVERROR_EXIT || failed == AVERROR(ETIMEDOUT))
        mj_error_set(error, MJ_ERROR_TIMEOUT, "%s is connected but has sent no picture for %d s",
                     source->address, (int)(CAP_SOURCE_STALL_US / G_USEC_PER_SEC));
    else
        cap_libav_error(error, MJ_ERROR_IO, failed, "the connection to %s broke", source->address);
    return CAP_READ_FAILED;
}

/* Uses the piece that was read. True if *ret is filled; the piece may wait for the next call then.
 */
static bool use_piece(CapSource *source, CapPacket *ret, GError **error)
{
    AVPacket *piece = source->piece;
    if (piece->stream_index == source->audio.index) {
        take_audio(source, ret);
        return true;
    }
    if (piece->stream_index != source->video.index || is_repeated(source)) {
        done_with_piece(source);
        return false;
    }
    bool next = piece->pts != AV_NOPTS_VALUE && piece->pts != source->picture_pts;
    if (source->in_picture) { // what is missing is of its middle or of its end
        source->picture.damaged |= source->video.broken;
        source->video.broken &= next;
    }
    if (source->in_picture && next && end_picture(source, ret))
        return true;
    if (!source->in_picture)
        begin_picture(source);
    if (!cap_access_unit_add(source->unit, piece->data, (size_t)piece->size, error)) {
        cap_access_unit_drop(source->unit);
        g_prefix_error(error, "%s sends ", source->address);
    }
    done_with_piece(source);
    return false;
}

static CapRead source_read(CapSource *source, CapPacket *ret, GError **error)
{
    *ret = (CapPacket){0};
    for (;;) {
        if (!source->has_piece && !source->ended) {
            CapRead got = next_piece(source, error);
            if (got == CAP_READ_FAILED)
                return got;
        }
        if (source->ended)
            return source->in_picture && end_picture(source, ret) ? CAP_READ_PACKET : CAP_READ_END;
        GError *failed = NULL;
        if (use_piece(source, ret, &failed))
            return CAP_READ_PACKET;
        if (failed) {
            g_propagate_error(error, failed);
            return CAP_READ_FAILED;
        }
    }
}

static int64_t source_packets_lost(const CapSource *source)
{
    return source->lost;
}

const CapSourceKind cap_source_libav = {
    .open = source_open,
    .read = source_read,
    .audio = source_audio,
    .packets_lost = source_packets_lost,
    .close = source_close,
};
