// SPDX-License-Identifier: GPL-3.0-or-later
/* Numbers that are given out more than once on a day, by a second reading of link/ticket.h. */
#include "test/index/fixture.h"
#include "test/index/model/model.h"

#include <string.h>

#define RATED_US (30 * MJ_MINUTE_US)

/* What counts and has the number of @of on its day. Element type Told *. */
static GPtrArray *namesakes(const Model *m, const Told *of)
{
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; i < m->told->len; i++) {
        Told *t = &g_array_index(m->told, Told, i);
        if (t->counts && t->ticket == of->ticket && t->day_of == of->day_of)
            g_ptr_array_add(list, t);
    }
    return list;
}

static bool is(const Told *told, const char *verb)
{
    return g_str_has_prefix(told->type, "hall.ticket.") && g_str_has_suffix(told->type, verb);
}

static bool leads(const Told *told)
{
    return strcmp(told->type, "hall.ticket.taken") == 0 ||
           strcmp(told->type, "hall.ticket.called") == 0;
}

static const char *named(const char *prefix, const char *text)
{
    g_autofree char *name = g_strconcat(prefix, text, NULL);
    return g_intern_string(name);
}

static const char *by_id(const char *id)
{
    g_autofree char *upper = g_ascii_strup(id, -1);
    return named("id:", upper);
}

/* What an event says itself of which ticket it is of; NULL if that is nothing. */
static const char *sign(const GPtrArray *all, const Told *told)
{
    const char *only = NULL;
    bool leading = false, several = false;
    if (told->ticket_id)
        return by_id(told->ticket_id);
    for (guint i = 0; i < all->len; i++) {
        const Told *t = all->pdata[i];
        if (t->source != told->source)
            continue;
        leading = leading || leads(t);
        if (t->ticket_id) {
            several = several || (only && only != by_id(t->ticket_id));
            only = by_id(t->ticket_id);
        }
    }
    return !leading || several ? NULL : only ? only : named("source:", told->source);
}

/* How many tickets say @verb of the number, or, without one, have an id. */
static guint count(const GPtrArray *all, const char *verb)
{
    g_autoptr(GHashTable) found = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < all->len; i++) {
        const Told *t = all->pdata[i];
        const char *part = sign(all, t);
        bool asked = part && (verb ? is(t, verb) : g_str_has_prefix(part, "id:"));
        if (asked)
            g_hash_table_add(found, (gpointer)(uintptr_t)part);
    }
    return g_hash_table_size(found);
}

/* The ticket whose own events were at the place of @told: the only one, or, of a rating, the one that was there at the
 * time that is nearest. */
static const char *at_place(const GPtrArray *all, const Told *told)
{
    const char *nearest = NULL;
    bool several = false;
    int64_t least_us = INT64_MAX;
    for (guint i = 0; told->place && i < all->len; i++) {
        const Told *t = all->pdata[i];
        const char *part = sign(all, t);
        if (!part || t->place != told->place)
            continue;
        several = several || (nearest && nearest != part);
        if (llabs(t->time_us - told->time_us) >= least_us && nearest)
            continue;
        least_us = llabs(t->time_us - told->time_us);
        nearest = part;
    }
    return !several || (strcmp(told->type, "hall.ticket.rated") == 0 && least_us <= RATED_US)
               ? nearest
               : NULL;
}

static void add(Told *told, const char *part)
{
    for (int i = 0; i < told->n_parts; i++)
        if (strcmp(told->parts[i], part) == 0)
            return;
    g_assert_cmpint(told->n_parts, <, MODEL_PARTS);
    told->parts[told->n_parts++] = g_intern_string(part);
}

/* False if nobody knows of which one it is. */
static bool part_one(const GPtrArray *all, Told *told)
{
    const char *part = sign(all, told);
    if (count(all, NULL) < 2 && count(all, ".taken") < 2 && count(all, ".called") < 2)
        part = "";
    if (!part)
        part = at_place(all, told);
    bool own = g_str_has_prefix(told->type, "hall.ticket.") &&
               strcmp(told->type, "hall.ticket.rated") != 0;
    if (!part && own)
        part = named("source:", told->source);
    if (part)
        add(told, part);
    return part != NULL;
}

void model_part(Model *m)
{
    for (guint i = 0; i < m->told->len; i++)
        g_array_index(m->told, Told, i).n_parts = 0;
    for (guint i = 0; i < m->told->len; i++) {
        Told *t = &g_array_index(m->told, Told, i);
        if (!t->counts || !t->ticket)
            continue;
        g_autoptr(GPtrArray) all = namesakes(m, t);
        if (part_one(all, t))
            continue;
        for (guint j = 0; j < all->len; j++) { // it is of all that somebody has
            Told other = *(const Told *)all->pdata[j];
            other.n_parts = 0;
            if (part_one(all, &other))
                add(t, other.parts[0]);
        }
    }
}
