// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/event/ingest.h"
#include "index/event/source.h"
#include "index/link/linking.h"
#include "index/link/relink.h"
#include "test/index/world.h"

#include <inttypes.h>
#include <string.h>

#define MIDNIGHT_US (T0 + 52200 * MJ_SECOND_US) // the first in the hall

static const char *const SOURCES_OF[SOURCES] = {SOURCE, "/approvals", "/meetings", "/kiosks",
                                                "/rating"};

void world_begin_events(World *w)
{
    static const char *const SEEN[][2] = {{"P0", "C0"}, {"P0", "C1"}, {"P1", "C1"}, {"P2", "C2"}};
    model_init(&w->model);
    for (size_t i = 0; i < G_N_ELEMENTS(SEEN); i++) {
        Sees sees = {g_intern_string(SEEN[i][0]), g_intern_string(SEEN[i][1]), MODEL_EVER,
                     MODEL_OPEN};
        model_see(&w->model, &sees);
    }
    w->sources = g_array_new(FALSE, TRUE, sizeof(int));
    w->last_us = T0;
    w->murky = world_below(w, 3) == 0;
    for (int i = 0; i < SOURCES; i++)
        w->skew_us[i] = ((int64_t)world_below(w, 80) - 40) * MJ_SECOND_US;
}

static const char *one_of(World *w, const char *words)
{
    g_auto(GStrv) list = g_strsplit(words, " ", -1);
    return g_intern_string(list[world_below(w, g_strv_length(list))]);
}

/* --- what happens ----------------------------------------------------------------------------- */

/* Every moment is another one: what comes first at the same one is for test-link/linker.c. */
static int64_t moment(World *w, int source, bool night)
{
    int64_t us = w->last_us + ((int64_t)world_below(w, 240) - 60) * MJ_MINUTE_US;
    uint32_t how = world_below(w, 4);
    if (how == 0)
        us = w->now_us - world_below(w, 30 * 24 * 60) * MJ_MINUTE_US; // up to a month late
    else if (how == 1)
        us = w->now_us - w->skew_us[source]; // now
    if (night)
        us = MIDNIGHT_US + world_below(w, 3) * MJ_DAY_US +
             ((int64_t)world_below(w, 600) - 300) * MJ_MINUTE_US;
    us = CLAMP(us, T0, w->now_us + MJ_MINUTE_US);
    w->last_us = us;
    return us + ++w->ticks;
}

static void ticket(World *w, Told *told, bool night)
{
    told->type = one_of(w, "hall.ticket.called hall.ticket.called hall.ticket.recalled "
                           "hall.ticket.started hall.ticket.finished hall.ticket.finished "
                           "hall.ticket.passed hall.ticket.transferred hall.ticket.paused "
                           "hall.ticket.rated hall.ticket.taken");
    bool must = strstr(told->type, "called") || strstr(told->type, "started");
    told->place = must || world_below(w, 3) == 0 ? one_of(w, "P0 P0 P0 P1 P1 P3") : NULL;
    told->ticket = night ? one_of(w, "N0 N1") : one_of(w, "A0 A0 A0 A1 A2");
    told->day = night ? 0 : DAY;
    if (!night && world_below(w, 5) == 0)
        told->ticket_id = one_of(w, "x y");
    told->approval = world_below(w, 3) ? NULL : one_of(w, "SP0 SP1");
}

/* It knows numbers and windows, and sometimes not even these. */
static void rating(World *w, Told *told)
{
    told->type = g_intern_string("hall.ticket.rated");
    told->place = world_below(w, 4) ? one_of(w, "P0 P0 P1") : NULL;
    told->ticket = one_of(w, "A0 A0 A1 A2 N0 N1");
    told->day = world_below(w, 4) ? DAY : 0;
}

