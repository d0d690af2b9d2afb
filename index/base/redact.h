// SPDX-License-Identifier: GPL-3.0-or-later
/* Keeping secrets out of whatever people or machines can read. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* A copy of @text in which the user and password of every URL ("scheme://user:password@host") are
 * replaced by "***", and so is what follows a key like "user=", "password=" or "token=" in its path or
 * query, as many cameras take it. Works on whole sentences; the log does it to every line. Caller
 * frees. */
char *mj_redact(const char *text);

/* Splits @url into the part that may be shown ("rtsp://host/path", "rtsp://host/x?user=***#udp") and its
 * credentials (NULL if there are none): "user:password" as they stood, percent-encoding untouched, and,
 * behind a newline, what "***" stands for (two newlines if the URL has no user). */
void mj_url_split(const char *url, char **ret_public, char **ret_credentials);

/* The reverse of mj_url_split. @credentials may be NULL. The result is a secret. Caller frees. */
char *mj_url_join(const char *public_url, const char *credentials);
