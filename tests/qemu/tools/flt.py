#!/usr/bin/python3
"""flt.py - traffic whose every byte is checked, and what a test wants to know of a port

  flt.py serve PORT        the far end: TCP, SCTP and UDP on PORT, IPv4 and IPv6
  flt.py talk PORT PEER    the near end: one command a line on stdin, one reply a line:
                           "ok [TEXT]" or "fail REASON"; PEER is the namespace of the
                           far end, where frames are sent from
  flt.py COMMAND...        one command of talk, with FLT_PORT and FLT_PEER from the
                           environment

Stream data is a pattern in which the byte at each offset is known, so that a wrong byte
is found where it is; datagrams come back as they were sent.  Commands:

  tcp HOST BYTES [out|in|both] [OPTION=VALUE...]     sctp HOST BYTES
      conns=N cpu=N busy=USECS dstopts=BYTES ipopts=BYTES mss=N
  udp HOST SIZE,SIZE,...   udpgso HOST TOTAL SEGMENT   udpcpu HOST CPU COUNT
  rr HOST COUNT [busy=USECS]
  hold NAME HOST           a connection that carries data both ways until
  progress NAME [SECS]     both directions have moved on since now
  release NAME             ended well: every byte was right
  blast NAME HOST SIZE, watch NAME DEV, end NAME
                           background: UDP one way; no counter of DEV may ever fall
  hoard NAME ADDRESS COUNT datagrams for ADDRESS here, which nobody reads until "end"
  probe FROM TO DST COUNT [vid=N] [len=N] [back=1]
                           raw frames from the peer's FROM to TO here (back: the other
                           way): how many arrived
  queues DEV, napis DEV, qstats DEV, pools DEV, napiset DEV NAME VALUE [NAPI]    netdev-genl, as JSON
  counters DEV             every counter there is, as JSON
"""

import ctypes
import json
import mmap
import os
import select
import signal
import socket
import struct
import sys
import threading
import time

from farend import IPPROTO_SCTP, SO_RCVBUFFORCE, SO_SNDBUFFORCE, serve
from netdev import Genl, all_counters, namespace
from pattern import CHUNK, Failure, PACE, receive_pattern, send_pattern

UDP_SEGMENT = 103
SO_BUSY_POLL = 46
IPV6_DSTOPTS = 59
LIBC = ctypes.CDLL(None, use_errno=True)


# --- The near end: streams

def options_of(words):
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def destination_options(length):
    """An extension header of LENGTH bytes, a multiple of 8, with one experimental option
    that a receiver skips; padding is not accepted at any length."""
    return bytes([0, length // 8 - 1, 0x1e, length - 4]) + bytes(length - 4)


def connect(host, port, options, protocol=0, patience=60):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, protocol)
    sock.settimeout(patience)
    if "busy" in options:
        sock.setsockopt(socket.SOL_SOCKET, SO_BUSY_POLL, int(options["busy"]))
    if "dstopts" in options:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_DSTOPTS, destination_options(int(options["dstopts"])))
    if "ipopts" in options:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"\1" * int(options["ipopts"]))
    if "mss" in options:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, int(options["mss"]))
    sock.connect((host, port))
    if protocol == 0:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def stream(host, port, total, mode, options, protocol=0, seed=0):
    with connect(host, port, options, protocol) as sock:
        sock.sendall(f"{mode} {total} {seed}\n".encode())
        problems = []

        def send():
            try:
                send_pattern(sock, seed, total)
            except OSError as error:
                problems.append(f"sending: {error}")

        sender = threading.Thread(target=send)
        if mode in ("out", "both"):
            sender.start()
        if mode in ("in", "both"):
            receive_pattern(sock, seed + 1, total)
        if mode in ("out", "both"):
            sender.join()
        verdict = b""
        while not verdict.endswith(b"\n"):
            data = sock.recv(4096)
            if not data:
                raise Failure(f"the far end went away {problems}")
            verdict += data
        if verdict != b"ok\n":
            raise Failure(f"the far end received: {verdict.decode().strip()}")


