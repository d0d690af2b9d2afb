// SPDX-License-Identifier: GPL-3.0-or-later
/* Why footage stays, of all cameras in sums and of one camera segment by segment. */
#include "index/cmd/purge_why.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/link/linking.h"
#include "index/listing.h"

#include <inttypes.h>
#include <stdio.h>

#define SEGMENTS_MOST 1000 // unless told otherwise

static char *rule_name(const IdxRule *rule)
{
    return g_strdup_printf("%s/%s", rule->kind, rule->purpose);
}

static json_t *days_json(int days)
{
    return days ? json_integer(days) : json_null();
}

static json_t *time_json(IdxCatalogue *cat, int64_t us)
{
    return us == INT64_MAX ? json_null() : idx_listing_time(cat, us);
}

/* --- sums ------------------------------------------------------------------------------------- */

static void print_reason(CmdContext *ctx, const IdxKept *k)
{
    g_autofree char *first = cmd_time(ctx, k->first_us), *last = cmd_time(ctx, k->last_us);
    g_autofree char *rule = rule_name(k->rule);
    if (k->verdict == IDX_VERDICT_OPEN)
        puts("is being written");
    else if (k->verdict == IDX_VERDICT_HELD)
        puts("is held, until it is released");
    else if (k->verdict == IDX_VERDICT_BOUND)
        printf("rule %s keeps it %d days: the oldest until %s, the newest until %s\n", rule,
               k->rule->min_days, first, last);
    else if (k->last_us == INT64_MAX)
        printf("past its minimum, may go when the disk is short; rule %s has no maximum\n", rule);
    else
        printf("past its minimum, may go when the disk is short; by rule %s gone after %d days: "
               "from %s to %s\n",
               rule, k->rule->max_days, first, last);
}

void cmd_kept_print(CmdContext *ctx, const IdxKept *k)
{
    g_autofree char *oldest = cmd_time(ctx, k->oldest_us);
    printf("keep    %s/%s  since %s  %" PRId64 " segments, %" PRId64 " MB: ", k->camera, k->stream,
           oldest, k->segments, k->bytes / 1000000);
    print_reason(ctx, k);
}

/* --- one camera ------------------------------------------------------------------------------- */

typedef struct Told {
    CmdContext *ctx;
    json_t *list;  // NULL: for people
    char *refused; // why a purge would be; NULL if it would not
} Told;

static bool goes(const Told *told, const IdxVerdict *v)
{
    return v->kind == IDX_VERDICT_DUE && !told->refused;
}

static void add_segment(const Told *told, const char *stream, const IdxSurveySegment *g,
                        const IdxVerdict *v)
{
    IdxCatalogue *cat = told->ctx->cat;
    g_autofree char *min = rule_name(v->min_rule), *max = rule_name(v->max_rule);
    json_array_append_new(
        told->list,
        json_pack("{s:I, s:s, s:o, s:o, s:I, s:s, s:s, s:o, s:o, s:s, s:i, s:o, s:s, s:o, s:o}",
                  "segment", (json_int_t)g->id, "stream", stream, "from",
                  idx_listing_time(cat, g->start_us), "to", idx_listing_time(cat, g->end_us),
                  "bytes", (json_int_t)g->bytes, "do", goes(told, v) ? "delete" : "keep", "because",
                  idx_verdict_name(v->kind), "hold",
                  v->hold_id ? json_integer(v->hold_id) : json_null(), "volume",
                  json_integer(g->volume_id), "min_rule", min, "min_days", v->min_rule->min_days,
                  "min_until", time_json(cat, v->min_us), "max_rule", max, "max_days",
                  days_json(v->max_rule->max_days), "max_until", time_json(cat, v->max_us)));
}

/* When it goes by age at last. */
static void print_end(const Told *told, const IdxVerdict *v)
{
    g_autofree char *rule = rule_name(v->max_rule), *end = cmd_time(told->ctx, v->max_us);
    if (v->max_us == INT64_MAX)
        printf("; rule %s has no maximum\n", rule);
    else
        printf("; rule %s lets it go after %d days, at %s\n", rule, v->max_rule->max_days, end);
}

