// SPDX-License-Identifier: GPL-3.0-or-later
/* Recordings whose clocks do what clocks do: are set, forward and back, and drift. Time is ours
 * here, so an hour takes seconds. */
#include "capture/recording.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "index/base/home.h"
#include "index/segment/gap.h"
#include "index/segment/timeline.h"
#include "test/capture/fixture.h"

#define UTC INT64_C(1795000000000000)
#define FRAME INT64_C(40000)
#define GOP 25
#define LATENCY INT64_C(30000)
#define SOUND_RATE 16000
#define SOUND_FRAME 1024

typedef struct Host { // its clocks
    int64_t mono_us, utc_less_mono_us;
} Host;

static int64_t host_utc(void *data)
{
    const Host *host = data;
    return host->mono_us + host->utc_less_mono_us;
}

static int64_t host_mono(void *data)
{
    return ((const Host *)data)->mono_us;
}

typedef struct Run {
    Host host;
    MjClock clock;
    char *home;
    int64_t stream;
    CapStore *store;
    CapRecording *recording;
    GPtrArray *pictures; // a group of them, again and again
    MjLog log;
    int64_t sent;
} Run;

static Run *run_new(const AVCodecParameters *sound, int64_t segment_us)
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
    CapRecordingConfig config = {.store = run->store,
                                 .log = &run->log,
                                 .home = run->home,
                                 .camera = "cam1",
                                 .stream = "main",
                                 .stream_id = run->stream,
                                 .audio = "aac",
                                 .segment_us = segment_us,
                                 .clock = &run->clock};
    run->recording = cap_recording_new(&config, sound);
    return run;
}

/* Ends the recording; the catalogue is complete then. */
static IdxCatalogue *run_end(Run *run)
{
    cap_recording_free(run->recording);
    cap_store_free(run->store);
    g_autoptr(GError) error = NULL;
    IdxCatalogue *cat = idx_catalogue_open(run->home, IDX_READ, &error);
    g_assert_no_error(error);
    return cat;
}

static void run_free(Run *run, IdxCatalogue *cat)
{
    idx_catalogue_free(cat);
    g_ptr_array_unref(run->pictures);
    fixture_home_remove(run->home);
    g_free(run);
}

static void send(Run *run, CapPacket *packet)
{
    g_autoptr(GError) error = NULL;
    cap_recording_packet(run->recording, packet, &error);
    g_assert_no_error(error);
}

/* The next picture, when its time has come; @wall: the camera tells it, from a clock of its own
 * that is right. */
static void send_picture(Run *run, bool wall)
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
    send(run, &packet);
    run->sent++;
}

static void send_pictures(Run *run, int count, bool wall)
{
    for (int i = 0; i < count; i++)
        send_picture(run, wall);
}

/* Each picture sent is in a file, once, and no two segments overlap. The segments. */
static GPtrArray *check_segments(const Run *run, IdxCatalogue *cat)
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

static GPtrArray *gaps_of(const Run *run, IdxCatalogue *cat)
{
    GPtrArray *gaps = idx_gap_range(cat, run->stream, 1, INT64_MAX, NULL);
    g_assert_nonnull(gaps);
    return gaps;
}

/* What a picture with @pts_us was taken at, by the catalogue. */
static int64_t said_us(const GPtrArray *segments, int64_t pts_us)
{
    const IdxSegment *found = g_ptr_array_index(segments, 0);
    int64_t base_us = found->media_start_us; // media time of pts 0
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = g_ptr_array_index(segments, i);
        if (segment->media_start_us - base_us <= pts_us)
            found = segment;
    }
    return found->start_us + pts_us + base_us - found->media_start_us;
}

typedef struct Step {
    int64_t by_us;
    bool wall, gap;
    int64_t settled_s; // when time is right again
} Step;

