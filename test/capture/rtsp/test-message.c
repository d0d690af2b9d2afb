// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/message.h"

#include <string.h>

static CapRtspParse parse(const char *text, CapRtspMessage *ret, size_t *ret_used)
{
    size_t size = strlen(text); // a copy of its size, for sanitizers
    g_autofree uint8_t *copy = g_memdup2(size ? text : "x", MAX(size, 1));
    return cap_rtsp_message_parse(copy, size, ret, ret_used);
}

static void test_answer(void)
{
    static const char TEXT[] = "RTSP/1.0 200 OK\r\nCSeq: 3\r\ncontent-length:4\r\n"
                               "Session:  77 ; timeout = 30\r\nX-Long: a\r\n\tb\r\n c\r\n"
                               "X-Long: second\r\n\r\nbodyREST";
    g_auto(CapRtspMessage) message = {0};
    size_t used = 0;
    g_assert_cmpint(parse(TEXT, &message, &used), ==, CAP_RTSP_WHOLE);
    g_assert_cmpuint(used, ==, strlen(TEXT) - 4);
    g_assert_cmpint(message.status, ==, 200);
    g_assert_cmpstr(message.reason, ==, "OK");
    g_assert_cmpstr(message.body, ==, "body");
    g_assert_cmpuint(message.body_size, ==, 4);
    g_assert_cmpstr(cap_rtsp_message_header(&message, "cseq", 0), ==, "3");
    g_assert_cmpstr(cap_rtsp_message_header(&message, "x-long", 0), ==, "a b c");
    g_assert_cmpstr(cap_rtsp_message_header(&message, "X-LONG", 1), ==, "second");
    g_assert_null(cap_rtsp_message_header(&message, "X-Long", 2));
    g_autofree char *timeout =
        cap_rtsp_header_parameter(cap_rtsp_message_header(&message, "Session", 0), "timeout");
    g_assert_cmpstr(timeout, ==, "30");
}

/* Every beginning of a message may become one. */
static void test_partial(void)
{
    static const char *const WHOLE[] = {
        "RTSP/1.0 404 Stream Not Found\r\nCSeq: 1\r\n\r\n",
        "\r\n\r\nRTSP/1.0 200\nCSeq: 1\nContent-Length: 2\n\nab",
        "GET_PARAMETER rtsp://c/s RTSP/1.0\r\nCSeq: 9\r\n\r\n",
        "TEARDOWN * RTSP/1.0\r\n\r\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(WHOLE); i++) {
        for (size_t length = 0; length <= strlen(WHOLE[i]); length++) {
            g_autofree char *part = g_strndup(WHOLE[i], length);
            g_auto(CapRtspMessage) message = {0};
            size_t used = 0;
            CapRtspParse parsed = parse(part, &message, &used);
            g_assert_cmpint(parsed, ==,
                            length == strlen(WHOLE[i]) ? CAP_RTSP_WHOLE : CAP_RTSP_PARTIAL);
            g_assert_cmpuint(used, ==, parsed == CAP_RTSP_WHOLE ? length : 0);
            g_assert_true(cap_rtsp_message_begins((const uint8_t *)part, length));
        }
    }
}

static void test_request(void)
{
    g_auto(CapRtspMessage) message = {0};
    size_t used = 0;
    g_assert_cmpint(
        parse("SET_PARAMETER rtsp://c/s x RTSP/1.0\r\nCSeq: 9\r\n\r\n", &message, &used), ==,
        CAP_RTSP_WHOLE);
    g_assert_cmpint(message.status, ==, 0);
    g_assert_cmpstr(message.method, ==, "SET_PARAMETER");
    g_assert_cmpstr(message.uri, ==, "rtsp://c/s x");
}

static void test_bad(void)
{
    static const char *const BAD[] = {
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\n\r\n",
        "OPTIONS *\r\n\r\n",
        "RTSP/1.0\r\n\r\n",
        "RTSP/1.0 abc\r\n\r\n",
        "RTSP/1.0 99 Low\r\n\r\n",
        "RTSP/1.0 2000 High\r\n\r\n",
        "RTSP/1.0 200x\r\n\r\n",
        "RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        "RTSP/1.0 200 OK\r\nContent-Length: 65537\r\n\r\n",
        "RTSP/1.0 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "RTSP/1.0 200 OK\r\nContent-Length: 1x\r\n\r\n",
        "RTSP/1.0 200 \x01\r\n\r\n",
        "RTSP/1.0 200 OK\r\nA: b\rc\r\n\r\n",
        "$",
        "xyz",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        g_auto(CapRtspMessage) message = {0};
        size_t used = 0;
        g_test_message("%s", BAD[i]);
        g_assert_cmpint(parse(BAD[i], &message, &used), ==, CAP_RTSP_BAD);
        g_assert_null(message.headers);
    }
}

static void test_ceilings(void)
{
    g_autoptr(GString) text = g_string_new("RTSP/1.0 200 OK\r\n");
    for (int i = 0; i < CAP_RTSP_HEADERS_MAX; i++)
        g_string_append(text, "a:b\r\n");
    g_auto(CapRtspMessage) message = {0};
    size_t used = 0;
    size_t enough = text->len;
    g_string_append(text, "\r\n");
    g_assert_cmpint(parse(text->str, &message, &used), ==, CAP_RTSP_WHOLE);
    cap_rtsp_message_clear(&message);
    g_string_insert(text, (gssize)enough, "a:b\r\n");
    g_assert_cmpint(parse(text->str, &message, &used), ==, CAP_RTSP_BAD);
    g_string_assign(text, "RTSP/1.0 200 OK\r\na:");
    while (text->len < CAP_RTSP_HEAD_MAX_BYTES - 1)
        g_string_append_c(text, 'x');
    g_assert_cmpint(parse(text->str, &message, &used), ==, CAP_RTSP_PARTIAL);
    g_string_append_c(text, 'x');
    g_assert_cmpint(parse(text->str, &message, &used), ==, CAP_RTSP_BAD);
}

static void test_parameter(void)
{
    static const struct {
        const char *header, *key, *value;
    } CASES[] = {
        {"RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=1A", "interleaved", "2-3"},
        {"RTP/AVP/TCP; unicast; INTERLEAVED = 2-3", "interleaved", "2-3"},
        {"a=1;ab=2", "ab", "2"},
        {"ab=2;a=1", "a", "1"},
        {"a=\"x y\"", "a", "x y"},
        {"a=\"", "a", "\""},
        {"a=", "a", ""},
        {"a", "a", NULL},
        {"", "a", NULL},
        {"sprop-parameter-sets=Z0IA,aM4=; b=c", "sprop-parameter-sets", "Z0IA,aM4="},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *value = cap_rtsp_header_parameter(CASES[i].header, CASES[i].key);
        g_assert_cmpstr(value, ==, CASES[i].value);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtsp-message/answer", test_answer);
    g_test_add_func("/rtsp-message/partial", test_partial);
    g_test_add_func("/rtsp-message/request", test_request);
    g_test_add_func("/rtsp-message/bad", test_bad);
    g_test_add_func("/rtsp-message/ceilings", test_ceilings);
    g_test_add_func("/rtsp-message/parameter", test_parameter);
    return g_test_run();
}
