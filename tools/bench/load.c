// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark's load, in the guest. Everything that is measured happens between two
 * marks that this program makes itself, so that nothing else is: no program start, no
 * connection set-up, no warm-up.
 *
 *   load serve PORT                       the other end of all of these
 *   load run JOB...                       all JOBs at the same time
 *
 * JOB is KIND,NAME=VALUE,...:
 *   tcp      conns= size= (of a write) bytes= (in all)
 *   rr       size= n=               request and response over TCP, one at a time
 *   ping     size= n= gap= (us)     ICMP echo, one at a time
 *   udp      size= n= gap=          datagrams; the far end discards them
 *   pktgen                          starts the kernel's packet generator as it was set up
 * and for each: to=ADDRESS port= ns=NAMESPACE ms= (go on for so long, instead of n or bytes)
 *
 * It prints a JSON object for each job. With LOAD_SNAP=DIR it leaves /proc/interrupts and
 * /proc/stat there as they were at the marks.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CONNS_MAX	1024
#define BUFFER_SIZE	0x20000
#define SAMPLES_MAX	0x100000
#define JOBS_MAX	8
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

static char buffer[BUFFER_SIZE];

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* --- Marks */

#define DEBUG_PORT 0x80

/* For the plugin (count.c) a NOP with a displacement that nothing else has, for QEMU's
 * trace an access to a port that does nothing.
 */
#define MARK(number, byte) do {						\
	outb(byte, DEBUG_PORT);						\
	asm volatile(".byte 0x0f, 0x1f, 0x80, " #number ", 0x4c, 0x46, 0x5a" ::: "memory"); \
} while (0)

static void snap(const char *file, const char *when)
{
	const char *dir = getenv("LOAD_SNAP");
	char path[256], text[1 << 16];
	int in, out;
	ssize_t n;

	if (!dir)
		return;
	snprintf(path, sizeof(path), "/proc/%s", file);
	in = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "%s/%s.%s", dir, file, when);
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (in < 0 || out < 0)
		die(path);
	while ((n = read(in, text, sizeof(text))) > 0)
		if (write(out, text, n) != n)
			die(path);
	close(in);
	close(out);
}

static void mark_begin(void)
{
	snap("interrupts", "before");
	snap("stat", "before");
	MARK(0x01, 0xb0);
}

static void mark_end(void)
{
	MARK(0x02, 0xe0);
	snap("stat", "after");
	snap("interrupts", "after");
}

/* --- Jobs */

struct job {
	char kind[16], ns[32];
	struct sockaddr_in to;
	uint64_t conns, size, bytes, n, gap, ms;

	/* results */
	uint64_t done_bytes, done_n, ns_taken, p50, p99;

	int fd[CONNS_MAX];
	int epoll;
	uint64_t quota[CONNS_MAX];
	uint64_t samples;
};

static uint32_t sample[SAMPLES_MAX];

struct kind {
	const char *name;
	void (*prepare)(struct job *job);
	void (*go)(struct job *job);
};

/* Has a job that lasts for a time come to its end? */
static bool over(const struct job *job, uint64_t begin)
{
	return job->ms && now() - begin >= job->ms * 1000000;
}

static int dial(const struct job *job, char mode)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0 || connect(fd, (const struct sockaddr *)&job->to, sizeof(job->to)))
		die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (write(fd, &mode, 1) != 1)
		die("write");
	return fd;
}

/* Until the far end has acknowledged all of it. */
static void drain(const struct job *job)
{
	for (uint64_t i = 0; i < job->conns; i++) {
		int left = 1;

		while (!ioctl(job->fd[i], SIOCOUTQ, &left) && left)
			usleep(200);
	}
}

