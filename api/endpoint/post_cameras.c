// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/camera_form.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/link/place_link.h"
#include "index/place.h"

/* The camera sees the place from now on. */
static bool place(ApiRequest *request, const char *code, const char *place_code, GError **error)
{
    if (place_code == NULL)
        return true;
    if (!idx_role_may(request->identity.role, IDX_MAY_ADMIN_PLACES))
        return mj_error_set(error, MJ_ERROR_DENIED, "your role does not say what cameras see");
    return idx_coverage_add(request->cat, place_code, code, request->now_us, INT64_MAX,
                            request->now_us, error);
}

static bool add(ApiRequest *request, const char *code, const ApiCameraForm *form, GError **error)
{
    return idx_camera_add(request->cat, code, form->url, form->sub, form->name, form->kind,
                          form->audio, request->now_us, error) &&
           (form->record == NULL ||
            idx_camera_record(request->cat, code, form->record, request->now_us, error)) &&
           place(request, code, form->place, error);
}

bool api_post_cameras(ApiRequest *request, GError **error)
{
    ApiCameraForm form;
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with id and url", error);
    const char *code = body != NULL ? api_json_text(body, "id", 64, error) : NULL;
    if (code == NULL || api_json_text(body, "url", IDX_URL_MAX_BYTES, error) == NULL ||
        !api_camera_form(body, &form, error))
        return false;
    api_audit_object(request, "camera", code, 0);
    if (!idx_begin(request->cat, error))
        return false;
    if (!add(request, code, &form, error)) {
        idx_rollback(request->cat);
        return false;
    }
    return idx_commit(request->cat, error) &&
           idx_place_link_run(request->cat, request->now_us, NULL, NULL, NULL, error) &&
           api_camera_reply(request, code, MHD_HTTP_CREATED, error);
}
