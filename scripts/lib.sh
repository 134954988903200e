# shellcheck shell=bash
# What the scripts share: where things are kept, how they speak, how they fail.
# Sourced, never run.

set -euo pipefail

FL_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
FL_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/flowlane
case $FL_CACHE in
*[[:space:]]*)
	# kbuild cannot work on a path with white space, and kernels are built in
	# the cache.
	FL_CACHE=/var/tmp/flowlane-$(id -u)
	;;
esac
# Another QEMU than the one that scripts/setup unpacks can be named.
FL_QEMU=${FL_QEMU:-$FL_CACHE/qemu/qemu-system-x86_64}
export FL_TOP FL_CACHE FL_QEMU

# The clang that is new enough for both kernels (Linux 7.x wants at least 17).
# shellcheck disable=SC2034 # for those who source this
FL_CLANG=19

say() { printf '%s\n' "$*" >&2; }

# die REASON [REMEDY]
die() {
	say "error: $1"
	if [ $# -gt 1 ]; then say "remedy: $2"; fi
	exit 1
}

# need_space MEGABYTES WHAT-FOR
need_space() {
	local free
	mkdir -p "$FL_CACHE"
	free=$(df -Pm "$FL_CACHE" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$1" ] || die \
		"$2 needs $1 MB in $FL_CACHE, where $free MB are free" \
		"free some space, or set XDG_CACHE_HOME to a folder on a larger disk"
}

# hash_of TEXT...: a short key for a cache entry
hash_of() { printf '%s\0' "$@" | sha256sum | cut -c1-16; }

# with_lock NAME COMMAND...: one at a time over all processes of this user.
# The lock belongs to the subshell's descriptor, so it cannot outlive a crash.
with_lock() {
	local lock_file=$FL_CACHE/lock/$1
	shift
	mkdir -p "$FL_CACHE/lock"
	(
		if ! flock -n 9; then
			say "waiting for another run that holds $lock_file"
			flock 9
		fi
		"$@"
	) 9>"$lock_file"
}

# publish LINK TARGET: point LINK at TARGET with no moment in which it is missing
publish() {
	local tmp
	tmp=$1.$$
	ln -sfn "$2" "$tmp"
	mv -T "$tmp" "$1"
}

# progress LABEL LOG COUNT COMMAND...: run COMMAND into LOG; on a long run say
# every ten seconds that it is alive.  COUNT is an expression for grep whose
# matching lines in LOG are counted as steps done ('' for none).  The command
# runs in the foreground, so that an interrupt reaches it.
progress() {
	local label=$1 log=$2 count=$3 begin=$SECONDS beat rc=0
	shift 3
	say "$label ..."
	progress_beat "$label" "$log" "$count" &
	beat=$!
	"$@" >"$log" 2>&1 </dev/null 9>&- || rc=$?
	kill "$beat" 2>/dev/null || true
	wait "$beat" 2>/dev/null || true
	if [ "$rc" -ne 0 ]; then
		tail -n 25 "$log" >&2
		say "error: $label failed ($rc); the whole output is in $log"
		return "$rc"
	fi
	say "$label: done ($((SECONDS - begin)) s)"
}

progress_beat() {
	local begin=$SECONDS steps
	# A clock, that waits for nothing: progress() kills it, and where that was killed
	# itself it ends at the next beat.  The sleep may outlive its parent, and must not
	# hold the caller's pipe.
	while sleep 10 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
		steps=
		if [ -n "$3" ]; then
			steps=", $(grep -c -e "$3" "$2" || true) steps done"
		fi
		say "  $1: $((SECONDS - begin)) s$steps"
	done 9>&-
}

# kernel_dir NAME: where scripts/setup published a kernel (debian, debug, newest).
# Each holds vmlinuz, release, config, build/ (for make -C) and lib/modules/RELEASE.
kernel_dir() {
	local dir
	dir=$(readlink -e "$FL_CACHE/kernels/$1") || die \
		"there is no kernel '$1' in $FL_CACHE" "run scripts/setup $1"
	printf '%s\n' "$dir"
}
