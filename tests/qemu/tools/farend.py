"""The far end of flt.py's traffic: TCP, SCTP and UDP on one port, IPv4 and IPv6"""

import socket
import struct
import threading

from pattern import Failure, PACE, receive_pattern, send_pattern

SO_RCVBUFFORCE, SO_SNDBUFFORCE = 33, 32
IPPROTO_SCTP = 132


def serve_stream(sock):
    try:
        line = b""
        while not line.endswith(b"\n"):
            byte = sock.recv(1)
            if not byte:
                return
            line += byte
        mode, total, seed = line.split()
        total, seed = int(total), int(seed)
        if mode == b"rr":
            while True:
                data = sock.recv(4096)
                if not data:
                    return
                sock.sendall(data)
        if mode == b"hold":
            serve_hold(sock, seed)
            return
        sender = None
        if mode in (b"in", b"both"):
            sender = threading.Thread(target=send_pattern, args=(sock, seed + 1, total))
            sender.start()
        verdict = b"ok\n"
        if mode in (b"out", b"both"):
            try:
                receive_pattern(sock, seed, total)
            except Failure as failure:
                verdict = f"{failure}\n".encode()
        if sender:
            sender.join()
        sock.sendall(verdict)
    except OSError:
        pass
    finally:
        sock.close()


def serve_hold(sock, seed):
    over = threading.Event()

    def send():
        try:
            send_pattern(sock, seed + 1, None, pace=PACE, stop=over.is_set)
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    sender = threading.Thread(target=send)
    sender.start()
    try:
        receive_pattern(sock, seed, None)
    except Failure:
        # A reset tells the other end.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        over.set()
        sock.close()
        return
    over.set()
    sender.join()


def serve_udp(port):
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 8 << 20)
    sock.bind(("::", port))
    while True:
        data, address = sock.recvfrom(65536)
        # What only wants to be sent says so and gets no answer.
        if data[:5] == b"blast":
            continue
        try:
            sock.sendto(data, address)
        except OSError:
            pass


def listen(port, protocol):
    sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, protocol)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("::", port))
    sock.listen(128)
    if not protocol:
        print("ready", flush=True)
    while True:
        connection, _ = sock.accept()
        threading.Thread(target=serve_stream, args=(connection,), daemon=True).start()


def serve(port):
    threading.Thread(target=serve_udp, args=(port,), daemon=True).start()
    try:
        socket.socket(socket.AF_INET6, socket.SOCK_STREAM, IPPROTO_SCTP).close()
        threading.Thread(target=listen, args=(port, IPPROTO_SCTP), daemon=True).start()
    except OSError:
        pass
    listen(port, 0)
