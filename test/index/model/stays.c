// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/fixture.h"
#include "test/index/model/model.h"

#include <string.h>

typedef struct Moment { // an event by the host's clock
    const char *type, *place;
    int64_t at_us, doubt_us;
} Moment;

static gint by_time(gconstpointer a, gconstpointer b)
{
    const Moment *one = a, *two = b;
    return one->at_us < two->at_us ? -1 : one->at_us > two->at_us;
}

static GArray *moments(const Model *m, const Name *name)
{
    g_autoptr(GPtrArray) events = model_events(m, name);
    GArray *list = g_array_new(FALSE, TRUE, sizeof(Moment));
    for (guint i = 0; i < events->len; i++) {
        const Told *told = events->pdata[i];
        Moment one = {.type = told->type, .place = told->place};
        one.at_us = model_time(m, told, &one.doubt_us);
        g_array_append_val(list, one);
    }
    g_array_sort(list, by_time);
    return list;
}

static bool is_of(const Moment *e, const char *family, const char *words)
{
    if (!g_str_has_prefix(e->type, family))
        return false;
    g_auto(GStrv) list = g_strsplit(words, " ", -1);
    return g_strv_contains((const char *const *)list, e->type + strlen(family));
}

static Stay *open_one(GArray *stays)
{
    for (guint i = 0; i < stays->len; i++)
        if (g_array_index(stays, Stay, i).to_us == MODEL_OPEN)
            return &g_array_index(stays, Stay, i);
    return NULL;
}

static void end(Stay *stay, const Moment *e)
{
    stay->to_us = e->at_us;
    stay->ended = true;
    stay->doubt_us = MAX(stay->doubt_us, e->doubt_us);
}

/* Called again when nothing was heard for longer than a stay may last: that is another. */
static bool goes_on(const Stay *now, const Moment *e, int64_t max_us)
{
    bool anew = is_of(e, "hall.ticket.", "called recalled") && e->at_us > now->heard_us + max_us;
    return now->place == e->place && !anew;
}

static void begin(GArray *stays, const Moment *e, ModelMethod method, bool called,
                  const Around *around)
{
    Stay *now = open_one(stays);
    int64_t max_us = now ? around[now->method].max_us : 0;
    if (now && goes_on(now, e, max_us)) {
        now->heard_us = e->at_us;
        now->doubt_us = MAX(now->doubt_us, e->doubt_us);
        now->called = now->called || called;
        now->started = now->started || is_of(e, "hall.ticket.", "started");
        return;
    }
    if (now) { // when it ended nobody said
        end(now, e);
        now->ended = false;
        if (now->to_us - now->heard_us > max_us)
            now->to_us = now->heard_us + max_us;
    }
    Stay next = {e->place, method, e->at_us, MODEL_OPEN, called, false, e->doubt_us, e->at_us};
    next.started = is_of(e, "hall.ticket.", "started");
    g_array_append_val(stays, next);
}

static bool is_step(const Stay *stay)
{
    return stay->method == MODEL_STEP;
}

static bool is_over(const Stay *stay)
{
    return !is_step(stay) && stay->to_us != MODEL_OPEN && !stay->ended;
}

/* The latest stay at @place, or anywhere (NULL), of those that began before @before did. */
static Stay *latest(GArray *stays, const char *place, const Stay *before)
{
    Stay *found = NULL;
    for (guint i = 0; i < stays->len; i++) {
        Stay *s = &g_array_index(stays, Stay, i);
        if (s == before)
            break;
        if (!is_step(s) && (!place || s->place == place))
            found = s;
    }
    return found;
}

/* A transfer says where from, or where to. */
static Stay *transferred(GArray *stays, const char *place)
{
    Stay *there = latest(stays, place, NULL), *now = open_one(stays);
    if (!there)
        return now;
    Stay *left = there == now && !now->started ? latest(stays, NULL, now) : NULL;
    return left && is_over(left) ? left : there;
}

static void finish(GArray *stays, const Moment *e, ModelMethod method, const Around *around)
{
    bool whole = g_str_has_suffix(e->type, "finished") || g_str_has_suffix(e->type, "ended");
    Stay *stay = !e->place                                 ? open_one(stays)
                 : is_of(e, "hall.ticket.", "transferred") ? transferred(stays, e->place)
                                                           : latest(stays, e->place, NULL);
    if (stay && stay->to_us == MODEL_OPEN) {
        end(stay, e);
    } else if (stay && is_over(stay)) {
        if (e->at_us <= stay->heard_us + around[stay->method].max_us)
            end(stay, e);
    } else if (e->place && whole) {
        Stay one = {.place = e->place,
                    .method = method,
                    .from_us = e->at_us,
                    .to_us = e->at_us,
                    .ended = true,
                    .doubt_us = e->doubt_us,
                    .heard_us = e->at_us};
        g_array_append_val(stays, one);
    }
}

