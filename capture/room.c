// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/room.h"

#include "capture/recording.h"
#include "index/segment/segment.h"

#define NEAR_US (CAP_ROOM_LEAST_US / 2) // a key frame should come within it

bool cap_room_find(const char *home, int64_t stream_id, int64_t at_us, CapRoom *ret, GError **error)
{
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_READ, error);
    if (!cat)
        return false;
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxSegment) segment = idx_segment_before(cat, stream_id, at_us, &failed);
    CapRoom room = {MAX(at_us, segment ? segment->end_us : at_us), INT64_MAX};
    int64_t after_us = at_us;
    while (!failed) {
        g_autoptr(IdxSegment) next = idx_segment_next(cat, stream_id, after_us, &failed);
        if (!next)
            break;
        if (next->start_us - room.from_us >= CAP_ROOM_LEAST_US) {
            room.to_us = next->start_us;
            break;
        }
        after_us = next->start_us;
        room.from_us = MAX(room.from_us, next->end_us);
    }
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    *ret = room;
    return true;
}

void cap_boundary_clear(CapBoundary *boundary)
{
    g_clear_pointer(&boundary->note, g_free);
}

/* False if it is not known. */
static bool ask(CapPlace *place, int64_t at_us, CapRoom *ret)
{
    g_autoptr(GError) error = NULL;
    if (cap_room_find(place->home, place->stream_id, at_us, ret, &error))
        return true;
    mj_log_warning(place->log, "cannot look for footage of this time: %s", error->message);
    return false;
}

static char *describe(const CapPlace *place, int64_t start_us, int64_t clock_us, int64_t end_us)
{
    if (start_us - clock_us > CAP_SLEW_BACK_US)
        return g_strdup_printf(
            "there is earlier footage of this time; what follows is %.3f s ahead "
            "of the clock",
            (double)(start_us - clock_us) / MJ_SECOND_US);
    if (end_us - start_us > CAP_SLEW_BACK_US)
        return g_strdup_printf("what was recorded before is up to %.3f s ahead of the clock",
                               (double)(end_us - start_us) / MJ_SECOND_US);
    return NULL;
}

static CapBoundary settle(CapPlace *place, int64_t start_us, int64_t clock_us, int64_t end_us,
                          int64_t last_us)
{
    CapBoundary boundary = {.start_us = start_us,
                            .end_us = end_us,
                            .off_us = clock_us - start_us,
                            .note = describe(place, start_us, clock_us, last_us)};
    if (boundary.note)
        mj_log_warning(place->log, "%s", boundary.note);
    place->chain_us = start_us;
    return boundary;
}

CapBoundary cap_place_begin(CapPlace *place, int64_t clock_us, int64_t end_us)
{
    int64_t start_us = MAX(clock_us, end_us);
    bool back = start_us - clock_us > CAP_SLEW_BACK_US;
    bool own = place->room.to_us != 0 && clock_us >= place->chain_us;
    bool known = place->room.to_us != 0 && (!back || own) && !cap_place_ends(place, start_us);
    CapRoom room;
    if (!known && ask(place, clock_us, &room)) {
        place->room = room;
        start_us = back ? MAX(clock_us, room.from_us) : MAX(start_us, room.from_us);
    }
    return settle(place, start_us, clock_us, end_us, end_us);
}

/* Whether the run may go back to @clock_us: if that is before all it has recorded, and free. */
static bool goes_back(CapPlace *place, int64_t clock_us)
{
    CapRoom room;
    if (clock_us >= place->chain_us ||
        (clock_us >= place->taken.from_us && clock_us < place->taken.to_us) ||
        !ask(place, clock_us, &room))
        return false;
    if (room.from_us - clock_us > CAP_SLEW_BACK_US || room.from_us >= place->chain_us) {
        place->taken = (CapRoom){clock_us, room.from_us};
        return false;
    }
    place->room = room;
    return true;
}

CapBoundary cap_place_meet(CapPlace *place, int64_t clock_us, int64_t natural_us, int64_t room_us)
{
    int64_t slew_us = clock_us - natural_us;
    int64_t ahead_us = MAX(clock_us, natural_us);
    CapRoom room;
    if (-slew_us > CAP_SLEW_BACK_US && goes_back(place, clock_us))
        return settle(place, MAX(clock_us, place->room.from_us), clock_us, natural_us, natural_us);
    if ((slew_us > CAP_SLEW_US || cap_place_ends(place, ahead_us)) && ask(place, ahead_us, &room)) {
        place->room = room;
        if (room.from_us > natural_us)
            return settle(place, room.from_us, clock_us, natural_us, natural_us);
    }
    if (slew_us > CAP_SLEW_US)
        return settle(place, clock_us, clock_us, natural_us, natural_us);
    int64_t meet_us = natural_us + MAX(slew_us, -room_us);
    return (CapBoundary){meet_us, meet_us, clock_us - meet_us, NULL};
}

int64_t cap_place_cut(const CapPlace *place, int64_t length_us, int64_t utc_us)
{
    uint64_t mixed = (uint64_t)place->stream_id * UINT64_C(0x9E3779B97F4A7C15);
    int64_t stagger_us = (int64_t)(mixed >> 32) % length_us;
    return (utc_us - stagger_us) / length_us * length_us + stagger_us + length_us;
}

bool cap_place_ends(const CapPlace *place, int64_t now_us)
{
    return place->room.to_us != 0 && now_us > place->room.to_us - NEAR_US;
}
