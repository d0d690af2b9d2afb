// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/meet/party.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#include <math.h>
#include <string.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "capture/libav.h"
#include "test/hall/stamp.h"
#include "test/meet/canned.h"
#include "test/meet/echo.h"
#include "test/meet/transit.h"

#define RATE 48000
#define PICTURE_US 40000
#define CONNECT_US (10 * G_USEC_PER_SEC)

struct Party {
    int hears_pcma; // atomic
    PartyConfig config;
    GstElement *pipeline, *webrtc, *pictures;
    GThread *painter;
    Echo *echo;              // NULL = it says nothing
    Transit *transit;        // NULL = it decodes
    gint stopping, strays;   // atomic
    int blind;               // atomic: no picture goes out
    uint32_t stray, strayed; // its streaming thread's
    AVCodecContext *decoder; // the streaming thread's
    /* under lock */
    GMutex lock;
    GCond changed;
    bool gathered, connected;
    PartySeen seen;
    GArray *late;      // int64_t
    float heard[RATE]; // the last second
    size_t heard_at, heard_n;
};

/* --- what it sends ------------------------------------------------------------------------------ */

/* A picture is of the moment that stands in it, however long painting takes. */
static GstBuffer *paint(const Party *party, uint32_t frame)
{
    HallStamp stamp = {(uint8_t)party->config.number, g_get_real_time(), frame};
    g_autoptr(GstClock) clock = gst_element_get_clock(party->pipeline);
    GstClockTime now = gst_clock_get_time(clock) - gst_element_get_base_time(party->pipeline);
    int width = party->config.width, height = party->config.height;
    gsize size = (gsize)(width * height) * 3 / 2;
    uint8_t *picture = g_malloc(size);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            picture[y * width + x] = (uint8_t)(64 + (x + y + (int)frame * 2) % 128);
    memset(picture + width * height, 128, size - (gsize)(width * height));
    hall_stamp_draw(picture, width, height, width, &stamp);
    GstBuffer *buffer = gst_buffer_new_wrapped(picture, size);
    GST_BUFFER_PTS(buffer) = now;
    return buffer;
}

static GstBuffer *open_can(const Party *party, uint32_t frame)
{
    g_autoptr(GstClock) clock = gst_element_get_clock(party->pipeline);
    GstBuffer *buffer = gst_buffer_copy(party->config.canned->pdata[frame % CANNED_PICTURES]);
    GST_BUFFER_PTS(buffer) = gst_clock_get_time(clock) - gst_element_get_base_time(party->pipeline);
    GST_BUFFER_DTS(buffer) = GST_BUFFER_PTS(buffer);
    return buffer;
}

/* Not before there is a connection: pictures would wait for it. */
static void *paint_all(void *data)
{
    Party *party = data;
    g_mutex_lock(&party->lock);
    while (!party->connected && !g_atomic_int_get(&party->stopping))
        g_cond_wait_until(&party->changed, &party->lock, g_get_monotonic_time() + PICTURE_US);
    g_mutex_unlock(&party->lock);
    int64_t next_us = g_get_monotonic_time();
    for (uint32_t frame = 0; !g_atomic_int_get(&party->stopping); frame++) {
        GstBuffer *next = party->config.canned ? open_can(party, frame) : paint(party, frame);
        gst_app_src_push_buffer(GST_APP_SRC(party->pictures), next);
        next_us += PICTURE_US;
        int64_t left_us = next_us - g_get_monotonic_time();
        if (left_us > 0)
            g_usleep((gulong)left_us);
    }
    return NULL;
}

static char *describe_h264(const PartyConfig *c)
{
    g_autofree char *coder =
        c->canned ? g_strdup("")
                  : g_strdup_printf("x264enc tune=zerolatency speed-preset=ultrafast threads=1 "
                                    "sliced-threads=false key-int-max=100000 bitrate=%d ! "
                                    "video/x-h264,profile=constrained-baseline ! ",
                                    c->kbits);
    return g_strdup_printf(
        "%srtph264pay name=y pt=96 ssrc=1111 config-interval=-1 aggregate-mode=zero-latency ! "
        "application/x-rtp,media=video,encoding-name=H264,payload=96",
        coder);
}

