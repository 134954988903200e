#!/usr/bin/python3
"""terminal.py LANETOOL: `top` on a terminal: it fits, also when that changes its size, and
however it ends, the terminal is as it was before.  One that it cannot draw on gets text."""

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

ENTER, LEAVE, CLEAR = b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[H\x1b[2J"
ROWS, COLUMNS = 24, 80
FATAL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGSEGV, signal.SIGABRT)
SEQUENCE = re.compile(r"\x1b(?:\[([?>0-9;]*)([@-~])|[()].|[=>78])|[\x00-\x1f]|[^\x00-\x1f\x1b]+")


class Screen:
    """What is on the screen of an xterm, by what was written to it"""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.clear()

    def clear(self):
        self.cells = [[" "] * self.columns for _ in range(self.rows)]
        self.row = self.column = 0

    def lines(self):
        return ["".join(line).rstrip() for line in self.cells]

    def write(self, said):
        for match in SEQUENCE.finditer(said):
            if match[2]:
                self.control(match[1], match[2])
            elif match[0][0] >= " ":
                self.text(match[0])
            elif match[0] == "\r":
                self.column = 0
            elif match[0] == "\n":
                self.row = min(self.row + 1, self.rows - 1)
            elif match[0] == "\b":
                self.column = max(self.column - 1, 0)
            elif match[0] == "\t":
                self.column = min((self.column // 8 + 1) * 8, self.columns - 1)

    def text(self, text):
        for char in text:
            check(self.column < self.columns, f"a line is too long: {text!r}")
            self.cells[self.row][self.column] = char
            self.column += 1

    def control(self, numbers, what):
        given = [int(number or 0) for number in numbers.lstrip("?>").split(";")]
        count = given[0] or 1
        line = self.cells[self.row]
        if what == "H":
            self.row, self.column = count - 1, (given[1] or 1) - 1 if len(given) > 1 else 0
        elif what == "d":
            self.row = count - 1
        elif what == "G":
            self.column = count - 1
        elif what in "AB":
            self.row += count if what == "B" else -count
        elif what in "CD":
            self.column += count if what == "C" else -count
        elif what == "J":
            check(given[0] in (0, 2), f"erase {numbers}")
            for row in range(self.row if given[0] == 0 else 0, self.rows):
                start = self.column if given[0] == 0 and row == self.row else 0
                self.cells[row][start:] = [" "] * (self.columns - start)
        elif what == "K":
            if given[0] == 1:
                line[:self.column + 1] = [" "] * (self.column + 1)
            else:
                line[self.column:] = [" "] * (self.columns - self.column)
        elif what == "X":
            line[self.column:self.column + count] = [" "] * min(count, self.columns - self.column)
        elif what == "P":
            line[self.column:] = line[self.column + count:] + [" "] * count
        elif what == "@":
            line[self.column:] = ([" "] * count + line[self.column:])[:self.columns - self.column]
        elif what == "b":
            self.text(line[self.column - 1] * count)
        else:
            check(what in "hlmrt", f"a sequence that this does not know: {numbers}{what}")


class Terminal:
    """A terminal with a program on it"""

    def __init__(self, *command, term="xterm", stdin=None):
        self.master, self.slave = pty.openpty()
        self.said = b""
        self.size(ROWS, COLUMNS)
        self.before = termios.tcgetattr(self.slave)
        self.pid = os.fork()
        if not self.pid:
            self.login(stdin)
            os.environ["LC_ALL"] = "C.UTF-8"
            os.environ.pop("TERM", None)
            if term:
                os.environ["TERM"] = term
            os.execv(command[0], command)

    def size(self, rows, columns):
        """Tells the program, too, if there is one; what it has written before is not looked at"""
        self.begun = len(self.said)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def login(self, stdin):
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        for number in range(3):
            os.dup2(self.slave, number)
        if stdin:
            os.dup2(os.open(stdin, os.O_RDONLY), 0)
        # A shell's background commands ignore some, and a program leaves that as it is.
        for number in (*FATAL, signal.SIGTSTP):
            signal.signal(number, signal.SIG_DFL)

    def read(self):
        if select.select([self.master], [], [], 0.1)[0]:
            self.said += os.read(self.master, 65536)

    def until(self, what, times=1):
        """Reads until it was written so often"""
        end = time.monotonic() + 20
        while self.said.count(what) < times:
            if time.monotonic() > end:
                sys.exit(f"not ok: no {what!r} in {self.said!r}")
            self.read()

    def until_shown(self, what, screen):
        """Reads until a screen, empty now, shows it.  Gives its lines."""
        end = time.monotonic() + 20
        while True:
            self.read()
            screen.clear()
            # For another size it begins anew.  What came in part may end within a sequence.
            begun = self.said.find(CLEAR, self.begun)
            said = self.said[begun:].decode(errors="ignore") if begun >= 0 else ""
            screen.write(re.sub(r"\x1b(\[[?>0-9;]*)?$", "", said))
            if what(screen.lines()):
                return screen.lines()
            if time.monotonic() > end:
                sys.exit(f"not ok: it is not shown: {screen.lines()}")

    def end(self):
        """The status, once it has left the terminal as it was"""
        self.until(LEAVE)
        status = self.gone()
        if self.said.count(ENTER) != self.said.count(LEAVE) or b"\x1b[?25h" not in self.said:
            sys.exit(f"not ok: the screen or the cursor is not back: {self.said!r}")
        return status

    def gone(self):
        status = os.waitpid(self.pid, 0)[1]
        if termios.tcgetattr(self.slave) != self.before:
            sys.exit("not ok: the terminal's modes are not what they were")
        os.close(self.slave)
        os.close(self.master)
        return status


def check(good, what):
    if not good:
        sys.exit(f"not ok: {what}")


def whole(lines):
    """A view of lanes and of CPUs"""
    return (any(line.startswith("LANE CPU") for line in lines) and
            any(line.startswith("     CPU PACKETS/s") for line in lines))


def fits(terminal):
    terminal.until_shown(whole, Screen(ROWS, COLUMNS))
    # A smaller one shows as much as there is room for, from the next view on.
    terminal.size(8, 40)
    lines = terminal.until_shown(lambda lines: any(line.startswith("LANE CPU") for line in lines), Screen(8, 40))
    check(all(len(line) <= 40 for line in lines), f"it does not fit: {lines}")


def main(tool):
    top = (tool, "top", "lo", "-i", "0.1")
    terminal = Terminal(*top)
    fits(terminal)
    for _ in range(300):
        os.kill(terminal.pid, signal.SIGWINCH)
        time.sleep(0.002)
    os.write(terminal.master, b"\x1b[A")	# a key that it has no use for
    os.write(terminal.master, b"q")
    check(os.waitstatus_to_exitcode(terminal.end()) == 0, "q is no failure")
    terminal = Terminal(*top, stdin="/dev/null")
    terminal.until_shown(whole, Screen(ROWS, COLUMNS))
    os.write(terminal.master, b"q")
    check(os.waitstatus_to_exitcode(terminal.end()) == 0, "q, where stdin is not the terminal")
    # Nobody waits for it, so the kernel does not stop it: it goes on at once.
    terminal = Terminal(*top)
    terminal.until(b"LANE CPU")
    os.kill(terminal.pid, signal.SIGTSTP)
    terminal.until(LEAVE)
    terminal.until(ENTER, 2)
    os.write(terminal.master, b"q")
    terminal.until(LEAVE, 2)
    check(os.waitstatus_to_exitcode(terminal.end()) == 0, "it goes on where it was stopped")
    for number in FATAL:
        terminal = Terminal(*top)
        terminal.until(b"LANE CPU")
        os.kill(terminal.pid, number)
        check(os.WTERMSIG(terminal.end()) == number, f"it did not end by signal {number}")
    terminal = Terminal(*top, "-n", "2")
    check(os.waitstatus_to_exitcode(terminal.end()) == 0, "-n 2 ends well")
    for term in ("dumb", None, "no-such-terminal"):
        terminal = Terminal(*top, "-n", "2", term=term)
        terminal.until(b"LANE CPU", 2)
        check(b"\x1b" not in terminal.said, f"TERM={term}: {terminal.said!r}")
        check(os.waitstatus_to_exitcode(terminal.gone()) == 0, f"TERM={term} is no failure")
    print("ok: a terminal")


main(os.path.abspath(sys.argv[1]))
