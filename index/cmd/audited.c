// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/cmd/audited.h"

#include "index/base/error.h"
#include "index/base/redact.h"

#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define SETTINGS "shows settings, no footage and nobody's case"

static const CmdAudited TABLE[] = {
    {"init", "catalogue.make", NULL, NULL},
    {"camera add", "camera.add", NULL, "camera"},
    {"camera set", "camera.change", NULL, "camera"},
    {"camera list", NULL, SETTINGS, NULL},
    {"camera show", NULL, SETTINGS, NULL},
    {"camera remove", "camera.remove", NULL, "camera"},
    {"place add", "place.add", NULL, "place"},
    {"place set", "place.rename", NULL, "place"},
    {"place renumber", "place.renumber", NULL, "place"},
    {"place list", NULL, SETTINGS, NULL},
    {"coverage add", "coverage.add", NULL, "place"},
    {"coverage end", "coverage.change", NULL, "place"},
    {"coverage remove", "coverage.remove", NULL, "place"},
    {"coverage list", NULL, SETTINGS, NULL},
    {"apply", "apply", NULL, "file"}, // what it changes is told one by one besides
    {"event add", "event.add", NULL, "file"},
    {"event import", "event.import", NULL, "file"},
    {"source list", NULL, SETTINGS, NULL},
    {"source clock", "source.clock", NULL, "source"},
    {"link", "link", NULL, NULL},
    {"find ticket", "find", NULL, "ticket"},
    {"find approval", "find", NULL, "approval"},
    {"find session", "find", NULL, "session"},
    {"find place", "find", NULL, "place"},
    {"find visits", "find", NULL, "place"},
    {"find staff", "find", NULL, "staff"},
    {"find business", "find", NULL, "business"},
    {"find matter", "find", NULL, "matter"},
    {"search", "find", NULL, "search"},
    {"timeline", "timeline", NULL, "camera"},
    {"clip", "clip", NULL, "camera"},
    {"verify", NULL, "compares the catalogue with the disk, and shows no footage", NULL},
    {"backup", NULL, "copies a file that whoever may run it can copy without us", NULL},
    {"rebuild", "catalogue.rebuild", NULL, NULL},
    {"hold add ticket", "hold.add", NULL, "ticket"},
    {"hold add approval", "hold.add", NULL, "approval"},
    {"hold add session", "hold.add", NULL, "session"},
    {"hold add camera", "hold.add", NULL, "camera"},
    {"hold list", "hold.list", NULL, NULL},
    {"hold release", "hold.release", NULL, "hold"},
    {"purge", "purge", NULL, NULL},
    {"retention rules set", "retention.set", NULL, "rule"},
    {"retention rules remove", "retention.remove", NULL, "rule"},
    {"retention rules list", NULL, SETTINGS, NULL},
    {"retention rules", NULL, SETTINGS, NULL},
    {"retention policy", "retention.policy", NULL, "volume"},
    {"retention report", NULL, SETTINGS, NULL},
    {"volume add", "volume.add", NULL, "volume"},
    {"volume list", NULL, SETTINGS, NULL},
    {"volume remove", "volume.remove", NULL, "volume"},
    {"user add", "user.add", NULL, "user"},
    {"user list", NULL, SETTINGS, NULL},
    {"user passwd", "user.passwd", NULL, "user"},
    {"user disable", "user.disable", NULL, "user"},
    {"user enable", "user.enable", NULL, "user"},
    {"user role", "user.role", NULL, "user"},
    {"user scope", "user.scope", NULL, "user"},
    {"user second-reset", "user.second", NULL, "user"},
    {"user logout", "logout", NULL, "user"},
    {"session list", NULL, SETTINGS, NULL},
    {"session set", "user.session", NULL, "role"},
    {"keys", "keys", NULL, NULL},
    {"token add", "token.add", NULL, "token"},
    {"token list", NULL, SETTINGS, NULL},
    {"token revoke", "token.revoke", NULL, "token"},
    {"alarm list", "alarm.list", NULL, NULL},
    {"alarm ack", "alarm.acknowledge", NULL, "alarm"},
    {"mark list", "mark.list", NULL, NULL},
    {"meeting add", "session.add", NULL, "session"},
    {"meeting list", NULL, SETTINGS, NULL},
    {"meeting token", "session.token", NULL, "session"},
    {"meeting end", "session.end", NULL, "session"},
    {"meeting slot add", "slot.add", NULL, NULL},
    {"meeting slot list", NULL, SETTINGS, NULL},
    {"meeting slot withdraw", "slot.withdraw", NULL, "slot"},
    {"meeting book", "session.book", NULL, "slot"},
    {"meeting notice set", "session.notice", NULL, "notice"},
    {"meeting notice list", NULL, SETTINGS, NULL},
    {"meeting cancel", "session.cancel", NULL, "session"},
    {"meeting move", "session.move", NULL, "session"},
    {"promise list", "promise.list", NULL, NULL},
    {"promise done", "promise.done", NULL, "promise"},
    {"webhook add", "webhook.add", NULL, "webhook"},
    {"webhook list", NULL, SETTINGS, NULL},
    {"webhook remove", "webhook.remove", NULL, "webhook"},
    {"audit list", "audit.read", NULL, NULL},
    {"audit verify", "audit.verify", NULL, NULL},
};

