// SPDX-License-Identifier: GPL-3.0-or-later
/* Codes of second factors: TOTP (RFC 6238) with SHA-1, 6 digits, 30 s, which is what every telephone's app
 * takes from a QR code. Pure. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define IDX_TOTP_SECRET 20 // bytes, as long as the hash (RFC 4226 section 4)
#define IDX_TOTP_STEP_US (INT64_C(30) * 1000000)
#define IDX_TOTP_DIGITS 6

/* The code of that step (time / IDX_TOTP_STEP_US). */
uint32_t idx_totp_code(const uint8_t secret[IDX_TOTP_SECRET], int64_t step);

/* Six digits, blanks between or around them left out. */
bool idx_totp_parse(const char *text, uint32_t *ret_code);

/* The step among @last + 1 … of the codes around now (one before, one ahead: clocks differ) whose code
 * @code is; 0 if none is. */
int64_t idx_totp_step(const uint8_t secret[IDX_TOTP_SECRET], uint32_t code, int64_t now_us,
                      int64_t last_step);

/* RFC 4648 base32 without padding. Caller frees. */
char *idx_base32(const uint8_t *data, size_t size);

/* What the QR code says: otpauth://totp/… Caller frees. */
char *idx_totp_uri(const char *issuer, const char *account, const char *secret_base32);
