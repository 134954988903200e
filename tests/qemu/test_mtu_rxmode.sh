#!/bin/bash
# What a port lets in and how large: MTU from 68 to 9216, unicast, multicast, promiscuous
# and VLAN filters, and its own address.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=180

. "$FL_TOP/tests/qemu/driver.sh"

# --- MTU

# The peer's device takes all sizes, and its routes say what it sends: setting its MTU
# would reset it each time.
set_mtu() {
	must ip link set "$dev" mtu "$1"
	must in_peer ip route replace 10.0.0.0/24 dev "$peer_dev" src 10.0.0.2 mtu "$1"
	if [ "$1" -ge 1280 ]; then
		address_again
		must in_peer ip -6 route replace fd00::/64 dev "$peer_dev" metric 256 mtu "$1"
	fi
	# The stack remembers small path MTUs.
	must ip route flush cache
	must in_peer ip route flush cache
}

# ping_exact SIZE: packets of exactly this size pass, and one byte more does not go out
ping_exact() {
	ping -qc2 -i0.05 -W5 -M "do" -s $(($1 - 28)) "$peer4" || return 1
	! ping -qc1 -W1 -M "do" -s $(($1 - 27)) "$peer4"
}

driver_up
must in_peer ip link set "$peer_dev" mtu 9216
must wait_until 20 ping -qc1 -W1 $peer4
for mtu in 68 576 1280 1500 1501 2000 4000 9000 9216; do
	set_mtu $mtu
	check "MTU $mtu: ping of just that size" ping_exact $mtu
	try "MTU $mtu: TCP v4" tcp $peer4 $((mtu < 600 ? 50000 : $(scale 3000000 300000))) both
	try "MTU $mtu: UDP v4" udp $peer4 20,$((mtu - 28)),$((mtu - 27)),$((mtu * 3)),$((mtu < 600 ? 3000 : 65507))
	[ $mtu -ge 1280 ] || continue
	try "MTU $mtu: TCP v6" tcp $peer6 "$(scale 1000000 100000)" both
	try "MTU $mtu: UDP v6" udp $peer6 $((mtu - 48)),$((mtu - 47)),20000
done
mtu_is() { cat "/sys/class/net/$dev/mtu"; }
on_virtio || refuse "MTU 9217" ip link set "$dev" mtu 9217
refuse "MTU 67" ip link set "$dev" mtu 67
is "which change nothing" 9216 "$(mtu_is)"
check "and traffic goes on" ping_exact 9216

# Longer frames than the MTU allows must not get past the end of a buffer.
must ip link set "$dev" mtu 1500
address_again
own=$(cat "/sys/class/net/$dev/address")
for length in 1514 1518 1519 1522 1523 1526 1536 1537 1600 2047 2048 2049 3000 9000; do
	got=$(x probe "$peer_dev" "$dev" "$own" 10 len=$length)
	if [ $length -le 1514 ]; then
		is "frames of $length bytes with MTU 1500" 10 "$got"
	else
		check "frames of $length bytes arrive whole or not at all" grep -qxE '0|10' <<<"$got"
	fi
done
counts_as "tagged frames of full size arrive" 10 "$peer_dev" "$dev" "$own" 10 len=1518 vid=0
set_mtu 1500
try "traffic goes on" tcp $peer4 500000 both

# Short ones are padded on their way out.
for length in 31 40 59 60 61 64; do
	counts_as "a frame of $length bytes goes out" 5 "$dev" "$peer_dev" \
		"$(in_peer cat "/sys/class/net/$peer_dev/address")" 5 len=$length back=1
done

must x hold stream $peer4
for mtu in 9000 1280 9216 1500 4000 1500; do
	must ip link set "$dev" mtu $mtu
	try "MTU $mtu under traffic" progress stream
done
try "which is intact" release stream

# --- Unicast

p() { counts_as "$1" "$2" "$peer_dev" "$dev" "$3" 10 "${@:4}"; }
promisc() { must ip link set "$dev" promisc "$1"; }

stranger=02:00:00:00:12:34
p "frames to the port's address" 10 "$own"
p "broadcast" 10 ff:ff:ff:ff:ff:ff
p "frames to a stranger do not get in" 0 $stranger
promisc on
p "promiscuous: frames to a stranger" 10 $stranger
promisc off
p "not any more" 0 $stranger

