#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# HTTPS as a client of another make sees it (openssl s_client). TAP.  test-tls.sh MINGJING MINGJING-API
set -u
mingjing=$1 api=$2
work=$(mktemp -d)
home=$work/home
pid=
n=0
stop() {
  [ -z "$pid" ] || { kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; }
  pid=
}
trap 'stop; rm -rf "$work"' EXIT
report() { # STATUS WORDS
  n=$((n + 1))
  if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else
    echo "not ok $n - $2"
    sed 's/^/# /' "$work/out" "$work/err" 2>/dev/null | tail -n 20
  fi
}
start() { # ARGS: the address it says in $url
  : >"$work/out" # what an earlier one said there
  "$api" --home "$home" --listen "$@" >"$work/out" 2>"$work/err" &
  pid=$!
  for _ in $(seq 200); do
    url=$(sed -n 's/^listening on //p' "$work/out")
    [ -n "$url" ] && return
    kill -0 "$pid" 2>/dev/null || return
    sleep 0.05
  done
}
ask() { # PATH [OPTIONS of s_client]
  path=$1
  shift
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$path" |
    timeout 10 openssl s_client -ign_eof -connect "${url#*://}" -servername localhost "$@" >"$work/answer" 2>&1
}
# A handshake of a WebSocket, and in the same breath its first message, masked with zeros as RFC 6455 5.3 wants it.
live() { # TOKEN MESSAGE of less than 126 bytes
  {
    printf 'GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
    printf 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    printf 'Authorization: Bearer %s\r\n\r\n' "$1"
    sleep 0.5 # what is upgraded is another reader's
    printf '\201\'"$(printf '%03o' $((128 + ${#2})))"'\0\0\0\0%s' "$2"
    for _ in $(seq 60); do
      grep -aq '"refused"' "$work/answer" && return
      sleep 0.05
    done
  } | timeout 10 openssl s_client -quiet -connect "${url#*://}" -CAfile "$home/web/tls.crt" -verify_return_error \
    >"$work/answer" 2>"$work/said"
}
refuses() { # WORDS ARGS…: it does not start, and says so
  words=$1
  shift
  timeout 10 "$api" --home "$home" "$@" >"$work/out" 2>"$work/err"
  status=$?
  [ $status -ne 0 ] && [ $status -ne 124 ] && grep -q -- "$words" "$work/err"
}

"$mingjing" init --home "$home" >"$work/out" 2>"$work/err"
openssl verify -CAfile "$home/web/tls.crt" "$home/web/tls.crt" >"$work/answer" 2>&1
report $? 'init makes a certificate that can be verified'
[ "$(stat -c %a "$home/web/tls.key")" = 600 ]
report $? 'and its key is nobody else'"'"'s'

start 127.0.0.1:0
case $url in http://127.0.0.1:*) true ;; *) false ;; esac
report $? 'on this machine there is no TLS unless it is asked for'
stop

start 0.0.0.0:0
case $url in https://0.0.0.0:*) true ;; *) false ;; esac
report $? 'where others call there is, with what init made'
ask /api/v1/health -CAfile "$home/web/tls.crt" -verify_return_error
grep -q '^HTTP/1.1 200' "$work/answer" && grep -q 'Verify return code: 0' "$work/answer"
report $? 'an answer over a verified connection'
grep -qi '^Strict-Transport-Security: max-age=' "$work/answer"
report $? 'HSTS'
ask /api/v1/health -tls1_2
grep -q '^HTTP/1.1 200' "$work/answer"
report $? 'TLS 1.2'
ask /api/v1/health -tls1_1 -cipher 'ALL@SECLEVEL=0'
! grep -q '^HTTP/1.1 200' "$work/answer"
report $? 'no TLS 1.1'
ask / && ask /api/v1/me
grep -q '^HTTP/1.1 401' "$work/answer"
report $? 'who is not signed in is refused'

# libmicrohttpd hands an upgraded connection on through a socket of its own; what is said there has to come through TLS too
token=$("$mingjing" token add wall --scope read --home "$home" --json | sed 's/.*"token": *"\([^"]*\)".*/\1/')
live "$token" '{"do":"subscribe","tile":7,"camera":"none","stream":"main"}'
grep -aq '^HTTP/1.1 101' "$work/answer" && grep -aq 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' "$work/answer"
report $? 'a WebSocket over TLS'
grep -aq '"refused"' "$work/answer" && grep -aq '"tile": *7' "$work/answer"
report $? 'and what is said over it is answered'

# another certificate, while it runs
before=$(openssl x509 -in "$home/web/tls.crt" -noout -serial)
cp -r "$home/web" "$work/old"
rm "$home/web/tls.crt" "$home/web/tls.key"
"$mingjing" keys --home "$home" >/dev/null 2>&1
kill -HUP "$pid"
for _ in $(seq 100); do
  ask /api/v1/health
  after=$(openssl x509 -in "$work/answer" -noout -serial 2>/dev/null)
  [ "$after" != "$before" ] && break
  sleep 0.05
done
[ -n "$after" ] && [ "$after" != "$before" ]
report $? 'SIGHUP: the new certificate'
echo broken >"$home/web/tls.crt"
kill -HUP "$pid"
for _ in $(seq 100); do
  grep -q 'not in PEM form; going on' "$work/err" && break
  sleep 0.05
done
ask /api/v1/health
grep -q '^HTTP/1.1 200' "$work/answer" && grep -q 'going on with the certificate from before' "$work/err"
report $? 'SIGHUP with a broken file: it says so and goes on'
stop

refuses 'not in PEM form' --listen 0.0.0.0:0
report $? 'a broken certificate'
cp "$work/old/tls.crt" "$home/web/tls.crt"
refuses 'is not that of the certificate' --listen 0.0.0.0:0
report $? 'a key of another certificate'
rm "$home/web/tls.crt" "$home/web/tls.key"
refuses 'mingjing keys' --listen 0.0.0.0:0
report $? 'none where one is needed'
refuses 'go together' --tls-cert "$work/old/tls.crt"
report $? 'a certificate without a key'
refuses 'no/such.pem' --tls-cert "$work/no/such.pem" --tls-key "$work/old/tls.key"
report $? 'a file that is not there'
start 0.0.0.0:0 --plain
case $url in http://0.0.0.0:*) true ;; *) false ;; esac
report $? 'without, if it is told so'
stop
start 127.0.0.1:0 --tls-cert "$work/old/tls.crt" --tls-key "$work/old/tls.key"
ask /api/v1/health -CAfile "$work/old/tls.crt" -verify_return_error
grep -q '^HTTP/1.1 200' "$work/answer"
report $? 'a certificate of one'"'"'s own'
echo "1..$n"
