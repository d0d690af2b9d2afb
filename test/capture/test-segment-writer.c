// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/segment_writer.h"

#include <math.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "capture/audio.h"
#include "capture/reorder.h"
#include "index/base/home.h"
#include "index/segment/file.h"
#include "index/segment/gap.h"
#include "test/capture/fixture.h"

#define START INT64_C(1795000000000000)
#define FRAME INT64_C(40000)

static CapSegmentConfig config_for(const char *home, const CapPacket *first, int64_t media_us)
{
    return (CapSegmentConfig){.home = home,
                              .camera = "cam1",
                              .stream = "main",
                              .video = first->params,
                              .start_us = START + media_us,
                              .media_start_us = media_us,
                              .media_decode_us = media_us,
                              .joins = media_us > 0,
                              .from_camera = true,
                              .has_offset = true,
                              .offset_us = 1234,
                              .uncertainty_us = 20000};
}

static char *path_of(const char *home, const CapSegmentWriter *writer)
{
    return mj_home_footage_file(home, cap_segment_writer_segment(writer)->path, NULL);
}

typedef struct Content {
    int video, audio;                      // packets
    int64_t first_us, last_us;             // video pts
    int64_t audio_first_us, audio_last_us; // pts
} Content;

static Content open_file(const char *path)
{
    Content content = {0};
    AVFormatContext *av = NULL;
    g_assert_cmpint(avformat_open_input(&av, path, NULL, NULL), ==, 0);
    g_autoptr(AVPacket) packet = av_packet_alloc();
    while (av_read_frame(av, packet) >= 0) {
        AVRational base = av->streams[packet->stream_index]->time_base;
        int64_t pts_us = av_rescale_q(packet->pts, base, AV_TIME_BASE_Q);
        if (packet->stream_index == 0) {
            content.first_us = content.video == 0 ? pts_us : MIN(content.first_us, pts_us);
            content.last_us = MAX(content.last_us, pts_us);
            content.video++;
        } else {
            content.audio_first_us = content.audio == 0 ? pts_us : content.audio_first_us;
            content.audio_last_us = pts_us;
            content.audio++;
        }
        av_packet_unref(packet);
    }
    avformat_close_input(&av);
    return content;
}

/* Each fragment ends where the next one begins, by its own durations. */
static void check_durations(const char *path, int64_t from_us, int64_t to_us)
{
    g_autoptr(GBytes) bytes = fixture_read(path);
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    g_autoptr(IdxBoxFile) file = idx_boxes_scan(data, size);
    for (guint i = 0; i < file->fragments->len; i++) {
        const IdxBoxFragment *box = &g_array_index(file->fragments, IdxBoxFragment, i);
        g_assert_cmpint(box->decode_us, ==, from_us);
        from_us = box->end_us;
    }
    g_assert_cmpint(from_us, ==, to_us);
}

static void check_hash(const char *path, const IdxSegment *row)
{
    g_autoptr(GBytes) bytes = fixture_read(path);
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    uint8_t hash[IDX_SHA256_BYTES];
    g_assert_cmpint(EVP_Digest(data, size, hash, NULL, EVP_sha256(), NULL), ==, 1);
    g_assert_cmpmem(hash, sizeof hash, row->sha256, sizeof row->sha256);
    g_assert_cmpint(row->bytes, ==, (int64_t)size);
}

static void check_fragments(const char *path, const CapSegmentWriter *writer)
{
    const IdxSegment *row = cap_segment_writer_segment(writer);
    const GByteArray *stored = cap_segment_writer_fragments(writer);
    g_autoptr(GArray) fragments =
        idx_fragment_decode(stored->data, stored->len, row->init_bytes, row->start_us, NULL);
    g_assert_nonnull(fragments);
    g_autoptr(GBytes) bytes = fixture_read(path);
    const char *data = g_bytes_get_data(bytes, NULL);
    int64_t end = row->init_bytes, time_us = row->start_us;
    for (guint i = 0; i < fragments->len; i++) {
        const IdxFragment *fragment = &g_array_index(fragments, IdxFragment, i);
        g_assert_cmpint(fragment->offset, ==, end);
        g_assert_cmpint(fragment->start_us, ==, time_us);
        g_assert_cmpint(fragment->duration_us, <, CAP_FRAGMENT_US + FRAME);
        g_assert_cmpmem(data + fragment->offset + 4, 4, "moof", 4);
        end += fragment->length;
        time_us += fragment->duration_us;
    }
    g_assert_cmpint(end, ==, row->bytes);
    g_assert_cmpint(time_us, ==, row->end_us);
    g_assert_true(g_array_index(fragments, IdxFragment, 0).key);
}

