// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/big/events.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ZONE_US (8 * MJ_HOUR_US)
#define RECENT 4096 // approvals that somebody may come back for

/* Of a hundred citizens, by the hour of the day; of a day, by the day of the week from Monday on. */
static const int HOURS[24] = {[8] = 3,   [9] = 21,  [10] = 23, [11] = 13, [12] = 3, [13] = 8,
                              [14] = 15, [15] = 13, [16] = 7,  [17] = 1,  [20] = 1};
static const int WEEK[7] = {120, 100, 100, 100, 90, 12, 0};
static const char *const MATTERS[] = {"不动产登记", "企业开办", "社会保险", "公积金提取",
                                      "车辆登记",   "出入境",   "医保报销", "工程建设许可"};

typedef struct Said { // an event on its way
    int64_t arrived_us;
    int64_t n;
    char *json;
} Said;

typedef struct Maker {
    const BigHall *hall;
    uint64_t random, salt;
    int64_t made, count;
    int64_t tickets, approvals, sessions, crowds;
    int64_t recent[RECENT];
    int numbers[26]; // given out that day, by letter
    GArray *said;    // Said: not yet emitted
} Maker;

typedef struct Citizen {
    char number[16], window[16], approval[64];
    const char *matter;
    int staff;
    int64_t cut_off_us; // its events come so much late
} Citizen;

static int64_t below(Maker *m, int64_t n)
{
    return (int64_t)big_below(&m->random, (uint64_t)n);
}

static bool one_in(Maker *m, int64_t n)
{
    return below(m, n) == 0;
}

static int64_t seconds(Maker *m, int64_t least, int64_t most)
{
    return (least * 1000 + below(m, (most - least) * 1000 + 1)) * 1000;
}

static void write_time(GString *out, int64_t us)
{
    time_t at = (time_t)((us + ZONE_US) / MJ_SECOND_US);
    struct tm tm;
    gmtime_r(&at, &tm);
    g_string_append_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03d+08:00", tm.tm_year + 1900,
                           tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                           (int)(us / 1000 % 1000));
}

typedef struct Say {
    const char *type, *source;
    int64_t time_us, late_us;
    int64_t id;      // 0 = a new one
    const char *ver; // further members of data, each behind a comma
} Say;

/* @data: members, each behind a comma. Its id is the return value. */
static int64_t say(Maker *m, const Say *s, const char *data)
{
    int64_t id = s->id ? s->id : m->made + 1;
    if (m->made >= m->count)
        return id;
    GString *out = g_string_sized_new(512);
    g_string_append_printf(out,
                           "{\"specversion\":\"1.0\",\"id\":\"%" PRIu64 "-%" PRId64
                           "\",\"source\":\"%s\",\"type\":\"hall.%s\",\"time\":\"",
                           m->salt, id, s->source, s->type);
    write_time(out, s->time_us);
    g_string_append_printf(out, "\",\"data\":{\"region_id\":\"370100\"%s%s}}", data,
                           s->ver ? s->ver : "");
    Said said = {.arrived_us = s->time_us + seconds(m, 0, 1) + s->late_us,
                 .n = m->made++,
                 .json = g_string_free(out, FALSE)};
    g_array_append_val(m->said, said);
    return id;
}

static int64_t say_ticket(Maker *m, const Citizen *c, const char *type, int64_t time_us,
                          const char *more)
{
    g_autofree char *data = g_strdup_printf(
        ",\"ticket_no\":\"%s\",\"queue_id\":\"Q%c\",\"number_type\":1,\"window_no\":\"%s\","
        "\"staff_id\":\"%d\",\"business_type\":\"%s\"%s%s%s%s",
        c->number, c->number[0], c->window, c->staff, c->matter,
        c->approval[0] ? ",\"approval_id\":\"" : "", c->approval, c->approval[0] ? "\"" : "", more);
    Say s = {type, "queue.h01", time_us, c->cut_off_us, 0, NULL};
    int64_t id = say(m, &s, data);
    bool cancels = one_in(m, 250);
    if (strcmp(type, "ticket.finished") == 0 && (cancels || one_in(m, 120))) { // told anew, later
        s.id = id;
        s.ver = cancels ? ",\"data_ver\":2,\"data_state\":0" : ",\"data_ver\":2";
        s.time_us += seconds(m, 5, 90);
        s.late_us += seconds(m, 3600, 40 * 3600);
        say(m, &s, data);
    }
    return id;
}

