// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/client.h"

#include <string.h>

#include "capture/rtsp/auth.h"
#include "capture/rtsp/url.h"
#include "capture/source.h"
#include "index/base/error.h"

#define REQUEST_TRIES 3 // the first, with the password, with a fresh nonce
#define TIMEOUT_LEAST_S 2
#define TIMEOUT_MOST_S 3600
#define STATUS_UNAUTHORIZED 401
#define STATUS_FORBIDDEN 403
#define STATUS_NOT_FOUND 404
#define STATUS_SESSION_GONE 454
#define STATUS_TRANSPORT 461

struct CapRtspClient {
    char *address; // for messages
    GCancellable *cancel;
    CapRtspUrl url;
    CapRtspAuth *auth; // NULL: no password, or not for this host
    CapRtspConnection *connection;
    CapSdp *sdp;
    char *base, *aggregate; // of the tracks' addresses; of the whole
    char *session;          // NULL before SETUP
    int64_t deadline_us;    // of opening
    unsigned cseq;          // of the last request
    uint8_t next_channel;
    bool admitted;      // the camera took our password before
    bool gets_params;   // knows GET_PARAMETER
    bool plays;         // PLAY was sent
    bool over;          // nothing can be said any more
    CapRtspEvent early; // a frame that came before PLAY was answered
    bool has_early;
    int64_t alive_every_us, alive_us; // when the session is renewed next
    bool renewed_nonce;               // since then
};

/* --- what can go wrong ----------------------------------------------------------------------- */

static bool fail_status(const CapRtspClient *client, const CapRtspMessage *answer, GError **error)
{
    switch (answer->status) {
    case STATUS_UNAUTHORIZED:
    case STATUS_FORBIDDEN:
        return mj_error_set(error, MJ_ERROR_DENIED,
                            client->auth
                                ? "%s refuses our user name and password; set the right ones"
                                : "%s wants a user name and password; give its URL with them",
                            client->address);
    case STATUS_NOT_FOUND:
        return mj_error_set(error, MJ_ERROR_NOT_FOUND,
                            "%s answers that there is no such stream (404); check the path",
                            client->address);
    default:
        return mj_error_set(error, MJ_ERROR_INVALID, "%s answers with an error: %d %.100s",
                            client->address, answer->status, answer->reason);
    }
}

