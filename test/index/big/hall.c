// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/big/hall.h"

#include "index/camera.h"
#include "index/link/linking.h"
#include "index/place.h"

#define DESKS 30
#define LOBBY 6
#define ROOMS 2
#define BEFORE_US (400 * MJ_DAY_US) // cameras were there long before

uint64_t big_hash(uint64_t seed, uint64_t a, uint64_t b)
{
    uint64_t z = seed * UINT64_C(0x9e3779b97f4a7c15) ^ a * UINT64_C(0xbf58476d1ce4e5b9) ^
                 (b + 1) * UINT64_C(0x94d049bb133111eb);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t big_below(uint64_t *state, uint64_t below)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return big_hash(*state, 1, 2) % below;
}

char *big_hall_camera(int camera)
{
    if (camera < BIG_WINDOWS)
        return g_strdup_printf("w%02d-face", camera + 1);
    if (camera < BIG_WINDOWS + DESKS)
        return g_strdup_printf("desk%02d", camera - BIG_WINDOWS + 1);
    int rest = camera - BIG_WINDOWS - DESKS;
    return rest < LOBBY           ? g_strdup_printf("hall%d", rest + 1)
           : rest < LOBBY + ROOMS ? g_strdup_printf("room%d", rest - LOBBY + 1)
                                  : g_strdup_printf("session%d", rest - LOBBY - ROOMS + 1);
}

static const char *kind_of(int camera)
{
    int rest = camera - BIG_WINDOWS - DESKS;
    return rest < 0 ? "window" : rest < LOBBY ? "hall" : rest < LOBBY + ROOMS ? "room" : "session";
}

void big_hall_plan(BigHall *hall, int64_t segments, int64_t events, uint64_t seed)
{
    *hall = (BigHall){.seed = seed, .segments = segments, .events = events};
    for (int64_t found = 0; found < segments; hall->minutes++)
        for (int i = 0; i < BIG_CAMERAS; i++)
            found += !big_segment_missing(hall, i, hall->minutes);
    hall->start_us = BIG_END_US - hall->minutes * MJ_MINUTE_US;
}

static bool cover(IdxCatalogue *cat, const char *place, int camera, GError **error)
{
    g_autofree char *code = big_hall_camera(camera);
    return idx_coverage_add(cat, place, code, INT64_MIN, INT64_MAX, BIG_END_US, error);
}

static bool add_places(IdxCatalogue *cat, GError **error)
{
    for (int w = 0; w < BIG_WINDOWS; w++) {
        g_autofree char *code = g_strdup_printf("W%02d", w + 1);
        if (!idx_place_add(cat, code, NULL, error) || !cover(cat, code, w, error) ||
            !cover(cat, code, BIG_WINDOWS + w / 2, error))
            return false;
    }
    for (int r = 0; r < ROOMS; r++) {
        g_autofree char *code = g_strdup_printf("R%d", r + 1);
        int room = BIG_WINDOWS + DESKS + LOBBY + r;
        if (!idx_place_add(cat, code, NULL, error) || !cover(cat, code, room, error) ||
            !cover(cat, code, room + ROOMS, error))
            return false;
    }
    return true;
}

bool big_hall_find(BigHall *hall, IdxCatalogue *cat, GError **error)
{
    for (int i = 0; i < BIG_CAMERAS; i++) {
        g_autofree char *code = big_hall_camera(i);
        g_autoptr(IdxCamera) camera = idx_camera_get(cat, code, error);
        if (!camera)
            return false;
        hall->stream[i] = ((const IdxStream *)camera->streams->pdata[0])->id;
    }
    return true;
}

bool big_hall_furnish(BigHall *hall, IdxCatalogue *cat, GError **error)
{
    if (!idx_begin(cat, error))
        return false;
    for (int i = 0; i < BIG_CAMERAS; i++) {
        g_autofree char *code = big_hall_camera(i);
        g_autofree char *url = g_strdup_printf("rtsp://192.0.2.7/%s", code);
        if (!idx_camera_add(cat, code, url, NULL, NULL, kind_of(i), NULL,
                            hall->start_us - BEFORE_US, error)) {
            idx_rollback(cat);
            return false;
        }
    }
    if (!add_places(cat, error)) {
        idx_rollback(cat);
        return false;
    }
    bool done = false; // as the command that changes the map does
    return idx_commit(cat, error) &&
           idx_linking_run(cat, &(IdxLinking){.now_us = BIG_END_US}, &done, error) &&
           big_hall_find(hall, cat, error);
}