static void say_approval(Maker *m, const Citizen *c, const char *type, int64_t time_us,
                         const char *more)
{
    g_autofree char *data = g_strdup_printf(
        ",\"approval_id\":\"%s\",\"item_code\":\"11370100MB2848%02d\",\"item_name\":\"%s\","
        "\"business_type\":\"%s\",\"info_type\":2%s",
        c->approval, c->staff % 100, c->matter, c->matter, more);
    say(m, &(Say){type, "approval.h01", time_us, 0, 0, NULL}, data);
}

/* Decided and handed out days later. */
static void apply(Maker *m, const Citizen *c, int64_t time_us)
{
    g_autofree char *at = g_strdup_printf(
        ",\"window_no\":\"%s\",\"ticket_no\":\"%s\",\"promise_limit\":5", c->window, c->number);
    say_approval(m, c, "approval.accepted", time_us, at);
    int64_t node_us = time_us + seconds(m, 4 * 3600, 30 * 3600);
    say_approval(m, c, "approval.node", node_us, ",\"sn\":1,\"node_name\":\"审查\"");
    say_approval(m, c, "approval.decided", node_us + seconds(m, 3600, 90000), ",\"done_result\":0");
}

void big_crowd(char *key, size_t size, uint64_t salt, int64_t n)
{
    snprintf(key, size, BIG_CROWD_KEY "%" PRIu64 "-%05" PRId64, salt, n);
}

/* Which approval a ticket belongs to, if any. True: it begins with this ticket. */
static bool choose_approval(Maker *m, Citizen *c)
{
    if (m->tickets % 125 == 0) { // ten at a time, each until it has its number
        int64_t serial = m->crowds++, id = serial / 10 / BIG_CROWD * 10 + serial % 10;
        big_crowd(c->approval, sizeof c->approval, m->salt, id);
        return serial / 10 % BIG_CROWD == 0;
    }
    if (m->salt != BIG_SALT && m->tickets % 125 == 1) {
        big_crowd(c->approval, sizeof c->approval, BIG_SALT, below(m, BIG_HELD));
        return false;
    }
    if (!one_in(m, 2))
        return false;
    bool anew = m->approvals < RECENT || below(m, 10) < 7;
    int64_t id = anew ? m->approvals++ : m->recent[below(m, RECENT)];
    m->recent[id % RECENT] = id;
    snprintf(c->approval, sizeof c->approval, "370100-%" PRIu64 "-%07" PRId64, m->salt, id);
    return anew;
}

static void choose_window(Maker *m, Citizen *c)
{
    double u = (double)below(m, 1 << 20) / (1 << 20);
    int window = (int)(BIG_WINDOWS * pow(u, 1.3));
    int letter = window / 6;
    snprintf(c->window, sizeof c->window, "W%02d", window + 1);
    snprintf(c->number, sizeof c->number, "%c%04d", 'A' + letter, ++m->numbers[letter] % 10000);
    c->matter = MATTERS[window % (int)G_N_ELEMENTS(MATTERS)];
    c->staff = 1000 + window;
}

/* From the call to the stars. */
static void serve(Maker *m, Citizen *c, int64_t at_us, bool applies)
{
    say_ticket(m, c, "ticket.called", at_us, ",\"wait_count\":7");
    if (one_in(m, 30)) {
        at_us += seconds(m, 20, 90);
        say_ticket(m, c, "ticket.recalled", at_us, "");
        if (one_in(m, 2)) {
            say_ticket(m, c, "ticket.passed", at_us + seconds(m, 20, 60), "");
            return;
        }
    }
    at_us += seconds(m, 5, 40);
    say_ticket(m, c, "ticket.started", at_us, "");
    at_us += seconds(m, 40, 200) * (1 + below(m, 3));
    if (applies)
        apply(m, c, at_us - 10 * MJ_SECOND_US);
    if (one_in(m, 300)) // nobody ever said that it ended
        return;
    say_ticket(m, c, "ticket.finished", at_us, "");
    if (!one_in(m, 4))
        say_ticket(m, c, "ticket.rated", at_us + seconds(m, 3, 30), ",\"evalevel\":5");
}

static void come(Maker *m, int64_t at_us)
{
    Citizen c = {.cut_off_us = one_in(m, 200) ? seconds(m, 3600, 4 * 86400) : 0};
    m->tickets++;
    choose_window(m, &c);
    bool applies = choose_approval(m, &c);
    say_ticket(m, &c, "ticket.taken", at_us, ",\"kiosk\":\"K1\"");
    at_us += seconds(m, 30, 1500);
    if (one_in(m, 40)) { // to another window, which calls again
        say_ticket(m, &c, "ticket.called", at_us, "");
        say_ticket(m, &c, "ticket.transferred", at_us + 40 * MJ_SECOND_US, ",\"transfer_kind\":2");
        snprintf(c.window, sizeof c.window, "W%02d", (int)below(m, BIG_WINDOWS) + 1);
        at_us += seconds(m, 100, 900);
    }
    serve(m, &c, at_us, applies);
}

