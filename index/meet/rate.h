// SPDX-License-Identifier: GPL-3.0-or-later
/* Rating 好差评: how satisfied the citizen is with a session, in the five levels of all service halls:
 * 5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意, with words if they like.
 *
 * It is an event "hall.session.rated" with evalevel and evacontent, from the page or another system (follow.h): of several
 * the newest that holds counts, by time and data_ver; one that was cancelled never was.
 * By the page the citizen rates once, from when the session has begun, and until their link's time is over:
 * also when the session has ended, though the link joins nothing any more. */
#pragma once

#include "index/catalogue.h"

#define IDX_RATE_WORDS_MAX 500 // characters

/* The code of the citizen's leg of @session that @token is of, also when the session is over; caller frees.
 * MJ_ERROR_DENIED: it is of none, or its time is over. Reads only. */
char *idx_rate_who(IdxCatalogue *cat, const char *session, const char *token, int64_t now_us,
                   GError **error);

/* @token: of the citizen's join link; @words may be NULL. MJ_ERROR_DENIED: it is none. MJ_ERROR_CONFLICT: rated
 * already, or it never began. MJ_ERROR_INVALID. */
bool idx_rate(IdxCatalogue *cat, const char *session, const char *token, int64_t level,
              const char *words, int64_t now_us, GError **error);
