// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/hold/hold.h"
#include "test/index/world.h"

#include <string.h>

static void keep(World *w, int64_t hold_id, const char *camera, int64_t from_us, int64_t to_us)
{
    Kept one = {.hold_id = hold_id, .from_us = from_us, .to_us = to_us, .live = true};
    g_strlcpy(one.camera, camera, sizeof one.camera);
    g_array_append_val(w->kept, one);
}

void world_widen(const World *w, int stream, int64_t *from_us, int64_t *to_us)
{
    int64_t first_us = *from_us, last_us = *to_us;
    for (guint i = 0; i < w->segs->len; i++) {
        const Seg *s = &g_array_index(w->segs, Seg, i);
        if (s->stream != stream || s->gone || s->doubt_us < WORLD_NOTICED_US ||
            s->end_us + s->doubt_us <= first_us || s->start_us - s->doubt_us >= last_us)
            continue;
        *from_us = MIN(*from_us, MAX(s->start_us, first_us - s->doubt_us));
        *to_us = MAX(*to_us, MIN(s->end_us, last_us + s->doubt_us));
    }
}

/* What any of the camera's streams shows, since each of them may be the one that is looked at. */
static void keep_shown(World *w, int64_t hold_id, const Name *name)
{
    g_autoptr(GArray) shown = model_shown(&w->model, name);
    for (guint i = 0; i < shown->len; i++) {
        const Shown *s = &g_array_index(shown, Shown, i);
        int64_t from_us = s->from_us, to_us = s->end_us;
        for (int stream = 0; stream < CAMERAS * 2; stream++) {
            int64_t own_from_us = s->from_us, own_to_us = s->end_us;
            if (strcmp(world_camera(stream), s->camera) != 0)
                continue;
            world_widen(w, stream, &own_from_us, &own_to_us);
            from_us = MIN(from_us, own_from_us);
            to_us = MAX(to_us, own_to_us);
        }
        keep(w, hold_id, s->camera, from_us, to_us);
    }
}

/* One on a number keeps all that have it; one on a ticket of several that one, and all as soon as nobody can tell which
 * it was. */
static bool is_held(const Name *hold, const Name *name, const GArray *names)
{
    bool known = false;
    for (guint i = 0; i < names->len; i++)
        known = known || model_is(&g_array_index(names, Name, i), hold);
    return model_is(hold, name) || (model_is_namesake(hold, name) && name->part &&
                                    (!hold->part[0] || !name->part[0] || !known));
}

void world_follow(World *w)
{
    g_autoptr(GArray) names = model_names(&w->model);
    for (guint i = 0; i < w->holds->len; i++) {
        const Held *h = &g_array_index(w->holds, Held, i);
        for (guint j = 0; j < names->len; j++) {
            const Name *name = &g_array_index(names, Name, j);
            bool own = is_held(&h->name, name, names);
            if (own ||
                (strcmp(h->name.kind, "approval") == 0 && strcmp(name->kind, "approval") != 0 &&
                 model_related(&w->model, &h->name, name)))
                keep_shown(w, h->id, name);
        }
    }
}
static int64_t gone_touching(const World *w, const IdxHold *hold)
{
    int64_t n = 0;
    for (guint i = 0; i < hold->spans->len; i++) {
        const IdxHoldSpan *span = hold->spans->pdata[i];
        for (guint j = 0; j < w->segs->len; j++) {
            const Seg *s = &g_array_index(w->segs, Seg, j);
            n += s->gone && strcmp(world_camera(s->stream), span->camera) == 0 &&
                 s->start_us < span->to_us && s->end_us > span->from_us;
        }
    }
    return n;
}

static guint count_namesakes(World *w, const Name *wanted)
{
    guint n = 0;
    g_autoptr(GArray) names = model_names(&w->model);
    for (guint i = 0; i < names->len; i++)
        n += model_is_namesake(&g_array_index(names, Name, i), wanted);
    return n;
}

/* Nobody drew that number yet; or several did, and none is chosen. */
static void check_refused(World *w, const Name *wanted, const GError *why)
{
    guint n = count_namesakes(w, wanted);
    if (!mj_error_is(why, n ? MJ_ERROR_AMBIGUOUS : MJ_ERROR_NOT_FOUND) || n == 1)
        g_error("%s %s %s: %u have it, but: %s", wanted->kind, wanted->key,
                wanted->part ? wanted->part : "", n, why->message);
}

