// SPDX-License-Identifier: GPL-3.0-or-later
/* A look at a camera before it is added: a recorder takes it (capture/probe.h), since this process reaches no camera;
 * its first picture is decoded here. */
#pragma once

#include "api/request.h"
#include "index/base/json.h"

#define API_PROBE_WITHIN_US INT64_C(25000000) // a recorder gives up before
#define API_PROBE_WIDTH 640                   // of the picture

/* Schema Probe of api/openapi.yaml, also if the camera shows nothing: then it says why. @ask: what the recorder is
 * asked for, without "do"; taken. NULL with @error: there is no recorder, or it has too much to do. */
json_t *api_probe(const char *home, json_t *ask, GError **error);
