#!/bin/bash
# The kernel's own driver tests (tools/testing/selftests/drivers/net of the newest
# linux-source), unmodified.  What they skip is skipped; what cannot pass for a reason
# that is not the driver's is in a table below, with the reason.
#
# FL_SELFTESTS names other tests to run; FL_DRIVER=in-tree runs them on the in-tree driver.
#
# The far end on a tap takes no checksums that are still to be filled in: csum.py looks at them.
#
# vm: kernel=debian cpus=2 nics=igb,igb selftests=1 lanetool=1 timeout=300
# vm: kernel=newest cpus=4 nics=igb,igb selftests=1 lanetool=1 timeout=1200 long=1
# vm: kernel=newest cpus=4 nics=virtio:queues=4:rss=on:hash=on,virtio:queues=4:rss=on:guest_csum=off:guest_tso4=off:guest_tso6=off:guest_ecn=off:guest_uso4=off:guest_uso6=off selftests=1 lanetool=1 timeout=1200 long=1

. "$FL_TOP/tests/qemu/driver.sh"

# --- Which tests

# With `make test`, what 6.12 can be asked and takes some seconds; XDP, which waits for ten
# seconds each time, with the long ones.
quick="napi_id.py queues.py stats.py ping.py ring_reconfig.py napi_threaded.py hw/irq.py hw/csum.py"
declare -A arguments=([ping.py]="-t test_default_v4 -t test_default_v6")
# What both devices have something of
long="napi_id.py queues.py stats.py ping.py ring_reconfig.py napi_threaded.py netpoll_basic.py
	so_txtime.py gro.py hw/irq.py hw/csum.py hw/tso.py hw/rss_api.py hw/rss_drv.py
	hw/rss_ctx.py hw/toeplitz.py hw/pp_alloc_fail.py"
igb="hw/nic_timestamp.py hw/ethtool_rmon.sh hw/ethtool_std_stats.sh"
virtio="hw/uso.py"
# What neither has is to be refused in a way that they understand: all of these skip.
# hw/ntuple.py and hw/gro_hw.py: rules, which QEMU's 82576 has no filters for, and virtio-net
# none at all.
absent="hds.py shaper.py hw/rss_input_xfrm.py hw/rss_flow_label.py hw/ntuple.py hw/gro_hw.py"
# Left out: of XDP xdp.py, hw/xdp_metadata.py and hw/xsk_reconfig.py, until there is any.  What
# the test kernel has not, and does not touch a driver without it: macsec.py, psp.py,
# hw/ipsec_vxlan.py, hw/nk_*.py, hw/*devmem.py, hw/iou-zcrx.py, hw/loopback.sh (VRF),
# hw/hw_stats_l3*.sh (switches).  What a single port of copper has not: hw/devlink_*.py,
# hw/ethtool_mm.sh, hw/ethtool_extended_state.sh.  And hw/ethtool.sh, which wants links of
# different speeds to fail: QEMU's never does.

on_virtio=$(sed -n 's/^0x1af4$/1/p' "/sys/bus/pci/devices/$(fl_pci 0)/vendor")
if [[ $FL_KERNEL == newest* ]]; then
	selftests="$long $absent $igb"
	[ -z "$on_virtio" ] || selftests="$long $absent $virtio"
	# Of GRO that of the stack: that of hardware and LRO are 200 tests more, and no device's.
	arguments=([gro.py]="-t test.sw_ipv4_* -t test.sw_ipv6_* -t test_gro_capacity.sw_1q")
else
	selftests=$quick
fi
selftests=${FL_SELFTESTS:-$selftests}

# not_ours NAME OUTPUT: the reason why a result cannot be good here
not_ours() {
	case $1 in
	*.test_rss_ctx_* | *.test_rxfh_nl_set_indir_ctx | *.test_rxfh_indir_ctx_ntf)
		echo "the device has one table for all flows"
		return
		;;
	*.test_rxfh_fields_set | *.test_rxfh_fields_set_xfrm)
		echo "the device hashes both addresses or none, and the test wants one of them"
		return
		;;
	*.sw_ipv4_data_lrg_1byte)
		if [ -z "$on_virtio" ]; then
			echo "Ethernet pads the short frame, which the stack does not merge then: under igb neither"
			return
		fi
		;;
	*.pause-rx_pause_frames)
		echo "QEMU's model knows no pause frames"
		return
		;;
	esac
	case $2 in
	*'CMD: ethtool -X '*' context new'*'Operation not supported'*)
		echo "the device has one table for all flows"
		;;
	*'CMD: ethtool -N '*' flow-type '*'Operation not supported'*)
		echo "the device has no filters; ntuple, which the test goes by, is for RFS"
		;;
	*'CMD: ethtool -L '*' combined 5'*'exceeds maximum'*)
		echo "the device has four queues, and the test wants five"
		;;
	*'not in ethtool: bad command line argument'*)
		echo "ethtool $(ethtool --version | cut -d' ' -f3) knows no flow label"
		;;
	*"KeyError: 'threaded'"*)
		echo "this kernel does not tell whether a NAPI has a thread"
		;;
	*'None != {} xsk attr on queue'*)
		echo "this kernel does not tell of AF_XDP sockets"
		;;
	*'CMD: tc '*' fw flowid '*'classifier not found'*)
		echo "the test kernel lacks a classifier, NET_CLS_FW"
		;;
	*' fail=0'*'too few frames for verification'*)
		# What came was right.
		echo "too few frames in the test's four seconds: the guest is slow"
		;;
	*) return 1 ;;
	esac
}

