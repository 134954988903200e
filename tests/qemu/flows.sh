# shellcheck shell=bash
# For tests of steering: flows and their consumers (tools/bench/flows.c), and where the
# kernel has had to take packets from one CPU to another.  After driver.sh:
#
#   flows_up; connect 64 0,1,2,3; pace 4000; mode arfs
#   settle 1000000; measure 1000000

# shellcheck disable=SC2034,SC2154 # shared with the tests that source this
message=1000
fl_flows_port=7900
# What one CPU has another do, by function
fl_calls=/sys/kernel/tracing/events/csd/csd_function_entry
# Of each lane: the CPU that takes its interrupts
fl_lane_cpu=()

# flows_up: the tool, and which CPU each of the port's lanes is for
flows_up() {
	must gcc -O1 -o /tmp/flows "$FL_TOP/tools/bench/flows.c" -lpthread
	# Not every kernel has histograms; whether it is there is asked later.
	[ ! -e $fl_calls/trigger ] || { echo hist:keys=func.sym >$fl_calls/trigger; } 2>/dev/null
	find_lanes
}

# find_lanes: "NAPI:CPU,..." for flows.c, by what netlink says of NAPIs
find_lanes() {
	local napi irq lane
	fl_lanes='' fl_lane_cpu=()
	while read -r napi irq; do
		fl_lanes+=${fl_lanes:+,}$napi:$(irq_cpu "$irq")
	done < <(x napis "$dev" | jq -r '.[] | "\(.id) \(.irq)"')
	[ -n "$fl_lanes" ] || bail "netlink does not tell the lanes' interrupts"
	for ((lane = 0; lane < $(lanes); lane++)); do
		fl_lane_cpu+=("$(irq_cpu "$(lane_irq $lane)")")
	done
}

# --- The tool

# tool NAME IN OUT COMMAND...: one that answers commands, on these two descriptors; its
# process is $tool
tool() {
	local name=/tmp/flows.$1 in=$2 out=$3
	shift 3
	rm -f "$name.in" "$name.out"
	mkfifo "$name.in" "$name.out"
	"$@" <"$name.in" >"$name.out" &
	tool=$!
	fl_servers+=("$tool")
	eval "exec $in>$name.in $out<$name.out"
}

# ask IN COMMAND...: its answer
ask() {
	local in=$1 reply
	shift
	echo "$*" >&"$in"
	if ! IFS= read -r -t 120 -u $((in + 1)) reply; then
		echo "# flows.c does not answer: $*" >&2
		return 1
	fi
	echo "$reply"
}
receiver() { ask 11 "$@"; }
sender() { ask 13 "$@"; }

