// SPDX-License-Identifier: GPL-3.0-or-later
/* Which payload type of an offer is taken. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/meet/offer_own.h"
#include "index/base/error.h"

#define TYPES_MAX 128 // payload types there can be
#define VP8_GRADE 1   // H.264 has better ones

int cap_offer_type_of(const char *line, const char *name, const char **ret_rest)
{
    size_t length = strlen(name);
    if (!g_str_has_prefix(line, "a=") || strncmp(line + 2, name, length) != 0 ||
        line[2 + length] != ':')
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
        if (cap_offer_type_of(media->lines[i], name, &rest) == type)
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
    return grade + (!profile || g_str_has_prefix(profile, "42"));
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
        if (g_str_has_prefix(media->lines[i], "a=extmap:") &&
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
        int again = cap_offer_type_of(media->lines[i], "fmtp", &rest);
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
bool cap_offer_has(const Media *media, CapOfferVideo video)
{
    const Wanted wanted = {.video = video};
    g_auto(GStrv) words = split_types(media);
    for (guint i = 3; i < g_strv_length(words); i++) {
        int type = atoi(words[i]);
        const char *map = about(media, "rtpmap", type);
        if (map && grade_video(&wanted, map, about(media, "fmtp", type)) > 0)
            return true;
    }
    return false;
}

bool cap_offer_choose(Media *media, bool video, const Wanted *wanted, GError **error)
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
