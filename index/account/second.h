// SPDX-License-Identifier: GPL-3.0-or-later
/* Second factors of accounts: a TOTP secret (totp.h), sealed with web/totp.key, and recovery codes of which
 * only the SHA-256 is stored (80 random bits each: nothing is gained by guessing).
 *
 *   begin → (the telephone reads the secret) → confirm with a first code → it is asked for at every sign-in
 *
 * A code is taken once. Each recovery code is taken once, instead of a code. */
#pragma once

#include "index/catalogue.h"

#define IDX_RECOVERY_CODES 8

/* Makes a secret, in place of one that was not confirmed. *ret_secret: base32, *ret_uri: for a QR code;
 * caller frees both, they are shown now and never again. MJ_ERROR_EXISTS: the account has a factor. */
bool idx_second_begin(IdxCatalogue *cat, const char *user, char **ret_secret, char **ret_uri,
                      GError **error);

/* *ret_codes: recovery codes ("abcd-efgh-…", element type char *), shown now and never again.
 * MJ_ERROR_INVALID: not the code, or nothing was begun. */
bool idx_second_confirm(IdxCatalogue *cat, const char *user, const char *code, int64_t now_us,
                        GPtrArray **ret_codes, GError **error);

/* Without a factor again, by a security administrator, or by oneself with a code. MJ_ERROR_NOT_FOUND: it has
 * none; MJ_ERROR_INVALID: the code is wrong. */
bool idx_second_reset(IdxCatalogue *cat, const char *user, GError **error);
bool idx_second_end(IdxCatalogue *cat, const char *user, const char *code, int64_t now_us,
                    GError **error);

bool idx_second_is_on(IdxCatalogue *cat, int64_t user_id, bool *ret_on, GError **error);

/* Takes @code, of the factor or for recovery. */
bool idx_second_check(IdxCatalogue *cat, int64_t user_id, const char *code, int64_t now_us,
                      bool *ret_right, GError **error);
