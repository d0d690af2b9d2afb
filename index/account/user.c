// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/user.h"

#include "index/account/role.h"
#include "index/account/scope.h"
#include "index/account/user_own.h"
#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/segment/seal.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <string.h>

#define PASSWORD_MIN 12
#define PASSWORD_MAX 256
#define HEX "0123456789abcdef"

static const char SQL_ADD[] =
    "INSERT INTO user (name, role, password, created_us, must_change) VALUES (?, ?, ?, ?, ?)";
#define ACCOUNT                                                                                    \
    "SELECT u.id, u.name, u.role, u.disabled_us IS NOT NULL, u.must_change, u.limited,"            \
    " EXISTS (SELECT 1 FROM user_totp t WHERE t.user_id = u.id AND t.confirmed_us IS NOT NULL),"   \
    " u.created_us, (SELECT max(l.seen_us) FROM login l WHERE l.user_id = u.id) FROM user u"
static const char SQL_LIST[] = ACCOUNT " ORDER BY u.name";
static const char SQL_GET[] = ACCOUNT " WHERE u.name = ?";
static const char SQL_SET_PASSWORD[] =
    "UPDATE user SET password = ?2, must_change = ?3 WHERE name = ?1";
static const char SQL_SET_DISABLED[] =
    "UPDATE user SET disabled_us = nullif(?2, 0) WHERE name = ?1";
static const char SQL_SET_ROLE[] = "UPDATE user SET role = ?2 WHERE name = ?1";
/* By the log, which forgets nothing. */
static const char SQL_ROLES_HAD[] =
    "SELECT DISTINCT detail ->> 'role' FROM audit INDEXED BY audit_what WHERE what IN ('user.add',"
    " 'user.role') AND object = ?1 COLLATE NOCASE AND object_kind = 'user' AND json_valid(detail)"
    " AND detail ->> 'role' IS NOT NULL ORDER BY 1";
static const char SQL_END_LOGINS[] =
    "DELETE FROM login WHERE user_id = (SELECT id FROM user WHERE name = ?)";
static const char SQL_END_OTHERS[] = "DELETE FROM login WHERE user_id = (SELECT id FROM user WHERE "
                                     "name = ?1) AND token_sha256 <> ?2";
static const char SQL_HASH[] = "SELECT password FROM user WHERE name = ?";
static const char SQL_SUCCEEDED[] = "DELETE FROM login_failure WHERE name_sha256 = ?";
static const char SQL_ADMINISTRATORS[] =
    "SELECT count(*) FROM user WHERE role = 'secadmin' AND disabled_us IS NULL AND name <> ?";

void idx_user_free(IdxUser *user)
{
    if (!user)
        return;
    g_free(user->name);
    g_free(user->role);
    g_free(user);
}

/* @n characters of @alphabet (at most 64), each equally likely. */
char *idx_user_random(const char *alphabet, size_t n, GError **error)
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
    return idx_user_random("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20, error);
}

char *idx_user_secret(GError **error)
{
    return idx_user_random(HEX, (size_t)2 * IDX_SECRET_BYTES, error);
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

bool idx_user_password_is(const char *password, const char *hash)
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
    size_t length = strlen(name);
    if (length == 0 || length > 64 || !mj_text_check("a user name", name, NULL) ||
        strpbrk(name, " /"))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "a user name has 1 to 64 bytes without blanks and \"/\"");
    return idx_role_change(name, NULL, role, error);
}

/* Turns a broken UNIQUE into MJ_ERROR_EXISTS. */
bool idx_user_or_exists(bool ok, GError *local, GError **error, const char *what, const char *name)
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
bool idx_user_tell(IdxCatalogue *cat, const char *what, const char *kind, const char *name,
                   const char *key, const char *value, GError **error)
{
    g_autoptr(json_t) detail = key ? json_pack("{s:s}", key, value) : NULL;
    return idx_audit(
        cat, &(IdxAudit){.what = what, .object_kind = kind, .object = name, .detail = detail},
        error);
}

