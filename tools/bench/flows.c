// SPDX-License-Identifier: GPL-2.0
/*
 * Connections whose consumers stand on CPUs of their own: did what they read arrive on the
 * lane of the CPU that read it?  Asked of the sockets (SO_INCOMING_NAPI_ID), never of the
 * driver.
 *
 *   flows receive PORT CPU,... NAPI:CPU,...
 *        a thread on each CPU; connection i belongs to thread i % threads, wherever its
 *        hash leads it.  NAPI:CPU says which CPU takes a lane's interrupts.
 *   flows send ADDRESS PORT CONNS SIZE RATE
 *        RATE messages a second over all connections in turn; 0: none for now
 *   flows churn ADDRESS PORT SECONDS THREADS
 *        connections that last for some KB, one after the other
 *
 * Both ends of a connection count from their start.  A command on standard input is
 * answered by a line of JSON:
 *
 *   snap          receive, send: the counts now; with them the kernel's own of what one
 *                 CPU handed another: received_rps (softnet_stat) and function call interrupts
 *   after N       receive: the same, when N more bytes were read (or in a minute)
 *   after N EACH  and EACH more on every connection
 *   move          receive: each thread goes to the next CPU of the list
 *   shuffle MS    receive: each thread goes to a CPU of chance, so often; 0: never
 *   rate N        send: another RATE
 *   bulk          send: whatever the connections take
 *
 * Its end is the end of the program.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNS_MAX	8192
#define CPUS_MAX	64
#define LANES_MAX	64
#define REPLY_SIZE	2048
#define AFTER_LIMIT_MS	60000
#define BULK_SIZE	0x4000
#define SEND_ROOM	0x800000
#define add(where, n)	__atomic_fetch_add(&(where), n, __ATOMIC_RELAXED)
#define get(where)	__atomic_load_n(&(where), __ATOMIC_RELAXED)
#define put(where, n)	__atomic_store_n(&(where), n, __ATOMIC_RELAXED)

static char buffer[0x20000];

static void die(const char *what)
{
	fprintf(stderr, "flows: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

static struct sockaddr_in address(const char *host, const char *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };

	if (host && !inet_aton(host, &at.sin_addr)) {
		errno = EINVAL;
		die(host);
	}
	return at;
}

static void start(void *(*thread)(void *), void *argument)
{
	pthread_t id;

	errno = pthread_create(&id, NULL, thread, argument);
	if (errno)
		die("thread");
	pthread_detach(id);
}

static bool tcp_info(int fd, struct tcp_info *info)
{
	socklen_t size = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &size);
}

/* --- Receiving */

struct conn {
	uint64_t bytes;
	int fd;
	bool open;
};

/* What was read on a CPU, and what of it had arrived there */
struct count {
	uint64_t recvs;
	uint64_t bytes;
	uint64_t home_recvs;
	uint64_t home_bytes;
	uint64_t unknown;	/* on no lane of the list */
};

static struct conn conns[CONNS_MAX];
static struct count counts[CPUS_MAX];
static uint64_t accepted, finished, out_of_order;
static int cpus[CPUS_MAX], epolls[CPUS_MAX], turn_seen[CPUS_MAX], threads, turn, shuffle_ms;
static struct { unsigned int napi, cpu; } lanes[LANES_MAX];
static int lane_count;

static int home_of(unsigned int napi)
{
	for (int i = 0; i < lane_count; i++)
		if (lanes[i].napi == napi)
			return lanes[i].cpu;
	return -1;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("affinity");
}

static void account(struct conn *conn, size_t bytes)
{
	int cpu = sched_getcpu(), home;
	unsigned int napi = 0;
	socklen_t size = sizeof(napi);
	struct count *count = &counts[cpu % CPUS_MAX];

	getsockopt(conn->fd, SOL_SOCKET, SO_INCOMING_NAPI_ID, &napi, &size);
	home = home_of(napi);
	add(conn->bytes, bytes);
	add(count->recvs, 1);
	add(count->bytes, bytes);
	if (home < 0)
		add(count->unknown, 1);
	if (home != cpu)
		return;
	add(count->home_recvs, 1);
	add(count->home_bytes, bytes);
}

