// SPDX-License-Identifier: GPL-3.0-or-later
/* What the files of meet/ share among themselves alone. */
#pragma once

#include "index/meet/meet.h"

#define IDX_MEET_TOKEN_MAX 256 // characters; ours are shorter

/* 256 random bits as text. Caller frees. */
char *idx_meet_make_token(GError **error);
/* A place that is not known is made. */
bool idx_meet_make_place(IdxCatalogue *cat, const char *place, GError **error);
/* 1 to @most letters, digits, '.', '_' or '-'; MJ_ERROR_INVALID begins with @what. */
bool idx_meet_check_code(const char *what, const char *code, size_t most, GError **error);
/* Until when the links of a session's parties are good. */
int64_t idx_meet_token_end(int64_t slot_end_us, int64_t now_us);
/* MJ_ERROR_NOT_FOUND. */
const IdxMeetLeg *idx_meet_need_leg(const IdxMeet *meet, const char *code, GError **error);
/* MJ_ERROR_CONFLICT: it is over. */
bool idx_meet_must_last(const IdxMeet *meet, GError **error);
bool idx_meet_check_version(const char *version, GError **error);
/* @by: the account that says so of a terminal's party; NULL: the party says so. In the caller's transaction. */
bool idx_meet_consent_by(IdxCatalogue *cat, const IdxMeet *meet, const IdxMeetLeg *leg,
                         const char *version, const char *by, int64_t now_us, GError **error);
/* As idx_meet_open_leg(), in the caller's transaction, and the leg's camera has the address @url, a secret, from
 * now on. Who opened a leg calls idx_meet_link() behind the transaction. */
bool idx_meet_open_at(IdxCatalogue *cat, const char *session, const char *leg, const char *url,
                      int64_t now_us, GError **error);
bool idx_meet_link(IdxCatalogue *cat, int64_t now_us, GError **error);