const CmdAudited *cmd_audited(const char *words)
{
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++)
        if (strcmp(TABLE[i].words, words) == 0)
            return &TABLE[i];
    return NULL;
}

// ── who calls ──

static char *user_name(uid_t user)
{
    const struct passwd *known = getpwuid(user);
    return known ? g_strdup(known->pw_name) : g_strdup_printf("%u", (unsigned)user);
}

/* Who signed in at the beginning of the session, which sudo does not change: the kernel keeps it. */
static char *login_name(uid_t user)
{
    g_autofree char *text = NULL;
    guint64 login = 0;
    if (!g_file_get_contents("/proc/self/loginuid", &text, NULL, NULL) ||
        !g_ascii_string_to_unsigned(g_strchomp(text), 10, 0, UINT32_MAX, &login, NULL) ||
        login == UINT32_MAX || login == user) // the highest one stands for nobody
        return NULL;
    g_autofree char *name = user_name((uid_t)login);
    return g_strdup_printf("login %s", name);
}

void cmd_actor_find(CmdContext *ctx)
{
    g_autofree char *name = user_name(getuid());
    ctx->who = g_strdup_printf("cli:%s", name);
    ctx->login = login_name(getuid());
}

void cmd_actor_clear(CmdContext *ctx)
{
    g_free(ctx->who);
    g_free(ctx->login);
}

void cmd_actor_set(const CmdContext *ctx, IdxCatalogue *cat)
{
    if (cat)
        idx_audit_actor(cat, &(IdxActor){.who = ctx->who,
                                         .role = IDX_AUDIT_CLI,
                                         .address = ctx->login,
                                         .reason = ctx->options.reason,
                                         .case_no = ctx->options.case_no});
}

// ── rows ──

bool cmd_audit(CmdContext *ctx, const IdxAudit *row, GError **error)
{
    g_autoptr(IdxCatalogue) own = NULL;
    if (!ctx->writes) {
        own = idx_catalogue_open(ctx->options.home, IDX_WRITE, error);
        cmd_actor_set(ctx, own);
    }
    IdxCatalogue *cat = ctx->writes ? ctx->cat : own;
    ctx->audited = cat && idx_audit(cat, row, error);
    if (!ctx->audited)
        g_prefix_error(error, "not done without its row in the audit log: ");
    return ctx->audited;
}

bool cmd_audit_end(CmdContext *ctx, const CmdAudited *audited, const GError *failure,
                   GError **error)
{
    bool changed = ctx->writes && idx_audit_written(ctx->cat) > 0;
    if (!audited->what || !ctx->cat || ctx->audited || (!failure && changed) ||
        mj_error_is(failure, MJ_ERROR_USAGE))
        return true;
    bool denied = mj_error_is(failure, MJ_ERROR_DENIED);
    g_autofree char *object =
        audited->object_kind && cmd_arg(ctx, 0) ? mj_redact(cmd_arg(ctx, 0)) : NULL;
    IdxAudit row = {.what = audited->what,
                    .object_kind = audited->object_kind,
                    .object = object, // a webhook's URL may have a key
                    .result = denied    ? IDX_AUDIT_DENIED
                              : failure ? IDX_AUDIT_FAILED
                                        : IDX_AUDIT_OK,
                    .words = failure ? failure->message : NULL};
    idx_rollback(ctx->cat);
    return cmd_audit(ctx, &row, error);
}
