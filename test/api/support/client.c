// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/api/support/client.h"

#include <curl/curl.h>
#include <string.h>

struct Client {
    CURL *curl;
    char *base;
    bool silent;  // says no reason
    bool footage; // is asked for
};

typedef struct Upload {
    const char *data;
    gsize size, at;
} Upload;

Client *client_new(const char *base_url)
{
    Client *client = g_new0(Client, 1);
    client->curl = curl_easy_init();
    client->base = g_strdup(base_url);
    g_assert_nonnull(client->curl);
    return client;
}

void client_silence(Client *client)
{
    client->silent = true;
}

void client_free(Client *client)
{
    if (client != NULL) {
        curl_easy_cleanup(client->curl);
        g_free(client->base);
        g_free(client);
    }
}

void answer_free(Answer *answer)
{
    if (answer != NULL) {
        g_hash_table_unref(answer->headers);
        g_byte_array_unref(answer->body);
        g_free(answer);
    }
}

static size_t on_data(char *data, size_t size, size_t count, void *opaque)
{
    g_byte_array_append(opaque, (const guint8 *)data, (guint)(size * count));
    return size * count;
}

static size_t on_header(char *data, size_t size, size_t count, void *opaque)
{
    g_autofree char *line = g_strndup(data, size * count);
    char *colon = strchr(line, ':');
    if (colon != NULL) {
        *colon = '\0';
        g_hash_table_insert(opaque, g_ascii_strdown(line, -1), g_strdup(g_strstrip(colon + 1)));
    }
    return size * count;
}

static size_t on_upload(char *out, size_t size, size_t count, void *opaque)
{
    Upload *upload = opaque;
    gsize n = MIN(size * count, MIN(upload->size - upload->at, (gsize)30000));
    memcpy(out, upload->data + upload->at, n);
    upload->at += n;
    return n;
}

static void prepare(Client *client, const char *path, Answer *answer)
{
    curl_easy_reset(client->curl);
    g_autofree char *url = g_strconcat(client->base, path, NULL);
    client->footage = strstr(path, "/frame.jpg") != NULL ||
                      strstr(path, "/playlist.m3u8") != NULL ||
                      strstr(path, "/segments/") != NULL || strstr(path, "/clips") != NULL ||
                      strstr(path, "/still.jpg") != NULL;
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    curl_easy_setopt(client->curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(client->curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(client->curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(client->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, answer->body);
    curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, answer->headers);
}

static Answer *answer_new(void)
{
    Answer *answer = g_new0(Answer, 1);
    answer->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    answer->body = g_byte_array_new();
    return answer;
}

static Answer *perform(Client *client, Answer *answer, const char *const *headers)
{
    struct curl_slist *list = NULL;
    for (; headers != NULL && *headers != NULL; headers++)
        list = curl_slist_append(list, *headers);
    if (client->footage && !client->silent) { // behind the caller's, of which the first counts
        list = curl_slist_append(list, "Mingjing-Reason: test");
        list = curl_slist_append(list, "Mingjing-Case: test-1");
    }
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, list);
    CURLcode code = curl_easy_perform(client->curl);
    if (code == CURLE_OK)
        curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &answer->status);
    else
        g_test_message("curl: %s", curl_easy_strerror(code));
    curl_slist_free_all(list);
    return answer;
}

Answer *client_send(Client *client, const char *method, const char *path,
                    const char *const *headers, const void *body, gssize size)
{
    Answer *answer = answer_new();
    prepare(client, path, answer);
    if (g_str_equal(method, "HEAD"))
        curl_easy_setopt(client->curl, CURLOPT_NOBODY, 1L);
    if (size >= 0) {
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body);
    }
    curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method);
    return perform(client, answer, headers);
}

Answer *client_send_chunked(Client *client, const char *path, const char *const *headers,
                            const void *body, gsize size)
{
    Answer *answer = answer_new();
    Upload upload = {body, size, 0};
    prepare(client, path, answer);
    curl_easy_setopt(client->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1);
    curl_easy_setopt(client->curl, CURLOPT_READFUNCTION, on_upload);
    curl_easy_setopt(client->curl, CURLOPT_READDATA, &upload);
    const char *all[16] = {"Transfer-Encoding: chunked", "Expect:"};
    for (size_t i = 0; headers != NULL && headers[i] != NULL && i < 12; i++)
        all[i + 2] = headers[i];
    return perform(client, answer, all);
}

Answer *client_get(Client *client, const char *path, const char *header)
{
    const char *const headers[] = {header, NULL};
    return client_send(client, "GET", path, headers, NULL, -1);
}

const char *answer_header(const Answer *answer, const char *name)
{
    g_autofree char *key = g_ascii_strdown(name, -1);
    return g_hash_table_lookup(answer->headers, key);
}

json_t *answer_json(const Answer *answer)
{
    return json_loadb((const char *)answer->body->data, answer->body->len, JSON_DECODE_ANY, NULL);
}

GBytes *answer_bytes(const Answer *answer)
{
    return g_bytes_new(answer->body->data, answer->body->len);
}
