// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/event/rule.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 32      // of a field; test-event-rule looks at every name
#define IDENTIFIER_MAX 64 // bytes of what KEY() and the like have
#define SHOWN 40          // bytes of a wrong value in a message

#define KEY(n)                                                                                     \
    {                                                                                              \
        n, IDX_FIELD_TEXT, 1, 64, NULL                                                             \
    }
#define TEXT(n, bytes)                                                                             \
    {                                                                                              \
        n, IDX_FIELD_TEXT, 1, bytes, NULL                                                          \
    }
#define WHOLE(n, least, most)                                                                      \
    {                                                                                              \
        n, IDX_FIELD_WHOLE, least, most, NULL                                                      \
    }
#define KIND(n, kind)                                                                              \
    {                                                                                              \
        n, kind, 0, 0, NULL                                                                        \
    }
#define CHOICE(n, words)                                                                           \
    {                                                                                              \
        n, IDX_FIELD_CHOICE, 0, 0, words                                                           \
    }

/* A name means the same in every type. Names and codes are those of the business systems: queues
 * (Epoint QueueConstant), 电子监察 (EA_JC_*), 好差评, trading platforms. */
static const IdxField FIELDS[] = {
    // of every event
    WHOLE("data_ver", 1, INT32_MAX),
    WHOLE("data_state", 0, 1), // DATASTATE: 0 作废, 1 有效
    TEXT("correction_of", 256),
    KEY("hall_code"),
    KEY("region_id"),
    // keys
    KEY("ticket_no"),
    KEY("ticket_id"),
    KIND("ticket_day", IDX_FIELD_DATE),
    KEY("approval_id"),
    KEY("session_id"),
    KEY("project_no"),
    KEY("section_no"),
    // where, who, what
    KEY("window_no"),
    KEY("window_id"),
    KEY("to_window_no"),
    KEY("room"),
    KEY("kiosk"),
    KEY("staff_id"),
    KEY("dept_code"),
    TEXT("business_type", 256),
    KEY("queue_id"),
    KEY("appointment_id"),
    KEY("id_card_hash"),
    KEY("phone_hash"),
    // queue
    WHOLE("number_type", 1, 4), // 普通 预约 VIP 绿色通道
    WHOLE("call_count", 0, 10000),
    WHOLE("wait_count", 0, 1000000),
    WHOLE("wait_seconds", 0, 864000),
    WHOLE("transfer_kind", 1, 2), // other matter, other window
    CHOICE("priority", "front|last"),
    KIND("resumed", IDX_FIELD_FLAG),
    WHOLE("evalevel", 1, 5), // 非常不满意 … 非常满意
    WHOLE("eva_level", 1, 5),
    WHOLE("assessnumber", 1, 10000),
    TEXT("evacontent", 4096),
    KEY("channel"),
    // approval
    TEXT("item_code", 64),
    TEXT("item_name", 512),
    TEXT("project_name", 512),
    WHOLE("info_type", 1, 4),     // 即办件 承诺件 联办件 上报件
    WHOLE("approval_type", 1, 4), // the same of EA_JC_STEP_BASICINFO
    WHOLE("apply_from", 0, 1),    // 窗口 网上
    WHOLE("promise_limit", 0, 100000),
    WHOLE("promise_unit", 1, 5), // 工作日 自然日 小时 分钟 月
    WHOLE("legal_limit", 0, 100000),
    WHOLE("legal_unit", 1, 5),
    WHOLE("sn", 0, 1000000),
    TEXT("node_name", 256),
    KEY("node_code"),
    WHOLE("node_type", 1, 4),  // 开始 中间 结束 唯一
    WHOLE("node_state", 1, 2), // 待办 已办
    WHOLE("node_result", 0, 7),
    TEXT("opinion", 4096),
    TEXT("reason", 4096),
    WHOLE("done_result", 0, 6), // 出证办结 不予许可 作废 删除 转报 退件 不予受理
    KEY("certificate_no"),
    {"fee", IDX_FIELD_NUMBER, 0, 1e12, NULL},
    KEY("currency"),
    // alert
    KEY("alert_id"),
    CHOICE("level", "提示|预警|黄牌|红牌|notice|warning|yellow|red"),
    KEY("rule_code"),
    TEXT("monitor_point", 256),
    CHOICE("object_type", "case|window|staff|bidder|expert|agency"),
    KIND("limit_at", IDX_FIELD_TIME),
    KIND("feedback_due", IDX_FIELD_TIME),
    CHOICE("raised_by", "auto|manual"),
    KIND("evidence_ref", IDX_FIELD_OBJECT),
    TEXT("notify_to", 256),
    // session and trade
    KIND("slot_start", IDX_FIELD_TIME),
    KIND("slot_end", IDX_FIELD_TIME),
    KIND("official_ids", IDX_FIELD_LIST),
    KEY("citizen_ref"),
    TEXT("topic", 512),
    KEY("consent_text_ver"),
    KEY("consent_text_sha256"),
    KEY("leg_id"),
    CHOICE("role", "citizen|official|observer"),
    CHOICE("mark", "promise|question|complaint|cut"),
    KEY("promise_id"),
    TEXT("text", 4096),
    KIND("due", IDX_FIELD_DATE),
    KEY("owner"),
    TEXT("proof", 4096),
    KEY("proof_sha256"),
    KEY("done_by"),
    CHOICE("session_type", "开标|评标|专家抽取|竞价拍卖|答疑澄清|见证|"
                           "opening|evaluation|draw|auction|clarification|witness"),
    KEY("agency"),
    KEY("supervisor"),
    KIND("bidders", IDX_FIELD_LIST),
    KIND("experts", IDX_FIELD_LIST),
    KEY("expert_id"),
};

