// SPDX-License-Identifier: GPL-3.0-or-later
/* Tables for spreadsheets, RFC 4180. */
#pragma once

#include <glib.h>

/* Begins a table that spreadsheets know to be UTF-8. */
#define MJ_CSV_BEGIN "\xef\xbb\xbf"

/* Appends @text (NULL = empty) and a comma. A cell that a spreadsheet would take for a formula begins with an
 * apostrophe. */
void mj_csv_cell(GString *out, const char *text);
