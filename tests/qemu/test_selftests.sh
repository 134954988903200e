#!/bin/bash
# The kernel's own driver tests (tools/testing/selftests/drivers/net of the newest
# linux-source), unmodified.  What they skip is skipped; what cannot pass for a reason
# that is not the driver's is in a table below, with the reason.
#
# FL_SELFTESTS names other tests to run; FL_DRIVER=in-tree runs them on the in-tree driver.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=300
# vm: kernel=newest cpus=2 nics=igb,igb timeout=600 long=1
# vm: kernel=newest cpus=4 nics=virtio:queues=4:rss=on:hash=on,virtio:queues=4:rss=on timeout=600 long=1

. "$FL_TOP/tests/qemu/driver.sh"

case $FL_KERNEL in
# What 6.12 cannot be asked, or takes long
newest*) selftests="hw/rss_api.py hw/rss_drv.py hw/nic_timestamp.py hw/tso.py
	hw/ethtool_rmon.sh hw/ethtool_std_stats.sh" ;;
*) selftests="napi_id.py queues.py stats.py ping.py ring_reconfig.py napi_threaded.py
	hw/irq.py hw/csum.py" ;;
esac
# Of virtio all that has to do with it, on the newest kernel
virtio=$(sed -n 's/^0x1af4$/1/p' "/sys/bus/pci/devices/$(fl_pci 0)/vendor")
[ -z "$virtio" ] || selftests="napi_id.py queues.py stats.py ping.py ring_reconfig.py
	napi_threaded.py netpoll_basic.py gro.py hds.py hw/irq.py hw/csum.py hw/tso.py hw/uso.py
	hw/gro_hw.py hw/rss_api.py hw/rss_drv.py hw/ntuple.py hw/ethtool_std_stats.sh"
selftests=${FL_SELFTESTS:-$selftests}

# not_ours NAME OUTPUT: the reason why a result cannot be good here
not_ours() {
	case $1 in
	*xdp_native* | *check_reconfig_xdp | *xdp_offload | *check_xsk)
		echo "XDP comes later"
		return
		;;
	*_ctx | *_ctx_ntf | *.test_rss_ctx_*)
		echo "the device has one table for all flows"
		return
		;;
	*.test_rxfh_fields_set | *.test_rxfh_fields_set_xfrm)
		echo "the device hashes both addresses or none, and the test wants one of them"
		return
		;;
	*.pause-rx_pause_frames)
		echo "QEMU's model knows no pause frames"
		return
		;;
	*xdp_generic*)
		echo "Debian has no header to build the test's BPF program with"
		return
		;;
	esac
	case $2 in
	*'CMD: ethtool --json -l '*'bad command line argument'*)
		echo "Debian's ethtool $(ethtool --version | cut -d' ' -f3) has no JSON for -l"
		;;
	*) return 1 ;;
	esac
}

# --- The tests, in a copy in memory with what they need built beside them

source=$FL_CACHE/sources/7
[ -e "$source/tools/testing/selftests/drivers/net/README.rst" ] || bail "there are no kernel sources in $source"
tree=/tmp/linux
mkdir -p $tree/tools/testing/selftests/net $tree/Documentation/netlink $tree/tools/net
cp -r "$source/Documentation/netlink/specs" $tree/Documentation/netlink/
cp -r "$source/tools/net/ynl" $tree/tools/net/
cp -r "$source/tools/testing/selftests/net/lib" "$source/tools/testing/selftests/net/lib.sh" $tree/tools/testing/selftests/net/
cp -r "$source/tools/testing/selftests/net/forwarding" $tree/tools/testing/selftests/net/
cp -r "$source"/tools/testing/selftests/*.h "$source/tools/testing/selftests/kselftest" $tree/tools/testing/selftests/
mkdir -p $tree/tools/testing/selftests/drivers/net/hw
(cd "$source/tools/testing/selftests/drivers/net" && cp -r ./*.py ./*.c lib settings $tree/tools/testing/selftests/drivers/net/ &&
	cp -r hw/*.py hw/*.sh hw/lib hw/settings $tree/tools/testing/selftests/drivers/net/hw/)
cd $tree/tools/testing/selftests || exit
# Debian 12's ethtool has no JSON for what some tests ask.
export PATH=$FL_CACHE/qemu:/usr/bin:/usr/sbin:/bin:/sbin
compile() { must gcc -O1 -I. -I"$source/tools/include" -o "${1%.c}" "$1"; }
compile net/lib/csum.c
compile net/lib/xdp_helper.c
compile net/lib/gro.c
compile drivers/net/napi_id_helper.c

# --- The port

if [ "${FL_DRIVER:-flowlane}" = flowlane ]; then
	load_flowlane
	fl_bind 0
else
	load_in_tree
fi
dev=$(fl_dev 0)
peer_up 0 1
# The link-local address must be settled: some tests take the port down.
export NETIF=$dev LOCAL_V4=10.0.0.1 REMOTE_V4=10.0.0.2 LOCAL_V6=fd00::1 REMOTE_V6=fd00::2
export REMOTE_TYPE=netns REMOTE_ARGS=peer
# Addresses of IPv6 stay when a test takes the port down and up.
sysctl -qw "net.ipv6.conf.$dev.keep_addr_on_down=1"
must ping -qc1 -W5 $peer6

# results FILE TEST: the test's KTAP lines as ours; what precedes a line belongs to it
results() {
	local line name rest reason said='' some=
	while IFS= read -r line; do
		if ! [[ $line =~ ^(not\ )?ok\ [0-9]+\ ([^ ]+)(.*)$ ]]; then
			said+=$line$'\n'
			continue
		fi
		name=${BASH_REMATCH[2]} rest=${BASH_REMATCH[3]} some=1
		if [[ $rest =~ \#\ (SKIP|XFAIL)\ ?(.*) ]]; then
			skip "$name" "${BASH_REMATCH[2]:-the test says so}"
		elif [[ $line == ok* ]]; then
			ok "$name"
		elif reason=$(not_ours "$name" "$said"); then
			skip "$name" "$reason"
		else
			not_ok "$name" "$(tail -n 30 <<<"$said")"
		fi
		said=
	done <"$1"
	[ -n "$some" ] || not_ok "$2" "it gave no result: $(tail -n 40 "$1")"
}

run_test() {
	local interpreter=python3
	[[ $1 != *.sh ]] || interpreter=bash
	(cd "$(dirname "drivers/net/$1")" && timeout 200 $interpreter "./$(basename "$1")") >/tmp/out.log 2>&1
}

for test in $selftests; do
	run_test "$test"
	# Its two ends have not met: the sender was there before the receiver listened, or did
	# not wait for that longer than five seconds.
	if grep -qE 'write: Connection refused|Waiting for port listen timed out' /tmp/out.log; then
		note "$test: once more, its sender came too early"
		run_test "$test"
	fi
	results /tmp/out.log "$test"
	wait_link "$dev" 20
done
cd /
kernel_log_clean
finish
