#!/bin/bash
# lanetool says, refuses and returns what ethtool does, on ports of Flowlane's and others.
#
# vm: kernel=debian cpus=2 nics=igb,igb,virtio lanetool=1 timeout=700

. "$FL_TOP/tests/qemu/driver.sh"

# By this name its words are ethtool's: "ethtool: bad command line argument(s)".
mkdir -p /tmp/as
ln -s "$FL_LANETOOL" /tmp/as/ethtool

plain='map(if has("autonegotiate") then .autonegotiate = 0 | .rx = 0 | .tx = 0 else . end)'

# said PROGRAM ARG...: all that it gives, in $said; JSON without its spacing
# -- but for one thing: in JSON, ethtool 6.1 takes each of -a's switches for on.
# There are some two thousand runs: hence no processes but for the program.
said() {
	local status=0 out err
	"$@" >/tmp/out 2>/tmp/err </dev/null || status=$?
	case $* in
	*--json*) out=$(jq -c "$plain" /tmp/out) ;;
	*\ raw\ *) out=$(cat -v /tmp/out) ;;
	*) IFS= read -r -d '' out </tmp/out || true ;;
	esac
	IFS= read -r -d '' err </tmp/err || true
	said=$out${err:+$'\n'stderr: $err}$'\n'"exit code $status"
}

# same ARG...: both say the same.  What succeeds is undone, for the other to find the same.
same() {
	local theirs
	said ethtool "$@"
	theirs=$said
	[[ $theirs != *"exit code 0" ]] || undo "$@"
	said /tmp/as/ethtool "$@"
	[[ $said != *"exit code 0" ]] || undo "$@"
	as_before "$where: $*" "$theirs" "$said"
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
	-s)
		ethtool -s "$2" autoneg on mdix auto
		ethtool -s "$2" msglvl 7
		ethtool -s "$2" wol d
		;;
	--set-eee) ethtool --set-eee "$2" eee on ;;
	--set-priv-flags) ethtool --set-priv-flags "$2" legacy-rx off ;;
	-C)
		ethtool -C "$2" adaptive-rx off
		ethtool -C "$2" rx-usecs 20
		;;
	-X) ethtool -X "$2" default ;;
	-N)
		for rule in $(ethtool -n "$2" | awk '/^Filter:/ { print $2 }'); do
			ethtool -N "$2" delete "$rule"
		done
		ethtool -N "$2" rx-flow-hash udp4 sd
		;;
	-Q)
		# One by one: there may be no second queue.
		for queue in 1 2; do
			[[ $* != *rx-usecs* ]] ||
				ethtool -Q "$2" queue_mask $queue -C adaptive-rx off rx-usecs 20
		done
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
	for option in -T --show-time-stamping -P --show-permaddr --show-eee --show-fec \
		--show-module --show-priv-flags -S --phy-statistics -e; do
		same "$option" "$1"
	done
	same "$1"
	same -m "$1"
	same -m "$1" hex on
	same -m "$1" raw on hex on
	same -m "$1" page 1 offset 3
	same -m "$1" i2c x
	same -I --show-fec "$1"
	same --json --show-fec "$1"
	same --json --show-module "$1"
	same -S "$1" --all-groups
	same -S "$1" --groups eth-mac rmon
	same --json -S "$1" --all-groups
	for option in -x -n --show-rxfh --show-rxfh-indir -u --show-nfc --show-ntuple; do
		same "$option" "$1"
	done
	same -x "$1" context 1
	same -n "$1" rule 0
	for option in tcp4 udp4 ah4 esp4 sctp4 tcp6 udp6 ah6 esp6 sctp6 ether; do
		same -n "$1" rx-flow-hash "$option"
	done
	same -n "$1" rx-flow-hash tcp4 context 1
	same -Q "$1" --show-coalesce
	same --per-queue "$1" queue_mask 2 -c
	same -Q "$1" queue_mask f0 -c
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
	same -X "$1" equal 1
	same -X "$1" equal 2 start 1
	same -X "$1" weight 3 1
	same -X "$1" weight 1000 1
	same -X "$1" hkey 01:02
	same -X "$1" hfunc xor
	same -X "$1" hfunc toeplitz equal 1
	same -X "$1" default
	same -X "$1" context new equal 1
	same -X "$1" context 1 delete
	same -N "$1" rx-flow-hash udp4 sdfn
	same -N "$1" rx-flow-hash tcp4 s
	same -N "$1" rx-flow-hash tcp6 sd context 1
	same -N "$1" flow-type tcp4 dst-port 80 action 1
	ethtool -K "$1" ntuple on >/dev/null 2>&1 || true
	same -N "$1" flow-type tcp4 src-ip 10.0.0.1 dst-port 80 action 1
	same -N "$1" flow-type udp6 src-ip fe80::1 m ::ff dst-port 80 action -1
	same -N "$1" flow-type ether proto 0x88cc action 1
	same -N "$1" flow-type ether dst 02:00:00:00:00:01 action 1 loc 2
	same -N "$1" flow-type ether proto 0x88cc vlan 5 m 0xff action 99
	# Shown while it is there, if the driver takes any
	ethtool -N "$1" flow-type ether proto 0x88f7 action 1 >/dev/null 2>&1 || true
	same -n "$1"
	ethtool -K "$1" ntuple off >/dev/null 2>&1 || true
	same -N "$1" delete 3
	same -Q "$1" queue_mask 1 --coalesce rx-usecs 40
	same -Q "$1" queue_mask 3 -C rx-usecs 20 adaptive-rx on
	same -Q "$1" -C rx-usecs 10000000
	same -Q "$1" queue_mask f0 -C rx-usecs 30
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