# early OUTPUT: have the two ends of a test not met?  The sender was there before the receiver
# listened, or did not wait for that longer than five seconds; or all of a busy machine's time
# for a command went by; or frames that are to be merged came too far apart.
early() {
	grep -qE 'write: Connection refused|Waiting for port listen timed out|TimeoutExpired|lib/gro: incorrect number of packets' <<<"$1"
}

# --- The tests, in memory, and what they call

tree=/tmp/linux
cp -r "$FL_SELFTESTS_TREE" $tree || bail "there are no tests in ${FL_SELFTESTS_TREE:-no folder}"
cd $tree/tools/testing/selftests || exit
# Debian's ethtool has no JSON for lanes, and Debian's bpftrace would be 100 MB.
mkdir /tmp/bin
cat >/tmp/bin/ethtool <<END
#!/bin/sh
[ "\$1 \$2" != "--json -l" ] || exec '$FL_LANETOOL' "\$@"
exec '$FL_CACHE/qemu/ethtool' "\$@"
END
cp "$FL_TOP/tests/qemu/tools/bpftrace" /tmp/bin/
chmod +x /tmp/bin/*
export PATH=/tmp/bin:/usr/bin:/usr/sbin:/bin:/sbin
# They grant this much more time.
export KSFT_MACHINE_SLOW=yes
modprobe -q netconsole
mount -t configfs configfs /sys/kernel/config 2>/dev/null

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
lanes=$(lanes)

# prepare TEST, and restore TEST: what a test takes for granted
prepare() {
	case $1 in
	hw/toeplitz.py)
		# UDP by ports, which the 82576 is not told from the start, and CPUs without a lane
		must ethtool -N "$dev" rx-flow-hash udp4 sdfn
		must ethtool -N "$dev" rx-flow-hash udp6 sdfn
		must ethtool -L "$dev" combined 2
		;;
	hw/pp_alloc_fail.py)
		# It wants 4000 frames a second, of a segment each.
		[ -z "$on_virtio" ] || must ethtool -K "$dev" rx-gro-hw off
		;;
	esac
}

restore() {
	case $1 in
	hw/toeplitz.py) must ethtool -L "$dev" combined "$lanes" ;;
	hw/pp_alloc_fail.py) [ -z "$on_virtio" ] || must ethtool -K "$dev" rx-gro-hw on ;;
	esac
}

# result LINE SAID: a line of a test's KTAP as ours; what it said before belongs to it
result() {
	local name rest reason
	[[ $1 =~ ^(not\ )?ok\ [0-9]+\ ([^ ]+)(.*)$ ]]
	name=${BASH_REMATCH[2]} rest=${BASH_REMATCH[3]}
	if [[ $1 == not* ]]; then
		if reason=$(not_ours "$name" "$2"); then
			skip "$name" "$reason"
		else
			not_ok "$name" "$(tail -n 30 <<<"$2")"
		fi
	elif [[ $rest =~ \#\ (SKIP|XFAIL)\ ?(.*) ]]; then
		skip "$name" "${BASH_REMATCH[2]:-the test says so}"
	else
		ok "$name"
	fi
}

# run_test TEST [ARGUMENT...]
run_test() {
	local interpreter=python3
	[[ $1 != *.sh ]] || interpreter=bash
	(cd "$(dirname "drivers/net/$1")" && timeout 900 $interpreter "./$(basename "$1")" "${@:2}") </dev/null >/tmp/out.log 2>&1
}

# results TEST [CASE]: of all its cases, or of one; one whose ends have not met runs once more
results() {
	local said='' some='' line name
	while IFS= read -r line; do
		if ! [[ $line =~ ^(not\ )?ok\ [0-9]+\ ([^ ]+) ]]; then
			said+=$line$'\n'
			continue
		fi
		some=1 name=${BASH_REMATCH[2]#*.}
		if [[ -z ${2:-} && $line == not* && $1 == *.py ]] && early "$said"; then
			note "$1: $name once more, its ends have not met"
			run_test "$1" -t "$name"
			results "$1" "$name"
		else
			result "$line" "$said"
		fi
		said=
	done <<<"$(</tmp/out.log)"
	[ -n "$some" ] || not_ok "${2:-$1}" "it gave no result: $(tail -n 40 /tmp/out.log)"
}

for test in $selftests; do
	begin=$SECONDS
	prepare "$test"
	# shellcheck disable=SC2086 # several of them
	run_test "$test" ${arguments[$test]:-}
	results "$test"
	restore "$test"
	note "$test: $((SECONDS - begin)) s"
	wait_link "$dev" 20
done
cd /
kernel_log_clean
finish
