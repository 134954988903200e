/* SPDX-License-Identifier: GPL-2.0 */
/* The network devices of this host and how they lie over each other. */
#ifndef LT_LINKS_H
#define LT_LINKS_H

#include "lanetool.h"

#define LINKS_MAX	1024

struct link_one {
	uint32_t ifindex;
	uint32_t mtu;
	uint32_t under;		/* the device below a VLAN or a tunnel, or 0 */
	bool six;		/* a tunnel over IPv6 */
	uint32_t master;	/* the bridge or bond it is part of, or 0 */
	uint32_t flags;		/* IFF_* */
	char name[32];
	char kind[32];		/* "vxlan", "" */
	char qdisc[32];
};

struct links {
	struct link_one link[LINKS_MAX];
	unsigned int count;
};

/* links_load - Return: 0 or a negative error, which has been said */
int links_load(struct lt *lt, struct links *links);
const struct link_one *links_find(const struct links *links, uint32_t ifindex);
/* links_over - is one reached through the other?  So is each through itself. */
bool links_over(const struct links *links, uint32_t upper, uint32_t lower);
/* links_grounded - does it lead to hardware, or is it the loopback?  Of tunnels without a device
 * and of switches of their own one cannot tell where they lead.
 */
bool links_grounded(struct lt *lt, const struct links *links, uint32_t upper);

#endif
