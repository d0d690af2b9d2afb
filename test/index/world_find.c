// SPDX-License-Identifier: GPL-3.0-or-later
/* What is found against the model: which cameras show a subject from when to when, how much of that is there. */
#include "index/find/dossier.h"
#include "test/index/world.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct Part { // of a camera's footage: as the model has it
    const Shown *shown;
    int64_t from_us, to_us, covered_us, purged_us;
} Part;

static const char *text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static int64_t time_of(const json_t *object, const char *name)
{
    int64_t us = 0;
    g_assert_true(mj_time_parse_rfc3339(text(object, name), &us, NULL));
    return us;
}

static int stream_of(const json_t *camera)
{
    for (int i = 0; i < CAMERAS * 2; i++)
        if (strcmp(world_camera(i), text(camera, "camera")) == 0 &&
            strcmp(i % 2 ? "sub" : "main", text(camera, "stream")) == 0)
            return i;
    g_error("%s has no stream %s", text(camera, "camera"), text(camera, "stream"));
}

/* What an open segment is of the present is for test-segment/timeline.c. */
static int64_t present(const World *w, int stream)
{
    int64_t present_us = w->now_us;
    for (guint i = 0; i < w->segs->len; i++) {
        const Seg *s = &g_array_index(w->segs, Seg, i);
        if (s->open && s->stream == stream)
            present_us = MIN(present_us, s->start_us);
    }
    return present_us;
}

static Part part_of(const World *w, const Shown *shown, int stream)
{
    Part part = {shown, shown->from_us, shown->end_us, 0, 0};
    world_widen(w, stream, &part.from_us, &part.to_us);
    for (guint i = 0; i < w->segs->len; i++) {
        const Seg *s = &g_array_index(w->segs, Seg, i);
        int64_t us = MIN(s->end_us, part.to_us) - MAX(s->start_us, part.from_us);
        if (s->stream == stream && us > 0)
            *(s->gone ? &part.purged_us : &part.covered_us) += us;
    }
    return part;
}

static int64_t purged(const json_t *span)
{
    const json_t *gap = NULL;
    size_t i = 0;
    int64_t sum_us = 0;
    json_array_foreach(json_object_get(span, "gaps"), i, gap)
    {
        if (strcmp(text(gap, "reason"), "purged") == 0)
            sum_us += time_of(gap, "to") - time_of(gap, "from");
    }
    return sum_us;
}

static void check_part(World *w, const json_t *span, const Part *part)
{
    double wanted = (double)part->covered_us / (double)(part->to_us - part->from_us);
    double got = json_number_value(json_object_get(span, "coverage"));
    w->found++;
    if (fabs(wanted - got) > 1e-6 || purged(span) != part->purged_us)
        g_error("%s %s by %s: coverage is %.7f and should be %.7f, purged %.3f and %.3f s",
                part->shown->name.kind, part->shown->name.key, part->shown->camera, got, wanted,
                (double)purged(span) / 1e6, (double)part->purged_us / 1e6);
}

static bool is_at(const json_t *span, const Part *part)
{
    return time_of(span, "from") == part->from_us && time_of(span, "to") == part->to_us &&
           strcmp(text(span, "place"), part->shown->place) == 0;
}

static bool lies_in(const json_t *spans, const Part *part)
{
    const json_t *span = NULL;
    size_t i = 0;
    json_array_foreach(spans, i, span)
    {
        if (time_of(span, "from") <= part->from_us && time_of(span, "to") >= part->to_us)
            return true;
    }
    return false;
}

/* Each stretch of the answer is one of the model's; one of the model's that lies in another need not be told. */
static void check_camera(World *w, const json_t *camera, const GArray *parts)
{
    int64_t present_us = present(w, stream_of(camera));
    const json_t *span = NULL, *spans = json_object_get(camera, "spans");
    size_t j = 0;
    json_array_foreach(spans, j, span)
    {
        bool known = false;
        for (guint i = 0; i < parts->len; i++) {
            const Part *part = &g_array_index(parts, Part, i);
            if (!is_at(span, part))
                continue;
            known = true;
            if (part->to_us <= present_us)
                check_part(w, span, part);
        }
        if (!known)
            g_error("nobody is at %s by %s from %s to %s", text(span, "place"),
                    text(camera, "camera"), text(span, "from"), text(span, "to"));
    }
    for (guint i = 0; i < parts->len; i++)
        if (!lies_in(spans, &g_array_index(parts, Part, i)))
            g_error("%s does not show what it saw at %.6f", text(camera, "camera"),
                    (double)(g_array_index(parts, Part, i).from_us - T0) / 1e6);
}

