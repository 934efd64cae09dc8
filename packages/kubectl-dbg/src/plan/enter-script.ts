/** The variable with the script, so that `ps` shows only one line of it. */
export const SCRIPT_VARIABLE = 'KUBECTL_DBG_ENTER';

/**
 * The first process of a debug container with `--enter`, in POSIX sh: MODE CONTAINER-ID CONTAINER ENV-NAMES COMMAND... It
 * finds the target's first process, and starts a shell whose root, working directory and environment are the target's.
 * Nothing is written there: the debug image's programs are run through /proc/PID/root, where PID is this process, by
 * wrappers in the debug container's own file system.
 *
 * A statically linked busybox, and musl's loader, can be interpreters (`#!`) themselves. glibc's loader would search for
 * libraries in the target, so there wrappers are scripts without an interpreter, which bash runs itself, and functions,
 * which other shells read from $ENV.
 *
 * No `$$`, which the kubelet turns into one `$`; `$(NAME)` only with texts that can't be names of variables.
 */
export const ENTER_SCRIPT = `fail() { echo "kubectl dbg --enter: $1" >&2; exit 126; }
mode=$1 id=$2 name=$3 keep=$4; shift 4
read -r self rest </proc/self/stat || fail 'the debug container has no /proc'
nl='
'
pid=1
if [ "$mode" != joined ] && [ "$mode" != joined-namespaces ]; then
  pid=
  for p in /proc/[0-9]*; do
    if { [ -n "$id" ] && grep -qsF "$id" "$p/cgroup"; } || grep -qs "/containers/$name/" "$p/mountinfo"; then
      n=\${p#/proc/}; if [ -z "$pid" ] || [ "$n" -lt "$pid" ]; then pid=$n; fi
    fi
  done
  [ -n "$pid" ] || fail "no process of container $name can be told from the others of the pod: --target=$name joins it"
fi
root=/proc/$pid/root
theirs=$(readlink "/proc/$pid/ns/mnt" 2>/dev/null)
[ -n "$theirs" ] || fail "no right to look into container $name, whose user is another: it takes SYS_PTRACE, as --profile=general gives it, or its user, by --run-as"
[ "$theirs" != "$(readlink /proc/self/ns/mnt)" ] || fail "the processes of container $name are not seen: the container runtime did not join them"
[ -d "$root/" ] || fail "no right to enter container $name: it takes SYS_PTRACE, as --profile=general gives it"
[ -e "$root/proc/$self/stat" ] || fail "container $name has no /proc of its processes, through which the tools are reached"
case $mode in
*namespaces) nsenter -t "$pid" -u -i true 2>/dev/null || fail 'nsenter is not in the image, or not permitted: it takes SYS_ADMIN, as --profile=sysadmin gives it'
  enter="nsenter -t $pid -m -u -i -n --" ;;
*) command -v chroot >/dev/null || fail 'the image has no chroot'
  chroot / true 2>/dev/null || fail 'chroot is not permitted: it takes root (--run-as=0) and SYS_CHROOT, which --profile=restricted takes away'
  enter="chroot $root" ;;
esac
bin=
for d in /tmp /var/tmp /run /root ''; do mkdir "$d/.dbg-$self" 2>/dev/null && bin=$d/.dbg-$self && break; done
[ -n "$bin" ] || fail 'the debug container can write nowhere in its own file system, where wrappers for its tools go'
me=/proc/$self/root
trap 'rm -rf "$bin"' EXIT
trap : INT QUIT
mkdir "$bin/.dynamic" "$bin/.sh"
shell=
IFS=:; for n in bash sh; do for d in $PATH; do [ -z "$shell" ] && [ -x "$d/$n" ] && shell=$d/$n; done; done; unset IFS
[ -n "$shell" ] || fail 'the image has no shell on PATH'
real=$(readlink -f "$shell")
loader=
for l in /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.* /lib/ld-linux.so.* /lib64/ld64.so.* /lib/ld64.so.* /lib/ld-musl-*.so.1; do
  if [ -e "$l" ] && grep -qF "$l" "$real"; then loader=$l; break; fi
done
# Its own links may be absolute.
ld=; [ -n "$loader" ] && ld=$me$(readlink -f "$loader")
libs=
case $loader in
'') head="#!$me$real"; case $real in */busybox) head="$head sh" ;; esac ;;
*musl*) libs=$me/lib:$me/usr/local/lib:$me/usr/lib; cp "$real" "$bin/.sh/sh"; head="#!$ld $me$bin/.sh/sh" ;;
*) head='# run by a shell'
  for d in $({ ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | sed -n 's,.*=> \\(/.*\\)/[^/]*$,\\1,p' | sort -u) /lib /usr/lib /lib64 /usr/lib64; do
    [ -d "$d" ] && libs=$libs\${libs:+:}$me$d
  done ;;
esac
ld="$ld --library-path '$libs'"; argv0=
[ -n "$loader" ] && grep -q argv0 "$loader" && argv0=--argv0
list() {
  IFS=:; set -f; set -- $PATH; set +f; unset IFS
  for d; do
    for f in "$d"/*; do
      n=\${f##*/}
      case $n in *[!A-Za-z0-9_.+[-]*) continue ;; esac
      [ -f "$f" ] && [ -x "$f" ] && [ ! -e "$bin/.sh/.$n" ] && : >"$bin/.sh/.$n" && echo "$f"
    done
  done
}
list >"$bin/.list"
IFS=$nl; set -f
if command -v realpath >/dev/null; then realpath $(cat "$bin/.list"); else for f in $(cat "$bin/.list"); do readlink -f "$f"; done; fi >"$bin/.real"
if [ -n "$loader" ]; then
  grep -lF "$loader" $(sort -u "$bin/.real") >"$bin/.found" 2>/dev/null
  # A script, such as ldd, may name the loader too.
  head -q -c 2 $(cat "$bin/.found") | sed 's/../&\\n/g' >"$bin/.magic"
  while read -r f && read -r m <&3; do [ "$m" = '#!' ] || : >"$bin/.dynamic/\${f##*/}"; done <"$bin/.found" 3<"$bin/.magic"
fi
set +f; unset IFS
while read -r f && read -r r <&3; do
  n=\${f##*/} b=\${r##*/} applet=
  case $b in busybox) [ "$n" != busybox ] && applet=" $n" ;; esac
  line=; [ "$b" = busybox ] || [ -e "$bin/.dynamic/$b" ] || IFS= read -r line <"$r" 2>/dev/null
  case $line in
  '#!'*) set -f; i=\${line#??}; i=\${i# }; a=\${i#*/}; w=\${a%% *}; w=\${w##*/}
    case $i in *env\\ *) w=\${i#*env }; a= ;; *\\ *) a=\${a#* } ;; *) a= ;; esac; set +f
    call="$me$bin/$w $a '$me$r'" ;;
  *) if [ -e "$bin/.dynamic/$b" ]; then call="$ld \${argv0:+$argv0 '$n'} '$me$r'$applet"; else call="'$me$r'$applet"; fi ;;
  esac
  pre=
  case $n in
  gdb) call="$call '--data-directory=$me/usr/share/gdb'"; pre="PYTHONHOME='$me/usr' " ;;
  python*) pre="PYTHONHOME='$me/usr' " ;;
  esac
  printf '%s\\n%sexec %s "$@"\\n' "$head" "$pre" "$call" >"$bin/$n"
  case $n in *[!A-Za-z0-9_]*|[0-9]*|alias|bg|cd|command|echo|eval|exec|exit|export|false|fg|getopts|hash|jobs|kill|printf|pwd|read|set|test|time|trap|true|type|ulimit|umask|unset|wait) ;;
  *) echo "$n() { $pre$call \\"\\$@\\"; }" ;; esac
done <"$bin/.list" 3<"$bin/.real" >"$bin/.functions"
chmod -R a+rX "$bin"; chmod a+x "$bin"/*
env=$(tr '\\0\\n' '\\n\\1' <"/proc/$pid/environ" 2>/dev/null | sed "/^[^=-][^=]*=/!d
/^LD_[A-Z_]*=/d
/^GLIBC_TUNABLES=/d
/^ENV=/d
/^BASH[A-Z_]*[^=]*=/d
/^SHELLOPTS=/d
/^PROMPT_COMMAND=/d
/^PS[0-9]=/d
s/'/'\\\\\\\\''/g
s/^/'/
s/$/'/" | tr '\\n\\1' ' \\n')
path=$(tr '\\0' '\\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^PATH=//p')
own=
for n in TERM $keep; do eval "[ -n \\"\\\${$n+set}\\" ]" && eval "v=\\"\\\${$n}\\"" && own="$own '$n=$(printf '%s' "$v" | sed "s/'/'\\\\\\\\''/g")'"; done
cwd=$(readlink "/proc/$pid/cwd")
inner='cd "$1" 2>/dev/null; shift; "$@"'
if [ -z "$loader" ]; then case $real in */busybox) run="'$me$real' sh" ;; *) run="'$me$real'" ;; esac
else run="$ld \${argv0:+$argv0 '\${shell##*/}'} '$me$real'"; case $real in */busybox) run="$run sh" ;; esac; fi
case $loader in ''|*musl*) functions= ;; *) functions=$me$bin/.functions; inner='. "$ENV"; '$inner; own="$own 'ENV=$functions'" ;; esac
if [ $# -eq 0 ]; then set -- "\${shell##*/}"; fi
eval "set -- $env $own 'PATH=$me$bin:\${path:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}' 'TERMINFO_DIRS=$me/etc/terminfo:$me/lib/terminfo:$me/usr/share/terminfo:/usr/share/terminfo' 'SHELL=$me$bin/\${shell##*/}' $enter $run -c '$inner' enter '$cwd' \\"\\$@\\""
env -i "$@"
`;
