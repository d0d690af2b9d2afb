// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/overview.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/segment/segment.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#define RATE_WINDOW_US MJ_HOUR_US // the rate at which the disk fills is that of the last hour
#define RATE_MIN_US MJ_MINUTE_US  // and over less than this says little of a day

static void stream_clear(void *data)
{
    idx_state_free(((ApiStreamNow *)data)->state);
}

static bool read_streams(IdxCatalogue *cat, int64_t now_us, ApiOverview *overview, GError **error)
{
    overview->cameras = idx_camera_list(cat, false, error);
    overview->streams = g_array_new(FALSE, FALSE, sizeof(ApiStreamNow));
    g_array_set_clear_func(overview->streams, stream_clear);
    for (guint i = 0; overview->cameras != NULL && i < overview->cameras->len; i++) {
        const IdxCamera *camera = g_ptr_array_index(overview->cameras, i);
        for (guint j = 0; j < camera->streams->len; j++) {
            const IdxStream *stream = g_ptr_array_index(camera->streams, j);
            if (!stream->record)
                continue;
            ApiStreamNow now = {camera, stream, idx_state_get(cat, stream->id, now_us, error)};
            if (now.state == NULL)
                return false;
            g_array_append_val(overview->streams, now);
            overview->recording += g_str_equal(now.state->state, IDX_STATE_RECORDING) ? 1 : 0;
        }
    }
    return overview->cameras != NULL;
}

static void volume_clear(void *data)
{
    idx_volume_free(((ApiVolumeNow *)data)->volume);
}

/* One that is said to hang or to be gone is not asked. What a file system says that was well when
 * capture looked, and is not now, its state will tell. */
static bool ask(const IdxVolume *volume, struct statvfs *ret_disk, int64_t *ret_device)
{
    struct stat about;
    if (g_str_equal(volume->state, IDX_VOLUME_STALLED) ||
        g_str_equal(volume->state, IDX_VOLUME_MISSING) || stat(volume->path, &about) != 0 ||
        statvfs(volume->path, ret_disk) != 0)
        return false;
    *ret_device = (int64_t)about.st_dev;
    return true;
}

/* Also all volumes together, each file system once. */
static bool read_volumes(IdxCatalogue *cat, ApiOverview *overview, GError **error)
{
    g_autoptr(GPtrArray) volumes = idx_volume_list(cat, error);
    g_autoptr(GHashTable) devices =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    overview->volumes = g_array_new(FALSE, FALSE, sizeof(ApiVolumeNow));
    g_array_set_clear_func(overview->volumes, volume_clear);
    g_autoptr(GArray) outlooks = volumes != NULL ? idx_outlook_list(cat, error) : NULL;
    while (outlooks != NULL && volumes->len > 0) {
        ApiVolumeNow now = {
            .volume = g_ptr_array_steal_index(volumes, 0), .total_bytes = -1, .free_bytes = -1};
        const IdxOutlook *outlook = idx_outlook_in(outlooks, now.volume->id);
        now.has_outlook = outlook != NULL;
        now.outlook = outlook != NULL ? *outlook : (IdxOutlook){0};
        struct statvfs disk;
        int64_t device = 0;
        if (now.volume->removed_us != 0) {
            idx_volume_free(now.volume);
            continue;
        }
        if (ask(now.volume, &disk, &device)) {
            now.total_bytes = (int64_t)disk.f_blocks * (int64_t)disk.f_frsize;
            now.free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
            bool new_device = g_hash_table_add(devices, g_memdup2(&device, sizeof device));
            overview->disk_total_bytes += new_device ? now.total_bytes : 0;
            overview->disk_free_bytes += new_device ? now.free_bytes : 0;
        }
        g_array_append_val(overview->volumes, now);
    }
    return outlooks != NULL;
}

static bool read_disk(IdxCatalogue *cat, int64_t now_us, ApiOverview *overview, GError **error)
{
    if (!read_volumes(cat, overview, error))
        return false;
    int64_t first_us = 0;
    if (!idx_segment_bytes_since(cat, now_us - RATE_WINDOW_US, &overview->hour_bytes, &first_us,
                                 error))
        return false;
    if (overview->hour_bytes > 0) {
        int64_t since_us = MAX(now_us - first_us, RATE_MIN_US);
        overview->bytes_per_day = (double)overview->hour_bytes * MJ_DAY_US / (double)since_us;
    }
    return true;
}

static void read_clock(ApiOverview *overview)
{
    struct timex clock = {0};
    bool known = adjtimex(&clock) >= 0;
    overview->clock_synchronised = known && (clock.status & STA_UNSYNC) == 0;
    // while unsynchronised the bound is a constant that says nothing
    overview->clock_error_ms = overview->clock_synchronised ? (double)clock.maxerror / 1000.0 : -1;
}

static bool read_capture(IdxCatalogue *cat, int64_t now_us, ApiOverview *overview, GError **error)
{
    IdxLife life = {0};
    if (!idx_recorder_life(cat, 0, now_us, &life, error))
        return false;
    overview->capture_running = life.alive;
    overview->capture_since_us = life.alive ? life.started_us : life.last_us;
    return true;
}

bool api_overview_read(IdxCatalogue *cat, int64_t now_us, ApiOverview *ret_overview, GError **error)
{
    g_auto(ApiOverview) overview = {0};
    if (!read_streams(cat, now_us, &overview, error) || !read_disk(cat, now_us, &overview, error) ||
        !read_capture(cat, now_us, &overview, error))
        return false;
    read_clock(&overview);
    *ret_overview = overview;
    overview = (ApiOverview){0}; // the caller's now
    return true;
}

void api_overview_clear(ApiOverview *overview)
{
    g_clear_pointer(&overview->streams, g_array_unref);
    g_clear_pointer(&overview->volumes, g_array_unref);
    g_clear_pointer(&overview->cameras, g_ptr_array_unref);
    *overview = (ApiOverview){0};
}
