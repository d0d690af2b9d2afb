// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/json.h"
#include "index/clip/clip_own.h"
#include "index/db.h"
#include "index/find/dossier.h"

static char *hex(const uint8_t *bytes, size_t count)
{
    GString *text = g_string_sized_new(2 * count);
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

/* The hashes of the files it was made of: the link between a clip and what was recorded. */
static void add_hashes(const IdxClip *clip, json_t *segments)
{
    for (guint i = 0; i < clip->timeline->segments->len; i++) {
        const IdxSegment *s = clip->timeline->segments->pdata[i];
        g_autofree char *text = s->has_sha256 ? hex(s->sha256, sizeof s->sha256) : NULL;
        json_object_set_new(json_array_get(segments, i), "sha256", mj_json_string(text));
    }
}

json_t *idx_clip_json(IdxCatalogue *cat, const IdxClip *clip, const uint8_t *sha256)
{
    GTimeZone *zone = idx_catalogue_timezone(cat);
    g_autofree char *text = sha256 ? hex(sha256, IDX_CLIP_SHA256_BYTES) : NULL;
    g_autofree char *timeline = idx_timeline_text(cat, clip->camera, clip->stream, clip->timeline);
    json_t *item = mj_json_parse(timeline);
    add_hashes(clip, json_object_get(item, "segments"));
    json_t *own =
        json_pack("{s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "name", clip->name, "type",
                  clip->facts.quicktime ? "video/quicktime" : "video/mp4", "bytes",
                  (json_int_t)clip->facts.bytes, "pictures", (json_int_t)clip->facts.pictures,
                  "first", mj_json_time(clip->facts.from_us, zone), "last",
                  mj_json_time(clip->facts.to_us, zone), "sha256", mj_json_string(text), "video",
                  mj_json_string(((const IdxSegment *)clip->timeline->segments->pdata[0])->video),
                  "sound", json_boolean(clip->n_tables > 1));
    json_object_set_new(
        own, "rest", clip->facts.rest_us ? mj_json_time(clip->facts.rest_us, zone) : json_null());
    json_object_update(item, own);
    json_decref(own);
    return item;
}
