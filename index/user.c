// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/user.h"

#include "index/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/seal.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <string.h>

#define PASSWORD_MIN 12
#define PASSWORD_MAX 256
#define LOCK_MAX_US (15 * MJ_MINUTE_US)
#define SEEN_EVERY_US MJ_MINUTE_US
#define TOKEN_BYTES 32
#define FORGET_US MJ_DAY_US // failures older than this count no more
#define HEX "0123456789abcdef"

static const char SQL_ADD[] = "INSERT INTO user (name, role, password, created_us)"
                              " VALUES (?, ?, ?, ?)";
static const char SQL_LIST[] =
    "SELECT id, name, role, disabled_us IS NOT NULL FROM user ORDER BY name";
static const char SQL_SET_PASSWORD[] = "UPDATE user SET password = ?2 WHERE name = ?1";
static const char SQL_SET_DISABLED[] =
    "UPDATE user SET disabled_us = nullif(?2, 0) WHERE name = ?1";
static const char SQL_END_LOGINS[] =
    "DELETE FROM login WHERE user_id = (SELECT id FROM user WHERE name = ?)";
static const char SQL_CREDENTIALS[] =
    "SELECT id, password, disabled_us IS NOT NULL, name, role FROM user WHERE name = ?";
static const char SQL_FAILURES[] =
    "SELECT failures, failed_us FROM login_failure WHERE name_sha256 = ?";
static const char SQL_FAILED[] =
    "INSERT INTO login_failure (name_sha256, failures, failed_us) VALUES (?1, 1, ?2)"
    " ON CONFLICT (name_sha256) DO UPDATE SET failures = failures + 1, failed_us = ?2";
static const char SQL_FORGET[] = "DELETE FROM login_failure WHERE failed_us < ?";
static const char SQL_SUCCEEDED[] = "DELETE FROM login_failure WHERE name_sha256 = ?";
static const char SQL_LOGIN_ADD[] =
    "INSERT INTO login (token_sha256, user_id, created_us, seen_us, expires_us)"
    " VALUES (?1, ?2, ?3, ?3, ?4)";
static const char SQL_LOGIN_GET[] =
    "SELECT u.id, u.name, u.role, l.seen_us FROM login l JOIN user u ON u.id = l.user_id"
    " WHERE l.token_sha256 = ? AND l.expires_us > ? AND u.disabled_us IS NULL";
static const char SQL_LOGIN_SEEN[] =
    "UPDATE login SET seen_us = ?2, expires_us = ?3 WHERE token_sha256 = ?1";
static const char SQL_LOGIN_END[] = "DELETE FROM login WHERE token_sha256 = ?";
static const char SQL_LOGIN_CLEAN[] = "DELETE FROM login WHERE expires_us <= ?";
static const char SQL_TOKEN_ADD[] =
    "INSERT INTO api_token (name, token_sha256, scope, created_us) VALUES (?, ?, ?, ?)";
static const char SQL_TOKEN_REVOKE[] =
    "UPDATE api_token SET revoked_us = ?2 WHERE name = ?1 AND revoked_us IS NULL";
static const char SQL_TOKEN_LIST[] =
    "SELECT name, scope, created_us, coalesce(revoked_us, 0) FROM api_token ORDER BY name";
static const char SQL_TOKEN_GET[] =
    "SELECT scope, name FROM api_token WHERE token_sha256 = ? AND revoked_us IS NULL";

void idx_user_free(IdxUser *user)
{
    if (!user)
        return;
    g_free(user->name);
    g_free(user->role);
    g_free(user);
}

/* @n characters of @alphabet (at most 64), each equally likely. */
static char *random_text(const char *alphabet, size_t n, GError **error)
{
    size_t size = strlen(alphabet);
    g_autofree char *text = g_malloc0(n + 1);
    for (size_t i = 0; i < n;) {
        uint8_t byte = 0;
        if (!idx_seal_random(&byte, 1, error))
            return NULL;
        if ((byte & 63) < size) // no modulo: that would favour the first letters
            text[i++] = alphabet[byte & 63];
    }
    return g_steal_pointer(&text);
}

char *idx_password_random(GError **error)
{
    return random_text("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20, error);
}

static char *hash_password(const char *password, GError **error)
{
    struct crypt_data data = {0};
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    bool ok = crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof setting) &&
              crypt_r(password, setting, &data) && data.output[0] == '$';
    char *hash = ok ? g_strdup(data.output) : NULL;
    OPENSSL_cleanse(&data, sizeof data);
    if (!ok)
        mj_error_set(error, MJ_ERROR_FAILED, "the system cannot hash a password with yescrypt");
    return hash;
}

