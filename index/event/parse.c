// SPDX-License-Identifier: GPL-3.0-or-later
/* Checking one event: pure, so that it can be fuzzed. What data must hold, rule.c knows. */
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/event/event.h"
#include "index/event/rule.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 256
#define KEY_MAX 64
#define EARLIEST_US (INT64_C(946684800) * MJ_SECOND_US) // 2000-01-01
#define LATEST_US (INT64_C(4102444800) * MJ_SECOND_US)  // 2100-01-01

void idx_event_free(IdxEvent *event)
{
    if (!event)
        return;
    g_free(event->source);
    g_free(event->event_id);
    g_free(event->type);
    g_free(event->hall_code);
    g_free(event->ticket_no);
    g_free(event->ticket_id);
    g_free(event->approval_id);
    g_free(event->session_id);
    g_free(event->place);
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

static char *text_of(const json_t *data, const char *name)
{
    return g_strdup(json_string_value(json_object_get(data, name)));
}

char *idx_session_key(const char *text)
{
    g_autofree char *whole = mj_identifier(text);
    g_auto(GStrv) parts = g_strsplit(whole, ":", -1);
    for (char **part = parts; *part; part++)
        g_strstrip(*part);
    return g_strjoinv(":", parts);
}

/* A meeting at a trading platform has no number of its own there: project, section and what is done
 * tell it from others. */
static char *session_of(const json_t *common, const json_t *data, const char *type)
{
    const char *project = idx_event_rule_text(data, "project_no");
    const char *section = idx_event_rule_text(data, "section_no");
    const char *kind = idx_event_rule_text(data, "session_type");
    const char *session = json_string_value(json_object_get(common, "session_id"));
    g_autofree char *parts = NULL;
    if (!session && g_str_has_prefix(type, "hall.trade.") && project && kind)
        session = parts =
            g_strconcat(project, ":", section ? section : "", section ? ":" : "", kind, NULL);
    return session ? idx_session_key(session) : NULL;
}

/* Of data that was checked already. */
static void read_data(const json_t *data, IdxEvent *event)
{
    g_autoptr(json_t) common = idx_event_rule_common(event->type, data);
    g_autofree char *day = text_of(common, "ticket_day");
    const json_t *version = json_object_get(common, "data_ver");
    event->data_ver = json_is_integer(version) ? json_integer_value(version) : 1;
    event->hall_code = text_of(common, "hall_code");
    event->ticket_no = text_of(common, "ticket_no");
    event->ticket_id = g_strdup(idx_event_rule_text(data, "ticket_id"));
    event->approval_id = text_of(common, "approval_id");
    event->session_id = session_of(common, data, event->type);
    event->place = text_of(common, "window_no");
    if (!event->place)
        event->place = text_of(common, "room");
    event->correction_of = text_of(common, "correction_of");
    if (day)
        mj_day_parse(day, NULL, 0, &event->ticket_day, NULL);
}

static bool is_cancelled(const json_t *data)
{
    const json_t *state = json_object_get(data, "data_state");
    return json_is_integer(state) && json_integer_value(state) == 0;
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

/* The event with its identifiers as they are stored. New reference. */
static json_t *clean_of(const json_t *json)
{
    json_t *data = idx_event_rule_clean(json_object_get(json, "data"));
    json_t *clean = data ? json_copy((json_t *)(uintptr_t)json) : NULL;
    if (!data)
        return json_incref((json_t *)(uintptr_t)json);
    json_object_set_new(clean, "data", data);
    return clean;
}

IdxEvent *idx_event_parse(const json_t *told, GError **error)
{
    if (!json_is_object(told)) {
        mj_error_set(error, MJ_ERROR_INVALID, "an event must be a JSON object");
        return NULL;
    }
    g_autoptr(json_t) json = clean_of(told);
    g_autoptr(IdxEvent) event = g_new0(IdxEvent, 1);
    if (!parse_envelope(json, event, error))
        return NULL;
    const json_t *data = json_object_get(json, "data");
    event->cancelled = is_cancelled(data);
    if (!idx_event_rule_check(event->type, data, event->cancelled, error)) {
        g_prefix_error(error, "%s: ", event->type);
        return NULL;
    }
    read_data(data, event);
    event->corrects_itself =
        event->correction_of && strcmp(event->correction_of, event->event_id) == 0;
    if (event->corrects_itself)
        g_clear_pointer(&event->correction_of, g_free);
    return dump(json, event, error) ? g_steal_pointer(&event) : NULL;
}