static char *describe_vp8(const PartyConfig *c)
{
    return g_strdup_printf(
        "vp8enc deadline=1 cpu-used=8 threads=1 lag-in-frames=0 keyframe-max-dist=100000 "
        "target-bitrate=%d ! rtpvp8pay pt=98 ssrc=1111 picture-id-mode=15-bit ! "
        "application/x-rtp,media=video,encoding-name=VP8,payload=98",
        c->kbits * 1000);
}

static char *describe_sender(const PartyConfig *c)
{
    g_autofree char *sound =
        c->silent
            ? g_strdup("")
            : g_strdup_printf(
                  "audiotestsrc name=t is-live=true wave=sine freq=%g volume=0.5 ! "
                  "audio/x-raw,rate=48000,channels=2 ! opusenc bitrate-type=vbr complexity=%d ! "
                  "rtpopuspay pt=111 ssrc=2222 ! "
                  "application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! w. ",
                  c->tone_hz, c->canned ? 0 : 10);
    g_autofree char *coded = c->vp8 ? describe_vp8(c) : describe_h264(c);
    return g_strdup_printf("webrtcbin name=w bundle-policy=max-bundle "
                           "appsrc name=p is-live=true format=time "
                           "caps=%s,width=%d,height=%d,framerate=25/1 ! %s,clock-rate=90000,"
                           "rtcp-fb-nack=(boolean)true,rtcp-fb-nack-pli=(boolean)true ! w. %s",
                           c->canned ? "video/x-h264,stream-format=byte-stream,alignment=au"
                                     : "video/x-raw,format=I420",
                           c->width, c->height, coded, sound);
}

static gboolean stray(GstBuffer **buffer, unsigned at, void *data)
{
    (void)at;
    Party *party = data;
    if (party->strayed++ % 3 == 0) // two of a kind are believed
        party->stray = g_random_int();
    *buffer = gst_buffer_make_writable(*buffer);
    gst_buffer_fill(*buffer, 8, &party->stray, sizeof party->stray);
    return TRUE;
}

/* Its packets are of one after the other. */
static GstPadProbeReturn on_sent(GstPad *pad, GstPadProbeInfo *info, void *data)
{
    (void)pad;
    Party *party = data;
    if (g_atomic_int_get(&party->blind))
        return GST_PAD_PROBE_DROP;
    if (!g_atomic_int_get(&party->strays))
        return GST_PAD_PROBE_OK;
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
        GstBufferList *list = gst_buffer_list_make_writable(info->data);
        gst_buffer_list_foreach(list, stray, party);
        info->data = list;
    } else {
        GstBuffer *buffer = info->data;
        stray(&buffer, 0, party);
        info->data = buffer;
    }
    return GST_PAD_PROBE_OK;
}

void party_stray(Party *party, bool on)
{
    g_atomic_int_set(&party->strays, on);
}

void party_blind(Party *party, bool on)
{
    g_atomic_int_set(&party->blind, on);
}

static void watch_sent(Party *party)
{
    g_autoptr(GstElement) payloader = gst_bin_get_by_name(GST_BIN(party->pipeline), "y");
    g_autoptr(GstPad) pad = payloader ? gst_element_get_static_pad(payloader, "src") : NULL;
    if (pad)
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_sent,
                          party, NULL);
    if (pad && party->config.canned)
        transit_watch_sent(pad);
}

/* --- what it sees and hears --------------------------------------------------------------------- */

static void see(Party *party, const AVFrame *frame)
{
    HallStamp stamp;
    bool read =
        hall_stamp_read(frame->data[0], frame->width, frame->height, frame->linesize[0], &stamp);
    g_mutex_lock(&party->lock);
    PartySeen *seen = &party->seen;
    seen->pictures++;
    seen->key_frames += frame->key_frame;
    if (read) {
        seen->first_us = seen->stamps == 0 ? stamp.utc_us : seen->first_us;
        seen->last_us = stamp.utc_us;
        seen->late_us = g_get_real_time() - stamp.utc_us;
        seen->number = stamp.camera;
        seen->stamps++;
        g_array_append_val(party->late, seen->late_us);
    }
    g_mutex_unlock(&party->lock);
}

