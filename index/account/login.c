// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/login.h"

#include "index/account/role.h"
#include "index/account/second.h"
#include "index/account/user_own.h"
#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/segment/seal.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#define LOCK_MAX_US (15 * MJ_MINUTE_US)
#define SEEN_EVERY_US MJ_MINUTE_US // or a quarter of the pause that is allowed
#define FORGET_US MJ_DAY_US        // failures older than this count no more
#define FORGET_EVERY_US MJ_MINUTE_US
#define IDLE_US (30 * MJ_MINUTE_US) // of a role without a rule
#define LONGEST_US (12 * MJ_HOUR_US)
#define LONGEST_MAX_US (7 * MJ_DAY_US)

static const char SQL_CREDENTIALS[] =
    "SELECT id, password, disabled_us IS NOT NULL, name, role FROM user WHERE name = ?";
static const char SQL_FAILURES[] =
    "SELECT failures, failed_us FROM login_failure WHERE name_sha256 = ?";
static const char SQL_FAILED[] =
    "INSERT INTO login_failure (name_sha256, failures, failed_us) VALUES (?1, 1, ?2)"
    " ON CONFLICT (name_sha256) DO UPDATE SET failures = failures + 1, failed_us = ?2";
static const char SQL_FORGET[] = "DELETE FROM login_failure WHERE failed_us < ?";
static const char SQL_BOUND[] = // the oldest give way
    "DELETE FROM login_failure WHERE name_sha256 IN (SELECT name_sha256 FROM login_failure"
    " ORDER BY failed_us DESC LIMIT -1 OFFSET ?)";
static const char SQL_SUCCEEDED[] = "DELETE FROM login_failure WHERE name_sha256 = ?";
static const char SQL_ADD[] = // ?5, ?6: of a role without a rule
    "INSERT INTO login (token_sha256, user_id, created_us, seen_us, expires_us, ends_us)"
    " SELECT ?1, ?2, ?3, ?3, ?3 + coalesce(r.idle_us, ?5), ?3 + coalesce(r.longest_us, ?6)"
    " FROM (SELECT ?4 AS role) w LEFT JOIN login_rule r ON r.role = w.role";
static const char SQL_GET[] =
    "SELECT u.id, u.name, u.role, u.must_change, u.limited, l.seen_us,"
    " l.expires_us - l.seen_us FROM login l"
    " JOIN user u ON u.id = l.user_id WHERE l.token_sha256 = ?1 AND l.expires_us > ?2"
    " AND l.ends_us > ?2 AND u.disabled_us IS NULL";
static const char SQL_SEEN[] =
    "UPDATE login SET seen_us = ?2, expires_us = ?2 + coalesce((SELECT r.idle_us FROM login_rule r"
    " JOIN user u ON u.role = r.role WHERE u.id = login.user_id), ?3) WHERE token_sha256 = ?1";
static const char SQL_END[] = "DELETE FROM login WHERE token_sha256 = ?";
static const char SQL_END_ALL[] =
    "DELETE FROM login WHERE user_id = (SELECT id FROM user WHERE name = ?)";
static const char SQL_OVER[] = // which of the two came first
    "SELECT expires_us < ends_us FROM login WHERE token_sha256 = ?1 AND min(expires_us, ends_us) "
    "<= ?2";
static const char SQL_CLEAN[] = "DELETE FROM login WHERE expires_us <= ?1 OR ends_us <= ?1";
static const char SQL_RULES[] = "SELECT role, idle_us, longest_us FROM login_rule ORDER BY role";
static const char SQL_RULE[] =
    "INSERT INTO login_rule (role, idle_us, longest_us) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (role) DO UPDATE SET idle_us = ?2, longest_us = ?3";

typedef struct Account {
    int64_t id;
    char *hash; // NULL: no such user
    char *name, *role;
    bool disabled;
    uint8_t name_sha256[32]; // of the name in lower case: what failures are counted by
} Account;

