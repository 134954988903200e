#!/bin/bash
# lanetool's own views, against the kernel's files and real packets: which interrupt and CPU
# a lane has, by which lane a flow comes, which flows are at home, and what is counted a
# second; on Flowlane's 82576 and virtio, and on the in-tree drivers of both.
#
# vm: kernel=debian cpus=4 nics=igb:hub=1,igb:hub=1,virtio:queues=4:rss=on:hash=on,virtio:queues=4:rss=on lanetool=1 timeout=400 long=1

. "$FL_TOP/tests/qemu/driver.sh"
. "$FL_TOP/tests/qemu/flows.sh"

lanetool=$FL_LANETOOL
rss=$FL_TOP/tests/qemu/tools/rss.py

# asked FILTER ARG...: lanetool's JSON through jq
asked() {
	local filter=$1
	shift
	"$lanetool" --json "$@" | jq -r "$filter"
}

# irqs_of PORT: "irq cpu" of each of its vectors for lanes, as /proc has them
irqs_of() {
	local irq
	awk -v name="$(fl_vectors "$1")" '
		$NF ~ "^" name "-(lane|TxRx|input\\.|rx-)" || $NF ~ "^" name "-input\\." {
			sub(":", "", $1); print $1 }' /proc/interrupts |
		while read -r irq; do echo "$irq $(irq_cpu "$irq")"; done
}

# shown PORT DRIVER: show says of its lanes what /proc does
shown() {
	is "$1: driver" "$2" "$(asked '.[0].driver' show "$1")"
	is "$1: interrupts and CPUs" "$(irqs_of "$1")" \
		"$(asked '.[0].lanes[] | "\(.irq) \(.cpu)"' show "$1")"
	is "$1: rings" "$(ethtool -g "$1" | awk '/^RX:/ { n = $2 } END { print n }')" \
		"$(asked '.[0].rings.rx' show "$1")"
	check "$1: its line among all" grep -qE "^$1 +$2 " <<<"$("$lanetool" show)"
}

# talk_end: the talk with the peer, for another port to begin
talk_end() {
	stop_servers
	exec 5>&- 6<&-
	rm -f /tmp/talk.in /tmp/talk.out
	peer_down
}

# predicted PORT NAMESPACE: packets of flows come where it says
predicted() {
	check "$1: flows come as predicted" "$rss" "$1" "$2" "$lanetool"
	must ethtool -X "$1" weight 0 3 0 1
	check "$1: and by another table" "$rss" "$1" "$2" "$lanetool"
	must ethtool -X "$1" default
}

# fits COMMAND...: in 80 columns
fits() { check "$* has 80 columns" test "$("$lanetool" "$@" | LC_ALL=C.UTF-8 wc -L)" -le 80; }

# at_work: the views while connections send; each is consumed on its CPU
at_work() {
	local flow lane wrong=0 count=0
	flows_up
	connect 32 0,1,2,3
	pace 4000
	mode arfs
	settle $((message * 2000)) $((message * 8))
	is "flows: all that are steered" "$(steered)" "$(asked length flows "$dev")"
	yes "flows: more are home than by chance" "$(asked 'map(select(.home)) | length' flows "$dev") > 8"
	is "flows: sorted" "$(asked '.[].packets' flows "$dev" | wc -l)" "$(asked 'length' flows)"
	# It leads to the lane where the stack wants the flow, for those that are home.
	while read -r lane flow; do
		# shellcheck disable=SC2086 # several words
		[ "$(asked '.[0] | "\(.lane) \(."device-hash")"' predict "$dev" $flow)" = "$lane null" ] ||
			wrong=$((wrong + 1))
		count=$((count + 1))
	done < <(asked '.[] | select(.home) | "\(.lane) \(.proto) \(.src) \(.dst)"' flows "$dev")
	yes "predict: flows that are home, and their hashes" "$wrong == 0 && $count > 0" "$wrong of $count"
	note "$("$lanetool" flows "$dev" | head -n 6)"
	note "$("$lanetool" show "$dev")"
	asked . top "$dev" -i 2 >/tmp/top
	yes "top: packets of lanes" "$(jq '[.[0].ports[0].lanes[]."rx-packets"] | add | floor' /tmp/top) > 100"
	yes "top: interrupts of lanes" "$(jq '[.[0].ports[0].lanes[].interrupts] | add | floor' /tmp/top) > 100"
	yes "top: packets of CPUs" "$(jq '[.[0].cpus[].packets] | add | floor' /tmp/top) > 100"
	yes "top: flows of lanes" "$(jq '[.[0].ports[0].lanes[].flows] | add' /tmp/top) >= 16"
	is "top: CPUs" "$(nproc)" "$(jq '.[0].cpus | length' /tmp/top)"
	is "top: two views, piped" 2 "$("$lanetool" top "$dev" -i 0.5 -n 2 | grep -c '^LANE CPU')"
	is "flows: watched, piped" 2 "$(timeout 5 "$lanetool" flows "$dev" --watch 3 | grep -c ' at home$')"
	fits top "$dev" --once
	fits show "$dev"
	note "$("$lanetool" top "$dev" --once --ascii)"
	disconnect
}

