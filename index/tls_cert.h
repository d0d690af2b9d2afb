// SPDX-License-Identifier: GPL-3.0-or-later
/* The certificate that mingjing-api shows until the hall has one of its own: signed by itself, so a browser asks
 * once whether it is trusted. EC P-256, ten years, for this machine's name, localhost, 127.0.0.1 and ::1. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define IDX_TLS_CERT "tls.crt" // in HOME/web/
#define IDX_TLS_KEY "tls.key"

/* Makes both, in PEM, if there is no certificate; *ret_made: it did. May be NULL. */
bool idx_tls_cert_create(const char *home, bool *ret_made, GError **error);
