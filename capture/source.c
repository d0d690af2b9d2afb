// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/source.h"

#include "index/camera.h"

static const CapSourceKind *pipeline_kind(GError **error)
{
#if CAP_HAS_PIPELINE
    (void)error;
    return &cap_source_pipeline;
#else
    mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                 "this mingjing-capture was built without GStreamer, so it cannot run a pipeline; "
                 "build it with -Dpipeline=enabled");
    return NULL;
#endif
}

static const CapSourceKind *leg_kind(GError **error)
{
#if CAP_HAS_MEET
    (void)error;
    return &cap_source_leg;
#else
    mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                 "this mingjing-capture was built without GStreamer's WebRTC, so it carries no "
                 "meetings; build it with -Dmeet=enabled");
    return NULL;
#endif
}

const CapSourceKind *cap_source_kind(const char *url, GError **error)
{
    if (g_str_has_prefix(url, "rtsp://") || g_str_has_prefix(url, "rtsps://"))
        return &cap_source_rtsp;
    if (g_str_has_prefix(url, IDX_URL_PIPELINE))
        return pipeline_kind(error);
    if (g_str_has_prefix(url, IDX_URL_LEG))
        return leg_kind(error);
    g_autofree char *scheme = g_uri_parse_scheme(url);
    mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                 "%s: is no kind of address we can record; use rtsp://, rtsps:// or pipeline:",
                 scheme ? scheme : "?");
    return NULL;
}
