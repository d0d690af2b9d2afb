// SPDX-License-Identifier: GPL-3.0-or-later
/* The state of the whole recorder in numbers: what the status line and /metrics show. */
#pragma once

#include "index/camera.h"
#include "index/retention/forecast.h"
#include "index/segment/volume.h"
#include "index/state.h"

typedef struct ApiStreamNow {
    const IdxCamera *camera; // of the overview
    const IdxStream *stream; // of the overview
    IdxState *state;
} ApiStreamNow;

typedef struct ApiVolumeNow { // one that is recorded to
    IdxVolume *volume;
    int64_t total_bytes, free_bytes; // of its file system; -1 if it does not answer
    bool has_outlook;
    IdxOutlook outlook; // as the last purge left it
} ApiVolumeNow;

typedef struct ApiOverview {
    GPtrArray *cameras; // IdxCamera *
    GArray *streams;    // ApiStreamNow: those that should be recorded
    int recording;
    GArray *volumes;                           // ApiVolumeNow
    int64_t disk_total_bytes, disk_free_bytes; // of all volumes in use
    int64_t hour_bytes;                        // recorded in the last hour
    double bytes_per_day;                      // at that rate; 0 while nothing has been recorded
    bool clock_synchronised;
    double clock_error_ms; // the kernel's bound; negative if it knows none
    bool capture_running;
    int64_t capture_since_us; // running: started; else last seen; 0 = never
} ApiOverview;

bool api_overview_read(IdxCatalogue *cat, int64_t now_us, ApiOverview *ret_overview,
                       GError **error);
void api_overview_clear(ApiOverview *overview);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ApiOverview, api_overview_clear)
