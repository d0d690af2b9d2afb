// SPDX-License-Identifier: GPL-3.0-or-later
/* Who reads a camera: our own client, or libav. */
#include "capture/source.h"

#include <string.h>

#include "capture/rtsp/reader.h"

struct CapSource { // whoever it is, with its own source
    const CapSourceKind *kind;
    CapSource *inner;
};

static CapSource *wrap(const CapSourceKind *kind, CapSource *inner)
{
    if (!inner)
        return NULL;
    CapSource *source = g_new(CapSource, 1);
    *source = (CapSource){kind, inner};
    return source;
}

static CapSource *source_open(const char *url, GCancellable *cancel, GError **error)
{
    if (g_str_has_prefix(url, "rtsp://") && !g_str_has_suffix(url, "#udp")) {
        g_autoptr(GError) failed = NULL;
        bool other = false;
        CapSource *inner = cap_rtsp_reader_open(url, cancel, &other, &failed);
        if (!other) {
            if (failed)
                g_propagate_error(error, g_steal_pointer(&failed));
            return wrap(&cap_rtsp_reader, inner);
        }
    }
    return wrap(&cap_source_libav, cap_source_libav.open(url, cancel, error));
}

static CapRead source_read(CapSource *source, CapPacket *ret, GError **error)
{
    return source->kind->read(source->inner, ret, error);
}

static const AVCodecParameters *source_audio(const CapSource *source)
{
    return source->kind->audio(source->inner);
}

static int64_t source_packets_lost(const CapSource *source)
{
    return source->kind->packets_lost(source->inner);
}

static void source_close(CapSource *source)
{
    if (!source)
        return;
    source->kind->close(source->inner);
    g_free(source);
}

const CapSourceKind cap_source_rtsp = {
    .open = source_open,
    .read = source_read,
    .audio = source_audio,
    .packets_lost = source_packets_lost,
    .close = source_close,
};
