// SPDX-License-Identifier: GPL-3.0-or-later
/* What a meeting costs the recorder: N sessions of two parties each, 720p at 1.5 Mbit/s and Opus, all recorded and all
 * watched by the other party, for S seconds. Counted is the time that mingjing-capture had on processors and what it has
 * in memory for itself (PSS). The parties are on the same machine and not counted; so that it can carry them, those of
 * the first session draw, code and decode, and those of the others send what was coded beforehand and decode nothing
 * (party.h): to the recorder they are the same. Relay: from when a picture was drawn to when the other party has decoded
 * it, so encoding and decoding are within; of the first session's viewers. The last line is for programs. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index/base/json.h"
#include "test/meet/canned.h"
#include "test/meet/room.h"

#define SESSIONS_MAX 32
#define WIDTH 1280
#define HEIGHT 720
#define KBITS 1500
#define PACKETS_LEAST 150 // a second
#define PICTURES_LEAST 10 // likewise, decoded
#define KEPT_LEAST 0.5    // of what a party sends is in its file
#define STORED_AFTER_S 2  // that it came: what stands in the catalogue is older by that
#define LOST_MOST 100     // a part of so many of its packets, on one machine

typedef struct Pair { // a session
    char *name, *place;
    GPtrArray *tokens;
    Seat seats[4]; // two that send, two that watch
    Party *parties[4];
} Pair;

static double cpu_seconds(const char *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", pid);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) words = g_strsplit(strrchr(text, ')') + 2, " ", 0);
    return (g_ascii_strtod(words[11], NULL) + g_ascii_strtod(words[12], NULL)) /
           (double)sysconf(_SC_CLK_TCK);
}

static double pss_mb(const char *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/smaps_rollup", pid);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *line = strstr(text, "\nPss:");
    return line ? g_ascii_strtod(line + 5, NULL) / 1024 : 0;
}

static void pair_begin(Pair *pair, Room *room, int number, GPtrArray *canned)
{
    static const char *const LEGS[] = {"citizen", "official"};
    pair->name = g_strdup_printf("B%d", number);
    pair->place = g_strdup_printf("P%d", number);
    pair->tokens = room_plan(room, pair->name, pair->place);
    for (int i = 0; i < 4; i++) {
        const char *token = pair->tokens->pdata[i < 2 ? i : 3 - i];
        pair->seats[i] = (Seat){.room = room,
                                .session = pair->name,
                                .leg = LEGS[i % 2],
                                .token = token,
                                .watches = i >= 2};
        if (i < 2)
            room_consent(room, pair->name, LEGS[i], token);
    }
    for (int i = 0; i < 4; i++) {
        PartyConfig how = {.canned = number > 1 ? canned : NULL,
                           .counts = number > 1 && i >= 2,
                           .number = i,
                           .width = WIDTH,
                           .height = HEIGHT,
                           .kbits = KBITS,
                           .tone_hz = 500};
        pair->parties[i] = seat_take(&pair->seats[i], &how);
        if (!pair->parties[i])
            g_error("session %d: nobody was let in: %s", number, pair->seats[i].problem);
    }
}

static void pair_end(Pair *pair)
{
    for (int i = 0; i < 4; i++) {
        party_free(pair->parties[i]);
        seat_clear(&pair->seats[i]);
    }
    g_ptr_array_unref(pair->tokens);
    g_free(pair->name);
    g_free(pair->place);
}

/* Packets that viewers of all but the first session had so far. */
static void count_seen(const Pair *pairs, int sessions, int *ret_counts)
{
    for (int i = 1; i < sessions; i++)
        for (int k = 0; k < 2; k++)
            ret_counts[2 * i + k] = party_seen(pairs[i].parties[2 + k], 500).pictures;
}

/* 1.5 Mbit/s and sound are some 200 packets a second. */
static void check_all_see(const Pair *pairs, int sessions, const int *before, double took_s)
{
    int after[2 * SESSIONS_MAX], least = INT_MAX;
    count_seen(pairs, sessions, after);
    for (int i = 2; i < 2 * sessions; i++)
        least = MIN(least, after[i] - before[i]);
    if (sessions < 2)
        return;
    fprintf(stderr, "session: each viewer had %.0f packets a second or more\n", least / took_s);
    if (least < PACKETS_LEAST * took_s)
        g_error("this machine does not carry so many parties beside the recorder");
}

/* What stands in the files of each leg. */
static void count_kept(const Room *room, const Pair *pairs, int sessions, int64_t *ret_bytes)
{
    for (int i = 0; i < 2 * sessions; i++) {
        g_autofree char *camera =
            g_strdup_printf("%s-%s", pairs[i / 2].name, pairs[i / 2].seats[i % 2].leg);
        g_autoptr(GPtrArray) segments = segments_of(&room->bench, camera);
        ret_bytes[i] = 0;
        for (guint k = 0; segments && k < segments->len; k++)
            ret_bytes[i] += ((const IdxSegment *)segments->pdata[k])->bytes;
    }
}