/* @wanted: NULL of cameras. */
static void add_hold(World *w, const IdxHoldRequest *request, const Name *wanted)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    if (!idx_hold_add(w->f->cat, request, w->now_us, &answer, &error)) {
        check_refused(w, wanted, error);
        return;
    }
    int64_t told = 0;
    for (guint i = 0; i < answer.gone->len; i++)
        told += ((IdxGone *)answer.gone->pdata[i])->segments;
    g_assert_cmpint(told, ==, gone_touching(w, answer.hold));
    g_array_append_val(w->live, answer.hold->id);
    if (wanted) {
        Held held = {answer.hold->id, *wanted};
        if (request->all)
            g_assert_cmpuint(answer.tickets->len, ==, MAX(1, count_namesakes(w, wanted)));
        else if (!request->ticket_id && !request->source)
            g_assert_cmpuint(count_namesakes(w, wanted), <=, 1);
        g_array_append_val(w->holds, held);
        world_follow(w);
    }
    for (size_t i = 0; !request->kind && request->cameras[i]; i++)
        keep(w, answer.hold->id, request->cameras[i], request->from_us, request->to_us);
}

static bool is_parted(const Name *name)
{
    return name->part && name->part[0];
}

/* A ticket of several by what tells it from them, or all of them, or without either. */
static void choose(World *w, Name *name, IdxHoldRequest *request)
{
    bool ticket = strcmp(name->kind, "ticket") == 0;
    if (is_parted(name) && world_below(w, 3)) {
        world_select(name, &request->ticket_id, &request->source);
        w->chosen++;
        return;
    }
    request->all = ticket && world_below(w, 2);
    name->part = ticket ? "" : NULL;
}

/* Somebody who was there, or is to come; rather one whose number is another's too. */
static Name somebody(World *w)
{
    static const Name NEXT[] = {
        {"ticket", "A0", DAY, ""}, {"approval", "SP1", 0, NULL}, {"session", "S0", 0, NULL}};
    g_autoptr(GArray) names = model_names(&w->model);
    uint32_t which = world_below(w, names->len + 1);
    for (int i = 0; i < 4 && which < names->len; i++)
        if (!is_parted(&g_array_index(names, Name, which)))
            which = world_below(w, names->len);
    return which < names->len ? g_array_index(names, Name, which)
                              : NEXT[world_below(w, G_N_ELEMENTS(NEXT))];
}

void world_hold(World *w)
{
    const char *cameras[3] = {world_camera(2 * (int)world_below(w, CAMERAS)), NULL, NULL};
    if (world_below(w, 2))
        cameras[1] = world_camera(2 * (int)world_below(w, CAMERAS));
    int64_t from_us = T0 + world_below(w, 60 * 24) * MJ_HOUR_US; // the future too
    IdxHoldRequest request = {.owner = "1023", .reason = "complaint", .case_no = "7", .by = "1023"};
    Name name = {0};
    if (world_below(w, 3) == 0) {
        request.cameras = cameras;
        request.from_us = from_us;
        request.to_us = from_us + (1 + world_below(w, 48 * 60)) * MJ_MINUTE_US;
    } else {
        name = somebody(w);
        choose(w, &name, &request);
        request.kind = name.kind;
        request.key = name.key;
        request.day = name.day;
    }
    add_hold(w, &request, name.kind ? &name : NULL);
}

void world_release(World *w)
{
    g_autoptr(GError) error = NULL;
    if (w->live->len == 0)
        return;
    guint which = world_below(w, w->live->len);
    int64_t id = g_array_index(w->live, int64_t, which);
    idx_hold_release(w->f->cat, id, "2001", "settled", w->now_us, &error);
    g_assert_no_error(error);
    g_array_remove_index(w->live, which);
    for (guint i = 0; i < w->kept->len; i++) {
        Kept *k = &g_array_index(w->kept, Kept, i);
        k->live = k->live && k->hold_id != id;
    }
    for (guint i = 0; i < w->holds->len; i++)
        if (g_array_index(w->holds, Held, i).id == id)
            g_array_remove_index(w->holds, i--);
}
