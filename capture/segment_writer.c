// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/segment_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/opt.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "index/base/clock.h"
#include "index/base/home.h"
#include "index/crypto.h"
#include "index/segment/gap.h"

#define VIDEO_SCALE 90000        // ticks a second of the video track
#define BUFFER_BYTES (64 * 1024) // holds the moov, and a moof of SAMPLES_MAX; mdat goes past it
#define SAMPLES_MAX                                                                                \
    1000 // of both tracks in a fragment (sound may double it); 16 bytes each in the moof
#define NAMES_TRIED 1000

struct CapSegmentWriter {
    AVFormatContext *mux;
    AVPacket *packet; // borrowed data is hung into it for the muxer
    EVP_MD_CTX *hash;
    char *home, *where; // "cam/main": where the file will be
    CapDisk *disk;      // NULL = footage/ of the home, written by the caller's thread
    GByteArray *held;   // what the muxer gave and is not written; NULL after a write that hangs
    int fd;
    int write_errno; // what the last failed write said
    GError *failed;  // the first thing that could not be written: nothing more is
    int64_t written; // bytes that left
    IdxSegment *row;
    GByteArray *fragments;
    GQueue sound;   // Sound *: waits for a fragment
    int audio_rate; // 0 = no sound
    int64_t sound_from_us;
    int64_t audio_end;          // ticks: where the next sound may begin
    int64_t start_decode_us;    // media time of the segment's beginning
    int64_t end_decode_us;      // media time of the end of the last picture given
    int64_t fragment_decode_us; // media time of the open fragment's beginning
    IdxFragment last;           // the last whole fragment
    guint last_at;              // where its stored form begins in fragments
    bool in_fragment, fragment_key;
    bool mends_vp8, mended_vp8;
    int fragment_frames;  // video
    int fragment_samples; // all that the muxer holds
};

typedef struct Sound { // a CapSample with bytes of its own
    CapSample sample;
    uint8_t bytes[];
} Sound;

static int write_all(CapSegmentWriter *writer, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t done = write(writer->fd, data, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            writer->write_errno = errno;
            return AVERROR(errno);
        }
        data += done;
        size -= (size_t)done;
    }
    return 0;
}

/* With the zeros and the number behind it, since somebody may call a camera "vp09". */
static bool mend_vp8(uint8_t *bytes, size_t size)
{
    static const uint8_t ENTRY[] = {'v', 'p', '0', '9', 0, 0, 0, 0, 0, 0, 0, 1};
    uint8_t *at = memmem(bytes, size, ENTRY, sizeof ENTRY);
    if (at)
        at[3] = '8';
    return at != NULL;
}

static int on_write(void *data, uint8_t *bytes, int size)
{
    CapSegmentWriter *writer = data;
    if (writer->mends_vp8 && writer->row->init_bytes == 0)
        writer->mended_vp8 |= mend_vp8(bytes, (size_t)size);
    if (EVP_DigestUpdate(writer->hash, bytes, (size_t)size) != 1)
        return AVERROR_EXTERNAL;
    if (!writer->held)
        return AVERROR(EIO);
    g_byte_array_append(writer->held, bytes, (guint)size);
    writer->written += size;
    return size;
}

static bool say_failure(const CapSegmentWriter *writer, int averror, GError **error)
{
    const char *path = writer->row->path ? writer->row->path : writer->where;
    if (writer->write_errno != 0)
        return mj_error_errno(error, writer->write_errno, "cannot write footage/%s", path);
    if (averror == AVERROR(EINVAL) || averror == AVERROR_INVALIDDATA ||
        averror == AVERROR_PATCHWELCOME)
        return cap_libav_error(error, MJ_ERROR_INVALID, averror,
                               "what the camera sends does not fit into footage/%s", path);
    MjError code = averror == AVERROR(EIO) ? MJ_ERROR_IO : MJ_ERROR_FAILED;
    return cap_libav_error(error, code, averror, "cannot write footage/%s", path);
}