static void check_kept(const Room *room, const Pair *pairs, int sessions, const int64_t *before,
                       double took_s)
{
    int64_t after[2 * SESSIONS_MAX], least = INT64_MAX, all = 0;
    count_kept(room, pairs, sessions, after);
    for (int i = 0; i < 2 * sessions; i++) {
        least = MIN(least, after[i] - before[i]);
        all += after[i] - before[i];
    }
    double kbits = (double)least * 8 / 1000;
    fprintf(stderr,
            "session: of each leg %.0f kbit/s or more were recorded, of all %.0f on average\n",
            kbits / took_s, (double)all * 8 / 1000 / took_s / (2.0 * sessions));
    if (kbits < KEPT_LEAST * KBITS * (took_s - STORED_AFTER_S))
        g_error("what was measured did not record what the parties sent");
}

/* A relay that shows nothing is not early, and what is not recorded costs less. */
static void check_shown(Room *room, const Pair *pairs, int sessions, const int *shown,
                        double took_s)
{
    for (int k = 0; k < 2; k++)
        if (party_seen(pairs[0].parties[2 + k], 500).stamps - shown[k] < PICTURES_LEAST * took_s)
            g_error("the first session's viewers were not shown enough to measure the relay by");
    for (int i = 0; i < sessions; i++) {
        g_autoptr(json_t) meeting = room_meeting(room, pairs[i].name);
        for (size_t k = 0; k < 2; k++) {
            const json_t *leg = json_array_get(json_object_get(meeting, "legs"), k);
            json_int_t packets = json_integer_value(json_object_get(leg, "packets"));
            json_int_t lost = json_integer_value(json_object_get(leg, "lost"));
            if (!json_is_true(json_object_get(leg, "recorded")))
                g_error("session %s is not recorded", pairs[i].name);
            if (lost > packets / LOST_MOST)
                g_error("session %s lost %d of %d packets: too much for this machine",
                        pairs[i].name, (int)lost, (int)packets);
        }
    }
}

static void measure(Room *room, const Pair *pairs, int sessions, int seconds, double idle_mb)
{
    const char *pid = g_subprocess_get_identifier(room->bench.process);
    int before[2 * SESSIONS_MAX];
    int64_t kept[2 * SESSIONS_MAX];
    count_seen(pairs, sessions, before);
    count_kept(room, pairs, sessions, kept);
    party_forget_late(pairs[0].parties[2]); // of everybody's coming
    party_forget_late(pairs[0].parties[3]);
    int shown[] = {party_seen(pairs[0].parties[2], 500).stamps,
                   party_seen(pairs[0].parties[3], 500).stamps};
    double cpu = cpu_seconds(pid);
    int64_t began_us = g_get_monotonic_time();
    g_usleep((gulong)seconds * G_USEC_PER_SEC);
    double took_s = (double)(g_get_monotonic_time() - began_us) / G_USEC_PER_SEC;
    check_all_see(pairs, sessions, before, took_s);
    double percent = 100 * (cpu_seconds(pid) - cpu) / took_s / (2.0 * sessions);
    double mb = (pss_mb(pid) - idle_mb) / (2.0 * sessions);
    check_kept(room, pairs, sessions, kept, took_s);
    check_shown(room, pairs, sessions, shown, took_s);
    int64_t late_us = MAX(party_seen(pairs[0].parties[2], 500).late_p95_us,
                          party_seen(pairs[0].parties[3], 500).late_p95_us);
    fprintf(stderr,
            "session: %d sessions for %.0f s: %.2f %% of a core and %.1f MB for each leg, which is "
            "received, "
            "recorded and sent to one viewer\n",
            sessions, took_s, percent, mb);
    printf(
        "session sessions_per_core=%.1f cpu_per_leg_pct=%.2f pss_per_leg_mb=%.1f relay_ms_p95=%d\n",
        100 / (2 * percent), percent, mb, (int)(late_us / 1000));
}

int main(int argc, char **argv)
{
    int sessions = argc > 1 ? atoi(argv[1]) : 10, seconds = argc > 2 ? atoi(argv[2]) : 20;
    g_assert_true(sessions >= 1 && sessions <= SESSIONS_MAX && seconds >= 1);
    gst_init(NULL, NULL);
    g_autoptr(GPtrArray) canned = canned_new(WIDTH, HEIGHT, KBITS);
    g_autoptr(Room) room = room_new();
    Pair pairs[SESSIONS_MAX] = {0};
    double idle_mb = pss_mb(g_subprocess_get_identifier(room->bench.process));
    for (int i = 0; i < sessions; i++)
        pair_begin(&pairs[i], room, i + 1, canned);
    measure(room, pairs, sessions, seconds, idle_mb);
    for (int i = 0; i < sessions; i++)
        pair_end(&pairs[i]);
    return 0;
}
