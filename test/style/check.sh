#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tree promises of itself. TAP.  check.sh ROOT
#
# Each check is a function that prints what offends, one a line ("file:line: text"), and nothing when
# all is well. Only files that git knows are looked at. test-check.sh proves that each can fail.
set -u
cd "${1:?usage: check.sh ROOT}" || exit 2
if ! git rev-parse --git-dir >/dev/null 2>&1; then
  echo '1..0 # SKIP not a git checkout'
  exit 0
fi
lines_of_file=600
lines_of_function=60
columns_of_subject=72
n=0

c_files() { # [FOLDER…]
  for folder in "${@:-.}"; do git ls-files -- "$folder"; done | grep -E '\.[ch]$' | existing
}
existing() { # a file that is deleted and not committed yet is no offence
  while IFS= read -r f; do [ ! -f "$f" ] || printf '%s\n' "$f"; done
}
includes() { # PATTERN FOLDER: who includes what fits
  c_files "$2" | xargs -r grep -nE "^ *# *include *[<\"]($1)" /dev/null
}
# The C code of the files named on standard input, as "file:line: text", without comments and without
# what stands in strings: letter by letter, since either may hold what looks like the other.
bare() {
  # shellcheck disable=SC2016 # dollars are for awk
  xargs -r awk 'FNR == 1 { inside = "" }
    { bare = ""; size = length($0)
      if (inside != "*") inside = ""
      for (i = 1; i <= size; i++) {
        letter = substr($0, i, 1); pair = substr($0, i, 2)
        if (inside == "*") { if (pair == "*/") { inside = ""; i++ } }
        else if (inside != "") {
          if (letter == "\\") i++
          else if (letter == inside) { inside = ""; bare = bare letter } }
        else if (pair == "//") break
        else if (pair == "/*") { inside = "*"; i++; bare = bare " " }
        else { bare = bare letter; if (letter == "\"" || letter == "\047") inside = letter } }
      print FILENAME ":" FNR ": " bare }' /dev/null
}

index_knows_no_media_and_no_http() {
  includes 'capture/|api/|test/|gst/|gstreamer|libav|libsw|microhttpd|curl/' index
}
capture_and_api_apart() {
  includes 'api/|test/|microhttpd' capture
  includes 'capture/|test/|gst/' api
}
dispatch_is_above_endpoints() { # what it calls does not call back
  includes 'api/dispatch\.h' api | grep -vE '^api/(dispatch|server)\.c:'
}
catalogue_only_through_index() {
  includes 'sqlite3|index/db\.h|index/cmd/' capture
  includes 'sqlite3|index/db\.h|index/cmd/' api
}
sql_only_in_index() {
  c_files capture api | xargs -r grep -nE \
    '"[^"]*(SELECT .*(FROM|\()|INSERT (OR [A-Z]+ )?INTO|UPDATE [a-z_]+ SET|DELETE FROM|CREATE (TABLE|INDEX)|PRAGMA )' /dev/null
}
ui_imports_nothing_outside() {
  git ls-files -- ui | grep -E '\.(ts|tsx|mts|js|mjs)$' | existing | while IFS= read -r f; do
    grep -nEo "(from|import|require) *\(? *[\"'][./][^\"']*" "$f" | while IFS= read -r hit; do
      path=$(realpath -m --relative-to=. "$(dirname "$f")/${hit##*[\"\']}")
      case $path in ui/*) ;; *) echo "$f:$hit" ;; esac
    done
  done
}
spdx_in_every_source() {
  { git ls-files -- '*.c' '*.h' '*.ts' '*.tsx' '*.mjs' '*.sql' '*.sh' mj .ci/run; } | existing |
    while IFS= read -r f; do
      head -n 3 "$f" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' || echo "$f: no SPDX line"
    done
}
files_short() {
  { c_files; git ls-files -- '*.ts' '*.tsx' '*.mjs' '*.sh' | existing; } | while IFS= read -r f; do
    lines=$(wc -l <"$f")
    [ "$lines" -le $lines_of_file ] || echo "$f: $lines lines"
  done
}
# clang-format sets a function's braces, and nothing else's, in the first column.
# shellcheck disable=SC2016 # dollars are for awk
functions_short() {
  c_files | xargs -r awk -v most=$lines_of_function '/^{/ { start = FNR; name = before }
    /^}/ && start { if (FNR - start + 1 > most) print FILENAME ":" start ": " FNR - start + 1 " lines: " name
      start = 0 }
    { before = $0 }' /dev/null
}
no_goto() {
  grep -E '(^|[^A-Za-z0-9_])goto[^A-Za-z0-9_]' "$work/bare"
}
no_unsafe_functions() {
  grep -E '(^|[^A-Za-z0-9_])(strcpy|strcat|sprintf|vsprintf|gets|system|popen|tmpnam|mktemp) *\(' "$work/bare"
}
formatted() {
  c_files | xargs -r clang-format --dry-run -Werror 2>&1 | grep -E 'error:'
}
no_binary_files() { # but those that binaries.txt names
  git ls-files -- test/style/binaries.txt | existing | xargs -r grep -v '^#' >"$work/allowed"
  git diff --cached --numstat "$(git hash-object -t tree /dev/null)" | awk -F '\t' '$1 == "-" { print $3 }' |
    grep -vxF -f "$work/allowed"
}
no_trailing_blanks() {
  git grep -nIE '[[:blank:]]+$|'"$(printf '\r')"'$' -- . ':!LICENSE' ':!*.md' ':!*package-lock.json' ':!test/fuzz/corpus'
}
commit_subjects() {
  git log --no-merges -50 --format='%h %s' | grep -vE '^[0-9a-f]+ [a-z.][a-z0-9./_-]*(, [a-z.][a-z0-9./_-]*)*: [^A-Z ]' |
    sed 's/$/   (not "area: text in small letters", or "area, area: text")/'
  git log --no-merges -50 --format='%h %s' | awk -v most=$columns_of_subject \
    'length($0) - length($1) - 1 > most { print $0 "   (longer than " most ")" }'
}

report() { # NAME-OF-CHECK
  n=$((n + 1))
  title=$(echo "$1" | tr _ ' ')
  "$1" >"$work/out" 2>"$work/err"
  if [ -s "$work/out" ] || [ -s "$work/err" ]; then
    echo "not ok $n - $title"
    sed 's/^/# /' "$work/out" "$work/err" | head -n 40
  else
    echo "ok $n - $title"
  fi
}
skip() { # NAME-OF-CHECK REASON
  n=$((n + 1))
  echo "ok $n - $(echo "$1" | tr _ ' ') # SKIP $2"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
c_files | bare >"$work/bare"
for check in index_knows_no_media_and_no_http capture_and_api_apart dispatch_is_above_endpoints catalogue_only_through_index \
  sql_only_in_index ui_imports_nothing_outside spdx_in_every_source files_short functions_short no_goto \
  no_unsafe_functions no_binary_files no_trailing_blanks; do
  report $check
done
case $(clang-format --version 2>/dev/null) in
*'version 14.'*) report formatted ;;
*) skip formatted 'clang-format 14 is not installed: apt-get install clang-format-14' ;;
esac
if git rev-parse -q --verify HEAD >/dev/null; then
  report commit_subjects
else
  skip commit_subjects 'no commit yet'
fi
echo "1..$n"
