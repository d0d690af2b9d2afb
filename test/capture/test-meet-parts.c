// SPDX-License-Identifier: GPL-3.0-or-later
/* The parts of meetings that are pure: what is taken of an offer, candidates that come later, the numbers of
 * relayed packets, and how parties are reached. */
#include <string.h>

#include "capture/meet/claim.h"
#include "capture/meet/coding.h"
#include "capture/meet/flow.h"
#include "capture/meet/frag.h"
#include "capture/meet/offer.h"
#include "capture/meet/relay.h"
#include "capture/meet/round_trip.h"
#include "capture/meet/ssrcs.h"
#include "index/base/error.h"
#include "index/meet/ice.h"

static char *chrome(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("MINGJING_SOURCE"), "test/fuzz/corpus/offer/sends", NULL);
    g_autofree char *all = NULL;
    gsize size = 0;
    g_assert_true(g_file_get_contents(path, &all, &size, NULL));
    return g_strndup(all + 1, size - 1);
}

static void test_offer(void)
{
    g_autofree char *text = chrome();
    g_autoptr(GError) error = NULL;
    g_autoptr(CapOffer) offer =
        cap_offer_parse(text, strlen(text), CAP_OFFER_SENDS, CAP_OFFER_ANY, &error);
    g_assert_no_error(error);
    g_assert_cmpint(offer->audio.index, ==, 0);
    g_assert_cmpint(offer->audio.type, ==, 111);
    g_assert_cmpint(offer->video.index, ==, 1);
    g_assert_cmpint(offer->video.type, ==, 108); // mode 1 and baseline, not the first H.264
    g_assert_cmpint(offer->video.again, ==, 109);
    g_assert_cmpstr(offer->video.mid, ==, "1");
    g_assert_cmpint(offer->video.counts, ==, 3);
    static const char *const GONE[] = {
        "VP8", "red/", ".local", " tcp ", "goog-remb", "ssrc-audio-level", "msid", "apt=102"};
    static const char *const KEPT[] = {"m=video 9 UDP/TLS/RTP/SAVPF 108 109\r\n",
                                       "apt=108",
                                       "transport-wide-cc",
                                       "192.0.2.7 50000",
                                       "FID 2231627014",
                                       "a=group:BUNDLE 0 1",
                                       "nack pli"};
    for (size_t i = 0; i < G_N_ELEMENTS(GONE); i++)
        g_assert_null(strstr(offer->text, GONE[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(KEPT); i++)
        g_assert_nonnull(strstr(offer->text, KEPT[i]));
}

/* VP8 where there is no H.264, or where it is wanted. */
static void test_offer_vp8(void)
{
    g_autofree char *text = chrome();
    g_autoptr(GString) without = g_string_new(text);
    g_string_replace(without, "H264/90000", "AV1/90000", 0);
    const struct {
        const char *text;
        CapOfferVideo wanted;
    } CASES[] = {{text, CAP_OFFER_VP8}, {without->str, CAP_OFFER_ANY}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(CapOffer) offer = cap_offer_parse(CASES[i].text, strlen(CASES[i].text),
                                                    CAP_OFFER_SENDS, CASES[i].wanted, &error);
        g_assert_no_error(error);
        g_assert_true(offer->video.vp8 && offer->could_vp8);
        g_assert_cmpint(offer->video.type, ==, 96);
        g_assert_nonnull(strstr(offer->text, "VP8/90000"));
        g_assert_null(strstr(offer->text, "H264"));
        g_assert_null(strstr(offer->text, "AV1"));
    }
}

/* What is mapped but not on the m-line is no offer, nor is a type that there is not. */
static void test_offer_types(void)
{
    static const struct {
        const char *types;
        bool good, could_vp8;
    } CASES[] = {{"96 102", true, true}, {"102", true, false}, {"-1", false, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *text = g_strdup_printf(
            "v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\n"
            "a=fingerprint:sha-256 00\r\nm=video 9 UDP/TLS/RTP/SAVPF %s\r\na=rtpmap:96 "
            "VP8/90000\r\n"
            "a=mid:0\r\na=rtcp-mux\r\na=sendonly\r\na=rtpmap:102 H264/90000\r\n",
            CASES[i].types);
        g_autoptr(CapOffer) offer =
            cap_offer_parse(text, strlen(text), CAP_OFFER_SENDS, CAP_OFFER_ANY, NULL);
        g_autoptr(CapOffer) vp8 =
            cap_offer_parse(text, strlen(text), CAP_OFFER_SENDS, CAP_OFFER_VP8, NULL);
        g_assert_true((offer != NULL) == CASES[i].good);
        g_assert_true(!offer || (!offer->video.vp8 && offer->video.type == 102));
        g_assert_true((offer && offer->could_vp8) == CASES[i].could_vp8);
        g_assert_true((vp8 != NULL) == CASES[i].could_vp8);
    }
}

static void test_offer_refused(void)
{
    static const struct {
        const char *what, *with, *words;
        CapOfferVideo wanted;
    } CASES[] = {
        {"sendonly", "recvonly", "sendonly here"},
        {"a=rtcp-mux\r\n", "", "rtcp-mux"},
        {"H264/90000", "AV1/90000", "must have H.264, which this leg sends", CAP_OFFER_H264},
        {"VP8/90000", "AV1/90000", "must have VP8, which this leg sends", CAP_OFFER_VP8},
        {"opus/48000", "G722/8000", "must have Opus"},
        {"a=group:BUNDLE", "a=group:LS", "BUNDLE"},
        {"m=audio", "m=application", "something else"},
        {"a=fingerprint", "a=nothing", "fingerprint"},
        {"a=setup:actpass", "a=setup", "no a=setup"},
        {"m=video 9", "m=text 9", "something else"},
        {"v=0", "v=1", "begin with v=0"},
        {"a=mid:1", "a=mid:0123456789012345678901234567890123456789", "good a=mid"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *text = chrome();
        g_autoptr(GString) changed = g_string_new(text);
        g_string_replace(changed, CASES[i].what, CASES[i].with, 0);
        g_autoptr(GError) error = NULL;
        g_assert_null(
            cap_offer_parse(changed->str, changed->len, CAP_OFFER_SENDS, CASES[i].wanted, &error));
        g_test_message("%s", error->message);
        g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
        g_assert_nonnull(strstr(error->message, CASES[i].words));
    }
}

/* Who is there and can what, and what a leg speaks then. */
static void test_coding(void)
{
    static const CapCan H264 = {.h264 = true}, VP8 = {.vp8 = true}, BOTH = {true, true};
    const struct {
        CapCan sends;
        CapCodingSeat seats[3];
        guint n;
        bool vp8;
    } CASES[] = {
        {BOTH, {{0}}, 0, false},
        {VP8, {{.can = H264, .watches = true}}, 1, true},
        {H264, {{.can = VP8}}, 1, false},
        {BOTH, {{.can = VP8}}, 1, true}, // waits
        {BOTH, {{.can = H264, .watches = true}, {.can = VP8}, {.can = VP8}}, 3, false},
        {BOTH, {{.can = BOTH, .watches = true, .vp8 = true}, {.can = BOTH}}, 2, true},
        {BOTH, {{.can = BOTH, .watches = true, .vp8 = true}, {.can = H264}}, 2, false},
        {BOTH, {{.can = BOTH, .watches = true}, {.can = VP8, .watches = true}}, 2, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
        g_assert_true(cap_coding_choose(CASES[i].sends, CASES[i].seats, CASES[i].n) ==
                      CASES[i].vp8);
    g_assert_false(cap_coding_rests(0, 5));
    g_assert_true(cap_coding_rests(5, 5 + CAP_CODING_REST_US - 1));
    g_assert_false(cap_coding_rests(5, 5 + CAP_CODING_REST_US));
    const CapCodingSeat seats[] = {{.who = "a", .can = BOTH, .watches = true},
                                   {.who = "b", .can = H264, .watches = false},
                                   {.who = "c", .can = VP8, .watches = true, .vp8 = true}};
    g_autoptr(GError) sender = NULL, viewer = NULL;
    g_assert_true(cap_coding_may_turn(BOTH, false, seats, 3, NULL)); // who waits binds nobody
    g_assert_false(cap_coding_may_turn(H264, false, seats, 3, &sender));
    g_assert_nonnull(strstr(sender->message, "its party has no VP8"));
    g_assert_false(cap_coding_may_turn(BOTH, true, seats, 3, &viewer));
    g_assert_nonnull(strstr(viewer->message, "c, who sees it, takes no H.264"));
}

static void test_frag(void)
{
    static const char TEXT[] = "a=ice-ufrag:Wk2f\r\na=candidate:0 1 udp 1 192.0.2.9 4 typ host\r\n"
                               "a=mid:1\r\na=candidate:1 1 UDP 1 192.0.2.7 5 typ host\r\n"
                               "a=candidate:2 1 udp 1 8f.local 5 typ host\r\n"
                               "a=candidate:3 1 tcp 1 192.0.2.7 9 typ host\r\n"
                               "a=candidate:4 1 udp 1 ask.example.org 9 typ host\r\n"
                               "a=candidate:5 1 udp 1 192.0.2.7.example 9 typ host udp \r\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(CapFrag) frag = cap_frag_parse(TEXT, sizeof TEXT - 1, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(frag->ufrag, ==, "Wk2f");
    g_assert_cmpuint(frag->candidates->len, ==, 2);
    g_assert_cmpstr(frag->mids->pdata[0], ==, "");
    g_assert_cmpstr(frag->mids->pdata[1], ==, "1");
    g_assert_cmpstr(frag->candidates->pdata[1], ==, "candidate:1 1 UDP 1 192.0.2.7 5 typ host");
    g_assert_null(cap_frag_parse("hello", 5, NULL));
}

static uint32_t number(const uint8_t *at, int bytes)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static void relay(CapRelay *r, uint16_t sequence, uint32_t time, uint32_t ssrc, int64_t mono_us,
                  uint16_t *ret_sequence, uint32_t *ret_time)
{
    uint8_t out[CAP_RTP_HEADER_BYTES + 3];
    CapRtp packet = {.marker = true,
                     .sequence = sequence,
                     .time = time,
                     .ssrc = ssrc,
                     .payload = (const uint8_t *)"abc",
                     .size = 3};
    cap_relay_write(r, &packet, mono_us, out);
    g_assert_cmpuint(out[0], ==, 0x80);
    g_assert_cmpuint(out[1], ==, 0x80 | 102);
    g_assert_cmpuint(number(out + 8, 4), ==, 77);
    g_assert_cmpmem(out + CAP_RTP_HEADER_BYTES, 3, "abc", 3);
    *ret_sequence = (uint16_t)number(out + 2, 2);
    *ret_time = number(out + 4, 4);
}

/* Holes stay holes, a packet that comes late goes to its place, and another sender goes on behind. */
static void test_relay(void)
{
    CapRelay r;
    cap_relay_init(&r, 102, 90000, 77);
    uint16_t s0, s1, s2, s3, s4;
    uint32_t t0, t1, t2, t3, t4;
    relay(&r, 65534, 4294967000u, 5, 1000000, &s0, &t0);
    relay(&r, 1, 3304, 5, 1040000, &s1, &t1); // 65535 and 0 are missing
    relay(&r, 0, 3304, 5, 1041000, &s2, &t2); // one of them comes
    g_assert_cmpuint((uint16_t)(s1 - s0), ==, 3);
    g_assert_cmpuint((uint16_t)(s2 - s0), ==, 2);
    g_assert_cmpuint(t1 - t0, ==, 3600);
    relay(&r, 40000, 12, 9, 3040000, &s3, &t3); // another, two seconds later
    g_assert_cmpuint((uint16_t)(s3 - s1), ==, 1);
    g_assert_cmpuint(t3 - t1, ==, 180000);
    cap_relay_break(&r);
    relay(&r, 7, 99, 9, 4040000, &s4, &t4); // another again that says the same of itself
    g_assert_cmpuint((uint16_t)(s4 - s3), ==, 1);
    g_assert_cmpuint(t4 - t3, ==, 90000);
}

static void test_ice(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxIce) ice = idx_ice_parse("# x\n\nstun 192.0.2.1:3478\n"
                                          "turn us:p/w\"d@192.0.2.2:443 tcp\nports 4000-4010\n",
                                          &error);
    g_assert_no_error(error);
    g_assert_cmpstr(ice->turn->pdata[0], ==, "turn://us:p%2Fw%22d@192.0.2.2:443?transport=tcp");
    g_autoptr(GPtrArray) links = idx_ice_links(ice);
    g_assert_cmpstr(links->pdata[0], ==, "<stun:192.0.2.1:3478>; rel=\"ice-server\"");
    g_assert_cmpstr(links->pdata[1], ==,
                    "<turn:192.0.2.2:443?transport=tcp>; rel=\"ice-server\"; username=\"us\"; "
                    "credential=\"p/w\\\"d\"; credential-type=\"password\"");
    static const char *const WRONG[] = {"stun host",    "ports 9-8", "address here", "turn a@b:1",
                                        "stun a:1 tcp", "what 1",    "ports 1-70000"};
    for (size_t i = 0; i < G_N_ELEMENTS(WRONG); i++)
        g_assert_null(idx_ice_parse(WRONG[i], NULL));
}

/* --- the round trip ------------------------------------------------------------------------------ */

static void put_32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get_32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

#define REPLY_BYTES 52

/* As a browser's: a sender report without reception blocks, and behind it that @moment came @delay ago. */
static void reply(uint8_t out[REPLY_BYTES], uint32_t moment, uint32_t delay)
{
    memset(out, 0, REPLY_BYTES);
    put_32(out, 0x80c80006);
    put_32(out + 28, 0x80cf0005);
    put_32(out + 32, 1234); // theirs
    put_32(out + 36, 0x05000003);
    put_32(out + 40, 99); // ours
    put_32(out + 44, moment);
    put_32(out + 48, delay);
}

/* @ret: the answer, whether it is taken or not. */
static bool answer_after(CapRoundTrip *trip, int64_t asked_us, int64_t took_us,
                         uint8_t ret[REPLY_BYTES])
{
    uint8_t question[CAP_ROUND_TRIP_BYTES];
    g_assert_true(cap_round_trip_ask(trip, 99, asked_us, question));
    g_assert_cmpuint(get_32(question), ==, 0x80cf0004);
    g_assert_cmpuint(get_32(question + 4), ==, 99);
    g_assert_cmpuint(get_32(question + 8), ==, 0x04000002);
    reply(ret, get_32(question + 14), 65536); // a second after it came there
    return cap_round_trip_take(trip, ret, REPLY_BYTES, asked_us + took_us + 1000000);
}

static void test_round_trip(void)
{
    CapRoundTrip trip;
    cap_round_trip_init(&trip);
    int64_t us = INT64_C(65536) * 1000000 - 2500000, least_us = -1; // 32 bits run over meanwhile
    uint8_t question[CAP_ROUND_TRIP_BYTES], answer[REPLY_BYTES];
    g_assert_false(cap_round_trip_least(&trip, &least_us));
    g_assert_true(answer_after(&trip, us, 310000, answer));
    g_assert_true(answer_after(&trip, us + 1000000, 300000, answer));
    g_assert_true(answer_after(&trip, us + 2000000, 420000, answer));
    g_assert_false(cap_round_trip_ask(&trip, 99, us + 2400000, question)); // asked just now
    g_assert_true(cap_round_trip_least(&trip, &least_us));
    g_assert_cmpint(ABS(least_us - 300000), <, 100);
    g_assert_false(answer_after(&trip, us + 4000000, 2100000, answer)); // too long to be one
    g_assert_false(answer_after(&trip, us + 8000000, -5000, answer));   // before it was asked
    put_32(answer + 44, get_32(answer + 44) + 12345);                   // nobody asked that
    g_assert_false(cap_round_trip_take(&trip, answer, sizeof answer, us + 9500000));
    g_assert_true(answer_after(&trip, us + 9000000, 310000, answer));
    for (size_t size = 0; size < sizeof answer; size++)
        g_assert_false(cap_round_trip_take(&trip, answer, size, us + 10310000));
    for (int i = 0; i < 140; i++) // a longer way is followed in a minute
        g_assert_true(answer_after(&trip, us + 12000000 + i * 500000, 700000, answer));
    g_assert_true(cap_round_trip_least(&trip, &least_us));
    g_assert_cmpint(ABS(least_us - 700000), <, 100);
}

/* As long as the clock goes by a packet of the short way, so does what is taken off for it; and not longer. */
static void test_round_trip_window(void)
{
    CapRoundTrip trip;
    cap_round_trip_init(&trip);
    uint8_t answer[REPLY_BYTES];
    int64_t least_us = 0, us = INT64_C(5000000000);
    g_assert_true(answer_after(&trip, us, 100000, answer));
    for (int s = CAP_ROUND_TRIP_PAUSE_S; s < CAP_CLOCK_WINDOW_S; s += CAP_ROUND_TRIP_PAUSE_S) {
        g_assert_true(answer_after(&trip, us + s * G_USEC_PER_SEC, 500000, answer));
        g_assert_true(cap_round_trip_least(&trip, &least_us));
        g_assert_cmpint(ABS(least_us - 100000), <, 100);
    }
    g_assert_true(answer_after(&trip, us + CAP_CLOCK_WINDOW_S * G_USEC_PER_SEC, 500000, answer));
    g_assert_true(cap_round_trip_least(&trip, &least_us));
    g_assert_cmpint(ABS(least_us - 500000), <, 100);
}

typedef struct Claims { // of a party, each second
    const char *what;
    const char
        *says; // "." as it was, "+" 30 s ahead, "-" 30 s behind, "'" 0.9 s ahead, "d" came 5 s late
    const char *believed; // "y" or "n" of each; may be shorter, then the last counts
} Claims;

static void check_claims(const Claims *claims, int64_t clock_us)
{
    CapClaim claim = {0};
    for (size_t i = 0; claims->says[i]; i++) {
        int64_t us = (int64_t)i * 1000000, drift_us = us / 10000;
        CapClaimed said = {clock_us + us + drift_us, us, 50000000 + us};
        switch (claims->says[i]) {
        case '+':
            said.told_us += 30000000;
            break;
        case '-':
            said.told_us -= 30000000;
            break;
        case '\'':
            said.told_us += 900000;
            break;
        case 'd':
            said.mono_us += 5000000;
            break;
        default:
            break;
        }
        bool believed = cap_claim_take(&claim, &said);
        if (believed != (claims->believed[MIN(i, strlen(claims->believed) - 1)] == 'y'))
            g_error("%s: report %zu is%s believed", claims->what, i, believed ? "" : " not");
    }
}

static void test_claims(void)
{
    static const Claims CLAIMS[] = {
        {"even", "..............................", "y"},
        {"the first came late", "d.............", "y"},
        {"held up", "..ddd.....ddd....", "y"},
        {"absurd, and well again", "...+...-..", "yyynyyynyy"},
        {"again and again", "...+-+-+-+-+-+-+-+-+-+-+-+-+-", "yyyn"},
        {"within what is late or early, again and again", "...'.'.'.'.'.'.'.'.",
         "yyyny"
         "nynynynynynyny"},
        {"was set", "...+++++++++++++++", "yyynnnnnnnnnny"},
        {"was set back", "...---------------", "yyynnnnnnnnnny"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CLAIMS); i++) {
        check_claims(&CLAIMS[i], INT64_C(3995000000000000));
        check_claims(&CLAIMS[i], 1);
    }
}

/* Timestamps that run twice as fast as the reports that go with them. */
static void test_claims_of_stamps(void)
{
    CapClaim claim = {0};
    int believed = 0;
    for (int i = 0; i < 60; i++)
        believed += cap_claim_take(&claim, &(CapClaimed){i * INT64_C(1000000), i * INT64_C(2000000),
                                                         i * INT64_C(1000000)});
    g_assert_cmpint(believed, ==, 1);
}

static void test_ssrcs(void)
{
    CapSsrcs ssrcs = {0};
    for (uint32_t i = 0; i < CAP_SSRCS_MAX; i++)
        g_assert_true(cap_ssrcs_take(&ssrcs, i, 1));
    for (uint32_t i = CAP_SSRCS_MAX; i < 100000; i++)
        g_assert_false(cap_ssrcs_take(&ssrcs, i, 2));
    for (uint32_t i = 1; i < CAP_SSRCS_MAX; i++)
        g_assert_true(cap_ssrcs_take(&ssrcs, i, 3)); // 0 is gone
    g_assert_true(cap_ssrcs_take(&ssrcs, 77, 1 + CAP_SSRCS_IDLE_US));
    g_assert_false(cap_ssrcs_take(&ssrcs, 0, 1 + CAP_SSRCS_IDLE_US));
    const uint8_t bytes[12] = {0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 1, 6};
    uint32_t ssrc = 0;
    g_assert_true(cap_ssrcs_read(bytes, sizeof bytes, false, &ssrc) && ssrc == 262);
    g_assert_true(cap_ssrcs_read(bytes, 8, true, &ssrc) && ssrc == 5);
    g_assert_false(cap_ssrcs_read(bytes, 11, false, &ssrc));
}

static void test_flow(void)
{
    CapFlow flow = {0};
    int64_t taken = 0;
    for (int i = 0; i < 100000; i++) // ten times too much, for ten seconds
        taken += cap_flow_take(&flow, 100000, 100, 5000000 + i * 100) ? 100 : 0;
    g_assert_cmpint(taken, >=, (CAP_FLOW_S + 9) * 100000);
    g_assert_cmpint(taken, <=, (CAP_FLOW_S + 10) * 100000);
    flow = (CapFlow){0};
    for (int i = 0; i < 100000; i++)
        g_assert_true(cap_flow_take(&flow, 100000, 100, i * 1000));
    g_assert_true(cap_flow_take(&flow, 100000, 390000, 200000000)); // a large picture, at once
    g_assert_false(cap_flow_take(&flow, 100000, 20000, 200000000));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/meet/offer", test_offer);
    g_test_add_func("/meet/offer-vp8", test_offer_vp8);
    g_test_add_func("/meet/offer-types", test_offer_types);
    g_test_add_func("/meet/offer-refused", test_offer_refused);
    g_test_add_func("/meet/coding", test_coding);
    g_test_add_func("/meet/frag", test_frag);
    g_test_add_func("/meet/relay", test_relay);
    g_test_add_func("/meet/ice", test_ice);
    g_test_add_func("/meet/round-trip", test_round_trip);
    g_test_add_func("/meet/round-trip-window", test_round_trip_window);
    g_test_add_func("/meet/claims", test_claims);
    g_test_add_func("/meet/claims-of-stamps", test_claims_of_stamps);
    g_test_add_func("/meet/ssrcs", test_ssrcs);
    g_test_add_func("/meet/flow", test_flow);
    return g_test_run();
}