def cmd_tcp(port, host, total, mode="both", *words):
    options = options_of(words)
    if "cpu" in options:
        os.sched_setaffinity(0, {int(options["cpu"])})
    problems, threads = [], []

    def one(number):
        try:
            stream(host, port, int(total), mode, options, seed=number)
        except (OSError, Failure) as error:
            problems.append(f"connection {number}: {error}")

    try:
        for number in range(int(options.get("conns", 1))):
            threads.append(threading.Thread(target=one, args=(number,)))
            threads[-1].start()
        for thread in threads:
            thread.join()
    finally:
        if "cpu" in options:
            os.sched_setaffinity(0, range(os.cpu_count()))
    if problems:
        raise Failure("; ".join(problems))


def cmd_sctp(port, host, total):
    for mode in ("out", "in"):
        stream(host, port, int(total), mode, {}, IPPROTO_SCTP)


def cmd_rr(port, host, count, *words):
    with connect(host, port, options_of(words)) as sock:
        sock.sendall(b"rr 0 0\n")
        for number in range(int(count)):
            message = b"%08d" % number
            sock.sendall(message)
            got = b""
            while len(got) < 8:
                data = sock.recv(8 - len(got))
                if not data:
                    raise Failure("the far end went away")
                got += data
            if got != message:
                raise Failure(f"round {number}: {got}")


# --- The near end: datagrams

def udp_socket(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 8 << 20)
    sock.connect((host, port))
    return sock


def receive_set(sock, wanted, patience):
    """Take the datagrams of WANTED in any order; what is still missing."""
    missing = list(wanted)
    deadline = time.monotonic() + patience
    while missing:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([sock], [], [], left)[0]:
            return missing
        data = sock.recv(65536)
        if data in missing:
            missing.remove(data)
        elif data[:8] in {w[:8] for w in wanted}:
            raise Failure(f"a datagram of {len(data)} bytes came back changed")
    return missing


def cmd_udp(port, host, sizes):
    with udp_socket(host, port) as sock:
        for size in map(int, sizes.split(",")):
            for _ in range(6):
                sent = os.urandom(size)
                sock.send(sent)
                if not receive_set(sock, [sent], 2):
                    break
            else:
                raise Failure(f"no datagram of {size} bytes came back, 6 tries")


def cmd_udpgso(port, host, total, segment):
    total, segment = int(total), int(segment)
    for _ in range(6):
        with udp_socket(host, port) as sock:
            data = os.urandom(total)
            sock.sendmsg([data], [(socket.SOL_UDP if hasattr(socket, "SOL_UDP") else 17,
                                   UDP_SEGMENT, struct.pack("H", segment))])
            if not receive_set(sock, [data[i:i + segment] for i in range(0, total, segment)], 2):
                return
    raise Failure("segments were missing in each of 6 tries")


def cmd_udpcpu(port, host, cpu, count):
    """Datagrams sent on one CPU."""
    os.sched_setaffinity(0, {int(cpu)})
    try:
        with udp_socket(host, port) as sock:
            for _ in range(int(count)):
                sock.send(b"blast" + bytes(95))
    finally:
        os.sched_setaffinity(0, range(os.cpu_count()))


# --- Background work: children, each with a page shared with us

CHILDREN = {}


class Child:
    """WORK(self) in a process of its own, which counts in two shared words."""

    def __init__(self, work):
        self.page = mmap.mmap(-1, 4096)
        self.pid = os.fork()
        if self.pid:
            return
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "ended", True))
        self.ended = False
        LIBC.prctl(1, signal.SIGKILL)
        reason = b""
        try:
            work(self)
        except Exception as error:      # whatever it is, the test wants to know
            reason = f"{type(error).__name__}: {error}".encode()[:3000] or b"failed"
        self.page[1024:1024 + len(reason)] = reason
        os._exit(1 if reason else 0)

    def count(self, which, value):
        struct.pack_into("Q", self.page, 8 * which, value)

    def counts(self):
        return struct.unpack_from("QQ", self.page)

    def dead(self):
        """The reason, if it has ended already."""
        if self.pid and os.waitpid(self.pid, os.WNOHANG)[0]:
            self.pid = 0
            return self.page[1024:].rstrip(b"\0").decode() or "ended"
        return None

    def end(self, patience=90):
        if not self.pid:
            raise Failure("it had ended already")
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            reason = self.dead()
            if reason == "ended":
                return
            if reason:
                raise Failure(reason)
            time.sleep(0.02)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise Failure("it did not end")