static bool is_right(const char *password, const char *hash)
{
    struct crypt_data data = {0};
    bool right = crypt_r(password, hash, &data) && strlen(data.output) == strlen(hash) &&
                 CRYPTO_memcmp(data.output, hash, strlen(hash)) == 0;
    OPENSSL_cleanse(&data, sizeof data);
    return right;
}

static bool check_password(const char *password, GError **error)
{
    size_t length = strlen(password);
    return (length >= PASSWORD_MIN && length <= PASSWORD_MAX) ||
           mj_error_set(error, MJ_ERROR_INVALID, "a password has %d to %d characters", PASSWORD_MIN,
                        PASSWORD_MAX);
}

bool idx_user_check(const char *name, const char *role, GError **error)
{
    static const char *const ROLES[] = {"operator", "investigator", "supervisor", "auditor",
                                        "sysadmin", "secadmin",     NULL};
    size_t length = strlen(name);
    if (length == 0 || length > 64 || !mj_text_check("a user name", name, NULL) ||
        strpbrk(name, " /"))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "a user name has 1 to 64 bytes without blanks and \"/\"");
    if (g_strv_contains(ROLES, role))
        return true;
    g_autofree char *list = g_strjoinv(", ", (char **)ROLES);
    return mj_error_set(error, MJ_ERROR_INVALID, "the role \"%s\" is none of: %s", role, list);
}

/* Turns a broken UNIQUE into MJ_ERROR_EXISTS. */
static bool or_exists(bool ok, GError *local, GError **error, const char *what, const char *name)
{
    g_autoptr(GError) owned = local;
    if (ok)
        return true;
    if (mj_error_is(owned, MJ_ERROR_CONFLICT))
        return mj_error_set(error, MJ_ERROR_EXISTS, "%s %s is there already", what, name);
    g_propagate_error(error, g_steal_pointer(&owned));
    return false;
}

/* What became of an account or a token. */
static bool tell(IdxCatalogue *cat, const char *what, const char *kind, const char *name,
                 const char *key, const char *value, GError **error)
{
    g_autoptr(json_t) detail = key ? json_pack("{s:s}", key, value) : NULL;
    return idx_audit(
        cat, &(IdxAudit){.what = what, .object_kind = kind, .object = name, .detail = detail},
        error);
}

bool idx_user_add(IdxCatalogue *cat, const char *name, const char *role, const char *password,
                  int64_t now_us, GError **error)
{
    if (!idx_user_check(name, role, error) || !check_password(password, error))
        return false;
    g_autofree char *hash = hash_password(password, error);
    GError *local = NULL;
    if (!hash || !idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_ADD, &local, "ttti", name, role, hash, now_us);
    ok = or_exists(ok, local, error, "user", name) &&
         tell(cat, "user.add", "user", name, "role", role, error);
    return idx_db_scope_end(cat, ok, error);
}

static bool must_have_changed(IdxCatalogue *cat, const char *what, const char *name, GError **error)
{
    return idx_db_changes(cat) > 0 ||
           mj_error_set(error, MJ_ERROR_NOT_FOUND, "no %s %s", what, name);
}

/* What failures are counted by. */
static void hash_name(const char *name, uint8_t digest[32])
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    idx_seal_sha256(lower, digest);
}

static bool forget_failures(IdxCatalogue *cat, const char *name, GError **error)
{
    uint8_t digest[32];
    hash_name(name, digest);
    return idx_db_run(cat, SQL_SUCCEEDED, error, "b", (const void *)digest, sizeof digest);
}

