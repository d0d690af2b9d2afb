// SPDX-License-Identifier: GPL-3.0-or-later
/* A subject's story: its events as stored, the visits in them, and the spans that link it to
 * footage. */
#pragma once

#include "index/catalogue.h"
#include "index/event/source.h"
#include "index/find/subject.h"
#include "index/link/linker.h"

typedef struct
    IdxStoredEvent { // with its strings in one piece of memory, which is counted (g_rc_box_acquire)
    int64_t id;
    char *source, *event_id, *type;
    int64_t data_ver, time_us, received_us;
    int64_t at_us;              // time_us by the host's clock, as far as is known
    IdxSourceClock clock;       // of its source then
    char *place;                // may be NULL
    char *ticket_id;            // may be NULL
    bool superseded, cancelled; // either: it counts for nothing
    char *body;                 // NULL unless asked for
} IdxStoredEvent;

typedef struct IdxStory {
    GPtrArray *events; // IdxStoredEvent *, in order of idx_linker_compare, superseded ones too
    GArray *visits;    // IdxVisit; strings belong to the events
} IdxStory;

void idx_story_free(IdxStory *story);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxStory, idx_story_free)

IdxStory *idx_story_load(IdxCatalogue *cat, int64_t subject_id, bool with_bodies, GError **error);

/* What many stories of one moment have in common, read once: the clocks of their sources, and more; with
 * @keep_events also the events, all with or all without their bodies, since those of an approval are its tickets'
 * too. */
typedef struct IdxStories IdxStories;
IdxStories *idx_stories_new(IdxCatalogue *cat, bool keep_events);
void idx_stories_free(IdxStories *stories);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxStories, idx_stories_free)
IdxStory *idx_stories_load(IdxStories *stories, const IdxSubject *subject, bool with_bodies,
                           GError **error);

/* Links the subject anew, and derives its facets (facet.h). Spans that stay the same are kept; others are
 * marked superseded, never changed. Holds do not follow: idx_hold_follow(), behind the last subject that the
 * same change concerns. */
bool idx_story_relink(IdxCatalogue *cat, int64_t subject_id, int64_t now_us, GError **error);

/* All of @subjects (int64_t), and then their holds. Within a transaction of the caller's, who undoes it if this
 * fails. */
bool idx_story_relink_all(IdxCatalogue *cat, const GArray *subjects, int64_t now_us,
                          GError **error);

/* The spans in force, by camera and time. Element type IdxSpan. */
GArray *idx_story_spans(IdxCatalogue *cat, int64_t subject_id, GError **error);

/* What they come to when the subject is linked anew: @story's visits by the coverage of now, ids 0. While something
 * waits for that (link/linking.h) visits and spans are of one clock so. In no order. Element type IdxSpan. */
GArray *idx_stories_spans(IdxStories *stories, const IdxSubject *subject, const IdxStory *story,
                          GError **error);

/* How much footage around a visit, step or session; @rules by IdxMethod. */
bool idx_story_rules(IdxCatalogue *cat, IdxLinkRule rules[IDX_METHODS], GError **error);