/* What comes after the first failure only follows from it. */
static bool repeat_failure(const CapSegmentWriter *writer, GError **error)
{
    g_propagate_error(error, g_error_copy(writer->failed));
    return false;
}

static bool write_failed(CapSegmentWriter *writer, int averror, GError **error)
{
    if (!writer->failed)
        say_failure(writer, averror, &writer->failed);
    return repeat_failure(writer, error);
}

/* The descriptor of the new file @path, or -1. */
static int create_path(CapSegmentWriter *writer, const char *path, GError **error)
{
    if (writer->disk)
        return cap_disk_create(writer->disk, path, error);
    g_autofree char *full = mj_home_footage_file(writer->home, path, error);
    g_autofree char *folder = full ? g_path_get_dirname(full) : NULL;
    if (!full)
        return -1;
    if (g_mkdir_with_parents(folder, 0750) < 0) {
        mj_error_errno(error, errno, "cannot make the folder %s", folder);
        return -1;
    }
    int fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0 && errno == EEXIST)
        mj_error_set(error, MJ_ERROR_EXISTS, "%s exists", full);
    else if (fd < 0)
        mj_error_errno(error, errno, "cannot make the file %s", full);
    return fd;
}

static bool create_file(CapSegmentWriter *writer, GError **error)
{
    for (int i = 0; i < NAMES_TRIED; i++) {
        int64_t name_us = writer->row->start_us + i * INT64_C(1000);
        g_autofree char *day = mj_time_format_day(name_us);
        g_autofree char *name = mj_time_format_file(name_us);
        g_autofree char *path = g_strdup_printf("%s/%s/%sZ.mp4", writer->where, day, name);
        g_autoptr(GError) failed = NULL;
        writer->fd = create_path(writer, path, &failed);
        if (writer->fd >= 0) {
            writer->row->path = g_steal_pointer(&path);
            return true;
        }
        if (!mj_error_is(failed, MJ_ERROR_EXISTS)) {
            g_propagate_error(error, g_steal_pointer(&failed));
            return false;
        }
    }
    return mj_error_set(error, MJ_ERROR_EXISTS, "no free file name in footage/%s", writer->where);
}

/* VP8 in MP4 is the same as VP9 in it but for the four letters of the sample description (VP Codec ISO Media
 * File Format Binding), and libavformat 59 reads both but writes VP9 alone: it is told so, kept from
 * looking into the pictures, and the letters are mended on their way out (on_write). */
static void feign_vp9(CapSegmentWriter *writer, AVCodecParameters *par)
{
    par->codec_id = AV_CODEC_ID_VP9;
    par->codec_tag = MKTAG('v', 'p', '0', '9');
    par->format = AV_PIX_FMT_YUV420P;
    par->profile = 0;
    par->level = 10;
    writer->mux->flags &= ~AVFMT_FLAG_AUTO_BSF;
    writer->mends_vp8 = true;
}

static bool add_video(CapSegmentWriter *writer, const CapVideoParams *video)
{
    AVStream *stream = avformat_new_stream(writer->mux, NULL);
    if (!stream)
        return false;
    AVCodecParameters *par = stream->codecpar;
    bool hevc = video->codec == AV_CODEC_ID_HEVC;
    par->codec_type = AVMEDIA_TYPE_VIDEO;
    par->codec_id = video->codec;
    par->codec_tag = hevc ? MKTAG('h', 'v', 'c', '1') : MKTAG('a', 'v', 'c', '1');
    par->width = video->width;
    par->height = video->height;
    stream->time_base = (AVRational){1, VIDEO_SCALE};
    if (video->codec == AV_CODEC_ID_VP8) {
        feign_vp9(writer, par);
        return true;
    }
    par->extradata = av_mallocz(video->record_size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!par->extradata)
        return false;
    memcpy(par->extradata, video->record, video->record_size);
    par->extradata_size = (int)video->record_size;
    return true;
}

