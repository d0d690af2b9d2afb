// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit_entry.h"

#include "index/base/clock.h"

#include <inttypes.h>
#include <string.h>

typedef struct Span {
    int64_t from_us, to_us;
} Span;

struct ApiEntry {
    ApiNote note; // the first one
    int64_t times;
    int64_t first_us;
    GArray *spans;      // Span, in order, apart from one another
    GPtrArray *queries; // char *, in order of time
    int64_t accepted, duplicates, refused;
    GArray *told;           // Span: what rows name already, apart from one another
    GHashTable *told_query; // char *
};

void api_note_clear(ApiNote *note)
{
    char **texts[] = {&note->who,  &note->role,   &note->address, &note->reason, &note->case_no,
                      &note->kind, &note->object, &note->camera,  &note->query,  &note->words};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_clear_pointer(texts[i], g_free);
    g_clear_pointer(&note->detail, json_decref);
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* Its digits from the last to the first, and a blank. */
static void append_number(GString *text, size_t n)
{
    do
        g_string_append_c(text, (char)('0' + n % 10));
    while ((n /= 10) > 0);
    g_string_append_c(text, ' ');
}

char *api_note_key(const ApiNote *note)
{
    g_autofree char *detail = note->detail != NULL ? mj_json_dump(note->detail) : NULL;
    const char *const parts[] = {note->who,
                                 note->role,
                                 note->address,
                                 note->reason,
                                 note->case_no,
                                 note->what,
                                 note->kind,
                                 note->object,
                                 note->camera,
                                 detail,
                                 note->result == IDX_AUDIT_OK ? NULL : note->words};
    GString *key = g_string_sized_new(256); // made for each part of a file that is played
    append_number(key, (size_t)note->result);
    append_number(key, (size_t)note->day);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) { // lengths, so that no two read alike
        size_t length = strlen(or_empty(parts[i]));
        append_number(key, length);
        g_string_append_len(key, or_empty(parts[i]), (gssize)length);
    }
    return g_string_free(key, FALSE);
}

ApiEntry *api_entry_new(ApiNote *note)
{
    ApiEntry *entry = g_new0(ApiEntry, 1);
    entry->note = *note;
    *note = (ApiNote){0};
    entry->spans = g_array_new(FALSE, FALSE, sizeof(Span));
    entry->queries = g_ptr_array_new_with_free_func(g_free);
    entry->told = g_array_new(FALSE, FALSE, sizeof(Span));
    entry->told_query = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return entry;
}

void api_entry_free(ApiEntry *entry)
{
    if (entry == NULL)
        return;
    api_note_clear(&entry->note);
    g_array_unref(entry->spans);
    g_ptr_array_unref(entry->queries);
    g_array_unref(entry->told);
    g_hash_table_unref(entry->told_query);
    g_free(entry);
}

const ApiNote *api_entry_note(const ApiEntry *entry)
{
    return &entry->note;
}

int64_t api_entry_times(const ApiEntry *entry)
{
    return entry->times;
}

static Span *span_at(const ApiEntry *entry, guint i)
{
    return &g_array_index(entry->spans, Span, i);
}

/* Makes one of the i-th and the one behind it. */
static void join(ApiEntry *entry, guint i)
{
    span_at(entry, i)->to_us = MAX(span_at(entry, i)->to_us, span_at(entry, i + 1)->to_us);
    g_array_remove_index(entry->spans, i + 1);
}

static void join_nearest(ApiEntry *entry)
{
    guint nearest = 0;
    int64_t least = INT64_MAX;
    for (guint i = 0; i + 1 < entry->spans->len; i++) {
        int64_t between = span_at(entry, i + 1)->from_us - span_at(entry, i)->to_us;
        if (between < least) {
            least = between;
            nearest = i;
        }
    }
    join(entry, nearest);
}

static void add_span(ApiEntry *entry, int64_t from_us, int64_t to_us)
{
    Span span = {from_us, MAX(from_us, to_us)};
    guint at = 0;
    while (at < entry->spans->len && span_at(entry, at)->from_us <= from_us)
        at++;
    g_array_insert_val(entry->spans, at, span);
    for (guint i = at > 0 ? at - 1 : 0; i + 1 < entry->spans->len && i <= at;)
        if (span_at(entry, i + 1)->from_us - span_at(entry, i)->to_us <= API_ENTRY_JOIN_US)
            join(entry, i);
        else
            i++;
    if (entry->spans->len > API_ENTRY_SPANS_MAX)
        join_nearest(entry);
}

/* Somebody who types asks for A, A0, A01: the last of them is what was sought. */
static void add_query(ApiEntry *entry, const char *query)
{
    guint n = entry->queries->len;
    for (guint i = 0; i < n; i++)
        if (g_str_has_prefix(entry->queries->pdata[i], query))
            return;
    if (n > 0 && g_str_has_prefix(query, entry->queries->pdata[n - 1]))
        g_ptr_array_remove_index(entry->queries, n - 1);
    if (entry->queries->len < API_ENTRY_QUERIES_MAX)
        g_ptr_array_add(entry->queries, g_strdup(query));
}

void api_entry_add(ApiEntry *entry, const ApiNote *note, int64_t now_us)
{
    if (entry->times++ == 0)
        entry->first_us = now_us;
    if (note->from_us != 0 || note->to_us != 0)
        add_span(entry, note->from_us, note->to_us);
    if (note->query != NULL)
        add_query(entry, note->query);
    entry->accepted += note->accepted;
    entry->duplicates += note->duplicates;
    entry->refused += note->refused;
}

// ── what rows name ──

static bool has_span(const ApiNote *note)
{
    return note->from_us != 0 || note->to_us != 0;
}

