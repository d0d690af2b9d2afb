// SPDX-License-Identifier: GPL-3.0-or-later
/* The meetings of this process: what the capture socket asks of them (index/wire.h), a thread with a main
 * context that all peers live in, and the bounds.
 *
 * Requests
 *   {"do": "offer", "session", "leg", "camera", "stream_id", "as": "whip" | "whep", "who", "sdp"}
 *       → {"id", "sdp"}: the answer, and the name of the connection. whip: the party of the leg sends;
 *         whep: "who" (another leg's code) receives what the leg sends; 409 until it does
 *         "terminal": true = the leg's party is a room terminal (terminal.h), which offers nothing
 *   {"do": "candidates", "session", "leg", "id", "fragment"} → {}
 *   {"do": "hang_up", "session", "leg", "id"} → {}
 *   {"do": "end", "session"} → {}: all connections of the session are ended
 *   {"do": "legs", "session"} → {"legs": […]} (leg.h); without "session" of all.
 *         "terminals": [{"leg", "camera", "stream_id"}]: legs of the session whose parties are room terminals: those of
 *         them that are recorded here begin, if they have not; so they are there again after a restart as soon
 *         as a party asks
 * Who may is asked by the API, which alone knows the tokens.
 *
 * A viewer's connection lives in the process that records the leg it watches, so legs of one session may be
 * in different shards.
 *
 * Bounds: CAP_SEATS_MAX legs (seats.h), CAP_HUB_CONNECTIONS_MAX connections and
 * CAP_HUB_PENDING_MAX of them without an answer; the one too many gets MJ_ERROR_BUSY at once, and what runs
 * is not touched.
 *
 * What is not there yet, and where it is to go
 *   telling    parties ask GET …/party whether they are recorded; a channel that pushes it would be the
 *              page's WebSocket
 *   ICE        no restart: it is refused (422), offer anew. A network that silently drops a viewer is seen when DTLS or ICE fail, or
 *              when that viewer offers again */
#pragma once

#include "capture/live.h"
#include "capture/meet/ticket.h"
#include "capture/store.h"
#include "index/base/json.h"

#define CAP_HUB_CONNECTIONS_MAX 384
#define CAP_HUB_PENDING_MAX 16
#define CAP_HUB_TICK_MS 250

typedef struct CapHub CapHub;

typedef struct CapHubConfig { // copied
    const char *home;
    CapStore *store; // may be NULL, as in CapLegConfig
    CapLive *live;
} CapHubConfig;

CapHub *cap_hub_new(const CapHubConfig *config, GError **error);
/* Ends all meetings. NULL is allowed. */
void cap_hub_free(CapHub *hub);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapHub, cap_hub_free)

/* True if @what ("offer" …) is a request of the hub's. */
bool cap_hub_does(const char *what);
/* Any thread. @wake(@data) is called from the hub's thread when the answer is there. */
CapTicket *cap_hub_ask(CapHub *hub, json_t *request, void (*wake)(void *data), void *data);