static bool add_audio(CapSegmentWriter *writer, const AVCodecParameters *audio)
{
    if (!audio)
        return true;
    AVStream *stream = avformat_new_stream(writer->mux, NULL);
    if (!stream || avcodec_parameters_copy(stream->codecpar, audio) < 0)
        return false;
    stream->codecpar->codec_tag = 0;
    stream->time_base = (AVRational){1, audio->sample_rate};
    writer->audio_rate = audio->sample_rate;
    writer->audio_end = INT64_MIN;
    return true;
}

static void add_tag_int(AVDictionary **tags, const char *key, int64_t value)
{
    av_dict_set_int(tags, key, value, 0);
}

static void add_tags(AVDictionary **tags, const CapSegmentConfig *config)
{
    av_dict_set(tags, "mingjing.camera", config->camera, 0);
    av_dict_set(tags, "mingjing.stream", config->stream, 0);
    add_tag_int(tags, "mingjing.start_us", config->start_us);
    add_tag_int(tags, "mingjing.media_start_us", config->media_start_us);
    add_tag_int(tags, "mingjing.joins", config->joins);
    av_dict_set(tags, "mingjing.clock", config->from_camera ? "camera" : "arrival", 0);
    if (config->has_offset)
        add_tag_int(tags, "mingjing.clock_offset_us", config->offset_us);
    add_tag_int(tags, "mingjing.clock_uncertainty_us", config->uncertainty_us);
}

/* tfdt must be what we say and not the sum of what libavformat wrote before: see end_fragment().
 */
static const char MOV_FLAGS[] = "frag_custom+empty_moov+default_base_moof+skip_trailer+"
                                "use_metadata_tags+frag_discont";

static bool is_pcm(const AVCodecParameters *audio)
{
    return audio && audio->codec_id != AV_CODEC_ID_AAC && audio->codec_id != AV_CODEC_ID_OPUS;
}

static bool write_header(CapSegmentWriter *writer, const CapSegmentConfig *config, GError **error)
{
    /* G.711 as it is has a place in QuickTime files only. */
    const char *format = is_pcm(config->audio) ? "mov" : "mp4";
    if (avformat_alloc_output_context2(&writer->mux, NULL, format, NULL) < 0)
        return mj_error_set(error, MJ_ERROR_FAILED, "libavformat cannot write %s", format);
    uint8_t *buffer = av_malloc(BUFFER_BYTES);
    AVIOContext *io =
        buffer ? avio_alloc_context(buffer, BUFFER_BYTES, 1, writer, NULL, on_write, NULL) : NULL;
    if (!io) {
        av_free(buffer);
        return mj_error_set(error, MJ_ERROR_FAILED, "no memory for a segment");
    }
    io->seekable = 0;
    writer->mux->pb = io;
    writer->mux->flags |= AVFMT_FLAG_CUSTOM_IO;
    writer->mux->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    if (!add_video(writer, config->video) || !add_audio(writer, config->audio))
        return mj_error_set(error, MJ_ERROR_FAILED, "no memory for a segment");
    add_tags(&writer->mux->metadata, config);
    AVDictionary *options = NULL;
    av_dict_set(&options, "movflags", MOV_FLAGS, 0);
    av_dict_set(&options, "use_editlist", "0", 0);
    int failed = avformat_write_header(writer->mux, &options);
    av_dict_free(&options);
    if (failed < 0)
        return write_failed(writer, failed, error);
    avio_flush(io);
    if (io->error < 0)
        return write_failed(writer, io->error, error);
    if (writer->mends_vp8 && !writer->mended_vp8) // a file of VP9 would be false
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "this libavformat writes VP8 into MP4 otherwise than is known here");
    /* From here on mdat goes to on_write without another copy. Not before: libavformat fills in the
     * sizes of boxes while they are in the buffer, and each direct write would empty it. */
    io->direct = 1;
    writer->row->init_bytes = writer->row->bytes = writer->written;
    return true;
}

