// SPDX-License-Identifier: GPL-3.0-or-later
/* Files of footage that somebody was let look at a moment ago, and on what grounds: a player asks for a file part
 * by part, and the next part takes neither the catalogue nor a thread of a lane then.
 *
 * What was decided holds for API_KNOWN_US from when the request arrived that it was decided for, and for requests
 * that say the same alone: the same cookie or token, file, reason and case. So what takes effect elsewhere (the
 * command line disables an account or takes its places away, the purge removes a file) does so here within that
 * time; what is done over this API does at once, because whatever may change something makes all of it forgotten
 * before it is answered (api_known_forget()). What was decided before that and arrives late is not kept.
 *
 * Only files that grow no more. Each is held open; there are at most API_KNOWN_MAX. Any thread. */
#pragma once

#include "api/request.h"
#include "index/segment/segment.h"

#define API_KNOWN_US MJ_SECOND_US
#define API_KNOWN_MAX 512

typedef struct ApiKnown ApiKnown;

ApiKnown *api_known_new(void);
void api_known_free(ApiKnown *known);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiKnown, api_known_free)

/* Before it is asked who calls: what is forgotten from here on, this request cannot bring back. */
void api_known_begin(ApiRequest *request);

/* @request was let see @segment of @camera, whose file is @fd (not taken). */
void api_known_keep(ApiRequest *request, const IdxSegment *segment, const char *camera, int fd);

/* What of a file is needed to answer for it. */
typedef struct ApiKnownFile {
    int64_t id, bytes;
    int fd; // the caller's; -1: nothing is known
} ApiKnownFile;

/* If it is known that @request may: fills its identity, its reason and what the audit log is told of it. */
ApiKnownFile api_known_find(ApiRequest *request);

/* Takes back what api_known_find() filled; the request has to be asked about as any other then. */
void api_known_undo(ApiRequest *request);

void api_known_forget(ApiKnown *known);

/* About once a second: closes what is too old. */
void api_known_tick(ApiKnown *known, int64_t mono_us);
