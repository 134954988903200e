# shellcheck shell=bash
# What the system tests of the driver share: traffic with every byte checked (see
# tools/flt.py), a port's lanes and counters, and the peers.
#
#   . "$FL_TOP/tests/qemu/driver.sh"
#   driver_up              Flowlane on NIC 0, the in-tree driver on NIC 1, traffic ready
#   try "TCP" tcp 10.0.0.2 1000000

. "$FL_TOP/tests/qemu/lib.sh"

fl_port_no=7700
fl_tool=$FL_TOP/tests/qemu/tools/flt.py
peer4=10.0.0.2 peer6=fd00::2

# A debug kernel is some ten times slower.
fl_slow=
case $FL_KERNEL in debian*) ;; *) fl_slow=1 ;; esac

# scale N M: N on a plain kernel, M on a slow one
scale() {
	if [ -n "$fl_slow" ]; then echo "$2"; else echo "$1"; fi
}

# --- Traffic

export FLT_PACE
FLT_PACE=$(scale 0.004 0.05)

# talk_start: the near and the far end
talk_start() {
	mkfifo /tmp/talk.in /tmp/talk.out
	in_peer "$fl_tool" serve $fl_port_no >/tmp/serve.log 2>&1 &
	fl_servers+=($!)
	"$fl_tool" talk $fl_port_no peer </tmp/talk.in >/tmp/talk.out 2>/tmp/talk.log &
	fl_servers+=($!)
	exec 5>/tmp/talk.in 6</tmp/talk.out
	wait_until 90 grep -q ready /tmp/serve.log || bail "no server in the peer: $(cat /tmp/serve.log)"
}

# x COMMAND...: one command of flt.py; prints its text, and fails with its reason
x() {
	local reply
	printf '%s\n' "$*" >&5
	IFS= read -r -t 280 reply <&6 || reply="fail no reply: $(tail -n 5 /tmp/talk.log)"
	case $reply in
	ok*)
		reply=${reply#ok}
		[ -z "$reply" ] || printf '%s\n' "${reply# }"
		;;
	*)
		printf '%s\n' "${reply#fail }"
		return 1
		;;
	esac
}

# try NAME COMMAND...: a result of one command of flt.py
try() {
	local name=$1
	shift
	check "$name" x "$@"
}

# counts_as NAME WANTED PROBE...: a probe has to count this many frames
counts_as() {
	local name=$1 wanted=$2 got
	shift 2
	if ! got=$(x probe "$@"); then
		not_ok "$name" "$got"
	elif [ "$got" = "$wanted" ]; then
		ok "$name"
	else
		not_ok "$name" "probe $*: $got frames arrived, not $wanted"
	fi
}

# is NAME WANTED GOT
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "it is '$3', not '$2'"
	fi
}

# What a test calls settings, it defines as settings_now: all that a command may lose.

# refuse_with NAME WORDS COMMAND...: as refuse(), and it says why
refuse_with() {
	local name=$1 words=$2 output
	shift 2
	if output=$("$@" 2>&1); then
		not_ok "$name" "$* succeeded"
	elif [[ $output != *$words* ]]; then
		not_ok "$name" "it did not say '$words' but: $output"
	else
		ok "$name"
	fi
}

# because NAME WORDS COMMAND...: likewise, and it has changed nothing
because() {
	local before
	before=$(settings_now)
	refuse_with "$@"
	as_before "$1: nothing changed" "$before" "$(settings_now)"
}

# as_before NAME OLD NEW: the same settings; if not, shows what differs
as_before() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "$(diff <(echo "$2") <(echo "$3"))"
	fi
}

# settings_keep: what they are now is what keeps() compares with
settings_keep() { fl_settings=$(settings_now); }
keeps() { as_before "$1: all as it was" "$fl_settings" "$(settings_now)"; }

