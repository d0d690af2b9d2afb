// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/listing.h"

#include "index/account/scope.h"
#include "index/hall.h"
#include "index/place.h"
#include "index/state.h"

json_t *idx_listing_time(IdxCatalogue *cat, int64_t utc_us)
{
    bool known = utc_us != 0 && utc_us != INT64_MIN && utc_us != INT64_MAX;
    return known ? mj_json_time(utc_us, idx_catalogue_timezone(cat)) : json_null();
}

/* Of what whoever asks may see. */
static bool add_places(IdxCatalogue *cat, json_t *camera, int64_t camera_id, int64_t now_us,
                       GError **error)
{
    g_autoptr(GPtrArray) seen = idx_coverage_places_of(cat, camera_id, now_us, error);
    json_t *codes = json_array(), *covers = json_array();
    json_object_set_new(camera, "places", codes);
    json_object_set_new(camera, "covers", covers);
    for (guint i = 0; seen && i < seen->len; i++) {
        const IdxPlaceSeen *p = seen->pdata[i];
        if (!idx_scope_place(cat, p->hall_id, p->code))
            continue;
        json_array_append_new(codes, json_string(p->code));
        json_array_append_new(covers, json_pack("{s:s, s:s, s:s?}", "hall", p->hall, "code",
                                                p->code, "name", p->name));
    }
    return seen != NULL;
}

json_t *idx_listing_places_of(IdxCatalogue *cat, int64_t camera_id, int64_t now_us, GError **error)
{
    g_autoptr(json_t) camera = json_object();
    return add_places(cat, camera, camera_id, now_us, error)
               ? json_incref(json_object_get(camera, "places"))
               : NULL;
}

static json_t *stream_json(IdxCatalogue *cat, const IdxStream *stream, int64_t now_us,
                           GError **error)
{
    g_autoptr(IdxState) state = idx_state_get(cat, stream->id, now_us, error);
    if (!state)
        return NULL;
    return json_pack("{s:s, s:s, s:b, s:s, s:s, s:o, s:o, s:o, s:o, s:i, s:i}", "name",
                     stream->name, "url", stream->url, "record", (int)stream->record, "sound",
                     stream->audio, "state", state->state, "since",
                     idx_listing_time(cat, state->since_us), "detail",
                     mj_json_string(state->detail), "video", mj_json_string(state->video), "audio",
                     mj_json_string(state->audio), "width", state->width, "height", state->height);
}

json_t *idx_listing_camera(IdxCatalogue *cat, const IdxCamera *camera, int64_t now_us,
                           GError **error)
{
    g_autoptr(json_t) streams = json_array();
    g_autoptr(json_t) json =
        json_pack("{s:s, s:s, s:s, s:b}", "id", camera->code, "name", camera->name, "kind",
                  camera->kind, "removed", camera->removed_us != 0);
    if (!add_places(cat, json, camera->id, now_us, error))
        return NULL;
    for (guint i = 0; i < camera->streams->len; i++) {
        json_t *stream = stream_json(cat, camera->streams->pdata[i], now_us, error);
        if (!stream)
            return NULL;
        json_array_append_new(streams, stream);
    }
    json_object_set(json, "streams", streams);
    return json_incref(json);
}

json_t *idx_listing_cameras(IdxCatalogue *cat, bool with_removed, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) cameras = idx_camera_list(cat, with_removed, error);
    g_autoptr(json_t) array = json_array();
    for (guint i = 0; cameras && i < cameras->len; i++) {
        const IdxCamera *one = cameras->pdata[i];
        bool sees = false;
        if (!idx_scope_camera(cat, one->code, now_us, now_us, &sees, error))
            return NULL;
        if (!sees)
            continue;
        json_t *camera = idx_listing_camera(cat, one, now_us, error);
        if (!camera)
            return NULL;
        json_array_append_new(array, camera);
    }
    return cameras ? json_pack("{s:O}", "cameras", array) : NULL;
}

static const char *hall_code(const GPtrArray *halls, int64_t id)
{
    for (guint i = 0; i < halls->len; i++)
        if (((const IdxHall *)halls->pdata[i])->id == id)
            return ((const IdxHall *)halls->pdata[i])->code;
    return "";
}

static json_t *place_json(IdxCatalogue *cat, const IdxPlace *place, const GPtrArray *halls)
{
    json_t *cameras = json_array();
    for (guint i = 0; i < place->coverage->len; i++) {
        const IdxCoverage *v = place->coverage->pdata[i];
        json_array_append_new(cameras, json_pack("{s:s, s:o, s:o}", "camera", v->camera, "from",
                                                 idx_listing_time(cat, v->from_us), "to",
                                                 idx_listing_time(cat, v->to_us)));
    }
    return json_pack("{s:s, s:s, s:s, s:o}", "code", place->code, "name", place->name, "hall",
                     hall_code(halls, place->hall_id), "cameras", cameras);
}

json_t *idx_listing_places(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) places = idx_place_list(cat, error);
    g_autoptr(GPtrArray) halls = places ? idx_hall_list(cat, error) : NULL;
    if (!halls)
        return NULL;
    json_t *array = json_array();
    for (guint i = 0; i < places->len; i++)
        if (idx_scope_place_id(cat, ((const IdxPlace *)places->pdata[i])->id))
            json_array_append_new(array, place_json(cat, places->pdata[i], halls));
    return json_pack("{s:o}", "places", array);
}
