// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/seal.h"

#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/make_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_FILE "camera.key"
#define FACTOR_FILE "totp.key"
#define KEY_BYTES 32
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define HEAD_BYTES (1 + NONCE_BYTES + TAG_BYTES)
#define FORMAT 0x01

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

bool idx_seal_random(void *buffer, size_t size, GError **error)
{
    return RAND_bytes(buffer, (int)size) == 1 ||
           mj_error_set(error, MJ_ERROR_IO, "the system gives no random numbers");
}

void idx_seal_sha256(const char *text, uint8_t digest[32])
{
    SHA256((const unsigned char *)text, strlen(text), digest);
}

/* What an earlier run was killed over, or a disk was too full for. */
static bool refuse_stump(const char *path, long long bytes, GError **error)
{
    return mj_error_set(
        error, MJ_ERROR_CORRUPT,
        "%s is not a key: %lld bytes instead of %d; bring it back from where keys are "
        "kept, or, if nothing was sealed with it yet, remove it: a new one is made",
        path, bytes, KEY_BYTES);
}

bool idx_seal_make_key(const char *path, unsigned mode, GError **error)
{
    uint8_t key[KEY_BYTES];
    struct stat about;
    bool ok = idx_seal_random(key, sizeof key, error) &&
              mj_file_make(path, key, sizeof key, mode, NULL, error);
    OPENSSL_cleanse(key, sizeof key);
    if (!ok)
        return false;
    if (stat(path, &about) < 0)
        return mj_error_errno(error, errno, "cannot look at %s", path);
    return about.st_size == KEY_BYTES || refuse_stump(path, (long long)about.st_size, error);
}

bool idx_seal_create_key(const char *home, GError **error)
{
    g_autofree char *path = mj_home_key(home, KEY_FILE);
    return idx_seal_make_key(path, 0600, error);
}

bool idx_seal_create_factor_key(const char *home, GError **error)
{
    g_autofree char *path = mj_home_web(home, FACTOR_FILE);
    return idx_seal_make_key(path, mj_home_is_shared(home) ? 0640 : 0600, error);
}

typedef struct Key {
    const char *file, *what, *hint; // of what; what to do when it does not fit
} Key;

static const Key *key_of(const char *path)
{
    static const Key KEYS[] = {
        {KEY_FILE, "camera passwords", "give its URL anew"},
        {FACTOR_FILE, "second factors", "take the factor away and set it up anew"},
        {"", "webhooks", "add it anew"},
    };
    size_t i = 0;
    while (!g_str_has_suffix(path, KEYS[i].file))
        i++;
    return &KEYS[i];
}

static bool load_key(const char *path, uint8_t key[KEY_BYTES], GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return mj_error_errno(error, errno, "cannot open the key of %s %s", key_of(path)->what,
                              path);
    ssize_t n = read(fd, key, KEY_BYTES);
    int failed = errno;
    close(fd);
    if (n < 0)
        return mj_error_errno(error, failed, "cannot read %s", path);
    return n == KEY_BYTES || refuse_stump(path, (long long)n, error);
}

static bool start(EVP_CIPHER_CTX *ctx, bool encrypt, const uint8_t *key, const uint8_t *nonce,
                  const char *context)
{
    int n = 0;
    return EVP_CipherInit_ex(ctx, EVP_chacha20_poly1305(), NULL, key, nonce, encrypt) == 1 &&
           EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *)context, (int)strlen(context)) ==
               1;
}

GBytes *idx_seal_by(const char *key_path, const char *context, const char *secret, GError **error)
{
    uint8_t key[KEY_BYTES];
    size_t length = strlen(secret), total = HEAD_BYTES + length;
    g_autofree uint8_t *out = g_malloc(total);
    uint8_t *nonce = out + 1, *tag = nonce + NONCE_BYTES, *text = tag + TAG_BYTES;
    out[0] = FORMAT;
    if (!load_key(key_path, key, error) || !idx_seal_random(nonce, NONCE_BYTES, error))
        return NULL;
    g_autoptr(EVP_CIPHER_CTX) ctx = EVP_CIPHER_CTX_new();
    int n = 0, m = 0;
    bool ok = start(ctx, true, key, nonce, context) &&
              EVP_CipherUpdate(ctx, text, &n, (const unsigned char *)secret, (int)length) == 1 &&
              EVP_CipherFinal_ex(ctx, text + n, &m) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, tag) == 1;
    OPENSSL_cleanse(key, sizeof key);
    if (!ok) {
        mj_error_set(error, MJ_ERROR_FAILED, "cannot seal the secret of %s", context);
        return NULL;
    }
    return g_bytes_new_take(g_steal_pointer(&out), total);
}

GBytes *idx_seal(const char *home, const char *context, const char *secret, GError **error)
{
    g_autofree char *path = mj_home_key(home, KEY_FILE);
    return idx_seal_by(path, context, secret, error);
}

char *idx_unseal_by(const char *key_path, const char *context, const void *sealed, size_t size,
                    GError **error)
{
    const uint8_t *in = sealed;
    uint8_t key[KEY_BYTES];
    if (size < HEAD_BYTES || in[0] != FORMAT) {
        mj_error_set(error, MJ_ERROR_CORRUPT, "the stored secret of %s is damaged", context);
        return NULL;
    }
    if (!load_key(key_path, key, error))
        return NULL;
    uint8_t tag[TAG_BYTES];
    memcpy(tag, in + 1 + NONCE_BYTES, TAG_BYTES);
    int length = (int)(size - HEAD_BYTES), n = 0, m = 0;
    g_autofree char *out = g_malloc0((gsize)length + 1);
    g_autoptr(EVP_CIPHER_CTX) ctx = EVP_CIPHER_CTX_new();
    bool ok = start(ctx, false, key, in + 1, context) &&
              EVP_CipherUpdate(ctx, (unsigned char *)out, &n, in + HEAD_BYTES, length) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1 &&
              EVP_CipherFinal_ex(ctx, (unsigned char *)out + n, &m) == 1;
    OPENSSL_cleanse(key, sizeof key);
    if (!ok) {
        mj_error_set(error, MJ_ERROR_CORRUPT, "the stored secret of %s does not fit %s; %s",
                     context, key_path, key_of(key_path)->hint);
        return NULL;
    }
    return g_steal_pointer(&out);
}

char *idx_unseal(const char *home, const char *context, const void *sealed, size_t size,
                 GError **error)
{
    g_autofree char *path = mj_home_key(home, KEY_FILE);
    return idx_unseal_by(path, context, sealed, size, error);
}

GBytes *idx_seal_factor(const char *home, const char *context, const char *secret, GError **error)
{
    g_autofree char *path = mj_home_web(home, FACTOR_FILE);
    return idx_seal_by(path, context, secret, error);
}

char *idx_unseal_factor(const char *home, const char *context, const void *sealed, size_t size,
                        GError **error)
{
    g_autofree char *path = mj_home_web(home, FACTOR_FILE);
    return idx_unseal_by(path, context, sealed, size, error);
}
