// SPDX-License-Identifier: GPL-3.0-or-later
/* What must follow from events, clocks and the coverage map, by a second reading of the rules: design.md §4
 * and the headers link/linker.h, link/night.h, event/source.h, event/event.h, link/ticket.h, written without a look at what index/ makes of them.
 * Plain and slow: everything is worked out anew from all that was ever told, whenever it is asked for.
 *
 * Strings are interned and live for ever: there are few. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define MODEL_EVER INT64_MIN
#define MODEL_OPEN INT64_MAX
#define MODEL_PARTS 12 // tickets that have one number, at most

typedef struct Told { // an event as it was sent
    const char *source, *id, *type;
    int64_t ver, time_us;
    const char *place, *ticket, *approval, *session, *corrects; // NULL if it names none
    const char *ticket_id;                                      // likewise
    int day;                                                    // data.ticket_day; 0 = by its time
    bool cancelled;
    /* What follows from all that was told: */
    bool counts;                    // it is neither corrected nor cancelled
    int day_of;                     // of its ticket
    const char *parts[MODEL_PARTS]; // of the tickets that have the number, those that it speaks of
    int n_parts;
} Told;

typedef struct Said { // of a source's clock
    const char *source;
    bool measured;   // else by hand
    int64_t from_us; // by that clock
    bool has_offset; // false of one by hand: as measured from then on
    int64_t offset_us, doubt_us;
} Said;

typedef struct Sees { // a statement of the coverage map
    const char *place, *camera;
    int64_t from_us, to_us;
} Sees;

typedef struct Name { // of a subject
    const char *kind, *key;
    int day;
    const char
        *part; // of a ticket, "" unless others have its number too; NULL of what has no number
} Name;

typedef enum { MODEL_VISIT, MODEL_STEP, MODEL_SESSION, MODEL_METHODS } ModelMethod;

typedef struct Around { // how much footage
    int64_t before_us, after_us, max_us;
} Around;

typedef struct Stay { // somebody, or a meeting, at a place
    const char *place;
    ModelMethod method;
    int64_t from_us, to_us; // MODEL_OPEN while it goes on
    bool called, ended;     // its two ends are known
    int64_t doubt_us;
    int64_t heard_us; // of it last
    bool started;     // by the window
} Stay;

typedef struct Shown { // a stay by a camera
    Name name;
    const char *place, *camera;
    ModelMethod method;
    int64_t from_us, to_us; // MODEL_OPEN while it goes on
    int64_t end_us;         // where it ends for those who keep it
    double confidence;
    int64_t doubt_us;
} Shown;

typedef struct Model {
    GArray *told; // Told
    GArray *said; // Said
    GArray *sees; // Sees
    Around around[MODEL_METHODS];
} Model;

void model_init(Model *m);
void model_clear(Model *m);

/* --- events.c --------------------------------------------------------------------------------- */

/* What becomes of an event that is sent. */
typedef enum { MODEL_NEW, MODEL_SAME, MODEL_REFUSED } ModelTaken;
ModelTaken model_tell(Model *m, const Told *told);

/* All subjects that any event names. Element type Name. */
GArray *model_names(const Model *m);
/* Events that name @name and count. Element type const Told *. */
GPtrArray *model_events(const Model *m, const Name *name);
bool model_is(const Name *a, const Name *b);
/* Whether they have one number on one day. */
bool model_is_namesake(const Name *a, const Name *b);
/* Whether one event that counts names both. */
bool model_related(const Model *m, const Name *a, const Name *b);
/* Whether events of a trade make it. */
bool model_is_trade(const Model *m, const Name *name);

/* --- parts.c ---------------------------------------------------------------------------------- */

/* Which tickets each event that counts speaks of; days are known. */
void model_part(Model *m);

/* --- clocks.c --------------------------------------------------------------------------------- */

void model_set_clock(Model *m, const Said *said);
/* The host's time of an event, and by how much it may be wrong. */
int64_t model_time(const Model *m, const Told *told, int64_t *ret_doubt_us);

/* --- stays.c ---------------------------------------------------------------------------------- */

/* Element type Stay. */
GArray *model_stays(const Model *m, const Name *name);
/* Of a subject alone, or of all. Element type Shown. */
GArray *model_shown(const Model *m, const Name *name);
GArray *model_all_shown(const Model *m);

/* --- map.c ------------------------------------------------------------------------------------ */

/* False if the map says so already for part of that time. */
bool model_see(Model *m, const Sees *sees);
/* False if nothing is in force then. */
bool model_see_until(Model *m, const char *place, const char *camera, int64_t to_us);
/* Takes back what is said of that moment. False if nothing is. */
bool model_unsee(Model *m, const char *place, const char *camera, int64_t at_us);
/* The numbers of two places are exchanged. */
void model_swap(Model *m, const char *a, const char *b, int64_t at_us);
