// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/event/rule.h"

#include "index/base/error.h"
#include "test/index/fixture.h"

#include <string.h>

/* Every refusal names the field, says what it should be and what it is. */
static const struct {
    const char *type, *data, *words; // NULL: accepted
} TABLE[] = {
    {"hall.ticket.taken", "{\"ticket_no\":\"A1\",\"number_type\":4}", NULL},
    {"hall.ticket.taken", "{\"ticket_no\":\"A1\",\"number_type\":5}",
     "data.number_type must be a whole number from 1 to 4;not 5"},
    {"hall.ticket.taken", "{\"ticket_no\":\"A1\",\"number_type\":\"1\"}",
     "data.number_type must be a whole number;not \"1\""},
    {"hall.ticket.taken", "{\"ticket_no\":\"A1\",\"number_type\":1.5}", "number_type;not 1.5"},
    {"hall.ticket.taken", "{\"ticket_no\":\"A1\",\"number_type\":null}", NULL},
    {"hall.ticket.called", "{\"ticket_no\":\"A1\"}", "data.window_no is missing"},
    {"hall.ticket.called", "{\"ticket_no\":\"A1\",\"window_no\":{}}",
     "data.window_no must be a string;not an object"},
    {"hall.ticket.transferred", "{\"ticket_no\":\"A1\",\"priority\":\"first\"}",
     "data.priority must be one of: front, last;not \"first\""},
    {"hall.ticket.started", "{\"ticket_no\":\"A1\",\"window_no\":\"W1\",\"resumed\":1}",
     "data.resumed must be true or false"},
    {"hall.ticket.rated", "{\"ticket_no\":\"A1\",\"evalevel\":0}", "data.evalevel;1 to 5"},
    {"hall.ticket.invented", "{\"number_type\":99}", NULL},
    {"hall.ticket.invented", "{\"ticket_no\":\"A1\",\"number_type\":99}", NULL}, // unknown: kept
    {"hall.approval.fee", "{\"approval_id\":\"1\",\"fee\":80.5}", NULL},
    {"hall.approval.fee", "{\"approval_id\":\"1\",\"fee\":-1}", "data.fee must be a number from 0"},
    {"hall.approval.decided", "{\"approval_id\":\"1\",\"done_result\":7}", "done_result;0 to 6"},
    {"hall.approval.node", "{\"approval_id\":\"1\",\"opinion\":\"同意\\n请办理\"}", NULL},
    {"hall.approval.node", "{\"approval_id\":\"1\",\"node_name\":\"a\\nb\"}",
     "data.node_name;without control characters"},
    {"hall.session.scheduled", "{\"session_id\":\"S\",\"slot_start\":\"tomorrow\"}",
     "data.slot_start must be a time like 2026-11-22T09:31:05+08:00;not \"tomorrow\""},
    {"hall.session.scheduled", "{\"session_id\":\"S\",\"official_ids\":\"1023\"}",
     "data.official_ids must be an array"},
    {"hall.session.marked", "{\"session_id\":\"S\"}", "data.mark is missing"},
    {"hall.session.promised", "{\"session_id\":\"S\",\"promise_id\":\"P\",\"due\":\"22.11.\"}",
     "data.due must be a date like 2026-11-22"},
    {"hall.alert.raised", "{\"alert_id\":\"1\",\"level\":\"黄牌\"}", NULL},
    {"hall.alert.raised", "{\"alert_id\":\"1\",\"level\":\"orange\"}", "data.level;黄牌;red"},
    {"hall.alert.raised", "{\"alert_id\":\"1\",\"level\":\"red\",\"evidence_ref\":7}",
     "data.evidence_ref must be an object"},
    {"hall.alert.crowd", NULL, NULL},
    {"hall.trade.started", "{\"project_no\":\"P\",\"session_type\":\"评标\"}", NULL},
    {"hall.trade.started", "{\"project_no\":\"P\"}", "data.session_type is missing"},
    {"com.example.lamp", NULL, NULL},
    {"com.example.lamp", "{\"number_type\":99}", NULL},
    {"com.example.lamp", "{\"ticket_no\":99}", NULL}, // of no family: kept whatever it carries
    {"com.example.lamp", "{\"data_state\":2}", NULL},
    {"com.example.lamp", "[]", NULL},
    {"com.example.lamp", "{\"room\":3}", NULL},
    {"hall.ticket.lost", "[]", "data must be an object"},
    {"hall.ticket.lost", "{\"ticket_no\":\"A1\",\"room\":3}", "data.room must be a string;not 3"},
    {"hall.ticket.called", NULL, "data is missing"},
};

static void expect_words(const GError *error, const char *words, const char *data)
{
    g_auto(GStrv) list = g_strsplit(words, ";", -1);
    for (size_t i = 0; list[i]; i++)
        if (!error || !strstr(error->message, list[i]))
            g_error("%s: %s; expected: %s", data, error ? error->message : "accepted", list[i]);
}