static void approval(World *w, Told *told)
{
    told->type = one_of(w, "hall.approval.accepted hall.approval.node hall.approval.issued");
    told->place = world_below(w, 3) ? one_of(w, "P0 P1 P3") : NULL;
    told->approval = one_of(w, "SP0 SP1");
    if (world_below(w, 3) == 0) {
        told->ticket = one_of(w, "A0 A1 N0");
        told->day = world_below(w, 2) ? DAY : 0;
    }
}

static void meeting(World *w, Told *told, bool trade)
{
    told->type = trade ? one_of(w, "hall.trade.started hall.trade.ended hall.trade.scored")
                       : one_of(w, "hall.session.started hall.session.ended hall.session.joined "
                                   "hall.session.scheduled hall.session.rated");
    bool must = strstr(told->type, "started");
    told->place = must || world_below(w, 3) == 0 ? one_of(w, "P2 P2 P2 P1 P3") : NULL;
    told->session = trade ? one_of(w, "T0:opening T1:opening") : one_of(w, "S0 S1");
    told->approval = trade || world_below(w, 3) ? NULL : one_of(w, "SP0 SP1");
}

static Told make(World *w, int source, bool night)
{
    Told told = {.source = g_intern_string(SOURCES_OF[source]), .ver = 1};
    night = night && source == 0;
    if (source == 0 || source == 3)
        ticket(w, &told, night);
    else if (source == 4)
        rating(w, &told);
    else if (source == 1)
        approval(w, &told);
    else
        meeting(w, &told, world_below(w, 2));
    told.time_us = moment(w, source, night);
    return told;
}

/* A correction of one of before, by its number or by another; or that one says it never was. */
static void correct(World *w, Told *told, guint number)
{
    g_autofree char *text = g_strdup_printf("e%u", number);
    const char *id = g_intern_string(text);
    if (world_below(w, 2)) {
        told->id = id;
        told->ver = 2 + world_below(w, 1000);
    } else {
        told->corrects = id;
    }
    told->cancelled = world_below(w, 4) == 0;
}

static void give_id(World *w, Told *told, int source)
{
    g_autofree char *id = g_strdup_printf("e%u", w->sources->len);
    told->id = g_intern_string(id);
    g_array_append_val(w->sources, source);
}

static Told next(World *w)
{
    static const int OF[] = {0, 0, 0, 0, 3, 3, 4, 1, 2, 2};
    bool again = w->sources->len > 0 && world_below(w, 5) == 0;
    guint number = again ? world_below(w, w->sources->len) : 0;
    int source =
        again ? g_array_index(w->sources, int, number) : OF[world_below(w, G_N_ELEMENTS(OF))];
    Told told = make(w, source, world_below(w, 4) == 0);
    if (again)
        correct(w, &told, number);
    if (!told.id)
        give_id(w, &told, source);
    return told;
}

/* --- telling ---------------------------------------------------------------------------------- */

static void member(GString *data, const char *name, const char *value)
{
    if (value)
        g_string_append_printf(data, ",\"%s\":\"%s\"", name, value);
}

/* What stands for the number of a meeting at a trading platform is project and type. */
static void append_session(GString *data, const Told *told)
{
    if (!g_str_has_prefix(told->type, "hall.trade.")) {
        member(data, "session_id", told->session);
        return;
    }
    g_auto(GStrv) parts = g_strsplit(told->session, ":", 2);
    member(data, "project_no", parts[0]);
    member(data, "session_type", parts[1]);
}

static char *json_of(const Told *told)
{
    g_autoptr(GString) data = g_string_new(NULL);
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("+08:00");
    g_autofree char *time = mj_time_format(told->time_us, zone);
    g_string_append_printf(data, "\"data_ver\":%" PRId64, told->ver);
    member(data, "ticket_no", told->ticket);
    member(data, "ticket_id", told->ticket_id);
    member(data, "approval_id", told->approval);
    member(data, "correction_of", told->corrects);
    member(data, told->session ? "room" : "window_no", told->place);
    member(data, "ticket_day", told->day ? "2026-11-22" : NULL);
    append_session(data, told);
    if (told->cancelled)
        g_string_append(data, ",\"data_state\":0");
    return g_strdup_printf("{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"%s\","
                           "\"type\":\"%s\",\"time\":\"%s\",\"data\":{%s}}\n",
                           told->id, told->source, told->type, time, data->str);
}