/* Whoever has sent all hears how much it was, at the head of some KB. */
static void hang_up(struct conn *conn, int epoll)
{
	uint64_t reply[REPLY_SIZE / sizeof(uint64_t)] = { conn->bytes };
	struct tcp_info info;

	if (tcp_info(conn->fd, &info))
		add(out_of_order, info.tcpi_rcv_ooopack);
	if (send(conn->fd, reply, sizeof(reply), MSG_NOSIGNAL) < 0 && errno == EBADF)
		die("reply");
	/* A snap may be asking after it: until that is over, close() alone does not take it
	 * from the events.
	 */
	if (epoll_ctl(epoll, EPOLL_CTL_DEL, conn->fd, NULL))
		die("epoll");
	close(conn->fd);
	add(finished, 1);
	put(conn->open, false);
}

/* The thread's own place in the list, and how far all have moved */
static void place(int number, uint64_t *shuffled)
{
	int now = get(turn), every = get(shuffle_ms);

	if (every && now_ms() - *shuffled >= (uint64_t)every) {
		*shuffled = now_ms();
		pin(cpus[rand() % threads]);
	}
	if (now != turn_seen[number])
		pin(cpus[(number + now) % threads]);
	put(turn_seen[number], now);
}

static void *consume(void *argument)
{
	int number = (int *)argument - epolls;
	struct epoll_event ready[64];
	char data[0x10000];
	uint64_t shuffled = 0;

	for (;;) {
		int n;

		place(number, &shuffled);
		n = epoll_wait(epolls[number], ready, 64, 50);
		for (int i = 0; i < n; i++) {
			struct conn *conn = &conns[ready[i].data.u64];
			ssize_t got = recv(conn->fd, data, sizeof(data), MSG_DONTWAIT);

			if (got > 0)
				account(conn, got);
			else if (!got || (errno != EAGAIN && errno != EINTR))
				hang_up(conn, epolls[number]);
		}
	}
	return NULL;
}

/* A place that nobody has; they are many more than connections at a time. */
static uint64_t free_conn(uint64_t hint)
{
	for (uint64_t i = 0; i < CONNS_MAX; i++)
		if (!get(conns[(hint + i) % CONNS_MAX].open))
			return (hint + i) % CONNS_MAX;
	errno = ENFILE;
	die("connections");
	return 0;
}

static void *take(void *argument)
{
	int listener = *(int *)argument;

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		uint64_t i = free_conn(accepted);
		struct epoll_event event = { EPOLLIN, { .u64 = i } };

		if (fd < 0)
			die("accept");
		conns[i] = (struct conn) { .fd = fd, .open = true };
		if (epoll_ctl(epolls[accepted % threads], EPOLL_CTL_ADD, fd, &event))
			die("epoll");
		add(accepted, 1);
	}
	return NULL;
}

static struct count total(void)
{
	struct count sum = {};

	for (int i = 0; i < CPUS_MAX; i++) {
		sum.recvs += get(counts[i].recvs);
		sum.bytes += get(counts[i].bytes);
		sum.home_recvs += get(counts[i].home_recvs);
		sum.home_bytes += get(counts[i].home_bytes);
		sum.unknown += get(counts[i].unknown);
	}
	return sum;
}

static void print_count(const struct count *count)
{
	printf("\"recvs\": %lu, \"bytes\": %lu, ", count->recvs, count->bytes);
	printf("\"home_recvs\": %lu, \"home_bytes\": %lu, ", count->home_recvs, count->home_bytes);
	printf("\"unknown\": %lu", count->unknown);
}

/* Asked of the kernel here, so that no program starts between two snaps */
static void print_handovers(void)
{
	FILE *softnet = fopen("/proc/net/softnet_stat", "r");
	FILE *interrupts = fopen("/proc/interrupts", "r");
	uint64_t received = 0, calls = 0;
	char line[4096], *word;
	unsigned int woken;

	if (!softnet || !interrupts)
		die("/proc");
	while (fgets(line, sizeof(line), softnet))
		if (sscanf(line, "%*x %*x %*x %*x %*x %*x %*x %*x %*x %x", &woken) == 1)
			received += woken;
	while (fgets(line, sizeof(line), interrupts)) {
		word = strstr(line, "CAL:");
		while (word && *(word += strcspn(word, "0123456789")))
			calls += strtoull(word, &word, 10);
	}
	fclose(softnet);
	fclose(interrupts);
	printf(", \"received_rps\": %lu, \"calls\": %lu", received, calls);
}

