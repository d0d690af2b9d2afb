// SPDX-License-Identifier: GPL-3.0-or-later
/* RTSP requests, as far as a camera must understand them (RFC 2326), and who may make them. Pure. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define REQUEST_MAX 8192 // bytes of head and body

typedef struct RtspRequest {
    char *method, *url;
    char *path;                                        // of the URL: "/cam3/track0"
    int cseq;                                          // -1 = none
    char *session, *transport, *authorization, *range; // NULL = not there
} RtspRequest;

typedef enum { REQUEST_PARTIAL, REQUEST_WHOLE, REQUEST_BAD } RequestParse;

/* Reads one request from the beginning of @data. If whole, *ret_used bytes are its own and *ret is to
 * be cleared. */
RequestParse rtsp_request_parse(const char *data, size_t size, RtspRequest *ret, size_t *ret_used);
void rtsp_request_clear(RtspRequest *request);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RtspRequest, rtsp_request_clear)

typedef struct RtspGuard {
    char *user, *password;
    bool basic; // instead of digest
} RtspGuard;

/* The WWW-Authenticate header's value. Caller frees. */
char *rtsp_guard_challenge(const RtspGuard *guard, const char *nonce);
bool rtsp_guard_admits(const RtspGuard *guard, const RtspRequest *request, const char *nonce);
