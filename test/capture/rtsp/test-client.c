// SPDX-License-Identifier: GPL-3.0-or-later
/* Dialogues with cameras that follow a script: what is asked, and what comes of the answers. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/rtsp/connection.h"
#include "capture/rtsp/reader.h"
#include "index/base/error.h"
#include "index/segment/gap.h"
#include "test/capture/rtsp/pipe.h"

#define OK "RTSP/1.0 200 OK\r\nCSeq: @C\r\n"
#define SDP "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:t0\r\n"
#define DESCRIBED                                                                                  \
    OK "Content-Base: rtsp://127.0.0.1:@P/s/\r\nContent-Type: application/sdp\r\n"                 \
       "Content-Length: 60\r\n\r\n" SDP
#define SETTLED                                                                                    \
    OK "Session: 42;timeout=30\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
#define DIGEST "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"\r\n"
#define OTHER_DIGEST "WWW-Authenticate: Digest realm=\"other\", nonce=\"n9\", qop=\"auth\"\r\n"
#define UNAUTHORIZED "RTSP/1.0 401 Unauthorized\r\nCSeq: @C\r\n"
#define OPTIONS                                                                                    \
    {                                                                                              \
        {"OPTIONS rtsp://127.0.0.1"}, NULL, OK "Public: DESCRIBE, GET_PARAMETER\r\n\r\n"           \
    }
#define TEARDOWN                                                                                   \
    {                                                                                              \
        {"TEARDOWN rtsp://127.0.0.1", "Session: 42\r\n"}, NULL, OK "\r\n"                          \
    }

static CapSource *open_it(const Script *script, const char *credentials, const char *fragment,
                          bool *ret_other, GError **error)
{
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_autofree char *url = script_url(script, credentials);
    g_autofree char *whole = g_strconcat(url, fragment, NULL);
    return cap_rtsp_reader_open(whole, cancel, ret_other, error);
}

static void check_plays(const Step *steps, const char *credentials)
{
    Script *script = script_start(steps);
    bool other;
    g_autoptr(GError) error = NULL;
    CapSource *source = open_it(script, credentials, "", &other, &error);
    g_assert_no_error(error);
    g_assert_nonnull(source);
    cap_rtsp_reader.close(source);
    script_end(script);
}

static void check_fails(const Step *steps, const char *credentials, const char *reason,
                        const char *says)
{
    Script *script = script_start(steps);
    bool other;
    g_autoptr(GError) error = NULL;
    g_assert_null(open_it(script, credentials, "", &other, &error));
    g_assert_false(other);
    g_assert_nonnull(error);
    g_test_message("%s", error->message);
    g_assert_cmpstr(idx_gap_reason(error), ==, reason);
    g_assert_nonnull(strstr(error->message, says));
    g_assert_null(strstr(error->message, "secret"));
    script_end(script);
}

static void test_plain(void)
{
    static const Step STEPS[] = {
        OPTIONS,
        {{"DESCRIBE rtsp://127.0.0.1", "/s RTSP/1.0\r\n", "Accept: application/sdp\r\n"},
         "Authorization",
         DESCRIBED},
        {{"SETUP rtsp://127.0.0.1", "/s/t0 RTSP/1.0\r\n",
          "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"},
         "Session",
         SETTLED},
        {{"PLAY rtsp://127.0.0.1", "/s/ RTSP/1.0\r\n", "Session: 42\r\n"}, "timeout", OK "\r\n"},
        TEARDOWN,
        {{NULL}, NULL, NULL},
    };
    check_plays(STEPS, "");
}

/* The password is said only when it is asked for, each request anew, and again when only the nonce
 * was too old. */
