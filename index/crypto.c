// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/crypto.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "index/base/error.h"

static EVP_MD *sha256; // written once, before there are other threads

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

const EVP_MD *idx_crypto_sha256(void)
{
    return sha256 ? sha256 : EVP_sha256();
}

bool idx_crypto_fail(GError **error, const char *what)
{
    unsigned long code = ERR_get_error();
    ERR_clear_error();
    char why[160] = "no memory";
    if (code != 0)
        ERR_error_string_n(code, why, sizeof why);
    return mj_error_set(error, MJ_ERROR_FAILED, "%s: %s", what, why);
}

static bool try_digest(void)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    return EVP_Digest("", 0, digest, NULL, sha256, NULL) == 1;
}

static bool try_cipher(void)
{
    static const uint8_t ZERO[64];
    g_autoptr(EVP_CIPHER_CTX) cipher = EVP_CIPHER_CTX_new();
    return cipher && EVP_CipherInit_ex(cipher, EVP_chacha20_poly1305(), NULL, ZERO, ZERO, 1) == 1;
}

static bool try_random(void)
{
    uint8_t byte;
    return RAND_bytes(&byte, sizeof byte) == 1;
}

bool idx_crypto_init(GError **error)
{
    if (!sha256)
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (sha256 && try_digest() && try_cipher() && try_random())
        return true;
    return idx_crypto_fail(error, "OpenSSL cannot be used");
}
