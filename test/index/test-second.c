// SPDX-License-Identifier: GPL-3.0-or-later
/* Second factors: the codes of RFC 6238, each taken once; what is stored says nothing. */
#include "index/account/second.h"

#include "index/account/login.h"
#include "index/account/role.h"
#include "index/account/totp.h"
#include "test/index/fixture.h"

#include <string.h>

#define PASSWORD "correct-horse-1"

/* RFC 6238 appendix B, SHA-1; its eight digits end in our six. */
static void test_vectors(void)
{
    static const struct {
        int64_t seconds;
        uint32_t code;
    } TABLE[] = {{59, 287082},       {1111111109, 81804},  {1111111111, 50471},
                 {1234567890, 5924}, {2000000000, 279037}, {20000000000, 353130}};
    const uint8_t *secret = (const uint8_t *)"12345678901234567890";
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++)
        g_assert_cmpuint(idx_totp_code(secret, TABLE[i].seconds / 30), ==, TABLE[i].code);
    g_autofree char *text = idx_base32((const uint8_t *)"foobar", 6); // RFC 4648 section 10
    g_assert_cmpstr(text, ==, "MZXW6YTBOI");
    g_autofree char *uri = idx_totp_uri("Mingjing H01", "王五", "MZXW6YTBOI");
    g_assert_cmpstr(uri, ==,
                    "otpauth://totp/Mingjing%20H01:%E7%8E%8B%E4%BA%94?secret=MZXW6YTBOI&issuer="
                    "Mingjing%20H01");
}

static void test_parse(void)
{
    uint32_t code = 0;
    g_assert_true(idx_totp_parse(" 012 345 ", &code));
    g_assert_cmpuint(code, ==, 12345);
    static const char *const WRONG[] = {"", "12345", "1234567", "12345a", "-12345", "１２３４５６"};
    for (size_t i = 0; i < G_N_ELEMENTS(WRONG); i++)
        g_assert_false(idx_totp_parse(WRONG[i], &code));
}

typedef struct Person {
    Fixture *f;
    int64_t id;
    uint8_t secret[IDX_TOTP_SECRET];
} Person;

static void read_base32(const char *text, uint8_t secret[IDX_TOTP_SECRET])
{
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint64_t bits = 0;
    int have = 0, n = 0;
    for (; *text != '\0'; text++) {
        bits = bits << 5 | (uint64_t)(strchr(LETTERS, *text) - LETTERS);
        have += 5;
        if (have >= 8)
            secret[n++] = (uint8_t)(bits >> (have -= 8));
    }
    g_assert_cmpint(n, ==, IDX_TOTP_SECRET);
}

static void begin(Person *who)
{
    g_autofree char *secret = NULL, *uri = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_second_begin(who->f->cat, "1023", &secret, &uri, &error));
    g_assert_nonnull(strstr(uri, secret));
    read_base32(secret, who->secret);
    g_autofree char *stored = fixture_dump(who->f->cat, "SELECT hex(secret) FROM user_totp");
    g_assert_null(strstr(stored, secret));
}

static char *code_at(const Person *who, int64_t at_us)
{
    return g_strdup_printf("%06u", idx_totp_code(who->secret, at_us / IDX_TOTP_STEP_US));
}

/* "ok", "code" (it is missing), "wrong". */
static const char *sign_in(const Person *who, const char *code, int64_t now_us)
{
    IdxLoginTry try = {.name = "1023", .password = PASSWORD, .code = code, .now_us = now_us};
    g_autofree char *cookie = idx_login_try(who->f->cat, &try, NULL);
    return cookie ? "ok" : try.wants_code ? "code" : "wrong";
}

static void test_life(void)
{
    g_autoptr(Fixture) f = fixture_new();
    Person who = {.f = f};
    g_autoptr(GPtrArray) codes = NULL;
    g_autoptr(GError) wrong = NULL, twice = NULL;
    g_assert_true(idx_user_add(f->cat, "1023", "investigator", PASSWORD, T0, NULL));
    begin(&who);
    g_assert_cmpstr(sign_in(&who, NULL, T0), ==,
                    "ok"); // nothing is asked for before it is confirmed
    begin(&who);           // begun anew: another secret
    g_autofree char *first = code_at(&who, T0), *next = code_at(&who, T0 + MJ_MINUTE_US);
    g_assert_false(idx_second_confirm(f->cat, "1023", "000 00", T0, &codes, &wrong));
    fixture_expect(wrong, MJ_ERROR_INVALID, "code");
    g_assert_true(idx_second_confirm(f->cat, "1023", first, T0, &codes, NULL));
    g_assert_cmpuint(codes->len, ==, IDX_RECOVERY_CODES);
    g_autofree char *secret = NULL, *uri = NULL;
    g_assert_false(idx_second_begin(f->cat, "1023", &secret, &uri, &twice));
    fixture_expect(twice, MJ_ERROR_EXISTS, "1023");

    g_assert_cmpstr(sign_in(&who, NULL, T0), ==, "code");
    g_assert_cmpstr(sign_in(&who, first, T0), ==, "wrong"); // it was taken
    g_assert_cmpstr(sign_in(&who, next, T0), ==, "wrong");  // two steps ahead
    g_assert_cmpstr(sign_in(&who, next, T0 + 30 * MJ_SECOND_US), ==, "ok");
    g_assert_cmpstr(sign_in(&who, next, T0 + 31 * MJ_SECOND_US), ==, "wrong");
    g_autofree char *late = code_at(&who, T0 + 4 * MJ_MINUTE_US);
    g_assert_cmpstr(sign_in(&who, late, T0 + 6 * MJ_MINUTE_US), ==, "wrong");
}