/* The connection could not be made. Takes @failed. */
static bool fail_connect(const CapRtspClient *client, GError *failed, GError **error)
{
    g_autoptr(GError) why = failed;
    if (g_cancellable_is_cancelled(client->cancel))
        return mj_error_set(error, MJ_ERROR_CANCELLED, "stopped");
    if (why->domain == G_RESOLVER_ERROR)
        return mj_error_set(error, MJ_ERROR_IO,
                            "%s: no computer of this name is known; check the address",
                            client->address);
    if (g_error_matches(why, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        return mj_error_set(error, MJ_ERROR_IO,
                            "%s refuses the connection; is the camera on, and the port right?",
                            client->address);
    return mj_error_set(error, MJ_ERROR_IO,
                        "%s cannot be reached (%s); is the camera on, and the network connected?",
                        client->address, why->message);
}

/* No answer came, since @kind did. Takes @failed, which may be NULL. */
static bool fail_answer(CapRtspClient *client, CapRtspEventKind kind, GError *failed,
                        GError **error)
{
    g_autoptr(GError) why = failed;
    client->over = true;
    if (mj_error_is(why, MJ_ERROR_CANCELLED)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    if (kind == CAP_RTSP_NOTHING || mj_error_is(why, MJ_ERROR_TIMEOUT))
        return mj_error_set(
            error, MJ_ERROR_TIMEOUT,
            "%s takes the connection but does not answer; is it a camera's RTSP port?",
            client->address);
    bool ended = kind == CAP_RTSP_END && !cap_rtsp_connection_spoke(client->connection);
    if (ended || mj_error_is(why, MJ_ERROR_INVALID))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "%s answers, but not as an RTSP camera does; check address and port",
                            client->address);
    return mj_error_set(error, MJ_ERROR_IO, "the connection to %s broke: %s", client->address,
                        why ? why->message : "it was closed before all was agreed");
}

/* --- requests -------------------------------------------------------------------------------- */

static bool send_request(CapRtspClient *client, const char *method, const char *uri,
                         const char *headers, int64_t deadline_us, GError **error)
{
    g_autofree char *proof = client->auth ? cap_rtsp_auth_answer(client->auth, method, uri) : NULL;
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%s %s RTSP/1.0\r\nCSeq: %u\r\nUser-Agent: Mingjing\r\n", method, uri,
                    ++client->cseq);
    if (client->session)
        g_string_append_printf(text, "Session: %s\r\n", client->session);
    if (proof)
        g_string_append_printf(text, "Authorization: %s\r\n", proof);
    g_string_append_printf(text, "%s\r\n", headers);
    bool sent =
        cap_rtsp_connection_send(client->connection, text->str, text->len, deadline_us, error);
    explicit_bzero(text->str, text->len);
    g_string_free(text, TRUE);
    if (proof)
        explicit_bzero(proof, strlen(proof));
    return sent;
}

/* True if it answers the last request, or does not say which. */
static bool is_present(const CapRtspClient *client, const CapRtspMessage *answer)
{
    const char *cseq = cap_rtsp_message_header(answer, "CSeq", 0);
    guint64 number = 0;
    return !cseq || !g_ascii_string_to_unsigned(cseq, 10, 0, UINT32_MAX, &number, NULL) ||
           number >= client->cseq;
}

/* Answers a request of the camera's. CAP_RTSP_END: it said goodbye. */
static CapRtspEventKind serve(CapRtspClient *client, const CapRtspMessage *request)
{
    static const char *const KNOWN[] = {
        "OPTIONS", "GET_PARAMETER", "SET_PARAMETER", "ANNOUNCE", "TEARDOWN", "REDIRECT", NULL};
    const char *cseq = cap_rtsp_message_header(request, "CSeq", 0);
    bool known = g_strv_contains(KNOWN, request->method);
    g_autofree char *text =
        g_strdup_printf("RTSP/1.0 %s\r\nCSeq: %s\r\n\r\n", known ? "200 OK" : "501 Not Implemented",
                        cseq ? cseq : "0");
    bool leaves =
        g_str_equal(request->method, "TEARDOWN") || g_str_equal(request->method, "REDIRECT");
    /* If it cannot be sent, reading will say why. */
    int64_t until_us = g_get_monotonic_time() + CAP_RTSP_CLOSE_US;
    client->over = leaves;
    cap_rtsp_connection_send(client->connection, text, strlen(text), until_us, NULL);
    return leaves ? CAP_RTSP_END : CAP_RTSP_NOTHING;
}

/* The answer to the last request; CAP_RTSP_FRAME if it is PLAY and a frame comes first, which is
 * kept. */
static CapRtspEventKind await(CapRtspClient *client, CapRtspMessage *ret, GError **error)
{
    int64_t until_us = MIN(g_get_monotonic_time() + CAP_SOURCE_CONNECT_US, client->deadline_us);
    for (;;) {
        g_autoptr(GError) failed = NULL;
        CapRtspEvent event;
        if (g_get_monotonic_time() >= until_us) { // it may have said much, but no answer
            fail_answer(client, CAP_RTSP_NOTHING, NULL, error);
            return CAP_RTSP_BROKEN;
        }
        CapRtspEventKind kind =
            cap_rtsp_connection_next(client->connection, until_us, &event, &failed);
        if (kind == CAP_RTSP_MESSAGE) {
            if (event.message.status && is_present(client, &event.message)) {
                *ret = event.message;
                return kind;
            }
            bool leaves = !event.message.status && serve(client, &event.message) == CAP_RTSP_END;
            cap_rtsp_message_clear(&event.message);
            if (!leaves)
                continue;
            kind = CAP_RTSP_END;
        }
        if (kind == CAP_RTSP_FRAME && !client->plays)
            continue;
        if (kind == CAP_RTSP_FRAME) {
            client->early = event;
            client->has_early = true;
            return kind;
        }
        fail_answer(client, kind, g_steal_pointer(&failed), error);
        return CAP_RTSP_BROKEN;
    }
}

/* Whether to ask again after a 401: once with the password, and once more if only the nonce was too
 * old. */
static bool may_retry(CapRtspClient *client, const CapRtspMessage *answer)
{
    if (answer->status != STATUS_UNAUTHORIZED || !client->auth)
        return false;
    bool told = cap_rtsp_auth_kind(client->auth) != CAP_RTSP_AUTH_NONE;
    if (!cap_rtsp_auth_take(client->auth, answer))
        return false;
    return !told || cap_rtsp_auth_is_stale(client->auth) || client->admitted;
}

/* CAP_RTSP_MESSAGE: *ret is the answer, whatever its status. */
static CapRtspEventKind request(CapRtspClient *client, const char *method, const char *uri,
                                const char *headers, CapRtspMessage *ret, GError **error)
{
    for (int i = 1;; i++) {
        g_autoptr(GError) failed = NULL;
        if (!send_request(client, method, uri, headers, client->deadline_us, &failed)) {
            fail_answer(client, CAP_RTSP_BROKEN, g_steal_pointer(&failed), error);
            return CAP_RTSP_BROKEN;
        }
        CapRtspEventKind kind = await(client, ret, error);
        if (kind != CAP_RTSP_MESSAGE)
            return kind;
        bool proved = client->auth && cap_rtsp_auth_kind(client->auth) != CAP_RTSP_AUTH_NONE;
        if (i == REQUEST_TRIES || !may_retry(client, ret)) {
            client->admitted |= proved && ret->status / 100 == 2;
            return kind;
        }
        client->admitted = false; // a second refusal is one
        cap_rtsp_message_clear(ret);
    }
}

/* --- opening --------------------------------------------------------------------------------- */

static bool connect_to(CapRtspClient *client, GError **error)
{
    GError *failed = NULL;
    int64_t left_us = client->deadline_us - g_get_monotonic_time();
    if (left_us <= 0) // redirections took it all
        return fail_answer(client, CAP_RTSP_NOTHING, NULL, error);
    client->connection =
        cap_rtsp_connection_new(client->url.host, client->url.port,
                                MIN(left_us, CAP_SOURCE_CONNECT_US), client->cancel, &failed);
    return client->connection || fail_connect(client, failed, error);
}

/* What it answers does not matter, but for what it can. */
static bool ask_options(CapRtspClient *client, GError **error)
{
    g_auto(CapRtspMessage) answer = {0};
    if (request(client, "OPTIONS", client->url.uri, "", &answer, error) != CAP_RTSP_MESSAGE)
        return false;
    const char *can = cap_rtsp_message_header(&answer, "Public", 0);
    client->gets_params = can && strstr(can, "GET_PARAMETER");
    return answer.status != STATUS_UNAUTHORIZED || fail_status(client, &answer, error);
}

static bool take_description(CapRtspClient *client, const CapRtspMessage *answer, GError **error)
{
    GError *failed = NULL;
    client->sdp = cap_sdp_parse(answer->body, answer->body_size, &failed);
    if (!client->sdp) {
        g_propagate_prefixed_error(error, failed, "%s: ", client->address);
        return false;
    }
    const char *base = cap_rtsp_message_header(answer, "Content-Base", 0);
    if (!base || !strstr(base, "://"))
        base = cap_rtsp_message_header(answer, "Content-Location", 0);
    if (!base || !strstr(base, "://"))
        base = client->url.uri;
    client->aggregate = cap_rtsp_url_join(base, client->sdp->control);
    bool absolute = client->sdp->control && strstr(client->sdp->control, "://");
    client->base = g_strdup(absolute ? client->aggregate : base);
    return true;
}

static void swap(char **a, char **b)
{
    char *kept = *a;
    *a = *b;
    *b = kept;
}

static bool same_host(const CapRtspUrl *a, const CapRtspUrl *b)
{
    return g_ascii_strcasecmp(a->host, b->host) == 0;
}

/* Takes @next. The challenge was of the place that we leave; the password goes along on the same host. */
static void move_to(CapRtspClient *client, CapRtspUrl *next)
{
    bool known = client->auth && same_host(&client->url, next);
    g_clear_pointer(&client->auth, cap_rtsp_auth_free);
    client->admitted = false;
    if (known) {
        client->auth = cap_rtsp_auth_new(client->url.user, client->url.password);
        swap(&client->url.user, &next->user);
        swap(&client->url.password, &next->password);
    }
    cap_rtsp_url_clear(&client->url);
    client->url = *next;
    g_clear_pointer(&client->connection, cap_rtsp_connection_free);
}

/* Turns to where @answer points. */
static bool follow(CapRtspClient *client, const CapRtspMessage *answer, GError **error)
{
    const char *location = cap_rtsp_message_header(answer, "Location", 0);
    CapRtspUrl next = {0};
    if (!location || !cap_rtsp_url_parse(location, &next, NULL))
        return mj_error_set(
            error, MJ_ERROR_INVALID,
            "%s answers that the stream is elsewhere (%d), at no address of rtsp://",
            client->address, answer->status);
    move_to(client, &next);
    return true;
}

static bool is_redirection(const CapRtspMessage *answer)
{
    int status = answer->status;
    return (status >= 301 && status <= 303) || status == 305 || status == 307 || status == 308;
}

static bool describe(CapRtspClient *client, GError **error)
{
    for (int i = 0;; i++) {
        g_auto(CapRtspMessage) answer = {0};
        if (!connect_to(client, error) || !ask_options(client, error))
            return false;
        if (request(client, "DESCRIBE", client->url.uri, "Accept: application/sdp\r\n", &answer,
                    error) != CAP_RTSP_MESSAGE)
            return false;
        if (answer.status / 100 == 2)
            return take_description(client, &answer, error);
        if (!is_redirection(&answer) || i == CAP_RTSP_REDIRECTS_MAX)
            return fail_status(client, &answer, error);
        if (!follow(client, &answer, error))
            return false;
    }
}

CapRtspClient *cap_rtsp_client_open(const char *url, const char *address, GCancellable *cancel,
                                    GError **error)
{
    g_autoptr(CapRtspClient) client = g_new0(CapRtspClient, 1);
    client->address = g_strdup(address);
    client->cancel = g_object_ref(cancel);
    client->deadline_us = g_get_monotonic_time() + CAP_SOURCE_OPEN_US;
    client->alive_every_us = CAP_RTSP_TIMEOUT_S * G_USEC_PER_SEC / 2;
    if (!cap_rtsp_url_parse(url, &client->url, error)) {
        g_prefix_error(error, "%s: ", address);
        return NULL;
    }
    if (client->url.user)
        client->auth = cap_rtsp_auth_new(client->url.user, client->url.password);
    return describe(client, error) ? g_steal_pointer(&client) : NULL;
}

CapRtspClient *cap_rtsp_client_new_from(int fd, const char *sdp, const char *address,
                                        GCancellable *cancel)
{
    g_autoptr(CapRtspClient) client = g_new0(CapRtspClient, 1);
    client->address = g_strdup(address);
    client->aggregate = g_strdup(client->address);
    client->cancel = g_object_ref(cancel);
    client->connection = cap_rtsp_connection_new_from(fd, cancel);
    client->alive_every_us = CAP_RTSP_TIMEOUT_S * G_USEC_PER_SEC / 2;
    client->alive_us = g_get_monotonic_time() + client->alive_every_us;
    client->sdp = cap_sdp_parse(sdp, strlen(sdp), NULL);
    cap_rtsp_connection_flow(client->connection);
    return client->sdp ? g_steal_pointer(&client) : NULL;
}

const CapSdp *cap_rtsp_client_sdp(const CapRtspClient *client)
{
    return client->sdp;
}

/* --- tracks ---------------------------------------------------------------------------------- */

static void take_session(CapRtspClient *client, const CapRtspMessage *answer)
{
    const char *header = cap_rtsp_message_header(answer, "Session", 0);
    if (!header)
        return;
    g_free(client->session);
    client->session = g_strchomp(g_strndup(header, strcspn(header, ";")));
    g_autofree char *timeout = cap_rtsp_header_parameter(header, "timeout");
    gint64 seconds = timeout ? g_ascii_strtoll(timeout, NULL, 10) : 0;
    if (seconds > 0)
        client->alive_every_us =
            CLAMP(seconds, TIMEOUT_LEAST_S, TIMEOUT_MOST_S) * G_USEC_PER_SEC / 2;
}

/* False if it is not to come over this connection. */
static bool take_transport(const CapRtspMessage *answer, uint8_t *channel)
{
    const char *header = cap_rtsp_message_header(answer, "Transport", 0);
    if (!header)
        return true; // as we asked
    g_autofree char *first = g_strndup(header, strcspn(header, ","));
    g_autofree char *channels = cap_rtsp_header_parameter(first, "interleaved");
    if (!channels)
        return strstr(first, "TCP") != NULL;
    guint64 number = g_ascii_strtoull(channels, NULL, 10);
    if (number > UINT8_MAX - 1)
        return false;
    *channel = (uint8_t)number;
    return true;
}

bool cap_rtsp_client_set_up(CapRtspClient *client, const CapSdpMedia *media, uint8_t *ret_channel,
                            bool *ret_refused, GError **error)
{
    g_auto(CapRtspMessage) answer = {0};
    g_autofree char *uri = cap_rtsp_url_join(client->base, media->control);
    uint8_t channel = client->next_channel;
    g_autofree char *headers = g_strdup_printf(
        "Transport: RTP/AVP/TCP;unicast;interleaved=%u-%u\r\n", channel, channel + 1u);
    *ret_refused = false;
    CapRtspEventKind kind = request(client, "SETUP", uri, headers, &answer, error);
    if (kind != CAP_RTSP_MESSAGE)
        return false;
    *ret_refused = answer.status == STATUS_TRANSPORT;
    if (answer.status / 100 != 2)
        return fail_status(client, &answer, error);
    take_session(client, &answer);
    *ret_refused = !take_transport(&answer, &channel);
    if (*ret_refused)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "%s does not send over the connection it is asked to", client->address);
    client->next_channel = (uint8_t)(channel + 2);
    *ret_channel = channel;
    return true;
}

