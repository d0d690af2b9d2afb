// SPDX-License-Identifier: GPL-3.0-or-later
/* Accounts of people. Signing in: login.h; what a role may: role.h; limits to places: scope.h; second factors:
 * second.h.
 *
 * Passwords are stored with yescrypt (crypt(5)). One that somebody else chose or drew is `given`: whoever signs in
 * with it changes it before anything else. Every change leaves a row in the audit log and ends the logins that it
 * concerns. The last security administrator stays one. */
#pragma once

#include "index/catalogue.h"

typedef struct IdxUser {
    int64_t id;
    char *name;
    char *role; // see role.h
    bool disabled;
    bool must_change;            // the password was given
    bool limited;                // to places, see scope.h
    bool second;                 // has a second factor
    int64_t created_us, seen_us; // seen_us: of a login there is; 0 = none
} IdxUser;

void idx_user_free(IdxUser *user);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxUser, idx_user_free)

/* A random password of 20 letters and digits that cannot be mistaken for one another. Caller frees.
 */
char *idx_password_random(GError **error);

/* Whether an account may have that name and role, without making it. MJ_ERROR_INVALID. */
bool idx_user_check(const char *name, const char *role, GError **error);

/* @password at least 12 characters, chosen by whoever will use it; or given. MJ_ERROR_EXISTS,
 * MJ_ERROR_INVALID. */
bool idx_user_add(IdxCatalogue *cat, const char *name, const char *role, const char *password,
                  int64_t now_us, GError **error);
bool idx_user_add_given(IdxCatalogue *cat, const char *name, const char *role, const char *password,
                        int64_t now_us, GError **error);

/* All three end every login of the user, but for @cookie's. change: MJ_ERROR_INVALID if @old is wrong, or the
 * same. */
bool idx_user_set_password(IdxCatalogue *cat, const char *name, const char *password,
                           GError **error);
bool idx_user_give_password(IdxCatalogue *cat, const char *name, const char *password,
                            GError **error);
bool idx_user_change_password(IdxCatalogue *cat, const char *name, const char *old, const char *new,
                              const char *cookie, GError **error);

/* Whether that is the password: MJ_ERROR_INVALID "the password is wrong". Slow, as login.h. */
bool idx_user_check_password(IdxCatalogue *cat, const char *name, const char *password,
                             GError **error);

/* Both end every login of the user. MJ_ERROR_CONFLICT: nobody would be left to administer accounts.
 * MJ_ERROR_DENIED: as idx_role_change(). A limit to places goes with a role that has nothing to be limited. */
bool idx_user_set_disabled(IdxCatalogue *cat, const char *name, bool disabled, int64_t now_us,
                           GError **error);
bool idx_user_set_role(IdxCatalogue *cat, const char *name, const char *role, GError **error);

IdxUser *idx_user_get(IdxCatalogue *cat, const char *name, GError **error); // MJ_ERROR_NOT_FOUND
GPtrArray *idx_user_list(IdxCatalogue *cat, GError **error);                // IdxUser *, by name