# field NAME ANSWER
field() { [[ $2 =~ \"$1\":\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"; }

# connect N CPU,...: that many connections, and a consumer on each of these CPUs
connect() {
	fl_flows_port=$((fl_flows_port + 1))
	tool receive 11 12 /tmp/flows receive $fl_flows_port "$2" "$fl_lanes"
	fl_receiver=$tool
	receiver snap >/dev/null
	tool send 13 14 ip netns exec peer /tmp/flows send 10.0.0.1 $fl_flows_port "$1" $message 0
	sender snap >/dev/null || bail "there are no $1 connections"
}

# disconnect: the sender first; the consumers see the end of all connections
disconnect() {
	exec 13>&- 14<&-
	wait_until 20 all_finished
	exec 11>&- 12<&-
	wait "$fl_receiver" 2>/dev/null
}
all_finished() { [ "$(field open "$(receiver snap)")" = 0 ]; }

# pace N: messages a second, over all connections
pace() { sender rate "$1" >/dev/null; }

# settle BYTES [EACH]: until so much more has been read, and EACH of every connection
settle() { receiver after "$@" >/dev/null; }

# consume_on CPU: all consumers go there
consume_on() { must taskset -acp "$1" "$fl_receiver"; }

# progress: bytes that have been read, now that some were
progress() {
	local before
	before=$(field bytes "$(receiver snap)")
	echo $(($(field bytes "$(receiver after $((message * 100)))") - before))
}

# fast_resent: what the sender sent again because later segments had overtaken it; a machine
# that stalls makes it send again by the clock, which is not counted here
fast_resent() { in_peer nstat -asz TcpExtTCPFastRetrans | awk '/Fast/ { print $2 }'; }

# --- Modes

# flow_tables N: of the stack, for each queue; new ones know of no flow
flow_tables() {
	local file
	for file in /sys/class/net/"$dev"/queues/rx-*/rps_flow_cnt; do
		echo "$1" >"$file"
	done
}

# mode rss|rfs|arfs: by their hashes alone, with the kernel's RFS, or steered by the port. The
# stack asks for a flow when its consumer moves or when it sees the flow first: so the tables
# come last.
mode() {
	flow_tables 0
	if [ "$1" = arfs ]; then
		check "ntuple on" ethtool -K "$dev" ntuple on
	else
		ethtool -K "$dev" ntuple off
	fi
	if [ "$1" = rss ]; then
		echo 0 >/proc/sys/net/core/rps_sock_flow_entries
	else
		echo 32768 >/proc/sys/net/core/rps_sock_flow_entries
		flow_tables 4096
	fi
}

# steer_counter NAME: 0 without
steer_counter() { counter "steer_$1" || echo 0; }

# steering: what it has counted
steering() { ethtool -S "$dev" | grep steer_ | tr -s ' \n' ' '; }

# --- The kernel's counts

# by_cpu: of each CPU the packets that its lanes have counted, then their interrupts
by_cpu() {
	{
		ethtool -S "$dev" | sed -n 's/^ *lane\([0-9]*\)_rx_packets:/lane \1/p'
		cat /proc/interrupts
	} | awk -v cpus="$(nproc)" -v home="${fl_lane_cpu[*]}" -v port="$dev-lane-" '
		BEGIN { split(home, cpu, " ") }
		$1 == "lane" { packets[cpu[$2 + 1]] += $3 }
		index($NF, port) == 1 { for (i = 0; i < cpus; i++) irqs[i] += $(i + 2) }
		END {
			for (i = 0; i < cpus; i++) print packets[i] + 0
			for (i = 0; i < cpus; i++) print irqs[i] + 0
		}'
}

# ipis: how often a CPU was interrupted to take packets from another
ipis() { awk '/rps_trigger_softirq/ { n = $NF } END { print n + 0 }' $fl_calls/hist 2>/dev/null || echo 0; }

# grown KEY: by how much one of flows.c's counts has, between the last measure()'s ends
grown() { echo $(($(field "$1" "$fl_after") - $(field "$1" "$fl_before"))); }

# measure BYTES: over so much that is read: how many percent of it had arrived on the lane of
# its reader's CPU ($home); by CPU ${packets[@]} and ${irqs[@]}; what CPUs handed each other:
# $rps, how often one was woken for packets, $ipi, by interrupts for that (on kernels with
# histograms of events), and $calls, all function call interrupts
measure() {
	local before after i
	mapfile -t before < <(by_cpu)
	ipi=$(ipis)
	fl_before=$(receiver snap)
	fl_after=$(receiver after "$1")
	mapfile -t after < <(by_cpu)
	for i in "${!after[@]}"; do
		after[i]=$((after[i] - before[i]))
	done
	packets=("${after[@]::$(nproc)}") irqs=("${after[@]:$(nproc)}")
	home=$((100 * $(grown home_bytes) / $(grown bytes)))
	ipi=$(($(ipis) - ipi))
	rps=$(grown received_rps) calls=$(grown calls)
}

# percent_of INDEX NUMBER...: what that one is of their sum
percent_of() {
	local index=$1 sum=0 one
	shift
	for one; do
		sum=$((sum + one))
	done
	shift "$index"
	echo $((sum ? 100 * $1 / sum : 0))
}

# steered: how many flows the port knows of, whether it leads them or not
steered() { "$FL_TOP/tests/qemu/tools/steered.py" "$dev"; }
none_steered() { [ "$(steered)" = 0 ]; }
