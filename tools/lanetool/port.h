/* SPDX-License-Identifier: GPL-2.0 */
/* A port with its lanes, as show, top, flows and predict need it (port.c, count.c). */
#ifndef PORT_H
#define PORT_H

#include <net/if.h>

#include "lanetool.h"

#define LANES_MAX	4096
#define LANE_CPUS	1024	/* of a list of CPUs: each other one of some hundred */

enum lane_count {
	LANE_RX_PACKETS,
	LANE_RX_BYTES,
	LANE_TX_PACKETS,
	LANE_TX_BYTES,
	LANE_DROPS,
	LANE_IRQS,
	LANE_COUNTS,
};

/* What is not known is -1, 0 (napi) or "". */
struct lane {
	int irq;
	int tx_irq;		/* where transmitting has one of its own */
	int cpu;		/* that takes the interrupt */
	int node;		/* of that CPU */
	uint32_t napi;
	char affinity[LANE_CPUS];	/* CPUs that may take it, as a list */
	char xps[LANE_CPUS];		/* CPUs that transmit here */
	uint64_t count[LANE_COUNTS];
	bool counted[LANE_COUNTS];
	uint32_t usecs;		/* between interrupts, now; with timed */
	bool timed;
	uint32_t flows, home;	/* Flowlane's: that are wanted here, and that come here */
};

struct port {
	char name[IFNAMSIZ];
	uint32_t ifindex;
	uint32_t flags;		/* IFF_* */
	uint32_t mtu;
	char driver[32];
	char version[32];
	char bus[32];
	bool flowlane;
	bool flows_known;	/* they are for administrators */
	uint32_t lanes;
	struct lane *lane;
};

struct ports {
	struct port *port;
	size_t count;
};

/* A flow of Flowlane's table */
struct flow {
	uint32_t ifindex, id, hash, bucket, tier, lane, cpu, age_ms;
	bool has_cpu;
	uint16_t l3;
	uint8_t proto;
	uint8_t src[16], dst[16];
	uint16_t src_port, dst_port;
	uint64_t packets;
	uint64_t rate;		/* a second, with --watch */
};

struct flows {
	struct flow *flow;
	size_t count, room;
};

/* ports_find - the device of that name, or (NULL) all, in the kernel's order.
 * Return: 0 or a negative error, which has been said.
 */
int ports_find(struct lt *lt, const char *name, struct ports *ports);
void ports_free(struct ports *ports);
/* ports_arg - the devices that a command line names: one, or none for all.  Return: likewise */
int ports_arg(struct lt *lt, struct ports *ports);
void port_driver(struct lt *lt, struct port *port);	/* nothing where the kernel says nothing */
int port_lanes(struct lt *lt, struct port *port);	/* Return: 0 or an error, said */
/* lane_of - the lane of that number, or NULL */
struct lane *lane_of(const struct port *port, uint64_t number);
/* port_text - a file of the device's in /sys/class/net; "" if there is none */
void port_text(struct lt *lt, const struct port *port, char *text, size_t size, const char *file);
void cpu_mask_list(char *list, size_t size, const char *mask);	/* "0000,0000000f": "0-3" */
bool cpu_in_list(unsigned int cpu, const char *list);

/* port_count - what the lanes have counted until now (count.c).  Return: 0 or an error, said */
int port_count(struct lt *lt, struct port *port);
/* count_name - is it the name of a lane's statistic, such as "rx_queue_3_bytes"? */
bool count_name(const char *name, enum lane_count *what, unsigned int *lane);
void irqs_read(struct lt *lt, void (*one)(void *data, unsigned int irq, uint64_t total,
					  const char *action), void *data);

/* flows_read - of one port, or (0) of all.  Return: 0, 1 if there is no such table or it is not
 * shown to us, with errno as the reason, or a negative error, said
 */
int flows_read(struct lt *lt, uint32_t ifindex, struct flows *flows);
void flows_free(struct flows *flows);
void flow_address(char *text, size_t size, uint16_t l3, const uint8_t *address, uint16_t port);
const char *proto_name(uint8_t proto);	/* "tcp", or the number, until the next call */

#endif
