// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/file_window.h"

#include <errno.h>
#include <glib.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (64 * 1024)
#define BOX_HEADER_BYTES 16 // size = 1, type, 64-bit size (ISO/IEC 14496-12 section 4.2)

/* What stands in for the part left out; there is one only if it is large enough for a box. */
static size_t fill_gap(const ApiFileWindow *window, uint8_t *out, size_t size)
{
    uint8_t header[BOX_HEADER_BYTES] = {0, 0, 0, 1, 'f', 'r', 'e', 'e'};
    uint64_t bytes = GUINT64_TO_BE((uint64_t)(window->from - window->init_bytes));
    memcpy(header + 8, &bytes, sizeof bytes);
    int64_t at = window->position - window->init_bytes;
    size_t length = (size_t)MIN((int64_t)size, window->from - window->position);
    memset(out, 0, length);
    if (at < BOX_HEADER_BYTES)
        memcpy(out, header + at, MIN(length, (size_t)(BOX_HEADER_BYTES - at)));
    return length;
}

static int read_window(void *opaque, uint8_t *out, int size)
{
    ApiFileWindow *window = opaque;
    bool gap = window->position >= window->init_bytes && window->position < window->from;
    if (gap) {
        size_t filled = fill_gap(window, out, (size_t)size);
        window->position += (int64_t)filled;
        return (int)filled;
    }
    int64_t end = window->position < window->init_bytes ? window->init_bytes : window->to;
    if (window->position >= end)
        return AVERROR_EOF;
    ssize_t n = pread(window->fd, out, (size_t)MIN(size, end - window->position), window->position);
    if (n <= 0)
        return n < 0 ? AVERROR(errno) : AVERROR_EOF;
    window->position += n;
    return (int)n;
}

static int64_t seek_window(void *opaque, int64_t offset, int whence)
{
    ApiFileWindow *window = opaque;
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return window->to;
    case SEEK_SET:
        break;
    case SEEK_CUR:
        offset += window->position;
        break;
    case SEEK_END:
        offset += window->to;
        break;
    default:
        return AVERROR(EINVAL);
    }
    if (offset < 0)
        return AVERROR(EINVAL);
    window->position = offset;
    return offset;
}

AVIOContext *api_file_window_open(ApiFileWindow *window)
{
    window->position = 0;
    uint8_t *buffer = av_malloc(BUFFER_BYTES);
    AVIOContext *context = buffer == NULL ? NULL
                                          : avio_alloc_context(buffer, BUFFER_BYTES, 0, window,
                                                               read_window, NULL, seek_window);
    if (context == NULL)
        av_free(buffer);
    return context;
}

void api_file_window_close(AVIOContext **context)
{
    if (*context != NULL) {
        av_freep(&(*context)->buffer);
        avio_context_free(context);
    }
}
