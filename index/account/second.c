// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/second.h"

#include "index/account/totp.h"
#include "index/account/user.h"
#include "index/account/user_own.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/db.h"
#include "index/segment/seal.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <string.h>

#define CODE_LETTERS "abcdefghijkmnpqrstuvwxyz23456789" // 32 of them: 5 bits each
#define CODE_SIZE 16

static const char SQL_GET[] =
    "SELECT secret, last_step, confirmed_us IS NOT NULL FROM user_totp WHERE user_id = ?";
static const char SQL_PUT[] =
    "INSERT INTO user_totp (user_id, secret, last_step) VALUES (?1, ?2, 0)"
    " ON CONFLICT (user_id) DO UPDATE SET secret = ?2, last_step = 0";
static const char SQL_CONFIRM[] =
    "UPDATE user_totp SET confirmed_us = ?2 WHERE user_id = ?1 AND confirmed_us IS NULL";
static const char SQL_TAKE[] =
    "UPDATE user_totp SET last_step = ?2 WHERE user_id = ?1 AND last_step < ?2";
static const char SQL_ON[] =
    "SELECT count(*) FROM user_totp WHERE user_id = ? AND confirmed_us IS NOT NULL";
static const char SQL_REMOVE[] = "DELETE FROM user_totp WHERE user_id = ?";
static const char SQL_CODES_FORGET[] = "DELETE FROM recovery_code WHERE user_id = ?";
static const char SQL_CODE_ADD[] = "INSERT INTO recovery_code (user_id, code_sha256) VALUES (?, ?)";
static const char SQL_CODE_USE[] =
    "UPDATE recovery_code SET used_us = ?3 WHERE user_id = ?1 AND code_sha256 = ?2"
    " AND used_us IS NULL";

typedef struct Factor {
    uint8_t secret[IDX_TOTP_SECRET];
    int64_t last_step;
    bool there, confirmed;
} Factor;

static char *context_of(int64_t user_id)
{
    return g_strdup_printf("user/%" PRId64, user_id);
}

/* The secret is sealed as hex, since seals hold text. */
static bool open_secret(IdxCatalogue *cat, int64_t user_id, IdxQuery *q, Factor *factor,
                        GError **error)
{
    g_autofree char *context = context_of(user_id);
    g_autofree char *hex = idx_unseal_factor(cat->home, context, sqlite3_column_blob(q, 0),
                                             (size_t)sqlite3_column_bytes(q, 0), error);
    if (!hex)
        return false;
    bool whole = strlen(hex) == (size_t)2 * IDX_TOTP_SECRET;
    for (int i = 0; whole && i < IDX_TOTP_SECRET; i++)
        factor->secret[i] =
            (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    OPENSSL_cleanse(hex, strlen(hex));
    return whole ||
           mj_error_set(error, MJ_ERROR_CORRUPT, "the second factor of %s is damaged", context);
}

static bool load(IdxCatalogue *cat, int64_t user_id, Factor *factor, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "i", user_id);
    int row = idx_db_step(cat, q, error);
    *factor = (Factor){.there = row > 0};
    if (row <= 0)
        return row == 0;
    factor->last_step = idx_db_int(q, 1);
    factor->confirmed = idx_db_int(q, 2) != 0;
    return open_secret(cat, user_id, q, factor, error);
}

static GBytes *seal_secret(IdxCatalogue *cat, int64_t user_id, const uint8_t *secret,
                           GError **error)
{
    char hex[2 * IDX_TOTP_SECRET + 1];
    for (int i = 0; i < IDX_TOTP_SECRET; i++)
        g_snprintf(hex + 2 * i, 3, "%02x", secret[i]);
    g_autofree char *context = context_of(user_id);
    GBytes *sealed = idx_seal_factor(cat->home, context, hex, error);
    OPENSSL_cleanse(hex, sizeof hex);
    return sealed;
}

static bool put_secret(IdxCatalogue *cat, int64_t user_id, const uint8_t *secret, GError **error)
{
    g_autoptr(GBytes) sealed = seal_secret(cat, user_id, secret, error);
    gsize size = 0;
    const void *data = sealed ? g_bytes_get_data(sealed, &size) : NULL;
    return sealed && idx_db_run(cat, SQL_PUT, error, "ib", user_id, data, size);
}

bool idx_second_begin(IdxCatalogue *cat, const char *user, char **ret_secret, char **ret_uri,
                      GError **error)
{
    uint8_t secret[IDX_TOTP_SECRET];
    g_autoptr(IdxUser) account = idx_user_get(cat, user, error);
    if (!account)
        return false;
    if (account->second)
        return mj_error_set(error, MJ_ERROR_EXISTS, "%s has a second factor", account->name);
    // a home from before there were factors; a shared one: `mingjing keys`
    if (mj_home_is_own(cat->home) && !idx_seal_create_factor_key(cat->home, error))
        return false;
    if (!idx_seal_random(secret, sizeof secret, error) ||
        !put_secret(cat, account->id, secret, error))
        return false;
    *ret_secret = idx_base32(secret, sizeof secret);
    g_autofree char *issuer = g_strconcat("Mingjing ", cat->hall_code, NULL);
    *ret_uri = idx_totp_uri(issuer, account->name, *ret_secret);
    OPENSSL_cleanse(secret, sizeof secret);
    return true;
}

