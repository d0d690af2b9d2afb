// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/cmd/command.h"
#include "index/dossier.h"
#include "index/timeline.h"

#include <stdio.h>
#include <string.h>

static const IdxStream *find_stream(const IdxCamera *camera, const char *name, GError **error)
{
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        if (strcmp(stream->name, name) == 0)
            return stream;
    }
    mj_error_set(error, MJ_ERROR_NOT_FOUND, "camera %s has no %s stream", camera->code, name);
    return NULL;
}

static void print_segment(CmdContext *ctx, const IdxSegment *s)
{
    g_autofree char *from = cmd_time(ctx, s->start_us);
    g_autofree char *to = cmd_time(ctx, s->end_us);
    printf("%s - %s  recorded  %s\n", from, to, s->path);
}

static void print_gap(CmdContext *ctx, const IdxGap *g)
{
    g_autofree char *from = cmd_time(ctx, g->from_us);
    g_autofree char *to = cmd_time(ctx, g->to_us);
    printf("%s - %s  MISSING   %s%s%s\n", from, to, g->reason, g->detail ? ": " : "",
           g->detail ? g->detail : "");
}

static void print_damage(CmdContext *ctx, const IdxDamage *d)
{
    g_autofree char *from = cmd_time(ctx, d->from_us);
    g_autofree char *to = cmd_time(ctx, d->to_us);
    printf("%s - %s  damaged   packets of %s were lost\n", from, to, d->track);
}

/* Those of what was not printed yet that begin before @before_us. */
static void print_until(CmdContext *ctx, const IdxTimeline *t, int64_t before_us, guint *gap,
                        guint *damage)
{
    for (;;) {
        const IdxGap *g = *gap < t->gaps->len ? t->gaps->pdata[*gap] : NULL;
        const IdxDamage *d = *damage < t->damage->len ? t->damage->pdata[*damage] : NULL;
        bool gap_is_next = g && (!d || g->from_us <= d->from_us);
        if (gap_is_next && g->from_us < before_us) {
            print_gap(ctx, g);
            (*gap)++;
        } else if (!gap_is_next && d && d->from_us < before_us) {
            print_damage(ctx, d);
            (*damage)++;
        } else {
            return;
        }
    }
}

/* Segments, gaps and damage in one list by time. */
static void print(CmdContext *ctx, const IdxTimeline *t)
{
    guint gap = 0, damage = 0;
    for (guint i = 0; i <= t->segments->len; i++) {
        const IdxSegment *s = i < t->segments->len ? t->segments->pdata[i] : NULL;
        print_until(ctx, t, s ? s->start_us : INT64_MAX, &gap, &damage);
        if (s)
            print_segment(ctx, s);
    }
    g_autofree char *until = cmd_time(ctx, t->until_us);
    printf("coverage %.3f %% until %s\n", 100.0 * t->coverage, until);
}

bool cmd_timeline(CmdContext *ctx, GError **error)
{
    int64_t from_us = 0, to_us = 0;
    const CmdOptions *o = &ctx->options;
    g_autoptr(IdxCamera) camera = idx_camera_get(ctx->cat, cmd_arg(ctx, 0), error);
    const IdxStream *stream = camera ? find_stream(camera, o->stream, error) : NULL;
    if (!stream ||
        !cmd_parse_time(ctx, "from", o->from, ctx->now_us - MJ_HOUR_US, &from_us, error) ||
        !cmd_parse_time(ctx, "to", o->to, ctx->now_us, &to_us, error))
        return false;
    g_autoptr(IdxTimeline) t =
        idx_timeline_get(ctx->cat, stream->id, from_us, to_us, ctx->now_us, error);
    if (!t)
        return false;
    if (o->json)
        cmd_print_json(idx_timeline_json(ctx->cat, camera->code, stream->name, t));
    else
        print(ctx, t);
    return true;
}
