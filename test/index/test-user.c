// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/login.h"
#include "index/account/token.h"
#include "index/account/user.h"

#include "test/index/fixture.h"

#include <string.h>

#define PASSWORD "correct-horse-1"

static void add(Fixture *f, const char *name)
{
    g_autoptr(GError) error = NULL;
    idx_user_add(f->cat, name, "investigator", PASSWORD, T0, &error);
    g_assert_no_error(error);
}

static void expect_login(Fixture *f, const char *name, const char *password, int64_t now_us,
                         MjError code)
{
    g_autoptr(GError) error = NULL;
    int64_t wait_us = 0;
    g_autofree char *cookie = idx_login(f->cat, name, password, now_us, &wait_us, &error);
    g_assert_null(cookie);
    g_assert_error(error, MJ_ERROR, (int)code);
}

static char *login(Fixture *f, const char *name, const char *password, int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    int64_t wait_us = 0;
    char *cookie = idx_login(f->cat, name, password, now_us, &wait_us, &error);
    g_assert_no_error(error);
    return cookie;
}

static bool knows(Fixture *f, const char *cookie, int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxUser) user = idx_login_user(f->cat, cookie, now_us, &error);
    if (!user)
        g_assert_error(error, MJ_ERROR, MJ_ERROR_DENIED);
    return user != NULL;
}

