// SPDX-License-Identifier: GPL-3.0-or-later
/* A bad network between a party and the server, on 127.0.0.1: a relay of UDP that the answer sends the party
 * to, and that throws away a share of what is media, both ways, and now and then everything. It cannot read what it
 * carries, but RTP's headers are open: it counts what is sent again (rtx) and what went through. Or a long way: all that
 * passes is kept for a while. */
#pragma once

#include <glib.h>

typedef struct Lossy Lossy;

Lossy *lossy_new(double loss); // 0 to 1
void lossy_free(Lossy *lossy); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lossy, lossy_free)

/* Each way takes so long. Before there is an answer. */
void lossy_delay(Lossy *lossy, int ms);

/* What the server gets: the offer without addresses. What the party gets: the answer with the relay's. Caller frees. */
char *lossy_offer(const char *offer);
char *lossy_answer(Lossy *lossy, const char *answer);

/* Nothing goes through for so long. */
void lossy_black_out(Lossy *lossy, int ms);
/* What the server asks for (RTCP) does not reach the party for so long. */
void lossy_deafen(Lossy *lossy, int ms);

typedef struct LossySeen { // RTP of pictures and sound
    int packets, dropped, again;
} LossySeen;
LossySeen lossy_seen(Lossy *lossy);