static void print_segment(const Told *told, const char *stream, const IdxSurveySegment *g,
                          const IdxVerdict *v)
{
    g_autofree char *from = cmd_time(told->ctx, g->start_us), *to = cmd_time(told->ctx, g->end_us);
    g_autofree char *until = cmd_time(told->ctx, v->min_us), *rule = rule_name(v->min_rule);
    printf("%s  %s  %s - %s  ", goes(told, v) ? "delete" : "keep  ", stream, from, to);
    if (v->kind == IDX_VERDICT_OPEN)
        printf("is being written; rule %s keeps it %d days", rule, v->min_rule->min_days);
    else if (v->kind == IDX_VERDICT_HELD && !v->hold_id)
        printf("may be held: the record of a hold is lost; rule %s until %s", rule, until);
    else if (v->kind == IDX_VERDICT_HELD)
        printf("hold %" PRId64 " keeps it, until it is released; rule %s until %s", v->hold_id,
               rule, until);
    else if (v->kind == IDX_VERDICT_BOUND)
        printf("rule %s keeps it %d days, until %s", rule, v->min_rule->min_days, until);
    else
        printf("past its minimum of %d days (rule %s)%s", v->min_rule->min_days, rule,
               v->kind == IDX_VERDICT_SPARE ? ", goes when the disk is short, the oldest first"
                                            : "");
    print_end(told, v);
}

static void tell(const char *stream, const IdxSurveySegment *segment, const IdxVerdict *verdict,
                 void *data)
{
    const Told *told = data;
    if (told->list)
        add_segment(told, stream, segment, verdict);
    else
        print_segment(told, stream, segment, verdict);
}

static void refused(const char *words, void *data)
{
    Told *told = data;
    told->refused = g_strdup(words);
    if (!told->list)
        printf("nothing would be deleted: %s\n", words);
}

static bool ask_of(const CmdContext *ctx, IdxPurgeAsk *ask, GError **error)
{
    const CmdOptions *o = &ctx->options;
    ask->limit = o->limit < 0 ? SEGMENTS_MOST : o->limit == 0 ? INT64_MAX - 1 : o->limit;
    ask->now_us = ctx->now_us;
    ask->camera = o->camera;
    ask->after_pause = o->after_pause;
    return cmd_parse_time(ctx, "from", o->from, INT64_MIN, &ask->from_us, error) &&
           cmd_parse_time(ctx, "to", o->to, INT64_MAX, &ask->to_us, error) &&
           (ask->from_us < ask->to_us ||
            mj_error_set(error, MJ_ERROR_INVALID, "the time asked for ends before it begins"));
}

static bool explain(Told *told, GError **error)
{
    CmdContext *ctx = told->ctx;
    bool more = false, unlinked = false;
    int64_t count = 0;
    IdxPurgeAsk ask = {.told = tell, .refused = refused, .data = told};
    if (!ask_of(ctx, &ask, error) || !idx_purge_why(ctx->cat, &ask, &count, &more, error) ||
        !idx_linking_pending(ctx->cat, &unlinked, error))
        return false;
    if (told->list) {
        cmd_print_json(json_pack("{s:s, s:s?, s:O, s:b, s:b}", "camera", ask.camera, "refused",
                                 told->refused, "segments", told->list, "more", (int)more,
                                 "complete", (int)!unlinked));
        return true;
    }
    cmd_print_unlinked(unlinked);
    if (more)
        printf("(there are more: --from, --to or --limit)\n");
    else if (count == 0)
        printf("nothing of %s is there in that time: mingjing timeline %s says why\n", ask.camera,
               ask.camera);
    return true;
}

bool cmd_purge_why(CmdContext *ctx, GError **error)
{
    g_autoptr(json_t) list = ctx->options.json ? json_array() : NULL;
    Told told = {.ctx = ctx, .list = list};
    bool ok = explain(&told, error);
    g_free(told.refused);
    return ok;
}
