# shellcheck shell=bash
# For scripts that run inside the guest of tests/qemu/vm: results, NICs, the peer, the
# kernel's log.  A test sources this, makes its checks and ends with `finish`:
#
#   . "$FL_TOP/tests/qemu/lib.sh"
#   load_flowlane; fl_bind 0; peer_up 0 1
#   check "IPv4 ping" ping -qc3 -W2 10.0.0.2
#   kernel_log_clean
#   finish
#
# NICs are called by their number in the VM, as `--nic` named them.

set -uo pipefail

# --- Results, in TAP: what tests/run counts

fl_count=0 fl_failed=0

ok() { echo "ok $((++fl_count)) - $1"; }

# not_ok NAME REASON
not_ok() {
	fl_failed=$((fl_failed + 1))
	echo "not ok $((++fl_count)) - $1"
	printf '%s\n' "${2:-}" | sed 's/^/# /'
}

# skip NAME REASON
skip() { echo "ok $((++fl_count)) - $1 # SKIP $2"; }

note() { printf '%s\n' "$*" | sed 's/^/# /'; }

# check NAME COMMAND...: ok if the command succeeds; else its output is the reason
check() {
	local name=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	if [ "$status" -eq 0 ]; then
		ok "$name"
	else
		not_ok "$name" "$* ended with $status:
$output"
	fi
	return "$status"
}

# refuse NAME COMMAND...: ok if the command fails
refuse() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		not_ok "$name" "$* succeeded: $output"
		return 1
	fi
	ok "$name"
}

# must COMMAND...: a step without which the rest makes no sense
must() {
	local output status=0
	output=$("$@" 2>&1) || status=$?
	[ "$status" -eq 0 ] || bail "$* ended with $status: $output"
}

bail() {
	not_ok "set-up" "$*"
	exit 1
}

# finish: the closing plan.  A script that dies before it is a failure to tests/run.
finish() {
	echo "1..$fl_count"
	[ "$fl_failed" -eq 0 ]
	exit
}

# wait_until SECONDS COMMAND...
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# --- The runner's side

# fl_host COMMAND: give QEMU's monitor a command; prints its reply.
# fl_host 'later 5 system_wakeup' has it given in five seconds.
fl_host() {
	local line
	(
		flock 8
		exec 7<>"$FL_CTL" || exit 1
		printf '%s\n' "$1" >&7
		while IFS= read -r -t 30 line <&7; do
			case $line in
			' '*) printf '%s\n' "${line# }" ;;
			ok) exit 0 ;;
			*) exit 1 ;;
			esac
		done
		exit 1
	) 8>/run/flowlane/ctl.lock
}

# fl_in_memory PROGRAM...: start this script again in a root that is in memory, with some
# usual programs and those named.  For suspend: 9p, where the root is, does not survive
# one.  Load modules before, and give results after:
#
#   [ -n "${FL_IN_MEMORY:-}" ] || load_flowlane
#   fl_in_memory iperf3
fl_in_memory() {
	local root=/run/flowlane/memory program path dir paths=()
	[ -z "${FL_IN_MEMORY:-}" ] || return 0
	mkdir -p "$root"
	mount -t tmpfs memory "$root"
	mkdir -p "$root$FL_TOP/tests" "$root/run/flowlane" "$root/run/netns" "$root/etc"
	for program in bash env cat sleep ls head tail readlink timeout mkdir rm touch grep sed awk \
		ip ss ethtool ping dmesg insmod modprobe rmmod modinfo flock sh sort tr cut "$@"; do
		path=$(command -v "$program") || bail "there is no program $program here"
		paths+=("$path")
	done
	{
		printf '%s\n' "${paths[@]}"
		{ ldd "${paths[@]}" 2>/dev/null || true; } | grep -o '[[:space:]]/[^ :]*' | tr -d '\t ' | sort -u
	} | xargs cp -L --parents -t "$root" || bail "cannot copy the programs"
	# What /bin and /lib are links to on the real root are folders here: join them.
	for dir in bin sbin lib lib64; do
		[ ! -d "$root/$dir" ] || cp -r "$root/$dir/." "$root/usr/$dir"
		rm -rf "${root:?}/$dir"
		ln -s "usr/$dir" "$root/$dir"
	done
	cp -r "$FL_TOP/tests/qemu" "$root$FL_TOP/tests/"
	[ -z "${FL_MODULE:-}" ] || cp --parents "$FL_MODULE" "$root"
	cp --parents -L "$0" "$root" 2>/dev/null
	mkdir -p "$root/tmp"
	for dir in proc sys dev; do
		mkdir -p "$root/$dir"
		mount --rbind "/$dir" "$root/$dir"
	done
	# The first process stays behind; it has to find itself in the page cache.
	sed -n 's|^[^/]*\(/.*\)|\1|p' /proc/1/maps | sort -u | xargs cat >/dev/null
	cd /
	LC_ALL=C FL_IN_MEMORY=1 exec chroot "$root" /bin/bash "$0" || bail "cannot start in memory"
}

