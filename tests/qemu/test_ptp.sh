#!/bin/bash
# The clock of the 82576 and its time stamps of packets: what is advertised, what is refused
# and why, that the clock keeps time and settings stay, that stamps are of the right moment.
#
# QEMU's model stamps one type of message at a time, Sync or Delay_Req, and over Ethernet
# only: ptp4l wants more of a port, so it is not here.  Nor does the in-tree driver get more
# than one Rx stamp out of the model: what the peer receives has no part in this.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=120 append=iomem=relaxed

. "$FL_TOP/tests/qemu/driver.sh"

load_flowlane
fl_bind 0
dev=$(fl_dev 0) peer_dev=$(fl_dev 1)
peer_up 0 1
must in_peer hwstamp_ctl -i "$peer_dev" -t 1

# As x of driver.sh wants it
mkfifo /tmp/stamps.in /tmp/stamps.out
"$FL_TOP/tests/qemu/tools/stamps.py" "$dev" "peer/$peer_dev" </tmp/stamps.in >/tmp/stamps.out 2>/tmp/talk.log &
fl_servers+=($!)
exec 5>/tmp/stamps.in 6</tmp/stamps.out

# The kernel's numbers of what is stamped
none=0 sync=10 delay_req=11
settings_now() { x asked; }
# Debian 12's ethtool does not show them.
ts_stat() { "$FL_CACHE/qemu/ethtool" -I -T "$dev" | awk -v name="$1:" '$1 == name { print $2 }'; }

# --- What there is

modes() { ethtool -T "$dev" | awk -v from="$1" '/:/ { on = index($0, from) == 1; next } on { printf "%s ", $1 }'; }
is "Tx types" "off on " "$(modes "Hardware Transmit")"
is "Rx filters" "none ptpv2-l2-sync ptpv2-l2-delay-req " "$(modes "Hardware Receive")"
clock=$(ethtool -T "$dev" | awk '/Clock:/ { print $NF }')
is "its clock" "$(readlink -f "/sys/class/net/$dev/device")" "$(readlink -f "/sys/class/ptp/ptp$clock/device")"

# --- The clock

# near NAME WANTED: the system's time from the clock's, give or take what a busy machine may
# take between reading the one and setting the other
near() {
	local got
	got=$(x offset)
	yes "$1" "$got > $2 - 10000000 && $got < $2 + 10000000" "it is $got"
}
# pace NAME PPB: the clock's frequency, to a thousandth
pace() {
	local got
	got=$(x pace)
	yes "$1" "$got > $2 - 1000000 && $got < $2 + 1000000" "it is $got ppb"
}

near "as the system's at first" 0
pace "and as fast" 0
passed=$(phc_ctl "$dev" set 1000 adj 12.5 get | sed -n 's/.*clock time is \([0-9]*\).*/\1/p')
yes "set, and shifted" "$passed >= 1012 && $passed < 1020" "it is $passed"
must phc_ctl "$dev" set
near "set to the system's" 0
must phc_ctl "$dev" adj -- -3600.25
near "shifted back" 3600250000000
must phc_ctl "$dev" set freq 1000000
near "another frequency is no jump" 0
must phc_ctl "$dev" freq 100000000
pace "the highest frequency" 100000000
must phc_ctl "$dev" freq -- -100000000
pace "the lowest" -100000000
check "one beyond is refused" grep -q "out of range" <<<"$(phc_ctl "$dev" freq 100000001 2>&1)"
pace "and has changed nothing" -100000000
must phc_ctl "$dev" freq 0 set

# --- What is refused; only the log has the reason that this kernel's ioctl does not give

must x ask 1 $sync
is "set and told" "1 $sync" "$(x asked)"
not_had() {
	log_mark
	because "$1" "out of range" x ask "$2" "$3"
	check "$1: the reason" grep -q "$4" <<<"$(log_since_mark)"
}
not_had "one-step Sync" 2 $none "does not write them into packets"
not_had "all packets" 0 1 "stamps PTP version 2 over Ethernet only"
not_had "all events" 1 12 "either Sync or Delay_Req"
not_had "events over UDP" 1 6 "PTP version 2 over Ethernet only"

# --- Stamps

