// SPDX-License-Identifier: GPL-3.0-or-later
/* A small hall in which anything may happen, and what a plain model knows of it: for test-model.c.
 *
 * Deeds (world_record, world_event …) do something to the catalogue, chosen by the world's own random
 * numbers, and note what must follow from it. Nothing here asks index/ what it thinks of holds. */
#pragma once

#include "test/index/fixture.h"
#include "test/index/model/model.h"

#include <stdlib.h>

#define CAMERAS 3
#define WORLD_NOTICED_US MJ_SECOND_US // of a clock's error
#define PLACES 4
#define SOURCES 5 // queue, approvals, meetings, a second queue, a device that rates
#define RULES 10

extern const char *const WORLD_KINDS[CAMERAS]; // of cameras

typedef struct Seg {
    int64_t id, start_us, end_us, bytes, doubt_us;
    int stream;
    bool open, gone;
    char *rule; // expected, when it is gone
} Seg;

typedef struct Kept { // by a hold
    int64_t hold_id, from_us, to_us;
    char camera[8];
    bool live;
} Kept;

typedef struct Held { // a hold in force on a subject
    int64_t id;
    Name name;
} Held;

typedef struct Rule {
    const char *kind, *purpose;
    int min_days, max_days;
} Rule;

typedef struct World {
    Fixture *f;
    GRand *rand;
    int64_t now_us;
    int64_t streams[CAMERAS * 2]; // main and sub of each camera
    int64_t recorded_us[CAMERAS * 2];
    GArray *segs, *kept, *holds, *live; // Seg, Kept, Held, int64_t of all holds in force
    Model model;
    GArray *sources; // int: of each event that was sent, which source
    int64_t last_us; // time of the last event
    int64_t ticks;   // µs by which each differs
    /* what was compared, so that it is known that something was */
    int64_t spans, found, unseen, measured, parted, chosen, unlinked;
    bool waits;               // something is to be linked anew, which the next purge must do first
    int64_t skew_us[SOURCES]; // host's clock less the source's, as it sends live
    bool murky;               // some footage is by clocks that are wrong
    Rule rules[RULES];
    int n_rules;
    bool oldest;
    int64_t max_bytes;
    int64_t stop_at; // step of a purge at which it is stopped; 0 = none
    int64_t steps;
} World;

World *world_new(uint32_t seed);
void world_free(World *w);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

/* The hall that the next ones are copies of, since most of a short life would be its founding. Its
 * catalogue is closed. NULL: they are founded. */
extern World *world_first;

/* For every new connection: one process, no power cut. */
void world_hasten(World *w);

uint32_t world_below(World *w, uint32_t limit);
const char *world_camera(int stream);
void world_sql(World *w, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Deeds. */
void world_record(World *w); // time goes on
void world_event(World *w);  // a few at once
void world_live(World *w);   // one a minute, as it happens
void world_clock(World *w);  // is set; what follows may wait
void world_cover(World *w);
void world_hold(World *w);
void world_release(World *w);
void world_change_rule(World *w);
void world_change_limits(World *w);

void world_begin_events(World *w);
/* The catalogue has linked all by what the model knows: what is shown then is kept from then on. */
void world_linked(World *w);
/* Whatever is shown of the subjects of holds now is kept from now on. */
void world_follow(World *w);

/* Widens [*from, *to) of a stream by its footage that may be of that time, if anybody would notice. */
void world_widen(const World *w, int stream, int64_t *from_us, int64_t *to_us);

/* What tells a ticket from others that have its number; both NULL if none has. */
void world_select(const Name *name, const char **ret_ticket_id, const char **ret_source);

/* Sorted lines (char *). Takes @lines; caller frees. */
char *world_joined(GPtrArray *lines);

/* All that was told, for whoever looks into a difference. Caller frees. */
char *world_story(const World *w);

/* Whether the catalogue says the same as the model (world_compare.c). */
void world_check_spans(World *w);
void world_check_holds(World *w);
void world_check_map(World *w);
void world_find(World *w); // somebody
/* Linking all anew changes nothing. */
void world_rebuild(World *w);