#define QUEUE                                                                                      \
    " ticket_id queue_id appointment_id number_type window_no window_id staff_id dept_code"        \
    " id_card_hash phone_hash call_count wait_count wait_seconds approval_id "
#define CASE                                                                                       \
    " item_code item_name project_name dept_code staff_id window_no ticket_no info_type"           \
    " approval_type reason "
#define MEETING " room dept_code staff_id approval_id topic "
#define TRADE " session_id section_no room agency supervisor staff_id "
#define ALERT                                                                                      \
    " rule_code monitor_point object_type ticket_no approval_id section_no window_no dept_code"    \
    " staff_id limit_at feedback_due raised_by evidence_ref notify_to reason "

/* Fields of every event; then of each type. "!": it must be there. A type that ends in "." stands for
 * all of its family that the table does not name. */
static const char EVERY[] = "data_ver data_state correction_of hall_code region_id ticket_no "
                            "ticket_day approval_id session_id window_no room business_type";
static const struct {
    const char *type, *fields;
} TYPES[] = {
    {"hall.ticket.taken", "ticket_no! kiosk" QUEUE},
    {"hall.ticket.called", "ticket_no! window_no!" QUEUE},
    {"hall.ticket.recalled", "ticket_no! window_no!" QUEUE},
    {"hall.ticket.started", "ticket_no! window_no! resumed" QUEUE},
    {"hall.ticket.paused", "ticket_no!" QUEUE},
    {"hall.ticket.finished", "ticket_no!" QUEUE},
    {"hall.ticket.passed", "ticket_no!" QUEUE},
    {"hall.ticket.transferred", "ticket_no! to_window_no transfer_kind priority" QUEUE},
    {"hall.ticket.rated", "ticket_no! evalevel eva_level assessnumber evacontent channel" QUEUE},
    {"hall.ticket.", "ticket_no"},
    {"hall.approval.applied", "approval_id! apply_from" CASE},
    {"hall.approval.accepted",
     "approval_id! apply_from promise_limit promise_unit legal_limit legal_unit" CASE},
    {"hall.approval.supplement", "approval_id!" CASE},
    {"hall.approval.refused", "approval_id!" CASE},
    {"hall.approval.node",
     "approval_id! sn node_name node_code node_type node_state node_result opinion" CASE},
    {"hall.approval.suspended", "approval_id! sn node_name" CASE},
    {"hall.approval.resumed", "approval_id! sn node_name" CASE},
    {"hall.approval.decided", "approval_id! done_result node_result opinion" CASE},
    {"hall.approval.issued", "approval_id! certificate_no" CASE},
    {"hall.approval.closed", "approval_id! done_result" CASE},
    {"hall.approval.withdrawn", "approval_id!" CASE},
    {"hall.approval.fee", "approval_id! fee currency" CASE},
    {"hall.approval.", "approval_id"},
    {"hall.session.scheduled",
     "session_id! slot_start slot_end node_code official_ids citizen_ref" MEETING},
    {"hall.session.consented",
     "session_id! citizen_ref consent_text_ver consent_text_sha256" MEETING},
    {"hall.session.started", "session_id! node_code official_ids citizen_ref" MEETING},
    {"hall.session.joined", "session_id! leg_id role" MEETING},
    {"hall.session.left", "session_id! leg_id role" MEETING},
    {"hall.session.marked", "session_id! mark! text" MEETING},
    {"hall.session.promised", "session_id! promise_id! text due owner" MEETING},
    {"hall.session.fulfilled", "session_id! promise_id! proof proof_sha256 done_by" MEETING},
    {"hall.session.cancelled", "session_id! reason" MEETING},
    {"hall.session.rated", "session_id! evalevel eva_level evacontent" MEETING},
    {"hall.session.ended", "session_id! reason" MEETING},
    {"hall.session.", "session_id"},
    {"hall.alert.raised", "alert_id! level!" ALERT},
    {"hall.alert.answered", "alert_id!" ALERT},
    {"hall.alert.appealed", "alert_id!" ALERT},
    {"hall.alert.upheld", "alert_id! level" ALERT},
    {"hall.alert.revoked", "alert_id!" ALERT},
    {"hall.alert.rectified", "alert_id!" ALERT},
    {"hall.trade.scheduled", "project_no! session_type! slot_start slot_end bidders experts" TRADE},
    {"hall.trade.started", "project_no! session_type! bidders experts" TRADE},
    {"hall.trade.ended", "project_no! session_type! reason" TRADE},
    {"hall.trade.door_opened", "project_no! session_type!" TRADE},
    {"hall.trade.door_closed", "project_no! session_type!" TRADE},
    {"hall.trade.checked_in", "project_no! session_type! expert_id" TRADE},
    {"hall.trade.phone_locked", "project_no! session_type! expert_id" TRADE},
    {"hall.trade.decrypted", "project_no! session_type!" TRADE},
    {"hall.trade.scored", "project_no! session_type! expert_id" TRADE},
    {"hall.trade.signed", "project_no! session_type!" TRADE},
    {"hall.trade.abnormal", "project_no! session_type! reason" TRADE},
};

