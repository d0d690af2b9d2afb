// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/auth.h"

#include <string.h>

/* The examples of RFC 2617 3.5 and RFC 7616 3.9.1, and one without qop (RFC 2069 2.4, with the
 * response as its errata have it). */
static void test_vectors(void)
{
    static const char NONCE[] = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    static const char CNONCE[] = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    static const struct {
        CapRtspDigest digest;
        const char *response;
    } VECTORS[] = {
        {{CAP_RTSP_AUTH_MD5, false, "Mufasa", "testrealm@host.com", "Circle Of Life",
          "dcd98b7102dd2f0e8b11d0f600bfb0c093", "auth", "00000001", "0a4f113b", "GET",
          "/dir/index.html"},
         "6629fae49393a05397450978507c4ef1"},
        {{CAP_RTSP_AUTH_MD5, false, "Mufasa", "http-auth@example.org", "Circle of Life", NONCE,
          "auth", "00000001", CNONCE, "GET", "/dir/index.html"},
         "8ca523f5e9506fed4657c9700eebdbec"},
        {{CAP_RTSP_AUTH_SHA256, false, "Mufasa", "http-auth@example.org", "Circle of Life", NONCE,
          "auth", "00000001", CNONCE, "GET", "/dir/index.html"},
         "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
        {{CAP_RTSP_AUTH_MD5, false, "Mufasa", "testrealm@host.com", "CircleOfLife",
          "dcd98b7102dd2f0e8b11d0f600bfb0c093", NULL, NULL, NULL, "GET", "/dir/index.html"},
         "1949323746fe6a43ef61f9606e7febea"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(VECTORS); i++) {
        g_autofree char *response = cap_rtsp_auth_digest(&VECTORS[i].digest);
        g_assert_cmpstr(response, ==, VECTORS[i].response);
    }
}

/* A session's secret is hashed once more with nonce and cnonce (RFC 2617 3.2.2.2): checked step by
 * step. SHA-512/256 has no example that every erratum agrees on, so it is checked by itself. */
static void test_session(void)
{
    CapRtspDigest digest = {CAP_RTSP_AUTH_MD5, true, "u",    "r",        "p", "n", "auth",
                            "00000001",        "c",  "PLAY", "rtsp://x/"};
    g_autofree char *response = cap_rtsp_auth_digest(&digest);
    g_autofree char *first = g_compute_checksum_for_string(G_CHECKSUM_MD5, "u:r:p", -1);
    g_autofree char *both = g_strconcat(first, ":n:c", NULL);
    g_autofree char *who = g_compute_checksum_for_string(G_CHECKSUM_MD5, both, -1);
    g_autofree char *what = g_compute_checksum_for_string(G_CHECKSUM_MD5, "PLAY:rtsp://x/", -1);
    g_autofree char *all = g_strdup_printf("%s:n:00000001:c:auth:%s", who, what);
    g_autofree char *expected = g_compute_checksum_for_string(G_CHECKSUM_MD5, all, -1);
    g_assert_cmpstr(response, ==, expected);
    digest.kind = CAP_RTSP_AUTH_SHA512_256;
    g_autofree char *long_one = cap_rtsp_auth_digest(&digest);
    g_assert_cmpuint(strlen(long_one), ==, 64);
}

/* An answer with these challenges, "|" between headers. */
static void answer_with(const char *challenges, CapRtspMessage *ret)
{
    g_auto(GStrv) lines = g_strsplit(challenges, "|", -1);
    g_autoptr(GString) text = g_string_new("RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n");
    for (char **line = lines; *line; line++)
        g_string_append_printf(text, "WWW-Authenticate: %s\r\n", *line);
    g_string_append(text, "\r\n");
    size_t used;
    g_assert_cmpint(cap_rtsp_message_parse((const uint8_t *)text->str, text->len, ret, &used), ==,
                    CAP_RTSP_WHOLE);
}

static bool take(CapRtspAuth *auth, const char *challenges)
{
    g_auto(CapRtspMessage) answer = {0};
    answer_with(challenges, &answer);
    return cap_rtsp_auth_take(auth, &answer);
}

static void test_choice(void)
{
    static const struct {
        const char *challenges;
        CapRtspAuthKind kind;
    } CHOICES[] = {
        {"Basic realm=\"x\"", CAP_RTSP_AUTH_BASIC},
        {"Digest realm=\"x\", nonce=\"n\"", CAP_RTSP_AUTH_MD5},
        {"Digest realm=\"x\", nonce=\"n\", algorithm=MD5|Basic realm=\"x\"", CAP_RTSP_AUTH_MD5},
        {"Basic realm=\"x\"|Digest realm=\"x\", nonce=\"n\"", CAP_RTSP_AUTH_MD5},
        {"Digest realm=\"x\", nonce=\"n\", algorithm=MD5|"
         "Digest realm=\"x\", nonce=\"n\", algorithm=\"SHA-256\", qop=\"auth\"",
         CAP_RTSP_AUTH_SHA256},
        {"Digest realm=\"x\", nonce=\"n\", algorithm=SHA-512-256, qop=\"auth\"|"
         "Digest realm=\"x\", nonce=\"n\", algorithm=SHA-256",
         CAP_RTSP_AUTH_SHA512_256},
        {"Basic realm=\"x\", Digest realm=\"x, y\", nonce=\"n\"", CAP_RTSP_AUTH_MD5},
        {"Digest realm=\"x\", nonce=\"n\", Basic realm=\"z\"", CAP_RTSP_AUTH_MD5},
        {"digest REALM=\"x\",NONCE=\"n\",Stale=FALSE", CAP_RTSP_AUTH_MD5},
        {"Digest realm=\"x\", nonce=\"n\", qop=\"auth-int\"|Basic realm=\"x\"",
         CAP_RTSP_AUTH_BASIC},
        {"Digest realm=\"x\", nonce=\"n\", algorithm=TOKEN", CAP_RTSP_AUTH_NONE},
        {"Digest realm=\"x\"", CAP_RTSP_AUTH_NONE},
        {"Negotiate", CAP_RTSP_AUTH_NONE},
        {"Negotiate abc==, Basic realm=\"x\"", CAP_RTSP_AUTH_BASIC},
        {"", CAP_RTSP_AUTH_NONE},
        {"=, \"", CAP_RTSP_AUTH_NONE},
        {"Digest realm=\"x, nonce=\"n", CAP_RTSP_AUTH_NONE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CHOICES); i++) {
        g_autoptr(CapRtspAuth) auth = cap_rtsp_auth_new("u", "p");
        g_test_message("%s", CHOICES[i].challenges);
        bool known = CHOICES[i].kind != CAP_RTSP_AUTH_NONE;
        g_assert_true(take(auth, CHOICES[i].challenges) == known);
        g_assert_cmpint(cap_rtsp_auth_kind(auth), ==, CHOICES[i].kind);
        g_autofree char *answer = cap_rtsp_auth_answer(auth, "PLAY", "rtsp://x/");
        g_assert_true((answer != NULL) == known);
    }
}

static void test_answers(void)
{
    g_autoptr(CapRtspAuth) auth = cap_rtsp_auth_new("Aladdin", "open sesame");
    g_assert_true(take(auth, "Basic realm=\"x\""));
    g_autofree char *basic = cap_rtsp_auth_answer(auth, "PLAY", "rtsp://x/");
    g_assert_cmpstr(basic, ==, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    g_assert_true(take(auth, "Digest realm=\"IP Camera(C1)\", nonce=\"abc\", stale=\"FALSE\""));
    g_assert_false(cap_rtsp_auth_is_stale(auth));
    g_autofree char *plain = cap_rtsp_auth_answer(auth, "DESCRIBE", "rtsp://x/");
    g_autofree char *who =
        g_compute_checksum_for_string(G_CHECKSUM_MD5, "Aladdin:IP Camera(C1):open sesame", -1);
    g_autofree char *what = g_compute_checksum_for_string(G_CHECKSUM_MD5, "DESCRIBE:rtsp://x/", -1);
    g_autofree char *all = g_strdup_printf("%s:abc:%s", who, what);
    g_autofree char *response = g_compute_checksum_for_string(G_CHECKSUM_MD5, all, -1);
    g_autofree char *expected = g_strdup_printf(
        "Digest username=\"Aladdin\", realm=\"IP Camera(C1)\", nonce=\"abc\", uri=\"rtsp://x/\", "
        "response=\"%s\"",
        response);
    g_assert_cmpstr(plain, ==, expected);
    g_assert_true(take(auth,
                       "Digest realm=\"x\", nonce=\"new\", opaque=\"o\", qop=\"auth,auth-int\", "
                       "algorithm=MD5, stale=true"));
    g_assert_true(cap_rtsp_auth_is_stale(auth));
    g_autofree char *one = cap_rtsp_auth_answer(auth, "PLAY", "rtsp://x/");
    g_autofree char *two = cap_rtsp_auth_answer(auth, "PLAY", "rtsp://x/");
    g_assert_nonnull(strstr(one, ", opaque=\"o\", qop=auth, nc=00000001, cnonce=\""));
    g_assert_nonnull(strstr(one, ", algorithm=MD5"));
    g_assert_nonnull(strstr(two, "nc=00000002"));
    g_assert_cmpstr(one, !=, two);
    g_assert_false(take(auth, "Negotiate")); // what was taken stays
    g_assert_cmpint(cap_rtsp_auth_kind(auth), ==, CAP_RTSP_AUTH_MD5);
}

static void test_quotes(void)
{
    g_autoptr(CapRtspAuth) auth = cap_rtsp_auth_new("a\"b\\c", "p");
    g_assert_true(take(auth, "Digest realm=\"a \\\"q\\\" b\", nonce=\"n\""));
    g_autofree char *answer = cap_rtsp_auth_answer(auth, "PLAY", "rtsp://x/");
    g_assert_true(g_str_has_prefix(
        answer, "Digest username=\"a\\\"b\\\\c\", realm=\"a \\\"q\\\" b\", nonce=\"n\", "));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtsp-auth/vectors", test_vectors);
    g_test_add_func("/rtsp-auth/session", test_session);
    g_test_add_func("/rtsp-auth/choice", test_choice);
    g_test_add_func("/rtsp-auth/answers", test_answers);
    g_test_add_func("/rtsp-auth/quotes", test_quotes);
    return g_test_run();
}