static GstFlowReturn on_picture(GstAppSink *sink, void *data)
{
    Party *party = data;
    GstSample *sample = gst_app_sink_pull_sample(sink);
    GstMapInfo map;
    if (!sample)
        return GST_FLOW_EOS;
    g_autoptr(AVPacket) packet = av_packet_alloc();
    g_autoptr(AVFrame) frame = av_frame_alloc();
    gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ);
    g_assert_cmpint(av_new_packet(packet, (int)map.size), ==, 0);
    memcpy(packet->data, map.data, map.size);
    gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    gst_sample_unref(sample);
    if (avcodec_send_packet(party->decoder, packet) >= 0)
        while (avcodec_receive_frame(party->decoder, frame) >= 0)
            see(party, frame);
    return GST_FLOW_OK;
}

static GstFlowReturn on_sound(GstAppSink *sink, void *data)
{
    Party *party = data;
    GstSample *sample = gst_app_sink_pull_sample(sink);
    GstMapInfo map;
    if (!sample)
        return GST_FLOW_EOS;
    gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ);
    g_mutex_lock(&party->lock);
    const float *samples = (const float *)(const void *)map.data;
    for (size_t i = 0; i < map.size / sizeof(float); i++) {
        party->heard[party->heard_at] = samples[i];
        party->heard_at = (party->heard_at + 1) % RATE;
        party->heard_n = MIN(party->heard_n + 1, RATE);
    }
    g_mutex_unlock(&party->lock);
    gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    gst_sample_unref(sample);
    return GST_FLOW_OK;
}

#define HEARD "audio/x-raw,format=F32LE,channels=1,rate=48000 ! appsink name=s sync=false"

static void on_pad(GstElement *webrtc, GstPad *pad, void *data)
{
    Party *party = data;
    if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC)
        return;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    const GstStructure *format = gst_caps_get_structure(caps, 0);
    bool sound = g_strcmp0(gst_structure_get_string(format, "media"), "audio") == 0;
    bool pcma = g_strcmp0(gst_structure_get_string(format, "encoding-name"), "PCMA") == 0;
    if (sound)
        g_atomic_int_set(&party->hears_pcma, pcma);
    const char *video = party->config.vp8 ? "rtpvp8depay ! appsink name=s sync=false"
                                          : "rtph264depay ! h264parse ! "
                                            "video/x-h264,stream-format=byte-stream,alignment=au ! "
                                            "appsink name=s sync=false";
    g_autoptr(GError) error = NULL;
    GstElement *bin = gst_parse_bin_from_description(
        !sound ? video
        : pcma ? "rtppcmadepay ! alawdec ! audioconvert ! audioresample ! " HEARD
               : "rtpopusdepay ! opusdec ! audioconvert ! " HEARD,
        TRUE, &error);
    g_assert_no_error(error);
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(bin), "s");
    GstAppSinkCallbacks callbacks = {.new_sample = sound ? on_sound : on_picture};
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, party, NULL);
    gst_bin_add(GST_BIN(party->pipeline), bin);
    gst_element_sync_state_with_parent(bin);
    g_autoptr(GstPad) in = gst_element_get_static_pad(bin, "sink");
    g_assert_cmpint(gst_pad_link(pad, in), ==, GST_PAD_LINK_OK);
}

static void want(Party *party, const char *caps_text)
{
    g_autoptr(GstCaps) caps = gst_caps_from_string(caps_text);
    GstWebRTCRTPTransceiver *transceiver = NULL;
    g_signal_emit_by_name(party->webrtc, "add-transceiver",
                          GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps, &transceiver);
    g_object_set(transceiver, "do-nack", TRUE, NULL);
    gst_object_unref(transceiver);
}

