// SPDX-License-Identifier: GPL-3.0-or-later
/* Signing in: browsers that are, and how long they stay.
 *
 * A cookie is 256 random bits; only its SHA-256 is stored. After IDX_LOGIN_FREE_TRIES wrong passwords or codes a
 * name waits 2^n seconds (at most 15 minutes) before each further try, whether an account has it or not.
 * The wait is by name alone: it holds wherever the guesses come from, and the price is that anybody who reaches the
 * page can make a name wait, an administrator's too; whoever has the machine still has the command line.
 * Failures are forgotten after a day, and beyond IDX_LOGIN_NAMES_MAX names the oldest, looked at once a minute.
 *
 * A login ends after a pause without a request, and in any case after a longest time, both by role (table
 * login_rule: an operator watches the wall for a shift; who administers is signed out after half an hour). What
 * a page asks by itself, as the state every few seconds, is no sign of a person, but for roles that watch
 * (idx_role_watches). */
#pragma once

#include "index/account/user.h"

#define IDX_LOGIN_FREE_TRIES 5
#define IDX_LOGIN_NAMES_MAX 10000
#define IDX_LOGIN_TOLD_DAYS 7 // that it is over, and why

typedef struct IdxLoginTry {
    const char *name, *password;
    const char *code; // of the second factor, or a recovery code; NULL = not said
    int64_t now_us;
    int64_t wait_us; // out: how long this name waits; 0 if it does not
    bool wants_code; // out: all that is missing is the code
} IdxLoginTry;

/* Returns the cookie's value (a secret; caller frees). Slow on purpose (about 50 ms).
 * MJ_ERROR_DENIED: wrong name, password or code (which of them is not said), or the code is missing.
 * MJ_ERROR_BUSY: too many failures. */
char *idx_login_try(IdxCatalogue *cat, IdxLoginTry *try, GError **error);

/* The same without a code. */
char *idx_login(IdxCatalogue *cat, const char *name, const char *password, int64_t now_us,
                int64_t *ret_wait_us, GError **error);

/* Whose cookie this is. MJ_ERROR_DENIED if nobody's, expired or disabled. Writes at most once a
 * minute, or four times in the pause that is allowed (so @cat must be able to), and not at all with @by_itself: the page asked, nobody did. */
IdxUser *idx_login_user_of(IdxCatalogue *cat, const char *cookie, bool by_itself, int64_t now_us,
                           GError **error);
IdxUser *idx_login_user(IdxCatalogue *cat, const char *cookie, int64_t now_us, GError **error);

typedef enum IdxLoginOver {
    IDX_LOGIN_ENDED, // signed out elsewhere, by its owner or an administrator; or nobody's, or too long ago
    IDX_LOGIN_IDLE,    // after a pause
    IDX_LOGIN_LONGEST, // it had lasted its longest time
} IdxLoginOver;

/* Why a cookie that idx_login_user_of() does not know is over. */
bool idx_login_over(IdxCatalogue *cat, const char *cookie, int64_t now_us, IdxLoginOver *ret_over,
                    GError **error);

bool idx_logout(IdxCatalogue *cat, const char *cookie, GError **error);
/* Every browser of the account. */
bool idx_logout_everywhere(IdxCatalogue *cat, const char *name, GError **error);

typedef struct IdxLoginRule {
    char role[16];
    int64_t idle_us, longest_us;
} IdxLoginRule;

/* By role. Element type IdxLoginRule. */
GArray *idx_login_rules(IdxCatalogue *cat, GError **error);
/* For logins from now on. MJ_ERROR_INVALID: no such role; less than a minute; idle longer than longest;
 * longest above 7 days. */
bool idx_login_rule_set(IdxCatalogue *cat, const IdxLoginRule *rule, GError **error);