const IdxField *idx_field_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(FIELDS); i++)
        if (strcmp(FIELDS[i].name, name) == 0)
            return &FIELDS[i];
    return NULL;
}

static const char *fields_of(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(TYPES); i++)
        if (strcmp(TYPES[i].type, type) == 0)
            return TYPES[i].fields;
    for (size_t i = 0; i < G_N_ELEMENTS(TYPES); i++)
        if (g_str_has_suffix(TYPES[i].type, ".") && g_str_has_prefix(type, TYPES[i].type))
            return TYPES[i].fields;
    return "";
}

bool idx_event_type_checked(const char *type)
{
    return *fields_of(type) != '\0';
}

bool idx_event_type_known(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(TYPES); i++)
        if (strcmp(TYPES[i].type, type) == 0)
            return !g_str_has_suffix(type, ".");
    return false;
}

static bool is_text(const json_t *value, double most)
{
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);
    if (length == 0 || length > (size_t)most || strlen(text) != length)
        return false;
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (g_unichar_iscntrl(g_utf8_get_char(p)) && !(most > 256 && strchr("\n\r\t", *p)))
            return false;
    return true;
}

static bool is_choice(const json_t *value, const char *words)
{
    g_auto(GStrv) list = g_strsplit(words, "|", -1);
    return json_is_string(value) &&
           g_strv_contains((const char *const *)list, json_string_value(value));
}