/* Send on whichever connection takes it; with a time limit, all share one quota. */
static void tcp_send(struct job *job, uint64_t per_conn, bool timed)
{
	uint64_t begin = now(), open_conns = job->conns;
	struct epoll_event ready[64];

	for (uint64_t i = 0; i < job->conns; i++) {
		struct epoll_event event = { EPOLLOUT, { .u64 = i } };

		job->quota[i] = timed ? UINT64_MAX : per_conn;
		if (epoll_ctl(job->epoll, EPOLL_CTL_ADD, job->fd[i], &event))
			die("epoll");
	}
	while (open_conns && !(timed && over(job, begin))) {
		int n = epoll_wait(job->epoll, ready, 64, -1);

		for (int i = 0; i < n; i++) {
			uint64_t c = ready[i].data.u64;
			uint64_t len = job->size < job->quota[c] ? job->size : job->quota[c];
			ssize_t sent = send(job->fd[c], buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL);

			if (sent < 0 && errno == EAGAIN)
				continue;
			if (sent < 0)
				die("send");
			job->done_bytes += sent;
			job->quota[c] -= sent;
			if (job->quota[c])
				continue;
			epoll_ctl(job->epoll, EPOLL_CTL_DEL, job->fd[c], NULL);
			open_conns--;
		}
	}
	for (uint64_t i = 0; timed && i < job->conns; i++)
		epoll_ctl(job->epoll, EPOLL_CTL_DEL, job->fd[i], NULL);
	drain(job);
}

static void tcp_prepare(struct job *job)
{
	job->epoll = epoll_create1(0);
	for (uint64_t i = 0; i < job->conns; i++)
		job->fd[i] = dial(job, 'S');
	/* Windows open and caches fill. */
	tcp_send(job, (job->conns > 16 ? 64 : 512) << 10, false);
	job->done_bytes = 0;
}

static void tcp_go(struct job *job)
{
	tcp_send(job, job->bytes / job->conns, job->ms);
	job->done_n = job->done_bytes;
}

static void read_all(int fd, uint64_t size)
{
	while (size) {
		ssize_t n = read(fd, buffer, size);

		if (n <= 0)
			die("read");
		size -= n;
	}
}

static void rr_round(struct job *job)
{
	if (write(job->fd[0], buffer, job->size) != (ssize_t)job->size)
		die("write");
	read_all(job->fd[0], job->size);
}

static void ping_round(struct job *job)
{
	struct icmphdr echo = { .type = ICMP_ECHO };
	uint32_t sum;

	echo.un.echo.id = getpid();
	echo.un.echo.sequence = job->done_n;
	memset(buffer, 0, job->size);
	sum = (uint32_t)echo.type + echo.un.echo.id + echo.un.echo.sequence;
	sum = (sum & 0xffff) + (sum >> 16);
	echo.checksum = ~(uint16_t)(sum + (sum >> 16));
	memcpy(buffer, &echo, sizeof(echo));
	if (send(job->fd[0], buffer, sizeof(echo) + job->size, 0) < 0)
		die("send");
	do {
		struct iphdr *ip = (struct iphdr *)buffer;
		struct icmphdr *got = (struct icmphdr *)(buffer + sizeof(*ip));

		if (recv(job->fd[0], buffer, sizeof(buffer), 0) < 0)
			die("recv");
		if (got->type == ICMP_ECHOREPLY && got->un.echo.sequence == echo.un.echo.sequence)
			return;
	} while (1);
}

static int compare(const void *a, const void *b)
{
	return *(const uint32_t *)a < *(const uint32_t *)b ? -1 :
	       *(const uint32_t *)a > *(const uint32_t *)b;
}

static void rounds(struct job *job, void (*one)(struct job *))
{
	uint64_t begin = now();

	while (job->ms ? !over(job, begin) : job->done_n < job->n) {
		uint64_t start = now();

		one(job);
		sample[job->done_n++ % SAMPLES_MAX] = now() - start;
		if (job->gap)
			usleep(job->gap);
	}
	job->samples = job->done_n < SAMPLES_MAX ? job->done_n : SAMPLES_MAX;
}

static void rr_prepare(struct job *job)
{
	job->fd[0] = dial(job, 'E');
	for (int i = 0; i < 100; i++)
		rr_round(job);
}