static void test_digest(void)
{
    static const Step STEPS[] = {
        {{"OPTIONS"},
         "Authorization",
         UNAUTHORIZED "WWW-Authenticate: Basic realm=\"r\"\r\n" DIGEST "\r\n"},
        {{"OPTIONS", "Authorization: Digest username=\"u\"", "nc=00000001"}, "secret", OK "\r\n"},
        {{"DESCRIBE", "Authorization: Digest", "nc=00000002"}, "secret", DESCRIBED},
        {{"SETUP", "/s/t0\"", "nonce=\"n1\""},
         NULL,
         UNAUTHORIZED
         "WWW-Authenticate: Digest realm=\"r\", nonce=\"n2\", qop=\"auth\", stale=true\r\n\r\n"},
        {{"SETUP", "nonce=\"n2\"", "nc=00000001"}, NULL, SETTLED},
        {{"PLAY", "nonce=\"n2\""}, NULL, OK "\r\n"},
        {{"TEARDOWN", "Authorization: Digest"}, NULL, OK "\r\n"},
        {{NULL}, NULL, NULL},
    };
    check_plays(STEPS, "u:secret@");
}

/* One attempt, no more. */
static void test_wrong_password(void)
{
    static const Step WRONG[] = {
        OPTIONS,
        {{"DESCRIBE"}, "Authorization", UNAUTHORIZED DIGEST "\r\n"},
        {{"DESCRIBE", "Authorization: Digest"}, NULL, UNAUTHORIZED DIGEST "\r\n"},
        {{NULL}, NULL, NULL},
    };
    static const Step ASKED[] = {
        OPTIONS,
        {{"DESCRIBE"}, "Authorization", UNAUTHORIZED DIGEST "\r\n"},
        {{NULL}, NULL, NULL},
    };
    static const Step FORBIDDEN[] = {
        OPTIONS,
        {{"DESCRIBE"}, NULL, "RTSP/1.0 403 Forbidden\r\nCSeq: @C\r\n\r\n"},
        {{NULL}, NULL, NULL},
    };
    check_fails(WRONG, "u:secret@", IDX_REASON_UNAUTHORIZED, "refuses our user name and password");
    check_fails(ASKED, "", IDX_REASON_UNAUTHORIZED, "wants a user name and password");
    check_fails(FORBIDDEN, "u:secret@", IDX_REASON_UNAUTHORIZED, "refuses");
}

static void test_refusals(void)
{
    static const struct {
        const char *answer, *reason, *says;
    } REFUSALS[] = {
        {"RTSP/1.0 404 Stream Not Found\r\n\r\n", IDX_REASON_REFUSED, "no such stream (404)"},
        {"RTSP/1.0 453 Not Enough Bandwidth\r\n\r\n", IDX_REASON_REFUSED,
         "answers with an error: 453 Not Enough Bandwidth"},
        {"HTTP/1.1 400 Bad Request\r\n\r\n", IDX_REASON_REFUSED, "not as an RTSP camera does"},
        {OK "\r\n", IDX_REASON_REFUSED, "names no media"},
        {OK "Content-Length: 50\r\n\r\nm=video 0 RTP/AVP 26\r\nm=audio 0 RTP/AVP 8\r\na=xyz\r\n",
         IDX_REASON_UNSUPPORTED, "sends video as JPEG; only H.264"},
        {OK "Content-Length: 21\r\n\r\nm=audio 0 RTP/AVP 8\r\n", IDX_REASON_UNSUPPORTED,
         "sends no video"},
        {NULL, IDX_REASON_OFFLINE, "broke"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(REFUSALS); i++) {
        Step steps[] = {OPTIONS, {{"DESCRIBE"}, NULL, REFUSALS[i].answer}, {{NULL}, NULL, NULL}};
        check_fails(steps, "", REFUSALS[i].reason, REFUSALS[i].says);
    }
    static const Step SILENT[] = {{{"OPTIONS"}, NULL, NULL}, {{NULL}, NULL, NULL}};
    check_fails(SILENT, "", IDX_REASON_REFUSED, "not as an RTSP camera does");
}

/* Another protocol's bytes may look like the head of a frame, whose rest would never come. */
static void test_no_frame_before_words(void)
{
    static const uint8_t NOISE[] = {'$', 1, 0xff, 0xf0, 0x80, 'n', 'o', 'i', 's', 'e'};
    int ends[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), ==, 0);
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_autoptr(CapRtspConnection) connection = cap_rtsp_connection_new_from(ends[0], cancel);
    g_assert_cmpint(write(ends[1], NOISE, sizeof NOISE), ==, sizeof NOISE);
    g_autoptr(GError) error = NULL;
    CapRtspEvent event;
    int64_t until_us = g_get_monotonic_time() + 20 * G_USEC_PER_SEC; // never reached
    g_assert_cmpint(cap_rtsp_connection_next(connection, until_us, &event, &error), ==,
                    CAP_RTSP_BROKEN);
    g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
    close(ends[1]);
}

