#!/bin/bash
# NAPI as the kernel documents it: threads, busy polling, deferred interrupts, netpoll,
# and what netlink says of queues and NAPIs.  The newest kernel is a slow one with debug
# options: only what it has and 6.12 has not is worth its time.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=180
# vm: kernel=newest cpus=2 nics=igb,igb timeout=240 long=1

. "$FL_TOP/tests/qemu/driver.sh"

# ask TABLE EXPRESSION: a Python expression over the rows of netdev-genl
ask() {
	local rows
	rows=$(x "$1" "$dev") || { echo "$rows"; return 1; }
	/usr/bin/python3 -c 'import json, sys; rows = json.loads(sys.argv[1]); print(eval(sys.argv[2]))' "$rows" "$2"
}

driver_up
n=$(lanes)

# --- What netlink says

is "a queue of each kind for each lane" "$((2 * n))" "$(ask queues 'len(rows)')"
is "each has a NAPI" True "$(ask queues 'all(row.get("napi-id") for row in rows)')"
is "a NAPI for each lane" "$n" "$(ask napis 'len(rows)')"
is "Rx and Tx of a lane share it" True \
	"$(ask queues 'all(len({r["napi-id"] for r in rows if r["id"] == i}) == 1 for i in range(len(rows) // 2))')"
is "it belongs to the port" True "$(ask napis "{r['ifindex'] for r in rows} == {$(cat "/sys/class/net/$dev/ifindex")}")"
irqs=$(for ((i = 0; i < n; i++)); do lane_irq $i; done | sort -n | paste -sd ,)
is "each names its interrupt" "[${irqs//,/, }]" "$(ask napis 'sorted(r["irq"] for r in rows)')"
is "the statistics of queues are there" True \
	"$(ask qstats 'len(rows) > 0 and all("rx-packets" in r and "tx-packets" in r and "rx-alloc-fail" in r for r in rows)')"

is "a pool of pages for each lane" "$n" "$(ask pools 'len(rows)')"
if [ "$(ask pools '"allocated" in rows[0]')" = True ]; then
	is "its statistics" True "$(ask pools 'all(r["allocated"] > 0 for r in rows)')"
else
	skip "its statistics" "this kernel counts none"
fi

# --- Threads

threads_and_polling() {
	must x hold stream $peer4
	for ((i = 0; i < 3; i++)); do
		echo 1 >"/sys/class/net/$dev/threaded"
		try "threaded: on under traffic" progress stream
		echo 0 >"/sys/class/net/$dev/threaded"
		try "threaded: off under traffic" progress stream
	done
	echo 1 >"/sys/class/net/$dev/threaded"
	is "a thread for each lane" "$n" "$(pgrep -c "^napi/$dev")"
	try "threaded: TCP" tcp $peer4 5000000 both
	must ip link set "$dev" down
	must ip link set "$dev" up
	address_again
	must wait_link "$dev"
	is "still threaded after down and up" 1 "$(cat "/sys/class/net/$dev/threaded")"
	try "threaded: TCP again" tcp $peer6 2000000 both conns=4
	must ethtool -L "$dev" combined 1
	must ethtool -L "$dev" combined "$n"
	try "threaded: connections live" progress stream 90
	echo 0 >"/sys/class/net/$dev/threaded"

	# Busy polling

	try "busy polling sockets" rr $peer4 500 busy=50
	echo 50 >/proc/sys/net/core/busy_read
	echo 50 >/proc/sys/net/core/busy_poll
	try "busy polling by sysctl" rr $peer4 300
	try "busy polling: TCP" tcp $peer4 2000000 both
	echo 0 >/proc/sys/net/core/busy_read
	echo 0 >/proc/sys/net/core/busy_poll
	echo 2 >"/sys/class/net/$dev/napi_defer_hard_irqs"
	echo 200000 >"/sys/class/net/$dev/gro_flush_timeout"
	try "deferred interrupts: TCP" tcp $peer4 2000000 both
	try "deferred interrupts: rounds" rr $peer6 200
	try "deferred interrupts and busy polling" rr $peer6 200 busy=50
	must ip link set "$dev" down
	must ip link set "$dev" up
	address_again
	must wait_link "$dev"
	try "after down and up" tcp $peer6 1000000 both
	echo 0 >"/sys/class/net/$dev/napi_defer_hard_irqs"
	echo 0 >"/sys/class/net/$dev/gro_flush_timeout"
	try "a connection lives through it all" progress stream 90
	try "and saw nothing wrong" release stream
}

