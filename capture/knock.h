// SPDX-License-Identifier: GPL-3.0-or-later
/* Is anybody there? A connection to where a camera should be, closed again without a word.
 *
 * It costs the camera next to nothing, needs no password, and gives up early: while a cable is
 * out the kernel repeats its call after 1, 3, 7 seconds only, and who waits for that comes late.
 * What somebody answers there can be looked at too, without a password. Any thread. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#define CAP_KNOCK_S 1 // before it gives up; GIO counts in seconds

/* True for addresses that can be knocked at: rtsp:// and rtsps://. */
bool cap_knock_can(const char *url);

/* @address: a URL without credentials. False with MJ_ERROR_IO, in words for people, if nobody takes
 * the connection within @seconds; MJ_ERROR_CANCELLED. */
bool cap_knock(const char *address, unsigned seconds, GCancellable *cancel, GError **error);

/* Why a camera that did not answer as one did so: asks it what it can (OPTIONS). Always sets @error
 * and returns false. rtsp:// alone.
 *   MJ_ERROR_IO       nobody is there, or now it answers well
 *   MJ_ERROR_TIMEOUT  it takes the connection and says nothing
 *   MJ_ERROR_INVALID  what it says is not RTSP, or it hangs up without a word */
bool cap_knock_ask(const char *address, unsigned seconds, GCancellable *cancel, GError **error);

/* What is answered there to who has no password: the kinds of media, or what is wrong, in words that
 * are alike as long as the answer is. rtsp:// alone. NULL: cancelled. Caller frees. */
char *cap_knock_look(const char *address, GCancellable *cancel);
