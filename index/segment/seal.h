// SPDX-License-Identifier: GPL-3.0-or-later
/* Secrets at rest: camera credentials under keys/camera.key (32 random bytes, 0600), which the recorder
 * alone reads, which seals for the others (link/link.h); second factors of accounts under web/totp.key, which mingjing-api reads;
 * secrets of webhooks under HOME/webhook.key (alarm/webhook.h).
 *
 * Sealed form: 0x01 | nonce (12) | tag (16) | ciphertext; ChaCha20-Poly1305 (RFC 8439) with the
 * camera and stream name as associated data, so that a row cannot be moved to another camera. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes the key if there is none, whole or not at all (base/make_file.h). MJ_ERROR_CORRUPT: what is there is no
 * key, and what to do. */
bool idx_seal_create_key(const char *home, GError **error);

/* @context: "camera/stream". */
GBytes *idx_seal(const char *home, const char *context, const char *secret, GError **error);

/* MJ_ERROR_CORRUPT if key, context or bytes do not fit. Caller frees. */
char *idx_unseal(const char *home, const char *context, const void *sealed, size_t size,
                 GError **error);

/* The same with another key, of 32 random bytes too; the first makes it, with @mode, if there is none. */
bool idx_seal_make_key(const char *path, unsigned mode, GError **error);
GBytes *idx_seal_by(const char *key_path, const char *context, const char *secret, GError **error);
char *idx_unseal_by(const char *key_path, const char *context, const void *sealed, size_t size,
                    GError **error);
/* The same with web/totp.key; @context: "user/ID". */
bool idx_seal_create_factor_key(const char *home, GError **error);
GBytes *idx_seal_factor(const char *home, const char *context, const char *secret, GError **error);
char *idx_unseal_factor(const char *home, const char *context, const void *sealed, size_t size,
                        GError **error);

/* From the kernel. */
bool idx_seal_random(void *buffer, size_t size, GError **error);

/* SHA-256 of @text into @digest (32 bytes). */
void idx_seal_sha256(const char *text, uint8_t digest[32]);