# fl_migrate: go on in another QEMU, to which this one's state went by a file.  In memory only
# (see above), with iomem=relaxed: QEMU refuses to move the folders that it lends us, until
# their devices are reset, behind the kernel's back.  Nothing of them is there any more after.
fl_migrate() {
	local device base
	for device in /sys/bus/virtio/drivers/9pnet_virtio/virtio*; do
		device=$(readlink -f "$device")
		# The device status, at the begin of BAR 4 (virtio 1.3, section 4.1.4.3)
		base=$(awk 'NR == 5 { print $1 }' "${device%/*}/resource")
		busybox devmem $((base + 20)) 8 0 || return 1
	done
	fl_host migrate
}

# --- NICs

# fl_pci N: its PCI address; the runner gives NIC n the root port at 00:(10+n)
fl_pci() {
	local port path
	printf -v port '/sys/bus/pci/devices/0000:00:%02x.0' $((0x10 + $1))
	for path in "$port"/0000:*.0; do
		[ -e "$path/vendor" ] || continue
		[ "$(cat "$path/class")" = 0x020000 ] || continue
		echo "${path##*/}"
		return 0
	done
	return 1
}

# fl_dev N: the name of its network device, in whichever namespace it was left
fl_dev() {
	local pci path
	pci=$(fl_pci "$1") || return 1
	for path in "/sys/bus/pci/devices/$pci"/{,virtio*/}net/*; do
		if [ -e "$path" ]; then
			echo "${path##*/}"
			return 0
		fi
	done
	return 1
}

# fl_vectors DEVICE: what its interrupts are called by, in the namespace it is in
fl_vectors() {
	local parent
	parent=$(readlink "/sys/class/net/$1/device")
	# The in-tree driver of virtio sits on a bus of virtio's own.
	case ${parent##*/} in
	virtio*) echo "${parent##*/}" ;;
	*) echo "$1" ;;
	esac
}

# fl_driver N: the driver that has it, or nothing
fl_driver() {
	local link
	link=$(readlink "/sys/bus/pci/devices/$(fl_pci "$1")/driver") || return 0
	echo "${link##*/}"
}

