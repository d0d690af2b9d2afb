// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/terminal.h"

#include "index/state.h"

#define AVCC_PROFILE 1 // where avcC has profile_idc
#define H265_WORDS                                                                                 \
    "the terminal sends H.265, which browsers do not take in meetings: set it to H.264"
#define BACKWARDS 3 // steps back in time between two key frames that are an order, and no glitch
#define REORDER_WORDS                                                                              \
    "the terminal sends pictures in another order than they were taken (B-frames), which "         \
    "browsers "                                                                                    \
    "do not take in meetings: switch B-frames off, or set it to baseline profile"

struct CapTerminal {
    CapLive *live;
    char *camera;
    CapLiveStream *stream;
    CapViewer *viewer;
    CapTapParams *params; // of the newest picture
    bool here, left;
    bool reorders; // as was seen, whatever its parameters say:
    int64_t pts_us;
    int back; // steps back since the last key frame
    int64_t packets;
    const char *stopped; // why
};

static void nothing(void *data)
{
    (void)data; // it is looked at anyway
}

CapTerminal *cap_terminal_new(CapLive *live, const char *camera)
{
    CapTerminal *terminal = g_new0(CapTerminal, 1);
    terminal->live = live;
    terminal->camera = g_strdup(camera);
    return terminal;
}

static void forget_run(CapTerminal *terminal)
{
    g_clear_pointer(&terminal->params, cap_tap_params_unref);
    terminal->here = terminal->reorders = false;
    terminal->pts_us = INT64_MIN;
    terminal->back = 0;
}

/* For parties anywhere: what the recorder says of it has its address. */
static const char *words_of(const char *state)
{
    static const struct {
        const char *state, *words;
    } WORDS[] = {
        {IDX_STATE_OFFLINE, "the terminal cannot be reached"},
        {IDX_STATE_UNAUTHORIZED, "the terminal wants another password"},
        {IDX_STATE_REFUSED, "the terminal refuses the connection"},
        {IDX_STATE_UNSUPPORTED, "the terminal sends what cannot be recorded"},
        {IDX_STATE_STALLED, "the terminal sends no pictures"},
        {IDX_STATE_ENDED, "the terminal ended its stream"},
        {IDX_STATE_DISK, "the disk cannot be written"},
        {IDX_STATE_CAPTURE_DOWN, "the recorder failed"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(WORDS); i++)
        if (g_strcmp0(state, WORDS[i].state) == 0)
            return WORDS[i].words;
    return "the terminal is being connected";
}

static void let_go(CapTerminal *terminal)
{
    g_clear_pointer(&terminal->viewer, cap_viewer_free);
    g_clear_pointer(&terminal->stream, cap_live_stream_unref);
    forget_run(terminal);
}

void cap_terminal_free(CapTerminal *terminal)
{
    if (!terminal)
        return;
    let_go(terminal);
    g_free(terminal->camera);
    g_free(terminal);
}

static void find_stream(CapTerminal *terminal)
{
    if (terminal->stream && g_atomic_int_get(&terminal->stream->gone)) {
        let_go(terminal);
        terminal->left = true;
    }
    if (terminal->stream)
        return;
    terminal->stream = cap_live_find(terminal->live, terminal->camera, "main");
    if (terminal->stream)
        terminal->viewer = cap_viewer_new(terminal->stream->tap, nothing, NULL);
}

/* With each run, and whatever it turns to. */
static void use_params(CapTerminal *terminal, CapTapParams *params)
{
    if (terminal->params == params)
        return;
    forget_run(terminal);
    terminal->params = cap_tap_params_ref(params);
}

static void watch_order(CapTerminal *terminal, const CapTapPacket *packet)
{
    terminal->back = (packet->key ? 0 : terminal->back) + (packet->pts_us < terminal->pts_us);
    terminal->reorders |= terminal->back >= BACKWARDS;
    terminal->pts_us = packet->pts_us;
}

static void use_packet(CapTerminal *terminal, CapTapPacket *packet)
{
    terminal->packets++;
    if (packet->kind != CAP_VIDEO)
        return;
    use_params(terminal, packet->params);
    watch_order(terminal, packet);
    terminal->here = true;
}

static void use(CapTerminal *terminal, CapTake *taken)
{
    g_autoptr(CapTapPacket) packet = taken->packet;
    if (taken->kind == CAP_TAKE_PACKET) {
        use_packet(terminal, packet);
    } else if (taken->kind == CAP_TAKE_STOPPED) {
        forget_run(terminal);
        /* As a recorder says that was told to end (recorder.c), and live.c of a camera that was removed. */
        terminal->left = g_strcmp0(taken->state, IDX_STATE_STARTING) == 0 ||
                         g_strcmp0(taken->state, IDX_STATE_DISABLED) == 0;
        terminal->stopped = words_of(taken->state);
    }
    g_free(taken->detail);
}

void cap_terminal_look(CapTerminal *terminal)
{
    find_stream(terminal);
    while (terminal->viewer) {
        CapTake taken = cap_viewer_take(terminal->viewer);
        if (taken.kind == CAP_TAKE_NOTHING)
            return;
        use(terminal, &taken);
    }
}

CapLiveStream *cap_terminal_stream(const CapTerminal *terminal)
{
    return terminal->stream;
}

bool cap_terminal_is_here(const CapTerminal *terminal)
{
    return terminal->here;
}

bool cap_terminal_left(const CapTerminal *terminal)
{
    return terminal->left;
}

const char *cap_terminal_why(const CapTerminal *terminal)
{
    if (!terminal->here || !terminal->params)
        return terminal->stopped ? terminal->stopped : "the terminal is being connected";
    if (terminal->params->video->codec != AV_CODEC_ID_H264)
        return H265_WORDS;
    return terminal->params->video->reorder > 0 || terminal->reorders ? REORDER_WORDS : NULL;
}

CapOfferSent cap_terminal_sent(const CapTerminal *terminal)
{
    const CapVideoParams *video = terminal->params ? terminal->params->video : NULL;
    const AVCodecParameters *audio = terminal->params ? terminal->params->audio : NULL;
    enum AVCodecID codec = audio ? audio->codec_id : AV_CODEC_ID_NONE;
    bool plain = audio && audio->sample_rate == 8000 && audio->ch_layout.nb_channels == 1;
    return (CapOfferSent){
        .profile = video && video->record_size > AVCC_PROFILE ? video->record[AVCC_PROFILE] : 0x42,
        .sound = plain && codec == AV_CODEC_ID_PCM_ALAW    ? CAP_OFFER_PCMA
                 : plain && codec == AV_CODEC_ID_PCM_MULAW ? CAP_OFFER_PCMU
                                                           : CAP_OFFER_OPUS};
}

json_t *cap_terminal_json(const CapTerminal *terminal)
{
    const CapTapParams *params = terminal->params;
    return json_pack(
        "{s:s, s:s, s:b}", "video", params ? cap_libav_codec_name(params->video->codec) : "none",
        "audio", params && params->audio ? cap_libav_codec_name(params->audio->codec_id) : "none",
        "terminal", true);
}

int64_t cap_terminal_packets(const CapTerminal *terminal)
{
    return terminal->packets;
}
