// SPDX-License-Identifier: GPL-3.0-or-later
/* A TURN server (coturn) on 127.0.0.1, for tests. */
#pragma once

#include <gio/gio.h>

typedef struct Turn {
    GSubprocess *process;
    char *told; // as ice.conf has it: "user:password@127.0.0.1:PORT"
} Turn;

/* NULL if it is not installed. Answers when it listens. */
Turn *turn_new(void);
void turn_free(Turn *turn); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Turn, turn_free)
