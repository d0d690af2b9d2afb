// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/sdp.h"

#include <string.h>

#include "capture/rtsp/message.h"
#include "index/base/error.h"

#define SETS_MAX_BYTES 16384
#define RATE_MAX 10000000
#define RATE_LEAST 1000 // no RTP clock is slower, and with one time in us would leave 64 bits
#define CHANNELS_MAX 64

/* Payload types with a fixed meaning (RFC 3551 6) that cameras use. */
static const struct {
    int type;
    const char *encoding;
    int clock;
} STATIC_TYPES[] = {{0, "PCMU", 8000},  {8, "PCMA", 8000},  {9, "G722", 8000},
                    {11, "L16", 44100}, {14, "MPA", 90000}, {26, "JPEG", 90000},
                    {32, "MPV", 90000}, {33, "MP2T", 90000}};

static void media_free(void *data)
{
    CapSdpMedia *media = data;
    g_free(media->encoding);
    g_free(media->format);
    g_free(media->control);
    g_free(media);
}

void cap_sdp_free(CapSdp *sdp)
{
    if (!sdp)
        return;
    g_free(sdp->control);
    g_ptr_array_unref(sdp->media);
    g_free(sdp);
}

static void set_static(CapSdpMedia *media)
{
    for (size_t i = 0; i < G_N_ELEMENTS(STATIC_TYPES); i++) {
        if (STATIC_TYPES[i].type != media->payload_type)
            continue;
        media->encoding = g_strdup(STATIC_TYPES[i].encoding);
        media->clock = STATIC_TYPES[i].clock;
    }
}

static int number(const char *text, int most, int fallback)
{
    char *end = NULL;
    gint64 value = g_ascii_strtoll(text, &end, 10);
    return end == text || value < 0 || value > most ? fallback : (int)value;
}

/* "video 0 RTP/AVP 96 97" */
static CapSdpMedia *begin_media(const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 5);
    CapSdpMedia *media = g_new0(CapSdpMedia, 1);
    guint count = g_strv_length(words);
    media->kind = count && g_str_equal(words[0], "video")   ? CAP_SDP_VIDEO
                  : count && g_str_equal(words[0], "audio") ? CAP_SDP_AUDIO
                                                            : CAP_SDP_OTHER;
    media->payload_type = count >= 4 ? number(words[3], 127, -1) : -1;
    media->channels = 1;
    if (media->payload_type < 0 || !strstr(words[2], "RTP/"))
        media->kind = CAP_SDP_OTHER;
    set_static(media);
    return media;
}

/* Where the value of "96 value" begins if the line is about the medium's payload type; else NULL.
 */
static const char *of_type(const CapSdpMedia *media, const char *line)
{
    char *end = NULL;
    gint64 type = g_ascii_strtoll(line, &end, 10);
    if (end == line || type != media->payload_type)
        return NULL;
    return end + strspn(end, " \t");
}

/* "MPEG4-GENERIC/16000/2" */
static void take_map(CapSdpMedia *media, const char *line)
{
    const char *value = of_type(media, line);
    if (!value)
        return;
    g_auto(GStrv) parts = g_strsplit(value, "/", 3);
    if (!parts[0] || !*parts[0])
        return;
    g_free(media->encoding);
    media->encoding = g_strdup(g_strstrip(parts[0]));
    if (parts[1])
        media->clock = number(parts[1], RATE_MAX, media->clock);
    if (media->clock < RATE_LEAST)
        media->clock = 0;                    // not told
    for (char *c = media->encoding; *c; c++) // it is shown to people
        if (g_ascii_iscntrl(*c))
            *c = '?';
    if (parts[1] && parts[2])
        media->channels = MAX(1, number(parts[2], CHANNELS_MAX, 1));
}

static void take_string(char **field, const char *value)
{
    g_free(*field);
    *field = g_strdup(value);
}

static void take_attribute(CapSdp *sdp, CapSdpMedia *media, const char *line)
{
    const char *value = strchr(line, ':');
    if (!value)
        return;
    size_t name = (size_t)(value - line);
    value += 1 + strspn(value + 1, " \t");
    if (name == 7 && memcmp(line, "control", 7) == 0) {
        take_string(media ? &media->control : &sdp->control, value);
    } else if (media && name == 6 && memcmp(line, "rtpmap", 6) == 0) {
        take_map(media, value);
    } else if (media && name == 4 && memcmp(line, "fmtp", 4) == 0) {
        const char *format = of_type(media, value);
        if (format)
            take_string(&media->format, format);
    }
}

CapSdp *cap_sdp_parse(const char *text, size_t size, GError **error)
{
    g_autoptr(CapSdp) sdp = g_new0(CapSdp, 1);
    sdp->media = g_ptr_array_new_with_free_func(media_free);
    g_autofree char *copy = g_strndup(text, size);
    g_auto(GStrv) lines = g_strsplit_set(copy, "\r\n", -1);
    CapSdpMedia *media = NULL;
    for (char **line = lines; *line; line++) {
        char *at = g_strstrip(*line);
        if (at[0] == '\0' || at[1] != '=')
            continue;
        if (at[0] == 'm' && sdp->media->len >= CAP_SDP_MEDIA_MAX)
            break;
        if (at[0] == 'm')
            g_ptr_array_add(sdp->media, media = begin_media(at + 2));
        else if (at[0] == 'a')
            take_attribute(sdp, media, at + 2);
    }
    if (sdp->media->len)
        return g_steal_pointer(&sdp);
    mj_error_set(error, MJ_ERROR_INVALID, "its description names no media");
    return NULL;
}

char *cap_sdp_parameter(const CapSdpMedia *media, const char *key)
{
    return media->format ? cap_rtsp_header_parameter(media->format, key) : NULL;
}

int cap_sdp_number(const CapSdpMedia *media, const char *key, int fallback)
{
    g_autofree char *text = cap_sdp_parameter(media, key);
    return text ? number(text, RATE_MAX, fallback) : fallback;
}

static bool is_base64(const char *text)
{
    size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    return size && strspn(text + size, "= \t") == strlen(text + size);
}

static void add_sets(GByteArray *sets, const CapSdpMedia *media, const char *key)
{
    static const uint8_t START[] = {0, 0, 0, 1};
    g_autofree char *list = cap_sdp_parameter(media, key);
    g_auto(GStrv) parts = g_strsplit(list ? list : "", ",", -1);
    for (char **part = parts; *part; part++) {
        gsize size = 0;
        if (!is_base64(*part))
            continue;
        g_autofree guchar *set = g_base64_decode(*part, &size);
        if (size == 0 || sets->len + size > SETS_MAX_BYTES)
            continue;
        g_byte_array_append(sets, START, sizeof START);
        g_byte_array_append(sets, set, (guint)size);
    }
}

GByteArray *cap_sdp_parameter_sets(const CapSdpMedia *media)
{
    GByteArray *sets = g_byte_array_new();
    add_sets(sets, media, "sprop-parameter-sets");
    add_sets(sets, media, "sprop-vps");
    add_sets(sets, media, "sprop-sps");
    add_sets(sets, media, "sprop-pps");
    return sets;
}
