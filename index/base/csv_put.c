// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/csv_put.h"

#include <stdbool.h>
#include <string.h>

void mj_csv_cell(GString *out, const char *text)
{
    const char *value = text ? text : "";
    bool formula = *value && strchr("=+-@\t\r", *value);
    if (!formula && !strpbrk(value, "\",\r\n")) {
        g_string_append_printf(out, "%s,", value);
        return;
    }
    g_string_append(out, formula ? "\"'" : "\"");
    for (; *value; value++)
        g_string_append_printf(out, *value == '"' ? "\"\"" : "%c", *value);
    g_string_append(out, "\",");
}