static void account_clear(Account *account)
{
    g_free(account->hash);
    g_free(account->name);
    g_free(account->role);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Account, account_clear)

static bool load_account(IdxCatalogue *cat, const char *name, Account *account, GError **error)
{
    idx_user_hash_name(name, account->name_sha256);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CREDENTIALS, error, "t", name);
    int row = idx_db_step(cat, q, error);
    if (row > 0) {
        account->id = idx_db_int(q, 0);
        account->hash = g_strdup(idx_db_text(q, 1));
        account->disabled = idx_db_int(q, 2) != 0;
        account->name = g_strdup(idx_db_text(q, 3));
        account->role = g_strdup(idx_db_text(q, 4));
    }
    return row >= 0;
}

/* How long the name still waits. A clock that was set back must not make it longer. */
static bool find_wait(IdxCatalogue *cat, const Account *account, int64_t now_us, int64_t *ret_us,
                      GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_FAILURES, error, "b", (const void *)account->name_sha256, (size_t)32);
    int row = idx_db_step(cat, q, error);
    *ret_us = 0;
    if (row <= 0)
        return row == 0;
    int64_t failures = idx_db_int(q, 0), failed_us = idx_db_int(q, 1);
    if (failures < IDX_LOGIN_FREE_TRIES)
        return true;
    int64_t exponent = MIN(failures - IDX_LOGIN_FREE_TRIES, 10);
    int64_t wait_us = MIN(MJ_SECOND_US << exponent, LOCK_MAX_US);
    *ret_us = CLAMP(failed_us + wait_us - now_us, 0, wait_us);
    return true;
}

static bool tell_login(IdxCatalogue *cat, const Account *account, IdxAuditResult result,
                       const char *words, GError **error)
{
    return idx_audit(cat,
                     &(IdxAudit){.what = "login",
                                 .object_kind = "user",
                                 .object = account->name,
                                 .who = account->name,
                                 .role = account->role,
                                 .result = result,
                                 .words = words},
                     error);
}

/* Looks through the whole table, which strangers fill: once a minute, whoever fails. */
static bool forget(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    static atomic_int_fast64_t last_us; // of this process
    int64_t last = atomic_load(&last_us);
    if ((now_us >= last && now_us - last < FORGET_EVERY_US) ||
        !atomic_compare_exchange_strong(&last_us, &last, now_us))
        return true;
    return idx_db_run(cat, SQL_FORGET, error, "i", now_us - FORGET_US) &&
           idx_db_run(cat, SQL_BOUND, error, "i", (int64_t)IDX_LOGIN_NAMES_MAX);
}

/* A name that nobody has is not told of: it may be a password, and there is no end to them. */
static bool note_failure(IdxCatalogue *cat, const Account *account, const char *words,
                         int64_t now_us, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = forget(cat, now_us, error) &&
              idx_db_run(cat, SQL_FAILED, error, "bi", (const void *)account->name_sha256,
                         (size_t)32, now_us) &&
              (!account->name || tell_login(cat, account, IDX_AUDIT_DENIED,
                                            words               ? words
                                            : account->disabled ? "disabled account"
                                                                : "wrong password",
                                            error));
    return idx_db_scope_end(cat, ok, error);
}

/* Makes the browser's secret and stores its hash. */
static char *begin_login(IdxCatalogue *cat, const Account *account, int64_t now_us, GError **error)
{
    g_autofree char *cookie = idx_user_secret(error);
    uint8_t digest[32];
    if (!cookie)
        return NULL;
    idx_seal_sha256(cookie, digest);
    if (!idx_db_scope_begin(cat, error))
        return NULL;
    bool ok =
        idx_db_run(cat, SQL_SUCCEEDED, error, "b", (const void *)account->name_sha256,
                   (size_t)32) &&
        idx_db_run(cat, SQL_CLEAN, error, "i", now_us - IDX_LOGIN_TOLD_DAYS * MJ_DAY_US) &&
        idx_db_run(cat, SQL_ADD, error, "biitii", (const void *)digest, sizeof digest, account->id,
                   now_us, account->role, (int64_t)IDLE_US, (int64_t)LONGEST_US) &&
        tell_login(cat, account, IDX_AUDIT_OK, NULL, error);
    return idx_db_scope_end(cat, ok, error) ? g_steal_pointer(&cookie) : NULL;
}

