#!/usr/bin/python3
"""fault.py OPERATION DEVICE [STEP]: do something to a port again and again, each time with
another one of the kernel's allocations failing, until one pass needs no more of them

OPERATION: rings, lanes, mtu, diag (while DEVICE is up), up (from down), bind (DEVICE is a PCI
address that no driver has).  Up to the 20th allocation each one fails in its turn,
beyond that every STEPth.  After a failure the port has to be as it was; then, and after
a success, datagrams to FLT_CHECK have to come back.  Prints how many passes failed and the
errors they gave."""

import array
import collections
import errno
import fcntl
import os
import socket
import struct
import sys

from netdev import device_ioctl

SIOCSIFFLAGS, SIOCGIFFLAGS, SIOCSIFMTU, SIOCGIFMTU = 0x8914, 0x8913, 0x8922, 0x8921
TEST, TEST_OFFLINE, TEST_FAILED = 0x1a, 1, 2
GRINGPARAM, SRINGPARAM, GCHANNELS, SCHANNELS = 0x10, 0x11, 0x3c, 0x3d
SOCK = socket.socket()
DEVICE = sys.argv[2]


def ethtool(data):
    buffer = array.array("I", data)
    device_ioctl(SOCK, DEVICE, buffer)
    return list(buffer)


def ifreq(request, value=0):
    reply = fcntl.ioctl(SOCK, request, struct.pack("16si12x", DEVICE.encode(), value))
    return struct.unpack("16si12x", reply)[1]


class Operation:
    """get() is the state, set(state) changes it; other(state) is where to go."""

    def get(self):
        raise NotImplementedError

    def set(self, state):
        raise NotImplementedError

    def other(self, state):
        raise NotImplementedError


class Rings(Operation):
    def get(self):
        return ethtool([GRINGPARAM] + [0] * 8)

    def set(self, state):
        ethtool([SRINGPARAM] + state[1:])

    def other(self, state):
        size = 256 if state[5] == 128 else 128
        return state[:5] + [size, 0, 0, size]


class Lanes(Operation):
    def get(self):
        return ethtool([GCHANNELS] + [0] * 8)

    def set(self, state):
        ethtool([SCHANNELS] + state[1:])

    def other(self, state):
        return state[:8] + [2 if state[8] == 1 else 1]


class Mtu(Operation):
    def get(self):
        return ifreq(SIOCGIFMTU)

    def set(self, state):
        ifreq(SIOCSIFMTU, state)

    def other(self, state):
        return 4000 if state == 1500 else 1500


class Up(Operation):
    def get(self):
        return ifreq(SIOCGIFFLAGS) & 1

    def set(self, state):
        flags = ifreq(SIOCGIFFLAGS) & 0xffff
        ifreq(SIOCSIFFLAGS, flags | 1 if state else flags & ~1)

    def other(self, state):
        return 1


class Diag(Operation):
    """ethtool -t: what the tests say is the error; the port stays up."""
    def get(self):
        return ifreq(SIOCGIFFLAGS) & 1

    def set(self, state):
        said = ethtool([TEST, TEST_OFFLINE, 0, 0] + [0] * 32)
        if said[1] & TEST_FAILED:
            raise OSError(next((number for number in said[4:] if number), errno.EPROTO), "a test")

    def other(self, state):
        return state


class Bind(Operation):
    def get(self):
        return int(os.path.exists(f"/sys/bus/pci/devices/{DEVICE}/driver"))

    def set(self, state):
        name = "bind" if state else "unbind"
        fd = os.open(f"/sys/bus/pci/drivers/flowlane/{name}", os.O_WRONLY)
        try:
            os.write(fd, DEVICE.encode())
        finally:
            os.close(fd)

    def other(self, state):
        return 1


def check():
    """Datagrams through each lane: the server of flt.py sends them back."""
    host = os.environ.get("FLT_CHECK")
    if not host:
        return
    for number in range(4):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            data = b"fault %d" % number
            for _ in range(3):
                sock.sendto(data, (host, 7700))
                try:
                    if sock.recv(100) == data:
                        break
                except OSError:
                    continue
            else:
                sys.exit(f"after allocation {nth}: nothing comes back")


operation = globals()[sys.argv[1].capitalize()]()
step = int(sys.argv[3]) if len(sys.argv) > 3 else 7
failures, errors, nth = 0, collections.Counter(), 1
while True:
    before = operation.get()
    if sys.argv[1] in ("up", "bind") and before:
        operation.set(0)
        before = 0
    wanted = operation.other(before)
    fd = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
    os.write(fd, str(nth).encode())
    error = None
    try:
        operation.set(wanted)
    except OSError as problem:
        error = problem.errno
    left = int(os.pread(fd, 20, 0).rstrip(b"\0\n") or 0)
    os.pwrite(fd, b"0", 0)
    os.close(fd)
    after = operation.get()
    if error:
        failures += 1
        errors[errno.errorcode[error]] += 1
        if after != before:
            sys.exit(f"allocation {nth}: {os.strerror(error)}, and {before} became {after}")
    elif after != wanted:
        sys.exit(f"allocation {nth}: no error, but {after}, not {wanted}")
    if sys.argv[1] not in ("up", "bind") or after:
        check()
    if left:
        break
    nth += 1 if nth < 20 else step
print(f"{nth} allocations, {failures} failures: {dict(errors)}")
