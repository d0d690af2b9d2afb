// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/retention/forecast.h"
#include "index/retention/retention.h"
#include "index/segment/volume.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "500G", "20M", "1073741824": in powers of 1024. */
static bool parse_size(const char *option, const char *text, int64_t *ret, GError **error)
{
    static const char UNITS[] = "KMGT";
    char *end = NULL;
    int64_t number = g_ascii_strtoll(text, &end, 10);
    const char *unit = *end ? strchr(UNITS, g_ascii_toupper(*end)) : NULL;
    int shift = unit ? 10 * (int)(unit - UNITS + 1) : 0;
    bool good = end != text && number >= 0 && (*end == '\0' || (unit && end[1] == '\0')) &&
                number <= INT64_MAX >> shift;
    *ret = good ? number << shift : 0;
    return good ||
           mj_error_set(error, MJ_ERROR_USAGE,
                        "--%s %s: should be a size as 1073741824, 20M, 500G or 4T", option, text);
}

/* A limit that is lifted in so many words; what is not said stays. */
static bool parse_limit(const char *option, const char *text, const char *none, int64_t lifted,
                        int64_t *ret, GError **error)
{
    *ret = text ? lifted : IDX_VOLUME_STAYS;
    return !text || strcmp(text, none) == 0 || parse_size(option, text, ret, error);
}

/* As parse_size() reads it. Caller frees. */
static char *size_text(int64_t bytes)
{
    static const char UNITS[] = "KMGT";
    int unit = -1;
    while (unit < 3 && bytes > 0 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    return unit < 0 ? g_strdup_printf("%" PRId64, bytes)
                    : g_strdup_printf("%" PRId64 "%c", bytes, UNITS[unit]);
}

static char *reserve_text(const IdxVolume *volume)
{
    return volume->has_reserve ? size_text(volume->reserve_bytes) : g_strdup("1G or 2 %");
}

static char *max_text(const IdxVolume *volume)
{
    return volume->max_bytes ? size_text(volume->max_bytes) : g_strdup("none");
}

static int print_limit(int count, const char *name, const char *before, const char *after)
{
    bool other = strcmp(before, after) != 0;
    if (other)
        printf("%s %s %s → %s", count ? "," : ":", name, before, after);
    return count + other;
}

/* What adding did to one that was there. */
static void print_known(const IdxVolume *before, const IdxVolume *after)
{
    g_autofree char *old_reserve = reserve_text(before), *new_reserve = reserve_text(after);
    g_autofree char *old_max = max_text(before), *new_max = max_text(after);
    bool back = before->removed_us != 0;
    printf("volume %s is known already%s", after->path, back ? ", and is recorded to again" : "");
    int count = print_limit(0, "reserve", old_reserve, new_reserve);
    count = print_limit(count, "max", old_max, new_max);
    puts(count || back ? "" : "; nothing changed");
}

static void print_added(CmdContext *ctx, const char *path, const IdxVolume *before,
                        const IdxVolume *after)
{
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s, s:b}", "volume", path, "known", before != NULL));
    else if (before)
        print_known(before, after);
    else
        printf("volume %s added; new segments go there too\n", path);
}

bool cmd_volume_add(CmdContext *ctx, GError **error)
{
    int64_t reserve = 0, max = 0;
    const char *path = cmd_arg(ctx, 0);
    g_autoptr(IdxVolume) before = idx_volume_get(ctx->cat, path, NULL);
    if (!parse_limit("reserve", ctx->options.reserve, "default", -1, &reserve, error) ||
        !parse_limit("max", ctx->options.max, "none", 0, &max, error) ||
        !idx_volume_add(ctx->cat, path, reserve, max, ctx->now_us, error))
        return false;
    g_autoptr(IdxVolume) after = idx_volume_get(ctx->cat, path, error);
    if (after)
        print_added(ctx, path, before, after);
    return after != NULL;
}

static json_t *to_json(CmdContext *ctx, const IdxVolume *volume, const IdxOutlook *outlook,
                       const char *policy)
{
    json_t *json = json_pack("{s:I, s:s, s:s, s:s?, s:b, s:s, s:o}", "id", (json_int_t)volume->id,
                             "path", volume->path, "state", volume->state, "detail", volume->detail,
                             "removed", volume->removed_us != 0, "when_full", policy, "outlook",
                             idx_outlook_json(ctx->cat, outlook, ctx->now_us));
    json_object_set_new(json, "reserve_bytes",
                        volume->has_reserve ? json_integer(volume->reserve_bytes) : json_null());
    json_object_set_new(json, "max_bytes",
                        volume->max_bytes ? json_integer(volume->max_bytes) : json_null());
    return json;
}

static void print_outlook(CmdContext *ctx, const IdxOutlook *outlook)
{
    g_autofree char *day = cmd_time(ctx, outlook->short_us);
    g_autofree char *at = cmd_time(ctx, outlook->at_us);
    printf("  WARNING: full at %s, with nothing left that may be deleted: %s (as of %s)\n", day,
           g_str_equal(outlook->cause, IDX_OUTLOOK_HELD) ? "it is held"
                                                         : "the minimum asks for more disk",
           at);
}

static void print_volume(CmdContext *ctx, const IdxVolume *volume, const IdxOutlook *outlook,
                         const char *policy)
{
    g_autofree char *reserve = reserve_text(volume), *max = max_text(volume);
    g_autofree char *since = cmd_time(ctx, volume->since_us);
    printf("%-40s %-9s", volume->path, volume->removed_us ? "removed" : volume->state);
    if (volume->since_us > 0 && volume->removed_us == 0)
        printf(" since %s", since);
    printf("%s%s\n", volume->detail ? "  " : "", volume->detail ? volume->detail : "");
    printf("  max %s, reserve %s, when full: %s\n", max, reserve, policy);
    if (outlook && idx_outlook_warns(outlook, ctx->now_us))
        print_outlook(ctx, outlook);
}

bool cmd_volume_list(CmdContext *ctx, GError **error)
{
    g_autoptr(GPtrArray) all = idx_volume_list(ctx->cat, error);
    g_autoptr(GArray) outlooks = all ? idx_outlook_list(ctx->cat, error) : NULL;
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; outlooks && i < all->len; i++) {
        const IdxVolume *volume = all->pdata[i];
        const IdxOutlook *outlook = idx_outlook_in(outlooks, volume->id);
        g_autofree char *policy = idx_retention_policy(ctx->cat, volume->id, error);
        if (!policy)
            return false;
        if (ctx->options.json)
            json_array_append_new(list, to_json(ctx, volume, outlook, policy));
        else
            print_volume(ctx, volume, outlook, policy);
    }
    if (ctx->options.json && outlooks)
        cmd_print_json(json_pack("{s:O}", "volumes", list));
    return outlooks != NULL;
}

bool cmd_volume_remove(CmdContext *ctx, GError **error)
{
    const char *path = cmd_arg(ctx, 0);
    if (!idx_volume_remove(ctx->cat, path, ctx->now_us, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s}", "volume", path));
    else
        printf("volume %s is no longer recorded to; what it holds stays findable\n", path);
    return true;
}