static IdxSegment *make_row(const CapSegmentConfig *config)
{
    IdxSegment *row = g_new0(IdxSegment, 1);
    row->stream_id = config->stream_id;
    row->volume_id = config->disk ? cap_disk_id(config->disk) : 0;
    row->start_us = row->end_us = config->start_us;
    row->state = g_strdup("open");
    row->joins = config->joins;
    row->media_start_us = config->media_start_us;
    row->video = g_strdup(cap_libav_codec_name(config->video->codec));
    row->width = config->video->width;
    row->height = config->video->height;
    row->audio = config->audio ? g_strdup(cap_libav_codec_name(config->audio->codec_id)) : NULL;
    row->clock = g_strdup(config->from_camera ? "camera" : "arrival");
    row->has_clock_offset = config->has_offset;
    row->clock_offset_us = config->offset_us;
    row->clock_uncertainty_us = config->uncertainty_us;
    return row;
}

CapSegmentWriter *cap_segment_writer_open(const CapSegmentConfig *config, GError **error)
{
    g_autoptr(CapSegmentWriter) writer = g_new0(CapSegmentWriter, 1);
    writer->home = g_strdup(config->home);
    writer->where = g_strdup_printf("%s/%s", config->camera, config->stream);
    writer->disk = config->disk;
    writer->fd = -1;
    writer->held = g_byte_array_new();
    writer->fragments = g_byte_array_new();
    writer->row = make_row(config);
    writer->start_decode_us = writer->end_decode_us = config->media_decode_us;
    writer->sound_from_us = MAX(config->media_decode_us - config->sound_late_us, 0);
    writer->packet = av_packet_alloc();
    writer->hash = EVP_MD_CTX_new();
    if (!writer->packet) {
        mj_error_set(error, MJ_ERROR_FAILED, "no memory for a segment");
        return NULL;
    }
    if (!writer->hash || EVP_DigestInit_ex(writer->hash, idx_crypto_sha256(), NULL) != 1) {
        idx_crypto_fail(error, "cannot begin the SHA-256 of a segment");
        return NULL;
    }
    if (!write_header(writer, config, error))
        return NULL;
    return g_steal_pointer(&writer);
}

void cap_segment_writer_free(CapSegmentWriter *writer)
{
    if (!writer)
        return;
    if (writer->mux && writer->mux->pb) {
        av_freep(&writer->mux->pb->buffer);
        avio_context_free(&writer->mux->pb);
    }
    avformat_free_context(writer->mux);
    av_packet_free(&writer->packet);
    EVP_MD_CTX_free(writer->hash);
    if (writer->fd >= 0)
        close(writer->fd);
    idx_segment_free(writer->row);
    g_clear_error(&writer->failed);
    g_byte_array_unref(writer->fragments);
    if (writer->held)
        g_byte_array_unref(writer->held);
    g_queue_clear_full(&writer->sound, g_free);
    g_free(writer->home);
    g_free(writer->where);
    g_free(writer);
}

static void begin_fragment(CapSegmentWriter *writer, const CapSample *sample)
{
    writer->in_fragment = true;
    writer->fragment_key = sample->key;
    writer->fragment_frames = 0;
    writer->fragment_decode_us = sample->dts_us;
}

static void index_fragment(CapSegmentWriter *writer, int64_t length)
{
    IdxSegment *row = writer->row;
    writer->last = (IdxFragment){
        .offset = row->bytes,
        .length = length,
        .start_us = row->start_us + writer->fragment_decode_us - writer->start_decode_us,
        .duration_us = writer->end_decode_us - writer->fragment_decode_us,
        .key = writer->fragment_key,
    };
    writer->last_at = writer->fragments->len;
    idx_fragment_append(writer->fragments, &writer->last);
    row->bytes += length;
    row->frames += writer->fragment_frames;
    row->end_us = writer->last.start_us + writer->last.duration_us;
}

