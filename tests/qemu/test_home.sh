#!/bin/bash
# A CPU transmits on the lane whose interrupt it takes, wherever that is moved, whichever
# CPUs there are, and whatever the number of lanes; but a user's own XPS stays his.
#
# vm: kernel=debian cpus=4 nics=igb,igb timeout=120
# vm: kernel=debug cpus=4 nics=igb,igb timeout=800 long=1

. "$FL_TOP/tests/qemu/driver.sh"

driver_up

queues=/sys/class/net/$dev/queues
for ((i = 0; i < 4; i++)); do
	irq[i]=$(lane_irq $i)
done

# xps: the queue of each CPU; of several classes, or where a user wants it, several
xps() {
	local cpu i=0 mask path all=()
	for path in "$queues"/tx-*/xps_cpus; do
		mask=$(<"$path")
		for ((cpu = 0; cpu < 4; cpu++)); do
			((16#${mask//,/} >> cpu & 1)) && all[cpu]+=$i
		done
		i=$((i + 1))
	done
	for ((cpu = 0; cpu < 4; cpu++)); do
		: "${all[cpu]:=-}"
	done
	echo "${all[*]}"
}
xps_is() { [ "$(xps)" = "$1" ]; }
# comes NAME QUEUES: soon XPS is so
comes() {
	wait_until 5 xps_is "$2"
	is "$1" "$2" "$(xps)"
}
# stays NAME QUEUES: it is so, and remains so
stays() {
	sleep 0.5
	is "$1" "$2" "$(xps)"
}
# move LANE CPUS: its interrupt
move() { echo "$2" >"/proc/irq/${irq[$1]}/smp_affinity_list" || bail "lane $1 cannot move to $2"; }
taken_by() { irq_cpu "${irq[$1]}"; }
cpu3() { echo "$1" >/sys/devices/system/cpu/cpu3/online || bail "CPU 3 stays"; }
down_up() {
	must ip link set "$dev" down
	must ip link set "$dev" up
	address_again
}
# user QUEUE=MASK...
user() {
	local set
	for set; do
		echo "${set#*=}" >"$queues/tx-${set%=*}/xps_cpus" || bail "XPS cannot be set: $set"
	done
}

is "at first" "0 1 2 3" "$(xps)"

# --- Interrupts that are moved

move 0 3
move 3 0
comes "two have changed places" "3 1 2 0"
before=$(counter lane0_tx_packets)
must x udpcpu $peer4 3 200
check "CPU 3 transmits there" wait_until 10 eval "[ \$(counter lane0_tx_packets) -ge $((before + 200)) ]"
down_up
is "down and up" "3 1 2 0" "$(xps)"
must ethtool -L "$dev" combined 2
is "two lanes" "0 1 1 0" "$(xps)"
must ethtool -L "$dev" combined 1
is "one lane" "0 0 0 0" "$(xps)"
must ethtool -L "$dev" combined 4
is "four again" "3 1 2 0" "$(xps)"
must ip link set "$dev" down
must ethtool -L "$dev" combined 3
is "three, while down" "0 1 2 0" "$(xps)"
must ethtool -L "$dev" combined 4
must ip link set "$dev" up
address_again
is "four, and up" "3 1 2 0" "$(xps)"

# --- A CPU that goes and comes.  Its lane's interrupt goes where the kernel likes.

check "the link, before" wait_link "$dev"
cpu3 0
case $(taken_by 0) in
0) without="0 1 2" spare=3 ;;
1) without="3 0 2" spare=1 ;;
2) without="3 1 0" spare=2 ;;
*) bail "CPU 3 has gone, and lane 0 is on $(taken_by 0)" ;;
esac
comes "CPU 3 goes" "$without -"
must ethtool -L "$dev" combined 2
must ethtool -L "$dev" combined 4
is "other lanes without it" "$without -" "$(xps)"
try "traffic without it" tcp $peer4 200000 both conns=4
cpu3 1
comes "it comes, and has the lane that is left over" "$without $spare"
move 0 0
move 3 3
comes "each at home again" "0 1 2 3"

# --- A user's own

user 0=0 1=0 2=6 3=f
own="3 23 23 3"
is "a user's own" "$own" "$(xps)"
move 1 2
stays "is left alone when an interrupt moves" "$own"
down_up
is "down and up" "$own" "$(xps)"
must ethtool -L "$dev" combined 3
is "its queues are what can be lost" "- 2 2 -" "$(xps)"
must ethtool -L "$dev" combined 4
is "and come back" "$own" "$(xps)"
user 2=4
must ethtool -L "$dev" combined 1
must ethtool -L "$dev" combined 4
is "as they were last" "3 3 23 3" "$(xps)"
cpu3 0
cpu3 1
stays "a CPU goes and comes" "3 3 23 3"
move 3 3
user 2=0 3=0
move 1 1
stays "none at all is a user's choice" "- - - -"
user 0=1 1=2 2=4 3=8
move 1 2
comes "the default by hand follows again" "0 2 1 3"
move 1 1
comes "and back" "0 1 2 3"

# --- Traffic classes

classes() {
	must tc qdisc replace dev "$dev" root handle 100: mqprio num_tc 2 \
		map 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 queues "$@" hw 0
}
classes 2@0 2@2
move 2 1
move 2 2
comes "a queue of each class" "02 13 02 13"
try "traffic with classes" tcp $peer4 200000 both conns=4
must ethtool -L "$dev" combined 2
is "two lanes are one class" "0 1 0 1" "$(xps)"
must ethtool -L "$dev" combined 4
is "four again" "02 13 02 13" "$(xps)"
must tc qdisc delete dev "$dev" root
move 2 1
move 2 2
comes "without classes" "0 1 2 3"
classes 1@0 3@1
must tc qdisc delete dev "$dev" root
is "the kernel has thrown all away" "- - - -" "$(xps)"
down_up
is "the next occasion has it back" "0 1 2 3" "$(xps)"

# --- From all sides

check "the link" wait_link "$dev"
must x blast out $peer4 1400
touch /tmp/moving
(
	while [ -e /tmp/moving ]; do
		for cpu in 3 0 1-2; do
			echo $cpu >"/proc/irq/${irq[0]}/smp_affinity_list"
			sleep 0.05
		done
	done 2>/dev/null
) &
mover=$!
for n in 1 4 2 4; do
	must ethtool -L "$dev" combined $n
	cpu3 $((n == 4))
done
rm /tmp/moving
wait $mover
try "the sender has come through" end out
move 0 0
move 3 3
comes "all as at first" "0 1 2 3"
try "traffic" tcp $peer4 1000000 both conns=4
fl_unbind 0
cpu3 0
check "the module unloads" unload_flowlane
cpu3 1

kernel_log_clean
finish
