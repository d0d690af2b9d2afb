// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/auth.h"

#include "index/base/error.h"
#include "index/user.h"

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

static bool check_token(ApiAuth *auth, const char *token, ApiIdentity *identity, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&auth->token_lock);
    if (strlen(token) > SECRET_MAX)
        return mj_error_set(error, MJ_ERROR_DENIED, "the token is not valid");
    if (!idx_token_check(auth->tokens, token, &identity->scope, &identity->name, error))
        return false;
    identity->kind = API_TOKEN;
    return true;
}

static bool check_cookie(ApiAuth *auth, const char *cookie, int64_t now_us, ApiIdentity *identity,
                         GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&auth->login_lock);
    if (strlen(cookie) > SECRET_MAX)
        return mj_error_set(error, MJ_ERROR_DENIED, "you are not signed in");
    g_autoptr(IdxUser) user = idx_login_user(auth->logins, cookie, now_us, error);
    if (user == NULL)
        return false;
    identity->name = g_steal_pointer(&user->name);
    identity->role = g_steal_pointer(&user->role);
    identity->kind = API_USER;
    return true;
}

static bool identify(ApiAuth *auth, ApiRequest *request, GError **error)
{
    const char *token = api_request_bearer(request);
    if (token != NULL)
        return check_token(auth, token, &request->identity, error);
    g_autofree char *cookie = api_request_cookie(request);
    if (cookie != NULL && request->route->permit != API_PERMIT_EVENTS)
        return check_cookie(auth, cookie, request->now_us, &request->identity, error);
    return mj_error_set(
        error, MJ_ERROR_DENIED,
        request->route->permit == API_PERMIT_EVENTS
            ? "this address wants 'Authorization: Bearer' with a token of scope events"
            : "you are not signed in");
}

static bool permitted(const ApiIdentity *identity, ApiPermit permit)
{
    switch (permit) {
    case API_PERMIT_NONE:
        return true;
    case API_PERMIT_USER:
        return identity->kind == API_USER;
    case API_PERMIT_READ:
        return identity->kind == API_USER ||
               (identity->kind == API_TOKEN && g_strcmp0(identity->scope, "read") == 0);
    case API_PERMIT_AUDIT:
        return identity->kind == API_USER && g_strcmp0(identity->role, "auditor") == 0;
    case API_PERMIT_EVENTS:
        return identity->kind == API_TOKEN && g_strcmp0(identity->scope, "events") == 0;
    }
    return false;
}

bool api_auth_check(ApiAuth *auth, ApiRequest *request, GError **error)
{
    ApiPermit permit = request->route->permit;
    if (permit == API_PERMIT_NONE)
        return true;
    if (request->identity.kind == API_NOBODY && !identify(auth, request, error))
        return false;
    if (permitted(&request->identity, permit))
        return true;
    return mj_error_set(error, MJ_ERROR_DENIED, "the %s '%s' may not do this",
                        request->identity.kind == API_TOKEN ? "token" : "account",
                        request->identity.name);
}

bool api_auth_same_origin(const ApiRequest *request, GError **error)
{
    const char *origin = request->headers.origin;
    if (origin == NULL || api_request_bearer(request) != NULL)
        return true;
    const char *authority = strstr(origin, "://");
    if (authority != NULL && request->headers.host != NULL &&
        g_ascii_strcasecmp(authority + 3, request->headers.host) == 0)
        return true;
    return mj_error_set(error, MJ_ERROR_DENIED, "the request comes from a page of another site");
}