static GArray *parts_of(const World *w, const json_t *camera, const GArray *shown)
{
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(Part));
    for (guint i = 0; i < shown->len; i++) {
        const Shown *s = &g_array_index(shown, Shown, i);
        Part part = part_of(w, s, stream_of(camera));
        if (strcmp(s->camera, text(camera, "camera")) == 0)
            g_array_append_val(parts, part);
    }
    return parts;
}

/* None that shows something is left out, and no other is told. */
static void check_cameras(World *w, const json_t *cameras, const GArray *shown)
{
    const json_t *camera = NULL;
    size_t i = 0;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint k = 0; k < shown->len; k++)
        g_hash_table_add(seen, (gpointer)(uintptr_t)g_array_index(shown, Shown, k).camera);
    json_array_foreach(cameras, i, camera)
    {
        g_assert_true(g_hash_table_contains(seen, text(camera, "camera")));
        g_autoptr(GArray) parts = parts_of(w, camera, shown);
        check_camera(w, camera, parts);
    }
    g_assert_cmpuint(json_array_size(cameras), ==, g_hash_table_size(seen));
}

/* Those of an approval are also those of its tickets and sessions. */
static GArray *shown_with_related(const World *w, const Name *name)
{
    GArray *shown = model_shown(&w->model, name);
    g_autoptr(GArray) names = model_names(&w->model);
    for (guint i = 0; strcmp(name->kind, "approval") == 0 && i < names->len; i++) {
        const Name *other = &g_array_index(names, Name, i);
        if (strcmp(other->kind, "approval") == 0 || !model_related(&w->model, name, other))
            continue;
        g_autoptr(GArray) more = model_shown(&w->model, other);
        g_array_append_vals(shown, more->data, more->len);
    }
    return shown;
}

/* When the place of a stay is shown next, or until when it is. */
static int64_t next_change(const GArray *shown, const char *place, int64_t at_us, bool *ret_shown)
{
    int64_t next_us = MODEL_OPEN, until_us = at_us;
    for (guint i = 0; i < shown->len; i++) {
        const Shown *s = &g_array_index(shown, Shown, i);
        int64_t end_us = s->to_us == MODEL_OPEN ? s->end_us + 2 * s->doubt_us : s->to_us;
        if (s->place == place && s->from_us <= at_us && end_us > at_us)
            until_us = MAX(until_us, end_us);
        else if (s->place == place && s->from_us > at_us)
            next_us = MIN(next_us, s->from_us);
    }
    *ret_shown = until_us > at_us;
    return *ret_shown ? until_us : next_us;
}

/* "P0 from to": what of a stay no camera saw. */
static void append_unseen(World *w, const Stay *stay, const GArray *shown, GPtrArray *lines)
{
    const Around *around = &w->model.around[stay->method];
    bool seen = false;
    int64_t last_us = stay->to_us == MODEL_OPEN ? stay->from_us + around->max_us : stay->to_us;
    int64_t at_us = stay->from_us - around->before_us - stay->doubt_us;
    int64_t to_us = MIN(last_us + around->after_us + stay->doubt_us, w->now_us);
    for (int64_t next_us = 0; at_us < to_us; at_us = next_us) {
        next_us = next_change(shown, stay->place, at_us, &seen);
        if (seen)
            continue;
        g_ptr_array_add(lines, g_strdup_printf("%s %" PRId64 " %" PRId64, stay->place, at_us,
                                               MIN(next_us, to_us)));
        w->unseen++;
    }
}

