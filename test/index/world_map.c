// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/place.h"
#include "test/index/world.h"

#include <inttypes.h>
#include <string.h>

/* Any place at any hour; or where and when somebody comes, leaves, or is. */
static Sees some_view(World *w)
{
    static const char *const CODES[PLACES] = {"P0", "P1", "P2", "P3"};
    Sees sees = {g_intern_string(CODES[world_below(w, PLACES)]),
                 g_intern_string(world_camera(2 * (int)world_below(w, CAMERAS))),
                 T0 + world_below(w, 40 * 24) * MJ_HOUR_US, 0};
    g_autoptr(GArray) shown = model_all_shown(&w->model);
    if (shown->len > 0 && world_below(w, 4)) {
        const Shown *s = &g_array_index(shown, Shown, world_below(w, shown->len));
        int64_t between_us = s->from_us + (s->end_us - s->from_us) / 100 * world_below(w, 100);
        int64_t moments[] = {s->from_us, s->end_us, s->end_us + s->doubt_us, between_us,
                             between_us};
        sees.from_us = moments[world_below(w, G_N_ELEMENTS(moments))];
        sees.place = s->place;
        if (world_below(w, 2))
            sees.camera = s->camera;
    }
    sees.to_us = sees.from_us + (1 + world_below(w, 5 * 24)) * MJ_HOUR_US;
    return sees;
}

static void add(World *w, Sees *sees)
{
    if (world_below(w, 3) == 0)
        sees->to_us = MODEL_OPEN;
    if (world_below(w, 4) == 0)
        sees->from_us = MODEL_EVER;
    bool ok = idx_coverage_add(w->f->cat, sees->place, sees->camera, sees->from_us, sees->to_us,
                               w->now_us, NULL);
    g_assert_true(ok == model_see(&w->model, sees));
}

void world_cover(World *w)
{
    Sees s = some_view(w);
    int64_t at_us = s.from_us;
    uint32_t what = world_below(w, 8);
    if (what < 3) {
        add(w, &s);
    } else if (what < 5) {
        bool ok = idx_coverage_end(w->f->cat, NULL, s.place, s.camera, at_us, w->now_us, NULL);
        g_assert_true(ok == model_see_until(&w->model, s.place, s.camera, at_us));
    } else if (what < 7) {
        bool ok = idx_coverage_remove(w->f->cat, s.place, s.camera, at_us, w->now_us, NULL);
        g_assert_true(ok == model_unsee(&w->model, s.place, s.camera, at_us));
    } else {
        g_autoptr(GError) error = NULL;
        char *old[] = {(char *)"P0", (char *)"P1", NULL},
             *new[] = {(char *)"P1", (char *)"P0", NULL};
        idx_place_renumber(w->f->cat, NULL, old, new, 2, at_us, w->now_us, &error);
        g_assert_no_error(error);
        model_swap(&w->model, g_intern_string("P0"), g_intern_string("P1"), at_us);
    }
    world_check_map(w);
    world_follow(w);
}
