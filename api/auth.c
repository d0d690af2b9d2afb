// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/auth.h"

#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/account/login.h"
#include "index/account/token.h"
#include "index/base/error.h"
#include "index/meet/meet.h"
#include "index/meet/rate.h"
#include "index/meet/slot.h"

#include <inttypes.h>
#include <string.h>

#define SECRET_MAX 256 // characters of a token or cookie; ours are shorter

struct ApiAuth {
    GMutex token_lock; // guards tokens
    IdxCatalogue *tokens;
    GMutex login_lock;    // guards logins
    IdxCatalogue *logins; // may write: that a login was used
};

ApiAuth *api_auth_new(const char *home, GError **error)
{
    g_autoptr(ApiAuth) auth = g_new0(ApiAuth, 1);
    g_mutex_init(&auth->token_lock);
    g_mutex_init(&auth->login_lock);
    auth->logins = idx_catalogue_open(home, IDX_WRITE, error);
    auth->tokens = auth->logins != NULL ? idx_catalogue_open(home, IDX_READ, error) : NULL;
    return auth->tokens != NULL ? g_steal_pointer(&auth) : NULL;
}

void api_auth_free(ApiAuth *auth)
{
    if (auth == NULL)
        return;
    idx_catalogue_free(auth->tokens);
    idx_catalogue_free(auth->logins);
    g_mutex_clear(&auth->token_lock);
    g_mutex_clear(&auth->login_lock);
    g_free(auth);
}

static bool check_token(ApiAuth *auth, const char *token, int64_t now_us, ApiIdentity *identity,
                        bool *ret_unseen, GError **error)
{
    IdxTokenFound found = {0};
    if (strlen(token) > SECRET_MAX)
        return mj_error_set(error, MJ_ERROR_DENIED, "the token is not valid");
    g_mutex_lock(&auth->token_lock);
    bool ok = idx_token_check(auth->tokens, token, now_us, &found, error);
    g_mutex_unlock(&auth->token_lock);
    if (!ok)
        return false;
    *identity = (ApiIdentity){.kind = API_TOKEN, .name = found.name, .scope = found.scope};
    *ret_unseen = found.unseen;
    return true;
}

/* A join token, which is of one session and of nothing else. */
static bool check_join(ApiAuth *auth, const ApiRequest *request, const char *token,
                       ApiIdentity *identity, GError **error)
{
    if (token == NULL)
        return mj_error_set(error, MJ_ERROR_DENIED,
                            "this address wants 'Authorization: Bearer' with the token of a join "
                            "link");
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&auth->token_lock);
    g_autofree char *leg =
        idx_meet_who(auth->tokens, request->values[0], token, request->now_us, error);
    if (leg == NULL && idx_meet_was(auth->tokens, request->values[0], token)) {
        g_clear_error(error);
        return api_problem_set(error, API_PROBLEM_OVER, "the session of this join link is over");
    }
    if (leg == NULL)
        return false;
    *identity = (ApiIdentity){.kind = API_TOKEN,
                              .name = g_strdup_printf("%s/%s", request->values[0], leg),
                              .scope = g_strdup("join")};
    return true;
}

bool api_auth_rater(ApiRequest *request, GError **error)
{
    ApiAuth *auth = request->context->auth;
    const char *session = request->values[0];
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&auth->token_lock);
    g_autofree char *leg =
        idx_rate_who(auth->tokens, session, api_request_bearer(request), request->now_us, error);
    if (leg == NULL)
        return false;
    request->identity = (ApiIdentity){.kind = API_TOKEN,
                                      .name = g_strdup_printf("%s/%s", session, leg),
                                      .scope = g_strdup("join")};
    return true;
}

bool api_auth_slot_link(ApiRequest *request, GError **error)
{
    int64_t id = 0;
    ApiAuth *auth = request->context->auth;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&auth->token_lock);
    if (!api_slot_id(request, &id, NULL))
        id = 0; // of which there is no link either
    if (!idx_slot_check_link(auth->tokens, id, api_request_bearer(request), error))
        return false;
    request->identity = (ApiIdentity){
        .kind = API_TOKEN, .name = g_strdup_printf("slot/%" PRId64, id), .scope = g_strdup("slot")};
    return true;
}

/* Not in the network loop. */
static bool note_token(ApiAuth *auth, const ApiRequest *request, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&auth->login_lock);
    return idx_token_used(auth->logins, request->identity.name, request->now_us, error);
}

/* Under login_lock. Whoever reads it is told why; an error here is one more that is not. */
static const char *why_over(ApiAuth *auth, const char *cookie, int64_t now_us)
{
    static const char *const NAMES[] = {
        [IDX_LOGIN_ENDED] = "ended", [IDX_LOGIN_IDLE] = "idle", [IDX_LOGIN_LONGEST] = "longest"};
    IdxLoginOver over = IDX_LOGIN_ENDED;
    return idx_login_over(auth->logins, cookie, now_us, &over, NULL) ? NAMES[over] : NULL;
}

