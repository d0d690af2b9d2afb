// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/libav.h"

#include <stdarg.h>
#include <stdio.h>

#include "index/base/log.h"

static void log_line(void *context, int level, const char *format, va_list arguments)
{
    if (level > AV_LOG_WARNING)
        return;
    char line[512];
    int prefix = 1;
    if (av_log_format_line2(context, level, format, arguments, line, sizeof line, &prefix) < 0)
        return;
    mj_log_debug(NULL, "libav: %s", g_strchomp(line)); // mj_log redacts
}

void cap_libav_init(void)
{
    if (g_strcmp0(g_getenv("MINGJING_LOG"), "debug") == 0)
        av_log_set_callback(log_line);
    else
        av_log_set_level(AV_LOG_QUIET);
    avformat_network_init();
}

bool cap_libav_error(GError **error, MjError code, int averror, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    char reason[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(averror, reason, sizeof reason);
    return mj_error_set(error, code, "%s: %s", message, reason);
}

const char *cap_libav_codec_name(enum AVCodecID codec)
{
    return avcodec_get_name(codec);
}
