// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/offer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/base/error.h"

#define TYPES_MAX 128 // payload types there can be
#define MEDIA_MAX 2
#define VP8_GRADE 1 // H.264 has better ones

typedef struct Media {
    char **lines; // its m-line first; borrowed
    int n;
    CapOfferMedia found;
} Media;

typedef struct Wanted {
    CapOfferRole role;
    CapOfferVideo video;
    const CapOfferSent *sent; // NULL: of no terminal
} Wanted;

typedef struct Parsed {
    char **lines;
    int n_session; // lines before the first m-line
    Media media[MEDIA_MAX];
    int n_media;
} Parsed;

static bool begins(const char *line, const char *with)
{
    return g_str_has_prefix(line, with);
}

/* What stands behind "a=NAME:" in the first such line; NULL if there is none. */
static const char *attribute(char *const *lines, int n, const char *name)
{
    size_t length = strlen(name);
    for (int i = 0; i < n; i++)
        if (begins(lines[i], "a=") && strncmp(lines[i] + 2, name, length) == 0 &&
            (lines[i][2 + length] == ':' || lines[i][2 + length] == '\0'))
            return lines[i] + 2 + length + (lines[i][2 + length] == ':');
    return NULL;
}

/* The payload type that a line "a=NAME:TYPE …" is about, and what follows it; -1 if it is no such line. */
static int type_of(const char *line, const char *name, const char **ret_rest)
{
    size_t length = strlen(name);
    if (!begins(line, "a=") || strncmp(line + 2, name, length) != 0 || line[2 + length] != ':')
        return -1;
    char *end = NULL;
    unsigned long type = strtoul(line + 3 + length, &end, 10);
    if (end == line + 3 + length || type >= TYPES_MAX || (*end != ' ' && *end != '\0'))
        return -1;
    *ret_rest = *end ? end + 1 : end;
    return (int)type;
}

static const char *about(const Media *media, const char *name, int type)
{
    const char *rest = NULL;
    for (int i = 1; i < media->n && type >= 0; i++)
        if (type_of(media->lines[i], name, &rest) == type)
            return rest;
    return NULL;
}

/* A fmtp parameter. Caller frees; NULL if it is not there. */
static char *parameter(const char *format, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(format ? format : "", ";", 32);
    for (char **part = parts; *part; part++) {
        char *text = g_strstrip(*part);
        size_t length = strlen(name);
        if (g_ascii_strncasecmp(text, name, length) == 0 && text[length] == '=')
            return g_strdup(text + length + 1);
    }
    return NULL;
}

/* The same for what a terminal sends. */
static int grade_sent(const char *mode, const char *profile, uint8_t sent)
{
    guint64 said = profile ? g_ascii_strtoull(profile, NULL, 16) >> 16 : 0x42;
    if (!mode || mode[0] != '1')
        return 0;
    return 2 + 2 * (said == sent) + (said == 0x42);
}

/* How well H.264 of this kind is taken; 0 = not at all. */
static int grade_h264(const char *format, const CapOfferSent *sent)
{
    g_autofree char *mode = parameter(format, "packetization-mode");
    g_autofree char *profile = parameter(format, "profile-level-id");
    if (mode && strcmp(mode, "0") != 0 && strcmp(mode, "1") != 0)
        return 0;
    if (sent)
        return grade_sent(mode, profile, sent->profile);
    int grade = mode && mode[0] == '1' ? 4 : 2;
    return grade + (!profile || begins(profile, "42"));
}

static int grade_video(const Wanted *wanted, const char *map, const char *format)
{
    if (wanted->video != CAP_OFFER_VP8 && g_ascii_strncasecmp(map, "H264/90000", 10) == 0)
        return grade_h264(format, wanted->sent);
    bool vp8 = wanted->video != CAP_OFFER_H264 && g_ascii_strncasecmp(map, "VP8/90000", 9) == 0;
    return vp8 ? VP8_GRADE : 0;
}

/* By CapOfferSound. */
static const char *const SOUNDS[] = {"opus/48000", "PCMA/8000", "PCMU/8000"};

