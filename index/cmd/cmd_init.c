// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/cmd/audited.h"
#include "index/cmd/command.h"
#include "index/user.h"

#include <stdio.h>

bool cmd_init(CmdContext *ctx, GError **error)
{
    const CmdOptions *o = &ctx->options;
    if (!idx_user_check(o->admin, "sysadmin", error)) // before anything is made
        return false;
    if (!idx_catalogue_create(o->home, cmd_new_hall(o), cmd_new_hall_name(o), o->timezone, error))
        return false;
    ctx->cat = idx_catalogue_open(o->home, IDX_WRITE, error);
    ctx->writes = ctx->cat != NULL;
    cmd_actor_set(ctx, ctx->cat);
    g_autofree char *password = idx_password_random(error);
    if (!ctx->cat || !idx_user_add(ctx->cat, o->admin, "sysadmin", password, ctx->now_us, error))
        return false;
    if (o->json)
        cmd_print_json(
            json_pack("{s:s, s:s, s:s}", "home", o->home, "user", o->admin, "password", password));
    else
        printf("%s is ready.\n  user      %s\n  password  %s   (shown only now)\n", o->home,
               o->admin, password);
    return true;
}