static void test_step(gconstpointer data)
{
    const Step *step = data;
    Run *run = run_new(NULL, 60 * MJ_SECOND_US);
    send_pictures(run, 20 * GOP, step->wall);
    run->host.utc_less_mono_us += step->by_us;
    int64_t total_s = 20 + step->settled_s + 70;
    send_pictures(run, (int)(total_s - 20) * GOP, step->wall);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) segments = check_segments(run, cat);
    /* Told once, as what it was. */
    g_autoptr(GPtrArray) gaps = gaps_of(run, cat);
    g_assert_cmpuint(gaps->len, ==, 1);
    const IdxGap *gap = g_ptr_array_index(gaps, 0);
    g_assert_cmpstr(gap->reason, ==, IDX_REASON_CLOCK);
    g_assert_nonnull(strstr(gap->detail, "host's clock was set"));
    g_assert_nonnull(strstr(gap->detail, step->by_us > 0 ? "forward" : "back"));
    int64_t length_us = step->gap ? step->by_us : 0;
    g_assert_cmpint(ABS(gap->to_us - gap->from_us - length_us), <=, step->gap ? LATENCY : 0);
    g_assert_cmpint(ABS(gap->from_us - (UTC + 20 * MJ_SECOND_US)), <=, MJ_SECOND_US + LATENCY);
    /* Right before, and right after; what was off between is said. */
    int64_t early_us = said_us(segments, 10 * MJ_SECOND_US) - (UTC + 10 * MJ_SECOND_US);
    g_assert_cmpint(ABS(early_us), <=, LATENCY);
    int64_t late_pts_us = (total_s - 1) * MJ_SECOND_US;
    int64_t late_us = said_us(segments, late_pts_us) - (UTC + late_pts_us + step->by_us);
    g_test_message("%+.1f s: %u segments, %" G_GINT64_FORMAT " us off at last",
                   (double)step->by_us / 1e6, segments->len, late_us);
    g_assert_cmpint(ABS(late_us), <=, LATENCY);
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = g_ptr_array_index(segments, i);
        int64_t pts_us =
            segment->media_start_us - ((IdxSegment *)segments->pdata[0])->media_start_us;
        int64_t stepped_us = pts_us >= 20 * MJ_SECOND_US ? step->by_us : 0;
        int64_t off_us = segment->start_us - (UTC + pts_us + stepped_us);
        g_assert_cmpint(ABS(off_us), <=, segment->clock_uncertainty_us + 1000);
    }
    /* covered + gaps = asked */
    const IdxSegment *first = segments->pdata[0], *last = segments->pdata[segments->len - 1];
    g_autoptr(IdxTimeline) line = idx_timeline_get(cat, run->stream, first->start_us, last->end_us,
                                                   last->end_us + MJ_HOUR_US, NULL);
    int64_t missing_us = last->end_us - first->start_us - line->covered_us;
    g_assert_cmpint(missing_us, ==, gap->to_us - gap->from_us);
    g_assert_cmpuint(line->gaps->len, ==, step->gap);
    run_free(run, cat);
}

/* --- footage of other times ------------------------------------------------------------------- */

/* A segment that is in the catalogue already. */
static void add_row(const Run *run, int64_t start_us, int64_t end_us)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(run->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    g_autofree char *path = g_strdup_printf("cam1/main/%" G_GINT64_FORMAT ".mp4", start_us);
    IdxSegment row = {.stream_id = run->stream,
                      .start_us = start_us,
                      .end_us = end_us,
                      .path = path,
                      .init_bytes = 1,
                      .video = (char *)"h264",
                      .clock = (char *)"arrival"};
    idx_segment_open(cat, &row, &error);
    g_assert_no_error(error);
}

static bool is_row(const IdxSegment *segment)
{
    return g_str_equal(segment->state, "open"); // add_row() closes none
}

/* What this run recorded; nothing of it overlaps with anything. */
static GPtrArray *recorded(const Run *run, IdxCatalogue *cat)
{
    g_autoptr(GPtrArray) all = idx_segment_range(cat, run->stream, 0, INT64_MAX, NULL);
    GPtrArray *own = g_ptr_array_new_with_free_func((GDestroyNotify)idx_segment_free);
    int64_t end_us = 0;
    while (all->len > 0) {
        IdxSegment *segment = g_ptr_array_steal_index(all, 0);
        g_assert_cmpint(segment->start_us, >=, end_us);
        end_us = segment->end_us;
        if (is_row(segment))
            idx_segment_free(segment);
        else
            g_ptr_array_add(own, segment);
    }
    g_assert_cmpuint(own->len, >, 0);
    return own;
}

