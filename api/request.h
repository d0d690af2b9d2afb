// SPDX-License-Identifier: GPL-3.0-or-later
/* One HTTP request on its way from the network loop through a lane to its handler and back.
 *
 * The loop fills it while the request arrives, then hands it to one lane thread, then gets it back
 * with a reply: one owner at a time, no lock. */
#pragma once

#include "api/metrics.h"
#include "api/page.h"
#include "api/route.h"
#include "index/base/clock.h"
#include "index/base/log.h"
#include "index/catalogue.h"

#include <microhttpd.h>
#include <stdatomic.h>

typedef struct ApiAudit ApiAudit;
typedef struct ApiAuth ApiAuth;
typedef struct ApiClips ApiClips;
typedef struct ApiKnown ApiKnown;
typedef struct ApiLive ApiLive;
typedef struct ApiNote ApiNote;
typedef struct ApiServer ApiServer;
typedef struct IdxReason IdxReason;

/* What all requests share; immutable but for what the objects themselves guard. */
typedef struct ApiContext {
    const char *home;
    const MjClock *clock;
    ApiAuth *auth;
    ApiPage *page; // NULL: no web page
    ApiMetrics *metrics;
    ApiAudit *audit;
    ApiClips *clips;
    ApiLive *live; // NULL: no live pictures
    ApiLimit *limit;
    ApiKnown *known;
    int64_t started_us;
    bool secure; // spoken over TLS: cookies are marked so
} ApiContext;

typedef enum { API_NOBODY, API_USER, API_TOKEN } ApiIdentityKind;

typedef struct ApiIdentity {
    ApiIdentityKind kind;
    char *name;
    char *role;  // of a user
    char *scope; // of a token
    int64_t user_id;
    bool must_change; // the password, before anything else
    bool limited;     // to places, see index/account/scope.h
} ApiIdentity;

void api_identity_clear(ApiIdentity *identity); // to nobody
ApiIdentity api_identity_copy(const ApiIdentity *identity);

/* Headers we read, copied; each at most API_HEADER_MAX bytes. NULL if not sent. */
#define API_HEADER_MAX 4096
typedef struct ApiHeaders {
    char *accept, *authorization, *content_type, *cookie, *host, *if_none_match, *if_range, *origin,
        *range, *fetch_site;
    char *upgrade, *websocket_key, *websocket_version;
    char *reason, *case_no; // Mingjing-Reason, Mingjing-Case: why, percent-encoded UTF-8
    char *asked;            // Mingjing-Asked: "person" or "page", see auth.c
    char *page, *takes;     // Mingjing-Page, Mingjing-Take-Over: of who offers, see meeting.h
} ApiHeaders;

struct ApiRequest {
    ApiContext *context;
    MjLog log; // carries the id
    char id[20];
    char *method;
    ApiTarget target;
    const ApiRoute *route; // NULL: no such address
    const char *values[API_VALUES_MAX];
    ApiHeaders headers;
    ApiIdentity identity;
    const char
        *over; // why the login of its cookie is over, as Problem.over; NULL if it is not. Static
    bool token_unseen;  // its use is to be noted
    uint64_t forgotten; // see known.h
    char *address;      // the peer's, without port; NULL if it has none
    IdxReason *reason;  // that footage is looked at for; NULL if none was given. See look.h
    ApiNote *note;      // what the audit log is to be told, see audit/audit.h
    GByteArray *body;   // at most route->body_max
    bool body_ends;     // nothing comes behind what body holds

    /* Of a route that streams: the handler is called with each full body and with the last one. It takes
     * what body holds, keeps what it needs in stream, and replies when body_ends, or before to end it. */
    void *stream;
    GDestroyNotify stream_free;

    int64_t now_us;    // when it arrived
    IdxCatalogue *cat; // of the lane thread, while the handler runs; of the lane's mode

    int status;                 // 0 until there is a reply
    struct MHD_Response *reply; // owned
    char *problem;              // what it says is wrong; NULL if nothing

    // network loop only
    ApiServer *server;
    struct MHD_Connection *connection;
    bool too_long;  // the request line
    GError *broken; // why the request line could not be read
    bool begun;     // headers were looked at
    bool dispatched;
    atomic_bool in_lane; // a lane thread has it: body is not to be touched
    /* What the reader of the reply's body asked for last (api_server_later()), until the next; NULL: nothing yet. It runs
     * with later_data on a thread of later_lane, which owns the request meanwhile, or with NULL where there is no such
     * thread in time. Behind it the reader is asked again. */
    void (*later)(void *data, IdxCatalogue *cat);
    void *later_data;
    ApiLaneId later_lane;
    int64_t later_until_mono_us; // tries no more then
    GList later_link;            // of those that wait for a place in a lane
    int64_t body_bytes;          // thrown away after a refusal
    int64_t body_reserved;       // of the server's budget for bodies
    int64_t started_mono_us;
};

ApiRequest *api_request_new(ApiContext *context, const char *uri);
void api_request_free(ApiRequest *request);

/* The query's value, or NULL. */
const char *api_request_query(const ApiRequest *request, const char *name);

/* A moment in the query: RFC 3339, or what mj_time_parse takes. Required. */
bool api_request_time(const ApiRequest *request, const char *name, int64_t *ret_us, GError **error);

/* A whole number in the query within [min, max]; @fallback if it is not given. */
bool api_request_int(const ApiRequest *request, const char *name, int64_t min, int64_t max,
                     int64_t fallback, int64_t *ret_value, GError **error);

/* The cookie's name: over TLS one that only this host can have set (RFC 6265bis, "__Host-"). Static. */
const char *api_cookie_name(const ApiContext *context);

/* What sets it; @value NULL: what ends it. Caller frees. */
char *api_cookie_set(const ApiContext *context, const char *value);

/* The value of that cookie. Caller frees; NULL if there is none. A secret. */
char *api_request_cookie(const ApiRequest *request);

/* The token of "Authorization: Bearer …". Points into the header; NULL if there is none. A secret.
 */
const char *api_request_bearer(const ApiRequest *request);

/* True if the media type of @content_type, without its parameters, is @type. */
bool api_media_type_is(const char *content_type, const char *type);