# yes NAME EXPRESSION [REASON]: an arithmetic condition
yes() {
	if [ $(($2)) -ne 0 ]; then
		ok "$1"
	else
		not_ok "$1" "$2 does not hold; ${3:-}"
	fi
}

# --- The port

# driver_up [PEER-DRIVER]: NIC 0 is Flowlane's, NIC 1 the peer; sets $dev and $peer_dev
driver_up() {
	load_flowlane
	fl_bind 0
	[ -z "${1:-}" ] || fl_bind 1 "$1"
	# shellcheck disable=SC2034 # for the tests that source this
	dev=$(fl_dev 0) peer_dev=$(fl_dev 1)
	peer_up 0 1
	talk_start
	try "IPv4 works" tcp $peer4 20000
	try "IPv6 works" tcp $peer6 20000
}

# address_again: what IPv6 loses with a small MTU or with the device
address_again() {
	ip address replace 10.0.0.1/24 dev "$dev"
	ip address replace fd00::1/64 dev "$dev" nodad
}

# port_back: NIC 0 is there again, perhaps by another name: its addresses, and up
port_back() {
	dev=$(fl_dev 0)
	address_again
	must ip link set "$dev" up
}

# diag online|offline: ethtool -t: PASS or FAIL, and the number of each test
diag() {
	ethtool -t "$dev" "$1" 2>&1 |
		awk '/result is/ { v = $NF } NF > 1 && $NF ~ /^[0-9]+$/ { v = v " " $NF } END { print v }'
}
diag_good="PASS 0 0 0 0 0 0 0"

# one_lane NAME KIND [NIC]: what has to hold where a port has one interrupt of that kind; the
# log says so since the mark
one_lane() {
	local nic=n${3:-0}
	is "$1: one lane" 1 "$(lanes)"
	is "$1: no more to be had" 1 "$(ethtool -l "$dev" | awk '/^Combined:/ { print $2; exit }')"
	check "$1: the kind of interrupt" grep -qE "$2.*$dev-lane-0" /proc/interrupts
	check "$1: the log says so" grep -q "one lane on one $1 vector" <<<"$(log_since_mark)"
	try "$1: TCP v4" tcp $peer4 "$(scale 5000000 500000)" both
	try "$1: TCP v6" tcp $peer6 "$(scale 1000000 200000)" both conns=4
	try "$1: UDP" udp $peer4 1,1472,20000
	must fl_host "set_link $nic off"
	check "$1: carrier goes" wait_until 10 sh -c "! grep -q 1 /sys/class/net/$dev/carrier"
	must fl_host "set_link $nic on"
	check "$1: carrier comes" wait_link "$dev"
	must ip link set "$dev" down
	must ip link set "$dev" up
	address_again
	must wait_link "$dev"
	must ethtool -G "$dev" rx 128
	try "$1: TCP after down and up" tcp $peer4 "$(scale 1000000 200000)" both
	check "$1: ping" ping -qc3 -i0.05 -W3 $peer6
}

# one_vector NAME KIND: that, and ethtool -t
one_vector() {
	one_lane "$@"
	is "$1: ethtool -t" "$diag_good" "$(diag offline)"
	check "$1: carrier after it" wait_link "$dev"
	try "$1: TCP after it" tcp $peer4 200000 both
}

# A group for tests to join, and for every_setting to know
fl_group=01:00:5e:01:02:03

# pauses: autoneg, rx, tx
pauses() { ethtool -a "$dev" | awk '/:/ && $2 ~ /^o/ { printf "%s ", $2 }'; }

# What changes by itself is left out: the link's state and what the other end says.
link_settings() {
	ethtool "$dev" 2>&1 | sed -n '/Link partner/,/Speed:/d; /Speed:/d; /Duplex:/d; /Link detected:/d
		/Advertised/,$p'
}

