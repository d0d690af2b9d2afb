// SPDX-License-Identifier: GPL-3.0-or-later
/* The form of a journal's records, apart from files and catalogue. */
#include "index/base/clock.h"
#include "index/base/json.h"
#include "index/hold/journal.h"

#include <string.h>

#define DIGITS 16
#define VERSION 1

static const char *const WORDS[] = {
    [IDX_HOLD_RECORD_HOLD] = "hold",
    [IDX_HOLD_RECORD_SPAN] = "span",
    [IDX_HOLD_RECORD_RELEASE] = "release",
    [IDX_HOLD_RECORD_NAME] = "name",
};

void idx_hold_record_free(IdxHoldRecord *record)
{
    if (!record)
        return;
    g_free(record->kind);
    g_free(record->hall);
    g_free(record->key);
    g_free(record->part);
    g_free(record->owner);
    g_free(record->reason);
    g_free(record->case_no);
    g_free(record->by);
    g_free(record->camera);
    g_free(record->line);
    g_free(record);
}

static json_t *time_json(int64_t us)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    return mj_json_time(us, utc);
}

static void set(json_t *json, const char *name, json_t *value)
{
    json_object_set_new(json, name, value);
}

static void set_hold(json_t *json, const IdxHoldRecord *r)
{
    set(json, "kind", json_string(r->kind));
    set(json, "hall", json_string(r->hall));
    set(json, "key", json_string(r->key));
    set(json, "day", json_integer(r->day));
    if (r->part && r->part[0])
        set(json, "part", json_string(r->part));
    set(json, "owner", json_string(r->owner));
    set(json, "reason", json_string(r->reason));
    set(json, "case", json_string(r->case_no));
    set(json, "review", json_integer(r->review_day));
    set(json, "by", json_string(r->by));
}

char *idx_hold_journal_line(const IdxHoldRecord *r)
{
    g_autoptr(json_t) json =
        json_pack("{s:i, s:I, s:s, s:I, s:o}", "v", VERSION, "seq", (json_int_t)r->seq, "do",
                  WORDS[r->what], "id", (json_int_t)r->id, "at", time_json(r->at_us));
    if (r->what == IDX_HOLD_RECORD_HOLD) {
        set_hold(json, r);
    } else if (r->what == IDX_HOLD_RECORD_SPAN) {
        set(json, "camera", json_string(r->camera));
        set(json, "from", time_json(r->from_us));
        set(json, "to", time_json(r->to_us));
    } else if (r->what == IDX_HOLD_RECORD_NAME) {
        set(json, "key", json_string(r->key));
    } else {
        set(json, "by", json_string(r->by));
        set(json, "reason", json_string(r->reason));
    }
    return mj_json_dump(json);
}

static bool get_text(const json_t *json, const char *name, char **ret)
{
    const char *text = json_string_value(json_object_get(json, name));
    *ret = g_strdup(text);
    return text != NULL;
}

/* Absent in most, and in what earlier versions wrote. */
static bool get_part(const json_t *json, char **ret)
{
    const json_t *part = json_object_get(json, "part");
    *ret = g_strdup(part ? json_string_value(part) : "");
    return *ret != NULL;
}

static bool get_number(const json_t *json, const char *name, int64_t max, int64_t *ret)
{
    const json_t *field = json_object_get(json, name);
    *ret = json_integer_value(field);
    return json_is_integer(field) && *ret >= 0 && *ret <= max;
}

static bool get_day(const json_t *json, const char *name, int *ret)
{
    int64_t day = 0;
    bool good = get_number(json, name, 99991231, &day);
    *ret = (int)day;
    return good;
}

static bool get_time(const json_t *json, const char *name, int64_t *ret)
{
    const char *text = json_string_value(json_object_get(json, name));
    return text && mj_time_parse_rfc3339(text, ret, NULL);
}

static bool read_fields(const json_t *json, IdxHoldRecord *r)
{
    switch (r->what) {
    case IDX_HOLD_RECORD_HOLD:
        return get_text(json, "kind", &r->kind) && get_text(json, "hall", &r->hall) &&
               get_text(json, "key", &r->key) && get_day(json, "day", &r->day) &&
               get_part(json, &r->part) && get_text(json, "owner", &r->owner) &&
               get_text(json, "reason", &r->reason) && get_text(json, "case", &r->case_no) &&
               get_day(json, "review", &r->review_day) && get_text(json, "by", &r->by);
    case IDX_HOLD_RECORD_SPAN:
        return get_text(json, "camera", &r->camera) && get_time(json, "from", &r->from_us) &&
               get_time(json, "to", &r->to_us) && r->from_us < r->to_us;
    case IDX_HOLD_RECORD_RELEASE:
        return get_text(json, "by", &r->by) && get_text(json, "reason", &r->reason);
    case IDX_HOLD_RECORD_NAME:
        return get_text(json, "key", &r->key);
    case IDX_HOLD_RECORD_OTHER:
        break;
    }
    return true;
}

static IdxHoldRecordKind kind_of(const char *word)
{
    for (int i = 0; i < IDX_HOLD_RECORD_OTHER; i++)
        if (strcmp(word, WORDS[i]) == 0)
            return (IdxHoldRecordKind)i;
    return IDX_HOLD_RECORD_OTHER;
}

static IdxHoldRecord *read_object(const char *text, size_t size)
{
    g_autoptr(json_t) json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    const char *word = json_string_value(json_object_get(json, "do"));
    if (!word)
        return NULL;
    g_autoptr(IdxHoldRecord) r = g_new0(IdxHoldRecord, 1);
    r->what = kind_of(word);
    r->line = g_strndup(text, size);
    bool good = get_number(json, "seq", INT64_MAX - 1, &r->seq) && r->seq > 0 &&
                get_number(json, "id", INT64_MAX - 1, &r->id) && r->id > 0 &&
                get_time(json, "at", &r->at_us) && read_fields(json, r);
    return good ? g_steal_pointer(&r) : NULL;
}

/* NULL if it is not as it was written. */
static IdxHoldRecord *read_line(const char *line, size_t size)
{
    if (size <= DIGITS + 1 || size > IDX_HOLD_LINE_MAX || line[DIGITS] != ' ')
        return NULL;
    const char *text = line + DIGITS + 1;
    size_t length = size - DIGITS - 1;
    g_autofree char *digest =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, length);
    return strncmp(digest, line, DIGITS) == 0 ? read_object(text, length) : NULL;
}

GPtrArray *idx_hold_journal_parse(const char *text, size_t size, int *ret_damaged)
{
    GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)idx_hold_record_free);
    int told = *ret_damaged = 0;
    while (size > 0) {
        const char *end = memchr(text, '\n', size);
        size_t length = end ? (size_t)(end - text) : size;
        IdxHoldRecord *record = read_line(text, length); // its digits say that it is whole
        if (!record) {
            *ret_damaged += length > 0;
        } else {
            record->after_damage = *ret_damaged > told;
            told = *ret_damaged;
            g_ptr_array_add(records, record);
        }
        text += length + (end != NULL);
        size -= length + (end != NULL);
    }
    return records;
}