static int count_notes(const Run *run, IdxCatalogue *cat, const char *words)
{
    g_autoptr(GPtrArray) gaps = gaps_of(run, cat);
    int count = 0;
    for (guint i = 0; i < gaps->len; i++) {
        const IdxGap *gap = g_ptr_array_index(gaps, i);
        count += g_str_equal(gap->reason, IDX_REASON_CLOCK) && strstr(gap->detail, words);
    }
    return count;
}

static void restart(Run *run, int64_t not_before_us, int64_t segment_us)
{
    cap_recording_free(run->recording);
    CapRecordingConfig config = {.store = run->store,
                                 .log = &run->log,
                                 .home = run->home,
                                 .camera = "cam1",
                                 .stream = "main",
                                 .stream_id = run->stream,
                                 .audio = "aac",
                                 .segment_us = segment_us,
                                 .not_before_us = not_before_us,
                                 .clock = &run->clock};
    run->recording = cap_recording_new(&config, NULL);
}

/* One segment of 2030 does not take the others along. */
static void test_future_row(void)
{
    Run *run = run_new(NULL, 10 * MJ_SECOND_US);
    int64_t far_us = UTC + INT64_C(4) * 365 * 24 * MJ_HOUR_US;
    add_row(run, far_us, far_us + MJ_MINUTE_US);
    restart(run, far_us + MJ_MINUTE_US, 10 * MJ_SECOND_US);
    send_pictures(run, 30 * GOP, false);
    g_assert_cmpint(cap_recording_end_us(run->recording), <, UTC + MJ_MINUTE_US);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) own = recorded(run, cat);
    g_assert_cmpuint(own->len, >=, 3);
    const IdxSegment *first = own->pdata[0], *last = own->pdata[own->len - 1];
    g_assert_cmpint(ABS(first->start_us - UTC), <=, LATENCY);
    g_assert_cmpint(ABS(last->end_us - UTC - 30 * MJ_SECOND_US), <=, LATENCY + FRAME);
    g_assert_nonnull(strstr(first->path, "cam1/main/2026"));
    g_assert_cmpint(count_notes(run, cat, "ahead of the clock"), ==, 1);
    run_free(run, cat);
}

/* The end of the run before lies a little ahead, as clocks do: no note, and no overlap. */
static void test_little_ahead(void)
{
    Run *run = run_new(NULL, 10 * MJ_SECOND_US);
    add_row(run, UTC - MJ_MINUTE_US, UTC + 700000);
    restart(run, UTC + 700000, 10 * MJ_SECOND_US);
    send_pictures(run, 15 * GOP, false);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) own = recorded(run, cat);
    g_assert_cmpint(((IdxSegment *)own->pdata[0])->start_us, ==, UTC + 700000);
    g_assert_cmpint(count_notes(run, cat, "ahead"), ==, 0);
    run_free(run, cat);
}

/* There is footage of now already: it is not written over, and what follows says how far it is
 * off. */
static void test_taken(void)
{
    Run *run = run_new(NULL, 10 * MJ_SECOND_US);
    add_row(run, UTC - MJ_MINUTE_US, UTC + 20 * MJ_SECOND_US);
    restart(run, 0, 10 * MJ_SECOND_US);
    send_pictures(run, 15 * GOP, false);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) own = recorded(run, cat);
    const IdxSegment *first = own->pdata[0];
    g_assert_cmpint(first->start_us, ==, UTC + 20 * MJ_SECOND_US);
    g_assert_cmpint(first->clock_uncertainty_us, >=, 20 * MJ_SECOND_US - LATENCY);
    g_assert_cmpint(count_notes(run, cat, "earlier footage"), ==, 1);
    run_free(run, cat);
}

/* Recording comes to a time that was recorded while the clock was ahead. */
static void test_comes_near(void)
{
    Run *run = run_new(NULL, 10 * MJ_SECOND_US);
    int64_t from_us = UTC + 40 * MJ_SECOND_US, to_us = UTC + 45 * MJ_SECOND_US;
    add_row(run, from_us, to_us);
    send_pictures(run, 120 * GOP, false);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) own = recorded(run, cat);
    int64_t pictures = 0;
    for (guint i = 0; i < own->len; i++)
        pictures += ((IdxSegment *)own->pdata[i])->frames;
    g_assert_cmpint(pictures, ==, run->sent); // none is lost
    g_assert_cmpint(((IdxSegment *)own->pdata[0])->start_us, <=, UTC + LATENCY);
    g_assert_cmpint(count_notes(run, cat, "earlier footage"), ==, 1);
    run_free(run, cat);
}

