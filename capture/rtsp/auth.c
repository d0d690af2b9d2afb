// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/auth.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

typedef struct Challenge {
    CapRtspAuthKind kind;
    bool session, stale, has_qop, has_auth;
    char *algorithm; // as it is to be named in the answer; NULL = it was not named
    char *realm, *nonce, *opaque;
} Challenge;

struct CapRtspAuth {
    char *user, *password;
    Challenge taken;
    unsigned count; // of answers to this nonce
};

static void challenge_clear(Challenge *challenge)
{
    g_free(challenge->algorithm);
    g_free(challenge->realm);
    g_free(challenge->nonce);
    g_free(challenge->opaque);
    *challenge = (Challenge){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Challenge, challenge_clear)

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

CapRtspAuth *cap_rtsp_auth_new(const char *user, const char *password)
{
    CapRtspAuth *auth = g_new0(CapRtspAuth, 1);
    auth->user = g_strdup(user);
    auth->password = g_strdup(password);
    return auth;
}

void cap_rtsp_auth_free(CapRtspAuth *auth)
{
    if (!auth)
        return;
    wipe(auth->user);
    wipe(auth->password);
    challenge_clear(&auth->taken);
    g_free(auth);
}

/* --- challenges ------------------------------------------------------------------------------ */

static bool is_token(char c)
{
    return g_ascii_isalnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static const char *skip(const char *text, const char *what)
{
    return text + strspn(text, what);
}

static char *take_token(const char **text)
{
    const char *begin = *text;
    while (is_token(**text))
        ++*text;
    return g_strndup(begin, (size_t)(*text - begin));
}

/* A quoted string without its quotes and otherwise as it stood, so that it hashes to the same as
 * the camera's; or what stands up to the next comma. */
static char *take_value(const char **text)
{
    const char *begin = *text;
    if (*begin != '"') {
        *text += strcspn(begin, ", \t");
        return g_strndup(begin, (size_t)(*text - begin));
    }
    for (begin = ++*text; **text && **text != '"'; ++*text)
        if (**text == '\\' && (*text)[1])
            ++*text;
    char *value = g_strndup(begin, (size_t)(*text - begin));
    *text += **text == '"';
    return value;
}

static void set_algorithm(Challenge *challenge, const char *name)
{
    static const struct {
        const char *name;
        CapRtspAuthKind kind;
        bool session;
    } KNOWN[] = {{"MD5", CAP_RTSP_AUTH_MD5, false},
                 {"MD5-sess", CAP_RTSP_AUTH_MD5, true},
                 {"SHA-256", CAP_RTSP_AUTH_SHA256, false},
                 {"SHA-256-sess", CAP_RTSP_AUTH_SHA256, true},
                 {"SHA-512-256", CAP_RTSP_AUTH_SHA512_256, false},
                 {"SHA-512-256-sess", CAP_RTSP_AUTH_SHA512_256, true}};
    challenge->kind = CAP_RTSP_AUTH_NONE;
    for (size_t i = 0; i < G_N_ELEMENTS(KNOWN); i++) {
        if (g_ascii_strcasecmp(name, KNOWN[i].name) != 0)
            continue;
        challenge->kind = KNOWN[i].kind;
        challenge->session = KNOWN[i].session;
        g_free(challenge->algorithm);
        challenge->algorithm = g_strdup(KNOWN[i].name);
    }
}

static bool lists(const char *list, const char *word)
{
    g_auto(GStrv) words = g_strsplit_set(list, ", \t", -1);
    for (char **at = words; *at; at++)
        if (g_ascii_strcasecmp(*at, word) == 0)
            return true;
    return false;
}

static void set_field(Challenge *challenge, const char *name, const char *value)
{
    if (g_ascii_strcasecmp(name, "algorithm") == 0) {
        set_algorithm(challenge, value);
    } else if (g_ascii_strcasecmp(name, "stale") == 0) {
        challenge->stale = g_ascii_strcasecmp(value, "true") == 0;
    } else if (g_ascii_strcasecmp(name, "qop") == 0) {
        challenge->has_qop = *value != '\0';
        challenge->has_auth = lists(value, "auth");
    } else {
        char **field = g_ascii_strcasecmp(name, "realm") == 0    ? &challenge->realm
                       : g_ascii_strcasecmp(name, "nonce") == 0  ? &challenge->nonce
                       : g_ascii_strcasecmp(name, "opaque") == 0 ? &challenge->opaque
                                                                 : NULL;
        if (!field)
            return;
        g_free(*field);
        *field = g_strdup(value);
    }
}

static bool usable(const Challenge *challenge)
{
    if (challenge->kind <= CAP_RTSP_AUTH_BASIC)
        return challenge->kind == CAP_RTSP_AUTH_BASIC;
    return challenge->nonce && (!challenge->has_qop || challenge->has_auth);
}

/* Keeps the stronger one. */
static void compare(Challenge *best, Challenge *other)
{
    if (usable(other) && other->kind > best->kind) {
        Challenge held = *best;
        *best = *other;
        *other = held;
    }
    challenge_clear(other);
}

static void begin_scheme(Challenge *challenge, const char *scheme)
{
    if (g_ascii_strcasecmp(scheme, "Digest") == 0)
        challenge->kind = CAP_RTSP_AUTH_MD5; // unless it names another
    else if (g_ascii_strcasecmp(scheme, "Basic") == 0)
        challenge->kind = CAP_RTSP_AUTH_BASIC;
}

/* A header holds one challenge or several: a word followed by "=" belongs to the present one, any
 * other begins the next. */
static void parse_header(const char *text, Challenge *best)
{
    g_auto(Challenge) present = {0};
    bool basic = false;
    while (*(text = skip(text, ", \t"))) {
        g_autofree char *name = take_token(&text);
        if (!*name) { // no word at all: what it is may come after the next comma
            text += strcspn(text, ",");
            continue;
        }
        const char *after = skip(text, " \t");
        if (*after != '=') {
            compare(best, &present);
            begin_scheme(&present, name);
            basic = present.kind == CAP_RTSP_AUTH_BASIC;
            continue;
        }
        text = skip(after + 1, " \t");
        g_autofree char *value = take_value(&text);
        if (!basic || g_ascii_strcasecmp(name, "realm") == 0)
            set_field(&present, name, value);
    }
    compare(best, &present);
}

bool cap_rtsp_auth_take(CapRtspAuth *auth, const CapRtspMessage *answer)
{
    g_auto(Challenge) best = {0};
    const char *header;
    for (unsigned i = 0; (header = cap_rtsp_message_header(answer, "WWW-Authenticate", i)); i++)
        if (strlen(header) <= CAP_RTSP_CHALLENGE_MAX_BYTES)
            parse_header(header, &best);
    if (best.kind == CAP_RTSP_AUTH_NONE)
        return false;
    challenge_clear(&auth->taken);
    auth->taken = best;
    auth->count = 0;
    best = (Challenge){0};
    return true;
}

CapRtspAuthKind cap_rtsp_auth_kind(const CapRtspAuth *auth)
{
    return auth->taken.kind;
}

bool cap_rtsp_auth_is_stale(const CapRtspAuth *auth)
{
    return auth->taken.stale;
}

/* --- answers --------------------------------------------------------------------------------- */

static const EVP_MD *hash_of(CapRtspAuthKind kind)
{
    return kind == CAP_RTSP_AUTH_SHA512_256 ? EVP_sha512_256()
           : kind == CAP_RTSP_AUTH_SHA256   ? EVP_sha256()
                                            : EVP_md5();
}

/* Hexadecimal digits of the hash of the parts, ":" between them. "" if the library refuses the
 * algorithm. Caller frees. */
static char *hash(CapRtspAuthKind kind, const char *const *parts)
{
    g_autofree char *text = g_strjoinv(":", (char **)parts);
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (!EVP_Digest(text, strlen(text), bytes, &size, hash_of(kind), NULL))
        size = 0;
    explicit_bzero(text, strlen(text));
    GString *hex = g_string_sized_new(2 * size);
    for (unsigned i = 0; i < size; i++)
        g_string_append_printf(hex, "%02x", bytes[i]);
    return g_string_free(hex, FALSE);
}

char *cap_rtsp_auth_digest(const CapRtspDigest *d)
{
    g_autofree char *who =
        hash(d->kind, (const char *const[]){d->user, d->realm, d->password, NULL});
    if (d->session) {
        char *longer = hash(d->kind, (const char *const[]){who, d->nonce, d->cnonce, NULL});
        wipe(who);
        who = longer;
    }
    g_autofree char *what = hash(d->kind, (const char *const[]){d->method, d->uri, NULL});
    char *response = d->qop ? hash(d->kind, (const char *const[]){who, d->nonce, d->nc, d->cnonce,
                                                                  d->qop, what, NULL})
                            : hash(d->kind, (const char *const[]){who, d->nonce, what, NULL});
    explicit_bzero(who, strlen(who));
    return response;
}

static void append_quoted(GString *text, const char *name, const char *value)
{
    g_string_append_printf(text, ", %s=\"", name);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            g_string_append_c(text, '\\');
        g_string_append_c(text, *value);
    }
    g_string_append_c(text, '"');
}

static char *answer_digest(CapRtspAuth *auth, const char *method, const char *uri)
{
    const Challenge *taken = &auth->taken;
    unsigned char noise[8];
    char cnonce[2 * sizeof noise + 1], nc[9];
    RAND_bytes(noise, sizeof noise);
    for (size_t i = 0; i < sizeof noise; i++)
        g_snprintf(cnonce + 2 * i, 3, "%02x", noise[i]);
    g_snprintf(nc, sizeof nc, "%08x", ++auth->count);
    const char *realm = taken->realm ? taken->realm : "";
    CapRtspDigest digest = {taken->kind,
                            taken->session,
                            auth->user,
                            realm,
                            auth->password,
                            taken->nonce,
                            taken->has_auth ? "auth" : NULL,
                            nc,
                            cnonce,
                            method,
                            uri};
    g_autofree char *response = cap_rtsp_auth_digest(&digest);
    GString *text = g_string_new("Digest");
    append_quoted(text, "username", auth->user);
    g_string_erase(text, (gssize)strlen("Digest"), 1); // the first comma
    g_string_append_printf(text, ", realm=\"%s\", nonce=\"%s\"", realm, taken->nonce);
    append_quoted(text, "uri", uri);
    g_string_append_printf(text, ", response=\"%s\"", response);
    if (taken->algorithm)
        g_string_append_printf(text, ", algorithm=%s", taken->algorithm);
    if (taken->opaque)
        g_string_append_printf(text, ", opaque=\"%s\"", taken->opaque);
    if (taken->has_auth)
        g_string_append_printf(text, ", qop=auth, nc=%s", nc);
    if (taken->has_auth || taken->session)
        g_string_append_printf(text, ", cnonce=\"%s\"", cnonce);
    return g_string_free(text, FALSE);
}

char *cap_rtsp_auth_answer(CapRtspAuth *auth, const char *method, const char *uri)
{
    if (auth->taken.kind == CAP_RTSP_AUTH_NONE)
        return NULL;
    if (auth->taken.kind != CAP_RTSP_AUTH_BASIC)
        return answer_digest(auth, method, uri);
    char *plain = g_strconcat(auth->user, ":", auth->password, NULL);
    g_autofree char *coded = g_base64_encode((const guchar *)plain, strlen(plain));
    char *answer = g_strconcat("Basic ", coded, NULL);
    wipe(plain);
    explicit_bzero(coded, strlen(coded));
    return answer;
}