bool idx_user_set_password(IdxCatalogue *cat, const char *name, const char *password,
                           GError **error)
{
    if (!check_password(password, error))
        return false;
    g_autofree char *hash = hash_password(password, error);
    if (!hash || !idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_SET_PASSWORD, error, "tt", name, hash) &&
              must_have_changed(cat, "user", name, error) &&
              idx_db_run(cat, SQL_END_LOGINS, error, "t", name) &&
              forget_failures(cat, name, error) &&
              tell(cat, "user.passwd", "user", name, NULL, NULL, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_user_set_disabled(IdxCatalogue *cat, const char *name, bool disabled, int64_t now_us,
                           GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok =
        idx_db_run(cat, SQL_SET_DISABLED, error, "ti", name, disabled ? now_us : INT64_C(0)) &&
        must_have_changed(cat, "user", name, error) &&
        idx_db_run(cat, SQL_END_LOGINS, error, "t", name) &&
        tell(cat, disabled ? "user.disable" : "user.enable", "user", name, NULL, NULL, error);
    return idx_db_scope_end(cat, ok, error);
}

GPtrArray *idx_user_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) users = g_ptr_array_new_with_free_func((GDestroyNotify)idx_user_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxUser *user = g_new0(IdxUser, 1);
        user->id = idx_db_int(q, 0);
        user->name = g_strdup(idx_db_text(q, 1));
        user->role = g_strdup(idx_db_text(q, 2));
        user->disabled = idx_db_int(q, 3) != 0;
        g_ptr_array_add(users, user);
    }
    return row == 0 ? g_steal_pointer(&users) : NULL;
}

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
    hash_name(name, account->name_sha256);
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

/* A name that nobody has is not told of: it may be a password, and there is no end to them. */
static bool note_failure(IdxCatalogue *cat, const Account *account, int64_t now_us, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_FORGET, error, "i", now_us - FORGET_US) &&
              idx_db_run(cat, SQL_FAILED, error, "bi", (const void *)account->name_sha256,
                         (size_t)32, now_us) &&
              (!account->name ||
               tell_login(cat, account, IDX_AUDIT_DENIED,
                          account->disabled ? "disabled account" : "wrong password", error));
    return idx_db_scope_end(cat, ok, error);
}

/* Makes the browser's secret and stores its hash. */
static char *begin_login(IdxCatalogue *cat, const Account *account, int64_t now_us, GError **error)
{
    g_autofree char *cookie = random_text(HEX, 2 * TOKEN_BYTES, error);
    uint8_t digest[32];
    if (!cookie)
        return NULL;
    idx_seal_sha256(cookie, digest);
    if (!idx_db_scope_begin(cat, error))
        return NULL;
    bool ok = idx_db_run(cat, SQL_SUCCEEDED, error, "b", (const void *)account->name_sha256,
                         (size_t)32) &&
              idx_db_run(cat, SQL_LOGIN_CLEAN, error, "i", now_us) &&
              idx_db_run(cat, SQL_LOGIN_ADD, error, "biii", (const void *)digest, sizeof digest,
                         account->id, now_us, now_us + IDX_LOGIN_IDLE_US) &&
              tell_login(cat, account, IDX_AUDIT_OK, NULL, error);
    return idx_db_scope_end(cat, ok, error) ? g_steal_pointer(&cookie) : NULL;
}

char *idx_login(IdxCatalogue *cat, const char *name, const char *password, int64_t now_us,
                int64_t *ret_wait_us, GError **error)
{
    /* A hash of no password, so that an unknown name costs as much time as a known one. */
    static const char NOBODY[] =
        "$y$j9T$fng9BwFsEdTI6SJ4W4s.W.$y67pUxBTjPRjG3BGF5BeIlxz3HgD49RM9fAtbSRrFO2";
    g_auto(Account) account = {0};
    if (!load_account(cat, name, &account, error) ||
        !find_wait(cat, &account, now_us, ret_wait_us, error))
        return NULL;
    if (*ret_wait_us > 0) {
        mj_error_set(error, MJ_ERROR_BUSY,
                     "too many wrong passwords; try again in %" G_GINT64_FORMAT " s",
                     (*ret_wait_us + MJ_SECOND_US - 1) / MJ_SECOND_US);
        return NULL;
    }
    bool right = is_right(password, account.hash ? account.hash : NOBODY);
    if (right && account.hash && !account.disabled)
        return begin_login(cat, &account, now_us, error);
    if (note_failure(cat, &account, now_us, error))
        mj_error_set(error, MJ_ERROR_DENIED, "wrong name or password");
    return NULL;
}

