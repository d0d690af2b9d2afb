// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/hall.h"

#include <sys/epoll.h>

#include "api/live/news.h"
#include "api/live/streams.h"
#include "api/live/viewer.h"
#include "index/base/error.h"

#define CODE_STOPS 1001
#define CODE_DENIED 1008
#define CODE_TOO_MUCH 4013

/* What pages are told besides pictures: members of an array, told apart by two of their keys, for those who may. */
typedef struct News {
    const char *say, *key, *first, *second;
    IdxPermit permit;
} News;
static const News STATES = {"states", "streams", "camera", "stream", IDX_MAY_LIVE};
static const News SERVING = {"serving", "places", "hall", "place", IDX_MAY_FIND};

typedef struct Seat {
    ApiViewer *viewer;
    struct MHD_UpgradeResponseHandle *urh;
    uint32_t events; // as epoll has them
    int64_t recheck_us;
    bool rechecking, over;
    ApiSight *sight; // NULL = everything
} Seat;

struct ApiLiveHall {
    ApiDesk *desk;
    const MjClock *clock;
    int epoll_fd;
    ApiStreams *streams;
    GPtrArray *seats;  // Seat *
    GHashTable *by_fd; // fd → Seat *
    uint64_t last_id;
    json_t *states, *serving; // as told last; NULL: not known
    bool looking;
    int64_t looked_us;
};

static void free_seat(void *data)
{
    Seat *seat = data;
    api_sight_free(seat->sight);
    api_viewer_free(seat->viewer);
    MHD_upgrade_action(seat->urh, MHD_UPGRADE_ACTION_CLOSE);
    g_free(seat);
}

ApiLiveHall *api_live_hall_new(ApiDesk *desk, const MjClock *clock, int epoll_fd)
{
    ApiLiveHall *hall = g_new0(ApiLiveHall, 1);
    hall->desk = desk;
    hall->clock = clock;
    hall->epoll_fd = epoll_fd;
    hall->streams = api_streams_new(desk, epoll_fd);
    hall->seats = g_ptr_array_new_with_free_func(free_seat);
    hall->by_fd = g_hash_table_new(NULL, NULL);
    return hall;
}

static ApiDeskJob *job_of(const ApiViewer *viewer, ApiDeskWhat what)
{
    ApiDeskJob *job = g_new0(ApiDeskJob, 1);
    job->what = what;
    job->viewer = api_viewer_id(viewer);
    job->guest = api_guest_ref(api_viewer_guest(viewer));
    return job;
}

// ── tiles
// ───────────────────────────────────────────────────────────────────────────────────────────

/* The tile shows nothing any more, and the log is told how long it did. */
static void leave_tile(ApiLiveHall *hall, ApiViewer *viewer, ApiTile *tile)
{
    api_streams_leave(hall->streams, tile);
    if (!tile->admitted)
        return;
    ApiDeskJob *job = job_of(viewer, API_DESK_LEFT);
    job->camera = g_strdup(tile->camera);
    job->from_us = tile->since_us;
    job->to_us = mj_clock_utc_us(hall->clock);
    api_desk_ask(hall->desk, job);
}

static void end_tile(ApiLiveHall *hall, ApiViewer *viewer, ApiTile *tile)
{
    leave_tile(hall, viewer, tile);
    g_ptr_array_remove(api_viewer_tiles(viewer), tile);
}

