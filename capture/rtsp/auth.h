// SPDX-License-Identifier: GPL-3.0-or-later
/* How we prove who we are: Basic and Digest (RFC 7617, RFC 2617, RFC 7616).
 *
 * A camera may offer several ways; the strongest is taken: Digest with SHA-512/256, SHA-256, MD5,
 * and Basic, which shows the password to who listens, only where nothing else is offered. Digest
 * without qop is answered as RFC 2069 has it, since most cameras ask for that; of the rest,
 * qop=auth is used. auth-int would need the body of every request and nobody asks for it alone.
 *
 * Order: new → (take a challenge → answer, answer …) again for each challenge → free. One thread.
 * What it holds is a secret and wiped by free. */
#pragma once

#include <stdint.h>

#include "capture/rtsp/message.h"

#define CAP_RTSP_CHALLENGE_MAX_BYTES 4096 // of one header; a longer one is not looked at

typedef enum {
    CAP_RTSP_AUTH_NONE, // ordered by strength
    CAP_RTSP_AUTH_BASIC,
    CAP_RTSP_AUTH_MD5,
    CAP_RTSP_AUTH_SHA256,
    CAP_RTSP_AUTH_SHA512_256,
} CapRtspAuthKind;

typedef struct CapRtspAuth CapRtspAuth;

CapRtspAuth *cap_rtsp_auth_new(const char *user, const char *password);
void cap_rtsp_auth_free(CapRtspAuth *auth); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapRtspAuth, cap_rtsp_auth_free)

/* Takes the strongest of what the answer (401) asks for. False if it asks for nothing that we
 * understand; what was taken before stays in force then. */
bool cap_rtsp_auth_take(CapRtspAuth *auth, const CapRtspMessage *answer);

/* What was taken last. */
CapRtspAuthKind cap_rtsp_auth_kind(const CapRtspAuth *auth);

/* True if the last challenge said that the password was right and only its nonce too old. */
bool cap_rtsp_auth_is_stale(const CapRtspAuth *auth);

/* The value of an Authorization header for a request, each time another; NULL as long as nothing
 * was asked for. A secret (Basic). Caller frees. */
char *cap_rtsp_auth_answer(CapRtspAuth *auth, const char *method, const char *uri);

/* The response of Digest. @qop: "auth", or NULL for none (@nc and @cnonce are not looked at then).
 * @session: the algorithm's name ends with "-sess". Pure; caller frees. */
typedef struct CapRtspDigest {
    CapRtspAuthKind kind;
    bool session;
    const char *user, *realm, *password, *nonce, *qop, *nc, *cnonce, *method, *uri;
} CapRtspDigest;
char *cap_rtsp_auth_digest(const CapRtspDigest *digest);