/* On the same host with the password, once it asks for it; elsewhere without. */
static void test_redirection(void)
{
    static const Step STEPS[] = {
        {{"OPTIONS"}, NULL, UNAUTHORIZED DIGEST "\r\n"},
        {{"OPTIONS", "Authorization"}, NULL, OK "\r\n"},
        {{"DESCRIBE", "Authorization"},
         NULL,
         "RTSP/1.0 302 Moved\r\nCSeq: @C\r\nLocation: rtsp://127.0.0.1:@P/second\r\n\r\n",
         .hangs_up = true},
        {{"OPTIONS", "/second"}, "Authorization", OK "\r\n"},
        {{"DESCRIBE", "/second"}, "Authorization", UNAUTHORIZED OTHER_DIGEST "\r\n"},
        {{"DESCRIBE", "/second", "nonce=\"n9\""},
         NULL,
         "RTSP/1.0 301 Moved\r\nCSeq: @C\r\nLocation: rtsp://localhost:@P/third\r\n\r\n",
         .hangs_up = true},
        {{"OPTIONS", "localhost", "/third"}, "Authorization", UNAUTHORIZED DIGEST "\r\n"},
        {{NULL}, NULL, NULL},
    };
    static const Step ELSEWHERE[] = {
        OPTIONS,
        {{"DESCRIBE"}, NULL, "RTSP/1.0 302 Moved\r\nCSeq: @C\r\nLocation: http://x/\r\n\r\n"},
        {{NULL}, NULL, NULL},
    };
    check_fails(STEPS, "u:secret@", IDX_REASON_UNAUTHORIZED, "wants a user name");
    check_fails(ELSEWHERE, "", IDX_REASON_REFUSED, "elsewhere (302)");
}

/* The same where libav reads: over UDP, here. */
static void test_redirection_libav(void)
{
    static const Step STEPS[] = {
        {{"OPTIONS"}, NULL, UNAUTHORIZED DIGEST "\r\n"},
        {{"OPTIONS", "Authorization"}, NULL, OK "\r\n"},
        {{"DESCRIBE", "Authorization"},
         NULL,
         "RTSP/1.0 302 Moved\r\nCSeq: @C\r\nLocation: rtsp://localhost:@P/third\r\n\r\n",
         .hangs_up = true},
        {{NULL}, NULL, NULL},
    };
    Script *script = script_start(STEPS);
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_autofree char *bare = script_url(script, "u:secret@");
    g_autofree char *url = g_strconcat(bare, "#udp", NULL);
    g_assert_null(cap_source_rtsp.open(url, cancel, &error));
    g_assert_cmpstr(idx_gap_reason(error), ==, IDX_REASON_REFUSED);
    g_assert_nonnull(strstr(error->message, "another host"));
    g_assert_null(strstr(error->message, "secret"));
    script_end(script);
}