bool cap_rtsp_client_play(CapRtspClient *client, GError **error)
{
    g_auto(CapRtspMessage) answer = {0};
    cap_rtsp_connection_flow(client->connection);
    client->plays = true;
    CapRtspEventKind kind =
        request(client, "PLAY", client->aggregate, "Range: npt=0.000-\r\n", &answer, error);
    client->alive_us = g_get_monotonic_time() + client->alive_every_us;
    if (kind != CAP_RTSP_MESSAGE)
        return kind == CAP_RTSP_FRAME;
    take_session(client, &answer);
    return answer.status / 100 == 2 || fail_status(client, &answer, error);
}

/* --- while it plays -------------------------------------------------------------------------- */

static void keep_alive(CapRtspClient *client)
{
    const char *method = client->gets_params ? "GET_PARAMETER" : "OPTIONS";
    client->alive_us = g_get_monotonic_time() + client->alive_every_us;
    /* If the camera takes nothing any more, its pictures will stop, too, and be missed. */
    send_request(client, method, client->aggregate, "", 0, NULL);
}

/* An answer to a request that nobody waits for: PLAY or a renewal. */
static CapRtspEventKind take_answer(CapRtspClient *client, const CapRtspMessage *answer,
                                    GError **error)
{
    if (client->has_early) { // of PLAY, behind the first frames
        client->has_early = false;
        if (answer->status / 100 == 2)
            return CAP_RTSP_NOTHING;
        fail_status(client, answer, error);
        return CAP_RTSP_BROKEN;
    }
    if (answer->status == STATUS_UNAUTHORIZED && client->auth && !client->renewed_nonce) {
        client->renewed_nonce = true;
        if (cap_rtsp_auth_take(client->auth, answer))
            keep_alive(client);
    } else if (answer->status / 100 == 2) {
        client->renewed_nonce = false;
    } else if (answer->status != STATUS_SESSION_GONE) {
        client->gets_params = false;
    }
    return CAP_RTSP_NOTHING;
}

