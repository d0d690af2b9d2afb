// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/api/support/ask.h"

#include "index/account/user.h"
#include "index/base/clock.h"
#include "test/api/support/schema.h"

#include <string.h>

void must(bool ok, GError *error)
{
    g_assert_no_error(error);
    g_assert_true(ok);
}

void hall_add_user(const Hall *hall, const char *name, const char *role)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    must(cat != NULL, error);
    must(idx_user_add(cat, name, role, HALL_PASSWORD, mj_clock_utc_us(mj_clock_system()), &error),
         error);
}

json_t *hall_post(const Hall *hall, const char *who, const char *path, const char *body,
                  long status)
{
    g_autofree char *cookie = hall_cookie(hall, who);
    const char *headers[] = {"Content-Type: application/json", cookie, NULL};
    g_autoptr(Answer) answer =
        client_send(hall->client, "POST", path, headers, body, (gssize)strlen(body));
    g_test_message("%s: %s %s → %ld %.*s", who, path, body, answer->status, (int)answer->body->len,
                   (char *)answer->body->data);
    g_assert_cmpint(answer->status, ==, status);
    return answer_json(answer);
}

json_t *hall_get(const Hall *hall, const char *path)
{
    g_autoptr(Answer) answer = client_get(hall->client, path, hall->cookie);
    g_test_message("%s → %ld", path, answer->status);
    g_assert_cmpint(answer->status, ==, 200);
    return answer_json(answer);
}

void fits(const json_t *contract, const char *schema, const json_t *json)
{
    const json_t *schemas = json_object_get(json_object_get(contract, "components"), "schemas");
    g_autofree char *wrong = schema_check(contract, json_object_get(schemas, schema), json, "$");
    g_assert_cmpstr(wrong, ==, NULL);
}

const char *text_of(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

char *route_filled(const char *pattern)
{
    GString *path = g_string_new(pattern);
    g_string_replace(path, "{day}", "latest", 0);
    g_string_replace(path, "{file}", "1.mp4", 0);
    g_string_replace(path, "*", "", 0);
    static const char *const NAMES[] = {"{number}", "{id}",  "{code}",      "{name}",
                                        "{role}",   "{leg}", "{connection}"};
    for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++)
        g_string_replace(path, NAMES[i], "Z1", 0);
    return g_string_free(path, FALSE);
}
