#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Turns the SQL files into C strings: embed-sql.sh SCHEMA MIGRATION… OUTPUT
set -eu
schema=$1
shift
quote() {
  sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$/\\n"/' "$1"
}
for output; do :; done
{
  echo '#include "index/migrate.h"'
  echo 'const char IDX_SCHEMA_SQL[] ='
  quote "$schema"
  echo ';'
  echo 'const char *const IDX_MIGRATIONS[] = {'
  while [ $# -gt 1 ]; do
    quote "$1"
    echo '    ,'
    shift
  done
  echo '};'
  echo 'const int IDX_SCHEMA_VERSION = (int)(sizeof IDX_MIGRATIONS / sizeof *IDX_MIGRATIONS);'
} > "$output"
