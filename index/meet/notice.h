// SPDX-License-Identifier: GPL-3.0-or-later
/* The notice 告知书: what parties are told, and agree to, before they are recorded.
 *
 * The hall's own words, in versions that are never changed and never deleted: of each consent the record tells
 * its version, and here stands what that said. The newest is shown. A hall that has none shows the words that
 * the page comes with (ui/src/meeting/notice.ts), under their own version, which no words of a hall may have: nobody
 * could say any more what was agreed to under it.
 *
 * It is set by `mingjing meeting notice set`, by `mingjing apply` (declare/declare.h) and on the page.
 *
 * Who joins by another program agrees to whatever version that names: of one that stands here the event
 * "consented" carries the SHA-256 of its words (consent_text_sha256), of others it does not. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_NOTICE_BYTES_MAX 16384   // of each language
#define IDX_NOTICE_OF_PAGE "2026-11" // NOTICE_VERSION of ui/src/meeting/notice.ts

typedef struct IdxNotice { // borrowed
    const char *version;   // letters, digits, '.', '_' and '-'
    const char *zh, *en;   // paragraphs are lines; en may be NULL
} IdxNotice;

/* Whether one could be so. Pure. MJ_ERROR_INVALID. */
bool idx_notice_check(const IdxNotice *notice, GError **error);

/* MJ_ERROR_EXISTS: that version has other words. The same again: nothing. MJ_ERROR_INVALID. */
bool idx_notice_set(IdxCatalogue *cat, const IdxNotice *notice, int64_t now_us, GError **error);

/* *ret: {"version","zh","en","sha256","since"}, or null if there is none; new reference. @version NULL: what is
 * shown now. */
bool idx_notice_json(IdxCatalogue *cat, const char *version, json_t **ret, GError **error);
/* {"notices": […]}, the newest first. New reference. */
json_t *idx_notice_list_json(IdxCatalogue *cat, GError **error);
