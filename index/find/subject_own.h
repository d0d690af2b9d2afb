// SPDX-License-Identifier: GPL-3.0-or-later
/* Rows of subjects, for subject*.c. */
#pragma once

#include "index/db.h"
#include "index/find/subject.h"

/* What idx_subject_read() reads, of subject s and hall h. */
#define IDX_SUBJECT_COLUMNS                                                                        \
    "s.id, s.hall_id, s.kind, h.code, s.key, s.day, s.title, s.first_us, s.last_us, s.part"

/* Whether event e is of somebody who gives tickets out or calls them (link/rated.h). */
#define IDX_SUBJECT_SPEAKS "e.type GLOB 'hall.ticket.*' AND e.type <> 'hall.ticket.rated'"

IdxSubject *idx_subject_read(IdxQuery *q);
