// SPDX-License-Identifier: GPL-3.0-or-later
/* A subject as one line of a list shows it (schemas Subject and Glance in api/openapi.yaml): what it is, how
 * much of it is recorded, and what is missing. New references. */
#pragma once

#include "index/base/json.h"
#include "index/find/facet.h"
#include "index/find/story.h"
#include "index/find/subject.h"

/* The members of schema SubjectName (json_put.h): kind, key, day, hall; of a ticket also whether it is "shared": others
 * have its number that day (link/ticket.h); of one that is, ticket_id and source, which tell it from them. */
bool idx_glance_put_name(GString *out, IdxCatalogue *cat, const IdxSubject *subject,
                         GError **error);

/* The members of schema Subject (json_put.h). Of a ticket also whether a queue has "spoken" of it, and if not which approvals
 * it is "named_by": what an investigator is to look up instead, as its number may be wrong. @story: the subject's, or NULL if it is not loaded. */
bool idx_glance_put_subject(GString *out, IdxCatalogue *cat, const IdxSubject *subject,
                            const IdxStory *story, GError **error);

/* Schema Glance: the same with `coverage` and `gaps`, the dossier's, and how many `holds` in force keep it. Of a @sitting (NULL: of all of it): its times, places and
 * footage alone. */
json_t *idx_glance(IdxCatalogue *cat, const IdxSubject *subject, const IdxSitting *sitting,
                   int64_t now_us, GError **error);

/* An array of glances. */
json_t *idx_glances(IdxCatalogue *cat, const GPtrArray *subjects, int64_t now_us, GError **error);

/* Schema Hall, as member "hall". */
bool idx_glance_put_hall(GString *out, IdxCatalogue *cat, int64_t hall_id, GError **error);
/* The same by itself. */
json_t *idx_glance_hall(IdxCatalogue *cat, int64_t hall_id, GError **error);
