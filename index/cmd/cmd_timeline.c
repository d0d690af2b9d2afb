// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/cmd/command.h"
#include "index/find/dossier.h"
#include "index/segment/timeline.h"

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

static void print_note(CmdContext *ctx, const IdxGap *n)
{
    g_autofree char *at = cmd_time(ctx, n->from_us);
    printf("%s   %*s  noted     %s%s%s\n", at, (int)strlen(at), "", n->reason,
           n->detail ? ": " : "", n->detail ? n->detail : "");
}

typedef struct Printed { // so many of each
    guint gaps, damage, notes;
} Printed;

/* The next that begins before @before_us; notes of that very moment, too: they tell why what
 * follows begins there. */
static bool print_next(CmdContext *ctx, const IdxTimeline *t, int64_t before_us, Printed *printed)
{
    const IdxGap *g = printed->gaps < t->gaps->len ? t->gaps->pdata[printed->gaps] : NULL;
    const IdxDamage *d =
        printed->damage < t->damage->len ? t->damage->pdata[printed->damage] : NULL;
    const IdxGap *n = printed->notes < t->notes->len ? t->notes->pdata[printed->notes] : NULL;
    int64_t gap_us = g ? g->from_us : INT64_MAX, damage_us = d ? d->from_us : INT64_MAX;
    if (n && n->from_us <= MIN(before_us, MIN(gap_us, damage_us))) {
        print_note(ctx, n);
        printed->notes++;
    } else if (g && gap_us <= damage_us && gap_us < before_us) {
        print_gap(ctx, g);
        printed->gaps++;
    } else if (d && damage_us < gap_us && damage_us < before_us) {
        print_damage(ctx, d);
        printed->damage++;
    } else {
        return false;
    }
    return true;
}

/* Segments, gaps, damage and notes in one list by time. */
static void print(CmdContext *ctx, const IdxTimeline *t)
{
    Printed printed = {0};
    for (guint i = 0; i <= t->segments->len; i++) {
        const IdxSegment *s = i < t->segments->len ? t->segments->pdata[i] : NULL;
        while (print_next(ctx, t, s ? s->start_us : INT64_MAX, &printed))
            ;
        if (s)
            print_segment(ctx, s);
    }
    g_autofree char *until = cmd_time(ctx, t->until_us);
    if (t->until_us > t->from_us)
        printf("coverage %.3f %% until %s\n", 100.0 * t->coverage, until);
    else
        puts("nothing to be covered yet");
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
    IdxAudit row = {.what = "timeline",
                    .object_kind = "camera",
                    .object = camera->code,
                    .camera = camera->code,
                    .from_us = from_us,
                    .to_us = to_us};
    if (!cmd_audit(ctx, &row, error))
        return false;
    g_autofree char *text =
        o->json ? idx_timeline_text(ctx->cat, camera->code, stream->name, t) : NULL;
    if (text)
        cmd_print_json(mj_json_parse(text));
    else
        print(ctx, t);
    return true;
}