static void test_table(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) data = TABLE[i].data ? json_loads(TABLE[i].data, 0, NULL) : NULL;
        g_assert_true(data || !TABLE[i].data);
        bool ok = idx_event_rule_check(TABLE[i].type, data, false, &error);
        if (!TABLE[i].words)
            g_assert_no_error(error);
        g_assert_cmpint(ok, ==, !TABLE[i].words);
        if (TABLE[i].words)
            expect_words(error, TABLE[i].words, TABLE[i].data);
    }
}

static void test_common(void)
{
    static const struct {
        const char *type, *data, *common;
    } CASES[] = {
        {"com.example.lamp", "{\"ticket_no\":99,\"room\":\"R1\",\"watts\":3}",
         "{\"room\": \"R1\"}"},
        {"com.example.lamp", "[\"room\"]", "{}"},
        {"com.example.lamp", "{\"data_ver\":\"two\",\"window_no\":\"\",\"ticket_no\":\"A1\"}",
         "{\"ticket_no\": \"A1\"}"},
        {"hall.ticket.called", "{\"ticket_no\":\"A1\",\"data_ver\":3,\"call_count\":1}",
         "{\"data_ver\": 3, \"ticket_no\": \"A1\"}"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(json_t) data = json_loads(CASES[i].data, 0, NULL);
        g_autoptr(json_t) common = idx_event_rule_common(CASES[i].type, data);
        g_autoptr(json_t) wanted = json_loads(CASES[i].common, 0, NULL);
        g_assert_true(json_equal(common, wanted));
    }
    g_autoptr(json_t) none = idx_event_rule_common("com.example.lamp", NULL);
    g_assert_cmpuint(json_object_size(none), ==, 0);
}

/* What cancels need not repeat what it cancels; what it does say must be right. */
static void test_cancelled(void)
{
    g_autoptr(json_t) little = json_loads("{\"data_state\":0}", 0, NULL);
    g_autoptr(json_t) wrong = json_loads("{\"data_state\":0,\"call_count\":-1}", 0, NULL);
    g_assert_true(idx_event_rule_check("hall.ticket.called", little, true, NULL));
    g_assert_false(idx_event_rule_check("hall.ticket.called", little, false, NULL));
    g_assert_false(idx_event_rule_check("hall.ticket.called", wrong, true, NULL));
}

/* All types of the plan are known, and every field that a type names is in the table (else the check
 * aborts). */
static void test_types(void)
{
    static const char *const TYPES[] = {
        "ticket:taken called recalled started paused finished passed transferred rated",
        "approval:applied accepted supplement refused node suspended resumed decided issued closed "
        "withdrawn fee",
        "session:scheduled consented started joined left marked promised rated ended",
        "alert:raised answered appealed upheld revoked rectified",
        "trade:scheduled started ended door_opened door_closed checked_in phone_locked decrypted "
        "scored signed abnormal"};
    g_autoptr(json_t) all = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(TYPES); i++) {
        g_auto(GStrv) family = g_strsplit(TYPES[i], ":", 2);
        g_auto(GStrv) names = g_strsplit(family[1], " ", -1);
        for (size_t j = 0; names[j]; j++) {
            g_autofree char *type = g_strdup_printf("hall.%s.%s", family[0], names[j]);
            g_assert_true(idx_event_type_known(type));
            idx_event_rule_check(type, all, true, NULL);
        }
    }
    g_assert_false(idx_event_type_known("hall.ticket."));
    g_assert_false(idx_event_type_known("hall.ticket.invented"));
    g_assert_nonnull(idx_field_find("window_no"));
    g_assert_null(idx_field_find("window"));
}

static void test_from_text(void)
{
    static const struct {
        const char *field, *text, *json;
    } CASES[] = {{"ticket_no", "012", "\"012\""},
                 {"call_count", "3", "3"},
                 {"call_count", "3x", "\"3x\""},
                 {"call_count", "3.0", "\"3.0\""},
                 {"call_count", "", "\"\""},
                 {"fee", "80.5", "80.5"},
                 {"fee", "80", "80"},
                 {"resumed", "1", "true"},
                 {"resumed", "false", "false"},
                 {"resumed", "yes", "\"yes\""},
                 {"unheard_of", "7", "\"7\""}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(json_t) value =
            idx_field_from_text(idx_field_find(CASES[i].field), CASES[i].text);
        g_autoptr(json_t) expected = json_loads(CASES[i].json, JSON_DECODE_ANY, NULL);
        g_assert_true(json_equal(value, expected));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/event-rule/table", test_table);
    g_test_add_func("/event-rule/cancelled", test_cancelled);
    g_test_add_func("/event-rule/common", test_common);
    g_test_add_func("/event-rule/types", test_types);
    g_test_add_func("/event-rule/from-text", test_from_text);
    return g_test_run();
}
