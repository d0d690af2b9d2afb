// SPDX-License-Identifier: GPL-3.0-or-later
/* A fragmented MP4 file of which libavformat is shown only the init part and some fragments.
 *
 * Everything keeps its place in the file: what is left out between the two looks like one box of
 * type 'free', which the demuxer steps over without reading, and the file ends behind the last
 * fragment wanted. So nothing but what is needed is read, also of a file that is still growing. */
#pragma once

#include <libavformat/avio.h>
#include <stdint.h>

typedef struct ApiFileWindow {
    int fd; // not owned
    int64_t init_bytes;
    int64_t from, to; // [from, to): the fragments
    int64_t position; // used by the reader
} ApiFileWindow;

/* An AVIOContext that reads @window, which must outlive it. NULL without memory. Freed with
 * api_file_window_close(). */
AVIOContext *api_file_window_open(ApiFileWindow *window);
void api_file_window_close(AVIOContext **context);