static bool is_sound(const char *map, CapOfferSound sound)
{
    return g_ascii_strncasecmp(map, SOUNDS[sound], strlen(SOUNDS[sound])) == 0;
}

static int grade_audio(const Wanted *wanted, const char *map)
{
    bool sent = wanted->sent && is_sound(map, wanted->sent->sound);
    return sent ? 2 : is_sound(map, CAP_OFFER_OPUS);
}

/* RFC 8285: 1 to 14 in the form with one byte, the only one here. */
static int find_counts(const Media *media)
{
    for (int i = 1; i < media->n; i++)
        if (begins(media->lines[i], "a=extmap:") &&
            strstr(media->lines[i], " " CAP_OFFER_COUNTS) != NULL) {
            int id = atoi(media->lines[i] + strlen("a=extmap:"));
            return id >= 1 && id <= 14 ? id : 0;
        }
    return 0;
}

static int find_again(const Media *media, int type)
{
    const char *rest = NULL;
    for (int i = 1; i < media->n; i++) {
        int again = type_of(media->lines[i], "fmtp", &rest);
        const char *map = again >= 0 ? about(media, "rtpmap", again) : NULL;
        g_autofree char *apt = map ? parameter(rest, "apt") : NULL;
        if (apt && g_ascii_strncasecmp(map, "rtx/", 4) == 0 && atoi(apt) == type)
            return again;
    }
    return -1;
}

/* The m-line's words; its payload types are the fourth and following. */
static char **split_types(const Media *media)
{
    return g_strsplit(media->lines[0], " ", TYPES_MAX + 3);
}

/* What the m-line does not name is not offered, whatever is mapped. */
static bool has_vp8(const Media *media)
{
    static const Wanted VP8 = {.video = CAP_OFFER_VP8};
    g_auto(GStrv) words = split_types(media);
    for (guint i = 3; i < g_strv_length(words); i++) {
        const char *map = about(media, "rtpmap", atoi(words[i]));
        if (map && grade_video(&VP8, map, NULL) > 0)
            return true;
    }
    return false;
}

/* Chooses the payload type, in the order of the m-line among equals. */
static bool choose(Media *media, bool video, const Wanted *wanted, GError **error)
{
    static const char *const CODINGS[] = {"H.264 or VP8", "H.264, which this leg sends",
                                          "VP8, which this leg sends"};
    g_auto(GStrv) words = split_types(media);
    int best = 0;
    for (guint i = 3; i < g_strv_length(words); i++) {
        int type = atoi(words[i]);
        const char *map = about(media, "rtpmap", type);
        const char *format = about(media, "fmtp", type);
        int good = !map ? 0 : video ? grade_video(wanted, map, format) : grade_audio(wanted, map);
        if (good > best) {
            best = good;
            media->found.type = type;
            media->found.vp8 = video && good == VP8_GRADE;
            media->found.sound = good == 2 && !video ? wanted->sent->sound : CAP_OFFER_OPUS;
            g_free(media->found.format);
            media->found.format = g_strdup(format);
        }
    }
    if (best == 0)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "the offer has no %s that is recorded here; it must have %s",
                            video ? "picture" : "sound",
                            !video         ? "Opus"
                            : wanted->sent ? "H.264 with packetization-mode=1"
                                           : CODINGS[wanted->video]);
    media->found.again = find_again(media, media->found.type);
    media->found.counts = find_counts(media);
    return true;
}

/* --- the offer's lines ------------------------------------------------------------------------ */

static bool split(Parsed *parsed, GError **error)
{
    Media *media = NULL;
    int i = 0;
    for (; parsed->lines[i]; i++) {
        g_strchomp(parsed->lines[i]);
        if (!begins(parsed->lines[i], "m=")) {
            if (media)
                media->n++;
            else
                parsed->n_session++;
            continue;
        }
        if (parsed->n_media == MEDIA_MAX)
            return mj_error_set(error, MJ_ERROR_INVALID,
                                "a leg is one picture and one sound; the offer has more media");
        media = &parsed->media[parsed->n_media];
        *media = (Media){.lines = parsed->lines + i, .n = 1};
        media->found = (CapOfferMedia){.index = parsed->n_media++, .again = -1};
    }
    if (i > CAP_OFFER_LINES_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "the offer has more than %d lines",
                            CAP_OFFER_LINES_MAX);
    return true;
}