static void meet(Maker *m, int64_t at_us)
{
    g_autofree char *data =
        g_strdup_printf(",\"session_id\":\"MM-%" PRIu64 "-%06" PRId64 "\",\"room\":\"R%d\"",
                        m->salt, m->sessions, (int)(m->sessions % 2) + 1);
    m->sessions++;
    say(m, &(Say){"session.started", "meeting.h01", at_us, 0, 0, NULL}, data);
    say(m, &(Say){"session.ended", "meeting.h01", at_us + seconds(m, 600, 3000), 0, 0, NULL}, data);
}

static int64_t moment_of(Maker *m, int64_t day_us)
{
    int64_t hour = 0;
    for (int64_t left = below(m, 108); left >= HOURS[hour]; hour++)
        left -= HOURS[hour];
    return day_us + hour * MJ_HOUR_US + seconds(m, 0, 3599);
}

static int by_arrival(gconstpointer a, gconstpointer b)
{
    const Said *x = a, *y = b;
    if (x->arrived_us != y->arrived_us)
        return x->arrived_us < y->arrived_us ? -1 : 1;
    return x->n < y->n ? -1 : x->n > y->n;
}

/* All that arrives before @until_us. */
static bool emit_until(Maker *m, int64_t until_us, BigEmit emit, void *data, GError **error)
{
    guint n = 0;
    g_array_sort(m->said, by_arrival);
    bool ok = true;
    for (; ok && n < m->said->len; n++) {
        const Said *one = &g_array_index(m->said, Said, n);
        if (one->arrived_us >= until_us)
            break;
        ok = emit(one->json, one->arrived_us, data, error);
    }
    if (n > 0)
        g_array_remove_range(m->said, 0, n);
    return ok;
}

static void said_clear(void *said)
{
    g_free(((Said *)said)->json);
}

static int weight_of(int64_t day)
{
    return WEEK[(day + 3) % 7]; // 1970 began on a Thursday
}

/* What the days weigh up to a moment, the begun one by its part. */
static double weight_until(int64_t from_us, int64_t us)
{
    double sum = 0;
    for (int64_t at = from_us; at < us;) {
        int64_t day = (at + ZONE_US) / MJ_DAY_US, end_us = (day + 1) * MJ_DAY_US - ZONE_US;
        int64_t part_us = MIN(end_us, us) - at;
        sum += (weight_of(day) + 0.01) * (double)part_us / (double)MJ_DAY_US;
        at += part_us;
    }
    return sum;
}

/* A day, as far as it lies in what was asked for, until @until events are made. */
static void live_day(Maker *m, int64_t day_us, int64_t from_us, int64_t to_us, int64_t until)
{
    memset(m->numbers, 0, sizeof m->numbers);
    while (m->made < until) {
        int64_t at_us = moment_of(m, day_us);
        if (at_us < from_us || at_us >= to_us) // a short time asked for: as if it were all there is
            at_us = MAX(from_us, day_us) +
                    below(m, MIN(to_us, day_us + MJ_DAY_US) - MAX(from_us, day_us));
        if (one_in(m, 300))
            meet(m, at_us);
        else
            come(m, at_us);
    }
}

bool big_events(const BigHall *hall, int64_t from_us, int64_t to_us, int64_t count, uint64_t salt,
                BigEmit emit, void *data, GError **error)
{
    g_autoptr(GArray) said = g_array_new(FALSE, FALSE, sizeof(Said));
    g_array_set_clear_func(said, said_clear);
    g_autofree Maker *m = g_new0(Maker, 1);
    m->hall = hall;
    m->random = big_hash(hall->seed, 99, salt);
    m->salt = salt;
    m->count = count;
    m->said = said;
    double all = weight_until(from_us, to_us);
    int64_t last = (to_us - 1 + ZONE_US) / MJ_DAY_US;
    for (int64_t day = (from_us + ZONE_US) / MJ_DAY_US; day <= last; day++) {
        int64_t day_us = day * MJ_DAY_US - ZONE_US, end_us = MIN(day_us + MJ_DAY_US, to_us);
        int64_t until =
            day == last ? count : (int64_t)((double)count * weight_until(from_us, end_us) / all);
        live_day(m, day_us, from_us, to_us, until);
        if (!emit_until(m, day == last ? INT64_MAX : end_us, emit, data, error))
            return false;
    }
    return true;
}