/* From the file alone comes the row that the writer made, and the same fragments. */
static void check_description(const char *path, const CapSegmentWriter *writer)
{
    const IdxSegment *row = cap_segment_writer_segment(writer);
    const GByteArray *stored = cap_segment_writer_fragments(writer);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = fixture_read(path);
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    g_autofree char *camera = NULL, *stream = NULL;
    g_autoptr(IdxBoxFile) boxes = idx_boxes_scan(data, size);
    g_autoptr(IdxSegment) found =
        idx_segment_file_describe(data, (size_t)boxes->init_bytes, &camera, &stream, &error);
    g_assert_no_error(error);
    g_autoptr(GByteArray) index = idx_segment_file_index(boxes, found, IDX_SEGMENT_NO_END);
    g_assert_cmpmem(index->data, index->len, stored->data, stored->len);
    g_assert_cmpstr(camera, ==, "cam1");
    g_assert_cmpstr(stream, ==, "main");
    g_assert_cmpstr(found->video, ==, row->video);
    g_assert_cmpstr(found->audio, ==, row->audio);
    g_assert_cmpstr(found->clock, ==, row->clock);
    g_assert_true(found->joins == row->joins && found->has_clock_offset == row->has_clock_offset);
    const int64_t NUMBERS[][2] = {{found->start_us, row->start_us},
                                  {found->end_us, row->end_us},
                                  {found->bytes, row->bytes},
                                  {found->init_bytes, row->init_bytes},
                                  {found->media_start_us, row->media_start_us},
                                  {found->frames, row->frames},
                                  {found->width, row->width},
                                  {found->height, row->height},
                                  {found->clock_offset_us, row->clock_offset_us},
                                  {found->clock_uncertainty_us, row->clock_uncertainty_us}};
    for (size_t i = 0; i < G_N_ELEMENTS(NUMBERS); i++)
        g_assert_cmpint(NUMBERS[i][0], ==, NUMBERS[i][1]);
}

/* Two joined segments of 75 pictures with a key frame each 30th: opened after every picture, compared at the
 * end. */
static void check_joined(const char *codec)
{
    char *home = fixture_home();
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) sent = g_byte_array_new();
    g_autoptr(GPtrArray) packets = fixture_encode(codec, 128, 96, 150, 25, 0, sent);
    g_autoptr(GByteArray) stored = g_byte_array_new();
    int frames = 0;
    for (guint half = 0; half < 2; half++) {
        CapPacket *first = g_ptr_array_index(packets, half * 75);
        CapSegmentConfig config = config_for(home, first, half * 75 * FRAME);
        g_autoptr(CapSegmentWriter) writer = cap_segment_writer_open(&config, &error);
        g_assert_no_error(error);
        for (guint i = half * 75; i < half * 75 + 75; i++) {
            const CapPacket *packet = g_ptr_array_index(packets, i);
            CapSample sample = {packet->data,   packet->size,   packet->key,
                                packet->pts_us, packet->pts_us, packet->pts_us + FRAME};
            g_assert_true(cap_segment_writer_video(writer, &sample, &error));
            const IdxSegment *row = cap_segment_writer_segment(writer);
            g_assert_cmpint(row->path != NULL, ==, row->frames > 0);
            g_autofree char *so_far = row->path ? path_of(home, writer) : NULL;
            if (so_far)
                g_assert_cmpint(open_file(so_far).video, ==, row->frames);
            g_assert_cmpint(row->end_us, ==, row->start_us + row->frames * FRAME);
        }
        int64_t end_us = cap_segment_writer_end_us(writer);
        g_assert_true(cap_segment_writer_finish(writer, end_us, &error));
        const IdxSegment *row = cap_segment_writer_segment(writer);
        g_autofree char *path = path_of(home, writer);
        g_assert_cmpint(row->end_us, ==, START + (half + 1) * 75 * FRAME);
        g_assert_cmpstr(row->state, ==, "closed");
        g_assert_cmpint(row->width, ==, 128);
        Content content = open_file(path);
        g_assert_cmpint(content.first_us, ==, half * 75 * FRAME); // tfdt goes on; no edit list
        check_durations(path, content.first_us, content.first_us + 75 * FRAME);
        check_hash(path, row);
        check_fragments(path, writer);
        check_description(path, writer);
        frames += fixture_read_annexb(path, stored);
    }
    g_assert_cmpint(frames, ==, 150);
    g_assert_cmpmem(stored->data, stored->len, sent->data, sent->len);
    fixture_home_remove(home);
}