/* What was measured of clocks is told by the catalogue: test-event/source.c looks whether it is right. */
static void read_measured(World *w)
{
    g_autofree char *rows = fixture_dump(
        w->f->cat, "SELECT source, coalesce(from_us, 'ever'), offset_us, uncertainty_us FROM"
                   " source_clock WHERE how = 'measured' AND superseded_us IS NULL ORDER BY id");
    g_auto(GStrv) lines = g_strsplit(rows, "\n", -1);
    for (size_t i = 0; lines[i] && lines[i][0]; i++) {
        g_auto(GStrv) parts = g_strsplit(lines[i], "|", -1);
        Said said = {.source = g_intern_string(parts[0]), .measured = true, .has_offset = true};
        said.from_us =
            strcmp(parts[1], "ever") == 0 ? MODEL_EVER : g_ascii_strtoll(parts[1], NULL, 10);
        said.offset_us = g_ascii_strtoll(parts[2], NULL, 10);
        said.doubt_us = g_ascii_strtoll(parts[3], NULL, 10);
        model_set_clock(&w->model, &said);
        w->measured++;
    }
}

void world_linked(World *w)
{
    bool pending = false;
    g_assert_true(idx_linking_pending(w->f->cat, &pending, NULL));
    g_assert_false(pending);
    w->waits = false;
    read_measured(w);
    world_follow(w);
}

/* What was linked by the clocks of before is held, though it is linked by those of now then. */
static void link_rest(World *w)
{
    g_autoptr(GError) error = NULL;
    world_follow(w);
    idx_relink_run(w->f->cat, w->now_us, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    world_linked(w);
}

static void send(World *w, const char *lines, const GArray *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxEventBatch) batch =
        idx_event_add_text(w->f->cat, lines, strlen(lines), IDX_EVENT_FORM_ANY, w->now_us, &error);
    g_assert_no_error(error);
    g_assert_cmpint((int)batch->results->len, ==, (int)wanted->len);
    for (guint i = 0; i < wanted->len; i++) {
        const IdxEventResult *r = &g_array_index(batch->results, IdxEventResult, i);
        if (r->status != g_array_index(wanted, IdxEventStatus, i))
            g_error("%s is %d: %s in\n%s", r->id, (int)r->status, r->message, lines);
    }
}

static void tell(World *w, const Told *told, GString *lines, GArray *wanted)
{
    static const IdxEventStatus STATUS[] = {[MODEL_NEW] = IDX_EVENT_ACCEPTED,
                                            [MODEL_SAME] = IDX_EVENT_DUPLICATE,
                                            [MODEL_REFUSED] = IDX_EVENT_REFUSED};
    g_autofree char *json = json_of(told);
    g_array_append_val(wanted, STATUS[model_tell(&w->model, told)]);
    g_string_append(lines, json);
}

static const char *typed(const char *like, const char *verb)
{
    g_auto(GStrv) parts = g_strsplit(like, ".", 3);
    g_autofree char *type = g_strdup_printf("hall.%s.%s", parts[1], verb);
    return g_intern_string(type);
}

