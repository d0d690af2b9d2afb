// SPDX-License-Identifier: GPL-3.0-or-later
/* The catalogue against the model. */
#include "test/index/world.h"

#include <inttypes.h>
#include <string.h>

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *world_joined(GPtrArray *lines)
{
    g_ptr_array_sort(lines, by_text);
    g_ptr_array_add(lines, NULL);
    char *text = g_strjoinv("\n", (char **)lines->pdata);
    g_ptr_array_unref(lines);
    return text;
}

static char *sorted(const char *text)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit(text, "\n", -1);
    for (size_t i = 0; parts[i]; i++)
        if (parts[i][0])
            g_ptr_array_add(lines, g_strdup(parts[i]));
    return world_joined(lines);
}

/* All that was told, for whoever looks into a difference. */
char *world_story(const World *w)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < w->model.told->len; i++) {
        const Told *t = &g_array_index(w->model.told, Told, i);
        int64_t doubt_us = 0, at_us = model_time(&w->model, t, &doubt_us);
        g_string_append_printf(out, "\n%s %s.%" PRId64 " %s %.6f (%.6f±%.1f) %s %s%s%s %s %s %s%s",
                               t->source, t->id, t->ver, t->type, (double)(t->time_us - T0) / 1e6,
                               (double)(at_us - T0) / 1e6, (double)doubt_us / 1e6,
                               t->place ? t->place : "-", t->ticket ? t->ticket : "-",
                               t->ticket_id ? "#" : "", t->ticket_id ? t->ticket_id : "",
                               t->approval ? t->approval : "-", t->session ? t->session : "-",
                               t->corrects ? t->corrects : "-", t->counts ? "" : " (not)");
    }
    for (guint i = 0; i < w->model.sees->len; i++) {
        const Sees *s = &g_array_index(w->model.sees, Sees, i);
        g_string_append_printf(out, "\n%s %s %.3f %.3f", s->place, s->camera,
                               (double)(s->from_us - T0) / 1e6, (double)(s->to_us - T0) / 1e6);
    }
    for (guint i = 0; i < w->model.said->len; i++) {
        const Said *s = &g_array_index(w->model.said, Said, i);
        g_string_append_printf(out, "\n%s %s from %.3f: %s%.6f±%.1f", s->source,
                               s->measured ? "measured" : "set", (double)(s->from_us - T0) / 1e6,
                               s->has_offset ? "" : "as measured ", (double)s->offset_us / 1e6,
                               (double)s->doubt_us / 1e6);
    }
    g_autofree char *clocks = fixture_dump(w->f->cat, "SELECT * FROM source_clock");
    g_string_append_printf(out, "\n%s", clocks);
    return g_string_free(out, FALSE);
}

static void expect_same(World *w, const char *what, const char *catalogue, const char *model)
{
    if (strcmp(catalogue, model) == 0)
        return;
    g_autofree char *told = world_story(w);
    g_error("%s\n%s\nand should be\n%s\nafter%s", what, catalogue, model, told);
}

void world_check_spans(World *w)
{
    static const char *const METHODS[MODEL_METHODS] = {"visit", "step", "session"};
    g_autofree char *rows = fixture_dump(
        w->f->cat,
        "SELECT s.kind, s.key, s.day, s.part, p.code, c.code, v.from_us, coalesce(v.to_us, 'open'),"
        " v.method, printf('%.1f', v.confidence), v.uncertainty_us FROM span v JOIN subject s"
        " ON s.id = v.subject_id JOIN place p ON p.id = v.place_id JOIN camera c"
        " ON c.id = v.camera_id WHERE v.superseded_us IS NULL");
    g_autoptr(GArray) shown = model_all_shown(&w->model);
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < shown->len; i++) {
        const Shown *s = &g_array_index(shown, Shown, i);
        g_autofree char *to =
            s->to_us == MODEL_OPEN ? g_strdup("open") : g_strdup_printf("%" PRId64, s->to_us);
        g_ptr_array_add(lines, g_strdup_printf("%s|%s|%d|%s|%s|%s|%" PRId64 "|%s|%s|%.1f|%" PRId64,
                                               s->name.kind, s->name.key, s->name.day,
                                               s->name.part ? s->name.part : "", s->place,
                                               s->camera, s->from_us, to, METHODS[s->method],
                                               s->confidence, s->doubt_us));
    }
    g_autofree char *catalogue = sorted(rows), *model = world_joined(lines);
    w->spans += shown->len;
    expect_same(w, "spans are", catalogue, model);
}

