# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of the mingjing command share; each reads it first. They set $mingjing. TAP.
# shellcheck shell=sh disable=SC2034,SC2154 # variables of who reads it
root=$(mktemp -d)
home=$root/home
trap 'rm -rf "$root"' EXIT
n=0

report() { # STATUS NAME
  n=$((n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $n - $2"
  else
    echo "not ok $n - $2"
    sed 's/^/# out: /' "$root/out"
    sed 's/^/# err: /' "$root/err"
  fi
}
run() { # ARGS…: sets $code, leaves $root/out and $root/err
  "$mingjing" "$@" >"$root/out" 2>"$root/err" </dev/null
  code=$?
}
expect() { # NAME CODE ARGS…
  name=$1 wanted=$2
  shift 2
  run "$@" --home "$home"
  test "$code" = "$wanted"
  report $? "$name"
}
holds() { # NAME EXPRESSION-ON-j: of the JSON in $root/out
  node -e "
    const j = JSON.parse(require('fs').readFileSync(0, 'utf8'));
    if (!($2)) { console.error('# %j', j); process.exit(1); }" <"$root/out" 2>>"$root/err"
  report $? "$1"
}
json_of() { # NAME CODE EXPRESSION-ON-j ARGS…: the answer is one JSON value for which the expression holds
  name=$1 wanted=$2 expression=$3
  shift 3
  run "$@" --home "$home" --json
  if [ "$code" = "$wanted" ]; then holds "$name" "$expression"; else report 1 "$name"; fi
}
json() { # NAME EXPRESSION-ON-j ARGS…
  json_name=$1 json_expression=$2
  shift 2
  json_of "$json_name" 0 "$json_expression" "$@"
}
says() { # NAME WORDS: the last error has them
  grep -q -- "$2" "$root/err"
  report $? "$1"
}
shows() { # NAME WORDS: the last answer has them
  grep -q -- "$2" "$root/out"
  report $? "$1"
}
tells() { # NAME WORDS: error or answer has them
  grep -q -- "$2" "$root/err" "$root/out"
  report $? "$1"
}