/* Only dates as they are written in JSON: 2026-11-22. */
static bool is_date(const json_t *value)
{
    const char *text = json_string_value(value);
    int day = 0;
    return text && json_string_length(value) == strlen(text) && strchr(text, '-') &&
           mj_day_parse(text, NULL, 0, &day, NULL);
}

static bool is_time(const json_t *value)
{
    int64_t us = 0;
    return json_is_string(value) && json_string_length(value) < 64 &&
           mj_time_parse_rfc3339(json_string_value(value), &us, NULL);
}

static bool is_within(const IdxField *field, const json_t *value)
{
    double number = json_number_value(value);
    return isfinite(number) && number >= field->least && number <= field->most;
}

static bool fits(const IdxField *field, const json_t *value)
{
    switch (field->kind) {
    case IDX_FIELD_TEXT:
        return json_is_string(value) && is_text(value, field->most);
    case IDX_FIELD_WHOLE:
        return json_is_integer(value) && is_within(field, value);
    case IDX_FIELD_NUMBER:
        return json_is_number(value) && is_within(field, value);
    case IDX_FIELD_FLAG:
        return json_is_boolean(value);
    case IDX_FIELD_TIME:
        return is_time(value);
    case IDX_FIELD_DATE:
        return is_date(value);
    case IDX_FIELD_CHOICE:
        return is_choice(value, field->words);
    case IDX_FIELD_OBJECT:
        return json_is_object(value);
    case IDX_FIELD_LIST:
        return json_is_array(value);
    }
    return false;
}

/* What a field of that kind must be, as a message ends. Caller frees. */
static char *wanted(const IdxField *field, const json_t *value)
{
    switch (field->kind) {
    case IDX_FIELD_TEXT:
        return json_is_string(value)
                   ? g_strdup_printf("1 to %.0f bytes without control characters", field->most)
                   : g_strdup("a string");
    case IDX_FIELD_WHOLE:
        return g_strdup_printf("a whole number from %.0f to %.0f", field->least, field->most);
    case IDX_FIELD_NUMBER:
        return g_strdup_printf("a number from %.0f to %.0f", field->least, field->most);
    case IDX_FIELD_FLAG:
        return g_strdup("true or false");
    case IDX_FIELD_TIME:
        return g_strdup("a time like 2026-11-22T09:31:05+08:00");
    case IDX_FIELD_DATE:
        return g_strdup("a date like 2026-11-22");
    case IDX_FIELD_CHOICE: {
        g_auto(GStrv) words = g_strsplit(field->words, "|", -1);
        g_autofree char *list = g_strjoinv(", ", words);
        return g_strdup_printf("one of: %s", list);
    }
    case IDX_FIELD_OBJECT:
        return g_strdup("an object");
    case IDX_FIELD_LIST:
        return g_strdup("an array");
    }
    return g_strdup("something else");
}

/* A value as it came, cut short. Caller frees. */
static char *shown(const json_t *value)
{
    if (json_is_object(value) || json_is_array(value))
        return g_strdup(json_is_object(value) ? "an object" : "an array");
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    g_autofree char *whole = g_strdup(text ? text : "\"\"");
    free(text);
    g_autofree char *beginning = g_strndup(whole, SHOWN);
    return strlen(whole) > SHOWN ? g_strconcat(beginning, "…", NULL) : g_strdup(whole);
}

bool idx_field_check(const IdxField *field, const json_t *value, GError **error)
{
    if (fits(field, value))
        return true;
    g_autofree char *must = wanted(field, value);
    g_autofree char *is = shown(value);
    return mj_error_set(error, MJ_ERROR_INVALID, "data.%s must be %s, not %s", field->name, must,
                        is);
}

static json_t *number_from_text(const char *text, bool whole)
{
    char *end = NULL;
    errno = 0;
    long long integer = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0')
        return json_integer(integer);
    double number = whole ? NAN : g_ascii_strtod(text, &end);
    return !whole && end != text && *end == '\0' && isfinite(number) ? json_real(number) : NULL;
}