static bool check_direction(const Media *media, CapOfferRole role, GError **error)
{
    static const char *const WANTED[] = {"sendonly", "recvonly"};
    bool both = attribute(media->lines, media->n, "sendrecv") != NULL;
    bool other = attribute(media->lines, media->n, WANTED[!role]) != NULL ||
                 attribute(media->lines, media->n, "inactive") != NULL;
    bool wanted = attribute(media->lines, media->n, WANTED[role]) != NULL;
    if (wanted || both || !other) // sendrecv is what stands for nothing said
        return true;
    return mj_error_set(error, MJ_ERROR_INVALID, "each media of the offer must be %s here",
                        WANTED[role]);
}

static const char *anywhere(const Parsed *parsed, const Media *media, const char *name)
{
    const char *value = attribute(media->lines, media->n, name);
    return value ? value : attribute(parsed->lines, parsed->n_session, name);
}

static bool check_transport(const Parsed *parsed, Media *media, GError **error)
{
    static const char *const NEEDED[] = {"ice-ufrag", "ice-pwd", "fingerprint", "setup"};
    for (size_t i = 0; i < G_N_ELEMENTS(NEEDED); i++) {
        const char *value = anywhere(parsed, media, NEEDED[i]);
        if (!value || !value[0])
            return mj_error_set(error, MJ_ERROR_INVALID, "the offer has no a=%s", NEEDED[i]);
    }
    if (!attribute(media->lines, media->n, "rtcp-mux"))
        return mj_error_set(error, MJ_ERROR_INVALID, "the offer has no a=rtcp-mux");
    const char *mid = attribute(media->lines, media->n, "mid");
    if (!mid || !mid[0] || strlen(mid) > CAP_OFFER_MID_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "the offer has media without a good a=mid");
    g_strlcpy(media->found.mid, mid, sizeof media->found.mid);
    const char *group = attribute(parsed->lines, parsed->n_session, "group");
    if (parsed->n_media > 1 && (!group || !begins(group, "BUNDLE ")))
        return mj_error_set(error, MJ_ERROR_INVALID, "the offer has no a=group:BUNDLE");
    return true;
}

static bool use_media(const Parsed *parsed, Media *media, const Wanted *wanted, CapOffer *offer,
                      GError **error)
{
    bool video = begins(media->lines[0], "m=video "), audio = begins(media->lines[0], "m=audio ");
    CapOfferMedia *place = video ? &offer->video : &offer->audio;
    if (!video && !audio)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "a leg is picture and sound; the offer has something else (%.32s)",
                            media->lines[0]);
    if (place->index >= 0)
        return mj_error_set(error, MJ_ERROR_INVALID, "the offer has two %s",
                            video ? "pictures" : "sounds");
    bool good = check_direction(media, wanted->role, error) &&
                check_transport(parsed, media, error) && choose(media, video, wanted, error);
    offer->could_vp8 |= video && has_vp8(media);
    *place = media->found;
    return good;
}

/* --- the text without the rest ----------------------------------------------------------------- */

static bool keeps_type(const CapOfferMedia *media, const char *line, const char *name)
{
    const char *rest = NULL;
    int type = type_of(line, name, &rest);
    return type >= 0 && (type == media->type || type == media->again);
}

static bool keeps_candidate(const char *line)
{
    return begins(line, "a=candidate:") && strstr(line, ".local ") == NULL &&
           (strstr(line, " UDP ") != NULL || strstr(line, " udp ") != NULL);
}

