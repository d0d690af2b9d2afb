#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Can each check fail? A small tree that pleases all of them; then one offence at a time. TAP.
# test-check.sh CHECK.SH .CLANG-FORMAT
set -u
check=$(realpath "$1")
format=$(realpath "$2")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
export HOME="$tree" GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@localhost \
  GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@localhost
spdx='SPDX-License-Identifier: GPL-3.0-or-later'
n=0
# git tells tests run from a hook which repository they belong to: this one is another
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

put() { # FILE TEXT: printf's escapes
  mkdir -p "$(dirname "$1")"
  # shellcheck disable=SC2059 # that is what it is for
  printf "$2" >"$1"
}
clean_tree() {
  rm -rf "$tree/src" && mkdir "$tree/src" && cd "$tree/src" && git init -q . || exit 1
  cp "$format" .clang-format
  put index/a.c "// $spdx\n#include \"index/a.h\"\n\n/* goto, system(), \"x\" */\nint a(void)\n{\n    return 1;\n}\n"
  put index/a.h "// $spdx\n#pragma once\nint a(void);\n"
  put capture/c.c "// $spdx\n#include \"index/a.h\"\n\nint c(void)\n{\n    return a();\n}\n"
  put api/b.c "// $spdx\n#include \"index/a.h\"\n\nconst char *b(void)\n{\n    return \"system(goto)\";\n}\n"
  put ui/src/m.ts "// $spdx\nimport { x } from './x';\nimport { h } from 'preact';\n"
  git add . && git commit -q -m 'tree: begin'
}
run() {
  git add -A . && sh "$check" "$tree/src" >"$tree/out" 2>&1
}
report() { # OK NAME
  n=$((n + 1))
  if [ "$1" = 0 ]; then echo "ok $n - $2"; else
    echo "not ok $n - $2"
    sed 's/^/# /' "$tree/out"
  fi
}
# After the offence this check alone says no.
catches() { # CHECK OFFENCE
  run
  [ "$(grep -c '^not ok' "$tree/out")" = 1 ] && grep -q "^not ok [0-9]* - $1\$" "$tree/out"
  report $? "$1: $2"
  clean_tree
}
repeat() { # N TEXT
  i=0
  while [ $i -lt "$1" ]; do printf '%s\n' "$2"; i=$((i + 1)); done
}

clean_tree
run
! grep -q '^not ok' "$tree/out"
report $? 'a clean tree pleases all'

for what in capture/c.h api/b.h gst/gst.h microhttpd.h libavformat/avformat.h; do
  put index/x.h "// $spdx\n#include <$what>\n"
  catches 'index knows no media and no http' "$what in index/"
done
put capture/x.h "// $spdx\n#include \"api/b.h\"\n"
catches 'capture and api apart' 'api/ in capture/'
put api/x.h "// $spdx\n#include \"capture/c.h\"\n"
catches 'capture and api apart' 'capture/ in api/'
put api/endpoint/x.h "// $spdx\n#include \"api/dispatch.h\"\n"
catches 'dispatch is above endpoints' 'api/dispatch.h in an endpoint'
put api/x.h "// $spdx\n#include <sqlite3.h>\n"
catches 'catalogue only through index' 'SQLite in api/'
put capture/x.h "// $spdx\n#include \"index/db.h\"\n"
catches 'catalogue only through index' 'index/db.h in capture/'
put api/x.h "// $spdx\n#define Q \"SELECT id FROM camera\"\n"
catches 'sql only in index' 'a query in api/'
put capture/x.h "// $spdx\n#define Q \"DELETE FROM segment\"\n"
catches 'sql only in index' 'a deletion in capture/'
put ui/src/n.ts "// $spdx\nimport { x } from '../../api/x';\n"
catches 'ui imports nothing outside' 'api/ in ui/'
put ui/src/n.ts "// $spdx\nconst x = await import(\"../../test/x\");\n"
catches 'ui imports nothing outside' 'a late import'
for f in index/x.h ui/src/n.tsx index/x.sql mj; do
  put $f 'x\n'
  [ $f != index/x.h ] || put $f '#pragma once\n'
  catches 'spdx in every source' "none in $f"
done
{ echo "// $spdx"; repeat 600 '// x'; } >index/x.h
catches 'files short' '601 lines'
{ printf '// %s\nint x(void);\n\nint x(void)\n{\n' "$spdx"; repeat 58 '    a();'; printf '    return 1;\n}\n'; } >index/x.c
catches 'functions short' '61 lines'
{ printf '// %s\nint x(void);\n\nint x(void)\n{\n' "$spdx"; repeat 57 '    a();'; printf '    return 1;\n}\n'; } >index/x.c
run
! grep -q '^not ok' "$tree/out"
report $? 'functions short: 60 lines may be'
clean_tree
put index/x.c "// $spdx\nint x(void)\n{\n    goto out; /* why */\nout:\n    return 1;\n}\n"
catches 'no goto' 'one'
for f in strcpy strcat sprintf system popen; do
  put index/x.c "// $spdx\nint x(void)\n{\n    return /* \" */ $f(\"x\"); // \"\n}\n"
  catches 'no unsafe functions' "$f"
done
put index/x.c "// $spdx\nint x(void)\n{\n    return mj_clock_system() + my_popen(); // system()\n}\n"
run
! grep -q '^not ok' "$tree/out"
report $? 'no unsafe functions: names that only end so may be'
clean_tree
put ui/x.png 'a\000b\n'
catches 'no binary files' 'a picture'
put ui/x.png 'a\000b\n'
put test/style/binaries.txt 'ui/x.png\n'
run
! grep -q '^not ok' "$tree/out"
report $? 'no binary files: one that is listed may be'
clean_tree
put ui/x.css 'a { }  \n'
catches 'no trailing blanks' 'two blanks'
put ui/x.css 'a { }\r\n'
catches 'no trailing blanks' 'a carriage return'
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  put index/x.c "// $spdx\nint x( void )\n{\n    return 1;\n}\n"
  catches 'formatted' 'blanks in parentheses'
else
  n=$((n + 1))
  echo "ok $n - formatted # SKIP clang-format 14 is not installed"
fi
for subject in 'Index: add x' 'add x' 'index add x' 'index: Add x' 'index:add x' 'index,api: add x' 'index, : add x' \
  'index: a subject that goes on and on until nobody can read it in one line of a log'; do
  git commit -q --allow-empty -m "$subject"
  catches 'commit subjects' "$subject"
done
echo "1..$n"
