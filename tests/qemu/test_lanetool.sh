#!/bin/bash
# lanetool says, refuses and returns what ethtool does, on ports of Flowlane's and others.
#
# vm: kernel=debian cpus=2 nics=igb,igb,virtio lanetool=1 timeout=240

. "$FL_TOP/tests/qemu/driver.sh"

# By this name its words are ethtool's: "ethtool: bad command line argument(s)".
mkdir -p /tmp/as
ln -s "$FL_LANETOOL" /tmp/as/ethtool

plain='map(if has("autonegotiate") then .autonegotiate = 0 | .rx = 0 | .tx = 0 else . end)'

# said PROGRAM ARG...: all that it gives; JSON without its spacing
# -- but for one thing: in JSON, ethtool 6.1 takes each of -a's switches for on.
said() {
	local status=0
	"$@" >/tmp/out 2>/tmp/err || status=$?
	if [ "${2:-}" = --json ]; then jq -c "$plain" /tmp/out; else cat /tmp/out; fi
	sed 's/^/stderr: /' /tmp/err
	echo "exit code $status"
}

# same ARG...: both say the same.  What succeeds is undone, for the other to find the same.
same() {
	local theirs ours
	theirs=$(said ethtool "$@")
	[[ $theirs != *"exit code 0" ]] || undo "$@"
	ours=$(said /tmp/as/ethtool "$@")
	[[ $ours != *"exit code 0" ]] || undo "$@"
	as_before "$where: $*" "$theirs" "$ours"
}

# undo OPTION DEVICE ...: as it was at first
undo() {
	case ${1:-} in
	-K)
		ethtool -K "$2" tx on sg on tso on rx on gro on lro off rxvlan on txvlan on \
			rx-vlan-filter on ntuple off rxhash on highdma on loopback off
		;;
	-L) ethtool -L "$2" combined 2 ;;
	-G) ethtool -G "$2" rx 512 tx 256 ;;
	-A) ethtool -A "$2" autoneg on rx on tx off ;;
	-C)
		ethtool -C "$2" adaptive-rx off
		ethtool -C "$2" rx-usecs 20
		;;
	esac >/dev/null 2>&1 || true
}

# shows DEVICE: all that only looks
shows() {
	local option
	for option in -g -c -l -a -k -i --show-ring --show-coalesce --show-channels --show-pause \
		--show-features --show-offload --driver; do
		same "$option" "$1"
	done
	same -I -a "$1"
	same --json -a "$1"
	same --json -I -a "$1"
	same --json -k "$1"
	same -g "$1" more
	same -i "$1" more
}

# sets DEVICE: changes, good and bad, and what came of them
sets() {
	local option
	for option in -K -L -G -A -C; do undo "$option" "$1"; done
	same -G "$1" rx 256 tx 512
	same -G "$1" rx 256
	same -G "$1" rx 1000000
	same -G "$1" rx 0x100 rx-mini 5
	same -G "$1" rx
	same -G "$1" rx many
	same -G "$1" rx 256 rx 256
	same -G "$1" rings 3
	same -G "$1" tx-push maybe
	same -G "$1"
	same -L "$1" combined 1
	same -L "$1" combined 99
	same -L "$1" rx 1
	same -L "$1" combined -1
	same -C "$1" rx-usecs 50
	same -C "$1" rx-usecs 10000000
	same -C "$1" adaptive-rx on
	same -C "$1" adaptive-rx yes
	same -C "$1" rx-frames 3
	same -C "$1" sample-interval 3
	same -C "$1" cqe-mode-rx on
	same -A "$1" rx on tx on
	same -A "$1" autoneg off rx off
	same -A "$1" rx
	same -K "$1" tso off
	same -K "$1" tx off
	same -K "$1" sg off tso on
	same -K "$1" rx off gro off lro on
	same -K "$1" rxvlan off txvlan off rx-vlan-filter off
	same -K "$1" ntuple on rxhash on
	same -K "$1" highdma off
	same -K "$1" loopback on
	same -K "$1" no-such on
	same -K "$1" tso perhaps
	same -K "$1" tso
	same -K "$1"
}

check "the tool itself" "$FL_LANETOOL" --version
load_flowlane
fl_bind 0
fl_bind 2
must ip link add veth0 type veth peer name veth1
must ip link set lo up
for number in 0 1 2; do must ip link set "$(fl_dev $number)" up; done

dev=$(fl_dev 0)
for number in 0 1 2; do must wait_link "$(fl_dev $number)"; done

where="no device"
same
same -g
same --json
same --no-such lo
same -g nodev
same -k nodev
same -K nodev tso on
same -G nodev rx 3
same -C nodev rx-usecs 3
same -L nodev rx 3
same -A nodev rx on
same -i nodev
same --json -k nodev
where="all devices"
same -g '*'
same -k '*'
same -c '*'
same --json -a '*'

for does in shows sets; do
	for where in "0 Flowlane 82576" "1 in-tree igb" "2 Flowlane virtio"; do
		$does "$(fl_dev "${where%% *}")"
	done
	for where in veth0 lo; do $does $where; done
done

is "JSON of pause" "$(pauses)" \
	"$("$FL_LANETOOL" --json -a "$dev" |
		jq -j '.[0] | (.autonegotiate, .rx, .tx) | if . then "on " else "off " end')"
# Where ethtool 6.1 has no JSON, ours says which schema it keeps to.
is "JSON of rings" '[1,"512","256"]' \
	"$("$FL_LANETOOL" --json -g "$(fl_dev 0)" | jq -c '.[0] | [.lanetool.schema, (.rx | tostring), (.tx | tostring)]')"
is "JSON of the driver" '["flowlane",true]' \
	"$("$FL_LANETOOL" --json -i "$(fl_dev 0)" | jq -c '.[0] | [.driver, ."supports-statistics"]')"

kernel_log_clean
finish