[ -n "$fl_slow" ] || threads_and_polling

# --- Settings

# Settings of a single NAPI belong to its queue, not to the instance (6.13).
if x napiset "$dev" defer-hard-irqs 7 >/tmp/said; then
	is "a NAPI takes settings" '{7}' "$(ask napis '{r["defer-hard-irqs"] for r in rows}')"
	must ip link set "$dev" down
	must ip link set "$dev" up
	address_again
	must wait_link "$dev"
	is "and keeps them over down and up" '{7}' "$(ask napis '{r["defer-hard-irqs"] for r in rows}')"
	must ethtool -G "$dev" rx 256
	is "and over new rings" '{7}' "$(ask napis '{r["defer-hard-irqs"] for r in rows}')"
	must ethtool -L "$dev" combined 1
	must ethtool -L "$dev" combined "$n"
	is "and over other lanes" '{7}' "$(ask napis '{r["defer-hard-irqs"] for r in rows}')"
	must x napiset "$dev" defer-hard-irqs 0
else
	skip "settings of a single NAPI" "this kernel has none: $(cat /tmp/said)"
fi

# --- Interrupts stay where a user has moved them

last=$(($(nproc) - 1))
affinity() { cat "/proc/irq/$(lane_irq 0)/smp_affinity_list"; }
echo $last >"/proc/irq/$(lane_irq 0)/smp_affinity_list"
is "an interrupt can be moved" $last "$(affinity)"
must ip link set "$dev" down
must ip link set "$dev" up
address_again
must wait_link "$dev"
is "it stays over down and up" $last "$(affinity)"
must ethtool -L "$dev" combined 1
must ethtool -L "$dev" combined "$n"
is "over other lanes" $last "$(affinity)"
must ethtool -G "$dev" rx 512
is "and over new rings" $last "$(affinity)"
try "traffic" tcp $peer4 1000000 both

# --- Netpoll

netpoll() {
	if modprobe -q netconsole && mkdir /sys/kernel/config/netconsole/fl 2>/tmp/said ||
		{ mount -t configfs configfs /sys/kernel/config 2>/dev/null && mkdir /sys/kernel/config/netconsole/fl 2>/tmp/said; }; then
		console=/sys/kernel/config/netconsole/fl
		echo "$dev" >$console/dev_name
		echo 10.0.0.1 >$console/local_ip
		echo $peer4 >$console/remote_ip
		echo 6666 >$console/remote_port
		in_peer cat "/sys/class/net/$peer_dev/address" >$console/remote_mac
		(in_peer timeout 100 socat -u UDP-RECV:6666 CREATE:/tmp/console.out) &
		wait_until 10 in_peer sh -c "ss -Hlun 'sport = :6666' | grep -q ."
		check "netconsole takes the port" sh -c "echo 1 >$console/enabled"
		dmesg -n 8
		say_until_heard() { echo "<3>flowlane says $1" >/dev/kmsg; sleep 0.2; grep -q "flowlane says $1" /tmp/console.out; }
		check "the peer receives messages" wait_until 10 say_until_heard one
		must x hold stream $peer4
		for ((i = 0; i < $(scale 500 100); i++)); do
			echo "<3>flowlane message $i under load" >/dev/kmsg
		done
		check "under load, too" wait_until 10 say_until_heard two
		yes "most of them" "$(grep -c 'under load' /tmp/console.out) > $(scale 500 100) / 2"
		try "the load goes on" progress stream
		try "and is intact" release stream
		must ethtool -L "$dev" combined 1
		check "after -L" wait_until 10 say_until_heard three
		must ethtool -L "$dev" combined "$n"
		must ip link set "$dev" down
		echo "<3>into the void" >/dev/kmsg
		must ip link set "$dev" up
		address_again
		must wait_link "$dev"
		check "after down and up" wait_until 10 say_until_heard four
		echo 0 >$console/enabled
		rmdir $console
	else
		skip "netconsole" "this kernel has none: $(cat /tmp/said)"
	fi
}

[ -n "$fl_slow" ] || netpoll
kernel_log_clean
finish
