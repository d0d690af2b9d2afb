// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/role.h"

#include "index/base/error.h"

#include <stdint.h>

#define MAY(permit) (1u << IDX_MAY_##permit)

static const char *const PERMITS[IDX_PERMITS] = {
    [IDX_MAY_ANYBODY] = "anybody",
    [IDX_MAY_SELF] = "self",
    [IDX_MAY_STATE] = "state",
    [IDX_MAY_LIVE] = "live",
    [IDX_MAY_FIND] = "find",
    [IDX_MAY_VIEW] = "view",
    [IDX_MAY_CLIP] = "clip",
    [IDX_MAY_MARK] = "mark",
    [IDX_MAY_ALARM] = "alarm",
    [IDX_MAY_HOLDS] = "holds",
    [IDX_MAY_HOLD] = "hold",
    [IDX_MAY_RELEASE] = "release",
    [IDX_MAY_EVENTS] = "events",
    [IDX_MAY_ADMIN_CAMERAS] = "admin.cameras",
    [IDX_MAY_ADMIN_PLACES] = "admin.places",
    [IDX_MAY_ADMIN_RULES] = "admin.rules",
    [IDX_MAY_ADMIN_USERS] = "admin.users",
    [IDX_MAY_ADMIN_TOKENS] = "admin.tokens",
    [IDX_MAY_AUDIT] = "audit",
    [IDX_MAY_LOOKS] = "looks",
    [IDX_MAY_SHARE] = "share",
    [IDX_MAY_SESSION] = "session",
    [IDX_MAY_JOIN] = "join",
};

#define PERSON (MAY(ANYBODY) | MAY(SELF) | MAY(STATE))
#define SEES (MAY(FIND) | MAY(VIEW) | MAY(HOLDS))

/* Who administers: the two that no auditor may be. */
typedef struct Role {
    const char *name;
    unsigned may;
    IdxReasonRule reason;
    bool watches, administers;
} Role;

// clang-format off
static const Role ROLES[] = {
    {"operator",     PERSON | SEES | MAY(LIVE) | MAY(MARK) | MAY(ALARM) | MAY(SESSION), IDX_REASON_OLDER, .watches = true},
    {"investigator", PERSON | SEES | MAY(LIVE) | MAY(MARK) | MAY(ALARM) | MAY(CLIP) | MAY(HOLD) | MAY(RELEASE) | MAY(LOOKS), IDX_REASON_ALWAYS},
    {"supervisor",   PERSON | SEES | MAY(LIVE) | MAY(MARK) | MAY(ALARM) | MAY(CLIP) | MAY(HOLD) | MAY(RELEASE) | MAY(LOOKS) | MAY(SESSION) | MAY(SHARE), IDX_REASON_ALWAYS},
    {"auditor",      PERSON | MAY(HOLDS) | MAY(AUDIT) | MAY(LOOKS), IDX_REASON_NEVER},
    {"sysadmin",     PERSON | MAY(LIVE) | MAY(ALARM) | MAY(ADMIN_CAMERAS) | MAY(ADMIN_PLACES) | MAY(ADMIN_RULES) | MAY(SHARE), IDX_REASON_NEVER, .administers = true},
    {"secadmin",     PERSON | MAY(ADMIN_USERS) | MAY(ADMIN_TOKENS), IDX_REASON_NEVER, .administers = true},
};
static const struct {
    const char *scope;
    unsigned may;
} SCOPES[] = {
    {"events", MAY(ANYBODY) | MAY(EVENTS)},
    {"join",   MAY(ANYBODY) | MAY(JOIN)}, // of one session, and made by it
    {"read",   MAY(ANYBODY) | MAY(STATE) | SEES | MAY(LIVE)},
};
// clang-format on

static const Role *find(const char *name)
{
    for (size_t i = 0; name && i < G_N_ELEMENTS(ROLES); i++)
        if (g_str_equal(ROLES[i].name, name))
            return &ROLES[i];
    return NULL;
}

const char *idx_permit_name(IdxPermit permit)
{
    return permit < IDX_PERMITS ? PERMITS[permit] : "";
}

IdxPermit idx_permit_of(const char *name)
{
    int permit = 0;
    while (permit < IDX_PERMITS && !g_str_equal(PERMITS[permit], name))
        permit++;
    return (IdxPermit)permit;
}

bool idx_role_may(const char *role, IdxPermit permit)
{
    const Role *found = find(role);
    return permit == IDX_MAY_ANYBODY || (found && (found->may & (1u << permit)) != 0);
}

bool idx_token_may(const char *scope, IdxPermit permit)
{
    for (size_t i = 0; scope && i < G_N_ELEMENTS(SCOPES); i++)
        if (g_str_equal(SCOPES[i].scope, scope))
            return (SCOPES[i].may & (1u << permit)) != 0;
    return permit == IDX_MAY_ANYBODY;
}

bool idx_role_is_known(const char *role)
{
    return find(role) != NULL;
}

const char *const *idx_roles(void)
{
    static const char *names[G_N_ELEMENTS(ROLES) + 1];
    static gsize once;
    if (g_once_init_enter(&once)) {
        for (size_t i = 0; i < G_N_ELEMENTS(ROLES); i++)
            names[i] = ROLES[i].name;
        g_once_init_leave(&once, 1);
    }
    return names;
}

bool idx_role_change(const char *name, const char *from, const char *to, GError **error)
{
    const Role *old = find(from), *new = find(to);
    if (!new) {
        g_autofree char *list = g_strjoinv(", ", (char **)(uintptr_t)idx_roles());
        return mj_error_set(error, MJ_ERROR_INVALID, "the role \"%s\" is none of: %s", to, list);
    }
    bool audits = g_str_equal(to, "auditor"), audited = old && g_str_equal(from, "auditor");
    if (!old || (!(audits && old->administers) && !(audited && new->administers)))
        return true;
    return mj_error_set(error, MJ_ERROR_DENIED,
                        "nobody both administers and audits: %s is or was %s and cannot become %s; "
                        "disable the account and make another one",
                        name, from, to);
}

IdxReasonRule idx_role_reason(const char *role)
{
    const Role *found = find(role);
    return found ? found->reason : IDX_REASON_NEVER;
}

bool idx_role_watches(const char *role)
{
    const Role *found = find(role);
    return found && found->watches;
}