json_t *idx_field_from_text(const IdxField *field, const char *text)
{
    json_t *value = NULL;
    if (field && (field->kind == IDX_FIELD_WHOLE || field->kind == IDX_FIELD_NUMBER))
        value = number_from_text(text, field->kind == IDX_FIELD_WHOLE);
    else if (field && field->kind == IDX_FIELD_FLAG && strlen(text) == 1 && strchr("01", *text))
        value = json_boolean(*text == '1');
    else if (field && field->kind == IDX_FIELD_FLAG &&
             (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        value = json_boolean(*text == 't');
    return value ? value : json_string(text);
}

/* The next name of a list. Returns what is behind it, NULL at the end. */
static const char *next_name(const char *list, char name[NAME_SIZE], bool *ret_required)
{
    const char *at = list + strspn(list, " ");
    size_t length = strcspn(at, " !");
    g_strlcpy(name, at, MIN(length + 1, NAME_SIZE));
    *ret_required = at[length] == '!';
    return length == 0 ? NULL : at + length + *ret_required;
}

static bool check_one(const json_t *data, const char *name, bool required, bool cancelled,
                      GError **error)
{
    const json_t *value = json_object_get(data, name);
    if (!value || json_is_null(value))
        return !required || cancelled ||
               mj_error_set(error, MJ_ERROR_INVALID, "data.%s is missing", name);
    const IdxField *field = idx_field_find(name);
    g_assert(field);
    return idx_field_check(field, value, error);
}

static bool check_all(const char *fields, const json_t *data, bool cancelled, GError **error)
{
    char name[NAME_SIZE];
    bool required = false;
    while ((fields = next_name(fields, name, &required)))
        if (!check_one(data, name, required, cancelled, error))
            return false;
    return true;
}

const char *idx_event_rule_lacks(const char *type, const json_t *data)
{
    char name[NAME_SIZE];
    bool required = false;
    const char *fields = fields_of(type);
    while ((fields = next_name(fields, name, &required)))
        if (required && !json_object_get(data, name))
            return idx_field_find(name)->name;
    return NULL;
}

static bool is_identifier(const char *name)
{
    const IdxField *field = idx_field_find(name);
    return field && field->kind == IDX_FIELD_TEXT && field->most <= IDENTIFIER_MAX;
}

json_t *idx_event_rule_clean(json_t *data)
{
    const char *name = NULL;
    json_t *value = NULL, *clean = NULL;
    json_object_foreach(data, name, value)
    {
        const char *text = json_string_value(value);
        if (!text || strlen(text) != json_string_length(value) || !mj_identifier_differs(text) ||
            !is_identifier(name))
            continue;
        g_autofree char *as_stored = mj_identifier(text);
        clean = clean ? clean : json_copy(data);
        json_object_set_new(clean, name, json_string(as_stored));
    }
    return clean;
}

bool idx_event_rule_check(const char *type, const json_t *data, bool cancelled, GError **error)
{
    const char *fields = fields_of(type);
    if (!*fields)
        return true;
    if (!data || json_is_null(data))
        return !strchr(fields, '!') || mj_error_set(error, MJ_ERROR_INVALID, "data is missing");
    if (!json_is_object(data))
        return mj_error_set(error, MJ_ERROR_INVALID, "data must be an object");
    return check_all(EVERY, data, cancelled, error) && check_all(fields, data, cancelled, error);
}

const char *idx_event_rule_text(const json_t *data, const char *name)
{
    const json_t *value = json_object_get(data, name);
    return value && fits(idx_field_find(name), value) ? json_string_value(value) : NULL;
}

json_t *idx_event_rule_common(const char *type, const json_t *data)
{
    char name[NAME_SIZE];
    bool required = false, checked = *fields_of(type);
    json_t *common = json_object();
    for (const char *left = EVERY; (left = next_name(left, name, &required));) {
        json_t *value = json_object_get(data, name);
        if (value && (checked || fits(idx_field_find(name), value)))
            json_object_set(common, name, value);
    }
    return common;
}
