// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "api/server.h"
#include "index/audit/read.h"
#include "index/base/csv_put.h"
#include "index/base/error.h"

#include <string.h>

#define LIMIT 100
#define LIMIT_MAX 1000
#define PIECE 500 // rows of a table that are read at a time

// ── the table: as long as the log is, a piece at a time, and not in the network loop: of a filter that little fits,
// it is many pieces with nothing in them ──

typedef struct Table {
    ApiRequest *request;
    IdxAuditFilter filter;
    char *texts[7]; // of the filter
    char *cursor;   // where the next piece begins; NULL: at the newest
    int64_t left;   // rows that are still wanted
    GString *text;  // what is not sent yet
    gsize sent;
    bool ended, failed;
} Table;

static void table_free(void *data)
{
    Table *table = data;
    for (size_t i = 0; i < G_N_ELEMENTS(table->texts); i++)
        g_free(table->texts[i]);
    g_free(table->cursor);
    g_string_free(table->text, TRUE);
    g_free(table);
}

/* On a thread of a lane; @cat NULL: it had no time for long. */
static void read_piece(void *data, IdxCatalogue *cat)
{
    Table *table = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *next = NULL;
    g_string_truncate(table->text, 0);
    table->sent = 0;
    table->filter.cursor = table->cursor;
    g_autoptr(GPtrArray) rows =
        cat != NULL
            ? idx_audit_list(cat, &table->filter, (int)MIN(table->left, PIECE), &next, &error)
            : NULL;
    table->failed = rows == NULL;
    if (table->failed) {
        mj_log_warning(NULL, "the table of the audit log is cut off: %s",
                       error != NULL ? error->message : "too much to do at once");
        return;
    }
    for (guint i = 0; i < rows->len; i++)
        idx_audit_csv_row(table->text, rows->pdata[i], idx_catalogue_timezone(cat));
    g_free(table->cursor);
    table->cursor = g_steal_pointer(&next);
    table->left -= rows->len;
    table->ended = table->cursor == NULL || table->left <= 0;
}

static ssize_t read_table(void *data, uint64_t position, char *buffer, size_t max)
{
    Table *table = data;
    if (atomic_load(&table->request->in_lane)) // asked although it waits
        return 0;
    if (table->failed)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (table->sent == table->text->len) {
        if (table->ended)
            return MHD_CONTENT_READER_END_OF_STREAM;
        api_server_later(table->request, API_LANE_LONG, read_piece, table);
        return 0;
    }
    gsize n = MIN(max, table->text->len - table->sent);
    memcpy(buffer, table->text->str + table->sent, n);
    table->sent += n;
    return (ssize_t)n;
}

static void reply_table(ApiRequest *request, const IdxAuditFilter *filter, int64_t limit)
{
    Table *table = g_new0(Table, 1);
    table->request = request;
    const char *const texts[] = {filter->who,         filter->what,   filter->object,
                                 filter->object_kind, filter->camera, filter->result,
                                 filter->case_no};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        table->texts[i] = g_strdup(texts[i]);
    table->filter = (IdxAuditFilter){.who = table->texts[0],
                                     .what = table->texts[1],
                                     .object = table->texts[2],
                                     .object_kind = table->texts[3],
                                     .camera = table->texts[4],
                                     .result = table->texts[5],
                                     .case_no = table->texts[6],
                                     .from_us = filter->from_us,
                                     .to_us = filter->to_us};
    table->cursor = g_strdup(filter->cursor);
    table->left = limit;
    table->text = g_string_new(MJ_CSV_BEGIN);
    idx_audit_csv_head(table->text);
    api_reply_stream(request, MHD_HTTP_OK, read_table, table, table_free,
                     "text/csv; charset=utf-8");
    api_reply_header(request, "Content-Disposition", "attachment; filename=\"audit.csv\"");
}

// ── a page of rows ──

static bool reply_page(ApiRequest *request, const IdxAuditFilter *filter, int limit, GError **error)
{
    GTimeZone *zone = idx_catalogue_timezone(request->cat);
    g_autofree char *next = NULL;
    g_autoptr(GPtrArray) rows = idx_audit_list(request->cat, filter, limit, &next, error);
    if (rows == NULL)
        return false;
    json_t *list = json_array();
    for (guint i = 0; i < rows->len; i++)
        json_array_append_new(list, idx_audit_row_json(rows->pdata[i], zone));
    bool cut = next != NULL && rows->len < (guint)limit;
    g_autoptr(json_t) answer = json_pack("{s:o, s:s?, s:o}", "rows", list, "next", next, "looked",
                                         cut ? json_integer(IDX_AUDIT_LOOKS) : json_null());
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}

static bool read_time(ApiRequest *request, const char *name, int64_t *ret_us, GError **error)
{
    return api_request_query(request, name) == NULL ||
           api_request_time(request, name, ret_us, error);
}

static bool wants_table(const ApiRequest *request, bool *ret, GError **error)
{
    const char *format = api_request_query(request, "format");
    const char *accept = request->headers.accept;
    *ret = format != NULL ? g_str_equal(format, "csv")
                          : accept != NULL && g_str_has_prefix(accept, "text/csv");
    return format == NULL || *ret || g_str_equal(format, "json") ||
           mj_error_set(error, MJ_ERROR_INVALID, "format: 'json' or 'csv'");
}

static bool check_result(const char *result, GError **error)
{
    for (int i = IDX_AUDIT_OK; i <= IDX_AUDIT_FAILED; i++)
        if (result == NULL || g_str_equal(result, idx_audit_result_name((IdxAuditResult)i)))
            return true;
    return mj_error_set(error, MJ_ERROR_INVALID, "result: 'ok', 'denied' or 'failed'");
}

/* What was asked is told, but for which page of it. */
static void tell(ApiRequest *request, const IdxAuditFilter *filter, bool table)
{
    api_audit_object(request, "audit", NULL, 0);
    api_audit_detail(request, json_pack("{s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s}", "who",
                                        filter->who, "what", filter->what, "object", filter->object,
                                        "object_kind", filter->object_kind, "case", filter->case_no,
                                        "camera", filter->camera, "result", filter->result,
                                        "format", table ? "csv" : "json"));
    if (filter->from_us != 0 || filter->to_us != 0)
        api_audit_span(request, NULL, filter->from_us,
                       filter->to_us != 0 ? filter->to_us : request->now_us);
}

bool api_get_audit(ApiRequest *request, GError **error)
{
    IdxAuditFilter filter = {.who = api_request_query(request, "who"),
                             .what = api_request_query(request, "what"),
                             .object = api_request_query(request, "object"),
                             .object_kind = api_request_query(request, "object_kind"),
                             .case_no = api_request_query(request, "case"),
                             .camera = api_request_query(request, "camera"),
                             .result = api_request_query(request, "result"),
                             .cursor = api_request_query(request, "cursor")};
    int64_t limit = 0;
    bool table = false;
    if (!read_time(request, "from", &filter.from_us, error) ||
        !read_time(request, "to", &filter.to_us, error) ||
        !api_request_int(request, "limit", 1, LIMIT_MAX, LIMIT, &limit, error) ||
        !wants_table(request, &table, error) || !check_result(filter.result, error) ||
        !idx_audit_check_what(request->cat, filter.what, error))
        return false;
    tell(request, &filter, table);
    if (!table)
        return reply_page(request, &filter, (int)limit, error);
    reply_table(request, &filter, api_request_query(request, "limit") != NULL ? limit : INT64_MAX);
    return true;
}
