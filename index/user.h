// SPDX-License-Identifier: GPL-3.0-or-later
/* People who sign in, browsers that are signed in, and programs with a token.
 *
 * Passwords are stored with yescrypt (crypt(5)). Tokens and cookies are 256 random bits; only their
 * SHA-256 is stored. After IDX_LOGIN_FREE_TRIES wrong passwords an account waits 2^n seconds (at
 * most 15 minutes) before each further try. */
#pragma once

#include "index/catalogue.h"

#define IDX_LOGIN_FREE_TRIES 5
#define IDX_LOGIN_IDLE_US                                                                          \
    (INT64_C(12) * 3600 * 1000000) // signed out after so long without a request

typedef struct IdxUser {
    int64_t id;
    char *name;
    char *role; // "operator", "investigator", "supervisor", "auditor", "sysadmin", "secadmin"
    bool disabled;
} IdxUser;

void idx_user_free(IdxUser *user);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxUser, idx_user_free)

/* A random password of 20 letters and digits that cannot be mistaken for one another. Caller frees.
 */
char *idx_password_random(GError **error);

/* Whether an account may have that name and role, without making it. MJ_ERROR_INVALID. */
bool idx_user_check(const char *name, const char *role, GError **error);

/* @password at least 12 characters. MJ_ERROR_EXISTS, MJ_ERROR_INVALID. */
bool idx_user_add(IdxCatalogue *cat, const char *name, const char *role, const char *password,
                  int64_t now_us, GError **error);
bool idx_user_set_password(IdxCatalogue *cat, const char *name, const char *password,
                           GError **error);

/* Also ends every login of the user. */
bool idx_user_set_disabled(IdxCatalogue *cat, const char *name, bool disabled, int64_t now_us,
                           GError **error);
GPtrArray *idx_user_list(IdxCatalogue *cat, GError **error); // IdxUser *

/* Signs in: returns the cookie's value (a secret; caller frees). Slow on purpose (about 50 ms).
 * MJ_ERROR_DENIED: wrong name or password (which of the two is not said). MJ_ERROR_BUSY: too many
 * failures under this name, whether an account has it or not; *ret_wait_us is how long to wait, 0
 * otherwise. */
char *idx_login(IdxCatalogue *cat, const char *name, const char *password, int64_t now_us,
                int64_t *ret_wait_us, GError **error);

/* Whose cookie this is. MJ_ERROR_DENIED if nobody's, expired or disabled. Writes at most once a
 * minute (so @cat must be able to). */
IdxUser *idx_login_user(IdxCatalogue *cat, const char *cookie, int64_t now_us, GError **error);
bool idx_logout(IdxCatalogue *cat, const char *cookie, GError **error);

/* Makes a token (shown once; caller frees) with @scope "events" or "read". MJ_ERROR_EXISTS. */
char *idx_token_add(IdxCatalogue *cat, const char *name, const char *scope, int64_t now_us,
                    GError **error);
bool idx_token_revoke(IdxCatalogue *cat, const char *name, int64_t now_us, GError **error);

typedef struct IdxToken {
    char *name, *scope;
    int64_t created_us, revoked_us; // revoked_us: 0 while it may be used
} IdxToken;

/* All there ever were, by name. Element type IdxToken. */
GArray *idx_token_list(IdxCatalogue *cat, GError **error);

/* The scope ("events", "read") and name of a token. MJ_ERROR_DENIED if unknown or revoked. */
bool idx_token_check(IdxCatalogue *cat, const char *token, char **ret_scope, char **ret_name,
                     GError **error);