static void step(GArray *stays, const Moment *e)
{
    Stay one = {e->place, MODEL_STEP, e->at_us, e->at_us, false, false, e->doubt_us, e->at_us};
    if (e->place)
        g_array_append_val(stays, one);
}

static void ticket(GArray *stays, const Moment *e, const Around *around)
{
    if (is_of(e, "hall.ticket.", "called recalled"))
        begin(stays, e, MODEL_VISIT, true, around);
    else if (is_of(e, "hall.ticket.", "started"))
        begin(stays, e, MODEL_VISIT, false, around);
    else if (is_of(e, "hall.ticket.", "finished passed transferred"))
        finish(stays, e, MODEL_VISIT, around);
}

static void session(GArray *stays, const Moment *e, const Around *around)
{
    if (is_of(e, "hall.session.", "started") || is_of(e, "hall.trade.", "started"))
        begin(stays, e, MODEL_SESSION, true, around);
    else if (is_of(e, "hall.session.", "ended") || is_of(e, "hall.trade.", "ended"))
        finish(stays, e, MODEL_SESSION, around);
    else if (!is_of(e, "hall.session.", "scheduled cancelled rated fulfilled"))
        step(stays, e);
}

GArray *model_stays(const Model *m, const Name *name)
{
    GArray *stays = g_array_new(FALSE, TRUE, sizeof(Stay));
    g_autoptr(GArray) list = moments(m, name);
    for (guint i = 0; i < list->len; i++) {
        const Moment *e = &g_array_index(list, Moment, i);
        bool own = g_str_has_prefix(e->type, "hall.approval.");
        if (strcmp(name->kind, "ticket") == 0)
            ticket(stays, e, m->around);
        else if (strcmp(name->kind, "session") == 0)
            session(stays, e, m->around);
        else if (own)
            step(stays, e);
    }
    return stays;
}

/* --- by cameras ------------------------------------------------------------------------------- */

static double confidence(const Stay *stay)
{
    return stay->method == MODEL_STEP ? 0.7 : stay->called && stay->ended ? 1.0 : 0.8;
}

/* What two steps of a subject show alike is shown once. */
static bool is_there(const GArray *shown, const Shown *one)
{
    for (guint i = 0; i < shown->len; i++) {
        const Shown *s = &g_array_index(shown, Shown, i);
        if (s->name.kind == one->name.kind && s->name.key == one->name.key &&
            s->name.day == one->name.day && g_strcmp0(s->name.part, one->name.part) == 0 &&
            s->place == one->place && s->camera == one->camera && s->method == one->method &&
            s->from_us == one->from_us && s->to_us == one->to_us &&
            s->confidence == one->confidence && s->doubt_us == one->doubt_us)
            return true;
    }
    return false;
}

/* One that goes on may be anybody's after the longest time that one of its kind takes: what coverage begins or
 * ends then does not matter to it. */
static void by_camera(const Model *m, const Name *name, const Stay *stay, const Sees *sees,
                      GArray *shown)
{
    const Around *around = &m->around[stay->method];
    bool on = stay->to_us == MODEL_OPEN;
    int64_t last_us = on ? stay->from_us + around->max_us : stay->to_us;
    int64_t from_us = stay->from_us - around->before_us - stay->doubt_us;
    int64_t to_us = last_us + around->after_us + stay->doubt_us;
    Shown one = {*name,
                 stay->place,
                 sees->camera,
                 stay->method,
                 MAX(from_us, sees->from_us),
                 on && sees->to_us >= to_us ? MODEL_OPEN : MIN(to_us, sees->to_us),
                 0,
                 confidence(stay),
                 stay->doubt_us};
    one.end_us = one.to_us == MODEL_OPEN
                     ? one.from_us + around->before_us + around->max_us + around->after_us
                     : one.to_us;
    if (sees->place == stay->place && one.from_us < MIN(to_us, sees->to_us) &&
        !is_there(shown, &one))
        g_array_append_val(shown, one);
}

static void append_shown(const Model *m, const Name *name, GArray *shown)
{
    g_autoptr(GArray) stays = model_stays(m, name);
    for (guint i = 0; i < stays->len; i++)
        for (guint j = 0; j < m->sees->len; j++)
            by_camera(m, name, &g_array_index(stays, Stay, i), &g_array_index(m->sees, Sees, j),
                      shown);
}

GArray *model_shown(const Model *m, const Name *name)
{
    GArray *shown = g_array_new(FALSE, FALSE, sizeof(Shown));
    append_shown(m, name, shown);
    return shown;
}

GArray *model_all_shown(const Model *m)
{
    GArray *shown = g_array_new(FALSE, FALSE, sizeof(Shown));
    g_autoptr(GArray) names = model_names(m);
    for (guint i = 0; i < names->len; i++)
        append_shown(m, &g_array_index(names, Name, i), shown);
    return shown;
}
