// SPDX-License-Identifier: GPL-3.0-or-later
/* Programs that call the API with a token: 256 random bits, of which only the SHA-256 is stored. What a scope
 * may: role.h. */
#pragma once

#include "index/catalogue.h"

/* Makes a token (shown once; caller frees) with @scope "events" or "read", for good. MJ_ERROR_EXISTS. */
char *idx_token_add(IdxCatalogue *cat, const char *name, const char *scope, int64_t now_us,
                    GError **error);
/* The same until @expires_us; 0 = for good. */
char *idx_token_add_until(IdxCatalogue *cat, const char *name, const char *scope,
                          int64_t expires_us, int64_t now_us, GError **error);
bool idx_token_revoke(IdxCatalogue *cat, const char *name, int64_t now_us, GError **error);

typedef struct IdxToken {
    char *name, *scope;
    int64_t created_us, revoked_us; // revoked_us: 0 while it may be used
    int64_t used_us, expires_us;    // 0: never
} IdxToken;

/* All there ever were, by name. Element type IdxToken. */
GArray *idx_token_list(IdxCatalogue *cat, GError **error);

typedef struct IdxTokenFound {
    char *scope, *name;
    bool unseen; // its use was not noted of late: idx_token_used()
} IdxTokenFound;

void idx_token_found_clear(IdxTokenFound *found);

/* Only reads. MJ_ERROR_DENIED if unknown, revoked or expired. */
bool idx_token_check(IdxCatalogue *cat, const char *token, int64_t now_us, IdxTokenFound *ret,
                     GError **error);

/* Notes that it was used; not if the catalogue is busy, which is no error: the next time does. */
bool idx_token_used(IdxCatalogue *cat, const char *name, int64_t now_us, GError **error);
