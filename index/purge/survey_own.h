// SPDX-License-Identifier: GPL-3.0-or-later
/* The parts of a survey, for survey.c and survey_ahead.c alone. */
#pragma once

#include "index/purge/survey.h"

/* What holds will keep of what is going to be recorded, if each camera goes on as of late: fills ahead_held of
 * @volumes (IdxSurveyVolume *). A hold on a subject follows it, and is not known ahead. */
bool idx_survey_look_ahead(IdxCatalogue *cat, const GPtrArray *volumes, int64_t now_us,
                           GError **error);
