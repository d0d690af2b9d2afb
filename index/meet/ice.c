// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/ice.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "index/base/error.h"

static bool is_host_port(const char *text)
{
    const char *colon = strrchr(text, ':');
    guint64 port = 0;
    return colon && colon > text && strpbrk(text, " \"<>@/?#,;") == NULL &&
           g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL);
}

static bool add_turn(IdxIce *ice, const char *value, bool tcp)
{
    const char *at = strrchr(value, '@');
    const char *colon = at ? memchr(value, ':', (size_t)(at - value)) : NULL;
    if (!colon || colon == value || !is_host_port(at + 1) || ice->turn->len == IDX_ICE_SERVERS_MAX)
        return false;
    g_autofree char *user = g_strndup(value, (size_t)(colon - value));
    g_autofree char *password = g_strndup(colon + 1, (size_t)(at - colon - 1));
    g_autofree char *user_out = g_uri_escape_string(user, NULL, FALSE);
    g_autofree char *password_out = g_uri_escape_string(password, NULL, FALSE);
    g_ptr_array_add(ice->turn, g_strdup_printf("turn://%s:%s@%s%s", user_out, password_out, at + 1,
                                               tcp ? "?transport=tcp" : ""));
    return true;
}

static bool add_address(IdxIce *ice, const char *value)
{
    if (!g_hostname_is_ip_address(value) || ice->addresses->len == IDX_ICE_SERVERS_MAX)
        return false;
    g_ptr_array_add(ice->addresses, g_strdup(value));
    return true;
}

static bool set_ports(IdxIce *ice, const char *value)
{
    int end = 0;
    return sscanf(value, "%5d-%5d%n", &ice->port_min, &ice->port_max, &end) == 2 &&
           value[end] == '\0' && ice->port_min > 0 && ice->port_min <= ice->port_max &&
           ice->port_max <= 65535;
}

static bool set_stun(IdxIce *ice, const char *value)
{
    if (ice->stun || !is_host_port(value))
        return false;
    ice->stun = g_strconcat("stun://", value, NULL);
    return true;
}

static bool is_clean(const char *line)
{
    while (*line && (!g_ascii_iscntrl(*line) || *line == '\t'))
        line++;
    return !*line;
}

static bool use_line(IdxIce *ice, const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t", 4);
    guint n = g_strv_length(words);
    if (!is_clean(line))
        return false;
    bool tcp = n == 3 && strcmp(words[2], "tcp") == 0;
    if (n == 0)
        return true;
    if (n < 2 || (n > 2 && !tcp))
        return false;
    if (strcmp(words[0], "turn") == 0)
        return add_turn(ice, words[1], tcp);
    return !tcp && ((strcmp(words[0], "stun") == 0 && set_stun(ice, words[1])) ||
                    (strcmp(words[0], "address") == 0 && add_address(ice, words[1])) ||
                    (strcmp(words[0], "ports") == 0 && set_ports(ice, words[1])));
}

static IdxIce *ice_new(void)
{
    IdxIce *ice = g_new0(IdxIce, 1);
    ice->turn = g_ptr_array_new_with_free_func(g_free);
    ice->addresses = g_ptr_array_new_with_free_func(g_free);
    return ice;
}

IdxIce *idx_ice_parse(const char *text, GError **error)
{
    g_autoptr(IdxIce) ice = ice_new();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i]; i++) {
        lines[i][strcspn(lines[i], "#")] = '\0';
        if (!use_line(ice, g_strstrip(lines[i]))) {
            mj_error_set(error, MJ_ERROR_INVALID,
                         "ice.conf, line %d is none of those that are known", i + 1);
            return NULL;
        }
    }
    return g_steal_pointer(&ice);
}

IdxIce *idx_ice_read(const char *home, GError **error)
{
    g_autofree char *path = g_build_filename(home, "ice.conf", NULL);
    g_autofree char *text = NULL;
    gsize size = 0;
    g_autoptr(GError) failed = NULL;
    if (!g_file_get_contents(path, &text, &size, &failed)) {
        if (g_error_matches(failed, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return ice_new();
        mj_error_set(error, MJ_ERROR_IO, "%s", failed->message);
        return NULL;
    }
    if (size > IDX_ICE_BYTES_MAX || !g_utf8_validate(text, (gssize)size, NULL)) {
        mj_error_set(error, MJ_ERROR_INVALID, "ice.conf is too long, or no text");
        return NULL;
    }
    return idx_ice_parse(text, error);
}

void idx_ice_free(IdxIce *ice)
{
    if (!ice)
        return;
    g_free(ice->stun);
    g_ptr_array_unref(ice->turn);
    g_ptr_array_unref(ice->addresses);
    g_free(ice);
}

static char *turn_link(const char *turn)
{
    const char *credentials = turn + strlen("turn://"), *at = strrchr(turn, '@');
    const char *colon = memchr(credentials, ':', (size_t)(at - credentials));
    g_autofree char *user = g_uri_unescape_segment(credentials, colon, NULL);
    g_autofree char *password = g_uri_unescape_segment(colon + 1, at, NULL);
    g_autofree char *user_out = g_strescape(user ? user : "", NULL);
    g_autofree char *password_out = g_strescape(password ? password : "", NULL);
    return g_strdup_printf("<turn:%s>; rel=\"ice-server\"; username=\"%s\"; credential=\"%s\"; "
                           "credential-type=\"password\"",
                           at + 1, user_out, password_out);
}

GPtrArray *idx_ice_links(const IdxIce *ice)
{
    GPtrArray *links = g_ptr_array_new_with_free_func(g_free);
    if (ice->stun)
        g_ptr_array_add(
            links, g_strdup_printf("<stun:%s>; rel=\"ice-server\"", ice->stun + strlen("stun://")));
    for (guint i = 0; i < ice->turn->len; i++)
        g_ptr_array_add(links, turn_link(ice->turn->pdata[i]));
    return links;
}

static void *copy_text(const void *text, void *data)
{
    (void)data;
    return g_strdup(text);
}

IdxIce *idx_ice_copy(const IdxIce *ice)
{
    IdxIce *copy = g_new0(IdxIce, 1);
    *copy = (IdxIce){.stun = g_strdup(ice->stun),
                     .turn = g_ptr_array_copy(ice->turn, (GCopyFunc)copy_text, NULL),
                     .addresses = g_ptr_array_copy(ice->addresses, (GCopyFunc)copy_text, NULL),
                     .port_min = ice->port_min,
                     .port_max = ice->port_max};
    g_ptr_array_set_free_func(copy->turn, g_free);
    g_ptr_array_set_free_func(copy->addresses, g_free);
    return copy;
}
