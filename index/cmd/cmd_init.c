// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/user.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/cmd/audited.h"
#include "index/cmd/command.h"
#include "index/purge/ballast.h"
#include "index/tls_cert.h"

#include <stdio.h>
#include <sys/stat.h>

#define SECURITY                                                                                   \
    "security" // the account that makes accounts; see account/role.h why it is another one

/* A catalogue beside footage that it knows nothing of would be taken for the whole truth: nothing would be known of what
 * was held and linked, and all of it might go. */
static bool check_lost(const char *home, GError **error)
{
    g_autofree char *path = mj_home_catalogue(home);
    struct stat about = {0};
    bool there = stat(path, &about) == 0 && about.st_size > 0;
    return there || !mj_home_has_footage(home) ||
           mj_error_set(
               error, MJ_ERROR_EXISTS,
               "%s has footage, and the catalogue of it is gone; run: mingjing rebuild --home "
               "%s (to begin with nothing, move %s/footage away first)",
               home, home, home);
}

/* Takes turns with the password of a new account in *ret. */
static bool add(CmdContext *ctx, const char *name, const char *role, char **ret, GError **error)
{
    *ret = idx_password_random(error);
    return *ret && idx_user_add_given(ctx->cat, name, role, *ret, ctx->now_us, error);
}

static void say(const CmdOptions *o, const char *password, const char *security)
{
    if (o->json)
        cmd_print_json(json_pack("{s:s, s:s, s:s, s:{s:s, s:s}}", "home", o->home, "user", o->admin,
                                 "password", password, "security", "user", SECURITY, "password",
                                 security));
    else
        printf(
            "%s is ready. These passwords are shown only now, and changed at the first sign-in:\n"
            "  cameras and rules   user  %-12s password  %s\n"
            "  accounts, tokens    user  %-12s password  %s\n",
            o->home, o->admin, password, SECURITY, security);
}

bool cmd_init(CmdContext *ctx, GError **error)
{
    const CmdOptions *o = &ctx->options;
    g_autofree char *password = NULL;
    g_autofree char *security = NULL;
    if (!idx_user_check(o->admin, "sysadmin", error)) // before anything is made
        return false;
    if (g_ascii_strcasecmp(o->admin, SECURITY) == 0)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "%s is who makes accounts: call the first administrator otherwise",
                            SECURITY);
    if (!check_lost(o->home, error))
        return false;
    if (!idx_catalogue_create(o->home, cmd_new_hall(o), cmd_new_hall_name(o), o->timezone, error))
        return false;
    ctx->cat = idx_catalogue_open(o->home, IDX_WRITE, error);
    ctx->writes = ctx->cat != NULL;
    cmd_actor_set(ctx, ctx->cat);
    if (!ctx->cat || !idx_tls_cert_create(o->home, NULL, error) ||
        !add(ctx, SECURITY, "secadmin", &security, error) ||
        !add(ctx, o->admin, "sysadmin", &password, error))
        return false;
    say(o, password, security);
    idx_ballast_keep(o->home);
    return true;
}
