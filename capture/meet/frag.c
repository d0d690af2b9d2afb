// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/frag.h"

#include <string.h>

#include "capture/meet/offer.h"
#include "index/base/error.h"

static bool use_line(CapFrag *frag, const char *line, const char **mid, GError **error)
{
    if (g_str_has_prefix(line, "a=mid:")) {
        *mid = line + strlen("a=mid:");
    } else if (g_str_has_prefix(line, "a=ice-ufrag:") && !frag->ufrag) {
        frag->ufrag = g_strdup(line + strlen("a=ice-ufrag:"));
    } else if (cap_offer_is_candidate(line)) {
        if (frag->candidates->len == CAP_FRAG_CANDIDATES_MAX)
            return mj_error_set(error, MJ_ERROR_INVALID, "a fragment has at most %d candidates",
                                CAP_FRAG_CANDIDATES_MAX);
        g_ptr_array_add(frag->mids, g_strdup(*mid));
        g_ptr_array_add(frag->candidates, g_strdup(line + strlen("a=")));
    } else if (line[0] && line[1] != '=') {
        return mj_error_set(error, MJ_ERROR_INVALID, "this is no SDP fragment: \"%.32s\"", line);
    }
    return true;
}

CapFrag *cap_frag_parse(const char *text, size_t size, GError **error)
{
    if (size > CAP_FRAG_BYTES_MAX || !g_utf8_validate(text, (gssize)size, NULL)) {
        mj_error_set(error, MJ_ERROR_INVALID, "a fragment is text of at most %d bytes",
                     CAP_FRAG_BYTES_MAX);
        return NULL;
    }
    g_autoptr(CapFrag) frag = g_new0(CapFrag, 1);
    frag->mids = g_ptr_array_new_with_free_func(g_free);
    frag->candidates = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *copy = g_strndup(text, size);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    const char *mid = "";
    for (char **line = lines; *line; line++)
        if (!use_line(frag, g_strchomp(*line), &mid, error))
            return NULL;
    return g_steal_pointer(&frag);
}

void cap_frag_free(CapFrag *frag)
{
    if (!frag)
        return;
    g_free(frag->ufrag);
    g_clear_pointer(&frag->mids, g_ptr_array_unref);
    g_clear_pointer(&frag->candidates, g_ptr_array_unref);
    g_free(frag);
}