/* The clock is put years ahead and back while recording. */
static void test_there_and_back(void)
{
    Run *run = run_new(NULL, 10 * MJ_SECOND_US);
    int64_t year_us = 365 * 24 * MJ_HOUR_US;
    send_pictures(run, 15 * GOP, false);
    run->host.utc_less_mono_us += year_us;
    send_pictures(run, 15 * GOP, false);
    run->host.utc_less_mono_us -= year_us;
    send_pictures(run, 30 * GOP, false);
    g_assert_cmpint(cap_recording_end_us(run->recording), <, UTC + 2 * MJ_MINUTE_US);
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) own = recorded(run, cat);
    const IdxSegment *last = own->pdata[own->len - 1];
    g_assert_cmpint(last->start_us, >, UTC + year_us / 2); // what was recorded then stays there
    int64_t today_us = 0, then_us = 0, end_us = 0;
    for (guint i = 0; i < own->len; i++) {
        const IdxSegment *segment = own->pdata[i];
        bool then = segment->start_us > UTC + year_us / 2;
        *(then ? &then_us : &today_us) += segment->end_us - segment->start_us;
        end_us = then ? end_us : segment->end_us;
    }
    g_assert_cmpint(ABS(then_us - 15 * MJ_SECOND_US), <=, 2 * MJ_SECOND_US);
    g_assert_cmpint(ABS(today_us - 45 * MJ_SECOND_US), <=, 2 * MJ_SECOND_US);
    g_assert_cmpint(ABS(end_us - UTC - MJ_MINUTE_US), <=, MJ_SECOND_US);
    run_free(run, cat);
}

/* Its last pictures cannot be written as it ends: what is missing is not unknown. */
static void test_end_fails(void)
{
    Run *run = run_new(NULL, 600 * MJ_SECOND_US);
    send_pictures(run, 2 * GOP + GOP / 2, true);
    struct rlimit before, none = {1, 1};
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    none.rlim_max = before.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &none), ==, 0); // no file grows
    bool good = cap_recording_end(run->recording);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_assert_false(good);
    int64_t end_us = cap_recording_end_us(run->recording);
    IdxCatalogue *cat = run_end(run);
    g_assert_cmpint(end_us, >, UTC);
    g_assert_cmpint(end_us, <, UTC + run->sent * FRAME);
    g_autoptr(GPtrArray) gaps = idx_gap_range(cat, run->stream, 0, INT64_MAX, NULL);
    g_assert_cmpuint(gaps->len, ==, 1);
    const IdxGap *gap = gaps->pdata[0];
    g_assert_cmpstr(gap->reason, ==, IDX_REASON_DISK);
    g_assert_cmpint(gap->from_us, ==, end_us);
    g_assert_cmpint(gap->to_us, ==, 0);
    run_free(run, cat);
}

static AVCodecParameters *aac(void)
{
    static const uint8_t CONFIG[] = {0x14, 0x08}; // AAC-LC, 16 kHz, one channel
    AVCodecParameters *par = avcodec_parameters_alloc();
    par->codec_type = AVMEDIA_TYPE_AUDIO;
    par->codec_id = AV_CODEC_ID_AAC;
    par->sample_rate = SOUND_RATE;
    par->frame_size = SOUND_FRAME;
    av_channel_layout_default(&par->ch_layout, 1);
    par->extradata = av_mallocz(sizeof CONFIG + AV_INPUT_BUFFER_PADDING_SIZE);
    memcpy(par->extradata, CONFIG, sizeof CONFIG);
    par->extradata_size = sizeof CONFIG;
    return par;
}

/* The n-th piece of sound says its number, so that it is known again in the file. */
static void send_sound(Run *run, int64_t number, int ppm, bool wall)
{
    int64_t pts_us = number * SOUND_FRAME * 1000000 / SOUND_RATE; // by the microphone's clock
    int64_t true_us = pts_us + pts_us * ppm / 1000000;
    uint8_t bytes[16] = {0x21, 0x42};
    memcpy(bytes + 4, &number, sizeof number);
    CapPacket packet = {
        .kind = CAP_AUDIO, .buffer = av_buffer_alloc(sizeof bytes), .size = sizeof bytes};
    memcpy(packet.buffer->data, bytes, sizeof bytes);
    packet.data = packet.buffer->data;
    packet.pts_us = pts_us;
    packet.arrival_us = UTC + true_us + LATENCY;
    packet.has_wall = wall;
    packet.wall_us = UTC + true_us;
    send(run, &packet);
}

