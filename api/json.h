// SPDX-License-Identifier: GPL-3.0-or-later
/* Schemas of api/openapi.yaml that more than one endpoint answers and index/ does not build. New
 * references. */
#pragma once

#include "api/request.h"
#include "index/account/login.h"
#include "index/account/reason.h"
#include "index/account/user.h"
#include "index/base/json.h"

/* The body of a request, which should be a JSON object; @words says of what: "an object with name and
 * password". MJ_ERROR_INVALID. New reference. */
json_t *api_json_body(const ApiRequest *request, const char *words, GError **error);

/* A string of 1 to @max characters in @body. NULL with MJ_ERROR_INVALID. Valid as long as @body. */
const char *api_json_text(const json_t *body, const char *name, glong max, GError **error);

/* The same, or NULL in *@ret if it is not given, or null. */
bool api_json_maybe(const json_t *body, const char *name, glong max, const char **ret,
                    GError **error);

/* MJ_ERROR_INVALID, with its name, if @object has a member that is none of @names (NULL-ended): misspelt, it would be
 * ignored. @where stands before the name: "", "subject.". */
bool api_json_only(const json_t *object, const char *where, const char *const names[],
                   GError **error);

/* A whole number within [min, max]; @fallback if it is not given, or null. */
bool api_json_int(const json_t *body, const char *name, int64_t min, int64_t max, int64_t fallback,
                  int64_t *ret, GError **error);

/* A moment as mj_time_parse() takes it; @fallback if it is not given, or null. */
bool api_json_time(const ApiRequest *request, const json_t *body, const char *name,
                   int64_t fallback_us, int64_t *ret_us, GError **error);

/* A flag; @fallback if it is not given. MJ_ERROR_INVALID: something else. */
bool api_json_flag(const json_t *body, const char *name, bool fallback, bool *ret, GError **error);

/* A list of strings, NULL-ended, in @ret (char *, pointers into @body); *ret_given: there is one. */
bool api_json_texts(const json_t *body, const char *name, GPtrArray *ret, bool *ret_given,
                    GError **error);

/* Schema Credentials into @try, whose texts are valid as long as @body. */
bool api_json_login(const json_t *body, IdxLoginTry *try, GError **error);

/* Schemas Me, User, Reason. NULL with @error. */
json_t *api_json_me(IdxCatalogue *cat, const char *name, int64_t now_us, GError **error);
json_t *api_json_user(IdxCatalogue *cat, const IdxUser *user, GError **error);
json_t *api_json_reason(IdxCatalogue *cat, const IdxReason *reason);

/* The accounts that the first value of the path names: replied to. */
bool api_json_reply_user(ApiRequest *request, const char *name, int status, GError **error);

/* The place of that code, schema Place: replied to. */
bool api_json_reply_place(ApiRequest *request, const char *hall, const char *code, int status,
                          GError **error);