/* The second factor, if the account has one. False with @error, or without: something is wrong or missing. */
static bool check_second(IdxCatalogue *cat, const Account *account, IdxLoginTry *try,
                         GError **error)
{
    bool on = false, right = false;
    if (!idx_second_is_on(cat, account->id, &on, error))
        return false;
    if (!on)
        return true;
    try->wants_code = try->code == NULL;
    return !try->wants_code &&
           idx_second_check(cat, account->id, try->code, try->now_us, &right, error) && right;
}

/* Password first: whoever does not know it learns nothing of a second factor. A missing code is no failure. */
static char *try_login(IdxCatalogue *cat, const Account *account, IdxLoginTry *try, GError **error)
{
    /* A hash of no password, so that an unknown name costs as much time as a known one. */
    static const char NOBODY[] =
        "$y$j9T$fng9BwFsEdTI6SJ4W4s.W.$y67pUxBTjPRjG3BGF5BeIlxz3HgD49RM9fAtbSRrFO2";
    GError *local = NULL;
    bool right = idx_user_password_is(try->password, account->hash ? account->hash : NOBODY) &&
                 account->hash && !account->disabled;
    if (right && check_second(cat, account, try, &local))
        return begin_login(cat, account, try->now_us, error);
    if (local) {
        g_propagate_error(error, local);
        return NULL;
    }
    if (try->wants_code)
        mj_error_set(error, MJ_ERROR_DENIED, "the code of the second factor is wanted");
    else if (note_failure(cat, account, right ? "wrong code" : NULL, try->now_us, error))
        mj_error_set(error, MJ_ERROR_DENIED, right ? "wrong code" : "wrong name or password");
    return NULL;
}

char *idx_login_try(IdxCatalogue *cat, IdxLoginTry *try, GError **error)
{
    g_auto(Account) account = {0};
    try->wants_code = false;
    if (!load_account(cat, try->name, &account, error) ||
        !find_wait(cat, &account, try->now_us, &try->wait_us, error))
        return NULL;
    if (try->wait_us > 0) {
        mj_error_set(error, MJ_ERROR_BUSY,
                     "too many wrong passwords; try again in %" G_GINT64_FORMAT " s",
                     (try->wait_us + MJ_SECOND_US - 1) / MJ_SECOND_US);
        return NULL;
    }
    return try_login(cat, &account, try, error);
}

char *idx_login(IdxCatalogue *cat, const char *name, const char *password, int64_t now_us,
                int64_t *ret_wait_us, GError **error)
{
    IdxLoginTry try = {.name = name, .password = password, .now_us = now_us};
    char *cookie = idx_login_try(cat, &try, error);
    *ret_wait_us = try.wait_us;
    return cookie;
}

/* Nobody waits for this: when the catalogue is busy, the next request marks it. */
static bool mark_seen(IdxCatalogue *cat, const uint8_t digest[32], int64_t seen_us, int64_t idle_us,
                      int64_t now_us, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (now_us - seen_us < MIN(SEEN_EVERY_US, idle_us / 4))
        return true;
    idx_db_wait(cat, false);
    bool ok = idx_db_run(cat, SQL_SEEN, &local, "bii", (const void *)digest, (size_t)32, now_us,
                         (int64_t)IDLE_US);
    idx_db_wait(cat, true);
    if (ok || mj_error_is(local, MJ_ERROR_BUSY))
        return true;
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

IdxUser *idx_login_user_of(IdxCatalogue *cat, const char *cookie, bool by_itself, int64_t now_us,
                           GError **error)
{
    uint8_t digest[32];
    idx_seal_sha256(cookie, digest);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_GET, error, "bi", (const void *)digest, sizeof digest, now_us);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_DENIED, "not signed in, or signed out after a long pause");
    if (row <= 0)
        return NULL;
    g_autoptr(IdxUser) user = g_new0(IdxUser, 1);
    user->id = idx_db_int(q, 0);
    user->name = g_strdup(idx_db_text(q, 1));
    user->role = g_strdup(idx_db_text(q, 2));
    user->must_change = idx_db_int(q, 3) != 0;
    user->limited = idx_db_int(q, 4) != 0;
    int64_t seen_us = idx_db_int(q, 5), idle_us = idx_db_int(q, 6);
    g_clear_pointer(&q, idx_db_query_end); // a read that others overtook could not become a write
    bool quiet = by_itself && !idx_role_watches(user->role);
    return quiet || mark_seen(cat, digest, seen_us, idle_us, now_us, error) ? g_steal_pointer(&user)
                                                                            : NULL;
}

