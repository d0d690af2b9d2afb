// SPDX-License-Identifier: GPL-3.0-or-later
/* A look at a camera before it is added: what it sends, whether its clock is told, a first picture, and whether
 * there is a smaller stream beside it.
 *
 * Here and not in the API, because only recorders reach the cameras. Each probe has a thread of its own, at most
 * CAP_PROBES_MAX at a time; it ends by itself, when nobody waits for it any more, or after CAP_PROBE_MAX_US, whatever
 * the camera does. It asks as a recorder does (event/source.h), so that what it finds is what would be recorded.
 *
 * pipeline: is not probed: whoever may add a camera in the page is not therefore to run programs.
 *
 * Threads: one owner makes, ticks and frees the CapProbes and all its probes (that of control.h). */
#pragma once

#include <gio/gio.h>

#include "capture/video_params.h"
#include "index/base/json.h"

#define CAP_PROBES_MAX 4
#define CAP_PROBE_MAX_US INT64_C(20000000)
#define CAP_PROBE_WATCH_US                                                                         \
    INT64_C(2500000) // of pictures, to see their rate and the camera's reports
#define CAP_PROBE_BRIEF_US                                                                         \
    INT64_C(500000) // of a look before a meeting begins: whether pictures come in order
#define CAP_PROBE_GUESSES 2
#define CAP_PROBE_PICTURE_MAX (8 * 1024 * 1024)

typedef struct CapProbes CapProbes;
typedef struct CapProbe CapProbe;

CapProbes *cap_probes_new(const char *home);
/* Ends all that run, and waits for them. All were left. NULL is allowed. */
void cap_probes_free(CapProbes *probes);
/* Ends what has run for too long; about once a second. */
void cap_probes_tick(CapProbes *probes, int64_t mono_us);

typedef struct CapProbeAsk {
    const char *url;             // with credentials: a secret; or NULL, and then
    const char *camera, *stream; // one of the catalogue, with what is stored of it
    bool brief;                  // CAP_PROBE_BRIEF_US, and nothing beside it
    void (*wake)(void *data);    // when it has ended; from its thread
    void *data;
} CapProbeAsk;

/* MJ_ERROR_BUSY, MJ_ERROR_INVALID, MJ_ERROR_UNSUPPORTED. @ask is copied. */
CapProbe *cap_probe_start(CapProbes *probes, const CapProbeAsk *ask, GError **error);

typedef struct CapProbeFound {
    CapVideoParams *params;
    GBytes *picture; // a key frame, as in packet.h; NULL if it is larger than CAP_PROBE_PICTURE_MAX
    int64_t arrival_us;
    json_t *about; // as wire.h has it
} CapProbeFound;

/* Whether it has ended. Then either *ret_error is set or *ret_found is filled; both belong to the probe. */
bool cap_probe_ended(CapProbe *probe, const CapProbeFound **ret_found, const GError **ret_error);

/* Nobody waits for it any more; the pointer is no longer the caller's. NULL is allowed. */
void cap_probe_leave(CapProbe *probe);

/* Where makers of cameras keep the smaller stream beside @url (with or without credentials): at most
 * CAP_PROBE_GUESSES addresses. Pure. Element type char *. */
GPtrArray *cap_probe_guess(const char *url);
