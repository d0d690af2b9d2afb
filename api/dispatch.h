// SPDX-License-Identifier: GPL-3.0-or-later
/* What every request goes through before and around its handler. For the server alone: what it calls does not call back. */
#pragma once

#include "api/request.h"

/* Largest body that is read although its request was refused already, so that the client gets to
 * read why instead of a broken connection. */
#define API_DRAIN_MAX (16 * 1024 * 1024)

/* When the headers are there, in the network loop: finds the route and checks all that can be known
 * before the body. A refused request has a reply afterwards. @content_length: -1 if unknown, 0 if
 * there is no body. */
void api_dispatch_headers(ApiRequest *request, int64_t content_length);

/* When all of it is there, in the network loop: true if the route could answer again what was decided a moment
 * ago. Else api_dispatch_run() has to. */
bool api_dispatch_again(ApiRequest *request);

/* When the body is there too, on a thread of the route's lane (or the loop for API_LANE_LOOP, with
 * @cat NULL): permission and handler. There is a reply afterwards, unless more of a body that streams is
 * to come. */
void api_dispatch_run(ApiRequest *request, IdxCatalogue *cat);

/* The reply when there is no room for the request now. */
void api_dispatch_busy(ApiRequest *request);
