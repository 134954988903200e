#!/usr/bin/python3
"""stamps.py NEAR FAR: the clock of the port NEAR and its time stamps of packets

NEAR and FAR are the ends of a wire: DEVICE or NAMESPACE/DEVICE.  Reads commands, one a line,
and answers each with a line: ok and a result, or fail and the reason.

  ask TX RX                    have packets stamped: HWTSTAMP_TX_x and HWTSTAMP_FILTER_x
  asked                        what is: those two numbers
  send MESSAGE N [together]    PTP packets over Ethernet, version 2, of that type (0: Sync,
                               1: Delay_Req) to FAR, one at a time or all together:
                               how many got a stamp
  receive MESSAGE N            the same from FAR: how many came and how many of them with one
  offset                       the system's time from that of the clock, in nanoseconds
  pace                         by how many parts in 10^9 the clock is faster

It fails if a stamp is not of the time when its packet was on its way."""

import array
import select
import socket
import struct
import sys
import time

from netdev import SIOCETHTOOL, SIOCGHWTSTAMP, SIOCSHWTSTAMP, device_ioctl, namespace

ETH_P_1588 = 0x88f7
ETHTOOL_GET_TS_INFO = 0x41
SO_TIMESTAMPING, MSG_ERRQUEUE = 37, 0x2000
TX_HARDWARE, RX_HARDWARE, RAW_HARDWARE, OPT_ID, OPT_TSONLY = 1, 4, 64, 128, 2048
TURNS = 100         # of a millisecond, that a packet or a stamp may take
# PTP's header of 34 bytes, an origin time, and what fills the frame
BODY = struct.Struct("!BBHBxH8x4x8sHHBb10x2x")


class End:
    """One end of the wire: a socket that wants stamps"""

    def __init__(self, name, flags=0):
        space, _, dev = name.rpartition("/")
        with namespace(space):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_1588))
            self.socket.bind((dev, ETH_P_1588))
        self.dev = dev
        self.address = self.socket.getsockname()[4]
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, flags | RAW_HARDWARE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ioctl(self, request, words):
        """Of those whose argument is a pointer to words; returns what they are then"""
        words = array.array("i", words)
        device_ioctl(self.socket, self.dev, words, request)
        return list(words)

    def get(self, flags=0):
        """The stamp of what has come, 0 if it has none; None if nothing has"""
        try:
            _, ancillary, _, _ = self.socket.recvmsg(2048, 512, flags | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        for level, kind, value in ancillary:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPING:
                seconds, nanoseconds = struct.unpack("=32xqq", value)
                return seconds * 10 ** 9 + nanoseconds
        return 0


class Clock:
    """A port's"""

    def __init__(self, name):
        with End(name) as end:
            index = end.ioctl(SIOCETHTOOL, [ETHTOOL_GET_TS_INFO, 0, -1] + [0] * 8)[2]
        self.file = open(f"/dev/ptp{index}", "rb")   # pylint: disable=consider-using-with

    def now(self):
        return time.clock_gettime_ns(~self.file.fileno() << 3 | 3)

    def compare(self):
        """The system's time and this, from the readings that lie closest together"""
        best = (1 << 63,)
        for _ in range(10):
            begin = time.time_ns()
            now = self.now()
            end = time.time_ns()
            best = min(best, (end - begin, (begin + end) // 2, now))
        return best[1:]


class Wire:
    """Both ends, and the commands"""

    def __init__(self, near, far):
        self.near, self.far = near, far
        self.clocks = {name: Clock(name) for name in (near, far)}

    def ask(self, tx, rx):
        with End(self.near) as end:
            end.ioctl(SIOCSHWTSTAMP, [0, int(tx), int(rx)])

    def asked(self):
        with End(self.near) as end:
            return "{1} {2}".format(*end.ioctl(SIOCGHWTSTAMP, [0, 0, 0]))

    def offset(self):
        system, clock = self.clocks[self.near].compare()
        return str(system - clock)

    def pace(self):
        system, clock = self.clocks[self.near].compare()
        time.sleep(0.2)
        end, last = self.clocks[self.near].compare()
        return str((last - clock) * 10 ** 9 // (end - system) - 10 ** 9)

    def send(self, message, count, together=""):
        stamps, _ = self.exchange(self.near, self.far, int(message), int(count), bool(together))
        return f"{len(stamps)} of {count}"

    def receive(self, message, count):
        _, arrived = self.exchange(self.far, self.near, int(message), int(count), False)
        return f"{len(arrived)}, {sum(stamp != 0 for stamp in arrived)} with a stamp"

    def exchange(self, source, target, message, count, together):
        """The stamps of those sent, and of those that arrived, 0 where there is none"""
        stamps, arrived = [], []
        with End(source, TX_HARDWARE | OPT_ID | OPT_TSONLY) as out, End(target, RX_HARDWARE) as into:
            for number in range(1 if together else count):
                begin = {name: clock.now() for name, clock in self.clocks.items()}
                for _ in range(count if together else 1):
                    body = BODY.pack(message, 2, 44, 0, 0, b"flowlane", 1, number, message, 0)
                    out.socket.send(into.address + out.address + struct.pack("!H", ETH_P_1588) + body)
                new = self.collect(out, into, count if together else 1)
                for name, these in zip((source, target), new):
                    now = self.clocks[name].now()
                    for stamp in filter(None, these):
                        if not begin[name] <= stamp <= now:
                            raise ValueError(f"{name}'s stamp {stamp} is not between {begin[name]} and {now}")
                stamps += new[0]
                arrived += new[1]
        return stamps, arrived

    @staticmethod
    def collect(out, into, count):
        stamps, arrived = [], []
        for _ in range(TURNS):
            select.select([into.socket], [], [], 0.001)
            while (got := into.get()) is not None:
                arrived.append(got)
            while (got := out.get(MSG_ERRQUEUE)) is not None:
                stamps.append(got)
            if len(stamps) == len(arrived) == count:
                break
        return stamps, arrived


def main():
    wire = Wire(*sys.argv[1:])
    for line in sys.stdin:
        command, *words = line.split()
        try:
            print("ok", getattr(wire, command)(*words) or "", flush=True)
        except (OSError, ValueError) as error:
            print("fail", error, flush=True)


main()