/* What the page asks by itself again and again is no sign of a person. It says which requests are; of those that say
 * nothing, what every open page asks is taken for it. */
static bool asked_by_itself(const ApiRequest *request)
{
    IdxPermit permit = request->route->permit;
    if (request->headers.asked != NULL && g_str_equal(request->headers.asked, "page"))
        return true;
    return (request->headers.asked == NULL || !g_str_equal(request->headers.asked, "person")) &&
           (permit == IDX_MAY_STATE || permit == IDX_MAY_LIVE);
}

static bool check_cookie(ApiAuth *auth, const char *cookie, ApiRequest *request, GError **error)
{
    ApiIdentity *identity = &request->identity;
    g_autoptr(GError) local = NULL;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&auth->login_lock);
    if (strlen(cookie) > SECRET_MAX)
        return mj_error_set(error, MJ_ERROR_DENIED, "you are not signed in");
    g_autoptr(IdxUser) user =
        idx_login_user_of(auth->logins, cookie, asked_by_itself(request), request->now_us, &local);
    if (user == NULL) {
        if (mj_error_is(local, MJ_ERROR_DENIED))
            request->over = why_over(auth, cookie, request->now_us);
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    identity->name = g_steal_pointer(&user->name);
    identity->role = g_steal_pointer(&user->role);
    identity->user_id = user->id;
    identity->must_change = user->must_change;
    identity->limited = user->limited;
    identity->kind = API_USER;
    return true;
}

static bool identify(ApiAuth *auth, ApiRequest *request, GError **error)
{
    const char *token = api_request_bearer(request);
    if (request->route->permit == IDX_MAY_JOIN)
        return check_join(auth, request, token, &request->identity, error);
    if (token != NULL)
        return check_token(auth, token, request->now_us, &request->identity, &request->token_unseen,
                           error);
    g_autofree char *cookie = api_request_cookie(request);
    if (cookie != NULL && request->route->permit != IDX_MAY_EVENTS)
        return check_cookie(auth, cookie, request, error);
    return mj_error_set(
        error, MJ_ERROR_DENIED,
        request->route->permit == IDX_MAY_EVENTS
            ? "this address wants 'Authorization: Bearer' with a token of scope events"
            : "you are not signed in");
}

static bool permitted(const ApiIdentity *identity, IdxPermit permit)
{
    switch (identity->kind) {
    case API_USER:
        return idx_role_may(identity->role, permit);
    case API_TOKEN:
        return idx_token_may(identity->scope, permit);
    case API_NOBODY:
        break;
    }
    return permit == IDX_MAY_ANYBODY;
}

bool api_auth_may(const ApiRequest *request, IdxPermit permit)
{
    return permitted(&request->identity, permit);
}

static bool check(const ApiRequest *request, GError **error)
{
    const ApiIdentity *who = &request->identity;
    if (!permitted(who, request->route->permit))
        return mj_error_set(
            error, MJ_ERROR_DENIED,
            "the %s '%s' may not do this: it takes the permission %s, which its %s %s has not",
            who->kind == API_TOKEN ? "token" : "account", who->name,
            idx_permit_name(request->route->permit), who->kind == API_TOKEN ? "scope" : "role",
            who->kind == API_TOKEN ? who->scope : who->role);
    if (who->must_change && !request->route->given)
        return api_problem_set(error, API_PROBLEM_PASSWORD,
                               "the password was given to you: change it first");
    return !(who->limited && request->route->whole) ||
           mj_error_set(error, MJ_ERROR_DENIED,
                        "the account '%s' is limited to some places, and this tells of all",
                        who->name);
}

bool api_auth_check(ApiAuth *auth, ApiRequest *request, GError **error)
{
    if (request->route->permit == IDX_MAY_ANYBODY)
        return true;
    if (request->identity.kind == API_NOBODY && !identify(auth, request, error))
        return false;
    bool in_lane = request->cat != NULL;
    if (in_lane && request->token_unseen && !note_token(auth, request, error))
        return false;
    request->token_unseen = request->token_unseen && !in_lane;
    return check(request, error);
}

/* Browsers of today say themselves whose page it is; those before say the page's address. */
bool api_auth_same_origin(const ApiRequest *request, GError **error)
{
    const char *origin = request->headers.origin, *site = request->headers.fetch_site;
    if (api_request_bearer(request) != NULL || (origin == NULL && site == NULL))
        return true;
    const char *authority = origin != NULL ? strstr(origin, "://") : NULL;
    bool own = origin == NULL || (authority != NULL && request->headers.host != NULL &&
                                  g_ascii_strcasecmp(authority + 3, request->headers.host) == 0);
    if (own && (site == NULL || g_str_equal(site, "same-origin")))
        return true;
    return mj_error_set(error, MJ_ERROR_DENIED, "the request comes from a page of another site");
}
