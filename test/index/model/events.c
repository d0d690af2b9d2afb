// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/fixture.h"
#include "test/index/model/model.h"

#include <string.h>

#define HALL_US (8 * MJ_HOUR_US)  // its time before that of Greenwich
#define NIGHT_US (6 * MJ_HOUR_US) // before and after midnight

void model_init(Model *m)
{
    m->told = g_array_new(FALSE, TRUE, sizeof(Told));
    m->said = g_array_new(FALSE, TRUE, sizeof(Said));
    m->sees = g_array_new(FALSE, TRUE, sizeof(Sees));
    /* As the schema says a new home begins. */
    m->around[MODEL_VISIT] = (Around){30 * MJ_SECOND_US, 60 * MJ_SECOND_US, 2 * MJ_HOUR_US};
    m->around[MODEL_STEP] = m->around[MODEL_VISIT];
    m->around[MODEL_SESSION] = (Around){60 * MJ_SECOND_US, 60 * MJ_SECOND_US, 4 * MJ_HOUR_US};
}

void model_clear(Model *m)
{
    g_array_unref(m->told);
    g_array_unref(m->said);
    g_array_unref(m->sees);
}

static bool alike(const Told *a, const Told *b)
{
    return a->type == b->type && a->time_us == b->time_us && a->place == b->place &&
           a->ticket == b->ticket && a->approval == b->approval && a->session == b->session &&
           a->ticket_id == b->ticket_id && a->corrects == b->corrects && a->day == b->day &&
           a->cancelled == b->cancelled;
}

static bool touches(const Told *a, const Told *b)
{
    return a->source == b->source &&
           (a->id == b->id || a->corrects == b->id || (b->corrects && b->corrects == a->id) ||
            (a->corrects && a->corrects == b->corrects));
}

/* All that correct one another, in a chain too. Element type const Told *. */
static GPtrArray *family_of(const Model *m, const Told *told)
{
    GPtrArray *family = g_ptr_array_new();
    g_ptr_array_add(family, (gpointer)(uintptr_t)told);
    for (guint i = 0; i < family->len; i++)
        for (guint j = 0; j < m->told->len; j++) {
            Told *t = &g_array_index(m->told, Told, j);
            if (touches(family->pdata[i], t) && !g_ptr_array_find(family, t, NULL))
                g_ptr_array_add(family, t);
        }
    return family;
}

/* Whether somebody that is no older says that it replaces it. */
static bool is_replaced(const GPtrArray *family, const Told *told)
{
    for (guint i = 0; i < family->len; i++) {
        const Told *t = family->pdata[i];
        if (t->corrects == told->id && t->ver >= told->ver)
            return true;
    }
    return false;
}

static bool is_newer(const Told *a, const Told *b)
{
    if (a->ver != b->ver)
        return a->ver > b->ver;
    return a->time_us != b->time_us ? a->time_us > b->time_us : strcmp(a->id, b->id) > 0;
}

/* References never go round in a circle here: somebody is left. */
static bool counts(const Model *m, const Told *told)
{
    g_autoptr(GPtrArray) family = family_of(m, told);
    const Told *best = NULL;
    for (guint i = 0; i < family->len; i++)
        if (!is_replaced(family, family->pdata[i]) && (!best || is_newer(family->pdata[i], best)))
            best = family->pdata[i];
    return best == told && !told->cancelled;
}

/* --- the day of a ticket ---------------------------------------------------------------------- */

static int date(int64_t time_us)
{
    g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc((time_us + HALL_US) / MJ_SECOND_US);
    return g_date_time_get_year(t) * 10000 + g_date_time_get_month(t) * 100 +
           g_date_time_get_day_of_month(t);
}

static bool is(const Told *told, const char *type)
{
    return strcmp(told->type, type) == 0;
}

static gint by_time(gconstpointer a, gconstpointer b)
{
    const Told *one = *(const Told *const *)a, *two = *(const Told *const *)b;
    return one->time_us < two->time_us ? -1 : one->time_us > two->time_us;
}

/* It says that there is such a ticket, not only what became of it elsewhere. */
static bool gives_out(const Told *told)
{
    return g_str_has_prefix(told->type, "hall.ticket.") && !is(told, "hall.ticket.rated");
}