/* What the muxer gave goes out in one piece. The file is made with the first fragment, and never is
 * one without pictures. */
static bool put(CapSegmentWriter *writer, GError **error)
{
    if (!writer->row->path && !create_file(writer, error))
        return false;
    if (writer->disk)
        return cap_disk_write(writer->disk, &writer->fd, &writer->held, error);
    int failed = write_all(writer, writer->held->data, writer->held->len);
    g_byte_array_set_size(writer->held, 0);
    return failed >= 0 || say_failure(writer, failed, error);
}

static bool end_fragment(CapSegmentWriter *writer, GError **error)
{
    if (writer->failed)
        return repeat_failure(writer, error);
    if (!writer->in_fragment)
        return true;
    writer->in_fragment = false;
    int failed = av_write_frame(writer->mux, NULL);
    avio_flush(writer->mux->pb);
    if (failed >= 0)
        failed = writer->mux->pb->error;
    if (failed < 0)
        return write_failed(writer, failed, error);
    if (!put(writer, &writer->failed))
        return repeat_failure(writer, error);
    index_fragment(writer, writer->written - writer->row->bytes);
    writer->fragment_samples = 0;
    /* From here on tfdt of each track is the dts of its next packet. Without this libavformat
     * continues from the sum of durations, in which each small gap in the sound would stay. */
    av_opt_set(writer->mux->priv_data, "movflags", "+frag_discont", 0);
    return true;
}

static bool mux(CapSegmentWriter *writer, const CapSample *sample, int stream, int64_t pts,
                int64_t dts, int64_t duration, GError **error)
{
    AVPacket *packet = writer->packet;
    packet->data = (uint8_t *)sample->data; // the muxer only reads
    packet->size = (int)sample->size;
    packet->stream_index = stream;
    packet->pts = pts;
    packet->dts = dts;
    packet->duration = duration;
    packet->flags = sample->key ? AV_PKT_FLAG_KEY : 0;
    int failed = av_write_frame(writer->mux, packet);
    packet->data = NULL;
    packet->size = 0;
    writer->fragment_samples++;
    return failed < 0 ? write_failed(writer, failed, error) : true;
}

static int64_t ticks(int64_t us, int scale)
{
    return av_rescale(us, scale, 1000000);
}

static bool mux_sound(CapSegmentWriter *writer, const CapSample *sample, GError **error)
{
    if (writer->fragment_samples >= 2 * SAMPLES_MAX)
        return true;
    int64_t begin = ticks(sample->pts_us, writer->audio_rate);
    int64_t duration = ticks(sample->end_us, writer->audio_rate) - begin;
    if (begin < ticks(writer->sound_from_us, writer->audio_rate) || duration <= 0)
        return true;
    if (begin < writer->audio_end) {
        if (writer->audio_end - begin > duration / 2)
            return true;
        if (writer->audio_end - begin > duration / 8) // less is a clock that drifts: let it
            begin = writer->audio_end;
    }
    writer->audio_end = begin + duration;
    return mux(writer, sample, 1, begin, begin, duration, error);
}

static bool mux_waiting(CapSegmentWriter *writer, GError **error)
{
    bool good = true;
    for (Sound *sound; good && (sound = g_queue_pop_head(&writer->sound)); g_free(sound))
        good = mux_sound(writer, &sound->sample, error);
    return good;
}

static void let_wait(CapSegmentWriter *writer, const CapSample *sample)
{
    if (writer->sound.length >= SAMPLES_MAX)
        return;
    Sound *sound = g_malloc(sizeof *sound + sample->size);
    memcpy(sound->bytes, sample->data, sample->size);
    sound->sample = *sample;
    sound->sample.data = sound->bytes;
    g_queue_push_tail(&writer->sound, sound);
}

