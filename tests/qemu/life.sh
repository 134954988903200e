# shellcheck shell=bash
# A port through its life under traffic, as the tests of each device have it.  Source it
# after driver_up's variables are of use:
#
#   . "$FL_TOP/tests/qemu/life.sh"
#   driver_up
#   life_reconfigure 512 4096
#
# FL_LOOPS says how often the port goes down and up, and the module out and in; FL_ROUNDS
# how often it is given other lanes, rings and MTUs.

. "$FL_TOP/tests/qemu/driver.sh"

rounds=${FL_ROUNDS:-$(scale 3 2)}
loops=${FL_LOOPS:-$rounds}

traffic_on() {
	must x blast out $peer4 1400
	must x blast small $peer6 60
}

traffic_off() {
	try "$1: the senders have come through" end out
	try "$1: and the small one" end small
}

works() { try "$1: traffic" tcp $peer4 "$(scale 2000000 200000)" both; }

# sent_again: segments that either end of a connection has sent more than once
sent_again() {
	{ nstat -asz TcpRetransSegs; in_peer nstat -asz TcpRetransSegs; } |
		awk '/TcpRetransSegs/ { n += $2 } END { print n }'
}

# lives_through NAME FUNCTION: rounds of changes, after each of which both connections
# have to move on; says what they lost
lives_through() {
	local i output before
	before=$(sent_again)
	for ((i = 0; i < rounds; i++)); do
		output=$($2 2>&1 && x progress four && x progress six) || {
			not_ok "$1" "round $i: $output"
			return
		}
	done
	ok "$1"
	note "$(($(sent_again) - before)) segments were sent again"
}

new_lanes() {
	local n
	for n in 1 "$most" 2 3 "$(nproc)"; do
		ethtool -L "$dev" combined "$n" || return
	done
}
new_rings() {
	ethtool -G "$dev" rx 128 tx 128 && ethtool -G "$dev" rx "$ring_most" &&
		ethtool -G "$dev" tx "$ring_most" && ethtool -G "$dev" rx "$ring" tx "$ring"
}
new_mtus() {
	local mtu
	for mtu in 1280 9000 1500; do
		ip link set "$dev" mtu "$mtu" || return
	done
}

# rings: sizes of Rx and Tx
rings() { ethtool -g "$dev" | awk '/^RX:/ { r = $2 } /^TX:/ { t = $2 } END { print r, t }'; }

# life_reconfigure SIZE MOST: connections live, the link stays; rings are of SIZE after it,
# and could be of MOST
life_reconfigure() {
	local carrier most ring=$1 ring_most=$2
	must x hold four $peer4
	must x hold six $peer6
	carrier=$(link_changes)
	most=$(ethtool -l "$dev" | awk '/^Combined:/ { print $2; exit }')
	lives_through "-L, $rounds rounds under traffic" new_lanes
	is "lanes as asked for" "$(nproc)" "$(lanes)"
	lives_through "-G, $rounds rounds under traffic" new_rings
	lives_through "MTU, $rounds rounds under traffic" new_mtus
	is "the link never went" "$carrier" "$(link_changes)"
	is "and there was no reset" 0 "$(counter resets)"
	refuse "a ring of 64 slots" ethtool -G "$dev" rx 64
	refuse "a ring of $((2 * ring_most)) slots" ethtool -G "$dev" tx $((2 * ring_most))
	refuse "no lane" ethtool -L "$dev" combined 0
	refuse "more lanes than there are" ethtool -L "$dev" combined $((most + 1))
	refuse "lanes of Rx only" ethtool -L "$dev" rx 1
	try "v4 saw nothing wrong" release four
	try "v6 saw nothing wrong" release six
}

# life_down_up SIZE: changes while it is down as well, with Tx rings of SIZE
life_down_up() {
	local i
	must x hold four $peer4
	traffic_on
	for ((i = 0; i < loops; i++)); do
		must ip link set "$dev" down
		must ip link set "$dev" up
		[ $((i % 3)) -ne 0 ] || wait_link "$dev"
	done
	address_again
	check "the link comes back" wait_link "$dev"
	traffic_off "down and up"
	works "down and up"
	try "a connection lives through it" progress four 120
	try "and saw nothing wrong" release four

	# Changes while it is down come into force.
	must ip link set "$dev" down
	must ethtool -L "$dev" combined 1
	must ethtool -G "$dev" rx 256 tx "$1"
	must ip link set "$dev" mtu 4000
	must ip link set "$dev" up
	address_again
	must wait_link "$dev"
	is "lanes set while down" 1 "$(lanes)"
	is "rings set while down" "256 $1" "$(rings)"
	works "one lane"
	must ethtool -L "$dev" combined "$(nproc)"
	must ip link set "$dev" mtu 1500
}

# life_bind DRIVER: unbound and bound, module out and in, and DRIVER, the in-tree one
life_bind() {
	local i
	traffic_on
	for ((i = 0; i < loops; i++)); do
		fl_unbind 0
		fl_bind 0
		port_back
		[ $((i % 3)) -ne 0 ] || wait_link "$dev"
	done
	check "the link comes up after bind" wait_link "$dev"
	traffic_off "unbind and bind"
	works "unbind and bind"

	traffic_on
	for ((i = 0; i < loops; i++)); do
		must rmmod flowlane
		must insmod "$FL_MODULE"
		must wait_until 10 fl_dev 0
		port_back
		[ $((i % 3)) -ne 0 ] || wait_link "$dev"
	done
	check "the link comes up after insmod" wait_link "$dev"
	traffic_off "rmmod and insmod"
	works "rmmod and insmod"
	check "the other driver gets the port back" fl_bind 0 "$1"
	port_back
	must wait_link "$dev"
	works "under the in-tree driver"
	fl_bind 0
	port_back
	must wait_link "$dev"
}

# recovers NAME: after something bad
recovers() {
	check "$1: the link comes back" wait_until 30 has_link "$dev"
	try "$1: a connection lives through it" progress stream 90
	works "$1"
}

# life_fail: errors of the slot and resets of the function
life_fail() {
	local error
	must x hold stream $peer4
	for error in COMP_ABORT DLP; do
		log_mark
		must fl_host "pcie_aer_inject_error r0 $error"
		check "PCIe error $error: recovery" wait_until 20 eval 'log_since_mark | grep -q "device recovery successful"'
		recovers "PCIe error $error"
	done
	must sh -c "echo 1 >/sys/bus/pci/devices/$(fl_pci 0)/reset"
	recovers "a function level reset by the user"
	try "the connection saw nothing wrong" release stream
}

# plug_back MODEL: into the slot that is empty; with link after it
plug_back() {
	check "and comes back" fl_plug 0 "$1"
	wait_until 10 fl_driver 0
	fl_bind 0
	port_back
	check "with its link" wait_link "$dev"
}

# life_unplug MODEL: as QEMU names it for fl_plug
life_unplug() {
	traffic_on
	check "a device that is unplugged goes" fl_unplug 0
	plug_back "$1"
	traffic_off "unplugged and plugged"
	works "unplugged and plugged"
}
