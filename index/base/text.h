// SPDX-License-Identifier: GPL-3.0-or-later
/* Names as people give them. They end up in JSON and on terminals. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define MJ_TEXT_MAX 256 // bytes

/* 1 to MJ_TEXT_MAX bytes of UTF-8, not blanks alone, without control characters, else MJ_ERROR_INVALID that begins
 * with @what: "a camera's name". */
bool mj_text_check(const char *what, const char *text, GError **error);