/* Blanks, lines and case are how people copy. */
static void hash_recovery(const char *code, uint8_t digest[32])
{
    g_autoptr(GString) plain = g_string_new(NULL);
    for (const char *at = code; *at && plain->len <= CODE_SIZE; at++)
        if (*at != '-' && *at != ' ')
            g_string_append_c(plain, g_ascii_tolower(*at));
    idx_seal_sha256(plain->str, digest);
}

static bool add_codes(IdxCatalogue *cat, int64_t user_id, GPtrArray *codes, GError **error)
{
    if (!idx_db_run(cat, SQL_CODES_FORGET, error, "i", user_id))
        return false;
    for (int i = 0; i < IDX_RECOVERY_CODES; i++) {
        uint8_t digest[32];
        g_autofree char *letters = idx_user_random(CODE_LETTERS, CODE_SIZE, error);
        if (!letters)
            return false;
        hash_recovery(letters, digest);
        if (!idx_db_run(cat, SQL_CODE_ADD, error, "ib", user_id, (const void *)digest,
                        sizeof digest))
            return false;
        g_ptr_array_add(codes, g_strdup_printf("%.4s-%.4s-%.4s-%.4s", letters, letters + 4,
                                               letters + 8, letters + 12));
    }
    return true;
}

/* A code of the factor, whether it is confirmed or not. */
static bool take_code(IdxCatalogue *cat, int64_t user_id, const char *code, int64_t now_us,
                      bool *ret_right, GError **error)
{
    uint32_t number = 0;
    Factor factor = {0};
    *ret_right = false;
    if (!load(cat, user_id, &factor, error))
        return false;
    int64_t step = factor.there && idx_totp_parse(code, &number)
                       ? idx_totp_step(factor.secret, number, now_us, factor.last_step)
                       : 0;
    OPENSSL_cleanse(factor.secret, sizeof factor.secret);
    if (step == 0)
        return true;
    if (!idx_db_run(cat, SQL_TAKE, error, "ii", user_id, step))
        return false;
    *ret_right = idx_db_changes(cat) > 0; // else somebody was quicker
    return true;
}

bool idx_second_check(IdxCatalogue *cat, int64_t user_id, const char *code, int64_t now_us,
                      bool *ret_right, GError **error)
{
    uint8_t digest[32];
    if (!take_code(cat, user_id, code, now_us, ret_right, error))
        return false;
    if (*ret_right)
        return true;
    hash_recovery(code, digest);
    if (!idx_db_run(cat, SQL_CODE_USE, error, "ibi", user_id, (const void *)digest, sizeof digest,
                    now_us))
        return false;
    *ret_right = idx_db_changes(cat) > 0;
    return true;
}

static bool confirm(IdxCatalogue *cat, const IdxUser *account, const char *code, int64_t now_us,
                    GPtrArray *codes, GError **error)
{
    bool right = false;
    if (account->second)
        return mj_error_set(error, MJ_ERROR_EXISTS, "%s has a second factor", account->name);
    if (!take_code(cat, account->id, code, now_us, &right, error))
        return false;
    if (!right)
        return mj_error_set(error, MJ_ERROR_INVALID, "code: not the one that is shown now");
    return idx_db_run(cat, SQL_CONFIRM, error, "ii", account->id, now_us) &&
           add_codes(cat, account->id, codes, error) &&
           idx_user_tell(cat, "user.second", "user", account->name, "second", "on", error);
}

bool idx_second_confirm(IdxCatalogue *cat, const char *user, const char *code, int64_t now_us,
                        GPtrArray **ret_codes, GError **error)
{
    g_autoptr(GPtrArray) codes = g_ptr_array_new_with_free_func(g_free);
    if (!idx_db_scope_begin(cat, error))
        return false;
    g_autoptr(IdxUser) account = idx_user_get(cat, user, error);
    bool ok = account && confirm(cat, account, code, now_us, codes, error);
    if (!idx_db_scope_end(cat, ok, error))
        return false;
    *ret_codes = g_steal_pointer(&codes);
    return true;
}

static bool forget(IdxCatalogue *cat, const IdxUser *account, GError **error)
{
    return (account->second ||
            mj_error_set(error, MJ_ERROR_NOT_FOUND, "%s has no second factor", account->name)) &&
           idx_db_run(cat, SQL_REMOVE, error, "i", account->id) &&
           idx_db_run(cat, SQL_CODES_FORGET, error, "i", account->id) &&
           idx_user_tell(cat, "user.second", "user", account->name, "second", "off", error);
}

bool idx_second_reset(IdxCatalogue *cat, const char *user, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    g_autoptr(IdxUser) account = idx_user_get(cat, user, error);
    bool ok = account && forget(cat, account, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_second_end(IdxCatalogue *cat, const char *user, const char *code, int64_t now_us,
                    GError **error)
{
    bool right = false;
    if (!idx_db_scope_begin(cat, error))
        return false;
    g_autoptr(IdxUser) account = idx_user_get(cat, user, error);
    bool ok = account && idx_second_check(cat, account->id, code, now_us, &right, error) &&
              (right || mj_error_set(error, MJ_ERROR_INVALID, "code: wrong")) &&
              forget(cat, account, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_second_is_on(IdxCatalogue *cat, int64_t user_id, bool *ret_on, GError **error)
{
    int64_t n = 0;
    bool ok = idx_db_get_int(cat, &n, SQL_ON, error, "i", user_id);
    *ret_on = n > 0;
    return ok;
}