static bool keeps(const CapOfferMedia *media, const char *line)
{
    static const char *const KEPT[] = {
        "c=",         "a=ice-ufrag:", "a=ice-pwd:", "a=ice-options:",    "a=fingerprint:",
        "a=setup:",   "a=mid:",       "a=rtcp-mux", "a=rtcp-rsize",      "a=sendonly",
        "a=recvonly", "a=sendrecv",   "a=ssrc:",    "a=ssrc-group:FID ", "a=end-of-candidates"};
    for (size_t i = 0; i < G_N_ELEMENTS(KEPT); i++)
        if (begins(line, KEPT[i]))
            return true;
    if (begins(line, "a=extmap:"))
        return strstr(line, " " CAP_OFFER_COUNTS) != NULL;
    return keeps_candidate(line) || keeps_type(media, line, "rtpmap") ||
           keeps_type(media, line, "fmtp") ||
           (keeps_type(media, line, "rtcp-fb") && !strstr(line, "goog-remb"));
}

static void put_line(GString *out, const char *line)
{
    g_string_append(out, line);
    g_string_append(out, "\r\n");
}

static void put_media(GString *out, const Media *media)
{
    const CapOfferMedia *found = &media->found;
    g_auto(GStrv) words = g_strsplit(media->lines[0], " ", 4);
    g_string_append_printf(out, "%s 9 UDP/TLS/RTP/SAVPF %d", words[0], found->type);
    if (found->again >= 0)
        g_string_append_printf(out, " %d", found->again);
    put_line(out, "");
    for (int i = 1; i < media->n; i++)
        if (keeps(found, media->lines[i]))
            put_line(out, media->lines[i]);
}

static char *write_text(const Parsed *parsed)
{
    static const char *const KEPT[] = {"a=group:BUNDLE ", "a=ice-", "a=fingerprint:", "a=setup:"};
    g_autoptr(GString) out = g_string_new("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n");
    for (int i = 0; i < parsed->n_session; i++)
        for (size_t k = 0; k < G_N_ELEMENTS(KEPT); k++)
            if (begins(parsed->lines[i], KEPT[k]) && !begins(parsed->lines[i], "a=ice-lite"))
                put_line(out, parsed->lines[i]);
    for (int i = 0; i < parsed->n_media; i++)
        put_media(out, &parsed->media[i]);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static bool looks_like_one(const char *text, size_t size, GError **error)
{
    if (size > CAP_OFFER_BYTES_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "an offer has at most %d bytes",
                            CAP_OFFER_BYTES_MAX);
    if (size < 4 || !g_utf8_validate(text, (gssize)size, NULL) || strncmp(text, "v=0", 3) != 0)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "this is no SDP offer: it should begin with v=0");
    return true;
}

static CapOffer *parse(const char *text, size_t size, const Wanted *wanted, GError **error)
{
    if (!looks_like_one(text, size, error))
        return NULL;
    g_autofree char *copy = g_strndup(text, size);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", CAP_OFFER_LINES_MAX + 2);
    Parsed parsed = {.lines = lines};
    g_autoptr(CapOffer) offer = g_new0(CapOffer, 1);
    offer->video.index = offer->audio.index = -1;
    if (!split(&parsed, error))
        return NULL;
    for (int i = 0; i < parsed.n_media; i++)
        if (!use_media(&parsed, &parsed.media[i], wanted, offer, error))
            return NULL;
    if (offer->video.index < 0) {
        mj_error_set(error, MJ_ERROR_INVALID,
                     "the offer has no picture, and a leg is recorded with one");
        return NULL;
    }
    offer->text = write_text(&parsed);
    return g_steal_pointer(&offer);
}

CapOffer *cap_offer_parse(const char *text, size_t size, CapOfferRole role, CapOfferVideo wanted,
                          GError **error)
{
    return parse(text, size, &(Wanted){role, wanted, NULL}, error);
}

CapOffer *cap_offer_parse_for(const char *text, size_t size, const CapOfferSent *sent,
                              GError **error)
{
    return parse(text, size, &(Wanted){CAP_OFFER_RECEIVES, CAP_OFFER_H264, sent}, error);
}

void cap_offer_free(CapOffer *offer)
{
    if (!offer)
        return;
    g_free(offer->text);
    g_free(offer->video.format);
    g_free(offer->audio.format);
    g_free(offer);
}
