// SPDX-License-Identifier: GPL-3.0-or-later
/* What user.c, login.c, token.c, second.c and reason.c share, and nobody else. */
#pragma once

#include "index/catalogue.h"

#define IDX_SECRET_BYTES 32 // of a token or cookie

/* @n characters of @alphabet (at most 64), each equally likely. Caller frees. */
char *idx_user_random(const char *alphabet, size_t n, GError **error);

/* A token or cookie: 64 hex digits. Caller frees. */
char *idx_user_secret(GError **error);

bool idx_user_password_is(const char *password, const char *hash);

/* Turns a broken UNIQUE into MJ_ERROR_EXISTS. Takes @local. */
bool idx_user_or_exists(bool ok, GError *local, GError **error, const char *what, const char *name);

/* MJ_ERROR_NOT_FOUND if the statement before changed nothing. */
bool idx_user_changed(IdxCatalogue *cat, const char *what, const char *name, GError **error);

/* What became of an account or a token; @key may be NULL. */
bool idx_user_tell(IdxCatalogue *cat, const char *what, const char *kind, const char *name,
                   const char *key, const char *value, GError **error);

/* What failures are counted by: the name in lower case. */
void idx_user_hash_name(const char *name, uint8_t digest[32]);