/* The minute around a moment. */
static Span around(int64_t at_us)
{
    int64_t within = at_us % MJ_MINUTE_US;
    int64_t from_us = at_us - within - (within < 0 ? MJ_MINUTE_US : 0);
    return (Span){from_us, from_us + MJ_MINUTE_US};
}

static Span named_by(const ApiNote *note)
{
    return note->from_us < note->to_us ? (Span){note->from_us, note->to_us} : around(note->from_us);
}

bool api_entry_told(const ApiEntry *entry, const ApiNote *note)
{
    bool told = !has_span(note);
    for (guint i = 0; i < entry->told->len && !told; i++) {
        const Span *span = &g_array_index(entry->told, Span, i);
        told = span->from_us <= note->from_us && note->to_us <= span->to_us;
    }
    return told && (note->query == NULL || g_hash_table_contains(entry->told_query, note->query));
}

/* What touches it becomes one with it: footage that is played part by part is one stretch. */
static void tell_span(GArray *told, Span span)
{
    for (guint i = told->len; i-- > 0;) {
        const Span *other = &g_array_index(told, Span, i);
        if (other->from_us > span.to_us || other->to_us < span.from_us)
            continue;
        span.from_us = MIN(span.from_us, other->from_us);
        span.to_us = MAX(span.to_us, other->to_us);
        g_array_remove_index(told, i);
    }
    if (told->len >= API_ENTRY_TOLD_MAX)
        g_array_remove_index(told, 0);
    g_array_append_val(told, span);
}

void api_entry_tell(ApiEntry *entry, const ApiNote *note)
{
    if (has_span(note))
        tell_span(entry->told, named_by(note));
    if (note->query == NULL)
        return;
    if (g_hash_table_size(entry->told_query) >= API_ENTRY_TOLD_MAX)
        g_hash_table_remove_all(entry->told_query);
    g_hash_table_add(entry->told_query, g_strdup(note->query));
}

// ── the row ──

static json_t *span_json(const Span *span, GTimeZone *zone)
{
    return json_pack("[o, o]", mj_json_time(span->from_us, zone), mj_json_time(span->to_us, zone));
}

static json_t *spans_json(const ApiEntry *entry, GTimeZone *zone)
{
    json_t *list = json_array();
    for (guint i = 0; i < entry->spans->len; i++)
        json_array_append_new(list, span_json(span_at(entry, i), zone));
    return list;
}

/* The one look of the row was at a moment. */
static bool is_moment(const ApiEntry *entry)
{
    return entry->times == 1 && entry->spans->len == 1 &&
           span_at(entry, 0)->from_us == span_at(entry, 0)->to_us;
}

static json_t *queries_json(const ApiEntry *entry)
{
    json_t *list = json_array();
    for (guint i = 0; i < entry->queries->len; i++)
        json_array_append_new(list, json_string(entry->queries->pdata[i]));
    return list;
}

static json_t *make_detail(const ApiEntry *entry, GTimeZone *zone)
{
    json_t *detail = entry->note.detail != NULL ? json_copy(entry->note.detail) : json_object();
    if (entry->times > 1) {
        json_object_set_new(detail, "times", json_integer(entry->times));
        json_object_set_new(detail, "since", mj_json_time(entry->first_us, zone));
    }
    if (entry->spans->len > 1)
        json_object_set_new(detail, "spans", spans_json(entry, zone));
    if (is_moment(entry)) {
        Span minute = around(span_at(entry, 0)->from_us);
        json_object_set_new(detail, "around", span_json(&minute, zone));
    }
    if (entry->queries->len > 0)
        json_object_set_new(detail, "queries", queries_json(entry));
    if (entry->note.counted) {
        json_object_set_new(detail, "accepted", json_integer(entry->accepted));
        json_object_set_new(detail, "duplicates", json_integer(entry->duplicates));
        json_object_set_new(detail, "refused", json_integer(entry->refused));
    }
    return detail;
}

static void copy_note(ApiNote *to, const ApiNote *from)
{
    *to = (ApiNote){.what = from->what,
                    .who = g_strdup(from->who),
                    .role = g_strdup(from->role),
                    .address = g_strdup(from->address),
                    .reason = g_strdup(from->reason),
                    .case_no = g_strdup(from->case_no),
                    .kind = g_strdup(from->kind),
                    .object = g_strdup(from->object),
                    .camera = g_strdup(from->camera),
                    .words = g_strdup(from->words),
                    .day = from->day,
                    .result = from->result};
}

ApiRow *api_entry_take(ApiEntry *entry, GTimeZone *zone)
{
    ApiRow *row = g_new0(ApiRow, 1);
    copy_note(&row->note, &entry->note);
    guint n = entry->spans->len;
    const ApiNote *note = &row->note;
    row->detail = make_detail(entry, zone);
    row->actor = (IdxActor){.who = note->who,
                            .role = note->role,
                            .address = note->address,
                            .reason = note->reason,
                            .case_no = note->case_no};
    row->audit = (IdxAudit){.what = note->what,
                            .object_kind = note->kind,
                            .object = note->object,
                            .day = note->day,
                            .camera = note->camera,
                            .from_us = n > 0 ? span_at(entry, 0)->from_us : 0,
                            .to_us = n > 0 ? span_at(entry, n - 1)->to_us : 0,
                            .result = note->result,
                            .words = note->words,
                            .detail = row->detail};
    entry->times = entry->accepted = entry->duplicates = entry->refused = 0;
    g_array_set_size(entry->spans, 0);
    g_ptr_array_set_size(entry->queries, 0);
    return row;
}

void api_row_free(ApiRow *row)
{
    if (row == NULL)
        return;
    api_note_clear(&row->note);
    json_decref(row->detail);
    g_free(row);
}