/* Takes @failed. */
static void name_failure(const CapRtspClient *client, GError *failed, GError **error)
{
    if (mj_error_is(failed, MJ_ERROR_IO))
        g_prefix_error(&failed, "the connection to %s broke: ", client->address);
    else if (!mj_error_is(failed, MJ_ERROR_CANCELLED))
        g_prefix_error(&failed, "%s: ", client->address);
    g_propagate_error(error, failed);
}

CapRtspEventKind cap_rtsp_client_next(CapRtspClient *client, int64_t deadline_us, CapRtspEvent *ret,
                                      GError **error)
{
    if (client->has_early && client->early.data) {
        *ret = client->early;
        client->early.data = NULL;
        return CAP_RTSP_FRAME;
    }
    for (;;) {
        int64_t until_us = MIN(deadline_us, client->alive_us);
        GError *failed = NULL;
        CapRtspEventKind kind =
            cap_rtsp_connection_next(client->connection, until_us, ret, &failed);
        if (failed)
            name_failure(client, failed, error);
        int64_t now_us = kind == CAP_RTSP_FRAME ? ret->mono_us : g_get_monotonic_time();
        if (kind == CAP_RTSP_MESSAGE) {
            kind = ret->message.status ? take_answer(client, &ret->message, error)
                                       : serve(client, &ret->message);
            cap_rtsp_message_clear(&ret->message);
        }
        client->over |= kind == CAP_RTSP_END || kind == CAP_RTSP_BROKEN;
        if (!client->over && now_us >= client->alive_us)
            keep_alive(client);
        if (kind != CAP_RTSP_NOTHING || now_us >= deadline_us)
            return kind;
    }
}

