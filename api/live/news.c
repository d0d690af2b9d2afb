// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/news.h"

#include "index/camera.h"
#include "index/listing.h"
#include "index/state.h"

static json_t *state_json(IdxCatalogue *cat, const IdxStream *stream, const IdxState *state)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "camera", stream->camera, "stream", stream->name,
                     "state", state->state, "since", idx_listing_time(cat, state->since_us),
                     "detail", mj_json_string(state->detail));
}

static bool add_states(IdxCatalogue *cat, const IdxCamera *camera, int64_t now_us, json_t *list,
                       GError **error)
{
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        g_autoptr(IdxState) state = idx_state_get(cat, stream->id, now_us, error);
        if (state == NULL)
            return false;
        json_array_append_new(list, state_json(cat, stream, state));
    }
    return true;
}

json_t *api_news_states(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) cameras = idx_camera_list(cat, false, error);
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; cameras != NULL && i < cameras->len; i++)
        if (!add_states(cat, cameras->pdata[i], now_us, list, error))
            return NULL;
    return cameras != NULL ? g_steal_pointer(&list) : NULL;
}

static char *key_of(const json_t *member, const char *first, const char *second)
{
    return g_strdup_printf("%s/%s", json_string_value(json_object_get(member, first)),
                           json_string_value(json_object_get(member, second)));
}

json_t *api_news_changed(const json_t *before, const json_t *now, const char *first,
                         const char *second)
{
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    json_t *changed = json_array();
    size_t i = 0;
    json_t *member = NULL;
    json_array_foreach((json_t *)(uintptr_t)before, i, member)
        g_hash_table_insert(known, key_of(member, first, second), member);
    json_array_foreach((json_t *)(uintptr_t)now, i, member)
    {
        g_autofree char *key = key_of(member, first, second);
        const json_t *old = g_hash_table_lookup(known, key);
        if (old == NULL || !json_equal(old, member))
            json_array_append(changed, member);
    }
    return changed;
}