static char *unseen_of(World *w, const Name *name, const GArray *shown)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) names = model_names(&w->model);
    bool approval = strcmp(name->kind, "approval") == 0;
    for (guint i = 0; i < names->len; i++) {
        const Name *n = &g_array_index(names, Name, i);
        bool part =
            approval && strcmp(n->kind, "approval") != 0 && model_related(&w->model, name, n);
        g_autoptr(GArray) stays = model_stays(&w->model, n);
        for (guint j = 0; (part || model_is(n, name)) && j < stays->len; j++)
            append_unseen(w, &g_array_index(stays, Stay, j), shown, lines);
    }
    return world_joined(lines);
}

/* What is told of places where no camera looked is all of that, and nothing else. */
static void check_unseen(World *w, const json_t *dossier, const Name *name, const GArray *shown)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    const json_t *gap = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(dossier, "gaps"), i, gap)
    {
        if (strcmp(text(gap, "reason"), "no-camera") == 0)
            g_ptr_array_add(lines, g_strdup_printf("%s %" PRId64 " %" PRId64, text(gap, "place"),
                                                   time_of(gap, "from"), time_of(gap, "to")));
    }
    g_autofree char *told = world_joined(lines), *wanted = unseen_of(w, name, shown);
    if (strcmp(told, wanted) != 0)
        g_error("no camera looked at\n%s\nand it is told of\n%s", wanted, told);
}

/* The whole of it is the sum of its parts. */
static void check_sum(const json_t *dossier)
{
    double covered = 0, asked = 0;
    const json_t *camera = NULL, *span = NULL;
    size_t i = 0, j = 0;
    json_array_foreach(json_object_get(dossier, "cameras"), i, camera)
    {
        json_array_foreach(json_object_get(camera, "spans"), j, span)
        {
            double length = (double)MAX(0, time_of(span, "until") - time_of(span, "from"));
            covered += length * json_number_value(json_object_get(span, "coverage"));
            asked += length;
        }
    }
    json_array_foreach(json_object_get(dossier, "gaps"), i, camera)
    {
        if (strcmp(text(camera, "reason"), "no-camera") == 0)
            asked += (double)(time_of(camera, "to") - time_of(camera, "from"));
    }
    const json_t *told = json_object_get(dossier, "coverage");
    if (asked > 0 && fabs(json_number_value(told) - covered / asked) > 1e-6)
        g_error("coverage is %.7f and should be %.7f", json_number_value(told), covered / asked);
}

void world_select(const Name *name, const char **ret_ticket_id, const char **ret_source)
{
    *ret_ticket_id = *ret_source = NULL;
    if (name->part && g_str_has_prefix(name->part, "id:"))
        *ret_ticket_id = name->part + strlen("id:");
    else if (name->part && name->part[0])
        *ret_source = name->part + strlen("source:");
}

/* Which of several is not guessed. */
static void check_shared(World *w, const Name *name, const GArray *names)
{
    guint n = 0;
    g_autoptr(GError) error = NULL;
    IdxName wanted = {.kind = name->kind, .key = name->key, .day = name->day};
    for (guint i = 0; i < names->len; i++)
        n += model_is_namesake(&g_array_index(names, Name, i), name);
    g_autoptr(GPtrArray) all = idx_name_candidates(w->f->cat, &wanted, &error);
    g_assert_no_error(error);
    g_autofree char *told = all->len == n ? NULL : world_story(w);
    if (told)
        g_error("%u have the number %s, and should be %u, after%s", all->len, name->key, n, told);
    w->parted += n > 1;
}

void world_find(World *w)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) names = model_names(&w->model);
    if (names->len == 0)
        return;
    const Name *name = &g_array_index(names, Name, world_below(w, names->len));
    IdxName wanted = {.kind = name->kind, .key = name->key, .day = name->day};
    world_select(name, &wanted.ticket_id, &wanted.source);
    check_shared(w, name, names);
    g_autoptr(json_t) dossier = idx_dossier(w->f->cat, &wanted, w->now_us, &error);
    g_autofree char *told = error ? world_story(w) : NULL;
    if (error)
        g_error("%s, after%s", error->message, told);
    g_autoptr(GArray) shown = shown_with_related(w, name);
    check_cameras(w, json_object_get(dossier, "cameras"), shown);
    check_sum(dossier);
    check_unseen(w, dossier, name, shown);
}
