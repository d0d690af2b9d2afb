// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/libav.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "index/base/log.h"

#define MISSED "RTP: missed %d packets\n" // libavformat 59 to 61: the only word of it

static _Thread_local int64_t packets_missed;

static void count_missed(const char *format, va_list arguments)
{
    if (strcmp(format, MISSED) != 0)
        return;
    va_list copy;
    va_copy(copy, arguments);
    int missed = va_arg(copy, int);
    packets_missed += MAX(missed, 0);
    va_end(copy);
}

static void count_alone(void *context, int level, const char *format, va_list arguments)
{
    (void)context;
    if (level <= AV_LOG_WARNING)
        count_missed(format, arguments);
}

int64_t cap_libav_packets_missed(void)
{
    return packets_missed;
}

static void log_line(void *context, int level, const char *format, va_list arguments)
{
    if (level > AV_LOG_WARNING)
        return;
    count_missed(format, arguments);
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
        av_log_set_callback(count_alone);
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
