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

/* A relay that shows nothing is not early, and what is not recorded costs less. */
static void check_shown(Room *room, const Pair *pairs, int sessions, const int *shown,
                        double took_s)
{
    for (int k = 0; k < 2; k++)
        if (party_seen(pairs[0].parties[2 + k], 500).stamps - shown[k] < PICTURES_LEAST * took_s)
            g_error("the first session's viewers were not shown enough to measure the relay by");
    for (int i = 0; i < sessions; i++) {
        g_autoptr(json_t) meeting = room_meeting(room, pairs[i].name);
        for (size_t k = 0; k < 2; k++)
            if (!json_is_true(json_object_get(json_array_get(json_object_get(meeting, "legs"), k),
                                              "recorded")))
                g_error("session %s is not recorded", pairs[i].name);
    }
}

static void measure(Room *room, const Pair *pairs, int sessions, int seconds, double idle_mb)
{
    const char *pid = g_subprocess_get_identifier(room->bench.process);
    int before[2 * SESSIONS_MAX];
    count_seen(pairs, sessions, before);
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
