// SPDX-License-Identifier: GPL-3.0-or-later
/* What a meeting costs the recorder: N sessions of two parties each, 720p at 1.5 Mbit/s and Opus, all recorded and all
 * watched by the other party, for S seconds. Counted is the time that mingjing-capture had on processors and what it has
 * in memory for itself (PSS). The parties are on the same machine and not counted; so that it can carry them, they send
 * what was coded beforehand and decode nothing (party.h): to the recorder they are as any other.
 *
 * Relay: of each picture of every session, from when its first packet left the sender until its last one arrived at the
 * viewer (transit.h says what is in that). Coding, decoding and the viewer's jitter buffer are not the recorder's, and
 * not in it. That the parties' own threads wait for a processor is in it, since nothing outside of them sees when a
 * packet leaves: so it is an upper bound. The last line is for programs. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index/base/json.h"
#include "test/meet/canned.h"
#include "test/meet/room.h"
#include "test/meet/transit.h"

#define SESSIONS_MAX 32
#define WIDTH 1280
#define HEIGHT 720
#define KBITS 1500
#define PACKETS_LEAST 150 // a second
#define PICTURES_LEAST 20 // likewise, whole
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

/* Of the machine, all that anybody had on its processors. */
static double busy_seconds(void)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents("/proc/stat", &text, NULL, NULL));
    g_auto(GStrv) words =
        g_strsplit(text, " ", 12); // "cpu", "", user, nice, system, idle, iowait …
    double ticks = 0;
    for (int i = 2; i < 9; i++)
        ticks += i == 5 || i == 6 ? 0 : g_ascii_strtod(words[i], NULL);
    return ticks / (double)sysconf(_SC_CLK_TCK);
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
        PartyConfig how = {.canned = canned,
                           .counts = i >= 2,
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

/* From then on it goes on as it is: what is canned has a key frame only where it begins anew. */
static void pair_wait(const Pair *pair)
{
    int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US;
    for (int i = 2; i < 4; i++)
        while (party_seen(pair->parties[i], 500).stamps == 0) {
            if (g_get_monotonic_time() > until_us)
                g_error("session %s: no picture came to a viewer", pair->name);
            g_usleep(POLL_US);
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

/* Packets that viewers had so far. */
static void count_seen(const Pair *pairs, int sessions, int *ret_counts)
{
    for (int i = 0; i < sessions; i++)
        for (int k = 0; k < 2; k++)
            ret_counts[2 * i + k] = party_seen(pairs[i].parties[2 + k], 500).pictures;
}

/* 1.5 Mbit/s and sound are some 200 packets a second. */
static void check_all_see(const Pair *pairs, int sessions, const int *before, double took_s)
{
    int after[2 * SESSIONS_MAX], least = INT_MAX;
    count_seen(pairs, sessions, after);
    for (int i = 0; i < 2 * sessions; i++)
        least = MIN(least, after[i] - before[i]);
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

/* Of the pictures of all viewers; a relay that shows nothing is not early. */
static int64_t find_late(const Pair *pairs, int sessions, double took_s)
{
    int64_t worst_us = 0;
    g_autoptr(GArray) late = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (int i = 0; i < 2 * sessions; i++) {
        Party *viewer = pairs[i / 2].parties[2 + i % 2];
        PartySeen seen = party_seen(viewer, 500);
        if (seen.stamps < PICTURES_LEAST * took_s)
            g_error("session %s: its viewers were not shown enough to measure the relay by",
                    pairs[i / 2].name);
        worst_us = MAX(worst_us, seen.late_p95_us);
        party_tell_late(viewer, late);
    }
    fprintf(stderr, "session: the viewer that is worst off has 95 %% of its pictures in %.1f ms\n",
            (double)worst_us / 1000);
    return transit_p95(late);
}

/* What is not recorded costs less. */
static void check_recorded(Room *room, const Pair *pairs, int sessions)
{
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
    for (int i = 0; i < 2 * sessions; i++) // of everybody's coming
        party_forget_late(pairs[i / 2].parties[2 + i % 2]);
    double cpu = cpu_seconds(pid), own = cpu_seconds("self"), busy = busy_seconds();
    int64_t began_us = g_get_monotonic_time();
    g_usleep((gulong)seconds * G_USEC_PER_SEC);
    double took_s = (double)(g_get_monotonic_time() - began_us) / G_USEC_PER_SEC;
    int64_t late_us = find_late(pairs, sessions, took_s);
    check_all_see(pairs, sessions, before, took_s);
    cpu = cpu_seconds(pid) - cpu;
    own = cpu_seconds("self") - own;
    fprintf(stderr,
            "session: of a core the parties took %.0f %%, and what has no part in this %.0f %%\n",
            100 * own / took_s, 100 * MAX(busy_seconds() - busy - own - cpu, 0) / took_s);
    double percent = 100 * cpu / took_s / (2.0 * sessions);
    double mb = (pss_mb(pid) - idle_mb) / (2.0 * sessions);
    check_kept(room, pairs, sessions, kept, took_s);
    check_recorded(room, pairs, sessions);
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
    for (int i = 0; i < sessions; i++)
        pair_wait(&pairs[i]);
    measure(room, pairs, sessions, seconds, idle_mb);
    for (int i = 0; i < sessions; i++)
        pair_end(&pairs[i]);
    return 0;
}