def child(name):
    if name not in CHILDREN:
        raise Failure(f"there is no {name}")
    return CHILDREN[name]


def acknowledged(sock):
    """Bytes that the far end has: what fills a send buffer is no progress."""
    return struct.unpack_from("Q", sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256), 120)[0]


def cmd_hold(port, name, host, *words):
    def work(me):
        sock = connect(host, port, options_of(words), patience=None)
        sock.sendall(b"hold 0 0\n")
        problems = []

        def send():
            try:
                send_pattern(sock, 0, None, pace=PACE, stop=lambda: me.ended,
                             moved=lambda _: me.count(0, acknowledged(sock)))
                sock.shutdown(socket.SHUT_WR)
            except OSError as error:
                problems.append(f"sending: {error}")

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        receive_pattern(sock, 1, None, moved=lambda n: me.count(1, n))
        if not me.ended:
            raise Failure(f"the far end closed {problems}")
        sender.join()
        if problems:
            raise Failure(problems[0])

    CHILDREN[name] = Child(work)
    return cmd_progress(port, name, 30)


def cmd_progress(_port, name, seconds=60):
    held = child(name)
    begin = held.counts()
    deadline = time.monotonic() + float(seconds)
    while True:
        now = held.counts()
        if now[0] - begin[0] >= CHUNK and now[1] - begin[1] >= CHUNK:
            return f"{now[0]} {now[1]}"
        reason = held.dead()
        if reason:
            raise Failure(reason)
        if time.monotonic() > deadline:
            raise Failure(f"moved {now[0] - begin[0]} and {now[1] - begin[1]} bytes "
                          f"in {seconds} s")
        time.sleep(0.02)


def cmd_end(_port, name):
    child(name).end()
    counts = CHILDREN.pop(name).counts()
    return f"{counts[0]} {counts[1]}"


cmd_release = cmd_end


def cmd_blast(port, name, host, size):
    def work(me):
        data = b"blast" + bytes(int(size) - 5)
        number = 0
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        while not me.ended:
            for _ in range(8):
                try:
                    sock.sendto(data, (host, port))
                    number += 1
                except OSError:             # no route while the port is down
                    time.sleep(0.005)
            me.count(0, number)
            time.sleep(0.001)

    CHILDREN[name] = Child(work)


def cmd_hoard(_port, name, address, count):
    """Datagrams from the peer to a socket here that nobody reads."""
    def work(me):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
            sock.bind((address, 7701))
            with namespace(os.environ.get("FLT_PEER", "peer")):
                sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            for number in range(int(count)):
                sender.sendto(bytes(1400), (address, 7701))
                me.count(1, number + 1)
            me.count(0, 1)
            while not me.ended:
                time.sleep(0.02)

    hoard = CHILDREN[name] = Child(work)
    while not hoard.counts()[0]:
        reason = hoard.dead()
        if reason:
            raise Failure(reason)
        time.sleep(0.02)


# --- Raw frames

MARK = b"FLOWLANE-PROBE-"
ETH_PROBE = 0x88b5                  # for local experiments


def packet_socket(device, protocol):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    sock.bind((device, protocol))
    return sock


def frame(dst, mark, vid, length):
    tag = b"" if vid is None else struct.pack("!HH", 0x8100, vid)
    data = dst + b"\x02\0\0\0\0\x99" + tag + struct.pack("!H", ETH_PROBE) + mark
    return data + bytes(max(0, length - len(data)))


