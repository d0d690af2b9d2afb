// SPDX-License-Identifier: GPL-3.0-or-later
/* Checking one event: pure, so that it can be fuzzed. Field names are those of the
 * CloudEvents 1.0.2 specification and of the business systems (see IdxEvent). */
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/event.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 256
#define KEY_MAX 64
#define EARLIEST_US (INT64_C(946684800) * MJ_SECOND_US) // 2000-01-01
#define LATEST_US (INT64_C(4102444800) * MJ_SECOND_US)  // 2100-01-01

typedef enum { NEEDS_TICKET = 1, NEEDS_WINDOW = 2, NEEDS_APPROVAL = 4, NEEDS_SESSION = 8 } Needs;

/* What a type must carry in data; the longest prefix that fits counts. */
static const struct {
    const char *prefix;
    unsigned needs;
} RULES[] = {
    {"hall.ticket.called", NEEDS_TICKET | NEEDS_WINDOW},
    {"hall.ticket.recalled", NEEDS_TICKET | NEEDS_WINDOW},
    {"hall.ticket.started", NEEDS_TICKET | NEEDS_WINDOW},
    {"hall.ticket.", NEEDS_TICKET},
    {"hall.approval.", NEEDS_APPROVAL},
    {"hall.session.", NEEDS_SESSION},
};

void idx_event_free(IdxEvent *event)
{
    if (!event)
        return;
    g_free(event->source);
    g_free(event->event_id);
    g_free(event->type);
    g_free(event->hall_code);
    g_free(event->ticket_no);
    g_free(event->approval_id);
    g_free(event->place);
    g_free(event->title);
    g_free(event->correction_of);
    g_free(event->body);
    g_free(event);
}

static bool is_clean(const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (g_unichar_iscntrl(g_utf8_get_char(p)))
            return false;
    return true;
}

/* A string of 1..@max bytes without control characters. Absent or null: *ret stays NULL, and that
 * is an error only if @required. @where is "" or "data.". */
static bool get_text(const json_t *object, const char *where, const char *name, size_t max,
                     bool required, char **ret, GError **error)
{
    const json_t *value = json_object_get(object, name);
    if (!value || json_is_null(value))
        return !required || mj_error_set(error, MJ_ERROR_INVALID, "%s%s is missing", where, name);
    if (!json_is_string(value))
        return mj_error_set(error, MJ_ERROR_INVALID, "%s%s must be a string", where, name);
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);
    if (length == 0 || length > max || strlen(text) != length || !is_clean(text))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "%s%s must be 1 to %zu bytes without control characters", where, name,
                            max);
    *ret = g_strdup(text);
    return true;
}

static bool get_time(const json_t *json, int64_t *ret_us, GError **error)
{
    g_autofree char *text = NULL;
    if (!get_text(json, "", "time", KEY_MAX, true, &text, error))
        return false;
    if (!mj_time_parse_rfc3339(text, ret_us, error)) {
        g_prefix_error(error, "time: ");
        return false;
    }
    if (*ret_us < EARLIEST_US || *ret_us >= LATEST_US)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "time: %s is not between 2000 and 2100; is the source's clock right?",
                            text);
    return true;
}

static bool get_version(const json_t *data, int64_t *ret, GError **error)
{
    const json_t *value = json_object_get(data, "data_ver");
    *ret = 1;
    if (!value || json_is_null(value))
        return true;
    *ret = json_integer_value(value);
    return (json_is_integer(value) && *ret >= 1 && *ret <= INT32_MAX) ||
           mj_error_set(error, MJ_ERROR_INVALID, "data.data_ver must be a whole number from 1");
}

static bool get_day(const json_t *data, int *ret, GError **error)
{
    g_autofree char *text = NULL;
    if (!get_text(data, "data.", "ticket_day", KEY_MAX, false, &text, error))
        return false;
    if (!text)
        return true;
    bool ok = strchr(text, '-') && mj_day_parse(text, NULL, 0, ret, NULL);
    return ok ||
           mj_error_set(error, MJ_ERROR_INVALID, "data.ticket_day must be a date like 2026-11-22");
}

static unsigned needs_of(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(RULES); i++)
        if (g_str_has_prefix(type, RULES[i].prefix))
            return RULES[i].needs;
    return 0;
}

static bool parse_envelope(const json_t *json, IdxEvent *event, GError **error)
{
    g_autofree char *version = NULL;
    if (!get_text(json, "", "specversion", KEY_MAX, true, &version, error))
        return false;
    if (strcmp(version, "1.0") != 0)
        return mj_error_set(error, MJ_ERROR_INVALID, "specversion must be \"1.0\", not \"%s\"",
                            version);
    return get_text(json, "", "id", TEXT_MAX, true, &event->event_id, error) &&
           get_text(json, "", "source", TEXT_MAX, true, &event->source, error) &&
           get_text(json, "", "type", TEXT_MAX, true, &event->type, error) &&
           get_time(json, &event->time_us, error);
}

static bool parse_data(const json_t *data, unsigned needs, IdxEvent *event, GError **error)
{
    g_autofree char *session = NULL;
    return get_version(data, &event->data_ver, error) &&
           get_text(data, "data.", "hall_code", KEY_MAX, false, &event->hall_code, error) &&
           get_text(data, "data.", "ticket_no", KEY_MAX, needs & NEEDS_TICKET, &event->ticket_no,
                    error) &&
           get_day(data, &event->ticket_day, error) &&
           get_text(data, "data.", "window_no", KEY_MAX, needs & NEEDS_WINDOW, &event->place,
                    error) &&
           get_text(data, "data.", "approval_id", KEY_MAX, needs & NEEDS_APPROVAL,
                    &event->approval_id, error) &&
           get_text(data, "data.", "session_id", KEY_MAX, needs & NEEDS_SESSION, &session, error) &&
           get_text(data, "data.", "business_type", TEXT_MAX, false, &event->title, error) &&
           get_text(data, "data.", "correction_of", TEXT_MAX, false, &event->correction_of, error);
}

static bool dump(const json_t *json, IdxEvent *event, GError **error)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    event->body = g_strdup(text);
    free(text);
    if (!event->body || strlen(event->body) > IDX_EVENT_MAX_BYTES)
        return mj_error_set(error, MJ_ERROR_INVALID, "the event is larger than %d bytes",
                            IDX_EVENT_MAX_BYTES);
    return true;
}

IdxEvent *idx_event_parse(const json_t *json, GError **error)
{
    if (!json_is_object(json)) {
        mj_error_set(error, MJ_ERROR_INVALID, "an event must be a JSON object");
        return NULL;
    }
    g_autoptr(IdxEvent) event = g_new0(IdxEvent, 1);
    if (!parse_envelope(json, event, error))
        return NULL;
    unsigned needs = needs_of(event->type);
    const json_t *data = json_object_get(json, "data");
    if ((needs || (data && !json_is_null(data))) && !json_is_object(data)) {
        mj_error_set(error, MJ_ERROR_INVALID, "data %s", data ? "must be an object" : "is missing");
        return NULL;
    }
    if (!parse_data(data, needs, event, error)) {
        g_prefix_error(error, "%s: ", event->type);
        return NULL;
    }
    if (event->correction_of && strcmp(event->correction_of, event->event_id) == 0)
        g_clear_pointer(&event->correction_of, g_free);
    return dump(json, event, error) ? g_steal_pointer(&event) : NULL;
}