static void receive_snap(void)
{
	uint64_t disordered = get(out_of_order), open = 0;
	struct count sum = total();
	const char *comma = "";
	struct tcp_info info;

	for (int i = 0; i < CONNS_MAX; i++) {
		if (!get(conns[i].open))
			continue;
		open++;
		if (tcp_info(conns[i].fd, &info))
			disordered += info.tcpi_rcv_ooopack;
	}
	printf("{");
	print_count(&sum);
	print_handovers();
	printf(", \"open\": %lu, \"finished\": %lu, \"out_of_order\": %lu, \"cpus\": [",
	       open, get(finished), disordered);
	for (int i = 0; i < CPUS_MAX; i++) {
		if (!counts[i].recvs)
			continue;
		printf("%s{\"cpu\": %d, ", comma, i);
		print_count(&counts[i]);
		printf("}");
		comma = ", ";
	}
	printf("]}\n");
}

/* Has a connection not read EACH bytes since FROM? */
static bool some_behind(const uint64_t *from, uint64_t each)
{
	for (int i = 0; i < CONNS_MAX; i++)
		if (get(conns[i].open) && get(conns[i].bytes) < from[i] + each)
			return true;
	return false;
}

static void receive_after(uint64_t n, uint64_t each)
{
	uint64_t until = total().bytes + n, end = now_ms() + AFTER_LIMIT_MS;
	static uint64_t from[CONNS_MAX];

	for (int i = 0; i < CONNS_MAX; i++)
		from[i] = get(conns[i].bytes);
	while ((total().bytes < until || (each && some_behind(from, each))) && now_ms() < end)
		usleep(5000);
}

/* Until all of them have arrived */
static void move_all(void)
{
	add(turn, 1);
	for (int i = 0; i < threads; i++)
		while (get(turn_seen[i]) != turn)
			usleep(1000);
}

static void receive_command(const char *line)
{
	uint64_t n, each = 0;
	int ms;

	if (sscanf(line, "after %lu %lu", &n, &each) >= 1)
		receive_after(n, each);
	else if (sscanf(line, "shuffle %d", &ms) == 1)
		put(shuffle_ms, ms);
	else if (!strncmp(line, "move", 4))
		move_all();
	receive_snap();
}

static void parse_lists(char *cpu_list, char *lane_list)
{
	char *word;

	while ((word = strsep(&cpu_list, ",")) && threads < CPUS_MAX)
		cpus[threads++] = atoi(word);
	while ((word = strsep(&lane_list, ",")) && lane_count < LANES_MAX) {
		if (sscanf(word, "%u:%u", &lanes[lane_count].napi, &lanes[lane_count].cpu) != 2) {
			errno = EINVAL;
			die(word);
		}
		lane_count++;
	}
}

static void commands(void (*run)(const char *line))
{
	char line[64];

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin))
		run(line);
}

static int receive(const char *port, char *cpu_list, char *lane_list)
{
	struct sockaddr_in at = address(NULL, port);
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	parse_lists(cpu_list, lane_list);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) || listen(listener, 1024))
		die("listen");
	for (int i = 0; i < threads; i++) {
		epolls[i] = epoll_create1(0);
		turn_seen[i] = -1;
		start(consume, &epolls[i]);
	}
	start(take, &listener);
	commands(receive_command);
	return 0;
}

/* --- Sending */

static int fds[CONNS_MAX], fd_count;
static uint64_t rate, sent, sent_bytes, blocked, message_size;
static bool bulk;