static void test_h264(void)
{
    check_joined("libx264");
}

static void test_h265(void)
{
    check_joined("libx265");
}

static void test_b_frames(void)
{
    char *home = fixture_home();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64, 48, 50, 25, 3, NULL);
    int64_t pts[50];
    for (guint i = 0; i < 50; i++)
        pts[i] = ((CapPacket *)g_ptr_array_index(packets, i))->pts_us;
    CapReorder reorder;
    cap_reorder_init(&reorder, cap_reorder_measure(pts, 50));
    g_assert_cmpint(reorder.depth, >=, 1);
    int64_t base_us = reorder.depth * FRAME, dts[51];
    bool late = false;
    for (guint i = 0; i < 50; i++)
        dts[i] = base_us + cap_reorder_dts(&reorder, pts[i], FRAME, &late);
    g_assert_false(late);
    dts[50] = dts[49] + FRAME;
    CapSegmentConfig config = config_for(home, g_ptr_array_index(packets, 0), 0);
    config.media_start_us = base_us;
    g_autoptr(CapSegmentWriter) writer = cap_segment_writer_open(&config, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < 50; i++) {
        const CapPacket *packet = g_ptr_array_index(packets, i);
        CapSample sample = {packet->data,     packet->size, packet->key,
                            base_us + pts[i], dts[i],       dts[i + 1]};
        g_assert_true(cap_segment_writer_video(writer, &sample, &error));
    }
    cap_segment_writer_finish(writer, cap_segment_writer_end_us(writer), &error);
    g_assert_no_error(error);
    g_autofree char *path = path_of(home, writer);
    Content content = open_file(path);
    g_assert_cmpint(content.video, ==, 50);
    g_assert_cmpint(content.first_us, ==, base_us);
    g_assert_cmpint(content.last_us, ==, base_us + 49 * FRAME);
    fixture_home_remove(home);
}

static void test_never_over_another(void)
{
    char *home = fixture_home();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64, 48, 1, 1, 0, NULL);
    CapSegmentConfig config = config_for(home, g_ptr_array_index(packets, 0), 0);
    g_autoptr(CapSegmentWriter) one = cap_segment_writer_open(&config, &error);
    g_autoptr(CapSegmentWriter) two = cap_segment_writer_open(&config, &error);
    g_assert_no_error(error);
    const CapPacket *packet = g_ptr_array_index(packets, 0);
    CapSample sample = {packet->data, packet->size, true, 0, 0, FRAME};
    g_assert_true(cap_segment_writer_video(one, &sample, &error));
    g_assert_true(cap_segment_writer_video(two, &sample, &error));
    g_assert_null(cap_segment_writer_segment(one)->path); // no file without a fragment
    g_assert_true(cap_segment_writer_flush(one, &error));
    g_assert_true(cap_segment_writer_flush(two, &error));
    g_assert_cmpstr(cap_segment_writer_segment(one)->path, ==,
                    "cam1/main/20261118/110640.000Z.mp4");
    g_assert_cmpstr(cap_segment_writer_segment(two)->path, ==,
                    "cam1/main/20261118/110640.001Z.mp4");
    g_assert_cmpint(cap_segment_writer_segment(two)->start_us, ==, START);
    g_autofree char *path = path_of(home, one);
    AVFormatContext *av = NULL;
    g_assert_cmpint(avformat_open_input(&av, path, NULL, NULL), ==, 0);
    AVDictionary *tags = av->metadata;
    g_assert_cmpstr(av_dict_get(tags, "mingjing.camera", NULL, 0)->value, ==, "cam1");
    g_assert_cmpstr(av_dict_get(tags, "mingjing.stream", NULL, 0)->value, ==, "main");
    g_assert_cmpstr(av_dict_get(tags, "mingjing.start_us", NULL, 0)->value, ==, "1795000000000000");
    g_assert_cmpstr(av_dict_get(tags, "mingjing.clock", NULL, 0)->value, ==, "camera");
    g_assert_cmpstr(av_dict_get(tags, "mingjing.clock_offset_us", NULL, 0)->value, ==, "1234");
    avformat_close_input(&av);
    fixture_home_remove(home);
}