must ip link set "$dev" address 02:00:00:00:00:77
p "a new address, while up" 10 02:00:00:00:00:77
# QEMU's device looks unicast up in the multicast table, too, where the group of each
# link-local address is that comes from the port's address when it goes up: so what has to
# be kept out is an address that the port only had while it was up.
must ip link set "$dev" address 02:00:00:00:00:76
p "another one, while up" 10 02:00:00:00:00:76
p "the one before" 0 02:00:00:00:00:77
must ip link set "$dev" down
must ip link set "$dev" address 02:00:00:00:00:78
must ip link set "$dev" up
address_again
must wait_link "$dev"
p "a new address, set while down" 10 02:00:00:00:00:78
p "the one before that" 0 02:00:00:00:00:76
refuse "a multicast address" ip link set "$dev" address 03:00:00:00:00:78
refuse "the zero address" ip link set "$dev" address 00:00:00:00:00:00
must ip link set "$dev" address "$own"
p "its own again" 10 "$own"

# macvlan I: the device's address
mac() { printf '02:00:00:00:01:%02x' "$1"; }
macvlans() {
	local i
	for ((i = $1; i <= $2; i++)); do
		echo "link add link $dev name mv$i address $(mac "$i") up type macvlan mode bridge"
	done | must ip -batch -
}
macvlans 1 20
for i in 1 10 20; do
	p "macvlan $i of 20" 10 "$(mac $i)"
done
p "a stranger still does not get in" 0 $stranger
macvlans 21 40
for i in 1 23 24 25 40; do
	p "macvlan $i of 40" 10 "$(mac $i)"
done
must ip link set "$dev" down
must ip link set "$dev" up
address_again
must wait_link "$dev"
p "all are there after down and up" 10 "$(mac 40)"
for ((i = 3; i <= 40; i++)); do
	echo "link delete mv$i"
done | must ip -batch -
p "the first is left" 10 "$(mac 1)"
p "one that is gone" 0 "$(mac 30)"
p "a stranger" 0 $stranger
must ip link delete mv1
must ip link delete mv2

# --- Multicast

group() { printf '01:00:5e:01:%02x:%02x' $(($1 / 8)) $(($1 % 256)); }
p "a group that is not joined" 0 "$(group 5)"
must ip maddress add "$(group 5)" dev "$dev"
p "a group that is" 10 "$(group 5)"
must ip maddress delete "$(group 5)" dev "$dev"
p "and was left" 0 "$(group 5)"
many_groups() {
	local i
	for ((i = 100; i < 130; i++)); do
		must ip maddress "$1" "$(group $i)" dev "$dev"
	done
}
many_groups add
for i in 100 115 129; do
	p "group $i of many" 10 "$(group $i)"
done
p "no other" 0 33:33:ff:fe:dc:ba
must ip link set "$dev" down
must ip link set "$dev" up
address_again
must wait_link "$dev"
p "groups are there after down and up" 10 "$(group 129)"
must ip link set "$dev" allmulticast on
p "allmulti: any group" 10 33:33:ff:fe:dc:ba
p "allmulti: no stranger" 0 $stranger
must ip link set "$dev" allmulticast off
p "any group, not any more" 0 33:33:ff:fe:dc:ba
promisc on
p "promiscuous: any group" 10 33:33:ff:fe:dc:ba
promisc off
many_groups delete
p "groups that were left" 0 "$(group 129)"

# --- VLAN filter

p "a VLAN without a device is kept out" 0 "$own" vid=77
p "priority tags get in" 10 "$own" vid=0
must ip link add link "$dev" name v77 type vlan id 77
must ip link add link "$dev" name v4094 type vlan id 4094
p "a VLAN with one gets in" 10 "$own" vid=77
p "the last VLAN too" 10 "$own" vid=4094
p "its neighbours do not" 0 "$own" vid=78
promisc on
p "promiscuous: any VLAN" 10 "$own" vid=78
promisc off
p "the filter is back" 0 "$own" vid=78
if ethtool -K "$dev" rx-vlan-filter off >/dev/null 2>&1; then
	p "filter off: any VLAN" 10 "$own" vid=78
	must ethtool -K "$dev" rx-vlan-filter on
	p "filter on: no other" 0 "$own" vid=78
else
	skip "VLAN filter off" "it cannot be"
fi
p "but its own" 10 "$own" vid=77
must ip link set "$dev" down
must ip link set "$dev" up
address_again
must wait_link "$dev"
p "VLANs are there after down and up" 10 "$own" vid=4094
p "and no other" 0 "$own" vid=4093
must ip link set "$dev" down
must ip link delete v77
must ip link set "$dev" up
address_again
must wait_link "$dev"
p "one that was deleted while down" 0 "$own" vid=77
must ip link delete v4094
p "one that was deleted while up" 0 "$own" vid=4094

kernel_log_clean
finish