static int dial(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0)
		die("socket");
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to))) {
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static void send_snap(void)
{
	uint64_t retrans = 0, reordered = 0, duplicates = 0, queued = 0;
	struct tcp_info info;

	for (int i = 0; i < fd_count; i++) {
		if (!tcp_info(fds[i], &info))
			continue;
		retrans += info.tcpi_total_retrans;
		reordered += info.tcpi_reord_seen;
		duplicates += info.tcpi_dsack_dups;
		queued += info.tcpi_notsent_bytes + info.tcpi_unacked;
	}
	printf("{\"sent\": %lu, \"bytes\": %lu, \"blocked\": %lu, \"queued\": %lu, ",
	       get(sent), get(sent_bytes), get(blocked), queued);
	printf("\"retrans\": %lu, \"reordered\": %lu, \"dsack\": %lu}\n",
	       retrans, reordered, duplicates);
}

static void send_command(const char *line)
{
	uint64_t n;

	if (sscanf(line, "rate %lu", &n) == 1)
		put(rate, n);
	put(bulk, !strncmp(line, "bulk", 4));
	send_snap();
}

static bool send_one(int i, size_t size)
{
	ssize_t n = send(fds[i], buffer, size, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN)
		die("send");
	if (n <= 0) {
		add(blocked, 1);
		return false;
	}
	add(sent, 1);
	add(sent_bytes, n);
	return true;
}

static void send_bulk(void)
{
	bool some = false;

	for (int i = 0; i < fd_count; i++)
		some |= send_one(i, BULK_SIZE);
	if (!some)
		usleep(500);
}

/* Each millisecond its share; what a busy machine has missed is not made up for. */
static void *send_all(void *argument)
{
	uint64_t last = now_ms(), due = 0;
	int next = 0;

	for (;;) {
		uint64_t now;

		if (get(bulk)) {
			send_bulk();
			last = now_ms();
			continue;
		}
		usleep(1000);
		now = now_ms();
		due += get(rate) * (now - last < 20 ? now - last : 20);
		for (last = now; due >= 1000; due -= 1000) {
			send_one(next, message_size);
			next = (next + 1) % fd_count;
		}
	}
	return NULL;
}

static int send_main(char **words)
{
	struct sockaddr_in to = address(words[0], words[1]);
	int wanted = atoi(words[2]), room;

	message_size = strtoull(words[3], NULL, 0);
	rate = strtoull(words[4], NULL, 0);
	if (wanted < 1 || wanted > CONNS_MAX || !message_size || message_size > sizeof(buffer)) {
		errno = EINVAL;
		die("arguments");
	}
	room = SEND_ROOM / wanted;
	while (fd_count < wanted) {
		fds[fd_count] = dial(&to);
		if (fds[fd_count] < 0)
			die("connect");
		/* What waits there after a bulk delays what comes next. */
		setsockopt(fds[fd_count++], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	}
	start(send_all, NULL);
	commands(send_command);
	return 0;
}

/* --- Short connections */

static struct sockaddr_in churn_to;
static uint64_t churn_end, churned, churn_failed, churn_wrong, churn_bytes;
static int churning;

/* All of LENGTH, and nothing after it */
static bool exchange(int fd, size_t length, unsigned int *seed)
{
	uint64_t reply[2 * REPLY_SIZE / sizeof(uint64_t)];
	size_t have = 0;

	for (size_t left = length; left;) {
		size_t size = 1 + rand_r(seed) % 8192;
		ssize_t n = send(fd, buffer, size < left ? size : left, MSG_NOSIGNAL);

		if (n < 0)
			return false;
		left -= n;
	}
	shutdown(fd, SHUT_WR);
	for (;;) {
		ssize_t n = recv(fd, (char *)reply + have, sizeof(reply) - have, 0);

		if (n < 0)
			return false;
		if (!n)
			break;
		have += n;
	}
	return have == REPLY_SIZE && reply[0] == length;
}

static void *churn(void *argument)
{
	unsigned int seed = (uintptr_t)argument;

	while (now_ms() < churn_end) {
		size_t length = 1 + rand_r(&seed) % 0x10000;
		int fd = dial(&churn_to);

		if (fd < 0) {
			add(churn_failed, 1);
			usleep(10000);
			continue;
		}
		if (exchange(fd, length, &seed))
			add(churn_bytes, length);
		else
			add(churn_wrong, 1);
		close(fd);
		add(churned, 1);
	}
	add(churning, -1);
	return NULL;
}

static int churn_main(char **words)
{
	int wanted = atoi(words[3]);

	churn_to = address(words[0], words[1]);
	churn_end = now_ms() + 1000 * strtoull(words[2], NULL, 0);
	churning = wanted;
	for (int i = 0; i < wanted; i++)
		start(churn, (void *)(uintptr_t)(i + 1));
	while (get(churning))
		usleep(50000);
	printf("{\"connections\": %lu, \"bytes\": %lu, \"wrong\": %lu, \"failed\": %lu}\n",
	       churned, churn_bytes, churn_wrong, churn_failed);
	return !churned || churn_wrong;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc == 5 && !strcmp(argv[1], "receive"))
		return receive(argv[2], argv[3], argv[4]);
	if (argc == 7 && !strcmp(argv[1], "send"))
		return send_main(argv + 2);
	if (argc == 6 && !strcmp(argv[1], "churn"))
		return churn_main(argv + 2);
	fprintf(stderr, "usage: flows receive PORT CPU,... NAPI:CPU,...\n"
		"       flows send ADDRESS PORT CONNS SIZE RATE\n"
		"       flows churn ADDRESS PORT SECONDS THREADS\n");
	return 2;
}
