// SPDX-License-Identifier: GPL-3.0-or-later
/* A STUN server (RFC 8489 binding requests) on 127.0.0.1, for tests. It stands for a NAT as well: whoever asks is told
 * another address than its own, with the port that it asked from. */
#pragma once

#include <glib.h>

typedef struct Stun Stun;

/* @outside: "192.0.2.99"; NULL: it hears what it is asked, and never answers. */
Stun *stun_new(const char *outside);
void stun_free(Stun *stun); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stun, stun_free)

int stun_port(const Stun *stun);
int stun_asked(Stun *stun); // how often, so far