/* Somebody who came and went, or a meeting: minutes, hours or days. */
static void tell_whole(World *w, GString *lines, GArray *wanted)
{
    static const int64_t UNITS[] = {MJ_MINUTE_US, MJ_HOUR_US, 6 * MJ_HOUR_US};
    static const int OF[] = {0, 2, 2, 3};
    int source = OF[world_below(w, G_N_ELEMENTS(OF))];
    bool meets = source == 2;
    Told first = make(w, source, false);
    first.type = typed(first.type, meets ? "started" : "called");
    first.place = one_of(w, meets ? "P2 P2 P1" : "P0 P1");
    Told last = first;
    last.type = typed(first.type, meets ? "ended" : "finished");
    last.place = world_below(w, 2) ? first.place : NULL;
    int64_t length_us = (1 + world_below(w, 30)) * UNITS[world_below(w, G_N_ELEMENTS(UNITS))];
    int64_t over_us = first.time_us + length_us - w->now_us - 20 * MJ_HOUR_US; // see link/relink.h
    first.time_us -= MAX(0, over_us);
    first.time_us += 1000 - first.time_us % 1000 + ++w->ticks;
    last.time_us = first.time_us + length_us + 1;
    w->ticks++;
    give_id(w, &first, source);
    give_id(w, &last, source);
    tell(w, &first, lines, wanted);
    tell(w, &last, lines, wanted);
}

void world_event(World *w)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(IdxEventStatus));
    for (uint32_t n = 1 + world_below(w, 5); n > 0; n--) {
        if (world_below(w, 4) == 0) {
            tell_whole(w, lines, wanted);
            continue;
        }
        Told told = next(w);
        tell(w, &told, lines, wanted);
        if (world_below(w, 12) == 0) // twice
            tell(w, &told, lines, wanted);
    }
    send(w, lines->str, wanted);
    link_rest(w);
}

/* Of one source, whose clock is measured by them. */
void world_live(World *w)
{
    int source = (int)world_below(w, SOURCES);
    for (uint32_t n = 5 + world_below(w, 5); n > 0; n--) {
        g_autoptr(GString) lines = g_string_new(NULL);
        g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(IdxEventStatus));
        Told told = make(w, source, false);
        told.time_us = w->now_us - w->skew_us[source] - ++w->ticks;
        give_id(w, &told, source);
        tell(w, &told, lines, wanted);
        send(w, lines->str, wanted);
        w->now_us += MJ_MINUTE_US;
        link_rest(w);
    }
}

void world_clock(World *w)
{
    g_autoptr(GError) error = NULL;
    if (w->sources->len == 0)
        return;
    int source = g_array_index(w->sources, int, world_below(w, w->sources->len));
    Said said = {.source = g_intern_string(SOURCES_OF[source]), .has_offset = world_below(w, 4)};
    said.from_us = world_below(w, 2) ? MODEL_EVER : T0 + world_below(w, 30 * 24) * MJ_HOUR_US;
    if (said.has_offset) {
        int64_t far_us = world_below(w, 2) ? 600 * MJ_SECOND_US : IDX_SOURCE_OFFSET_MAX_US;
        int64_t part = world_below(w, 2) ? (int64_t)world_below(w, 2001) - 1000
                                         : (int64_t)world_below(w, 2) * 2000 - 1000;
        said.offset_us = far_us / 1000 * part;
        said.doubt_us = world_below(w, 90) * MJ_SECOND_US;
    }
    idx_source_set(w->f->cat, said.source, said.from_us, said.has_offset ? &said.offset_us : NULL,
                   said.doubt_us, w->now_us, &error);
    g_assert_no_error(error);
    model_set_clock(&w->model, &said);
    w->waits = world_below(w, 3) == 0;
    w->unlinked += w->waits;
    if (w->waits)
        return;
    link_rest(w);
    for (int i = 0; i < 3 && llabs(said.offset_us) > MJ_HOUR_US; i++)
        world_cover(w); // what happens near it is told as of another day
}

void world_rebuild(World *w)
{
    static const char SQL[] = "SELECT id, superseded_us FROM span ORDER BY id";
    g_autoptr(GError) error = NULL;
    g_autofree char *before = fixture_dump(w->f->cat, SQL);
    idx_relink_queue(w->f->cat, NULL, INT64_MIN, INT64_MAX, w->now_us, &error);
    g_assert_no_error(error);
    link_rest(w);
    g_autofree char *after = fixture_dump(w->f->cat, SQL);
    g_assert_cmpstr(after, ==, before);
}