static void test_add(void)
{
    g_autoptr(Fixture) f = fixture_new();
    static const struct {
        const char *name, *role, *password, *words;
    } BAD[] = {
        {"", "operator", PASSWORD, "user name"},
        {"a b", "operator", PASSWORD, "user name"},
        {"a/b", "operator", PASSWORD, "user name"},
        {"\xff", "operator", PASSWORD, "user name"},
        {"1023", "boss", PASSWORD, "boss,auditor"},
        {"1023", "operator", "short", "12"},
        {"1023", "operator", "", "12"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(idx_user_add(f->cat, BAD[i].name, BAD[i].role, BAD[i].password, T0, &error));
        fixture_expect(error, MJ_ERROR_INVALID, BAD[i].words);
    }
    add(f, "1023");
    g_autoptr(GError) twice = NULL;
    g_assert_false(idx_user_add(f->cat, "1023", "auditor", PASSWORD, T0, &twice));
    fixture_expect(twice, MJ_ERROR_EXISTS, "1023");
    g_autoptr(GPtrArray) users = idx_user_list(f->cat, NULL);
    g_assert_cmpint(users->len, ==, 1);
    g_assert_cmpstr(((const IdxUser *)users->pdata[0])->role, ==, "investigator");
    g_autofree char *hash = fixture_dump(f->cat, "SELECT password FROM user");
    g_assert_true(g_str_has_prefix(hash, "$y$"));
}

static void test_login(void)
{
    g_autoptr(Fixture) f = fixture_new();
    add(f, "Clerk1");
    expect_login(f, "Clerk1", "wrong-password", T0, MJ_ERROR_DENIED);
    expect_login(f, "Clerk1", "", T0, MJ_ERROR_DENIED);
    expect_login(f, "nobody", PASSWORD, T0, MJ_ERROR_DENIED);
    g_autofree char *cookie = login(f, "clerk1", PASSWORD, T0); // names in any case
    g_autofree char *second = login(f, "Clerk1", PASSWORD, T0);
    g_assert_cmpstr(cookie, !=, second);
    g_assert_cmpint((int)strlen(cookie), ==, 64);
    g_autoptr(IdxUser) user = idx_login_user(f->cat, cookie, AT(10), NULL);
    g_assert_cmpstr(user->name, ==, "Clerk1");
    g_assert_cmpstr(user->role, ==, "investigator");
    g_autofree char *wal = g_build_filename(f->home, "catalogue.db-wal", NULL);
    g_assert_false(fixture_file_contains(wal, cookie));
    g_assert_false(fixture_file_contains(wal, PASSWORD));
    g_assert_false(knows(f, "", AT(10)));
    g_assert_false(knows(f, "0000", AT(10)));
    g_assert_true(idx_logout(f->cat, cookie, NULL));
    g_assert_false(knows(f, cookie, AT(10)));
    g_assert_true(knows(f, second, AT(10)));
}

static void test_expiry(void)
{
    g_autoptr(Fixture) f = fixture_new();
    add(f, "1023");
    g_autofree char *cookie = login(f, "1023", PASSWORD, T0);
    int64_t idle_us = MJ_HOUR_US;                      // of an investigator
    g_assert_true(knows(f, cookie, T0 + idle_us - 1)); // and that request counts
    g_assert_true(knows(f, cookie, T0 + 2 * idle_us - 2));
    g_assert_false(knows(f, cookie, T0 + 4 * idle_us));
}

static IdxLoginOver over(Fixture *f, const char *cookie, int64_t now_us)
{
    IdxLoginOver why = IDX_LOGIN_ENDED;
    g_assert_false(knows(f, cookie, now_us));
    g_assert_true(idx_login_over(f->cat, cookie, now_us, &why, NULL));
    return why;
}

/* Who is signed out learns why, for some days, whoever else signs in meanwhile. */
static void test_over(void)
{
    g_autoptr(Fixture) f = fixture_new();
    add(f, "1023");
    IdxLoginRule rule = {"investigator", 10 * MJ_MINUTE_US, 15 * MJ_MINUTE_US};
    g_assert_true(idx_login_rule_set(f->cat, &rule, NULL));
    g_autofree char *left = login(f, "1023", PASSWORD, T0);
    g_autofree char *busy = login(f, "1023", PASSWORD, T0);
    g_assert_true(knows(f, busy, T0 + 9 * MJ_MINUTE_US));
    g_free(login(f, "1023", PASSWORD, T0 + MJ_DAY_US));
    g_assert_cmpint(over(f, left, T0 + 2 * MJ_DAY_US), ==, IDX_LOGIN_IDLE);
    g_assert_cmpint(over(f, busy, T0 + 2 * MJ_DAY_US), ==, IDX_LOGIN_LONGEST);
    g_free(login(f, "1023", PASSWORD, T0 + 8 * MJ_DAY_US));
    g_assert_cmpint(over(f, left, T0 + 8 * MJ_DAY_US), ==, IDX_LOGIN_ENDED);
    g_autofree char *ended = login(f, "1023", PASSWORD, T0);
    g_assert_true(idx_logout_everywhere(f->cat, "1023", NULL));
    g_assert_cmpint(over(f, ended, T0 + MJ_MINUTE_US), ==, IDX_LOGIN_ENDED);
    g_autofree char *disabled = login(f, "1023", PASSWORD, T0);
    g_assert_true(idx_user_set_disabled(f->cat, "1023", true, T0, NULL));
    g_assert_cmpint(over(f, disabled, T0 + MJ_MINUTE_US), ==, IDX_LOGIN_ENDED);
    g_assert_cmpint(over(f, "0000", T0), ==, IDX_LOGIN_ENDED);
}

static bool stays(Fixture *f, const char *cookie, bool by_itself, int64_t now_us)
{
    g_autoptr(IdxUser) user = idx_login_user_of(f->cat, cookie, by_itself, now_us, NULL);
    return user != NULL;
}

/* However busy: the longest time ends it. What the page asks by itself keeps nobody in but who watches. */
static void test_longest(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) refused = NULL;
    add(f, "1023");
    g_assert_true(idx_user_add(f->cat, "1024", "operator", PASSWORD, T0, NULL));
    IdxLoginRule rule = {"investigator", 10 * MJ_MINUTE_US, 30 * MJ_MINUTE_US};
    g_assert_true(idx_login_rule_set(f->cat, &rule, NULL));
    g_autofree char *cookie = login(f, "1023", PASSWORD, T0);
    for (int i = 1; i < 6; i++)
        g_assert_true(knows(f, cookie, T0 + i * 5 * MJ_MINUTE_US));
    g_assert_false(knows(f, cookie, T0 + 30 * MJ_MINUTE_US));
    g_autofree char *left = login(f, "1023", PASSWORD, T0);
    g_assert_true(stays(f, left, true, T0 + 9 * MJ_MINUTE_US));
    g_assert_false(stays(f, left, true, T0 + 11 * MJ_MINUTE_US));
    g_autofree char *wall = login(f, "1024", PASSWORD, T0);
    g_assert_true(stays(f, wall, true, T0 + 11 * MJ_HOUR_US));
    g_assert_true(stays(f, wall, true, T0 + 13 * MJ_HOUR_US));
    rule.idle_us = MJ_MINUTE_US; // who is there every half minute stays, however short the pause
    g_assert_true(idx_login_rule_set(f->cat, &rule, NULL));
    g_autofree char *there = login(f, "1023", PASSWORD, T0);
    for (int i = 1; i < 20; i++)
        g_assert_true(knows(f, there, T0 + i * MJ_MINUTE_US / 2));
    rule.idle_us = 10 * MJ_MINUTE_US;
    rule.longest_us = MJ_MINUTE_US;
    g_assert_false(idx_login_rule_set(f->cat, &rule, &refused));
    fixture_expect(refused, MJ_ERROR_INVALID, "login");
}

