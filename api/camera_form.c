// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/camera_form.h"

#include "api/json.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/listing.h"

#define URL_MAX 2000
#define NAME_MAX_LETTERS 200

static bool check_url(const char *url, GError **error)
{
    return url == NULL || !g_str_has_prefix(url, IDX_URL_PIPELINE) ||
           mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                        "a pipeline runs programs on the machine; add it there: mingjing camera "
                        "add");
}

bool api_camera_form(const json_t *body, ApiCameraForm *ret, GError **error)
{
    *ret = (ApiCameraForm){.drops_sub = json_is_null(json_object_get(body, "sub"))};
    return api_json_maybe(body, "url", URL_MAX, &ret->url, error) &&
           api_json_maybe(body, "sub", URL_MAX, &ret->sub, error) &&
           api_json_maybe(body, "name", NAME_MAX_LETTERS, &ret->name, error) &&
           api_json_maybe(body, "kind", 16, &ret->kind, error) &&
           api_json_maybe(body, "audio", 16, &ret->audio, error) &&
           api_json_maybe(body, "record", 16, &ret->record, error) &&
           api_json_maybe(body, "place", 80, &ret->place, error) && check_url(ret->url, error) &&
           check_url(ret->sub, error);
}

bool api_camera_reply(ApiRequest *request, const char *code, int status, GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(request->cat, code, error);
    g_autoptr(json_t) answer =
        camera != NULL ? idx_listing_camera(request->cat, camera, request->now_us, error) : NULL;
    if (answer == NULL)
        return false;
    api_reply_json(request, status, answer);
    return true;
}
