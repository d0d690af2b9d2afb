// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/clip/clip.h"
#include "index/cmd/command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool progress(int64_t done, int64_t of, void *data)
{
    int64_t *told_us = data, now_us = g_get_monotonic_time();
    if (isatty(STDERR_FILENO) && now_us - *told_us > MJ_SECOND_US / 5) {
        fprintf(stderr, "\r%3d %% ", (int)(100 * done / MAX(of, 1)));
        *told_us = now_us;
    }
    return true;
}

static bool ask_of(CmdContext *ctx, const IdxCamera *camera, IdxClipAsk *ask, GError **error)
{
    const CmdOptions *o = &ctx->options;
    *ask = (IdxClipAsk){.camera = camera->code, .stream = o->stream, .now_us = ctx->now_us};
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        if (strcmp(stream->name, o->stream) == 0)
            ask->stream_id = stream->id;
    }
    if (ask->stream_id == 0)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "camera %s has no %s stream", camera->code,
                            o->stream);
    if (!o->from || !o->to)
        return mj_error_set(error, MJ_ERROR_USAGE, "a clip needs %s%s%s", o->from ? "" : "--from",
                            o->from || o->to ? "" : " and ", o->to ? "" : "--to");
    return cmd_parse_time(ctx, "from", o->from, 0, &ask->from_us, error) &&
           cmd_parse_time(ctx, "to", o->to, 0, &ask->to_us, error);
}

/* A clip that is not whole is none. */
static bool write_file(const IdxClip *clip, const char *path, int64_t *told_us,
                       uint8_t sha256[IDX_CLIP_SHA256_BYTES], GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0)
        return mj_error_errno(error, errno, "cannot make the file %s", path);
    bool ok = idx_clip_copy(clip, fd, progress, told_us, sha256, error) &&
              (fsync(fd) == 0 || mj_error_errno(error, errno, "writing %s", path));
    ok = (close(fd) == 0 || !ok || mj_error_errno(error, errno, "writing %s", path)) && ok;
    if (!ok)
        unlink(path);
    return ok;
}

static bool tell(CmdContext *ctx, const IdxClipAsk *ask, json_t *clip, GError **error)
{
    g_autoptr(json_t) detail = json_pack("{s:O, s:O}", "sha256", json_object_get(clip, "sha256"),
                                         "bytes", json_object_get(clip, "bytes"));
    return cmd_audit(ctx,
                     &(IdxAudit){.what = "clip",
                                 .camera = ask->camera,
                                 .from_us = ask->from_us,
                                 .to_us = ask->to_us,
                                 .detail = detail},
                     error);
}

static void print(CmdContext *ctx, const IdxClip *clip, const char *path, json_t *told)
{
    IdxClipFacts facts = idx_clip_facts(clip);
    g_autofree char *from = cmd_time(ctx, facts.from_us), *to = cmd_time(ctx, facts.to_us);
    printf("%s  %" PRId64 " bytes, %" PRId64 " pictures from %s to %s\nsha256 %s\n", path,
           facts.bytes, facts.pictures, from, to,
           json_string_value(json_object_get(told, "sha256")));
    g_autofree char *rest = facts.rest_us ? cmd_time(ctx, facts.rest_us) : NULL;
    if (rest)
        printf("from %s on it is coded otherwise, and no part of this file: ask for it apart\n",
               rest);
    const GPtrArray *gaps = idx_clip_timeline(clip)->gaps;
    for (guint i = 0; i < gaps->len; i++) {
        const IdxGap *gap = gaps->pdata[i];
        g_autofree char *since = cmd_time(ctx, gap->from_us), *until = cmd_time(ctx, gap->to_us);
        printf("%s - %s  MISSING   %s\n", since, until, gap->reason);
    }
}

bool cmd_clip(CmdContext *ctx, GError **error)
{
    IdxClipAsk ask;
    int64_t told_us = 0;
    uint8_t sha256[IDX_CLIP_SHA256_BYTES];
    g_autoptr(IdxCamera) camera = idx_camera_get(ctx->cat, cmd_arg(ctx, 0), error);
    if (!camera || !ask_of(ctx, camera, &ask, error))
        return false;
    g_autoptr(IdxClip) clip = idx_clip_open(ctx->cat, &ask, progress, &told_us, error);
    if (!clip)
        return false;
    g_autofree char *path = ctx->options.out ? g_strdup(ctx->options.out) : idx_clip_name(clip);
    if (!write_file(clip, path, &told_us, sha256, error))
        return false;
    g_autoptr(json_t) told = idx_clip_json(ctx->cat, clip, sha256);
    json_object_set_new(told, "file", json_string(path));
    if (!tell(ctx, &ask, told, error)) {
        unlink(path);
        return false;
    }
    if (isatty(STDERR_FILENO))
        fputs("\r      \r", stderr);
    if (ctx->options.json)
        cmd_print_json(json_incref(told));
    else
        print(ctx, clip, path, told);
    return true;
}