void world_check_map(World *w)
{
    g_autofree char *rows = fixture_dump(
        w->f->cat, "SELECT p.code, c.code, coalesce(v.from_us, 'ever'), coalesce(v.to_us, 'open')"
                   " FROM coverage v JOIN place p ON p.id = v.place_id JOIN camera c"
                   " ON c.id = v.camera_id");
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < w->model.sees->len; i++) {
        const Sees *s = &g_array_index(w->model.sees, Sees, i);
        g_autofree char *from = g_strdup_printf("%" PRId64, s->from_us);
        g_autofree char *to = g_strdup_printf("%" PRId64, s->to_us);
        g_ptr_array_add(lines, g_strdup_printf("%s|%s|%s|%s", s->place, s->camera,
                                               s->from_us == MODEL_EVER ? "ever" : from,
                                               s->to_us == MODEL_OPEN ? "open" : to));
    }
    g_autofree char *catalogue = sorted(rows), *model = world_joined(lines);
    expect_same(w, "the map is", catalogue, model);
}

/* --- holds ------------------------------------------------------------------------------------ */

static gint by_start(gconstpointer a, gconstpointer b)
{
    const Kept *one = a, *two = b;
    int order = one->hold_id < two->hold_id ? -1 : one->hold_id > two->hold_id;
    if (!order)
        order = strcmp(one->camera, two->camera);
    return order ? order : one->from_us < two->from_us ? -1 : one->from_us > two->from_us;
}

/* How a hold's stretches are cut up is all the same: what they keep together counts. */
static char *merged(GArray *kept)
{
    GString *out = g_string_new(NULL);
    g_array_sort(kept, by_start);
    for (guint i = 0; i < kept->len;) {
        Kept one = g_array_index(kept, Kept, i++);
        for (; i < kept->len; i++) {
            const Kept *k = &g_array_index(kept, Kept, i);
            if (k->hold_id != one.hold_id || strcmp(k->camera, one.camera) != 0 ||
                k->from_us > one.to_us)
                break;
            one.to_us = MAX(one.to_us, k->to_us);
        }
        g_string_append_printf(out, "%" PRId64 "|%s|%" PRId64 "|%" PRId64 "\n", one.hold_id,
                               one.camera, one.from_us, one.to_us);
    }
    return g_string_free(out, FALSE);
}

void world_check_holds(World *w)
{
    g_autoptr(GArray) stored = g_array_new(FALSE, TRUE, sizeof(Kept));
    g_autoptr(GArray) kept = g_array_new(FALSE, TRUE, sizeof(Kept));
    g_autofree char *rows = fixture_dump(
        w->f->cat,
        "SELECT hold_id, camera, from_us, to_us FROM hold_span WHERE released_us IS NULL");
    g_auto(GStrv) lines = g_strsplit(rows, "\n", -1);
    for (size_t i = 0; lines[i] && lines[i][0]; i++) {
        g_auto(GStrv) parts = g_strsplit(lines[i], "|", -1);
        Kept one = {.hold_id = g_ascii_strtoll(parts[0], NULL, 10),
                    .from_us = g_ascii_strtoll(parts[2], NULL, 10),
                    .to_us = g_ascii_strtoll(parts[3], NULL, 10)};
        g_strlcpy(one.camera, parts[1], sizeof one.camera);
        g_array_append_val(stored, one);
    }
    for (guint i = 0; i < w->kept->len; i++)
        if (g_array_index(w->kept, Kept, i).live)
            g_array_append_val(kept, g_array_index(w->kept, Kept, i));
    g_autofree char *catalogue = merged(stored), *model = merged(kept);
    expect_same(w, "held is", catalogue, model);
}
