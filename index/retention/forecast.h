// SPDX-License-Identifier: GPL-3.0-or-later
/* Outlook: when a volume will be so full that the recorder must stop there, or footage go that should
 * have stayed. Days before that, everybody is told: `mingjing retention report`, `mingjing volume
 * list`, GET /status and /metrics say the same.
 *
 * What is recorded a day is measured over the last days; what began less than an hour ago tells nothing of a day, and
 * there is no forecast yet. From that, from the room there is, and from
 * the day on which each segment comes past its minimum, follows the day on which there is neither
 * room nor anything that may go. What is held never comes to that, nor does what will be recorded in a
 * time that lies ahead and is held already. If the day would be a later one without holds, holds are the cause; else there is less disk than the minimum asks for.
 *
 * A purge stores what it found (table volume_outlook), since finding it takes a walk over all
 * footage. Readers show that, with its time; the report looks anew where there is little footage, or where rules, holds
 * or volumes were changed since, and stores what it found then, where that took a while and its connection may write. */
#pragma once

#include "index/base/json.h"
#include "index/purge/survey.h"
#include "index/segment/volume.h"

#define IDX_OUTLOOK_WARN_DAYS 14 // so long before it is told
#define IDX_OUTLOOK_HELD "held"
#define IDX_OUTLOOK_MINIMUM "minimum"

typedef struct IdxOutlook {
    int64_t volume_id, at_us;
    int64_t used_bytes, held_bytes, bound_bytes, spare_bytes; // of footage; spare: due too
    int64_t room_bytes;                                       // that may still be written
    int64_t day_bytes;                                        // recorded a day; 0 = not known
    int64_t short_us;                                         // 0 = not in sight
    const char *cause; // IDX_OUTLOOK_…; NULL with short_us 0. Static.
} IdxOutlook;

/* Bytes that may still be written to @volume, of whose footage there are @used_bytes. */
int64_t idx_outlook_room(const IdxVolume *volume, int64_t used_bytes, int64_t total_bytes,
                         int64_t free_bytes);

/* Pure. @survey NULL: no footage there. */
IdxOutlook idx_outlook_of(const IdxSurveyVolume *survey, int64_t volume_id, int64_t room_bytes,
                          int64_t now_us);

bool idx_outlook_store(IdxCatalogue *cat, const IdxOutlook *outlook, GError **error);

/* True while people are to be told at @now_us. */
bool idx_outlook_warns(const IdxOutlook *outlook, int64_t now_us);

/* As stored, of volumes in use, by id. Element type IdxOutlook. */
GArray *idx_outlook_list(IdxCatalogue *cat, GError **error);

/* That of one volume; NULL if it has none. Belongs to @outlooks. */
const IdxOutlook *idx_outlook_in(const GArray *outlooks, int64_t volume_id);

/* As it is now: a walk over all footage. Volumes whose disk cannot be asked are left out. */
GArray *idx_outlook_find(IdxCatalogue *cat, int64_t now_us, GError **error);

/* {"at", "used_bytes", …, "short", "cause", "warning"}, or null if @outlook is. New reference. */
json_t *idx_outlook_json(IdxCatalogue *cat, const IdxOutlook *outlook, int64_t now_us);

/* {"at", "complete", "rules": […], "cameras": […], "sessions": {…}, "volumes": […]}: schema RetentionReport of
 * api/openapi.yaml. "complete" is false while something waits to be linked anew (link/linking.h).
 * New reference. */
json_t *idx_retention_report(IdxCatalogue *cat, int64_t now_us, GError **error);

/* The same report's cameras as a table for spreadsheets. Caller frees. */
char *idx_retention_report_csv(const json_t *report);

/* {"rules": […]}. New reference. */
json_t *idx_retention_rules_json(IdxCatalogue *cat, GError **error);