/* What counts of a number without a day in the night around @midnight_us. */
static GPtrArray *night_of(const Model *m, const char *ticket, int64_t midnight_us)
{
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; i < m->told->len; i++) {
        Told *t = &g_array_index(m->told, Told, i);
        if (t->ticket == ticket && !t->day && t->time_us >= midnight_us - NIGHT_US &&
            t->time_us < midnight_us + NIGHT_US && t->counts && gives_out(t))
            g_ptr_array_add(list, t);
    }
    g_ptr_array_sort(list, by_time);
    return list;
}

/* How it stands with a ticket in its night. Windows: of @quit it was, and is not any more; @shut have closed it too. */
typedef struct Walk {
    bool on;
    const char *here;        // the window that has it
    bool drawn, served;      // drawn here while another window had it; served here
    GHashTable *quit, *shut; // sets
} Walk;

static void quit(Walk *w)
{
    if (w->here)
        g_hash_table_add(w->quit, (gpointer)(uintptr_t)w->here);
    w->here = NULL;
}

static void shown_at(Walk *w, const Told *t)
{
    bool served = is(t, "hall.ticket.started");
    if (t->place && t->place != w->here) {
        w->drawn = w->here != NULL;
        w->served = false;
        quit(w);
        g_hash_table_remove(w->quit, t->place);
        g_hash_table_remove(w->shut, t->place);
        w->here = t->place;
    }
    w->served = w->served || served;
}

static void closed_at(Walk *w, const char *place)
{
    bool elsewhere = place && (w->here ? w->here != place : g_hash_table_contains(w->quit, place));
    if (!elsewhere) {
        w->on = false;
        quit(w);
    }
    if (place) {
        g_hash_table_add(w->quit, (gpointer)(uintptr_t)place);
        g_hash_table_add(w->shut, (gpointer)(uintptr_t)place);
    }
}

static void walk_on(Walk *w, const Told *t)
{
    bool ends = is(t, "hall.ticket.finished") || is(t, "hall.ticket.passed");
    w->on = ends ? w->on : true;
    if (ends)
        closed_at(w, t->place);
    else if (g_str_has_suffix(t->type, "called") || is(t, "hall.ticket.started"))
        shown_at(w, t);
    else if (is(t, "hall.ticket.transferred") &&
             !(t->place && g_hash_table_contains(w->quit, t->place)) &&
             !(t->place && t->place == w->here && w->drawn && !w->served))
        quit(w);
}

/* Of a window that it has quit and that has not shut it: that is told late. */
static bool shuts_late(const Walk *w, const Told *t)
{
    return (is(t, "hall.ticket.finished") || is(t, "hall.ticket.passed")) && t->place &&
           g_hash_table_contains(w->quit, t->place) && !g_hash_table_contains(w->shut, t->place);
}

/* Whether @told, past midnight, goes on with the ticket of the day before. */
static bool is_yesterdays(const Model *m, const Told *told, int64_t midnight_us)
{
    g_autoptr(GPtrArray) night = night_of(m, told->ticket, midnight_us);
    g_autoptr(GHashTable) quits = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) shuts = g_hash_table_new(NULL, NULL);
    Walk w = {.quit = quits, .shut = shuts};
    for (guint i = 0; i < night->len; i++) {
        const Told *t = night->pdata[i];
        bool late = t->time_us >= midnight_us;
        bool result = (w.on && !is(t, "hall.ticket.taken")) || shuts_late(&w, t);
        if (t == told)
            return late && result;
        if (late && !result) // it is somebody else's from here on
            return false;
        walk_on(&w, t);
    }
    return false;
}

static int day_of(const Model *m, const Told *told)
{
    if (told->day)
        return told->day;
    int64_t since_us = (told->time_us + HALL_US) % MJ_DAY_US;
    int64_t midnight_us = told->time_us - since_us;
    return since_us < NIGHT_US && is_yesterdays(m, told, midnight_us) ? date(midnight_us - 1)
                                                                      : date(told->time_us);
}

/* The newest day on which the number was given out before somebody rated or named it; its own otherwise. A rating is
 * sent within a week, a decision within 45 days. */