static void test_slewed_end(void)
{
    char *home = fixture_home();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64, 48, 50, 25, 0, NULL);
    CapSegmentConfig config = config_for(home, g_ptr_array_index(packets, 0), 0);
    g_autoptr(CapSegmentWriter) writer = cap_segment_writer_open(&config, &error);
    for (guint i = 0; i < 50; i++) {
        const CapPacket *packet = g_ptr_array_index(packets, i);
        CapSample sample = {packet->data,   packet->size,   packet->key,
                            packet->pts_us, packet->pts_us, packet->pts_us + FRAME};
        g_assert_true(cap_segment_writer_video(writer, &sample, &error));
    }
    cap_segment_writer_finish(writer, START + 50 * FRAME - 123456, &error);
    g_assert_no_error(error);
    g_assert_cmpint(cap_segment_writer_segment(writer)->end_us, ==, START + 50 * FRAME - 123456);
    g_autofree char *path = path_of(home, writer);
    check_fragments(path, writer);
    fixture_home_remove(home);
}

static void test_disk_full(void)
{
    char *home = fixture_home();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64, 48, 30, 25, 0, NULL);
    CapSegmentConfig config = config_for(home, g_ptr_array_index(packets, 0), 0);
    g_autoptr(CapSegmentWriter) writer = cap_segment_writer_open(&config, &error);
    g_assert_no_error(error);
    bool good = true;
    for (guint i = 0; i < 30 && good; i++) {
        if (i == 21) // after the first fragment: the writer is left without a file
            close(cap_segment_writer_steal_fd(writer));
        const CapPacket *packet = g_ptr_array_index(packets, i);
        CapSample sample = {packet->data,   packet->size,   packet->key,
                            packet->pts_us, packet->pts_us, packet->pts_us + FRAME};
        good = cap_segment_writer_video(writer, &sample, &error);
    }
    g_assert_false(good);
    g_assert_true(mj_error_is(error, MJ_ERROR_IO) || error->domain == MJ_ERROR);
    g_assert_nonnull(strstr(error->message, "cam1/main/20261118"));
    fixture_home_remove(home);
}

/* What fails after the first failure tells of the first. */
static void test_first_failure(void)
{
    char *home = fixture_home();
    g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64, 48, 30, 25, 0, NULL);
    CapSegmentConfig config = config_for(home, g_ptr_array_index(packets, 0), 0);
    g_autoptr(CapSegmentWriter) writer = cap_segment_writer_open(&config, NULL);
    g_autofree char *in_the_way = mj_home_footage_file(home, "cam1", NULL);
    g_assert_true(g_file_set_contents(in_the_way, "", 0, NULL));
    g_autoptr(GError) first = NULL, second = NULL;
    for (guint i = 0; i < 30 && !first; i++) {
        const CapPacket *packet = g_ptr_array_index(packets, i);
        CapSample sample = {packet->data,   packet->size,   packet->key,
                            packet->pts_us, packet->pts_us, packet->pts_us + FRAME};
        cap_segment_writer_video(writer, &sample, &first);
    }
    g_assert_nonnull(first);
    g_assert_cmpstr(cap_segment_writer_reason(first), ==, IDX_REASON_DISK);
    g_assert_false(cap_segment_writer_finish(writer, START + FRAME, &second));
    g_assert_cmpstr(second->message, ==, first->message);
    g_assert_cmpint(second->code, ==, first->code);
    fixture_home_remove(home);
}

/* What the muxer refuses is no matter of disks. */
static void test_muxer_refuses(void)
{
    char *home = fixture_home();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64, 48, 3, 25, 0, NULL);
    CapSegmentConfig config = config_for(home, g_ptr_array_index(packets, 0), 0);
    g_autoptr(CapSegmentWriter) writer = cap_segment_writer_open(&config, &error);
    g_assert_no_error(error);
    static const int64_t DTS[] = {0, 5 * FRAME, FRAME}; // time runs back
    bool good = true;
    for (guint i = 0; i < 3; i++) {
        g_assert_true(good);
        const CapPacket *packet = g_ptr_array_index(packets, i);
        CapSample sample = {packet->data, packet->size, packet->key,
                            DTS[i],       DTS[i],       DTS[i] + FRAME};
        good = cap_segment_writer_video(writer, &sample, &error);
    }
    g_assert_false(good);
    g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
    g_assert_nonnull(strstr(error->message, "what the camera sends"));
    fixture_home_remove(home);
}

/* --- sound ----------------------------------------------------------------------------------- */

typedef struct Sound {
    CapSegmentWriter *writer;
    int packets;
} Sound;

static bool to_writer(void *data, const uint8_t *bytes, size_t size, int64_t pts_us,
                      int64_t duration_us, GError **error)
{
    Sound *sound = data;
    CapSample sample = {bytes, size, true, pts_us, pts_us, pts_us + duration_us};
    sound->packets++;
    return cap_segment_writer_audio(sound->writer, &sample, error);
}