net_settings() {
	local file
	for file in address mtu tx_queue_len gro_flush_timeout napi_defer_hard_irqs threaded; do
		echo "$file $(cat "/sys/class/net/$dev/$file")"
	done
	ip -d link show dev "$dev" | grep -oE 'promiscuity [0-9]+|allmulti [0-9]+'
	ip maddress show dev "$dev" | grep -o $fl_group
	ip -o link show type vlan | sed 's/^[0-9]*: \([^:]*\):.*/\1/'
}

irq_settings() {
	local lane
	for ((lane = 0; lane < $(lanes); lane++)); do
		cat "/proc/irq/$(lane_irq $lane)/smp_affinity"
	done
}

# every_setting: all that a user can set, and nothing that changes by itself
every_setting() {
	local type
	link_settings
	pauses
	ethtool -c "$dev"
	ethtool -Q "$dev" queue_mask $(((1 << $(lanes)) - 1)) --show-coalesce
	ethtool -g "$dev"
	ethtool -l "$dev"
	ethtool -x "$dev"
	for type in tcp4 udp4 tcp6 udp6; do
		ethtool -n "$dev" rx-flow-hash $type
	done
	ethtool -k "$dev"
	hwstamp_ctl -i "$dev"
	ip -4 -o address show dev "$dev" | sed 's/.*inet/inet/'
	net_settings
	! ip link show dev "$dev" | grep -q '[<,]UP[,>]' || irq_settings
}

# features: those that can be switched, and whether they are on.  Group headers
# (tx-checksumming, ...) stand for what follows them, indented.
features() {
	ethtool -k "$dev" | sed -n -E -e '/^(tx-checksumming|scatter-gather|tcp-segmentation-offload):/d' \
		-e 's/^\t?([a-z0-9-]+): (on|off)$/\1 \2/p'
}

# vlan ID [PROTOCOL] [LOWER] [NUMBER]: on both ends
vlan() {
	local id=$1 protocol=${2:-802.1Q} lower=${3:-} net=${4:-$1}
	must ip link add link "${lower:-$dev}" name "v$net" type vlan proto "$protocol" id "$id"
	must in_peer ip link add link "${lower:-$peer_dev}" name "v$net" type vlan proto "$protocol" id "$id"
	must ip address add "10.1.$((net % 250)).1/24" dev "v$net"
	must in_peer ip address add "10.1.$((net % 250)).2/24" dev "v$net"
	must ip link set "v$net" up
	must in_peer ip link set "v$net" up
}

# on_virtio: is NIC 0 one?
on_virtio() { [ "$(fl_driver 0)" = flowlane-virtio ]; }

# counter NAME [DEVICE]: one of ethtool -S
counter() {
	ethtool -S "${2:-$dev}" | awk -v name="$1:" '$1 == name { print $2; found = 1 } END { exit !found }'
}

# lanes: how many are in use
lanes() { ethtool -l "$dev" | awk '/^Combined:/ { n = $2 } END { print n }'; }

# lane_irq N: its interrupt number
lane_irq() { awk -v name="$dev-lane-$1" '$NF == name { sub(":", "", $1); print $1 }' /proc/interrupts; }

# irq_cpu IRQ: the CPU that takes it
irq_cpu() { cat "/proc/irq/$1/effective_affinity_list"; }

# link_changes [DEVICE]
link_changes() { cat "/sys/class/net/${1:-$dev}/carrier_changes"; }

# csum_errors: wrong checksums that either end's stack has seen
csum_errors() {
	local where sum=0 n
	for where in here peer; do
		n=$(if [ $where = peer ]; then in_peer nstat -asz; else nstat -asz; fi |
			awk '/Csum|ChecksumErr/ { n += $2 } END { print n + 0 }')
		sum=$((sum + n))
	done
	n=$(awk '/ChecksumErrors/ { print $2 }' /proc/net/sctp/snmp 2>/dev/null)
	echo $((sum + ${n:-0} + $(in_peer cat /proc/net/sctp/snmp 2>/dev/null | awk '/ChecksumErrors/ { n = $2 } END { print n + 0 }')))
}