static int day_named(const Model *m, const Told *rating)
{
    int own = date(rating->time_us), found = own;
    int first = date(rating->time_us - (is(rating, "hall.ticket.rated") ? 7 : 45) * MJ_DAY_US);
    int64_t since_us = (rating->time_us + HALL_US) % MJ_DAY_US;
    bool night = since_us < NIGHT_US || since_us >= MJ_DAY_US - NIGHT_US;
    for (int id = 1, newest = 0; id >= 0 && newest == 0; id--)
        for (guint i = 0; i < m->told->len; i++) {
            const Told *t = &g_array_index(m->told, Told, i);
            int64_t late_us = !night && t->day_of == own ? 30 * MJ_MINUTE_US : 0;
            if (t->counts && t->ticket == rating->ticket && gives_out(t) && t->day_of >= first &&
                t->day_of <= own && t->time_us <= rating->time_us + late_us && t->day_of > newest &&
                (id == 0 || (rating->ticket_id && t->ticket_id &&
                             g_ascii_strcasecmp(t->ticket_id, rating->ticket_id) == 0)))
                found = newest = t->day_of;
        }
    return found;
}

/* One more may decide about all of them. */
static void settle(Model *m)
{
    for (guint i = 0; i < m->told->len; i++) {
        Told *t = &g_array_index(m->told, Told, i);
        t->counts = counts(m, t);
    }
    for (guint i = 0; i < m->told->len; i++) {
        Told *t = &g_array_index(m->told, Told, i);
        t->day_of = t->ticket ? day_of(m, t) : 0;
    }
    for (guint i = 0; i < m->told->len; i++) {
        Told *t = &g_array_index(m->told, Told, i);
        if (t->ticket && t->counts && !t->day && !gives_out(t))
            t->day_of = day_named(m, t);
    }
    model_part(m);
}

ModelTaken model_tell(Model *m, const Told *told)
{
    for (guint i = 0; i < m->told->len; i++) {
        const Told *t = &g_array_index(m->told, Told, i);
        if (t->source == told->source && t->id == told->id && t->ver == told->ver)
            return alike(t, told) ? MODEL_SAME : MODEL_REFUSED;
    }
    g_array_append_val(m->told, *told);
    settle(m);
    return MODEL_NEW;
}

/* --- subjects --------------------------------------------------------------------------------- */

bool model_is_namesake(const Name *a, const Name *b)
{
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->key, b->key) == 0 && a->day == b->day;
}

bool model_is(const Name *a, const Name *b)
{
    return model_is_namesake(a, b) && g_strcmp0(a->part, b->part) == 0;
}

static int names_of(const Told *told, Name ret[MODEL_PARTS + 2])
{
    int n = 0;
    for (int i = 0; i < told->n_parts; i++)
        ret[n++] = (Name){"ticket", told->ticket, told->day_of, told->parts[i]};
    if (told->approval)
        ret[n++] = (Name){"approval", told->approval, 0, NULL};
    if (told->session)
        ret[n++] = (Name){"session", told->session, 0, NULL};
    return n;
}

static bool names(const Told *told, const Name *name)
{
    Name list[MODEL_PARTS + 2];
    bool found = false;
    for (int i = names_of(told, list) - 1; i >= 0; i--)
        found = found || model_is(&list[i], name);
    return found;
}

GArray *model_names(const Model *m)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Name));
    for (guint i = 0; i < m->told->len; i++) {
        const Told *told = &g_array_index(m->told, Told, i);
        Name list[MODEL_PARTS + 2];
        int n = told->counts ? names_of(told, list) : 0;
        for (int j = 0; j < n; j++) {
            bool known = false;
            for (guint k = 0; k < all->len && !known; k++)
                known = model_is(&g_array_index(all, Name, k), &list[j]);
            if (!known)
                g_array_append_val(all, list[j]);
        }
    }
    return all;
}

GPtrArray *model_events(const Model *m, const Name *name)
{
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; i < m->told->len; i++) {
        Told *told = &g_array_index(m->told, Told, i);
        if (told->counts && names(told, name))
            g_ptr_array_add(list, told);
    }
    return list;
}

bool model_related(const Model *m, const Name *a, const Name *b)
{
    g_autoptr(GPtrArray) events = model_events(m, a);
    for (guint i = 0; i < events->len; i++)
        if (names(events->pdata[i], b))
            return true;
    return false;
}

bool model_is_trade(const Model *m, const Name *name)
{
    g_autoptr(GPtrArray) events = model_events(m, name);
    for (guint i = 0; i < events->len; i++)
        if (strcmp(name->kind, "session") == 0 &&
            g_str_has_prefix(((const Told *)events->pdata[i])->type, "hall.trade."))
            return true;
    return false;
}
