// SPDX-License-Identifier: GPL-3.0-or-later
/* The cameras of a retention report as a table for spreadsheets. */
#include "index/base/csv_put.h"
#include "index/retention/forecast.h"

/* Nothing where there is none. */
static void csv_number(GString *out, const json_t *value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    mj_csv_cell(out, value ? g_ascii_formatd(text, sizeof text, "%.1f", json_number_value(value))
                           : NULL);
}

/* "offline 12.0 s, lost 0.5 s" */
static void csv_reasons(GString *out, const json_t *camera)
{
    size_t i = 0;
    const json_t *one = NULL;
    g_autoptr(GString) words = g_string_new(NULL);
    json_array_foreach(json_object_get(camera, "reasons"), i, one) g_string_append_printf(
        words, "%s%s %.1f s", i ? ", " : "", json_string_value(json_object_get(one, "reason")),
        json_number_value(json_object_get(one, "missing_s")));
    mj_csv_cell(out, words->str);
}

static void csv_row(GString *out, const json_t *camera)
{
    static const char *const TEXTS[] = {"camera", "stream", "kind", "oldest", "kept_since"};
    static const char *const NUMBERS[] = {"promised_days", "achieved_days", "missing_s",
                                          "held_bytes"};
    bool met = json_is_true(json_object_get(camera, "met"));
    for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++)
        mj_csv_cell(out, json_string_value(json_object_get(camera, TEXTS[i])));
    for (size_t i = 0; i < G_N_ELEMENTS(NUMBERS); i++)
        csv_number(out, json_object_get(camera, NUMBERS[i]));
    mj_csv_cell(out, json_string_value(json_object_get(camera, "deleted_until")));
    csv_number(out, json_object_get(camera, "gaps"));
    csv_reasons(out, camera);
    mj_csv_cell(out, met ? "met" : "not met");
    csv_number(out, json_object_get(camera, "due_days"));
    csv_number(out, json_object_get(camera, "kept_days"));
    g_string_truncate(out, out->len - 1); // the comma behind the last
    g_string_append(out, "\r\n");
}

char *idx_retention_report_csv(const json_t *report)
{
    GString *out =
        g_string_new(MJ_CSV_BEGIN "camera,stream,kind,oldest,kept_since,promised_days,"
                                  "achieved_days,missing_s,held_bytes,deleted_until,gaps,"
                                  "reasons,promise,due_days,kept_days\r\n");
    size_t i = 0;
    const json_t *camera = NULL;
    json_array_foreach(json_object_get(report, "cameras"), i, camera) csv_row(out, camera);
    const json_t *legs = json_object_get(report, "sessions");
    if (json_integer_value(json_object_get(legs, "legs"))) {
        g_autoptr(json_t) row = json_pack(
            "{s:s, s:s, s:O, s:O, s:O, s:O, s:b}", "camera", "sessions", "kind", "session",
            "oldest", json_object_get(legs, "oldest"), "promised_days",
            json_object_get(legs, "promised_days"), "missing_s", json_object_get(legs, "missing_s"),
            "held_bytes", json_object_get(legs, "held_bytes"), "met",
            json_integer_value(json_object_get(legs, "missed")) == 0);
        csv_row(out, row);
    }
    return g_string_free(out, FALSE);
}