IdxUser *idx_login_user(IdxCatalogue *cat, const char *cookie, int64_t now_us, GError **error)
{
    return idx_login_user_of(cat, cookie, false, now_us, error);
}

bool idx_login_over(IdxCatalogue *cat, const char *cookie, int64_t now_us, IdxLoginOver *ret_over,
                    GError **error)
{
    uint8_t digest[32];
    idx_seal_sha256(cookie, digest);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_OVER, error, "bi", (const void *)digest, sizeof digest, now_us);
    int row = idx_db_step(cat, q, error);
    if (row >= 0)
        *ret_over = row == 0                ? IDX_LOGIN_ENDED
                    : idx_db_int(q, 0) != 0 ? IDX_LOGIN_IDLE
                                            : IDX_LOGIN_LONGEST;
    return row >= 0;
}

bool idx_logout(IdxCatalogue *cat, const char *cookie, GError **error)
{
    uint8_t digest[32];
    idx_seal_sha256(cookie, digest);
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_END, error, "b", (const void *)digest, sizeof digest) &&
              (idx_db_changes(cat) == 0 || idx_audit(cat, &(IdxAudit){.what = "logout"}, error));
    return idx_db_scope_end(cat, ok, error);
}

bool idx_logout_everywhere(IdxCatalogue *cat, const char *name, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_END_ALL, error, "t", name) &&
              idx_user_tell(cat, "logout", "user", name, "everywhere", "yes", error);
    return idx_db_scope_end(cat, ok, error);
}

GArray *idx_login_rules(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GArray) rules = g_array_new(FALSE, FALSE, sizeof(IdxLoginRule));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RULES, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxLoginRule rule = {.idle_us = idx_db_int(q, 1), .longest_us = idx_db_int(q, 2)};
        g_strlcpy(rule.role, idx_db_text(q, 0), sizeof rule.role);
        g_array_append_val(rules, rule);
    }
    return row == 0 ? g_steal_pointer(&rules) : NULL;
}

bool idx_login_rule_set(IdxCatalogue *cat, const IdxLoginRule *rule, GError **error)
{
    if (!idx_role_change("a login", NULL, rule->role, error))
        return false;
    if (rule->idle_us < MJ_MINUTE_US || rule->longest_us < rule->idle_us ||
        rule->longest_us > LONGEST_MAX_US)
        return mj_error_set(
            error, MJ_ERROR_INVALID,
            "a login lasts at least a minute without a request, in any case at least "
            "as long, and at most 7 days");
    if (!idx_db_scope_begin(cat, error))
        return false;
    g_autofree char *words =
        g_strdup_printf("%" PRId64 " min, at most %" PRId64 " min", rule->idle_us / MJ_MINUTE_US,
                        rule->longest_us / MJ_MINUTE_US);
    bool ok =
        idx_db_run(cat, SQL_RULE, error, "tii", rule->role, rule->idle_us, rule->longest_us) &&
        idx_user_tell(cat, "user.session", "role", rule->role, "lasts", words, error);
    return idx_db_scope_end(cat, ok, error);
}