/* A given password, one's own password, and who may become what. */
static void test_accounts(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) wrong = NULL, both = NULL, last = NULL, role = NULL;
    g_assert_true(idx_user_add_given(f->cat, "1023", "operator", PASSWORD, T0, NULL));
    g_autoptr(IdxUser) given = idx_user_get(f->cat, "1023", NULL);
    g_assert_true(given->must_change);
    g_autofree char *here = login(f, "1023", PASSWORD, T0), *there = login(f, "1023", PASSWORD, T0);
    g_assert_false(idx_user_change_password(f->cat, "1023", "not the password", "a new one 123",
                                            here, &wrong));
    fixture_expect(wrong, MJ_ERROR_INVALID, "wrong");
    g_assert_false(idx_user_change_password(f->cat, "1023", PASSWORD, PASSWORD, here, NULL));
    g_assert_true(idx_user_change_password(f->cat, "1023", PASSWORD, "a new one 123", here, NULL));
    g_assert_true(knows(f, here, AT(1))); // the one it was done in
    g_assert_false(knows(f, there, AT(1)));
    g_autoptr(IdxUser) own = idx_user_get(f->cat, "1023", NULL);
    g_assert_false(own->must_change);
    g_assert_true(idx_user_set_role(f->cat, "1023", "sysadmin", NULL));
    g_assert_false(knows(f, here, AT(1)));
    g_assert_false(idx_user_set_role(f->cat, "1023", "auditor", &both));
    fixture_expect(both, MJ_ERROR_DENIED, "audits");
    g_assert_false(idx_user_set_role(f->cat, "1023", "boss", &role));
    fixture_expect(role, MJ_ERROR_INVALID, "boss");
    g_assert_true(idx_user_set_role(f->cat, "1023", "secadmin", NULL));
    g_assert_false(idx_user_set_disabled(f->cat, "1023", true, AT(2), &last));
    fixture_expect(last, MJ_ERROR_CONFLICT, "last");
    g_assert_true(idx_user_add(f->cat, "1024", "secadmin", PASSWORD, T0, NULL));
    g_assert_true(idx_user_set_disabled(f->cat, "1023", true, AT(2), NULL));
}

/* However many names strangers try, so many are kept, the newest; looked at once a minute. */
static void test_bounded(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t now_us = T0 + 10 * MJ_DAY_US;
    expect_login(f, "first", PASSWORD, now_us, MJ_ERROR_DENIED);
    g_free(fixture_dump(
        f->cat, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 10005)"
                " INSERT INTO login_failure SELECT i, 1, (SELECT failed_us FROM login_failure) + i "
                "FROM n"));
    expect_login(f, "second", PASSWORD, now_us + MJ_SECOND_US, MJ_ERROR_DENIED);
    g_autofree char *many = fixture_dump(f->cat, "SELECT count(*) FROM login_failure");
    g_assert_cmpstr(many, ==, "10007");
    expect_login(f, "third", PASSWORD, now_us + MJ_MINUTE_US, MJ_ERROR_DENIED);
    g_autofree char *few = fixture_dump(f->cat, "SELECT count(*) FROM login_failure");
    g_assert_cmpstr(few, ==, "10001"); // with the one just noted
}

