// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/token.h"

#include "index/account/user_own.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/segment/seal.h"

#include <string.h>

#define USED_EVERY_US (5 * MJ_MINUTE_US)

static const char SQL_ADD[] =
    "INSERT INTO api_token (name, token_sha256, scope, created_us, expires_us)"
    " VALUES (?, ?, ?, ?, nullif(?, 0))";
static const char SQL_REVOKE[] =
    "UPDATE api_token SET revoked_us = ?2 WHERE name = ?1 AND revoked_us IS NULL";
static const char SQL_LIST[] =
    "SELECT name, scope, created_us, coalesce(revoked_us, 0), coalesce(used_us, 0),"
    " coalesce(expires_us, 0) FROM api_token ORDER BY name";
static const char SQL_GET[] =
    "SELECT scope, name, coalesce(used_us, 0) FROM api_token WHERE token_sha256 = ?1"
    " AND revoked_us IS NULL AND coalesce(expires_us, ?2 + 1) > ?2";
static const char SQL_USED[] = "UPDATE api_token SET used_us = ?2 WHERE name = ?1";

char *idx_token_add(IdxCatalogue *cat, const char *name, const char *scope, int64_t now_us,
                    GError **error)
{
    return idx_token_add_until(cat, name, scope, 0, now_us, error);
}

static bool check(const char *name, const char *scope, int64_t expires_us, int64_t now_us,
                  GError **error)
{
    static const char *const SCOPES[] = {"events", "read", NULL};
    if (strlen(name) > 64 || !mj_text_check("a token's name", name, NULL) || strchr(name, '/') ||
        !g_strv_contains(SCOPES, scope))
        return mj_error_set(
            error, MJ_ERROR_INVALID,
            "a token has a name of 1 to 64 bytes without \"/\" and the scope events "
            "or read");
    return expires_us == 0 || expires_us > now_us ||
           mj_error_set(error, MJ_ERROR_INVALID, "the token would end before it begins");
}

char *idx_token_add_until(IdxCatalogue *cat, const char *name, const char *scope,
                          int64_t expires_us, int64_t now_us, GError **error)
{
    if (!check(name, scope, expires_us, now_us, error))
        return NULL;
    g_autofree char *token = idx_user_secret(error);
    uint8_t digest[32];
    if (!token)
        return NULL;
    idx_seal_sha256(token, digest);
    GError *local = NULL;
    if (!idx_db_scope_begin(cat, error))
        return NULL;
    bool ok = idx_db_run(cat, SQL_ADD, &local, "tbtii", name, (const void *)digest, sizeof digest,
                         scope, now_us, expires_us);
    ok = idx_user_or_exists(ok, local, error, "token", name) &&
         idx_user_tell(cat, "token.add", "token", name, "scope", scope, error);
    return idx_db_scope_end(cat, ok, error) ? g_steal_pointer(&token) : NULL;
}

bool idx_token_revoke(IdxCatalogue *cat, const char *name, int64_t now_us, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_REVOKE, error, "ti", name, now_us) &&
              idx_user_changed(cat, "token", name, error) &&
              idx_user_tell(cat, "token.revoke", "token", name, NULL, NULL, error);
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
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxToken token = {.name = g_strdup(idx_db_text(q, 0)),
                          .scope = g_strdup(idx_db_text(q, 1)),
                          .created_us = idx_db_int(q, 2),
                          .revoked_us = idx_db_int(q, 3),
                          .used_us = idx_db_int(q, 4),
                          .expires_us = idx_db_int(q, 5)};
        g_array_append_val(tokens, token);
    }
    return row == 0 ? g_steal_pointer(&tokens) : NULL;
}

void idx_token_found_clear(IdxTokenFound *found)
{
    g_clear_pointer(&found->scope, g_free);
    g_clear_pointer(&found->name, g_free);
}

bool idx_token_check(IdxCatalogue *cat, const char *token, int64_t now_us, IdxTokenFound *ret,
                     GError **error)
{
    uint8_t digest[32];
    idx_seal_sha256(token, digest);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_GET, error, "bi", (const void *)digest, sizeof digest, now_us);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        return mj_error_set(error, MJ_ERROR_DENIED,
                            "the token is not known, or was revoked, or has expired");
    if (row < 0)
        return false;
    *ret = (IdxTokenFound){g_strdup(idx_db_text(q, 0)), g_strdup(idx_db_text(q, 1)),
                           now_us - idx_db_int(q, 2) >= USED_EVERY_US};
    return true;
}

bool idx_token_used(IdxCatalogue *cat, const char *name, int64_t now_us, GError **error)
{
    g_autoptr(GError) local = NULL;
    idx_db_wait(cat, false);
    bool ok = idx_db_run(cat, SQL_USED, &local, "ti", name, now_us);
    idx_db_wait(cat, true);
    if (ok || mj_error_is(local, MJ_ERROR_BUSY))
        return true;
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}
