// SPDX-License-Identifier: GPL-3.0-or-later
/* Names as people give them. They end up in JSON and on terminals. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define MJ_TEXT_MAX 256 // bytes

/* 1 to MJ_TEXT_MAX bytes of UTF-8, not blanks alone, without control characters, else MJ_ERROR_INVALID that begins
 * with @what: "a camera's name". */
bool mj_text_check(const char *what, const char *text, GError **error);

/* An identifier (a number, a code, an ID) as it is stored and looked for, however it was typed: letters, digits and
 * signs of full width as those of half width (Unicode's NFKC: Ａ００１ is A001), without blanks around it. What is no
 * UTF-8 stays as it is. Pure; caller frees. */
char *mj_identifier(const char *text);

/* Whether that would change anything. */
bool mj_identifier_differs(const char *text);

/* Whether it says enough to be looked for within names, and not only at their beginnings: one ASCII letter is in all of
 * them, one 不 is not. Pure. */
bool mj_text_tells(const char *text);