/* Nobody comes from auditing to administering by a role between. */
static void test_roles_had(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) audited = NULL, administered = NULL;
    g_assert_true(idx_user_add(f->cat, "wang", "auditor", PASSWORD, T0, NULL));
    g_assert_true(idx_user_set_role(f->cat, "WANG", "operator", NULL));
    g_assert_true(idx_user_set_role(f->cat, "wang", "supervisor", NULL));
    g_assert_false(idx_user_set_role(f->cat, "wang", "sysadmin", &audited));
    fixture_expect(audited, MJ_ERROR_DENIED, "was auditor,another one");
    g_assert_true(idx_user_set_role(f->cat, "wang", "auditor", NULL));
    g_assert_true(idx_user_add(f->cat, "li", "operator", PASSWORD, T0, NULL));
    g_assert_true(idx_user_set_role(f->cat, "li", "sysadmin", NULL));
    g_assert_true(idx_user_set_role(f->cat, "LI", "operator", NULL));
    g_assert_false(idx_user_set_role(f->cat, "Li", "auditor", &administered));
    fixture_expect(administered, MJ_ERROR_DENIED, "was sysadmin");
}

static void test_lockout(void)
{
    g_autoptr(Fixture) f = fixture_new();
    add(f, "1023");
    add(f, "1024");
    for (int i = 0; i < IDX_LOGIN_FREE_TRIES; i++)
        expect_login(f, "1023", "wrong-password", T0, MJ_ERROR_DENIED);
    expect_login(f, "1023", PASSWORD, T0, MJ_ERROR_BUSY); // also the right one waits
    expect_login(f, "1023", PASSWORD, T0 + MJ_SECOND_US - 1, MJ_ERROR_BUSY);
    g_free(login(f, "1024", PASSWORD, T0)); // nobody else does
    int64_t now_us = T0, wait_us = MJ_SECOND_US;
    for (int i = 0; i < 12; i++) { // every further failure doubles it, up to 15 minutes
        now_us += wait_us;
        expect_login(f, "1023", "wrong-password", now_us, MJ_ERROR_DENIED);
        wait_us = MIN(2 * wait_us, 15 * MJ_MINUTE_US);
        expect_login(f, "1023", PASSWORD, now_us + wait_us - 1, MJ_ERROR_BUSY);
    }
    g_assert_cmpint(wait_us, ==, 15 * MJ_MINUTE_US);
    g_free(login(f, "1023", PASSWORD, now_us + wait_us));
    expect_login(f, "1023", "wrong-password", now_us + wait_us, MJ_ERROR_DENIED); // counted anew
    g_free(login(f, "1023", PASSWORD, now_us + wait_us));
}

static void test_disabled(void)
{
    g_autoptr(Fixture) f = fixture_new();
    add(f, "1023");
    g_autofree char *cookie = login(f, "1023", PASSWORD, T0);
    g_assert_true(idx_user_set_disabled(f->cat, "1023", true, AT(5), NULL));
    g_assert_false(knows(f, cookie, AT(6)));
    expect_login(f, "1023", PASSWORD, AT(6), MJ_ERROR_DENIED);
    g_assert_true(idx_user_set_disabled(f->cat, "1023", false, AT(7), NULL));
    g_assert_false(knows(f, cookie, AT(8))); // the old one is gone for good
    g_autofree char *fresh = login(f, "1023", PASSWORD, AT(8));
    g_assert_true(knows(f, fresh, AT(9)));
    g_autoptr(GError) unknown = NULL;
    g_assert_false(idx_user_set_disabled(f->cat, "9999", true, AT(5), &unknown));
    fixture_expect(unknown, MJ_ERROR_NOT_FOUND, "9999");
}

