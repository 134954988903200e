#!/usr/bin/python3
"""terminal.py LANETOOL: `top` on a terminal: it fits, and however it ends, the terminal is
as it was before."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
ROWS, COLUMNS = 24, 80
FATAL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGSEGV, signal.SIGABRT)


class Terminal:
    """A terminal with a program on it"""

    def __init__(self, *command):
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.said = b""
        self.pid = os.fork()
        if not self.pid:
            self.login()
            os.environ["LC_ALL"] = "C.UTF-8"
            os.execv(command[0], command)

    def login(self):
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        for number in range(3):
            os.dup2(self.slave, number)
        # A shell's background commands ignore some, and a program leaves that as it is.
        for number in FATAL:
            signal.signal(number, signal.SIG_DFL)

    def until(self, what, times=1):
        """Reads until it was written so often"""
        end = time.monotonic() + 20
        while self.said.count(what) < times:
            if time.monotonic() > end:
                sys.exit(f"not ok: no {what!r} in {self.said!r}")
            if select.select([self.master], [], [], 0.1)[0]:
                self.said += os.read(self.master, 65536)

    def end(self):
        """The status, once it has left the terminal as it was"""
        self.until(LEAVE)
        status = os.waitpid(self.pid, 0)[1]
        if termios.tcgetattr(self.slave) != self.before:
            sys.exit("not ok: the terminal's modes are not what they were")
        if self.said.count(ENTER) != self.said.count(LEAVE) or b"\x1b[?25h" not in self.said:
            sys.exit(f"not ok: the screen or the cursor is not back: {self.said!r}")
        os.close(self.master)
        os.close(self.slave)
        return status


def view(said):
    """The lines of one whole view"""
    text = re.search(rb"\x1b\[H(.*?)\x1b\[J", said, re.S)[1].decode()
    return [re.sub("\x1b\\[K", "", line) for line in text.replace("\r", "").split("\n")]


def check(good, what):
    if not good:
        sys.exit(f"not ok: {what}")


def main(tool):
    top = (tool, "top", "lo", "-i", "0.1")
    terminal = Terminal(*top)
    terminal.until(b"\x1b[J", 2)
    lines = view(terminal.said)
    check(len(lines) <= ROWS and max(map(len, lines)) <= COLUMNS, f"it does not fit: {lines}")
    check(any(line.startswith("LANE CPU") for line in lines), f"no lanes: {lines}")
    os.write(terminal.master, b"q")
    check(os.waitstatus_to_exitcode(terminal.end()) == 0, "q is no failure")
    for number in FATAL:
        terminal = Terminal(*top)
        terminal.until(b"\x1b[J")
        os.kill(terminal.pid, number)
        check(os.WTERMSIG(terminal.end()) == number, f"it did not end by signal {number}")
    terminal = Terminal(*top, "-n", "2")
    check(os.waitstatus_to_exitcode(terminal.end()) == 0, "-n 2 ends well")
    print("ok: a terminal")


main(os.path.abspath(sys.argv[1]))
