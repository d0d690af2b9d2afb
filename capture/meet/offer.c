// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/offer_own.h"

#include <gio/gio.h>
#include <string.h>

#include "index/base/error.h"

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
                check_transport(parsed, media, error) &&
                cap_offer_choose(media, video, wanted, error);
    offer->could_h264 |= video && cap_offer_has(media, CAP_OFFER_H264);
    offer->could_vp8 |= video && cap_offer_has(media, CAP_OFFER_VP8);
    *place = media->found;
    return good;
}

/* --- the text without the rest ----------------------------------------------------------------- */

static bool keeps_type(const CapOfferMedia *media, const char *line, const char *name)
{
    const char *rest = NULL;
    int type = cap_offer_type_of(line, name, &rest);
    return type >= 0 && (type == media->type || type == media->again);
}

bool cap_offer_is_candidate(const char *line)
{
    g_auto(GStrv) words =
        g_strsplit(line, " ", 7); // RFC 8839 5.1: … transport priority address port
    return begins(line, "a=candidate:") && g_strv_length(words) == 7 &&
           g_ascii_strcasecmp(words[2], "UDP") == 0 && g_hostname_is_ip_address(words[4]);
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
    return cap_offer_is_candidate(line) || keeps_type(media, line, "rtpmap") ||
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
