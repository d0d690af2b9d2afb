// SPDX-License-Identifier: GPL-3.0-or-later
/* What people may do: the one table of roles × permissions (role.c), for the API, the page and the command.
 *
 * Each address of the API names one permission (api/routes.c); a role, or the scope of a token, has it or
 * has not. Three administrators are apart (GB/T 22239-2019 8.1.4): the system's cares for cameras and rules, the
 * security's for accounts and tokens, and the auditor reads the log. Nobody both administers and audits:
 * an account has one role, and idx_role_change() refuses to make an auditor of an administrator or the other
 * way round, since she would read, or be able to hide, what she did herself; idx_user_set_role() asks it of every role
 * that the account ever had.
 *
 * Pure. Any thread. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
    IDX_MAY_ANYBODY,       // nobody needs to be known
    IDX_MAY_SELF,          // everybody who is signed in: oneself, one's password, signing out
    IDX_MAY_STATE,         // cameras, places, what records, disks, figures
    IDX_MAY_LIVE,          // live pictures
    IDX_MAY_FIND,          // search, dossiers, timelines: no footage
    IDX_MAY_VIEW,          // recorded footage
    IDX_MAY_CLIP,          // take footage away as a file
    IDX_MAY_MARK,          // mark what is seen
    IDX_MAY_ALARM,         // acknowledge alarms
    IDX_MAY_HOLDS,         // see what is held
    IDX_MAY_HOLD,          // put a hold
    IDX_MAY_RELEASE,       // end one
    IDX_MAY_EVENTS,        // send events
    IDX_MAY_ADMIN_CAMERAS, // cameras, streams, volumes
    IDX_MAY_ADMIN_PLACES,  // places and coverage
    IDX_MAY_ADMIN_RULES,   // retention, links, what raises an alarm
    IDX_MAY_ADMIN_USERS,   // accounts: make, limit, disable, reset
    IDX_MAY_ADMIN_TOKENS,  // tokens of programs
    IDX_MAY_AUDIT,         // read the audit log
    IDX_MAY_LOOKS,         // see who looked at the footage of a subject before, and why
    IDX_MAY_SHARE,         // layouts of the wall for everybody
    IDX_MAY_SESSION,       // plan face-to-face sessions and end them
    IDX_MAY_JOIN,          // be a party of one: no person's and no program's, see meet/meet.h
    IDX_PERMITS,
} IdxPermit;

/* "view", "admin.users" …: as the API and the page call it. Static. */
const char *idx_permit_name(IdxPermit permit);
/* IDX_PERMITS if there is no such name. */
IdxPermit idx_permit_of(const char *name);

/* Whether @role ("operator" …) may; false for what is no role. Everybody may IDX_MAY_ANYBODY. */
bool idx_role_may(const char *role, IdxPermit permit);

/* Whether a token of @scope ("events", "read") may. */
bool idx_token_may(const char *scope, IdxPermit permit);

bool idx_role_is_known(const char *role);
/* All roles, NULL-ended; static. */
const char *const *idx_roles(void);

/* Whether an account of role @from (NULL: a new one) may become @to. MJ_ERROR_INVALID: no such role.
 * MJ_ERROR_DENIED: an administrator would audit herself. */
bool idx_role_change(const char *name, const char *from, const char *to, GError **error);

/* When somebody of the role says why before footage is shown (国务院令799号 art 16: 调用登记). */
typedef enum {
    IDX_REASON_NEVER, // who may not look anyway
    IDX_REASON_OLDER, // for what is older than IDX_REASON_FRESH_US: the live wall's "what was that just now"
    IDX_REASON_ALWAYS, // for all footage
} IdxReasonRule;

#define IDX_REASON_FRESH_US (INT64_C(15) * 60 * 1000000)

IdxReasonRule idx_role_reason(const char *role);

/* Whether a page that asks for the state now and then keeps its login: who watches the wall for a shift
 * touches nothing for hours. */
bool idx_role_watches(const char *role);