static void subscribe(ApiLiveHall *hall, ApiViewer *viewer, const ApiLiveRequest *request)
{
    g_autoptr(GError) error = NULL;
    if (api_viewer_tile(viewer, request->tile) != NULL)
        mj_error_set(&error, MJ_ERROR_CONFLICT, "tile %d is taken", request->tile);
    else if (api_viewer_tiles(viewer)->len >= API_LIVE_TILES_MAX)
        mj_error_set(&error, MJ_ERROR_BUSY, "a page may have %d tiles", API_LIVE_TILES_MAX);
    if (error != NULL) { // of the tile that is there nothing can be said under its number
        api_viewer_close(viewer, CODE_TOO_MUCH, error->message);
        return;
    }
    g_ptr_array_add(api_viewer_tiles(viewer), api_tile_new(request));
    ApiDeskJob *job = job_of(viewer, API_DESK_ADMIT);
    job->tile = request->tile;
    job->camera = g_strdup(request->camera);
    job->stream = g_strdup(request->stream);
    api_desk_ask(hall->desk, job);
}

static void unsubscribe(ApiLiveHall *hall, ApiViewer *viewer, uint16_t number)
{
    ApiTile *tile = api_viewer_tile(viewer, number);
    if (tile != NULL)
        end_tile(hall, viewer, tile);
    api_viewer_say(viewer, api_live_ended(number)); // also of one that was refused meanwhile
}

static void pause_all(ApiViewer *viewer, bool pause)
{
    GPtrArray *tiles = api_viewer_tiles(viewer);
    for (guint i = 0; i < tiles->len; i++) {
        ApiTile *tile = tiles->pdata[i];
        if (pause)
            api_tile_pause(tile);
        else if (tile->source != NULL)
            api_source_resume(tile->source, tile);
        else
            tile->paused = false;
    }
}

static void on_ask(void *data, ApiViewer *viewer, const ApiLiveRequest *request)
{
    ApiLiveHall *hall = data;
    if (request->what == API_LIVE_SUBSCRIBE)
        subscribe(hall, viewer, request);
    else if (request->what == API_LIVE_UNSUBSCRIBE)
        unsubscribe(hall, viewer, request->tile);
    else
        pause_all(viewer, request->what == API_LIVE_PAUSE);
}

// ── seats
// ───────────────────────────────────────────────────────────────────────────────────────────

static void set_events(ApiLiveHall *hall, Seat *seat)
{
    uint32_t events = api_viewer_events(seat->viewer);
    struct epoll_event event = {.events = events, .data.fd = api_viewer_fd(seat->viewer)};
    if (events != seat->events)
        epoll_ctl(hall->epoll_fd, EPOLL_CTL_MOD, event.data.fd, &event);
    seat->events = events;
}