def cmd_probe(_port, source, target, dst, count, *words):
    """How many of COUNT frames to DST arrive.  A broadcast behind them tells when to
    stop waiting: nothing depends on time."""
    options = options_of(words)
    vid = int(options["vid"]) if "vid" in options else None
    length = int(options.get("len", 60))
    address = bytes.fromhex(dst.replace(":", ""))
    peer = os.environ.get("FLT_PEER", "peer")
    with namespace(peer if "back" in options else None):
        receiver = packet_socket(target, 3)             # ETH_P_ALL
    with namespace(None if "back" in options else peer):
        sender = packet_socket(source, 0)
    with receiver, sender:
        for attempt in range(5):
            serial = os.urandom(4).hex().encode()
            wanted, sentinel = MARK + serial + b"+", MARK + serial + b"."
            for _ in range(int(count)):
                sender.send(frame(address, wanted, vid, length))
            sender.send(frame(b"\xff" * 6, sentinel, None, 60))
            got = count_frames(receiver, wanted, sentinel, length, vid)
            if got is not None:
                return str(got)
        raise Failure("not even a broadcast arrived, 5 tries")


def count_frames(receiver, wanted, sentinel, length, vid):
    got = 0
    while select.select([receiver], [], [], 2)[0]:
        data, address = receiver.recvfrom(65536)
        if address[2] == 4:                             # PACKET_OUTGOING
            continue
        if sentinel in data[:64]:
            return got
        if wanted in data[:64]:
            # A stripped tag, and padding of short frames, change the length.
            right = {length, length - 4} if vid is not None else {length}
            if length >= 64 and len(data) not in right:
                raise Failure(f"a frame of {length} bytes arrived with {len(data)}")
            got += 1
    return None


# --- What the kernel says of a port

def cmd_queues(_port, device):
    return json.dumps(Genl().table("queue", socket.if_nametoindex(device)))


def cmd_napis(_port, device):
    return json.dumps(Genl().table("napi", socket.if_nametoindex(device)))


def cmd_napiset(_port, device, name, value, napi=None):
    """Set a value of each of a port's NAPIs, or of one (6.13)."""
    genl = Genl()
    for row in genl.table("napi", socket.if_nametoindex(device)):
        if napi in (None, str(row["id"])):
            genl.napi_set(row["id"], name, value)


def cmd_pools(_port, device):
    genl = Genl()
    pools = genl.table("pool", socket.if_nametoindex(device))
    for pool in pools:
        try:
            pool["allocated"] = genl.pool_stats(pool["id"])
        except OSError:
            pass            # a kernel without CONFIG_PAGE_POOL_STATS
    return json.dumps(pools)


def cmd_qstats(_port, device):
    return json.dumps(Genl().table("qstats", socket.if_nametoindex(device)))


def cmd_watch(_port, name, device):
    def work(me):
        sock, genl = socket.socket(), Genl()
        last, index, rounds = {}, None, 0
        while not me.ended:
            try:
                now_index = socket.if_nametoindex(device)
                now = all_counters(sock, genl, device)
                if socket.if_nametoindex(device) != now_index:
                    continue
            except OSError:                 # gone for a moment
                time.sleep(0.02)
                continue
            if now_index != index:          # another device of that name
                last, index = {}, now_index
            for what, value in last.items():
                if now.get(what, value) < value:
                    raise Failure(f"{what} fell from {value} to {now[what]}")
            # A queue that is not in use now may come back.
            last.update(now)
            rounds += 1
            me.count(0, rounds)
            time.sleep(0.03)

    CHILDREN[name] = Child(work)


def cmd_counters(_port, device):
    return json.dumps(all_counters(socket.socket(), Genl(), device))


# --- Commands

def perform(port, words):
    function = globals().get("cmd_" + words[0])
    if function is None:
        return f"fail no command {words[0]}"
    try:
        return f"ok {function(port, *words[1:]) or ''}".strip()
    except (OSError, Failure, TypeError, ValueError) as error:
        return f"fail {type(error).__name__}: {error}"


def talk(port):
    for line in sys.stdin:
        words = line.split()
        if words:
            print(perform(port, words), flush=True)
    for name in list(CHILDREN):
        os.kill(CHILDREN[name].pid, signal.SIGKILL)


def main():
    words = sys.argv[1:]
    if not words:
        sys.exit(__doc__)
    if words[0] == "serve":
        serve(int(words[1]))
    elif words[0] == "talk":
        os.environ["FLT_PEER"] = words[2] if len(words) > 2 else "peer"
        talk(int(words[1]))
    else:
        reply = perform(int(os.environ.get("FLT_PORT", "7700")), words)
        print(reply)
        sys.exit(not reply.startswith("ok"))


main()