is "Sync received" "20, 20 with a stamp" "$(x receive 0 20)"
is "Delay_Req is not asked for" "3, 0 with a stamp" "$(x receive 1 3)"
before=$(ts_stat tx_pkts)
is "Sync sent" "20 of 20" "$(x send 0 20)"
is "any other sent" "20 of 20" "$(x send 5 20)"
is "counted" $((before + 40)) "$(ts_stat tx_pkts)"
busy=$(ts_stat tx_err)
got=$(x send 0 100 together)
is "many at once: stamped, or counted as not" "$((100 - $(ts_stat tx_err) + busy)) of 100" "$got"
yes "of many at once, some" "${got% of*} > 0"
must x ask 1 $delay_req
is "Delay_Req received" "20, 20 with a stamp" "$(x receive 1 20)"
is "Sync is not asked for any more" "3, 0 with a stamp" "$(x receive 0 3)"
must x ask 0 $none
is "none received" "2, 0 with a stamp" "$(x receive 1 2)"
is "none sent" "0 of 2" "$(x send 1 2)"
is "none lost" 0 "$(ts_stat tx_lost)"

# --- All of it stays

stays() {
	keeps "$1"
	is "$1: Sync received" "2, 2 with a stamp" "$(x receive 0 2)"
	is "$1: Sync sent" "2 of 2" "$(x send 0 2)"
	near "$1: the time" 0
}
must x ask 1 $sync
settings_keep
must ip link set "$dev" down
near "the time while down" 0
must ip link set "$dev" up
must wait_link "$dev"
stays "down and up"
must ethtool -L "$dev" combined 1
stays "other lanes"
must sh -c "echo 1 >/sys/bus/pci/devices/$(fl_pci 0)/reset"
must wait_link "$dev"
stays "a reset of the function"
must ip link set "$dev" down
must sh -c "echo 1 >/sys/bus/pci/devices/$(fl_pci 0)/reset"
near "the time after a reset while down" 0
must phc_ctl "$dev" freq 100000000
must x ask 1 $delay_req
must ip link set "$dev" up
must wait_link "$dev"
is "set while down" "1 $delay_req" "$(x asked)"
is "set while down: received" "2, 2 with a stamp" "$(x receive 1 2)"
pace "frequency set while down" 100000000

# --- Stamps that do not come, as registers are changed behind the driver's back

poke() {
	python3 -c 'import mmap, struct, sys
with open(sys.argv[1], "r+b") as file:
    struct.pack_into("I", mmap.mmap(file.fileno(), 0x20000), int(sys.argv[2], 0), int(sys.argv[3], 0))' \
		"/sys/bus/pci/devices/$(fl_pci 0)/resource0" "$@"
}
must poke 0xb620 0x11	# TSYNCRXCTL: a stamp waits that nobody will fetch
is "no stamp of one received" "1, 0 with a stamp" "$(x receive 1 1)"
must poke 0xb614 0	# TSYNCTXCTL: off
is "nor of one sent" "0 of 1" "$(x send 0 1)"
is "nor can another be had" "0 of 1" "$(x send 0 1)"
lost_one() { [ "$(ts_stat tx_lost)" = 1 ]; }
check "it is given up" wait_until 5 lost_one
must poke 0xb614 0x10
is "and others are stamped" "5 of 5" "$(x send 0 5)"
received() { [ "$(x receive 1 1)" = "1, 1 with a stamp" ]; }
check "so are those received" wait_until 15 received

# --- It can be steered

must phc_ctl "$dev" freq 0 set
timeout 2 phc2sys -c "$dev" -s CLOCK_REALTIME -O 0 -R 16 -m >/tmp/phc2sys.log 2>&1
got=$(awk '/offset/ { o = $5 < 0 ? -$5 : $5; if (++n > 8 && o > most) most = o } END { print (n > 12 ? most + 0 : 999999999) }' /tmp/phc2sys.log)
yes "phc2sys follows the system's clock" "$got < 200000" "within $got ns: $(tail -n 20 /tmp/phc2sys.log)"

# --- The end, with a stamp that is waited for and the clock in use

must poke 0xb614 0
must x send 0 1
python3 -c 'import sys, time
phc = open(sys.argv[1], "rb")
print("ready", flush=True)
try:
    while True:
        time.clock_gettime_ns(~phc.fileno() << 3 | 3)
except OSError as e:
    print(e)' "/dev/ptp$clock" >/tmp/reader.log 2>&1 &
reader=$!
must wait_until 5 grep -q ready /tmp/reader.log
check "unbind" fl_unbind 0
check "a reader of the clock sees its end" wait_until 5 grep -q 'No such device' /tmp/reader.log
wait $reader
check "the clock is gone" test ! -e "/sys/class/ptp/ptp$clock"
exec 5>&-
check "the module can go" unload_flowlane

kernel_log_clean
finish