static AVCodecParameters *g711(void)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    par->codec_type = AVMEDIA_TYPE_AUDIO;
    par->codec_id = AV_CODEC_ID_PCM_ALAW;
    par->sample_rate = 8000;
    par->bits_per_coded_sample = 8;
    av_channel_layout_default(&par->ch_layout, 1);
    return par;
}

/* Four seconds of picture with G.711 sound in pieces of 20 ms, two of which are lost. */
static Content record_sound(const char *mode, IdxSegment *ret_row)
{
    char *home = fixture_home();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64, 48, 100, 25, 0, NULL);
    g_autoptr(AVCodecParameters) input = g711();
    Sound sound = {0};
    g_autoptr(CapAudio) audio = cap_audio_new(input, mode, to_writer, &sound, &error);
    g_assert_no_error(error);
    CapSegmentConfig config = config_for(home, g_ptr_array_index(packets, 0), 0);
    config.audio = audio ? cap_audio_parameters(audio) : NULL;
    g_autoptr(CapSegmentWriter) writer = sound.writer = cap_segment_writer_open(&config, &error);
    g_assert_no_error(error);
    uint8_t piece[160];
    for (guint i = 0; i < 100; i++) {
        const CapPacket *packet = g_ptr_array_index(packets, i);
        CapSample sample = {packet->data,   packet->size,   packet->key,
                            packet->pts_us, packet->pts_us, packet->pts_us + FRAME};
        g_assert_true(cap_segment_writer_video(writer, &sample, &error));
        for (int half = 0; audio && half < 2; half++) {
            if (i == 60)
                continue; // lost
            for (int n = 0; n < 160; n++)
                piece[n] = (uint8_t)(0xd5 ^ (n % 16 * 8));
            g_assert_true(
                cap_audio_push(audio, piece, sizeof piece, packet->pts_us + half * 20000, &error));
        }
    }
    cap_segment_writer_finish(writer, cap_segment_writer_end_us(writer), &error);
    g_assert_no_error(error);
    g_autofree char *path = path_of(home, writer);
    Content content = open_file(path);
    const IdxSegment *row = cap_segment_writer_segment(writer);
    check_description(path, writer);
    *ret_row = (IdxSegment){.audio = g_strdup(row->audio)};
    fixture_home_remove(home);
    return content;
}

static void test_g711_to_aac(void)
{
    IdxSegment row;
    Content content = record_sound("aac", &row);
    g_assert_cmpstr(row.audio, ==, "aac");
    g_assert_cmpint(content.video, ==, 100);
    g_assert_cmpint(content.audio, >=, 28); // 4 s in frames of 128 ms
    g_assert_cmpint(content.audio_first_us, >=, 0);
    g_assert_cmpint(content.audio_first_us, <=, 128000);
    g_assert_cmpint(content.audio_last_us, >, 3300000); // the hole did not shorten it
    g_assert_cmpint(content.audio_last_us, <, 4000000);
    g_free(row.audio);
}

static void test_g711_original(void)
{
    IdxSegment row;
    Content content = record_sound("original", &row);
    g_assert_cmpstr(row.audio, ==, "pcm_alaw");
    g_assert_cmpint(content.video, ==, 100);
    g_assert_cmpint(content.audio, >, 0);
    g_assert_cmpint(content.audio_first_us, ==, 0);
    g_assert_cmpint(content.audio_last_us, ==, 3980000);
    g_free(row.audio);
}

static void test_no_sound(void)
{
    IdxSegment row;
    Content content = record_sound("none", &row);
    g_assert_null(row.audio);
    g_assert_cmpint(content.audio, ==, 0);
    g_assert_cmpint(content.video, ==, 100);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    g_test_add_func("/segment-writer/h264", test_h264);
    g_test_add_func("/segment-writer/h265", test_h265);
    g_test_add_func("/segment-writer/b-frames", test_b_frames);
    g_test_add_func("/segment-writer/never-over-another", test_never_over_another);
    g_test_add_func("/segment-writer/slewed-end", test_slewed_end);
    g_test_add_func("/segment-writer/write-fails", test_disk_full);
    g_test_add_func("/segment-writer/first-failure", test_first_failure);
    g_test_add_func("/segment-writer/muxer-refuses", test_muxer_refuses);
    g_test_add_func("/segment-writer/g711-to-aac", test_g711_to_aac);
    g_test_add_func("/segment-writer/g711-original", test_g711_original);
    g_test_add_func("/segment-writer/no-sound", test_no_sound);
    return g_test_run();
}