static void test_recovery(void)
{
    g_autoptr(Fixture) f = fixture_new();
    Person who = {.f = f};
    g_autoptr(GPtrArray) codes = NULL;
    g_autoptr(GError) none = NULL;
    g_assert_true(idx_user_add(f->cat, "1023", "auditor", PASSWORD, T0, NULL));
    begin(&who);
    g_autofree char *first = code_at(&who, T0);
    g_assert_true(idx_second_confirm(f->cat, "1023", first, T0, &codes, NULL));
    g_autofree char *upper = g_ascii_strup(codes->pdata[0], -1);
    g_assert_cmpstr(sign_in(&who, upper, T0), ==, "ok");
    g_assert_cmpstr(sign_in(&who, codes->pdata[0], T0), ==, "wrong"); // once
    g_assert_cmpstr(sign_in(&who, codes->pdata[1], T0), ==, "ok");
    g_assert_false(idx_second_end(f->cat, "1023", "123456", T0, NULL));
    g_assert_true(idx_second_end(f->cat, "1023", codes->pdata[2], T0, NULL));
    g_assert_cmpstr(sign_in(&who, NULL, T0 + MJ_HOUR_US), ==, "ok");
    g_assert_false(idx_second_reset(f->cat, "1023", &none));
    fixture_expect(none, MJ_ERROR_NOT_FOUND, "1023");
}

/* Wrong codes wait as wrong passwords do. */
static void test_lockout(void)
{
    g_autoptr(Fixture) f = fixture_new();
    Person who = {.f = f};
    g_autoptr(GPtrArray) codes = NULL;
    g_assert_true(idx_user_add(f->cat, "1023", "secadmin", PASSWORD, T0, NULL));
    begin(&who);
    g_autofree char *first = code_at(&who, T0);
    g_assert_true(idx_second_confirm(f->cat, "1023", first, T0, &codes, NULL));
    for (int i = 0; i < IDX_LOGIN_FREE_TRIES; i++)
        g_assert_cmpstr(sign_in(&who, "no code", T0), ==, "wrong");
    IdxLoginTry try = {.name = "1023", .password = PASSWORD, .code = codes->pdata[0], .now_us = T0};
    g_autofree char *cookie = idx_login_try(f->cat, &try, NULL);
    g_assert_null(cookie);
    g_assert_cmpint(try.wait_us, >, 0);
}

static void test_roles(void)
{
    for (const char *const *role = idx_roles(); *role; role++) {
        bool audits = idx_role_may(*role, IDX_MAY_AUDIT);
        bool administers =
            idx_role_may(*role, IDX_MAY_ADMIN_USERS) || idx_role_may(*role, IDX_MAY_ADMIN_TOKENS) ||
            idx_role_may(*role, IDX_MAY_ADMIN_CAMERAS) || idx_role_may(*role, IDX_MAY_ADMIN_RULES);
        bool looks = idx_role_may(*role, IDX_MAY_VIEW);
        g_assert_true(audits + administers + looks <= 1);
    }
    for (int i = 0; i < IDX_PERMITS; i++)
        g_assert_cmpint((int)idx_permit_of(idx_permit_name((IdxPermit)i)), ==, i);
    g_assert_false(idx_role_may("boss", IDX_MAY_SELF));
    g_assert_false(idx_token_may("all", IDX_MAY_EVENTS));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/second/vectors", test_vectors);
    g_test_add_func("/second/parse", test_parse);
    g_test_add_func("/second/life", test_life);
    g_test_add_func("/second/recovery", test_recovery);
    g_test_add_func("/second/lockout", test_lockout);
    g_test_add_func("/second/roles", test_roles);
    return g_test_run();
}