static int by_size(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

PartySeen party_seen(Party *party, double tone_hz)
{
    g_mutex_lock(&party->lock);
    PartySeen seen = party->seen;
    seen.pcma = g_atomic_int_get(&party->hears_pcma) != 0;
    double energy = 0, re = 0, im = 0;
    size_t n = party->heard_n;
    for (size_t i = 0; i < n; i++) {
        double sample = party->heard[(party->heard_at + RATE - n + i) % RATE];
        double angle = 2 * G_PI * tone_hz * (double)i / RATE;
        energy += sample * sample;
        re += sample * cos(angle);
        im += sample * sin(angle);
    }
    seen.loudness = n ? sqrt(energy / (double)n) : 0;
    seen.tone_share = energy > 0 ? 2 * (re * re + im * im) / ((double)n * energy) : 0;
    if (party->transit) {
        seen.pictures = transit_packets(party->transit);
        seen.stamps = transit_seen(party->transit, &seen.late_p95_us);
    }
    if (party->late->len > 0) {
        g_array_sort(party->late, by_size);
        seen.late_p95_us = g_array_index(party->late, int64_t, party->late->len * 95 / 100);
    }
    g_mutex_unlock(&party->lock);
    return seen;
}

void party_tell_late(Party *party, GArray *late)
{
    transit_tell(party->transit, late);
}

void party_forget_late(Party *party)
{
    g_mutex_lock(&party->lock);
    g_array_set_size(party->late, 0);
    if (party->transit)
        transit_forget(party->transit);
    g_mutex_unlock(&party->lock);
}

/* --- the connection ----------------------------------------------------------------------------- */

static void on_notify(GstElement *webrtc, GParamSpec *spec, void *data)
{
    Party *party = data;
    GstWebRTCICEGatheringState gathering;
    GstWebRTCPeerConnectionState state;
    g_object_get(webrtc, "ice-gathering-state", &gathering, "connection-state", &state, NULL);
    g_mutex_lock(&party->lock);
    party->gathered |= gathering == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE;
    party->connected |= state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED;
    g_cond_broadcast(&party->changed);
    g_mutex_unlock(&party->lock);
}

static bool wait_for(Party *party, const bool *what)
{
    int64_t until_us = g_get_monotonic_time() + CONNECT_US;
    g_mutex_lock(&party->lock);
    while (!*what && g_cond_wait_until(&party->changed, &party->lock, until_us))
        ;
    bool done = *what;
    g_mutex_unlock(&party->lock);
    return done;
}

static char *make_offer(Party *party)
{
    GstPromise *promise = gst_promise_new();
    g_signal_emit_by_name(party->webrtc, "create-offer", NULL, promise);
    g_assert_cmpint(gst_promise_wait(promise), ==, GST_PROMISE_RESULT_REPLIED);
    GstWebRTCSessionDescription *offer = NULL;
    gst_structure_get(gst_promise_get_reply(promise), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION,
                      &offer, NULL);
    gst_promise_unref(promise);
    g_assert_nonnull(offer);
    promise = gst_promise_new();
    g_signal_emit_by_name(party->webrtc, "set-local-description", offer, promise);
    gst_promise_wait(promise);
    gst_promise_unref(promise);
    gst_webrtc_session_description_free(offer);
    g_assert_true(wait_for(party, &party->gathered));
    g_object_get(party->webrtc, "local-description", &offer, NULL);
    char *text = gst_sdp_message_as_text(offer->sdp);
    gst_webrtc_session_description_free(offer);
    g_assert_true(!party->config.turn || (strstr(text, "typ relay") && !strstr(text, "typ host")));
    return text;
}

static bool take_answer(Party *party, const char *text)
{
    GstSDPMessage *sdp = NULL;
    if (gst_sdp_message_new_from_text(text, &sdp) != GST_SDP_OK)
        return false;
    GstWebRTCSessionDescription *answer =
        gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
    GstPromise *promise = gst_promise_new();
    g_signal_emit_by_name(party->webrtc, "set-remote-description", answer, promise);
    gst_promise_wait(promise);
    gst_promise_unref(promise);
    gst_webrtc_session_description_free(answer);
    return wait_for(party, &party->connected);
}

/* What the pads of a sender will get: the offer is made before the first picture. */
static void announce(Party *party)
{
    static const char *const SENT[] = {
        "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,"
        "packetization-mode=(string)1,ssrc=(uint)1111,"
        "rtcp-fb-nack=(boolean)true,rtcp-fb-nack-pli=(boolean)true",
        "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000,"
        "encoding-params=(string)2,ssrc=(uint)2222",
        "application/x-rtp,media=video,encoding-name=VP8,payload=98,clock-rate=90000,"
        "ssrc=(uint)1111,rtcp-fb-nack=(boolean)true,rtcp-fb-nack-pli=(boolean)true"};
    GstIterator *pads = gst_element_iterate_sink_pads(party->webrtc);
    GValue value = G_VALUE_INIT;
    for (int i = 0; i < 2 && gst_iterator_next(pads, &value) == GST_ITERATOR_OK; i++) {
        g_autoptr(GstCaps) comes = gst_pad_peer_query_caps(g_value_get_object(&value), NULL);
        g_autofree char *text = gst_caps_to_string(comes);
        bool sound = strstr(text, "audio") != NULL;
        g_autoptr(GstCaps) caps = gst_caps_from_string(SENT[sound ? 1 : party->config.vp8 ? 2 : 0]);
        g_autoptr(GstWebRTCRTPTransceiver) transceiver = NULL;
        g_object_get(g_value_get_object(&value), "transceiver", &transceiver, NULL);
        g_object_set(transceiver, "codec-preferences", caps, "direction",
                     GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "do-nack", TRUE, NULL);
        g_value_reset(&value);
    }
    gst_iterator_free(pads);
}

static void come_by_turn(Party *party)
{
    g_autofree char *url = g_strconcat("turn://", party->config.turn, NULL);
    gboolean taken = FALSE;
    g_object_set(party->webrtc, "ice-transport-policy", GST_WEBRTC_ICE_TRANSPORT_POLICY_RELAY,
                 NULL);
    g_signal_emit_by_name(party->webrtc, "add-turn-server", url, &taken);
    g_assert_true(taken);
}

#define OPUS                                                                                       \
    "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,"                \
    "encoding-params=(string)2"

static void build(Party *party)
{
    const PartyConfig *c = &party->config;
    g_autofree char *description =
        c->watches ? g_strdup("webrtcbin name=w bundle-policy=max-bundle") : describe_sender(c);
    g_autoptr(GError) error = NULL;
    party->pipeline = gst_parse_launch(description, &error);
    g_assert_no_error(error);
    if (!GST_IS_PIPELINE(party->pipeline)) {
        GstElement *alone = party->pipeline;
        party->pipeline = gst_pipeline_new(NULL);
        gst_bin_add(GST_BIN(party->pipeline), alone);
    }
    party->webrtc = gst_bin_get_by_name(GST_BIN(party->pipeline), "w");
    party->pictures = gst_bin_get_by_name(GST_BIN(party->pipeline), "p");
    g_autoptr(GObject) agent = NULL;
    gboolean taken = FALSE;
    g_object_get(party->webrtc, "ice-agent", &agent, NULL);
    g_autoptr(GObject) nice = NULL;
    g_object_get(agent, "agent", &nice, NULL);
    g_object_set(nice, "upnp", FALSE, NULL);
    g_signal_emit_by_name(agent, "add-local-ip-address", "127.0.0.1", &taken);
    g_assert_true(taken);
    if (c->turn)
        come_by_turn(party);
    g_autoptr(GstElement) rtpbin = gst_bin_get_by_name(GST_BIN(party->webrtc), "rtpbin");
    g_object_set(rtpbin, "rtcp-sync-send-time", FALSE, NULL); // reports tell when it was taken
    if (c->echoes)
        party->echo = echo_new(rtpbin);
    if (c->counts)
        party->transit = transit_new(party->webrtc);
    g_signal_connect(party->webrtc, "notify::ice-gathering-state", G_CALLBACK(on_notify), party);
    g_signal_connect(party->webrtc, "notify::connection-state", G_CALLBACK(on_notify), party);
    g_signal_connect(party->webrtc, "pad-added", G_CALLBACK(on_pad), party);
    watch_sent(party);
    if (!c->watches)
        announce(party);
    if (c->watches) {
        want(party, c->vp8 ? "application/x-rtp,media=video,encoding-name=VP8,payload=98,"
                             "clock-rate=90000,rtcp-fb-nack-pli=(boolean)true"
                           : "application/x-rtp,media=video,encoding-name=H264,payload=102,"
                             "clock-rate=90000,packetization-mode=(string)1,"
                             "rtcp-fb-nack-pli=(boolean)true");
        want(party, c->pcma ? OPUS ";application/x-rtp,media=audio,encoding-name=PCMA,payload=8,"
                                   "clock-rate=8000"
                            : OPUS);
    }
    gst_element_set_state(party->pipeline, GST_STATE_PLAYING);
}

static Party *party_make(const PartyConfig *config)
{
    gst_init(NULL, NULL);
    Party *party = g_new0(Party, 1);
    party->config = *config;
    party->config.width = config->width ? config->width : 320;
    party->config.height = config->height ? config->height : 180;
    party->config.kbits = config->kbits ? config->kbits : 500;
    party->seen.number = -1;
    party->late = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_mutex_init(&party->lock);
    g_cond_init(&party->changed);
    party->decoder = avcodec_alloc_context3(
        avcodec_find_decoder(config->vp8 ? AV_CODEC_ID_VP8 : AV_CODEC_ID_H264));
    party->decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
    party->decoder->thread_count = 1;
    g_assert_cmpint(avcodec_open2(party->decoder, NULL, NULL), ==, 0);
    build(party);
    if (party->pictures)
        party->painter = g_thread_new("painter", paint_all, party);
    return party;
}

static char *offer_vp8_too(Party *party)
{
    g_autofree char *offer = make_offer(party);
    g_autoptr(GString) text = g_string_new(offer);
    g_string_replace(text, "SAVPF 96", "SAVPF 96 98", 1);
    g_string_replace(text, "a=rtpmap:96 ", "a=rtpmap:98 VP8/90000\r\na=rtpmap:96 ", 1);
    return g_strdup(text->str);
}

Party *party_new(const PartyConfig *config)
{
    g_autoptr(Party) party = party_make(config);
    g_autofree char *offer = config->could_vp8 ? offer_vp8_too(party) : make_offer(party);
    g_autofree char *answer = config->exchange(config->data, offer);
    return answer && take_answer(party, answer) ? g_steal_pointer(&party) : NULL;
}

char *party_offer(const PartyConfig *config)
{
    g_autoptr(Party) party = party_make(config);
    return config->could_vp8 ? offer_vp8_too(party) : make_offer(party);
}

void party_mute(Party *party, bool off)
{
    g_autoptr(GstElement) tone = gst_bin_get_by_name(GST_BIN(party->pipeline), "t");
    g_object_set(tone, "volume", off ? 0.0 : 0.5, NULL);
}

void party_free(Party *party)
{
    if (!party)
        return;
    g_atomic_int_set(&party->stopping, 1);
    if (party->painter)
        g_thread_join(party->painter);
    g_signal_handlers_disconnect_by_data(party->webrtc, party);
    gst_element_set_state(party->pipeline, GST_STATE_NULL);
    gst_clear_object(&party->webrtc);
    gst_clear_object(&party->pictures);
    gst_clear_object(&party->pipeline);
    echo_free(party->echo);
    transit_free(party->transit);
    avcodec_free_context(&party->decoder);
    g_array_unref(party->late);
    g_mutex_clear(&party->lock);
    g_cond_clear(&party->changed);
    g_free(party);
}