void cap_segment_writer_take_sound(CapSegmentWriter *writer, CapSegmentWriter *before)
{
    for (Sound *sound; writer->audio_rate && (sound = g_queue_pop_head(&before->sound));)
        g_queue_push_tail(&writer->sound, sound);
}

bool cap_segment_writer_video(CapSegmentWriter *writer, const CapSample *sample, GError **error)
{
    if (writer->in_fragment && sample->key && !end_fragment(writer, error))
        return false;
    if (!writer->in_fragment)
        begin_fragment(writer, sample);
    int64_t dts = ticks(sample->dts_us, VIDEO_SCALE);
    int64_t pts = MAX(ticks(sample->pts_us, VIDEO_SCALE), dts);
    int64_t duration = ticks(sample->end_us, VIDEO_SCALE) - dts;
    if (!mux(writer, sample, 0, pts, dts, duration, error) || !mux_waiting(writer, error))
        return false;
    writer->fragment_frames++;
    writer->end_decode_us = sample->end_us;
    bool full = sample->end_us - writer->fragment_decode_us >= CAP_FRAGMENT_US ||
                writer->fragment_samples >= SAMPLES_MAX;
    return !full || end_fragment(writer, error);
}

bool cap_segment_writer_audio(CapSegmentWriter *writer, const CapSample *sample, GError **error)
{
    if (writer->audio_rate == 0)
        return true;
    if (writer->in_fragment)
        return mux_sound(writer, sample, error);
    let_wait(writer, sample);
    return true;
}

const IdxSegment *cap_segment_writer_segment(const CapSegmentWriter *writer)
{
    return writer->row;
}

const GByteArray *cap_segment_writer_fragments(const CapSegmentWriter *writer)
{
    return writer->fragments;
}

int64_t cap_segment_writer_end_us(const CapSegmentWriter *writer)
{
    return writer->row->start_us + writer->end_decode_us - writer->start_decode_us;
}

int64_t cap_segment_writer_room_us(const CapSegmentWriter *writer)
{
    return writer->in_fragment ? writer->end_decode_us - writer->fragment_decode_us
                               : writer->last.duration_us;
}

bool cap_segment_writer_flush(CapSegmentWriter *writer, GError **error)
{
    return end_fragment(writer, error);
}

static void move_end(CapSegmentWriter *writer, int64_t end_us)
{
    if (writer->fragments->len == 0 || end_us <= writer->last.start_us)
        return;
    writer->last.duration_us = end_us - writer->last.start_us;
    g_byte_array_set_size(writer->fragments, writer->last_at);
    idx_fragment_append(writer->fragments, &writer->last);
    writer->row->end_us = end_us;
}

bool cap_segment_writer_finish(CapSegmentWriter *writer, int64_t end_us, GError **error)
{
    if (!end_fragment(writer, error))
        return false;
    move_end(writer, end_us);
    unsigned size = 0;
    if (EVP_DigestFinal_ex(writer->hash, writer->row->sha256, &size) != 1 ||
        size != IDX_SHA256_BYTES)
        return idx_crypto_fail(error, "cannot end the SHA-256 of a segment");
    writer->row->has_sha256 = true;
    g_free(writer->row->state);
    writer->row->state = g_strdup("closed");
    return true;
}

const char *cap_segment_writer_reason(const GError *error)
{
    if (mj_error_is(error, MJ_ERROR_INVALID))
        return IDX_REASON_REFUSED;
    if (mj_error_is(error, MJ_ERROR_UNSUPPORTED))
        return IDX_REASON_UNSUPPORTED;
    return mj_error_is(error, MJ_ERROR_FAILED) ? IDX_REASON_CAPTURE_DOWN : IDX_REASON_DISK;
}

int cap_segment_writer_steal_fd(CapSegmentWriter *writer)
{
    int fd = writer->fd;
    writer->fd = -1;
    return fd;
}