# load_flowlane [PARAMETER...]: load $FL_MODULE and what it depends on.  The in-tree
# drivers come first, so that it finds every port taken: as on a real host.
load_flowlane() {
	local depends
	[ -e "${FL_MODULE:-}" ] || bail "FL_MODULE names no module: '${FL_MODULE:-}'"
	load_in_tree
	IFS=, read -ra depends <<<"$(modinfo -F depends "$FL_MODULE")"
	[ ${#depends[@]} -eq 0 ] || must modprobe -a "${depends[@]}"
	must insmod "$FL_MODULE" "$@"
}

unload_flowlane() { rmmod flowlane; }

# load_in_tree: the kernel's own drivers for the VM's NICs
load_in_tree() {
	local path
	for path in /sys/bus/pci/devices/0000:00:1?.0/0000:*/modalias; do
		[ -e "$path" ] && modprobe -q "$(cat "$path")"
	done
	for path in /sys/bus/virtio/devices/*/modalias; do
		[ -e "$path" ] && modprobe -q "$(cat "$path")"
	done
	return 0
}

# fl_bind N [flowlane|in-tree|DRIVER]: move one port to a driver, by default Flowlane's for
# its device; no other port moves
fl_bind() {
	local pci driver=${2:-flowlane} device
	pci=$(fl_pci "$1") || bail "the VM has no NIC $1"
	device=/sys/bus/pci/devices/$pci
	case $driver:$(cat "$device/vendor") in
	flowlane:0x1af4) driver=flowlane-virtio ;;
	in-tree:0x1af4) driver=virtio-pci ;;
	in-tree:*) driver=$(fl_in_tree "$device") ;;
	esac
	echo "$driver" >"$device/driver_override"
	[ ! -e "$device/driver" ] || echo "$pci" >"$device/driver/unbind"
	echo "$pci" >/sys/bus/pci/drivers_probe
	[ "$(fl_driver "$1")" = "$driver" ] || bail "$driver did not take NIC $1 ($pci):
$(dmesg | tail -n 15)"
	wait_until 10 fl_dev "$1" || bail "NIC $1 ($pci) got no network device"
}

# fl_in_tree DEVICE: the driver that the kernel has for it
fl_in_tree() { modprobe -R "$(cat "$1/modalias")" | grep -vx flowlane | head -n 1; }

# fl_unbind N: away from its driver
fl_unbind() {
	local device
	device=/sys/bus/pci/devices/$(fl_pci "$1")
	echo "${device##*/}" >"$device/driver/unbind"
}

# fl_unplug N: pull it out of its slot; fl_plug N MODEL[,PROPERTY=VALUE...]: put one of QEMU's in
fl_unplug() {
	local pci
	pci=$(fl_pci "$1") || return 1
	fl_host "device_del n$1" || return 1
	# The guest may take some seconds; QEMU has it until the slot is off.
	wait_until 30 test ! -e "/sys/bus/pci/devices/$pci" &&
		wait_until 30 fl_unplugged "$1"
}

# fl_snatch N: it is gone without a warning.  Its slot loses power behind the kernel's back,
# which takes it out of QEMU; the kernel hears of it when there is power again, and no card.
fl_snatch() {
	local port
	printf -v port '00:%02x.0' $((0x10 + $1))
	setpci -s "$port" CAP_EXP+18.w=0700:0720 CAP_EXP+18.w=0120:0720 &&
		wait_until 30 fl_unplugged "$1" && wait_until 30 slot_is_off "$port"
}

# slot_is_off PORT: the kernel has switched off its power and its light
slot_is_off() { [ $((16#$(setpci -s "$1" CAP_EXP+18.w) & 0x700)) -eq $((0x700)) ]; }

# No pipe into grep -q here: it would end fl_host early, and pipefail call that a match.
fl_unplugged() { ! grep -q "^n$1 " <<<"$(fl_host 'qom-list /machine/peripheral')"; }

fl_plug() {
	local mac
	printf -v mac '52:54:00:f1:00:%02x' "$1"
	fl_host "device_add $2,romfile=,id=n$1,bus=r$1,netdev=h$1,mac=$mac" &&
		wait_until 30 fl_pci "$1"
}

# has_link DEVICE
has_link() { [ "$(cat "/sys/class/net/$1/carrier" 2>/dev/null)" = 1 ]; }

# wait_link DEVICE [SECONDS]
wait_link() { wait_until "${2:-15}" has_link "$1"; }

# --- The peer: the other end of the wire, in a network namespace

in_peer() { ip netns exec peer "$@"; }

# peer_up N M: NIC N with 10.0.0.1 and fd00::1 here, NIC M with 10.0.0.2 and fd00::2 in
# the namespace peer, both with link
peer_up() {
	local here there
	here=$(fl_dev "$1") || bail "NIC $1 has no network device"
	there=$(fl_dev "$2") || bail "NIC $2 has no network device"
	ip netns add peer 2>/dev/null
	must in_peer ip link set lo up
	must ip link set "$there" netns peer
	must ip address replace 10.0.0.1/24 dev "$here"
	must ip address replace fd00::1/64 dev "$here" nodad
	must ip link set "$here" up
	must in_peer ip address replace 10.0.0.2/24 dev "$there"
	must in_peer ip address replace fd00::2/64 dev "$there" nodad
	must in_peer ip link set "$there" up
	wait_link "$here" || bail "$here has no link"
	wait_until 15 in_peer cat "/sys/class/net/$there/address" || bail "$there is not in peer"
	wait_until 15 in_peer sh -c "ip -o link show dev $there | grep -q LOWER_UP" ||
		bail "$there has no link in peer"
}

# peer_down: bring the peer's NICs back here
peer_down() {
	local device
	for device in $(in_peer ls /sys/class/net 2>/dev/null); do
		in_peer ip link set "$device" netns 1 2>/dev/null
	done
	ip netns delete peer
}

# serve SECONDS COMMAND...: a server in the background, for at most so long
fl_servers=()
serve() {
	timeout "$@" >/dev/null 2>&1 &
	fl_servers+=($!)
}

# stop_servers: all that serve started, and no other process
stop_servers() {
	local pid
	for pid in "${fl_servers[@]}"; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	fl_servers=()
}
trap stop_servers EXIT

# peer_listens PORT: does something listen on this TCP port in the peer?
peer_listens() { [ -n "$(in_peer ss -Hltn "sport = :$1")" ]; }
listens() { [ -n "$(ss -Hltn "sport = :$1")" ]; }

# --- The kernel's log

# What a kernel says when something is wrong.
fl_trouble='WARNING:|BUG:|KASAN|UBSAN|KFENCE|KCSAN|DMA-API|ODEBUG|refcount_t|INFO: task .* blocked'
fl_trouble+='|INFO: possible|INFO: inconsistent|possible circular locking|possible recursive locking'
fl_trouble+='|inconsistent lock state|suspicious RCU usage|rcu.*detected stalls|self-detected stall'
fl_trouble+='|soft lockup|hard LOCKUP|workqueue lockup|Oops|general protection fault|Call Trace'
fl_trouble+='|list_(add|del) corruption|[Ll]eak|unreferenced object|page_pool.*stalled|Bad page'
fl_trouble+='|sleeping function called|scheduling while atomic|NETDEV WATCHDOG|transmit queue .* timed out'
fl_trouble+='|unregister_netdevice: waiting|hw csum failure|irq .*: nobody cared|page allocation failure'

fl_mark=0 fl_forgiven=0
# log_mark: what log_since_mark prints begins here; kernel_log_clean looks further back
log_mark() {
	fl_mark=$((fl_mark + 1))
	echo "flowlane test mark $$.$fl_mark" >/dev/kmsg
}

# log_forgive: what the kernel said until here does not count any more
log_forgive() {
	log_mark
	fl_forgiven=$fl_mark
}

# log_from MARK: the log since that mark
log_from() { dmesg | sed "1,/flowlane test mark $$\.$1\$/d"; }
log_since_mark() { log_from "$fl_mark"; }

# log_without EXPRESSION: the log that counts, without lines, whole warnings and whole
# reports of lockdep that match
log_without() {
	log_from "$fl_forgiven" | awk -v allowed="$1" '
		!holding && /cut here|WARNING: possible/ { held = "" ; holding = 1 }
		holding {
			held = held $0 "\n"
			if (/end trace|<\/TASK>/) {
				if (held !~ allowed) printf "%s", held
				holding = 0
			}
			next
		}
		$0 !~ allowed
		END { if (holding) printf "%s", held }'
}

# kernel_log_clean [NAME [ALLOWED]]: no trouble in the log, and on a kernel
# with kmemleak no leak; what matches the expression ALLOWED does not count
kernel_log_clean() {
	local name=${1:-"the kernel's log is clean"} allowed=${2:-'^$'} found leaks
	found=$(log_without "$allowed" | grep -E "$fl_trouble" | head -n 5)
	if [ -n "$found" ]; then
		not_ok "$name" "$found
$(log_without "$allowed" | grep -E -A25 "$fl_trouble" | head -n 60)"
		return 1
	fi
	if leaks=$(kmemleak_report); then
		ok "$name"
	else
		not_ok "$name" "$leaks"
		return 1
	fi
}

# kmemleak_report: fails and prints, if there is a report
kmemleak_report() {
	local file=/sys/kernel/debug/kmemleak report
	[ -e "$file" ] || return 0
	# An object counts as leaked from an age of 5 s, and when two scans agree.
	sleep 6
	if ! echo scan >"$file" || ! echo scan >"$file"; then
		echo "kmemleak has switched itself off"
		return 1
	fi
	report=$(cat "$file")
	if [ -n "$report" ]; then
		head -n 60 <<<"$report"
		echo clear >"$file"
		return 1
	fi
}

log_forgive