/* The worst that a piece of sound is off its place beside the pictures. */
static int64_t worst_sound_us(const Run *run, const GPtrArray *segments, int ppm,
                              int64_t *ret_count)
{
    int64_t worst_us = 0, base_us = ((IdxSegment *)segments->pdata[0])->media_start_us;
    for (guint i = 0; i < segments->len; i++) {
        g_autofree char *path =
            mj_home_footage_file(run->home, ((IdxSegment *)segments->pdata[i])->path, NULL);
        AVFormatContext *av = NULL;
        g_assert_cmpint(avformat_open_input(&av, path, NULL, NULL), ==, 0);
        g_autoptr(AVPacket) packet = av_packet_alloc();
        while (av_read_frame(av, packet) >= 0) {
            const AVStream *stream = av->streams[packet->stream_index];
            if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
                int64_t number;
                g_assert_cmpint(packet->size, ==, 16);
                memcpy(&number, packet->data + 4, sizeof number);
                int64_t pts_us = number * SOUND_FRAME * 1000000 / SOUND_RATE;
                int64_t should_us = pts_us + pts_us * ppm / 1000000 + base_us;
                int64_t is_us = av_rescale_q(packet->pts, stream->time_base, AV_TIME_BASE_Q);
                worst_us = MAX(worst_us, ABS(is_us - should_us));
                (*ret_count)++;
            }
            av_packet_unref(packet);
        }
        avformat_close_input(&av);
    }
    return worst_us;
}

typedef struct Drift {
    int ppm;
    bool wall;
} Drift;

static void test_drift(gconstpointer data)
{
    const Drift *drift = data;
    g_autoptr(AVCodecParameters) sound = aac();
    Run *run = run_new(sound, 600 * MJ_SECOND_US);
    int64_t number = 0;
    for (int i = 0; i < 3600 * GOP; i++) {
        send_picture(run, drift->wall);
        while (number * SOUND_FRAME * 1000000 / SOUND_RATE < run->sent * FRAME)
            send_sound(run, number++, drift->ppm, drift->wall);
    }
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) segments = check_segments(run, cat);
    int64_t count = 0;
    int64_t worst_us = worst_sound_us(run, segments, drift->ppm, &count);
    g_test_message("%+d ppm, an hour, %s: sound at most %" G_GINT64_FORMAT
                   " us off the picture, %d of %d pieces",
                   drift->ppm, drift->wall ? "reports" : "arrivals", worst_us, (int)count,
                   (int)number);
    g_assert_cmpint(worst_us, <=, 40000);
    g_assert_cmpint(count, >=, number - number / 1000);
    run_free(run, cat);
}

int main(int argc, char **argv)
{
    static const Step STEPS[] = {
        {5000000, false, true, 10},  {5000000, true, true, 10},
        {300000, false, false, 10},  {INT64_C(3600000000), false, true, 10},
        {-300000, false, false, 10}, {-5000000, false, false, 60},
        {-5000000, true, false, 60},
    };
    static const Drift DRIFTS[] = {
        {100, true}, {-100, true}, {100, false}, {-100, false}, {0, false}};
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    for (size_t i = 0; i < G_N_ELEMENTS(STEPS); i++) {
        g_autofree char *name = g_strdup_printf("/recording/step/%zu", i);
        g_test_add_data_func(name, &STEPS[i], test_step);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(DRIFTS); i++) {
        g_autofree char *name = g_strdup_printf("/recording/drift/%zu", i);
        g_test_add_data_func(name, &DRIFTS[i], test_drift);
    }
    signal(SIGXFSZ, SIG_IGN);
    g_test_add_func("/recording/end-fails", test_end_fails);
    g_test_add_func("/recording/future-row", test_future_row);
    g_test_add_func("/recording/little-ahead", test_little_ahead);
    g_test_add_func("/recording/taken", test_taken);
    g_test_add_func("/recording/comes-near", test_comes_near);
    g_test_add_func("/recording/there-and-back", test_there_and_back);
    return g_test_run();
}
