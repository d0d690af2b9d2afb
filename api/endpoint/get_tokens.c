// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/list.h"
#include "index/account/token.h"
#include "index/listing.h"

static json_t *token_json(IdxCatalogue *cat, const IdxToken *token, int64_t now_us)
{
    bool usable = token->revoked_us == 0 && (token->expires_us == 0 || token->expires_us > now_us);
    return json_pack(
        "{s:s, s:s, s:b, s:o, s:o, s:o, s:o}", "name", token->name, "scope", token->scope, "usable",
        (int)usable, "created", idx_listing_time(cat, token->created_us), "expires",
        idx_listing_time(cat, token->expires_us), "revoked",
        idx_listing_time(cat, token->revoked_us), "used", idx_listing_time(cat, token->used_us));
}

bool api_get_tokens(ApiRequest *request, GError **error)
{
    g_autoptr(GArray) tokens = idx_token_list(request->cat, error);
    if (tokens == NULL)
        return false;
    g_autoptr(json_t) answer = json_pack("{s:[]}", "tokens");
    for (guint i = 0; i < tokens->len; i++)
        json_array_append_new(
            json_object_get(answer, "tokens"),
            token_json(request->cat, &g_array_index(tokens, IdxToken, i), request->now_us));
    return api_reply_list(request, answer, "tokens", NULL, "name", error);
}