/* A host whose port takes no more connections, and says nothing. */
static void test_connecting_ends(void)
{
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocket) full =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_socket_set_listen_backlog(full, 0);
    g_assert_true(g_socket_bind(full, any, FALSE, NULL));
    g_assert_true(g_socket_listen(full, NULL));
    g_autoptr(GSocketAddress) place = g_socket_get_local_address(full, NULL);
    uint16_t port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(place));
    g_autoptr(GPtrArray) taken =
        g_ptr_array_new_with_free_func((GDestroyNotify)cap_rtsp_connection_free);
    g_autoptr(GError) error = NULL;
    while (!error && taken->len < 16) {
        int64_t begun_us = g_get_monotonic_time();
        CapRtspConnection *made =
            cap_rtsp_connection_new("127.0.0.1", port, 200000, cancel, &error);
        if (made)
            g_ptr_array_add(taken, made);
        g_assert_cmpint(g_get_monotonic_time() - begun_us, <, 20 * G_USEC_PER_SEC);
    }
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* What we cannot do is left to who can. */
static void test_other(void)
{
    static const Step REFUSED[] = {
        OPTIONS,
        {{"DESCRIBE"}, NULL, DESCRIBED},
        {{"SETUP"}, NULL, "RTSP/1.0 461 Unsupported Transport\r\nCSeq: @C\r\n\r\n"},
        {{NULL}, NULL, NULL},
    };
    static const Step BY_UDP[] = {
        OPTIONS,
        {{"DESCRIBE"}, NULL, DESCRIBED},
        {{"SETUP"},
         NULL,
         OK "Session: 42\r\nTransport: RTP/AVP;unicast;client_port=2-3;server_port=4-5\r\n\r\n"},
        TEARDOWN,
        {{NULL}, NULL, NULL},
    };
    static const Step RARE[] = {
        OPTIONS,
        {{"DESCRIBE"}, NULL, OK "Content-Length: 82\r\n\r\n" SDP "m=audio 0 RTP/AVP 14\r\n"},
        {{NULL}, NULL, NULL},
    };
    static const Step *const OTHERS[] = {REFUSED, BY_UDP, RARE};
    for (size_t i = 0; i < G_N_ELEMENTS(OTHERS); i++) {
        Script *script = script_start(OTHERS[i]);
        bool other = false;
        g_autoptr(GError) error = NULL;
        g_assert_null(open_it(script, "", "", &other, &error));
        g_assert_true(other);
        g_assert_no_error(error);
        script_end(script);
    }
    Script *script = script_start(REFUSED);
    bool other = false;
    g_autoptr(GError) error = NULL;
    g_assert_null(open_it(script, "", "#tcp", &other, &error));
    g_assert_false(other);
    g_assert_nonnull(strstr(error->message, "461"));
    script_end(script);
}

/* Cameras that leave out CSeq, answer late, or ask something themselves. */
static void test_loose(void)
{
    static const Step STEPS[] = {
        {{"OPTIONS"}, NULL, "RTSP/1.0 200 OK\r\n\r\nRTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"},
        {{"DESCRIBE"}, NULL, "OPTIONS * RTSP/1.0\r\nCSeq: 77\r\n\r\n"},
        {{"RTSP/1.0 200 OK\r\nCSeq: 77\r\n"}, NULL, "PLAY * RTSP/1.0\r\nCSeq: 78\r\n\r\n"},
        {{"RTSP/1.0 501 "}, NULL, "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 60\r\n\r\n" SDP},
        {{"SETUP rtsp://127.0.0.1", "/s/t0 "}, NULL, OK "Session: 42 ; timeout=x\r\n\r\n"},
        {{"PLAY rtsp://127.0.0.1", "/s RTSP/1.0"}, NULL, OK "\r\n"},
        TEARDOWN,
        {{NULL}, NULL, NULL},
    };
    check_plays(STEPS, "");
}

/* Pictures may come before PLAY is answered, on the channels that the camera chose; the session is
 * kept alive. */
