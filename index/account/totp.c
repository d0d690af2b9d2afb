// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#define AROUND 1 // steps before and ahead of now

uint32_t idx_totp_code(const uint8_t secret[IDX_TOTP_SECRET], int64_t step)
{
    uint8_t text[8], digest[EVP_MAX_MD_SIZE] = {0};
    unsigned length = 0;
    for (int i = 0; i < 8; i++)
        text[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    HMAC(EVP_sha1(), secret, IDX_TOTP_SECRET, text, sizeof text, digest, &length);
    // RFC 4226 section 5.3: the last four bits say where the number stands
    const uint8_t *at = digest + (digest[19] & 0x0f);
    uint32_t number = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 |
                      (uint32_t)at[2] << 8 | (uint32_t)at[3];
    return number % 1000000;
}

bool idx_totp_parse(const char *text, uint32_t *ret_code)
{
    uint32_t code = 0;
    int n = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ')
            continue;
        if (!g_ascii_isdigit(*text) || n == IDX_TOTP_DIGITS)
            return false;
        code = code * 10 + (uint32_t)(*text - '0');
        n++;
    }
    if (n != IDX_TOTP_DIGITS)
        return false;
    *ret_code = code;
    return true;
}

int64_t idx_totp_step(const uint8_t secret[IDX_TOTP_SECRET], uint32_t code, int64_t now_us,
                      int64_t last_step)
{
    int64_t now = now_us / IDX_TOTP_STEP_US;
    for (int64_t step = now - AROUND; step <= now + AROUND; step++)
        if (step > last_step && idx_totp_code(secret, step) == code)
            return step;
    return 0;
}

char *idx_base32(const uint8_t *data, size_t size)
{
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    GString *out = g_string_new(NULL);
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < size; i++) {
        bits = (bits << 8 | data[i]) & 0xfff;
        for (have += 8; have >= 5; have -= 5)
            g_string_append_c(out, LETTERS[bits >> (have - 5) & 31]);
    }
    if (have > 0)
        g_string_append_c(out, LETTERS[bits << (5 - have) & 31]);
    return g_string_free(out, FALSE);
}

char *idx_totp_uri(const char *issuer, const char *account, const char *secret_base32)
{
    g_autofree char *who = g_uri_escape_string(account, NULL, FALSE);
    g_autofree char *where = g_uri_escape_string(issuer, NULL, FALSE);
    return g_strdup_printf("otpauth://totp/%s:%s?secret=%s&issuer=%s", where, who, secret_base32,
                           where);
}
