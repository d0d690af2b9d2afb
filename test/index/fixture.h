// SPDX-License-Identifier: GPL-3.0-or-later
/* What the tests of index/ share: a home in a temporary folder, a catalogue in it, cameras, footage
 * that exists in the catalogue alone, and events as business systems send them.
 *
 * Every helper asserts that what it does succeeds. Times are counted from T0. */
#pragma once

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/catalogue.h"
#include "index/event/ingest.h"
#include "test/tree.h"

#define T0 INT64_C(1795311000000000) // 2026-11-22T01:30:00Z, 09:30 in the hall
#define AT(seconds) (T0 + (int64_t)(seconds)*MJ_SECOND_US)
#define DAY 20261122
#define SOURCE "/queue/h01"

/* The id of what holds in place of event e, which others that were replaced may lead to; NULL: e itself does. */
#define HOLDS_FOR_E                                                                                \
    "(WITH RECURSIVE up (id) AS (SELECT e.superseded_by UNION SELECT n.superseded_by FROM up JOIN" \
    " event n ON n.id = up.id) SELECT n.id FROM up JOIN event n ON n.id = up.id WHERE"             \
    " n.superseded_by IS NULL)"

typedef struct Fixture {
    char *home;
    IdxCatalogue *cat; // IDX_WRITE
} Fixture;

Fixture *fixture_new(void);
/* The catalogue is closed, the folder deleted. */
void fixture_free(Fixture *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

/* An empty folder, for tree_remove(). Caller frees. */
char *fixture_temp_dir(void);

/* Adds a camera without a password; returns the id of its main stream. */
int64_t fixture_camera(Fixture *f, const char *code, int64_t now_us);
int64_t fixture_camera_id(Fixture *f, const char *code);

/* A place that the cameras (comma-separated) have covered since ever. */
void fixture_place(Fixture *f, const char *code, const char *cameras);

/* A segment of one-second fragments; state "open", "closed" or "recovered". Returns its id. */
int64_t fixture_segment(Fixture *f, int64_t stream_id, int64_t start_us, int64_t end_us,
                        const char *state);

/* A recorder that gave its last sign at @heartbeat_us. */
void fixture_recorder(Fixture *f, int64_t heartbeat_us, bool stopped);

/* One CloudEvent as text. @data: JSON members of data without the braces. Caller frees. */
char *fixture_event(const char *id, const char *type, int64_t time_us, const char *data);

/* Adds @text and expects these counts. Caller frees the batch. */
IdxEventBatch *fixture_add(Fixture *f, const char *text, int accepted, int duplicates, int refused);

/* fixture_event + fixture_add of one that must be accepted. */
void fixture_happens(Fixture *f, const char *id, const char *type, int64_t time_us,
                     const char *data);

/* Expects an error of @code whose message contains every one of @words (comma-separated). */
void fixture_expect(const GError *error, MjError code, const char *words);

/* The answer of a query of ours about the catalogue, rows joined by "\n", columns by "|". Caller
 * frees. */
char *fixture_dump(IdxCatalogue *cat, const char *sql);

/* True if the bytes of @needle stand in the file. */
bool fixture_file_contains(const char *path, const char *needle);
