// SPDX-License-Identifier: GPL-3.0-or-later
/* What a test camera answers to RTSP requests, or to anything, when it is not itself. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "test/rtsp/client_private.h"
#include "test/rtsp/sdp.h"

#define IN_MAX (64u << 10)

/* @headers: lines with their ends; @body may be NULL. */
static void respond(RtspClient *client, const RtspRequest *request, const char *status,
                    const char *headers, const char *body)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "RTSP/1.0 %s\r\nCSeq: %d\r\n%s", status, request->cseq,
                    headers ? headers : "");
    if (body)
        g_string_append_printf(text, "Content-Type: application/sdp\r\nContent-Length: %zu\r\n",
                               strlen(body));
    g_string_append_printf(text, "\r\n%s", body ? body : "");
    rtsp_client_write(client, (const uint8_t *)text->str, text->len);
}

static void describe(RtspClient *client, const RtspRequest *request)
{
    const RtspMount *mount = client->camera->mount;
    g_autofree char *sdp =
        rtsp_sdp(mount->next_clip ? mount->next_clip : mount->clip, client->camera->name);
    g_autofree char *base = g_strdup_printf("Content-Base: rtsp://127.0.0.1:%d/%s/\r\n",
                                            client->camera->port, client->camera->name);
    respond(client, request, "200 OK", base, sdp);
}

/* The two numbers after @key in a Transport header. */
static bool number_pair(const char *transport, const char *key, int *ret_first, int *ret_second)
{
    const char *at = strstr(transport, key);
    return at && sscanf(at + strlen(key), "%d-%d", ret_first, ret_second) == 2 && *ret_first >= 0 &&
           *ret_first < 65536 && *ret_second >= 0 && *ret_second < 65536;
}

static void answer_transport(RtspClient *client, const RtspRequest *request, const char *transport)
{
    g_autofree char *headers =
        g_strdup_printf("Transport: %s\r\nSession: %s;timeout=%d\r\n", transport, client->session,
                        (int)(client->shared->session_ns / INT64_C(1000000000)));
    respond(client, request, "200 OK", headers, NULL);
}

static bool set_up_tcp(RtspClient *client, const RtspRequest *request, RtspTrack *track)
{
    int first, second;
    if (!(client->shared->transports & RTSP_TCP) || !strstr(request->transport, "RTP/AVP/TCP") ||
        !number_pair(request->transport, "interleaved=", &first, &second) || first > 254)
        return false;
    *track = (RtspTrack){.set_up = true, .tcp = true, .channel = (uint8_t)first};
    g_autofree char *transport =
        g_strdup_printf("RTP/AVP/TCP;unicast;interleaved=%d-%d", first, first + 1);
    answer_transport(client, request, transport);
    return true;
}

