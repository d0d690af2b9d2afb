// SPDX-License-Identifier: GPL-3.0-or-later
/* Linked into a tool of the tests that is GStreamer for the most part, whose own locks and threads
 * ThreadSanitizer does not see: it is there to be recorded, and is not what is tested. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "report_bugs=0";
}
