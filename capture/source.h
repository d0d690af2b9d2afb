// SPDX-License-Identifier: GPL-3.0-or-later
/* Where packets come from. One interface, several kinds; a kind is a constant struct of functions.
 *
 * Order: open → read, read, … → close. One thread uses a source; another may end any wait of open
 * and read at any moment by cancelling @cancel. No call waits for ever: open gives up after
 * CAP_SOURCE_OPEN_US, read after CAP_SOURCE_STALL_US without a packet.
 *
 * Errors say in a sentence what is wrong and what to do; cap_source_reason() makes the state of it.
 */
#pragma once

#include <gio/gio.h>

#include "capture/packet.h"

#define CAP_SOURCE_CONNECT_US INT64_C(5000000)
#define CAP_SOURCE_OPEN_US INT64_C(10000000)
#define CAP_SOURCE_STALL_US INT64_C(5000000)

typedef struct CapSource CapSource;

typedef enum {
    CAP_READ_PACKET, // *ret is filled, the caller clears it
    CAP_READ_END,    // the camera ended the stream in good order
    CAP_READ_FAILED, // @error is set; the source is to be closed
} CapRead;

typedef struct CapSourceKind {
    const char *name;
    /* @url with credentials: a secret that is not kept longer than needed and in no message. */
    CapSource *(*open)(const char *url, GCancellable *cancel, GError **error);
    CapRead (*read)(CapSource *source, CapPacket *ret, GError **error);
    /* How the sound is coded; NULL if there is none. Valid until close. */
    const AVCodecParameters *(*audio)(const CapSource *source);
    void (*close)(CapSource *source); // NULL is allowed
} CapSourceKind;

extern const CapSourceKind cap_source_rtsp; // rtsp:// and rtsps:// through libav

/* The kind for @url. MJ_ERROR_UNSUPPORTED if there is none. */
const CapSourceKind *cap_source_kind(const char *url, GError **error);

/* IDX_REASON_… for what open or read said. Static string. */
const char *cap_source_reason(const GError *error);
