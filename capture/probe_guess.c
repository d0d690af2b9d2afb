// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/probe.h"

#include <string.h>

/* What stands in the address of the main stream, and what of the one beside it. */
static const struct {
    const char *where; // must stand before it somewhere in the path; NULL = anything
    const char *from, *to;
    bool ends; // nothing but a query or "#" follows
} GUESSES[] = {
    {"/streaming/channels/", "01", "02", true}, // Hikvision, and many that copy it
    {"/streaming/channels/", "/1", "/2", true},
    {NULL, "subtype=0", "subtype=1", false}, // Dahua
    {NULL, "stream=0", "stream=1", false},   // XM
    {NULL, "/main/", "/sub/", false},        // older Hikvision: /h264/ch1/main/av_stream
    {NULL, "_main", "_sub", true},           // Reolink
    {NULL, "-main", "-sub", true},
    {NULL, "/main", "/sub", true},
    {NULL, "stream1", "stream2", true}, // TP-Link
    {NULL, "video1", "video2", true},   // Uniview
    {NULL, "profile1", "profile2", true},
    {NULL, "profile0", "profile1", true},
};

static const char *path_of(const char *url)
{
    const char *host = strstr(url, "://");
    return host ? strchr(host + 3, '/') : NULL;
}

static bool ends_at(const char *rest)
{
    return *rest == '\0' || *rest == '?' || *rest == '#' || strcmp(rest, "/") == 0;
}

/* The last place in @small, a path in small letters, where guess @i fits; NULL if none does. */
static const char *find(const char *small, size_t i)
{
    const char *where = GUESSES[i].where ? strstr(small, GUESSES[i].where) : small;
    const char *found = NULL, *from = GUESSES[i].from;
    for (const char *at = where ? strstr(where, from) : NULL; at; at = strstr(at + 1, from))
        if (!GUESSES[i].ends || ends_at(at + strlen(from)))
            found = at;
    return found;
}

GPtrArray *cap_probe_guess(const char *url)
{
    GPtrArray *guesses = g_ptr_array_new_with_free_func(g_free);
    const char *path = path_of(url);
    g_autofree char *small = g_ascii_strdown(path ? path : "", -1);
    for (size_t i = 0; i < G_N_ELEMENTS(GUESSES) && guesses->len < CAP_PROBE_GUESSES; i++) {
        const char *found = find(small, i);
        if (!found)
            continue;
        size_t before = (size_t)(path - url) + (size_t)(found - small);
        char *guess = g_strdup_printf("%.*s%s%s", (int)before, url, GUESSES[i].to,
                                      url + before + strlen(GUESSES[i].from));
        if (g_ptr_array_find_with_equal_func(guesses, guess, g_str_equal, NULL))
            g_free(guess);
        else
            g_ptr_array_add(guesses, guess);
    }
    return guesses;
}
