// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/model/model.h"

/* One by hand replaces all that was said by hand of the time from then on. A measure is said again and again. */
void model_set_clock(Model *m, const Said *said)
{
    for (guint i = 0; i < m->said->len; i++) {
        const Said *s = &g_array_index(m->said, Said, i);
        if (s->source == said->source && s->measured == said->measured &&
            (said->measured ? s->from_us == said->from_us : s->from_us >= said->from_us))
            g_array_remove_index(m->said, i--);
    }
    g_array_append_val(m->said, *said);
}

/* The last that was said of the time before @time_us, by hand; or the last measure of it. */
static const Said *latest(const Model *m, const char *source, bool measured, int64_t time_us)
{
    const Said *found = NULL;
    for (guint i = 0; i < m->said->len; i++) {
        const Said *s = &g_array_index(m->said, Said, i);
        if (s->source == source && s->measured == measured && s->from_us <= time_us &&
            (!found || measured || s->from_us >= found->from_us))
            found = s;
    }
    return found;
}

int64_t model_time(const Model *m, const Told *told, int64_t *ret_doubt_us)
{
    const Said *said = latest(m, told->source, false, told->time_us);
    if (!said || !said->has_offset)
        said = latest(m, told->source, true, told->time_us);
    *ret_doubt_us = said ? said->doubt_us : 0;
    return told->time_us + (said ? said->offset_us : 0);
}
