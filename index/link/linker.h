// SPDX-License-Identifier: GPL-3.0-or-later
/* The linker: from a subject's events and the coverage map to spans. Pure: no clock, no catalogue;
 * the same input gives the same output in the same order, in whatever order the events arrived.
 *
 * A visit runs from *called* to *finished* at a place.
 *   called, recalled   open a visit there (a recall goes on with the open one)
 *   started            marks it; opens one if the call is missing
 *   finished, passed, transferred   end it; a finish without a visit makes one of that moment
 *   a call elsewhere tells that the open one is over, and so does one at its place when nothing was heard of
 *     it for longer than a visit may last. Nobody said since when: until max_us after it was heard of last at most;
 *     its end is not a known one
 *
 * An end names the window that it ends, and ends no visit elsewhere: staff close a ticket when the next window has called
 * it already, and windows have clocks of their own. What goes on at the next window goes on, then, until that one or an
 * end without a place says otherwise. So an end that names a place is that of the last visit there:
 *   - if it goes on, it ends now, however late that is;
 *   - if it is over by a call elsewhere, it ends when its own window says so, not when the other one called: of two clocks
 *     its own is the one that its footage is asked by, and what both show is shown twice rather than by none. That counts
 *     until max_us after it was heard of last; what is closed later than that tells nothing, and its end stays unknown;
 *   - if its end is known, or nobody was there, a finish is a visit of that moment and the other ends are nothing. A
 *     window that was renumbered meanwhile is another place: what was called at its old number goes on until max_us.
 * A transfer names the window that is left, or, by some systems, the one that is next (as data.window_no). Where nobody
 * was before it is the next one, and ends what goes on elsewhere. Where somebody was called and not begun, coming from a
 * visit that is over without an end, it is that one's, told when the next window had called already. Back to a window
 * whose end is known it ends nothing: the call there does.
 * A session (面对面会话, or what is done in a room of a trading platform) runs from *started* to *ended*.
 * What else of an approval or a session names a place is a step: a visit of one moment. Not so what is said of a session
 * elsewhere than in its room: that it is planned or cancelled, how it is rated, that a promise is kept.
 *
 * Times are the host's, as far as the clock of each source is known (event/source.h); what is left of doubt
 * widens the spans at both ends, and is told with them.
 *
 * Its spans are every camera that covers the place then, from before_us before to after_us after
 * it, cut to the validity of the coverage; what coverage begins or ends when a visit without an end has
 * lasted max_us concerns other people. So a change of the map matters to visits near it in time, and to
 * no others (place_link.h). Confidence: 1.0 when both ends are known, 0.8 when one is, 0.7 for a step. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct IdxStoryEvent {
    const char *type;       // "hall.ticket.called"
    const char *place;      // NULL if it names none
    int64_t time_us;        // by the host's clock
    int64_t uncertainty_us; // of that
} IdxStoryEvent;

typedef enum { IDX_METHOD_VISIT, IDX_METHOD_STEP, IDX_METHOD_SESSION, IDX_METHODS } IdxMethod;

/* "visit", "step", "session": as the catalogue has them. */
const char *idx_method_name(IdxMethod method);
/* IDX_METHODS if there is no such name. */
IdxMethod idx_method_of(const char *name);

typedef struct IdxVisit {
    const char *place; // of the event that opened it
    IdxMethod method;
    int64_t called_us, started_us; // 0 = not known
    int64_t first_us;              // where it begins: the first of its events
    int64_t last_us;  // where it ends (finished, passed, transferred, over); 0 while it goes on
    int64_t heard_us; // the last call or start that was of it
    bool over;        // no end of its own came, another call did
    int64_t uncertainty_us; // of its times: the most that one of its events has
} IdxVisit;

typedef struct IdxLinkRule {
    int64_t before_us, after_us; // footage around it
    int64_t max_us;              // a visit whose end never came is shown this long
} IdxLinkRule;

/* Where a span ends: where it says, however long that is; one that goes on is shown, kept and held as long as the
 * longest visit of its kind (@rule of its method), counted from its beginning.
 *
 * Not from when it was heard of last, as one that is over: spans are rows which are superseded and never rewritten, so
 * every start and recall would replace those of its visit, a row more for each visit and camera, to say nothing that an
 * end does not say minutes later. Whatever comes at last, an end however late or a call of the next visit, links it anew
 * with all its length. Limit: of a visit that began to be heard of late, and of which neither ever comes, what is later
 * than max_us after its beginning is not shown, held or kept as its footage. */
#define IDX_SPAN_OPEN INT64_MAX
int64_t idx_linker_span_end(int64_t from_us, int64_t to_us, const IdxLinkRule *rule);

typedef struct IdxLinkCoverage {
    int64_t place_id, camera_id;
    const char *place;
    int64_t from_us, to_us; // validity; INT64_MIN / INT64_MAX = open
} IdxLinkCoverage;

typedef struct IdxSpan {
    int64_t id; // 0 until stored
    int64_t place_id, camera_id;
    int64_t from_us;
    int64_t to_us; // INT64_MAX while the visit goes on
    IdxMethod method;
    double confidence;
    int64_t uncertainty_us;
} IdxSpan;

/* Visits in order of time. @events sorted by idx_linker_compare. Element type IdxVisit; its strings
 * are those of the events. @rules by IdxMethod. */
GArray *idx_linker_visits(const IdxStoryEvent *events, size_t n_events,
                          const IdxLinkRule rules[IDX_METHODS]);

/* Spans of all visits, by camera, then time. Element type IdxSpan. @rules by IdxMethod. */
GArray *idx_linker_spans(const GArray *visits, const IdxLinkCoverage *coverage, size_t n_coverage,
                         const IdxLinkRule rules[IDX_METHODS]);

/* Order of events: time, then what must come first at the same moment, then place. */
int idx_linker_compare(const IdxStoryEvent *a, const IdxStoryEvent *b);