static void rr_go(struct job *job)
{
	rounds(job, rr_round);
}

static void ping_prepare(struct job *job)
{
	struct timeval wait = { .tv_sec = 5 };

	job->fd[0] = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (job->fd[0] < 0 || connect(job->fd[0], (struct sockaddr *)&job->to, sizeof(job->to)))
		die("ping");
	setsockopt(job->fd[0], SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	for (int i = 0; i < 20; i++)
		ping_round(job);
}

static void ping_go(struct job *job)
{
	rounds(job, ping_round);
}

static void udp_prepare(struct job *job)
{
	job->fd[0] = socket(AF_INET, SOCK_DGRAM, 0);
	if (job->fd[0] < 0 || connect(job->fd[0], (struct sockaddr *)&job->to, sizeof(job->to)))
		die("udp");
}

static void udp_go(struct job *job)
{
	uint64_t begin = now();

	while (job->ms ? !over(job, begin) : job->done_n < job->n) {
		if (send(job->fd[0], buffer, job->size, 0) < 0 && errno != ENOBUFS)
			die("send");
		job->done_n++;
		if (job->gap)
			usleep(job->gap);
	}
}

static void pktgen_control(const char *command)
{
	int fd = open("/proc/net/pktgen/pgctrl", O_WRONLY);

	if (fd < 0 || write(fd, command, strlen(command)) < 0)
		die("pktgen");
	close(fd);
}

static void pktgen_prepare(struct job *job)
{
}

/* Returns when all threads have sent their count, or were told to stop. */
static void pktgen_go(struct job *job)
{
	pid_t stopper = job->ms ? fork() : 0;

	if (job->ms && !stopper) {
		usleep(job->ms * 1000);
		pktgen_control("stop\n");
		_exit(0);
	}
	pktgen_control("start\n");
	if (stopper)
		waitpid(stopper, NULL, 0);
	/* What is still in the rings */
	usleep(10000);
}

static const struct kind kinds[] = {
	{ "tcp", tcp_prepare, tcp_go },
	{ "rr", rr_prepare, rr_go },
	{ "ping", ping_prepare, ping_go },
	{ "udp", udp_prepare, udp_go },
	{ "pktgen", pktgen_prepare, pktgen_go },
};

static void enter(const char *ns)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", ns);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
}

static void set(struct job *job, const char *name, const char *value)
{
	const struct { const char *name; uint64_t *where; } numbers[] = {
		{ "conns", &job->conns }, { "size", &job->size }, { "bytes", &job->bytes },
		{ "n", &job->n }, { "gap", &job->gap }, { "ms", &job->ms },
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(name, numbers[i].name)) {
			*numbers[i].where = strtoull(value, NULL, 0);
			return;
		}
	if (!strcmp(name, "to"))
		inet_aton(value, &job->to.sin_addr);
	else if (!strcmp(name, "port"))
		job->to.sin_port = htons(atoi(value));
	else if (!strcmp(name, "ns"))
		snprintf(job->ns, sizeof(job->ns), "%s", value);
	else
		die(name);
}

static const struct kind *parse(struct job *job, char *text)
{
	char *word = strsep(&text, ","), *value;

	job->to.sin_family = AF_INET;
	job->conns = 1;
	snprintf(job->kind, sizeof(job->kind), "%s", word);
	while ((word = strsep(&text, ","))) {
		value = strchr(word, '=');
		if (!value)
			die(word);
		*value = 0;
		set(job, word, value + 1);
	}
	if (job->conns > CONNS_MAX || job->size > BUFFER_SIZE / 2)
		die("too large");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, job->kind))
			return &kinds[i];
	die(job->kind);
	return NULL;
}

