#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ./mj bench                what can be measured
# ./mj bench NAME [OPTION…] measure it; figures for people on standard error, last line of standard
#                           output for programs: NAME key=value …
set -eu
cd "$(dirname "$0")"
name=${1:-}
if [ -z "$name" ]; then
  echo 'Measure with ./mj bench NAME [OPTION…]; --help tells the options.'
  for file in *.bench.mjs; do
    printf '  %-10s %s\n' "${file%.bench.mjs}" "$(sed -n '2s|^// ||p' "$file")"
  done
  exit 0
fi
shift
case $name in
  *[!a-z-]* | '') file= ;;
  *) file=$name.bench.mjs ;;
esac
if [ ! -f "$file" ]; then
  echo "There is no bench $name; ./mj bench says what there is." >&2
  exit 2
fi
MINGJING_BUILD=${MINGJING_BUILD:-$(cd ../../build && pwd)}
export MINGJING_BUILD
exec node "$file" "$@"
