// SPDX-License-Identifier: GPL-3.0-or-later
/* Where what a party sends goes over to the recorder of its leg.
 *
 * A leg is a camera of kind "session" whose address is "webrtc:SESSION/LEG", so that everything that
 * cameras have is a leg's too: segments, gaps, damage, clocks, holds, retention. Its recorder opens
 * that address as any other (event/source.h) and waits in it for the party. Packets are those that the
 * party sent, decrypted, in order, none coded anew, and go over as a camera's do that speaks RTSP over
 * one connection: through a socket pair, into our own reader (capture/rtsp/reader.h), which knows about
 * lost packets, markers that lie and clocks. A recorder that takes nothing more fills the socket, and
 * what finds no room is lost to the recording alone, counted and marked as damage; the meeting never
 * waits for a disk.
 *
 *   hub's thread         cap_inlet_begin → … → cap_inlet_end, again and again
 *   streaming threads    cap_inlet_packet, cap_inlet_report, cap_inlet_path
 *   recorder's thread    cap_source_leg: open (waits for begin), read, close
 *
 * What the party's timestamps say is held against when packets come (pts_line.h, foreign): inside a file none of its
 * pictures is moved ahead of that by more than CAP_PTS_FOREIGN_US, nor behind by more than CAP_PTS_BEHIND_US, and
 * where files begin clock_map.h sees to it.
 *
 * What ends a run: cap_inlet_end(…, NULL) is a party that left ("ended"), any other text one that broke
 * off ("offline"), and none of its pictures for CAP_SOURCE_STALL_US is "stalled".
 *
 * The inlets of a process are found by name, since a source is given an address and nothing else.
 * Any thread but where said. */
#pragma once

#include "capture/source.h"

typedef struct CapInlet CapInlet;

/* The inlet of @leg ("SESSION/LEG"), made if it is not there: a reference for the caller. */
CapInlet *cap_inlet_get(const char *leg);
void cap_inlet_unref(CapInlet *inlet); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapInlet, cap_inlet_unref)

/* True while a recorder waits for the next party: it will have its first packet. */
bool cap_inlet_is_awaited(CapInlet *inlet);
/* True while a recorder reads; false between begin and its first look, and when it gave up. */
bool cap_inlet_is_read(CapInlet *inlet);
/* Packets that found no room. */
int64_t cap_inlet_dropped(CapInlet *inlet);

/* A party comes. @sdp tells picture and sound, in this order. */
void cap_inlet_begin(CapInlet *inlet, const char *sdp);
/* It is gone. @broken: how; NULL = it left. */
void cap_inlet_end(CapInlet *inlet, const char *broken);

/* An RTP packet of the picture, or of the sound. Never waits. */
void cap_inlet_packet(CapInlet *inlet, bool sound, const void *data, size_t size);
/* What the party sends is on its way for @path_us (packet.h); known again with each party. */
void cap_inlet_path(CapInlet *inlet, int64_t path_us);
/* As if the party's sender report said: RTP time @time of @ssrc was @ntp (64 bits, RFC 3550 4). */
void cap_inlet_report(CapInlet *inlet, bool sound, uint32_t ssrc, uint64_t ntp, uint32_t time);
