// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/model/model.h"

bool model_see(Model *m, const Sees *sees)
{
    for (guint i = 0; i < m->sees->len; i++) {
        const Sees *s = &g_array_index(m->sees, Sees, i);
        if (s->place == sees->place && s->camera == sees->camera && s->from_us < sees->to_us &&
            s->to_us > sees->from_us)
            return false;
    }
    g_array_append_val(m->sees, *sees);
    return true;
}

static Sees *at(Model *m, const char *place, const char *camera, int64_t at_us)
{
    for (guint i = 0; i < m->sees->len; i++) {
        Sees *s = &g_array_index(m->sees, Sees, i);
        if (s->place == place && s->camera == camera && s->from_us <= at_us && s->to_us > at_us)
            return s;
    }
    return NULL;
}

bool model_see_until(Model *m, const char *place, const char *camera, int64_t to_us)
{
    Sees *s = at(m, place, camera, to_us);
    if (!s || s->from_us == to_us)
        return false;
    s->to_us = to_us;
    return true;
}

bool model_unsee(Model *m, const char *place, const char *camera, int64_t at_us)
{
    Sees *s = at(m, place, camera, at_us);
    if (s)
        g_array_remove_index(m->sees, (guint)(s - (Sees *)(void *)m->sees->data));
    return s != NULL;
}

/* What lasts beyond @at_us is of the other place from then on. */
void model_swap(Model *m, const char *a, const char *b, int64_t at_us)
{
    guint n = m->sees->len;
    for (guint i = 0; i < n; i++) {
        Sees *s = &g_array_index(m->sees, Sees, i);
        if ((s->place != a && s->place != b) || s->to_us <= at_us)
            continue;
        Sees later = *s;
        later.place = s->place == a ? b : a;
        later.from_us = MAX(at_us, s->from_us);
        if (s->from_us >= at_us) {
            *s = later;
            continue;
        }
        s->to_us = at_us;
        g_array_append_val(m->sees, later);
    }
}
