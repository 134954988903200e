#!/bin/bash
# The guest's part of the benchmark: give the NICs to the drivers under test, connect
# them, and hand over to guest.py.
#
#   BENCH_DRIVERS="igb igb"   the driver of NIC 0 and of NIC 1, the peer
#   BENCH_TRACE=PATTERN       QEMU's trace events to turn on; not before, for a quick boot

. "$FL_TOP/tests/qemu/lib.sh"

read -ra drivers <<<"$BENCH_DRIVERS"
case " ${drivers[*]} " in
*' flowlane'*) load_flowlane ;;
*) load_in_tree ;;
esac
for number in "${!drivers[@]}"; do
	[ "$(fl_driver "$number")" = "${drivers[number]}" ] || fl_bind "$number" "${drivers[number]}"
done
must modprobe pktgen
# A device is not seen any more when it is in the peer's namespace.
near=$(fl_dev 0) far=$(fl_dev 1)
near_vectors=$(fl_vectors "$near") far_vectors=$(fl_vectors "$far")
# What comes by itself would be counted too.
echo 0 >/proc/sys/net/ipv6/conf/default/router_solicitations
for device in "$near" "$far"; do
	echo 0 >"/proc/sys/net/ipv6/conf/$device/router_solicitations"
done
peer_up 0 1
cp "$BENCH_LOAD" /tmp/load
serve 3000 /tmp/load serve 7800
serve 3000 ip netns exec peer /tmp/load serve 7800
wait_until 10 peer_listens 7800 || bail "the far end does not listen"
must ping -c 3 -i 0.2 10.0.0.2
[ -z "${BENCH_TRACE:-}" ] || fl_host "trace-event $BENCH_TRACE on" || bail "QEMU does not trace"
python3 "$FL_TOP/tools/bench/guest.py" "$near:$near_vectors" "$far:$far_vectors"