# changes DEVICE: likewise, of the link and of what few devices have
changes() {
	same -s "$1" speed 100 duplex full autoneg off
	same -s "$1" speed 77
	same -s "$1" autoneg on
	same -s "$1" autoneg on advertise 0x20
	same -s "$1" advertise 100baseT/Full on 1000baseT/Full off
	same -s "$1" advertise nosuch on
	same -s "$1" mdix on
	same -s "$1" port fibre
	same -s "$1" phyad 4
	same -s "$1" wol g
	same -s "$1" wol +u-g
	same -s "$1" sopass 1:2:3:4:5:6
	same -s "$1" msglvl 3
	same -s "$1" msglvl drv off link on -- speed 5
	same -s "$1" xcvr internal
	same -s "$1" master-slave forced-master lanes 2
	same --set-eee "$1" eee off tx-lpi on
	same --set-eee "$1" advertise 100baseT/Full on
	same --set-fec "$1" encoding rs
	same --set-priv-flags "$1" legacy-rx on
	same --set-priv-flags "$1" nosuch on
	same --set-module "$1" power-mode-policy high
	same --reset "$1" mac
	same --reset "$1" nothing
	same -E "$1" value 256
	same -E "$1" offset 1000000 value 1
	same -E "$1" length 2 value 1
	same -E "$1" length 1
	same -r "$1"
	same -t "$1" sometimes
}

# leads DEVICE CHANGE...: what both make of a device by the same change
leads() {
	local theirs ours
	undo -s "$1"
	said ethtool -s "$@"
	theirs=$said$(ethtool "$1" | grep -vE 'Speed|Duplex|Link')
	undo -s "$1"
	said /tmp/as/ethtool -s "$@"
	ours=$said$(ethtool "$1" | grep -vE 'Speed|Duplex|Link')
	as_before "$where: after -s $*" "$theirs" "$ours"
	undo -s "$1"
}

# hears ARG...: what both tell of the same changes, with --monitor ARG...
hears() {
	local tool pids=() number=0
	for tool in ethtool /tmp/as/ethtool; do
		number=$((number + 1))
		stdbuf -o0 "$tool" --monitor "$@" >/tmp/heard.$number 2>&1 &
		pids+=($!)
	done
	must wait_until 10 heard 'listening...'
	for number in 256 1024; do ethtool -G "$dev" rx $number; done
	ethtool -L "$dev" combined 1
	ethtool -C "$dev" rx-usecs 50
	ethtool -A "$dev" autoneg on rx on tx off
	ethtool -K "$dev" tso off
	ethtool -K veth0 gro on
	ethtool -s "$dev" wol d msglvl 3
	ethtool -s "$dev" autoneg on
	# What comes last, for both kinds of listeners
	ethtool -L "$dev" combined 2
	must wait_until 10 heard 'Current hardware settings:*Combined:*2'
	kill "${pids[@]}"
	wait "${pids[@]}" || true
	# What was negotiated each of them asks for when it hears of -A, while the link comes and goes.
	as_before "$where: --monitor $*" "$(grep -v 'negotiated:' /tmp/heard.1)" \
		"$(grep -v 'negotiated:' /tmp/heard.2)"
	for number in -K -L -G -A -C -s; do undo $number "$dev"; done
} 2>/dev/null

