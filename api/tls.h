// SPDX-License-Identifier: GPL-3.0-or-later
/* The certificate and key of the HTTPS server (GnuTLS, through libmicrohttpd): TLS 1.2 and later.
 *
 * Both are PEM: the certificate with those above it behind it, the key without a password. They are read anew
 * by api_tls_reload(); connections that are open go on with the old ones. One object at a time, since
 * libmicrohttpd asks without saying whose server it is; load and reload from the main loop. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct ApiTls ApiTls;

/* MJ_ERROR_NOT_FOUND, MJ_ERROR_IO, MJ_ERROR_INVALID: which of the files, and what is wrong with it. */
ApiTls *api_tls_new(const char *cert_path, const char *key_path, GError **error);
void api_tls_free(ApiTls *tls); // after the server
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiTls, api_tls_free)

/* False: the files are not right, and the old ones stay. */
bool api_tls_reload(ApiTls *tls, GError **error);

/* For MHD_OPTION_HTTPS_CERT_CALLBACK and MHD_OPTION_HTTPS_PRIORITIES. */
void *api_tls_callback(void);
extern const char API_TLS_PRIORITIES[];