static bool add(IdxCatalogue *cat, const char *name, const char *role, const char *password,
                bool given, int64_t now_us, GError **error)
{
    if (!idx_user_check(name, role, error) || !check_password(password, error))
        return false;
    g_autofree char *hash = hash_password(password, error);
    GError *local = NULL;
    if (!hash || !idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_ADD, &local, "tttii", name, role, hash, now_us, (int64_t)given);
    ok = idx_user_or_exists(ok, local, error, "user", name) &&
         idx_user_tell(cat, "user.add", "user", name, "role", role, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_user_add(IdxCatalogue *cat, const char *name, const char *role, const char *password,
                  int64_t now_us, GError **error)
{
    return add(cat, name, role, password, false, now_us, error);
}

bool idx_user_add_given(IdxCatalogue *cat, const char *name, const char *role, const char *password,
                        int64_t now_us, GError **error)
{
    return add(cat, name, role, password, true, now_us, error);
}

bool idx_user_changed(IdxCatalogue *cat, const char *what, const char *name, GError **error)
{
    return idx_db_changes(cat) > 0 ||
           mj_error_set(error, MJ_ERROR_NOT_FOUND, "no %s %s", what, name);
}

/* What failures are counted by. */
void idx_user_hash_name(const char *name, uint8_t digest[32])
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    idx_seal_sha256(lower, digest);
}

static bool forget_failures(IdxCatalogue *cat, const char *name, GError **error)
{
    uint8_t digest[32];
    idx_user_hash_name(name, digest);
    return idx_db_run(cat, SQL_SUCCEEDED, error, "b", (const void *)digest, sizeof digest);
}

/* @cookie: of the login that goes on; NULL: none. */
static bool set_password(IdxCatalogue *cat, const char *name, const char *password, bool given,
                         const char *cookie, GError **error)
{
    uint8_t digest[32] = {0};
    if (!check_password(password, error))
        return false;
    if (cookie)
        idx_seal_sha256(cookie, digest);
    g_autofree char *hash = hash_password(password, error);
    if (!hash || !idx_db_scope_begin(cat, error))
        return false;
    bool ok =
        idx_db_run(cat, SQL_SET_PASSWORD, error, "tti", name, hash, (int64_t)given) &&
        idx_user_changed(cat, "user", name, error) &&
        idx_db_run(cat, SQL_END_OTHERS, error, "tb", name, (const void *)digest, sizeof digest) &&
        forget_failures(cat, name, error) &&
        idx_user_tell(cat, "user.passwd", "user", name, NULL, NULL, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_user_set_password(IdxCatalogue *cat, const char *name, const char *password,
                           GError **error)
{
    return set_password(cat, name, password, false, NULL, error);
}

bool idx_user_give_password(IdxCatalogue *cat, const char *name, const char *password,
                            GError **error)
{
    return set_password(cat, name, password, true, NULL, error);
}

bool idx_user_check_password(IdxCatalogue *cat, const char *name, const char *password,
                             GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_HASH, error, "t", name);
    int row = idx_db_step(cat, q, error);
    g_autofree char *hash = row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
    g_clear_pointer(&q, idx_db_query_end);
    if (row < 0)
        return false;
    return (hash && idx_user_password_is(password, hash)) ||
           mj_error_set(error, MJ_ERROR_INVALID, "the password is wrong");
}

bool idx_user_change_password(IdxCatalogue *cat, const char *name, const char *old, const char *new,
                              const char *cookie, GError **error)
{
    if (!idx_user_check_password(cat, name, old, error))
        return false;
    if (g_str_equal(old, new))
        return mj_error_set(error, MJ_ERROR_INVALID, "the new password is the old one");
    return set_password(cat, name, new, false, cookie, error);
}

/* Somebody must be left who can make and mend accounts. */
static bool leaves_an_administrator(IdxCatalogue *cat, const char *name, GError **error)
{
    int64_t others = 0;
    g_autoptr(IdxUser) user = idx_user_get(cat, name, error);
    if (!user || !g_str_equal(user->role, "secadmin") || user->disabled)
        return user != NULL;
    return idx_db_get_int(cat, &others, SQL_ADMINISTRATORS, error, "t", name) &&
           (others > 0 ||
            mj_error_set(error, MJ_ERROR_CONFLICT, "%s is the last security administrator", name));
}

bool idx_user_set_disabled(IdxCatalogue *cat, const char *name, bool disabled, int64_t now_us,
                           GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok =
        (!disabled || leaves_an_administrator(cat, name, error)) &&
        idx_db_run(cat, SQL_SET_DISABLED, error, "ti", name, disabled ? now_us : INT64_C(0)) &&
        idx_user_changed(cat, "user", name, error) &&
        idx_db_run(cat, SQL_END_LOGINS, error, "t", name) &&
        idx_user_tell(cat, disabled ? "user.disable" : "user.enable", "user", name, NULL, NULL,
                      error);
    return idx_db_scope_end(cat, ok, error);
}

/* After what she is and after all that she ever was: by a role between the two nobody comes from the one to the other. */
static bool may_become(IdxCatalogue *cat, const IdxUser *user, const char *role, GError **error)
{
    if (!idx_role_change(user->name, user->role, role, error))
        return false;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ROLES_HAD, error, "t", user->name);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        if (!idx_role_change(user->name, idx_db_text(q, 0), role, error))
            return false;
    return row == 0;
}

bool idx_user_set_role(IdxCatalogue *cat, const char *name, const char *role, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    g_autoptr(IdxUser) user = idx_user_get(cat, name, error);
    bool ok = user && may_become(cat, user, role, error) &&
              (g_str_equal(role, "secadmin") || leaves_an_administrator(cat, name, error)) &&
              (!user->limited || idx_role_may(role, IDX_MAY_FIND) ||
               idx_scope_put(cat, name, (const char *const[]){NULL}, error)) &&
              idx_db_run(cat, SQL_SET_ROLE, error, "tt", name, role) &&
              idx_db_run(cat, SQL_END_LOGINS, error, "t", name) &&
              idx_user_tell(cat, "user.role", "user", user->name, "role", role, error);
    return idx_db_scope_end(cat, ok, error);
}

static IdxUser *read_user(IdxQuery *q)
{
    IdxUser *user = g_new0(IdxUser, 1);
    user->id = idx_db_int(q, 0);
    user->name = g_strdup(idx_db_text(q, 1));
    user->role = g_strdup(idx_db_text(q, 2));
    user->disabled = idx_db_int(q, 3) != 0;
    user->must_change = idx_db_int(q, 4) != 0;
    user->limited = idx_db_int(q, 5) != 0;
    user->second = idx_db_int(q, 6) != 0;
    user->created_us = idx_db_int(q, 7);
    user->seen_us = idx_db_int_or(q, 8, 0);
    return user;
}

IdxUser *idx_user_get(IdxCatalogue *cat, const char *name, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "t", name);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no user %.64s", name);
    return row > 0 ? read_user(q) : NULL;
}

GPtrArray *idx_user_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) users = g_ptr_array_new_with_free_func((GDestroyNotify)idx_user_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(users, read_user(q));
    return row == 0 ? g_steal_pointer(&users) : NULL;
}