/* Nobody waits for this: when the catalogue is busy, the next request marks it. */
static bool mark_seen(IdxCatalogue *cat, const uint8_t digest[32], int64_t seen_us, int64_t now_us,
                      GError **error)
{
    g_autoptr(GError) local = NULL;
    if (now_us - seen_us < SEEN_EVERY_US)
        return true;
    idx_db_wait(cat, false);
    bool ok = idx_db_run(cat, SQL_LOGIN_SEEN, &local, "bii", (const void *)digest, (size_t)32,
                         now_us, now_us + IDX_LOGIN_IDLE_US);
    idx_db_wait(cat, true);
    if (ok || mj_error_is(local, MJ_ERROR_BUSY))
        return true;
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

IdxUser *idx_login_user(IdxCatalogue *cat, const char *cookie, int64_t now_us, GError **error)
{
    uint8_t digest[32];
    idx_seal_sha256(cookie, digest);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_LOGIN_GET, error, "bi", (const void *)digest, sizeof digest, now_us);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_DENIED, "not signed in, or signed out after a long pause");
    if (row <= 0)
        return NULL;
    g_autoptr(IdxUser) user = g_new0(IdxUser, 1);
    user->id = idx_db_int(q, 0);
    user->name = g_strdup(idx_db_text(q, 1));
    user->role = g_strdup(idx_db_text(q, 2));
    int64_t seen_us = idx_db_int(q, 3);
    g_clear_pointer(&q, idx_db_query_end); // a read that others overtook could not become a write
    return mark_seen(cat, digest, seen_us, now_us, error) ? g_steal_pointer(&user) : NULL;
}

bool idx_logout(IdxCatalogue *cat, const char *cookie, GError **error)
{
    uint8_t digest[32];
    idx_seal_sha256(cookie, digest);
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_LOGIN_END, error, "b", (const void *)digest, sizeof digest) &&
              (idx_db_changes(cat) == 0 || idx_audit(cat, &(IdxAudit){.what = "logout"}, error));
    return idx_db_scope_end(cat, ok, error);
}

char *idx_token_add(IdxCatalogue *cat, const char *name, const char *scope, int64_t now_us,
                    GError **error)
{
    static const char *const SCOPES[] = {"events", "read", NULL};
    if (strlen(name) > 64 || !mj_text_check("a token's name", name, NULL) ||
        !g_strv_contains(SCOPES, scope)) {
        mj_error_set(error, MJ_ERROR_INVALID,
                     "a token has a name of 1 to 64 bytes and the scope events or read");
        return NULL;
    }
    g_autofree char *token = random_text(HEX, 2 * TOKEN_BYTES, error);
    uint8_t digest[32];
    if (!token)
        return NULL;
    idx_seal_sha256(token, digest);
    GError *local = NULL;
    if (!idx_db_scope_begin(cat, error))
        return NULL;
    bool ok = idx_db_run(cat, SQL_TOKEN_ADD, &local, "tbti", name, (const void *)digest,
                         sizeof digest, scope, now_us);
    ok = or_exists(ok, local, error, "token", name) &&
         tell(cat, "token.add", "token", name, "scope", scope, error);
    return idx_db_scope_end(cat, ok, error) ? g_steal_pointer(&token) : NULL;
}

bool idx_token_revoke(IdxCatalogue *cat, const char *name, int64_t now_us, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_TOKEN_REVOKE, error, "ti", name, now_us) &&
              must_have_changed(cat, "token", name, error) &&
              tell(cat, "token.revoke", "token", name, NULL, NULL, error);
    return idx_db_scope_end(cat, ok, error);
}

static void clear_token(gpointer data)
{
    IdxToken *token = data;
    g_free(token->name);
    g_free(token->scope);
}

GArray *idx_token_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GArray) tokens = g_array_new(FALSE, FALSE, sizeof(IdxToken));
    g_array_set_clear_func(tokens, clear_token);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_TOKEN_LIST, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxToken token = {.name = g_strdup(idx_db_text(q, 0)),
                          .scope = g_strdup(idx_db_text(q, 1)),
                          .created_us = idx_db_int(q, 2),
                          .revoked_us = idx_db_int(q, 3)};
        g_array_append_val(tokens, token);
    }
    return row == 0 ? g_steal_pointer(&tokens) : NULL;
}

bool idx_token_check(IdxCatalogue *cat, const char *token, char **ret_scope, char **ret_name,
                     GError **error)
{
    uint8_t digest[32];
    idx_seal_sha256(token, digest);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_TOKEN_GET, error, "b", (const void *)digest, sizeof digest);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        return mj_error_set(error, MJ_ERROR_DENIED, "the token is not known, or was revoked");
    if (row < 0)
        return false;
    *ret_scope = g_strdup(idx_db_text(q, 0));
    *ret_name = g_strdup(idx_db_text(q, 1));
    return true;
}
