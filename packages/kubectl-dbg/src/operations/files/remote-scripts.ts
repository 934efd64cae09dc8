// POSIX sh scripts that run in the target, with its own tools or those of the debug image. Each prints a first line when
// it is ready. Data before that line is not part of a copy, and every check comes before it.

/** Stops with a first line if a tool is missing. */
const NEED = `need() { for t; do command -v "$t" >/dev/null 2>&1 || { echo "lacking $t"; exit; }; done; }`;

/**
 * Copies bytes: `pass N`, from a pipe, or from a file at its position. If dd can, in blocks of 256 KiB, which fit into a
 * processor's cache; busybox's head reads single bytes.
 */
const PASS = `if dd if=/dev/null status=none iflag=fullblock 2>/dev/null; then quick=1; else quick=; fi
pass() {
  m=$(($1 / 262144)) r=$1
  if [ -n "$quick" ] && [ "$m" -gt 0 ]; then dd bs=262144 count="$m" iflag=fullblock status=none || return; r=$(($1 % 262144)); fi
  [ "$r" = 0 ] || head -c "$r"
}`;

/** Whether a missing path could be seen: the nearest existing directory is searchable. */
const SEEN = `seen() { q=$1; while [ ! -e "$q" ]; do q=$(dirname "$q"); done; [ -x "$q" ]; }`;

/**
 * Sends a file or a directory: PATH SIZE HASH. The first line is `tree`, followed by a tar archive, or `file SIZE MODE
 * MTIME OFFSET`, followed by the file's bytes from OFFSET on, which is SIZE if its first SIZE bytes have that SHA-256.
 */
export const SEND = `${NEED}
${PASS}
${SEEN}
need tar stat head tail sha256sum dirname
p=$1 have=$2 hash=$3
if [ -d "$p" ]; then
  if [ -r "$p" ] && [ -x "$p" ]; then echo tree; tar -cf - -C "$p" .; exit; fi
  echo unreadable; exit
fi
if [ ! -e "$p" ]; then if seen "$p"; then echo missing; else echo unreadable; fi; exit; fi
if [ ! -f "$p" ]; then echo other; exit; fi
if [ ! -r "$p" ]; then echo unreadable; exit; fi
set -- $(stat -L -c '%s %a %Y' "$p")
offset=0
if [ "$have" -gt 0 ] && [ "$have" -le "$1" ]; then
  found=$(pass "$have" <"$p" | sha256sum)
  [ "\${found%% *}" = "$hash" ] && offset=$have
fi
echo "file $1 $2 $3 $offset"
n=$(($1 - offset))
if [ -n "$quick" ]; then
  k=$((offset / 262144)) r=$((offset % 262144))
  { dd bs=262144 skip="$k" count=0 status=none; [ "$r" = 0 ] || dd bs="$r" count=1 of=/dev/null status=none; pass "$n"; } <"$p"
else tail -c "+$((offset + 1))" "$p" | head -c "$n"; fi`;

/** Finds the destination: DEST NAME set $d, its directory $f, and its temporary name $t. */
const PLACE = `d=$1
[ -d "$d" ] && d=\${d%/}/$2
f=$(dirname "$d") n=$(basename "$d")
if [ ! -d "$f" ]; then if seen "$f"; then echo "missing $f"; else echo unwritable; fi; exit; fi
try() { why=$(mkdir "\${1%/}/.kubectl-dbg-try" 2>&1) && rmdir "\${1%/}/.kubectl-dbg-try" || { echo "unwritable \${why##*: }"; exit; }; }
try "$f"
[ "$(printf %s "$n" | wc -c)" -le 230 ] || n=$(printf %s "$n" | sha256sum | head -c 40)
t=\${f%/}/.$n.kubectl-dbg-partial`;

/** Sets the attributes and the final name: MODE MTIME OWNER. */
const FINISH = `finish() {
  chmod "$1" "$t" && { [ -z "$3" ] || chown "$3" "$t"; } && { [ -z "$2" ] || touch -d "@$2" "$t"; } && mv -f "$t" "$d"
}`;

