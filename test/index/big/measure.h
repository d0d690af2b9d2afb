// SPDX-License-Identifier: GPL-3.0-or-later
/* What ./mj bench index measures in a big hall (hall.h); bench-index.c puts it together. Every function asserts
 * that what it measures succeeds. */
#pragma once

#include "test/index/big/hall.h"

/* --- figures.c: waits, in microseconds */

typedef struct BigWaits BigWaits;
BigWaits *big_waits_new(void);
void big_waits_free(BigWaits *waits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BigWaits, big_waits_free)
void big_waits_add(BigWaits *waits, int64_t us);
/* @rank 0..1; 0 if there are none. */
int64_t big_waits_at(BigWaits *waits, double rank);
int64_t big_waits_count(const BigWaits *waits);

double big_cpu_s(void); // of this thread so far

/* --- finds.c: the dossiers that people ask for, each as the API answers it, serialised */

typedef struct BigFinds BigFinds;
/* @home: a connection of its own. */
BigFinds *big_finds_new(const char *home, const BigHall *hall, uint64_t salt);
void big_finds_free(BigFinds *finds);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BigFinds, big_finds_free)
/* One more; how long it took. Half of them are tickets of the last days, newer ones more often; others are of
 * any time, of the first days, or approvals with BIG_CROWD tickets. */
int64_t big_finds_next(BigFinds *finds, int64_t *ret_bytes);
/* The CPU that each took so far, in microseconds: what others on the machine change little of. */
BigWaits *big_finds_cpu(const BigFinds *finds);

/* --- company.c: what goes on meanwhile, each a thread with a connection of its own */

typedef struct BigCompany BigCompany;

/* A recorder: all cameras, four times as fast as time goes: a segment begins (a transaction), grows with those
 * of other cameras (one for all that grew in 100 ms), ends (a transaction). Waits: of its transactions. */
BigCompany *big_company_recorder(const char *home, const BigHall *hall, int64_t from_us);
/* @each_second finds. Waits: of each. */
BigCompany *big_company_finder(const char *home, const BigHall *hall, int each_second);
/* 4 KiB written and synced in a file of @folder, @each_second times. Waits: of the sync alone. */
BigCompany *big_company_disk(const char *folder, int each_second);
/* Ends it; its waits. */
BigWaits *big_company_end(BigCompany *company);

/* --- rates.c */

typedef struct BigRate {
    int64_t n;
    double seconds, cpu_s; // of wall clock; of this thread
    /* of a purge, and not in the others: what went into files, into looking for what is due before
     * anything goes, and into looking at all there is left behind that; and the CPU of these two */
    double files_s, look_s, survey_s;
    double look_cpu_s, survey_cpu_s;
} BigRate;

/* @events more, as `mingjing event add` takes them: NDJSON, 256 KiB at a time, durable and linked. */
BigRate big_rate_ingest(const char *home, const BigHall *hall, int64_t events, uint64_t salt);
/* Linking all anew from the first event on (link/relink.h), for so long at the most; then nothing of it is left to be done.
 * @steps (may be NULL): gets how long each transaction held others off. */
BigRate big_rate_relink(const char *home, const BigHall *hall, int64_t longest_us, BigWaits *steps);
/* A purge of the older half of what was recorded, that ends so long after the first mark at the latest. */
BigRate big_rate_purge(const char *home, const BigHall *hall, int64_t longest_us);
