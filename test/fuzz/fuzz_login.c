// SPDX-License-Identifier: GPL-3.0-or-later
/* What somebody sends who is not known yet: the body of a sign-in; and, of the same bytes, a code of a second
 * factor and a header that says why. */
#include "api/json.h"
#include "index/account/totp.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_body(const uint8_t *data, size_t size)
{
    IdxLoginTry try = {0};
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, data, (guint)size);
    ApiRequest request = {.body = bytes};
    g_autoptr(json_t) body = api_json_body(&request, "an object", NULL);
    if (body == NULL || !api_json_login(body, &try, NULL))
        return;
    g_assert(try.name[0] != '\0' && g_utf8_strlen(try.name, -1) <= 64);
    g_assert(try.password[0] != '\0' && g_utf8_strlen(try.password, -1) <= 256);
    g_assert(try.code == NULL || (try.code[0] != '\0' && g_utf8_strlen(try.code, -1) <= 32));
}

static void check_code(const char *text)
{
    uint32_t code = UINT32_MAX;
    if (!idx_totp_parse(text, &code)) {
        g_assert(code == UINT32_MAX);
        return;
    }
    g_assert(code < 1000000 && strspn(text, "0123456789 ") == strlen(text));
    g_autofree char *again = g_strdup_printf("%06u", code);
    uint32_t same = 0;
    g_assert(idx_totp_parse(again, &same) && same == code);
}

static void check_header(const char *text)
{
    g_autofree char *reason = idx_reason_decode(text, IDX_REASON_CASE_MAX, NULL);
    if (reason == NULL)
        return;
    g_assert(strlen(reason) <= IDX_REASON_CASE_MAX && g_utf8_validate(reason, -1, NULL));
    g_assert(idx_reason_check(reason, reason, NULL));
    g_autofree char *escaped = g_uri_escape_string(reason, NULL, FALSE);
    g_autofree char *again = idx_reason_decode(escaped, IDX_REASON_CASE_MAX, NULL);
    g_assert(g_strcmp0(reason, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    check_body(data, size);
    check_code(text);
    check_header(text);
    return 0;
}
