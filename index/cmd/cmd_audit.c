// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/audit/head.h"
#include "index/audit/read.h"
#include "index/audit/verify.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE 500
#define SCREEN 100 // rows that people are shown unless they ask for more

typedef enum { LIST_TEXT, LIST_JSON, LIST_CSV } ListForm;

typedef struct List {
    CmdContext *ctx;
    ListForm form;
    GTimeZone *zone;
    json_t *rows; // of LIST_JSON
} List;

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

static void print_row(const List *list, const IdxAuditRow *row)
{
    g_autofree char *time = cmd_time(list->ctx, row->at_us);
    g_autofree char *day = row->day ? mj_day_format(row->day) : NULL;
    printf("%6" PRId64 "  %s  %-14s %-16s %-6s", row->seq, time, row->who, row->what, row->result);
    if (row->object)
        printf("  %s%s%s", row->object, day ? " of " : "", day ? day : "");
    if (row->camera && g_strcmp0(row->camera, row->object) != 0)
        printf("  %s", row->camera);
    if (row->reason || row->case_no)
        printf("  (%s, %s)", or_dash(row->reason), or_dash(row->case_no));
    printf("%s%s\n", row->words ? "  " : "", row->words ? row->words : "");
}

static void show(const List *list, const IdxAuditRow *row)
{
    g_autoptr(GString) csv = g_string_new(NULL);
    switch (list->form) {
    case LIST_TEXT:
        print_row(list, row);
        break;
    case LIST_JSON:
        json_array_append_new(list->rows, idx_audit_row_json(row, list->zone));
        break;
    case LIST_CSV:
        idx_audit_csv_row(csv, row, list->zone);
        fputs(csv->str, stdout);
        break;
    }
}

/* In pages, so that a log of years needs no memory of years (but as JSON, which is one thing). */
static bool list_rows(const List *list, IdxAuditFilter *filter, int64_t limit, GError **error)
{
    g_autofree char *cursor = NULL;
    int64_t left = limit > 0 ? limit : limit < 0 && list->form == LIST_TEXT ? SCREEN : INT64_MAX;
    do {
        g_autofree char *next = NULL;
        filter->cursor = cursor;
        g_autoptr(GPtrArray) rows =
            idx_audit_list(list->ctx->cat, filter, (int)MIN(left, PAGE), &next, error);
        if (!rows)
            return false;
        for (guint i = 0; i < rows->len; i++)
            show(list, rows->pdata[i]);
        left -= rows->len;
        g_free(cursor);
        cursor = g_steal_pointer(&next);
    } while (cursor && left > 0);
    return true;
}

/* Whoever reads the log is told in it, with what was asked. */
static bool tell(CmdContext *ctx, const IdxAuditFilter *filter, GError **error)
{
    g_autoptr(json_t) asked =
        json_pack("{s:s*, s:s*, s:s*, s:s*, s:s*}", "who", filter->who, "what", filter->what,
                  "object", filter->object, "case", filter->case_no, "camera", filter->camera);
    return cmd_audit(ctx,
                     &(IdxAudit){.what = "audit.read",
                                 .from_us = filter->from_us,
                                 .to_us = filter->to_us,
                                 .detail = asked},
                     error);
}

bool cmd_audit_list(CmdContext *ctx, GError **error)
{
    const CmdOptions *o = &ctx->options;
    IdxAuditFilter filter = {.who = o->who,
                             .what = o->what,
                             .object = o->object,
                             .case_no = o->case_no,
                             .camera = o->camera};
    List list = {.ctx = ctx,
                 .form = o->json  ? LIST_JSON
                         : o->csv ? LIST_CSV
                                  : LIST_TEXT,
                 .zone = idx_catalogue_timezone(ctx->cat)};
    if (o->json && o->csv)
        return mj_error_set(error, MJ_ERROR_USAGE, "either --json or --csv");
    if (!cmd_parse_time(ctx, "from", o->from, 0, &filter.from_us, error) ||
        !cmd_parse_time(ctx, "to", o->to, 0, &filter.to_us, error) ||
        !idx_audit_check_what(ctx->cat, filter.what, error) || !tell(ctx, &filter, error))
        return false;
    g_autoptr(GString) head = g_string_new(NULL);
    if (o->csv) {
        idx_audit_csv_head(head);
        fputs(head->str, stdout);
    }
    g_autoptr(json_t) rows = list.rows = json_array();
    if (!list_rows(&list, &filter, o->limit, error))
        return false;
    if (o->json)
        cmd_print_json(json_pack("{s:O}", "rows", rows));
    return true;
}

// ── verify ──

static void progress(int64_t done, int64_t all, void *data)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%" PRId64 " of %" PRId64 " rows%s", done, all, done == all ? "\n" : "");
}

static void print_report(const CmdContext *ctx, const IdxAuditReport *report)
{
    g_autofree char *head = idx_audit_hash_format(report->head);
    if (ctx->options.json) {
        cmd_print_json(idx_audit_report_json(report));
        return;
    }
    printf("%" PRId64 " rows, %" PRId64 " wrong\n", report->rows, report->wrong);
    for (guint i = 0; i < report->findings->len; i++)
        printf("  %s\n", g_array_index(report->findings, IdxAuditFinding, i).words);
    if (report->wrong > (int64_t)report->findings->len)
        printf("  and %" PRId64 " more\n", report->wrong - report->findings->len);
    if (report->set_back > 0)
        printf("%" PRId64 " rows are earlier than the row before them, the first is row %" PRId64
               ": the clock was set back\n",
               report->set_back, report->set_back_seq);
    printf("the last is row %" PRId64
           "; note down its hash, and give it to --head next time:\n%s\n",
           report->head_seq, head);
}

/* That it was looked at is the row after the last that was. */
static bool tell_verified(CmdContext *ctx, const IdxAuditReport *report, GError **error)
{
    const IdxAuditFinding *first = idx_audit_report_first(report);
    g_autoptr(json_t) detail = json_pack("{s:I, s:I}", "rows", (json_int_t)report->rows, "wrong",
                                         (json_int_t)report->wrong);
    return cmd_audit(ctx,
                     &(IdxAudit){.what = "audit.verify",
                                 .result = first ? IDX_AUDIT_FAILED : IDX_AUDIT_OK,
                                 .words = first ? first->words : NULL,
                                 .detail = detail},
                     error);
}

bool cmd_audit_verify(CmdContext *ctx, GError **error)
{
    uint8_t hash[IDX_AUDIT_HASH];
    const char *head = ctx->options.head;
    IdxAuditVerify how = {.head = head ? hash : NULL, .progress = progress};
    g_auto(IdxAuditReport) report = {0};
    if (head && !idx_audit_hash_parse(head, strlen(head), hash))
        return mj_error_set(error, MJ_ERROR_USAGE, "--head: a hash has 64 hex digits");
    if (!idx_audit_verify(ctx->cat, &how, &report, error) || !tell_verified(ctx, &report, error))
        return false;
    print_report(ctx, &report);
    const IdxAuditFinding *first = idx_audit_report_first(&report);
    return !first ||
           mj_error_set(error, MJ_ERROR_CORRUPT, "audit log: %" PRId64 " wrong, the first: %s",
                        report.wrong, first->words);
}