load_flowlane
fl_bind 0
fl_bind 2
dev=$(fl_dev 0) peer_dev=$(fl_dev 1)
peer_up 0 1
talk_start
try "traffic" tcp $peer4 20000
shown "$dev" flowlane
predicted "$dev" peer
check "steps end with the hash" eval "[ \"\$(asked '.[0] | .hash == \"0x\" + .steps[-1].hash' \
	predict $dev tcp 10.0.0.2:1 10.0.0.1:2 --steps)\" = true ]"
note "$("$lanetool" predict "$dev" tcp 10.0.0.2:1 10.0.0.1:2 --steps)"
refuse_with "no such device" "No such device" "$lanetool" show nodev
refuse_with "no such table" "does not tell" "$lanetool" flows lo
at_work
talk_end

# --- virtio, on taps

fl_bind 0 in-tree
dev=$(fl_dev 2) peer_dev=$(fl_dev 3)
peer_up 2 3
talk_start
try "virtio: traffic" tcp $peer4 20000
must ethtool -L "$dev" combined 4
shown "$dev" flowlane
predicted "$dev" peer
at_work
talk_end

# --- In-tree drivers: what any driver tells.  That of virtio carries nothing here: as
# QEMU has it with RSS and hashes, its port stalls under traffic.

fl_bind 2 in-tree
for pair in "0 1 igb" "2 3 virtio_net"; do
	read -r here there driver <<<"$pair"
	peer_up "$here" "$there"
	dev=$(fl_dev "$here")
	must ethtool -L "$dev" combined 4
	shown "$dev" "$driver"
	refuse_with "$driver: why there are no flows" "driver $driver does not tell" "$lanetool" flows "$dev"
	note "$("$lanetool" show "$dev")"
	if [ "$driver" = igb ]; then
		check "igb: link" wait_until 20 ping -qc1 -W1 $peer4
		refuse_with "igb: why nothing is predicted" "does not show the hash's key" \
			"$lanetool" predict "$dev" tcp 10.0.0.2:1 10.0.0.1:2
		serve 20 ping -qi 0.002 $peer4
		yes "igb: top counts" "$(asked '[.[0].ports[0].lanes[]."rx-packets"] | add | floor' top "$dev" -i 1) > 50"
		stop_servers
	fi
	peer_down
done

# --- doctor, on sockets in a namespace

# judged CHECK: its verdict and commands, for v0
judged() {
	ip netns exec near "$lanetool" --json doctor an-alternative-name-of-v0 >/tmp/doctor
	jq -r --arg c "$1" '.[].checks[] | select(.check == $c) | [.verdict, .mend[]] | join(" ")' \
		/tmp/doctor
}

# listen PORT BACKLOG: somebody does, and never accepts
listen() {
	serve 60 ip netns exec near python3 -c "import socket, time
s = socket.socket(); s.bind(('10.5.0.1', $1)); s.listen($2); time.sleep(60)"
	check "port $1 listens" wait_until 10 eval \
		"ip netns exec near ss -Hltn 'sport = $1' | grep -q $1"
}

# full PORT: has its listener no more room?
full() { ip netns exec near ss -Hltn "sport = $1" | awk '{ full = $2 > $3 } END { exit !full }'; }

# connects PORT: 40 of them, again and again
connects() {
	serve 60 ip netns exec far python3 -c "import socket, time
while True:
    many = [socket.socket() for _ in range(40)]
    for s in many: s.setblocking(False); s.connect_ex(('10.5.0.1', $1))
    time.sleep(0.3)"
	check "its queue is full" wait_until 10 full "$1"
}

must ip netns add near
must ip netns add far
must ip -n near link add v0 type veth peer name v1 netns far
must ip -n near link property add dev v0 altname an-alternative-name-of-v0
must ip -n near address add 10.5.0.1/24 dev v0
must ip -n far address add 10.5.0.2/24 dev v1
must ip -n near link set v0 up
must ip -n far link set v1 up
is "show, by an alternative name" v0 \
	"$(ip netns exec near "$lanetool" --json show an-alternative-name-of-v0 | jq -r '.[0].ifname')"
is "no listener, no fault" pass "$(judged listen-queue)"
listen 80 5
connects 80
is "its own backlog is not for sysctl to raise" fail "$(judged listen-queue)"
stop_servers
must ip netns exec near sysctl -qw net.core.somaxconn=5
listen 81 1000
connects 81
check "somaxconn is" grep -q '^fail sysctl -w net.core.somaxconn=20 ' <<<"$(judged listen-queue)"
stop_servers
must ip netns del near
must ip netns del far

kernel_log_clean
finish