static bool set_up_udp(RtspClient *client, const RtspRequest *request, RtspTrack *track)
{
    int first, second;
    if (!(client->shared->transports & RTSP_UDP) || strstr(request->transport, "RTP/AVP/TCP") ||
        !number_pair(request->transport, "client_port=", &first, &second))
        return false;
    *track = (RtspTrack){.set_up = true};
    for (int i = 0; i < 2; i++)
        track->address[i] = (struct sockaddr_in){.sin_family = AF_INET,
                                                 .sin_port = htons((uint16_t)(i ? second : first)),
                                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    g_autofree char *transport =
        g_strdup_printf("RTP/AVP;unicast;client_port=%d-%d;server_port=%d-%d", first, second,
                        client->shared->udp_port, client->shared->udp_port + 1);
    answer_transport(client, request, transport);
    return true;
}

static void set_up(RtspClient *client, const RtspRequest *request)
{
    const RtspMount *mount = client->camera->mount;
    const RtspClip *clip = mount->next_clip ? mount->next_clip : mount->clip;
    bool sound = g_str_has_suffix(request->path, "/track1");
    if ((!sound && !g_str_has_suffix(request->path, "/track0")) ||
        (sound && clip->sound == CLIP_SILENT)) {
        respond(client, request, "404 Not Found", NULL, NULL);
        return;
    }
    RtspTrack *track = &client->tracks[sound];
    if (!request->transport ||
        (!set_up_tcp(client, request, track) && !set_up_udp(client, request, track)))
        respond(client, request, "461 Unsupported Transport", NULL, NULL);
}

static void play(RtspClient *client, const RtspRequest *request)
{
    RtspShared *shared = client->shared;
    RtspMount *mount = client->camera->mount;
    bool first = true;
    for (guint i = 0; i < client->camera->clients->len; i++)
        first &= !rtsp_client_plays(client->camera->clients->pdata[i]);
    if (first && !shared->keep_phase)
        rtsp_mount_key_now(mount);
    g_autofree char *headers =
        g_strdup_printf("Session: %s\r\nRange: npt=now-\r\nRTP-Info: "
                        "url=rtsp://127.0.0.1:%d/%s/track0;seq=%u;rtptime=%u\r\n",
                        client->session, client->camera->port, client->camera->name,
                        mount->video.sequence, rtsp_mount_next_time(mount, true));
    respond(client, request, "200 OK", headers, NULL);
    client->playing = client->wants_key = true;
    client->connection = ++shared->connection;
    for (int i = 0; i < CLIENT_TRACKS; i++)
        client->tracks[i].report_ns = client->heard_ns + shared->report_delay_ns;
}

/* True if the request may be answered; else it was refused. */
static bool admitted(RtspClient *client, const RtspRequest *request)
{
    const RtspGuard *guard = client->shared->guard;
    RtspGuard nobody = {(char *)"", (char *)"", false};
    if (client->camera->wrong_password)
        guard = &nobody;
    if (!guard || (guard != &nobody && rtsp_guard_admits(guard, request, client->nonce)))
        return true;
    client->camera->denied += request->authorization != NULL;
    g_autofree char *challenge = rtsp_guard_challenge(guard, client->nonce);
    g_autofree char *header = g_strdup_printf("WWW-Authenticate: %s\r\n", challenge);
    respond(client, request, "401 Unauthorized", header, NULL);
    return false;
}

static bool is_ours(const RtspClient *client, const char *path)
{
    size_t length = strlen(client->camera->name);
    return path[0] == '/' && strncmp(path + 1, client->camera->name, length) == 0 &&
           (path[1 + length] == 0 || path[1 + length] == '/');
}

static void answer(RtspClient *client, const RtspRequest *request)
{
    const char *method = request->method;
    bool options = strcmp(method, "OPTIONS") == 0;
    if (options)
        respond(
            client, request, "200 OK",
            "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN\r\n",
            NULL);
    if (options || !admitted(client, request))
        return;
    if (!is_ours(client, request->path))
        respond(client, request, "404 Not Found", NULL, NULL);
    else if (strcmp(method, "DESCRIBE") == 0)
        describe(client, request);
    else if (strcmp(method, "SETUP") == 0)
        set_up(client, request);
    else if (strcmp(method, "PLAY") == 0 && (client->tracks[0].set_up || client->tracks[1].set_up))
        play(client, request);
    else if (strcmp(method, "GET_PARAMETER") == 0 || strcmp(method, "SET_PARAMETER") == 0)
        respond(client, request, "200 OK", NULL, NULL);
    else if (strcmp(method, "TEARDOWN") == 0) {
        respond(client, request, "200 OK", NULL, NULL);
        if (!client->closed)
            rtsp_client_close(client, CLOSE_FIN);
    } else
        respond(client, request, "455 Method Not Valid in This State", NULL, NULL);
}

/* Uses one message at the beginning of what came in. How many bytes it was; 0 = not whole yet. */
static size_t use_message(RtspClient *client)
{
    const GByteArray *in = client->in;
    if (in->data[0] == '$') { // a receiver's report
        size_t whole = in->len >= 4 ? 4 + (size_t)(in->data[2] << 8 | in->data[3]) : SIZE_MAX;
        return whole <= in->len ? whole : 0;
    }
    g_auto(RtspRequest) request = {0};
    size_t used = 0;
    switch (rtsp_request_parse((const char *)in->data, in->len, &request, &used)) {
    case REQUEST_WHOLE:
        answer(client, &request);
        return used;
    case REQUEST_PARTIAL:
        return 0;
    case REQUEST_BAD:
    default:
        rtsp_client_close(client, CLOSE_FIN);
        return 0;
    }
}

void rtsp_client_use_input(RtspClient *client)
{
    RtspAnswer how = client->camera->answer;
    if (how == ANSWER_HTTP) {
        static const char HTTP[] =
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        rtsp_client_write(client, (const uint8_t *)HTTP, sizeof HTTP - 1);
        if (!client->closed)
            rtsp_client_close(client, CLOSE_FIN);
        return;
    }
    if (how == ANSWER_NOTHING || how == ANSWER_GARBAGE) {
        uint8_t noise[512];
        for (size_t i = 0; i < sizeof noise; i++)
            noise[i] = (uint8_t)g_rand_int(client->shared->random);
        if (how == ANSWER_GARBAGE)
            rtsp_client_write(client, noise, sizeof noise);
        g_byte_array_set_size(client->in, 0);
        return;
    }
    size_t used = 0;
    while (!client->closed && client->in->len && (used = use_message(client)) > 0)
        g_byte_array_remove_range(client->in, 0, (guint)used);
    if (!client->closed && client->in->len > IN_MAX)
        rtsp_client_close(client, CLOSE_FIN);
}
