// SPDX-License-Identifier: GPL-3.0-or-later
/* What the files of meet/ share among themselves alone. */
#pragma once

#include "index/catalogue.h"

#define IDX_MEET_TOKEN_MAX 256 // characters; ours are shorter

/* 256 random bits as text. Caller frees. */
char *idx_meet_make_token(GError **error);
/* A place that is not known is made. */
bool idx_meet_make_place(IdxCatalogue *cat, const char *place, GError **error);
/* 1 to @most letters, digits, '.', '_' or '-'; MJ_ERROR_INVALID begins with @what. */
bool idx_meet_check_code(const char *what, const char *code, size_t most, GError **error);
/* Until when the links of a session's parties are good. */
int64_t idx_meet_token_end(int64_t slot_end_us, int64_t now_us);
