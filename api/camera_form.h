// SPDX-License-Identifier: GPL-3.0-or-later
/* A camera as the page sends it: the fields that adding and changing share. */
#pragma once

#include "api/request.h"
#include "index/base/json.h"

/* Texts are of the body; NULL: not given. */
typedef struct ApiCameraForm {
    const char *url, *sub, *name, *kind, *audio, *record, *place;
    bool drops_sub; // "sub": null
} ApiCameraForm;

/* MJ_ERROR_INVALID; MJ_ERROR_UNSUPPORTED for a pipeline, which runs programs: the command on the machine adds those. */
bool api_camera_form(const json_t *body, ApiCameraForm *ret, GError **error);

/* Replies with the camera, schema Camera. */
bool api_camera_reply(ApiRequest *request, const char *code, int status, GError **error);
