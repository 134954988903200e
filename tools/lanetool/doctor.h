/* SPDX-License-Identifier: GPL-2.0 */
/*
 * doctor: what stands in the way of packets, layer by layer.  All that counts is read twice,
 * some time apart; then each check judges, and says by what.  What was not measured, or does
 * not apply, is not judged.
 */
#ifndef LT_DOCTOR_H
#define LT_DOCTOR_H

#include "links.h"
#include "nic.h"

#define DOCTOR_MENDS	64
#define DOCTOR_QUEUES	256
#define DOCTOR_TEXT	512

/* Counters of the port (files of /sys/class/net/DEV/statistics) and of the system */
enum doctor_counter {
	COUNT_RX_PACKETS,
	COUNT_TX_PACKETS,
	COUNT_RX_MISSED,
	COUNT_RX_FIFO,
	COUNT_RX_OVER,
	COUNT_RX_CRC,
	COUNT_RX_FRAME,
	COUNT_RX_BYTES,
	COUNT_TX_BYTES,
	COUNT_PORT,		/* those before are of the port */
	COUNT_LISTEN_OVERFLOWS = COUNT_PORT,
	COUNT_LISTEN_DROPS,	/* SYNs and connections, for any reason */
	COUNT_SYN_DROPS,
	COUNT_SYN_COOKIES,
	COUNT_RCV_PRUNED,
	COUNT_RCV_COLLAPSED,
	COUNT_BACKLOG_DROP,
	COUNT_TW_OVERFLOW,
	COUNT_OPENED,		/* connections that we began */
	COUNT_UDP_RCVBUF,
	COUNT_UDP_IN,
	COUNT_FORWARDED,	/* packets of IP, to other hosts and to sockets */
	COUNT_DELIVERED,
	COUNTERS,
};

struct doctor_cpu {
	uint64_t processed, dropped, squeezed, limited;
};

/* A socket of TCP's */
struct doctor_tcp {
	uint64_t cookie;		/* the kernel's name for it */
	uint64_t in, out;		/* bytes that a connection has received, and brought */
	uint32_t rtt;			/* usecs, the shortest; 0: not known */
	uint32_t limit;			/* of a listener's queue */
	uint32_t drops;			/* of a listener's */
	uint32_t src[4], dst[4];
	uint32_t bound, leaves;		/* ifindex: what it is bound to; where it goes, or 0 */
	uint16_t port;			/* ours */
	uint8_t family;
};

struct doctor_sample {
	bool there[COUNTERS];
	uint64_t count[COUNTERS];
	struct doctor_cpu cpu[NIC_CPUS];	/* softnet_stat's */
	uint64_t queue[DOCTOR_QUEUES];		/* packets received, or interrupts */
	uint64_t irqs[NIC_IRQS];
	struct doctor_tcp *tcp;		/* a port's: connections; the system's: listeners */
	size_t tcps;
	bool tcp_shown;
};

struct doctor_finding {
	const char *verdict;
	char evidence[DOCTOR_TEXT];
	char *mend[DOCTOR_MENDS];
	unsigned int mends;
};

struct doctor {
	struct lt *lt;
	struct nic *port;		/* NULL: of the system */
	const struct links *links;
	struct doctor_sample before, after;
	unsigned int cpus;		/* online */
	unsigned int node_cpus;		/* of these, on the port's node */
	uint32_t speed;			/* Mb/s, 0: not known */
	bool by_packets;		/* queue[] are packets, not interrupts */
	bool steer_rxq;			/* Flowlane says that its lanes know their CPUs */
	double secs;
	struct doctor_finding finding;	/* of the check that runs */
};

struct doctor_check {
	const char *layer;
	const char *name;
	void (*run)(struct doctor *d);
};

/* Tables that end with {} */
extern const struct doctor_check doctor_link[], doctor_cpu[], doctor_softirq[],
	doctor_steer[], doctor_port_socket[], doctor_socket[];

/* What a check says: one of these, and how it would be mended */
void doctor_pass(struct doctor *d, const char *format, ...) __printf(2, 3);
void doctor_warn(struct doctor *d, const char *format, ...) __printf(2, 3);
void doctor_fail(struct doctor *d, const char *format, ...) __printf(2, 3);
void doctor_none(struct doctor *d, const char *format, ...) __printf(2, 3);
void doctor_mend(struct doctor *d, const char *format, ...) __printf(2, 3);

/* Facts (doctor_facts.c) */
int doctor_load(struct doctor *d);	/* Return: 0 or a negative error */
int doctor_sample(struct doctor *d, struct doctor_sample *sample);
unsigned long long doctor_more(const struct doctor *d, enum doctor_counter counter);
/* doctor_u64 - a file of the port's (path "mtu", "queues/rx-0/rps_flow_cnt"), or a whole path.
 * Return: false if it is not there
 */
bool doctor_u64(struct doctor *d, unsigned long long *value, const char *path, ...) __printf(3, 4);
bool doctor_text(struct doctor *d, char *buf, size_t size, const char *path, ...)
	__printf(4, 5);
/* doctor_line - what follows in the line of a file that begins so.  Return: is there one? */
bool doctor_line(struct doctor *d, const char *path, const char *begins, char *buf, size_t size);
bool doctor_forwards(struct doctor *d);	/* does the port? */
double doctor_rate(const struct doctor *d, uint64_t more);	/* a second */
/* doctor_ask - as lt_send.  Return: 0, 1 where the kernel or a driver does not tell, or an error */
int doctor_ask(struct doctor *d, struct nlmsghdr *msg, lt_reply reply, void *data);

/* Sockets (doctor_tcp.c) */
int doctor_tcp_sample(struct doctor *d, struct doctor_sample *sample);
/* doctor_tcp_before - the same one in the first sample, or NULL */
const struct doctor_tcp *doctor_tcp_before(const struct doctor *d, const struct doctor_tcp *tcp);
bool doctor_tcp_leaves(struct doctor *d, struct doctor_tcp *tcp);	/* by the port? */

#endif
