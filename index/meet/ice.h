// SPDX-License-Identifier: GPL-3.0-or-later
/* How parties of a meeting and we find each other: HOME/ice.conf, one thing a line, "#" begins a remark.
 * Without the file our own addresses are all there is, which does on one network.
 *
 *   stun HOST:PORT                         tells who is behind NAT the address it has outside
 *   turn USER:PASSWORD@HOST:PORT [tcp]     relays for who cannot be reached; several lines are several
 *   address 192.0.2.7                      ours, instead of every address of this machine; several lines
 *   ports 40000-40100                      UDP ports of ours, for a firewall
 *
 * The file holds a password: it is to be readable by the services alone (0640). Both read it with each
 * offer, so that a change counts from the next one on. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define IDX_ICE_BYTES_MAX 16384
#define IDX_ICE_SERVERS_MAX 8

typedef struct IdxIce {
    char *stun;             // "stun://HOST:PORT"; NULL = none
    GPtrArray *turn;        // char *: "turn://USER:PASSWORD@HOST:PORT?transport=tcp"
    GPtrArray *addresses;   // char *
    int port_min, port_max; // 0 = any
} IdxIce;

/* MJ_ERROR_INVALID names the line. Caller frees. */
IdxIce *idx_ice_parse(const char *text, GError **error);
/* Of @home; without servers if there is no such file. */
IdxIce *idx_ice_read(const char *home, GError **error);
void idx_ice_free(IdxIce *ice);
IdxIce *idx_ice_copy(const IdxIce *ice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxIce, idx_ice_free)

/* The values of Link headers that tell a party of it (RFC 9725 4.6). Element type char *. */
GPtrArray *idx_ice_links(const IdxIce *ice);
