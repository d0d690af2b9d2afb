// SPDX-License-Identifier: GPL-3.0-or-later
/* Business systems as sources of events, and how far their clocks are from the host's.
 *
 * A clock is set by hand, or measured from arrivals. What is measured is received less happened, the least of
 * each minute: that is the clock's offset and the quickest way an event took. Of the last minutes that brought
 * any, the lower quarter is believed: one event dated wrongly moves nothing, and what comes in late batches
 * (more than IDX_SOURCE_LIVE_US) does not count: far behind cannot be told from late. Far ahead can: nothing is told
 * before it happens. So times up to IDX_SOURCE_OFFSET_MAX_US ahead count, as of who sends local time as UTC, if three
 * quarters of the minutes have them and they are no further apart than IDX_SOURCE_LIVE_US; else (a plan
 * is told with the time that it is for) they are as if they had not come. Below IDX_SOURCE_NOTICE_US a clock is taken to be right. A
 * source that seems behind may only be slow to send: a measured delay is its own uncertainty, so that footage
 * at the times it told stays linked; a source that seems ahead is ahead.
 *
 * Late by more than that, up to a day, moves nothing, but is told of where it is steady: if three quarters of the last
 * minutes that brought any were late, by about the same (IDX_SOURCE_LIVE_US), it may be the clock, as of who sends local
 * time with a zone that it is not of; a person knows, and says so by hand, of either. Corrections are late by nature and do
 * not count.
 *
 * The offset is added to the times of events when they are linked, its uncertainty widens the spans
 * (link/linker.h). When it changes materially, the events concerned are queued for linking anew (link/relink.h). */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_SOURCE_OURS                                                                            \
    "/mingjing/" // what people mark here and what is said in our sessions begins so: no business system
#define IDX_SOURCE_LIVE_US INT64_C(900000000) // 15 minutes
#define IDX_SOURCE_NOTICE_US INT64_C(2000000)
#define IDX_SOURCE_OFFSET_MAX_US INT64_C(86400000000) // a day, by hand
#define IDX_SOURCE_LATE_KEPT_US INT64_C(604800000000) // a week: what comes late may come once a day

typedef enum { IDX_SOURCE_UNKNOWN, IDX_SOURCE_MEASURED, IDX_SOURCE_SET } IdxSourceHow;
const char *idx_source_how_name(IdxSourceHow how); // "unknown", "measured", "set"

typedef struct IdxSourceClock {
    IdxSourceHow how;
    int64_t from_us;        // by the source's clock; INT64_MIN = since ever
    bool has_offset;        // false of a set one: as measured again from then on
    int64_t offset_us;      // the host's clock less the source's
    int64_t uncertainty_us; // of that
    int64_t id;             // the higher the later it was said
} IdxSourceClock;

typedef struct IdxSource {
    char *name;
    IdxSourceClock clock;    // for what happens now
    bool is_live;            // enough arrived of late to say what follows
    int64_t delay_us;        // received less happened, as measured
    int64_t last_arrival_us; // the minute of the last live arrival; 0 = none known
    int64_t late_us;         // everything comes so late, steadily; 0 = it does not
} IdxSource;

void idx_source_free(IdxSource *source);

/* All business systems that ever sent an event, by name. Element type IdxSource *. */
GPtrArray *idx_source_list(IdxCatalogue *cat, int64_t now_us, GError **error);

/* All statements in force on a clock, by time. Element type IdxSourceClock. */
GArray *idx_source_clocks(IdxCatalogue *cat, const char *source, GError **error);
/* The one that holds for an event of @time_us that came at @received_us (INT64_MAX: not known). Of those measured it is the
 * newest by which the event was not told IDX_SOURCE_LIVE_US before it happened, if there is one: what a clock that was
 * hours ahead told of the hours ahead stays its, when it is put right. Pure. */
IdxSourceClock idx_source_clock_at(const GArray *clocks, int64_t time_us, int64_t received_us);

/* Sets a clock by hand from @from_us on (by the source's clock; INT64_MIN: since ever), which replaces all that
 * was set of the time from then on, and leaves what was set of the time before; NULL @offset_us: as measured. Queues what it concerns. MJ_ERROR_NOT_FOUND if nothing ever
 * came from @source. */
bool idx_source_set(IdxCatalogue *cat, const char *source, int64_t from_us,
                    const int64_t *offset_us, int64_t uncertainty_us, int64_t now_us,
                    GError **error);

/* Whether a delay (received less happened) says something of a clock, or that its source is late; whether it says more than
 * another that does. */
bool idx_source_says(int64_t delay_us);
bool idx_source_says_more(int64_t delay_us, int64_t than_us);

/* Events of @source arrived; @least_us: received less happened, what says most of them. In the open transaction. */
bool idx_source_arrived(IdxCatalogue *cat, const char *source, int64_t least_us, int64_t now_us,
                        GError **error);

/* What @n least delays (one a minute) say. False if they say nothing. Pure; sorts @least_us. */
bool idx_source_estimate(int64_t *least_us, size_t n, int64_t *ret_offset_us,
                         int64_t *ret_uncertainty_us);

/* By how much all of @n least delays (one a minute) are late. False if they are not, or not by about the same. Pure; sorts
 * @least_us. */
bool idx_source_lateness(int64_t *least_us, size_t n, int64_t *ret_us);

/* What a person is to decide of a source that is steadily late, and the command that sets its clock if it is that; NULL if
 * there is nothing, or somebody has set it. Caller frees. */
char *idx_source_remark(const IdxSource *source);
char *idx_source_command(const IdxSource *source);

/* Schema Source of api/openapi.yaml. New reference. */
json_t *idx_source_json(IdxCatalogue *cat, const IdxSource *source);
/* {"sources": […]}, as listed. New reference; NULL with @error. */
json_t *idx_sources_json(IdxCatalogue *cat, int64_t now_us, GError **error);
