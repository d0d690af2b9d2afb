// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/camera_form.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "index/camera.h"

static bool change(ApiRequest *request, const char *code, const ApiCameraForm *form, GError **error)
{
    int64_t now_us = request->now_us;
    return idx_camera_set(request->cat, code, form->url, form->sub, form->name, form->kind,
                          form->audio, now_us, error) &&
           (!form->drops_sub || idx_camera_drop_sub(request->cat, code, now_us, error)) &&
           (form->record == NULL ||
            idx_camera_record(request->cat, code, form->record, now_us, error));
}

bool api_post_camera(ApiRequest *request, GError **error)
{
    ApiCameraForm form;
    const char *code = request->values[0];
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with what changes", error);
    api_audit_object(request, "camera", code, 0);
    if (body == NULL || !api_camera_form(body, &form, error) || !idx_begin(request->cat, error))
        return false;
    if (!change(request, code, &form, error)) {
        idx_rollback(request->cat);
        return false;
    }
    return idx_commit(request->cat, error) && api_camera_reply(request, code, MHD_HTTP_OK, error);
}
