// SPDX-License-Identifier: GPL-3.0-or-later
/* Replies. A handler answers only through these; each sets request->status and request->reply once.
 * Every reply carries the security headers; errors are problem details (RFC 9457). */
#pragma once

#include "api/request.h"
#include "index/base/json.h"

#define API_CACHE_NONE "no-store"
#define API_CACHE_CHECK "private, no-cache"
#define API_CACHE_FOREVER "private, max-age=31536000, immutable"

void api_reply_json(ApiRequest *request, int status, const json_t *json);
/* The same of text that is JSON; takes it. */
void api_reply_text(ApiRequest *request, int status, char *json);
void api_reply_empty(ApiRequest *request, int status);

/* @bytes: the reply holds its own reference. @cache: one of the above. @etag may be NULL. */
void api_reply_bytes(ApiRequest *request, int status, GBytes *bytes, const char *type,
                     const char *cache, const char *etag);

/* [first, first + length) of the file @fd, which the reply takes and closes: sent without copying.
 */
void api_reply_file(ApiRequest *request, int status, int fd, int64_t first, int64_t length,
                    const char *type, const char *cache, const char *etag);

/* Takes the reply back, so that there can be another one. */
void api_reply_discard(ApiRequest *request);

/* A body of unknown length, of which @read is asked piece by piece in the network loop: it must not take
 * long. @cls is freed with @free. */
void api_reply_stream(ApiRequest *request, int status, MHD_ContentReaderCallback read, void *cls,
                      void (*free)(void *cls), const char *type);

/* A body of @length bytes that @read gives piece by piece, as that of api_reply_stream(). */
void api_reply_read(ApiRequest *request, int status, int64_t length, MHD_ContentReaderCallback read,
                    void *cls, void (*free)(void *cls), const char *type, const char *etag);

/* The connection is no longer HTTP: @handler gets it, with the request as its con_cls. */
void api_reply_upgrade(ApiRequest *request, MHD_UpgradeHandler handler);

/* Adds a header to the reply that was made. */
void api_reply_header(ApiRequest *request, const char *name, const char *value);

/* A problem. @code is one of those in api/openapi.yaml. */
void api_reply_problem(ApiRequest *request, int status, const char *code, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* The problem that several things are called what was asked for, and which: @candidates, an array. */
void api_reply_several(ApiRequest *request, const GError *why, json_t *candidates);

/* The problem that something is not found, and whether those speak who would have told of it: @feed (index/event/feed.h). */
void api_reply_none(ApiRequest *request, const GError *why, json_t *feed);

/* What a program should understand and do something about; each with a code, and so a type, of its own. */
typedef enum {
    API_PROBLEM_REASON,   // 403 "reason": say why first
    API_PROBLEM_PASSWORD, // 403 "password": change the given one first
    API_PROBLEM_RESTART,  // 422 "restart": ICE is not restarted (RFC 9725 4.3.3)
    API_PROBLEM_CODING,   // 409 "coding": what is sent is not what is taken
    API_PROBLEM_OVER,     // 401 "over": the session of this join link is over, or its time is
    API_PROBLEM_TAKEN,    // 409 "taken": somebody else is in the meeting with this join link
    API_PROBLEM_SECOND,   // 401 "second": the code of the second factor is missing
    API_PROBLEMS,         // how many
} ApiProblem;

#define API_PROBLEM (api_problem_quark())
GQuark api_problem_quark(void);

/* Always false. */
bool api_problem_set(GError **error, ApiProblem which, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* 429 with Retry-After. */
void api_reply_wait(ApiRequest *request, int64_t seconds, const char *words);

/* The problem that @error is. What went wrong inside (5xx) goes to the log once, under the
 * request's id; the client gets the id. */
void api_reply_error(ApiRequest *request, const GError *error);

/* The status of an error: the one place that decides. @signed_in tells 401 from 403. */
int api_error_status(const GError *error, bool signed_in);

/* Problem.code: each is in the enum of api/openapi.yaml. */
const char *api_error_code(const GError *error);

/* When the audit log could not be told, so that nothing may be shown. */
void api_reply_untold(ApiRequest *request);