/**
 * Receives a file: DEST NAME SIZE MODE MTIME OWNER. The first line is `ready SIZE HASH NAME`, for what an earlier copy
 * has left; the first line of stdin is the offset of the bytes that follow. An incomplete file has a temporary name. It
 * is kept if the copy breaks, but not if it can't be written: it may take the space that is missing. Files of others at
 * that name are deleted, because their owners could change them later.
 */
export const TAKE_FILE = `${NEED}
${PASS}
${SEEN}
${FINISH}
need stat head sha256sum dirname basename wc mkdir rmdir chmod chown touch mv rm id
umask 077
${PLACE}
have=0 hash=-
if [ -f "$t" ] && [ ! -L "$t" ] && [ "$(stat -c '%u %h' "$t")" = "$(id -u) 1" ]; then
  have=$(stat -c %s "$t")
  [ "$have" = 0 ] || { hash=$(sha256sum <"$t"); hash=\${hash%% *}; }
else rm -rf "$t"; fi
echo "ready $have $hash $t"
read -r offset || exit 1
if [ "$offset" = 0 ]; then rm -f "$t"; set -C; : >"$t" || exit 1; set +C; fi
pass "$(($3 - offset))" >>"$t" || { [ $? -gt 128 ] || rm -f "$t"; exit 1; }
[ "$(stat -c %s "$t")" = "$3" ] || { echo "only a part of $d has come" >&2; exit 1; }
finish "$4" "$5" "$6"`;

/**
 * Receives a file of unknown size: DEST NAME TOKEN OWNER. The first line is `ready`. The token follows the end of the
 * file, because a broken connection also closes stdin.
 */
export const TAKE_STREAM = `${NEED}
${SEEN}
${FINISH}
need cat stat tail dd dirname basename wc sha256sum head mkdir rmdir chmod chown mv rm
umask 077
${PLACE}
t=\${f%/}/.kubectl-dbg-$3
trap 'rm -f "$t"' EXIT
trap 'exit 1' HUP INT TERM
echo ready
cat >"$t" || exit 1
[ "$(tail -c "\${#3}" "$t")" = "$3" ] || { echo "only a part of $d has come" >&2; exit 1; }
dd if=/dev/null of="$t" bs=1 seek="$(($(stat -c %s "$t") - \${#3}))" 2>/dev/null && finish 644 '' "$4"`;

/**
 * Receives a directory as a tar archive: DEST NAME MARK. The first line is `ready`. The last entry is a file MARK:
 * without it the connection broke between two entries. The archive is unpacked next to its destination and moved there
 * when complete; an existing directory keeps its other entries.
 */
export const TAKE_TREE = `${NEED}
${SEEN}
merge() {
  for e in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$e" ] || [ -L "$e" ] || continue
    b=$2/\${e##*/}
    if [ -d "$e" ] && [ ! -L "$e" ] && [ -d "$b" ] && [ ! -L "$b" ]; then merge "$e" "$b" || return
    else set -- "$@" "$e"; fi
    if [ $# -gt 400 ]; then move "$@" || return; set -- "$1" "$2"; fi
  done
  move "$@"
}
move() { [ $# -gt 2 ] || return 0; to=$2; shift 2; mv -f -- "$@" "$to/"; }
need tar dirname basename wc sha256sum head mkdir rmdir mv rm
${PLACE}
[ ! -d "$d" ] || try "$d"
rm -rf "$t" && mkdir "$t" || exit 1
trap 'rm -rf "$t"' EXIT
trap 'exit 1' HUP INT TERM
echo ready
tar -xpf - -C "$t" || exit 1
[ -f "$t/$3" ] || { echo "only a part of $d has come" >&2; exit 1; }
rm -f "$t/$3"
if [ -d "$d" ] && [ ! -L "$d" ]; then merge "$t" "$d"; else mv "$t" "$d"; fi`;