static void test_early_and_alive(void)
{
    static const Step STEPS[] = {
        OPTIONS,
        {{"DESCRIBE"}, NULL, DESCRIBED},
        {{"SETUP"},
         NULL,
         OK "Session: 42;timeout=2\r\nTransport: RTP/AVP/TCP;unicast;interleaved=64-65\r\n\r\n"},
        {{"PLAY"}, NULL, "$@\x01\x0f\x80`xxxxxxxxxxe" /* 271 bytes, see below */, true},
        {{NULL}, NULL, OK "\r\n"},
        {{"GET_PARAMETER rtsp://127.0.0.1", "Session: 42\r\n"},
         NULL,
         "RTSP/1.0 501 Not Implemented\r\nCSeq: @C\r\n\r\n"},
        {{"OPTIONS rtsp://127.0.0.1", "Session: 42\r\n"}, NULL, OK "\r\n", .hangs_up = true},
        {{NULL}, NULL, NULL},
    };
    Step steps[G_N_ELEMENTS(STEPS)];
    memcpy(steps, STEPS, sizeof steps);
    g_autoptr(GString) frame = g_string_new(STEPS[3].answer);
    while (frame->len < 4 + 271)
        g_string_append_c(frame, 'p');
    steps[3].answer = frame->str;
    Script *script = script_start(steps);
    bool other;
    g_autoptr(GError) error = NULL;
    CapSource *source = open_it(script, "", "", &other, &error);
    g_assert_no_error(error);
    g_auto(CapPacket) packet = {0};
    g_assert_cmpint(cap_rtsp_reader.read(source, &packet, &error), ==, CAP_READ_PACKET);
    g_assert_true(packet.key);
    g_assert_cmpuint(packet.size, ==, 4 + 271 - 12);
    g_auto(CapPacket) none = {0};
    g_assert_cmpint(cap_rtsp_reader.read(source, &none, &error), ==, CAP_READ_END);
    cap_rtsp_reader.close(source);
    script_end(script);
}

static void test_unreachable(void)
{
    static const Step NOTHING[] = {{{NULL}, NULL, NULL}};
    Script *script = script_start(NOTHING);
    g_autofree char *url = script_url(script, "u:secret@");
    script_end(script); // its port is nobody's now
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    bool other;
    g_autoptr(GError) refused = NULL, stopped = NULL, unknown = NULL;
    g_assert_null(cap_rtsp_reader_open(url, cancel, &other, &refused));
    g_assert_cmpstr(idx_gap_reason(refused), ==, IDX_REASON_OFFLINE);
    g_assert_nonnull(strstr(refused->message, "refuses the connection"));
    g_assert_null(strstr(refused->message, "secret"));
    g_assert_null(cap_rtsp_reader_open("rtsp://no-such-host.invalid/", cancel, &other, &unknown));
    g_assert_cmpstr(idx_gap_reason(unknown), ==, IDX_REASON_OFFLINE);
    g_cancellable_cancel(cancel);
    g_assert_null(cap_rtsp_reader_open(url, cancel, &other, &stopped));
    g_assert_true(mj_error_is(stopped, MJ_ERROR_CANCELLED));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtsp-client/plain", test_plain);
    g_test_add_func("/rtsp-client/digest", test_digest);
    g_test_add_func("/rtsp-client/wrong-password", test_wrong_password);
    g_test_add_func("/rtsp-client/refusals", test_refusals);
    g_test_add_func("/rtsp-client/no-frame-before-words", test_no_frame_before_words);
    g_test_add_func("/rtsp-client/redirection", test_redirection);
    g_test_add_func("/rtsp-client/connecting-ends", test_connecting_ends);
    g_test_add_func("/rtsp-client/redirection-libav", test_redirection_libav);
    g_test_add_func("/rtsp-client/other", test_other);
    g_test_add_func("/rtsp-client/loose", test_loose);
    g_test_add_func("/rtsp-client/early-and-alive", test_early_and_alive);
    g_test_add_func("/rtsp-client/unreachable", test_unreachable);
    return g_test_run();
}
