// SPDX-License-Identifier: GPL-3.0-or-later
/* Addresses beside one that somebody typed: few, other ones, on the same host with the same password. */
#include "capture/probe.h"
#include "index/base/redact.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *url = g_strndup((const char *)data, size);
    g_autoptr(GPtrArray) guesses = cap_probe_guess(url);
    g_assert(guesses->len <= CAP_PROBE_GUESSES);
    const char *host = strstr(url, "://");
    for (guint i = 0; i < guesses->len; i++) {
        const char *guess = guesses->pdata[i];
        g_assert(strcmp(guess, url) != 0);
        size_t before = (size_t)(host + 3 - url) + strcspn(host + 3, "/");
        g_assert(strncmp(guess, url, before + 1) == 0);
    }
    return 0;
}