static void leave(ApiLiveHall *hall, Seat *seat)
{
    int fd = api_viewer_fd(seat->viewer);
    GPtrArray *tiles = api_viewer_tiles(seat->viewer);
    for (guint i = 0; i < tiles->len; i++)
        leave_tile(hall, seat->viewer, tiles->pdata[i]);
    epoll_ctl(hall->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    g_hash_table_remove(hall->by_fd, GINT_TO_POINTER(fd));
    g_ptr_array_remove_fast(hall->seats, seat);
}

/* What of it the seat may see. */
static void tell(const Seat *seat, const News *news, const json_t *all)
{
    if (all == NULL || !api_guest_may(api_viewer_guest(seat->viewer), news->permit))
        return;
    g_autoptr(json_t) seen = api_sight_of(seat->sight, all);
    if (json_array_size(seen) > 0)
        api_viewer_say(seat->viewer, json_pack("{s:s, s:O}", "say", news->say, news->key, seen));
}

static void tell_all(ApiLiveHall *hall, const News *news, const json_t *all)
{
    for (guint i = 0; i < hall->seats->len; i++)
        tell(hall->seats->pdata[i], news, all);
}

static void tell_known(ApiLiveHall *hall, const Seat *seat)
{
    tell(seat, &STATES, hall->states);
    tell(seat, &SERVING, hall->serving);
}

void api_live_hall_enter(ApiLiveHall *hall, ApiGuest *guest, int fd, GBytes *extra,
                         struct MHD_UpgradeResponseHandle *urh)
{
    gsize size = 0;
    const void *bytes = g_bytes_get_data(extra, &size);
    ApiViewerConfig config = {.id = ++hall->last_id,
                              .guest = guest,
                              .fd = fd,
                              .extra = bytes,
                              .extra_size = size,
                              .ask = on_ask,
                              .data = hall};
    Seat *seat = g_new0(Seat, 1);
    seat->viewer = api_viewer_new(&config);
    seat->urh = urh;
    struct epoll_event event = {.data.fd = fd};
    if (seat->viewer == NULL || epoll_ctl(hall->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        free_seat(seat);
        return;
    }
    if (guest->limited) // until it is known what she sees: nothing
        seat->sight = api_sight_none();
    else
        seat->recheck_us = g_get_monotonic_time() + API_LIVE_RECHECK_US;
    g_ptr_array_add(hall->seats, seat);
    g_hash_table_insert(hall->by_fd, GINT_TO_POINTER(fd), seat);
    api_viewer_say(seat->viewer, api_live_hello());
    tell_known(hall, seat);
    seat->over = size > 0 && !api_viewer_read(seat->viewer); // what came with the request
}

void api_live_hall_event(ApiLiveHall *hall, int fd, uint32_t events)
{
    Seat *seat = g_hash_table_lookup(hall->by_fd, GINT_TO_POINTER(fd));
    if (seat == NULL)
        api_streams_event(hall->streams, fd);
    else if (!(events & ~(uint32_t)EPOLLOUT ? api_viewer_read(seat->viewer)
                                            : api_viewer_write(seat->viewer)))
        seat->over = true;
}

void api_live_hall_send(ApiLiveHall *hall)
{
    for (guint i = hall->seats->len; i > 0; i--) {
        Seat *seat = hall->seats->pdata[i - 1];
        bool waits = seat->events & api_viewer_events(seat->viewer) & EPOLLOUT;
        if (seat->over || (!waits && !api_viewer_write(seat->viewer)))
            leave(hall, seat);
        else
            set_events(hall, seat);
    }
}

static void recheck(ApiLiveHall *hall, Seat *seat, int64_t now_us)
{
    if (seat->rechecking || now_us < seat->recheck_us)
        return;
    seat->rechecking = true;
    api_desk_ask(hall->desk, job_of(seat->viewer, API_DESK_RECHECK));
}

static void look(ApiLiveHall *hall, int64_t now_us)
{
    if (hall->seats->len == 0) { // what is known grows old
        g_clear_pointer(&hall->states, json_decref);
        g_clear_pointer(&hall->serving, json_decref);
        hall->looked_us = 0;
    } else if (!hall->looking && now_us - hall->looked_us >= API_LIVE_LOOK_US) {
        hall->looking = true;
        hall->looked_us = now_us;
        ApiDeskJob *job = g_new0(ApiDeskJob, 1);
        job->what = API_DESK_LOOK;
        job->tile = hall->serving == NULL; // all of it
        api_desk_ask(hall->desk, job);
    }
}

void api_live_hall_tick(ApiLiveHall *hall, int64_t now_us)
{
    api_streams_tick(hall->streams, now_us);
    look(hall, now_us);
    for (guint i = 0; i < hall->seats->len; i++) {
        Seat *seat = hall->seats->pdata[i];
        seat->over |= !api_viewer_tick(seat->viewer, now_us);
        recheck(hall, seat, now_us);
    }
}

// ── answers
// ─────────────────────────────────────────────────────────────────────────────────────────

static Seat *seat_of(const ApiLiveHall *hall, uint64_t id)
{
    for (guint i = 0; i < hall->seats->len; i++) {
        Seat *seat = hall->seats->pdata[i];
        if (api_viewer_id(seat->viewer) == id)
            return seat;
    }
    return NULL;
}

/* Whether the tile is still the one that was asked for. */
static bool is_asked(const ApiTile *tile, const ApiDeskJob *job)
{
    return tile != NULL && !tile->admitted && g_str_equal(tile->camera, job->camera) &&
           g_str_equal(tile->stream, job->stream);
}

static void admitted(ApiLiveHall *hall, Seat *seat, const ApiDeskJob *job)
{
    ApiTile *tile = api_viewer_tile(seat->viewer, job->tile);
    if (!is_asked(tile, job))
        return;
    if (job->error != NULL) {
        api_viewer_say(seat->viewer, api_live_refused(job->tile, job->error));
        end_tile(hall, seat->viewer, tile);
        return;
    }
    tile->admitted = true;
    tile->since_us = job->from_us;
    api_streams_show(hall->streams, tile, job->shard);
}

static void end_unseen(ApiLiveHall *hall, Seat *seat)
{
    GPtrArray *tiles = api_viewer_tiles(seat->viewer);
    for (guint i = tiles->len; i > 0; i--) {
        ApiTile *tile = tiles->pdata[i - 1];
        g_autoptr(GError) error = NULL;
        if (!tile->admitted || api_sight_camera(seat->sight, tile->camera))
            continue;
        mj_error_set(&error, MJ_ERROR_NOT_FOUND, "no camera %.80s", tile->camera);
        api_viewer_say(seat->viewer, api_live_refused(tile->number, error));
        end_tile(hall, seat->viewer, tile);
    }
}

static void rechecked(ApiLiveHall *hall, Seat *seat, ApiDeskJob *job)
{
    seat->rechecking = false;
    seat->recheck_us = g_get_monotonic_time() + API_LIVE_RECHECK_US;
    if (mj_error_is(job->error, MJ_ERROR_DENIED))
        api_viewer_close(seat->viewer, CODE_DENIED, job->error->message);
    if (job->error != NULL || api_sight_equal(seat->sight, job->sight))
        return;
    api_sight_free(seat->sight);
    seat->sight = g_steal_pointer(&job->sight);
    end_unseen(hall, seat);
    tell_known(hall, seat);
}

static void tell_changed(ApiLiveHall *hall, const News *news, json_t **known, const json_t *now)
{
    if (now == NULL)
        return;
    g_autoptr(json_t) changed = api_news_changed(*known, now, news->first, news->second);
    if (json_array_size(changed) > 0)
        tell_all(hall, news, changed);
    json_decref(*known);
    *known = json_incref((json_t *)(uintptr_t)now);
}

static void looked(ApiLiveHall *hall, const ApiDeskJob *job)
{
    hall->looking = false;
    if (job->error != NULL)
        mj_log_warning(NULL, "live pages are not told what is new: %s", job->error->message);
    tell_changed(hall, &STATES, &hall->states, job->states);
    tell_changed(hall, &SERVING, &hall->serving, job->serving);
}

void api_live_hall_answer(ApiLiveHall *hall, ApiDeskJob *job)
{
    Seat *seat = seat_of(hall, job->viewer);
    if (job->what == API_DESK_LOOK)
        looked(hall, job);
    else if (job->what == API_DESK_LOCATE || job->what == API_DESK_CONNECT)
        api_streams_answer(hall->streams, job);
    else if (seat != NULL && job->what == API_DESK_ADMIT)
        admitted(hall, seat, job);
    else if (seat != NULL && job->what == API_DESK_RECHECK)
        rechecked(hall, seat, job);
}

void api_live_hall_free(ApiLiveHall *hall)
{
    if (hall == NULL)
        return;
    while (hall->seats->len > 0) {
        Seat *seat = hall->seats->pdata[0];
        api_viewer_close(seat->viewer, CODE_STOPS, "the server stops");
        api_viewer_write(seat->viewer);
        leave(hall, seat);
    }
    api_streams_free(hall->streams);
    g_ptr_array_unref(hall->seats);
    g_hash_table_unref(hall->by_fd);
    json_decref(hall->states);
    json_decref(hall->serving);
    g_free(hall);
}