/* A job's process: gets ready, says so, waits for the word, works. */
static void work(const struct kind *kind, struct job *job, int ready, int word)
{
	uint64_t begin;
	char byte;

	if (job->ns[0])
		enter(job->ns);
	kind->prepare(job);
	if (write(ready, "", 1) != 1)
		_exit(1);
	if (read(word, &byte, 1) != 0)
		_exit(1);
	begin = now();
	kind->go(job);
	job->ns_taken = now() - begin;
	if (write(ready, "", 1) != 1)
		_exit(1);
	if (job->samples) {
		qsort(sample, job->samples, sizeof(sample[0]), compare);
		job->p50 = sample[job->samples / 2];
		job->p99 = sample[job->samples * 99 / 100];
	}
	_exit(0);
}

static void await(int fd, int bytes)
{
	char byte;

	while (bytes--)
		if (read(fd, &byte, 1) != 1)
			die("a job has failed");
}

static void report(const struct job *job)
{
	const struct { const char *name; uint64_t value; } results[] = {
		{ "n", job->done_n }, { "bytes", job->done_bytes }, { "ns", job->ns_taken },
		{ "p50", job->p50 }, { "p99", job->p99 },
	};

	printf("{\"kind\": \"%s\"", job->kind);
	for (size_t i = 0; i < ARRAY_SIZE(results); i++)
		printf(", \"%s\": %llu", results[i].name, (unsigned long long)results[i].value);
	printf("}\n");
}

/* Each job in a process of its own; closing the pipe is the word to begin. */
static int run(int count, char **texts)
{
	struct job *job = mmap(NULL, count * sizeof(*job), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ready[2], word[2], status, failed = 0;

	if (job == MAP_FAILED || pipe(ready) || pipe(word) || ioperm(DEBUG_PORT, 1, 1))
		die("set-up");
	for (int i = 0; i < count; i++) {
		const struct kind *kind = parse(&job[i], texts[i]);

		if (!fork()) {
			close(word[1]);
			close(ready[0]);
			work(kind, &job[i], ready[1], word[0]);
		}
	}
	close(ready[1]);
	await(ready[0], count);
	mark_begin();
	close(word[1]);
	await(ready[0], count);
	mark_end();
	while (wait(&status) > 0)
		failed |= status;
	for (int i = 0; i < count; i++)
		report(&job[i]);
	return !!failed;
}

/* --- The server */

/* Datagrams go all the way up to this socket, whose filter drops them: what a receiver
 * that does not keep up would lose is not to be confused with what the driver loses.
 */
static void serve_udp(const struct sockaddr_in *at)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog drop_all = { 1, &none };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)at, sizeof(*at)) ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &drop_all, sizeof(drop_all)))
		die("udp server");
}

/* One connection's turn: its first byte says what it wants, to be swallowed or echoed. */
static void serve_conn(int fd, char *mode)
{
	ssize_t n;

	if (!*mode) {
		n = read(fd, mode, 1);
	} else {
		n = read(fd, buffer, sizeof(buffer));
		if (n > 0 && *mode == 'E')
			n = write(fd, buffer, n);
	}
	if (n <= 0)
		close(fd);
}

static void serve(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0), one = 1;
	struct epoll_event event = { EPOLLIN, { .fd = listener } }, ready[64];
	static char mode[8192];

	signal(SIGPIPE, SIG_IGN);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) || listen(listener, 1024))
		die("listen");
	serve_udp(&at);
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
	for (;;) {
		int n = epoll_wait(epoll, ready, 64, -1);

		for (int i = 0; i < n; i++) {
			int fd = ready[i].data.fd;

			if (fd != listener) {
				serve_conn(fd, &mode[fd]);
				continue;
			}
			fd = accept(listener, NULL, NULL);
			if (fd < 0 || fd >= (int)sizeof(mode))
				die("accept");
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
			event.data.fd = fd;
			mode[fd] = 0;
			epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "serve"))
		serve(atoi(argv[2]));
	if (argc >= 3 && argc < 2 + JOBS_MAX && !strcmp(argv[1], "run"))
		return run(argc - 2, argv + 2);
	fprintf(stderr, "usage: load serve PORT | load run JOB...\n");
	return 2;
}
