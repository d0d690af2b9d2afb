// SPDX-License-Identifier: GPL-3.0-or-later
/* What OpenSSL must have ready before it is needed.
 *
 * OpenSSL sets itself up and looks an algorithm up at the first use of it. If memory is short at that
 * moment the setting up has failed once and for all: every later use fails too, for as long as the
 * process lives. So a process that is to live long calls idx_crypto_init() before anything else is
 * begun, and ends if that fails; who starts it again gets a new OpenSSL.
 *
 * idx_crypto_init: once, before there are other threads. The others: any thread. */
#pragma once

#include <glib.h>
#include <openssl/types.h>
#include <stdbool.h>

/* Uses each algorithm once: SHA-256 of footage, the sealing of passwords, random numbers.
 * MJ_ERROR_FAILED, with what OpenSSL says. */
bool idx_crypto_init(GError **error);

/* SHA-256, as found by idx_crypto_init(); without that, looked up anew by each use. */
const EVP_MD *idx_crypto_sha256(void);

/* Sets MJ_ERROR_FAILED: @what and the oldest thing that OpenSSL has to say in this thread, which it
 * forgets. Always false. */
bool idx_crypto_fail(GError **error, const char *what);
