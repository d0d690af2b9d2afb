// SPDX-License-Identifier: GPL-3.0-or-later
/* A room terminal 会议终端: a party of a meeting that speaks RTSP alone.
 *
 * It is a camera of the hall (index/meet/terminal.h), with a microphone, that we pull: H.264, with G.711, AAC or
 * without sound. The leg's own camera has the terminal's address, so its recorder opens it as any other: segments, gaps
 * and their reasons, damage, clocks, and coming back into the same leg are those of cameras. Here is the tap of
 * that recorder (tap.h) in the place of a party's connection: what is looked at from time to time, and what is
 * told of it. To each viewer it goes by a event/feed.h.
 *
 * What the terminal shows of the others is not our stream: RTSP has no way to call a terminal that nobody told to play
 * (one that plays would have to be configured for each session, with an address that changes with it), and RTSP
 * to a player in another network would go without ICE and DTLS, past all that keeps a meeting to its
 * parties. Beside it stands a screen with a browser, or a player that speaks WHEP, with the join link of the same leg:
 * it sends nothing and shows the others.
 *
 * Refused, in words: H.265, which browsers do not take from WebRTC, and H.264 with B-frames, whose order they do not
 * mend. A terminal that turns to these in mid-meeting goes on being recorded and is not relayed.
 *
 * All calls from the hub's thread. */
#pragma once

#include "capture/live.h"
#include "capture/meet/offer.h"

typedef struct CapTerminal CapTerminal;

CapTerminal *cap_terminal_new(CapLive *live, const char *camera);
void cap_terminal_free(CapTerminal *terminal); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapTerminal, cap_terminal_free)

/* What came since the last look. */
void cap_terminal_look(CapTerminal *terminal);

/* NULL as long as its recorder was not seen, or is no more. Owned by @terminal. */
CapLiveStream *cap_terminal_stream(const CapTerminal *terminal);
/* Pictures come. */
bool cap_terminal_is_here(const CapTerminal *terminal);
/* Why they do not, or cannot be relayed; NULL: they can. */
const char *cap_terminal_why(const CapTerminal *terminal);
/* It is not here any more, and not by accident: its leg, or its address, was ended. */
bool cap_terminal_left(const CapTerminal *terminal);
/* How viewers may take it; while it is here. */
CapOfferSent cap_terminal_sent(const CapTerminal *terminal);
/* {"video","audio"}: as libav calls them; audio may be "none". New reference. */
json_t *cap_terminal_json(const CapTerminal *terminal);
/* Pictures and pieces of sound since the beginning. */
int64_t cap_terminal_packets(const CapTerminal *terminal);