# heard PATTERN: are the last lines that both have said so?
heard() {
	local number
	for number in 1 2; do
		# shellcheck disable=SC2053 # a pattern
		[[ $(tail -n 5 "/tmp/heard.$number") == $1 ]] || return 1
	done
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
same -x nodev
same -X nodev equal 2
same -n nodev
same -n nodev rx-flow-hash tcp4
same -N nodev flow-type tcp4 action 1
same -N nodev delete 1
same -Q nodev -c
same --json -k nodev
same nodev
same -s nodev speed 3
same -S nodev
same -S nodev --all-groups
same -T nodev
same -P nodev
same -t nodev
same --show-eee nodev
same -e nodev
same -m nodev
same -m nodev raw on
same -E nodev value 1
same --monitor -x nodev
where="all devices"
same '*'
same -T '*'
same -P '*'
same -S '*'
same -s '*' speed 3
same --show-priv-flags '*'
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
for where in "0 Flowlane 82576" "1 in-tree igb" "2 Flowlane virtio"; do
	changes "$(fl_dev "${where%% *}")"
done
where=veth0
changes veth0
for where in "0 Flowlane 82576" "1 in-tree igb"; do
	port=$(fl_dev "${where%% *}")
	leads "$port" autoneg on advertise 0xf
	leads "$port" autoneg on
	leads "$port" advertise 100baseT/Full off
	leads "$port" mdix auto msglvl drv on probe off link on
	leads "$port" msglvl 0x10/0x1f
	leads "$port" wol ug
	leads "$port" wol +u-g
	same -e "$port" raw on offset 2 length 40
	same -p "$port" 1
	same -d "$port" raw on
	same -d "$port" hex on
done
where="0 Flowlane 82576"
hears
hears -L "$dev"
hears "$dev" more
# The in-tree driver's takes 16 s.
where="0 Flowlane 82576"
same -t "$dev" online

"$FL_LANETOOL" --json --monitor -k veth0 >/tmp/heard &
listener=$!
heard_json() {
	ethtool -K veth0 tso off
	ethtool -K veth0 tso on
	grep -q '^]' /tmp/heard
}
check "a change is heard" wait_until 10 heard_json
kill $listener
is "JSON of a change" '["features","veth0",1,true]' "$(jq -cn 'input | .[0] |
	[.notification, .ifname, .lanetool.schema, has("tcp-segmentation-offload")]' /tmp/heard)"
is "JSON of pause" "$(pauses)" \
	"$("$FL_LANETOOL" --json -a "$dev" |
		jq -j '.[0] | (.autonegotiate, .rx, .tx) | if . then "on " else "off " end')"
# Where ethtool 6.1 has no JSON, ours says which schema it keeps to.
is "JSON of rings" '[1,"512","256"]' \
	"$("$FL_LANETOOL" --json -g "$(fl_dev 0)" | jq -c '.[0] | [.lanetool.schema, (.rx | tostring), (.tx | tostring)]')"
is "JSON of the link" '[1,true,true]' \
	"$("$FL_LANETOOL" --json "$dev" | jq -c '.[0] | [.lanetool.schema, ."auto-negotiation", (."supported-link-modes" | index("1000baseT/Full") != null)]')"
is "JSON of statistics" "$(ethtool -S veth0 | awk '/peer_ifindex/ { print $2 }')" \
	"$("$FL_LANETOOL" --json -S veth0 | jq '.[0].statistics.peer_ifindex')"
is "JSON of the EEPROM" "$(ethtool -e "$dev" raw on | od -An -v -w1 -tu1 | tr -d ' ')" \
	"$("$FL_LANETOOL" --json -e "$dev" | jq '.[0].data[]')"
is "JSON of the driver" '["flowlane",true]' \
	"$("$FL_LANETOOL" --json -i "$(fl_dev 0)" | jq -c '.[0] | [.driver, ."supports-statistics"]')"

is "JSON of receive hashing" "$(ethtool -x "$dev" | awk '/^RSS hash key/ { getline; print }')" \
	"$("$FL_LANETOOL" --json -x "$dev" | jq -r '.[0].hkey')"
is "JSON of rules" '[[],true]' \
	"$("$FL_LANETOOL" --json -n "$dev" | jq -c '.[0] | [.rules, .rings > 0]')"
is "JSON of what is hashed" '"sdfn"' \
	"$("$FL_LANETOOL" --json -n "$dev" rx-flow-hash tcp4 | jq -c '.[0]["rx-flow-hash"]')"

kernel_log_clean
finish
