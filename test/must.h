// SPDX-License-Identifier: GPL-3.0-or-later
/* What the tests ask of a call that has to succeed; the error is told first. */
#pragma once

#include <glib.h>
#include <stdbool.h>

static inline void must(bool ok, const GError *error)
{
    g_assert_no_error(error);
    g_assert_true(ok);
}