static void test_new_password(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) weak = NULL, unknown = NULL;
    add(f, "1023");
    g_autofree char *cookie = login(f, "1023", PASSWORD, T0);
    g_assert_false(idx_user_set_password(f->cat, "1023", "short", &weak));
    fixture_expect(weak, MJ_ERROR_INVALID, "12");
    g_assert_true(knows(f, cookie, AT(1)));
    g_assert_true(idx_user_set_password(f->cat, "1023", "another-horse-2", NULL));
    g_assert_false(knows(f, cookie, AT(1)));
    expect_login(f, "1023", PASSWORD, AT(2), MJ_ERROR_DENIED);
    g_free(login(f, "1023", "another-horse-2", AT(3)));
    g_assert_false(idx_user_set_password(f->cat, "9999", "another-horse-2", &unknown));
    fixture_expect(unknown, MJ_ERROR_NOT_FOUND, "9999");
}

static void test_tokens(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) scope = NULL, name = NULL, twice = NULL, gone = NULL, revoked = NULL;
    g_autofree char *token = idx_token_add(f->cat, "queue", "events", T0, NULL);
    g_assert_cmpint((int)strlen(token), ==, 64);
    IdxTokenFound found = {0}, none = {0};
    g_assert_true(idx_token_check(f->cat, token, AT(1), &found, NULL));
    g_assert_cmpstr(found.scope, ==, "events");
    g_assert_cmpstr(found.name, ==, "queue");
    g_assert_true(found.unseen);
    idx_token_found_clear(&found);
    g_assert_true(idx_token_used(f->cat, "queue", AT(1), NULL));
    g_assert_true(idx_token_check(f->cat, token, AT(2), &found, NULL));
    g_assert_false(found.unseen); // of late it was
    idx_token_found_clear(&found);
    g_autofree char *rows = fixture_dump(f->cat, "SELECT hex(token_sha256) FROM api_token");
    g_assert_cmpint(g_ascii_strcasecmp(rows, token), !=, 0);
    g_assert_null(idx_token_add(f->cat, "x", "all", T0, &scope));
    fixture_expect(scope, MJ_ERROR_INVALID, "scope");
    g_assert_null(idx_token_add(f->cat, "", "read", T0, &name));
    fixture_expect(name, MJ_ERROR_INVALID, "name");
    g_assert_null(idx_token_add(f->cat, "queue", "read", T0, &twice));
    fixture_expect(twice, MJ_ERROR_EXISTS, "queue");
    g_assert_true(idx_token_revoke(f->cat, "queue", AT(1), NULL));
    g_assert_false(idx_token_check(f->cat, token, AT(1), &none, &revoked));
    fixture_expect(revoked, MJ_ERROR_DENIED, "revoked");
    g_assert_false(idx_token_revoke(f->cat, "queue", AT(2), &gone));
    fixture_expect(gone, MJ_ERROR_NOT_FOUND, "queue");
}

static void test_random_passwords(void)
{
    g_autofree char *one = idx_password_random(NULL), *two = idx_password_random(NULL);
    g_assert_cmpint((int)strlen(one), ==, 20);
    g_assert_cmpstr(one, !=, two);
    for (int i = 0; i < 100; i++) {
        g_autofree char *text = idx_password_random(NULL);
        g_assert_null(strpbrk(text, "0O1lIo iI"));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/user/add", test_add);
    g_test_add_func("/user/login", test_login);
    g_test_add_func("/user/expiry", test_expiry);
    g_test_add_func("/user/longest", test_longest);
    g_test_add_func("/user/over", test_over);
    g_test_add_func("/user/accounts", test_accounts);
    g_test_add_func("/user/bounded", test_bounded);
    g_test_add_func("/user/roles-had", test_roles_had);
    g_test_add_func("/user/lockout", test_lockout);
    g_test_add_func("/user/disabled", test_disabled);
    g_test_add_func("/user/new-password", test_new_password);
    g_test_add_func("/user/tokens", test_tokens);
    g_test_add_func("/user/random-passwords", test_random_passwords);
    return g_test_run();
}
