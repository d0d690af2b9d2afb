// SPDX-License-Identifier: GPL-3.0-or-later
/* The socket the API listens on. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* @address: "127.0.0.1:8787", "[::1]:8787", "localhost:0". Port 0 = any free one. Returns a
 * listening socket (caller closes) or -1; *ret_authority is what a browser writes:
 * "127.0.0.1:43501" (caller frees). */
int api_listen(const char *address, char **ret_authority, GError **error);

/* Whether only this machine reaches it: 127.0.0.0/8 or ::1. */
bool api_listen_is_local(int fd);