/* Bytes that wait unread when a socket is closed make the kernel reset the connection, which may
 * reach the camera before it read our goodbye: so its answer is waited for. */
static void say_goodbye(CapRtspClient *client)
{
    int64_t until_us = g_get_monotonic_time() + CAP_RTSP_CLOSE_US;
    cap_rtsp_connection_last_words(client->connection);
    if (!send_request(client, "TEARDOWN", client->aggregate, "", until_us, NULL))
        return;
    for (bool answered = false; !answered;) {
        CapRtspEvent event;
        CapRtspEventKind kind =
            cap_rtsp_connection_next(client->connection, until_us, &event, NULL);
        answered = kind != CAP_RTSP_FRAME &&
                   (kind != CAP_RTSP_MESSAGE ||
                    (event.message.status && is_present(client, &event.message)));
        cap_rtsp_message_clear(&event.message);
    }
}

void cap_rtsp_client_close(CapRtspClient *client)
{
    if (!client)
        return;
    if (client->session && client->connection && !client->over)
        say_goodbye(client);
    cap_rtsp_connection_free(client->connection);
    cap_rtsp_auth_free(client->auth);
    cap_sdp_free(client->sdp);
    cap_rtsp_url_clear(&client->url);
    g_clear_object(&client->cancel);
    g_free(client->aggregate);
    g_free(client->base);
    g_free(client->session);
    g_free(client->address);
    g_free(client);
}
