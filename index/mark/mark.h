// SPDX-License-Identifier: GPL-3.0-or-later
/* Marks 标记: what a person saw in a picture, live or replayed: nobody at the window, a quarrel …
 *
 * A mark is an event hall.alert.raised of this node (source "/mingjing/<hall>/marks"): immutable, in the
 * dossier of whoever was being served there then, an alarm until somebody takes it. It keeps camera, time of
 * the picture, who and why, and the picture itself as it was then, with its SHA-256 in the event: the picture
 * lies in the catalogue (the API makes no files in the home, and a copy of the catalogue has it with it) and
 * outlives its footage. At most IDX_MARK_STILL_MAX bytes each; whoever makes it scales it down to that.
 *
 * Asked for again (the answer was lost on its way) it is made once: whoever asks gives it a key of her own choice, from
 * which its event gets its id.
 *
 * As with events, a catalogue that is lost without a copy loses them.
 *
 * Where: the place that is said, if the camera covers it then and whoever marks may see it; else the one place that it covers; of a camera
 * that sees several, none is guessed: idx_mark_places_json() tells between which to choose. To whom: the subject whose visit (link/linker.h) is going on there at the
 * moment, or begins within a second; between two visits, nobody. A correction of the events later does not move a mark: its event names
 * the subject that was served as far as was known.
 *
 * What it says is one of the kinds that the hall declares (kind.h): its code is the rule_code of the event, and its
 * level the event's. The words of that time are in the event: monitor_point has the Chinese ones, which the reports of
 * 电子监察 show, monitor_point_en the English ones. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_MARK_WORDS_MAX 512          // bytes
#define IDX_MARK_STILL_MAX (192 * 1024) // bytes
#define IDX_MARK_KEY_MAX 64             // characters
#define IDX_MARK_LIMIT_MAX 200          // rows of an answer
#define IDX_MARK_LOOKS 1000 // rows that are looked at for it, for whom not everything is

typedef struct IdxMarkRequest {
    const char *camera; // code
    int64_t at_us;      // of the picture
    const char *kind;   // code, of one that is offered
    const char *words;  // may be NULL
    const char *place;  // code; NULL = as above
    const char *hall;   // code, of the place; NULL = any: two halls may have the same code
    const char *by;
    const char *
        key; // the same whenever the same is asked for again: letters, digits, '-', '_'; may be NULL
    GBytes *jpeg;
} IdxMarkRequest;

/* What can be said before there is a picture. MJ_ERROR_INVALID, MJ_ERROR_NOT_FOUND. */
bool idx_mark_check(IdxCatalogue *cat, const IdxMarkRequest *request, GError **error);

/* The mark that @request->by made with @request->key; *ret_id 0 if there is none, or no key. MJ_ERROR_CONFLICT if it is
 * another one: of another camera, moment (by more than a second), kind, place or with other words. */
bool idx_mark_again(IdxCatalogue *cat, const IdxMarkRequest *request, int64_t *ret_id,
                    GError **error);

/* One transaction: the event, what it is linked to, the mark, the picture, the row of the audit log. If it was made
 * before (idx_mark_again()), it is that one, and nothing is written. */
bool idx_mark_add(IdxCatalogue *cat, const IdxMarkRequest *request, int64_t now_us, int64_t *ret_id,
                  GError **error);

/* Where a mark of @camera at @at_us may be, and whose it is there (schema MarkPlaces of api/openapi.yaml): {"places":
 * [{hall, code, name, subject}]}, of those that may be seen. MJ_ERROR_NOT_FOUND. New reference. */
json_t *idx_mark_places_json(IdxCatalogue *cat, const char *camera, int64_t at_us, GError **error);

/* Schema Mark of api/openapi.yaml. MJ_ERROR_NOT_FOUND. New reference. */
json_t *idx_mark_json(IdxCatalogue *cat, int64_t id, GError **error);

typedef struct IdxMarkFilter { // NULL or 0 = all
    const char *
        words; // which its words or, if it tells enough, the name of its kind hold; ASCII case is one
    const char *camera;     // code
    int64_t from_us, to_us; // of the picture: from one, before the other
} IdxMarkFilter;

/* {"marks": […], "next"}, newest first, from @cursor on (NULL = the newest); only what @filter (NULL = all) lets
 * through. Where not everything is seen (account/scope.h) "next" may follow fewer than @limit. New
 * reference. */
json_t *idx_mark_list_json(IdxCatalogue *cat, const IdxMarkFilter *filter, const char *cursor,
                           int limit, GError **error);

/* The mark that @text names: its number, or the id of its event ("mark-…"). MJ_ERROR_NOT_FOUND. */
bool idx_mark_find(IdxCatalogue *cat, const char *text, int64_t *ret_id, GError **error);

/* The picture, as it was kept. MJ_ERROR_NOT_FOUND. *ret_camera, *ret_at_us: of what; caller frees. */
GBytes *idx_mark_still(IdxCatalogue *cat, int64_t id, char **ret_camera, int64_t *ret_at_us,
                       GError **error);
