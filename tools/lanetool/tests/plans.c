// SPDX-License-Identifier: GPL-2.0
/* What tune plans, and what its states keep, on ports and systems that are made up. */
#include <stdlib.h>

#include "../netdev_nl.h"
#include "../tune.h"
#include "parts.h"
#include "tree.h"

#define NETDEV	0x20	/* the family's number */
#define NAPIS	3
#define PORTS	"/proc/sys/net/ipv4/ip_local_port_range"

struct plans {
	struct lt lt;
	struct lt_kernel kernel;
	struct tree tree;
	struct nic port;
	unsigned int napis;	/* that the kernel tells of */
	bool old;		/* a kernel that tells of nothing that they have */
	uint64_t set[NETDEV_NL_NAPI_MAX + 1];	/* what one was given, by attribute */
	uint64_t answer[128];	/* aligned */
	size_t size;
};

static int plans_ioctl(struct lt *lt, unsigned long request, struct ifreq *ifr)
{
	(void)lt;
	(void)request;
	(void)ifr;
	errno = EOPNOTSUPP;
	return -1;
}

/* Of three NAPIs with the numbers 12, 11 and 10: dumps have the newest one first. */
static void plans_napi(struct plans *p, const struct nlmsghdr *request, unsigned int i)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header((char *)p->answer + p->size);
	unsigned int k;

	msg->nlmsg_type = request->nlmsg_type;
	msg->nlmsg_seq = request->nlmsg_seq;
	mnl_nlmsg_put_extra_header(msg, sizeof(struct genlmsghdr));
	mnl_attr_put_u32(msg, NETDEV_NL_NAPI_ID, 9 + NAPIS - i);
	mnl_attr_put_u32(msg, NETDEV_NL_NAPI_IFINDEX, p->port.ifindex);
	for (k = 0; k < 3 && !p->old; k++)
		mnl_attr_put_u32(msg, NETDEV_NL_NAPI_DEFER_HARD_IRQS + k, 100 * (NAPIS - i) + k);
	p->size += msg->nlmsg_len;
}

static ssize_t plans_send(struct lt *lt, int protocol, const void *buf, size_t size)
{
	struct plans *p = lt->kernel->data;
	const struct nlmsghdr *request = buf;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(request);
	const struct nlattr *attr;
	bool netdev = request->nlmsg_type == NETDEV;
	struct nlmsghdr *end;
	unsigned int i;

	(void)protocol;
	p->size = 0;
	for (i = 0; netdev && genl->cmd == NETDEV_NL_NAPI_GET && i < p->napis; i++)
		plans_napi(p, request, i);
	mnl_attr_for_each(attr, request, sizeof(*genl))
		if (netdev && genl->cmd == NETDEV_NL_NAPI_SET &&
		    mnl_attr_get_type(attr) <= NETDEV_NL_NAPI_MAX)
			p->set[mnl_attr_get_type(attr)] = lt_uint(attr);
	end = mnl_nlmsg_put_header((char *)p->answer + p->size);
	end->nlmsg_type = NLMSG_DONE;
	end->nlmsg_seq = request->nlmsg_seq;
	p->size += end->nlmsg_len;
	return size;
}

static ssize_t plans_recv(struct lt *lt, int protocol, void *buf, size_t size)
{
	struct plans *p = lt->kernel->data;

	(void)protocol;
	check(p->size <= size, "room for an answer");
	memcpy(buf, p->answer, p->size);
	return p->size;
}

static void plans_file(struct plans *p, const char *line)
{
	check(tree_line(&p->tree, line), "a line of a tree: %s", line);
	p->kernel.root = p->tree.root;
}

static struct plans *plans_new(void)
{
	struct plans *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->kernel = (struct lt_kernel){ .send = plans_send, .recv = plans_recv,
					.ioctl = plans_ioctl, .data = p };
	p->lt.families[0] = (struct lt_family){ NETDEV_NL_FAMILY, NETDEV };
	p->lt.families[1] = (struct lt_family){ ETHTOOL_GENL_NAME, NETDEV + 1 };
	p->lt.kernel = &p->kernel;
	p->lt.err = stderr;
	p->port = (struct nic){ .name = "eth0", .ifindex = 3, .rx_queues = 1, .tx_queues = 1 };
	plans_file(p, "file /proc/sys/kernel/random/boot_id here");
	return p;
}

static void plans_free(struct plans *p)
{
	tree_free(&p->tree);
	free(p);
}

/* What a plan has of a knob: its "old", "new"; "" if there is none */
static const char *plans_has(const json_t *plan, const char *knob, const char *key)
{
	json_t *change;
	size_t i;

	json_array_foreach(plan, i, change)
		if (!strcmp(tune_text(change, "setting"), knob))
			return tune_text(change, key) ?: "";
	return "";
}

static void check_ports(void)
{
	static const struct {
		const char *range, *anybody, *want;
	} ranges[] = {
		{ "32768\t60999", NULL, "1024 65535" },
		{ "32768 60999", "1024", "1024 65535" },
		{ "32768 60999", "0", "1024 65535" },
		{ "32768 60999", "2000", "2000 65535" },
		{ "2000 65535", "2000", "" },
		{ "1024 65535", "1024", "" },
		{ "500 60999", "400", "500 65535" },
	};
	char line[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		struct plans *p = plans_new();
		const char *want;
		json_t *plan;

		snprintf(line, sizeof(line), "file " PORTS " %s", ranges[i].range);
		plans_file(p, line);
		snprintf(line, sizeof(line),
			 "file /proc/sys/net/ipv4/ip_unprivileged_port_start %s",
			 ranges[i].anybody ?: "");
		if (ranges[i].anybody)
			plans_file(p, line);
		plan = tune_make(&p->lt, &p->port, TUNE_CONNECTIONS, false);
		want = plans_has(plan, "file:" PORTS, "new");
		check(!strcmp(want, ranges[i].want), "ports %s: '%s'", ranges[i].range, want);
		json_decref(plan);
		plans_free(p);
	}
}

/* What another port was tuned to, this one has as well, with what was before both. */
static void check_shared(void)
{
	static const char backlog[] = "file:/proc/sys/net/core/somaxconn";
	struct plans *p = plans_new();
	json_t *plan, *state;
	size_t changes = 0;

	plans_file(p, "file /proc/sys/net/core/somaxconn 65535");
	plan = tune_make(&p->lt, &p->port, TUNE_CONNECTIONS, true);
	check(!json_array_size(plan), "a plan where all is as wanted");
	json_decref(plan);
	plans_file(p,
		   "file /var/lib/lanetool/eth1.json { \"boot\": \"here\", \"changes\": [ { \"setting\": \"file:/proc/sys/net/core/somaxconn\", \"old\": \"4096\" } ] }");
	plan = tune_make(&p->lt, &p->port, TUNE_LATENCY, true);
	check(!json_array_size(plan), "a plan that does not want it");
	json_decref(plan);
	plan = tune_make(&p->lt, &p->port, TUNE_CONNECTIONS, true);
	check(!strcmp(plans_has(plan, backlog, "old"), "4096") &&
	      !*plans_has(plan, backlog, "new"), "a plan that shares");
	state = tune_merge(&p->lt, NULL, &p->port, "connections", plan);
	changes = json_array_size(json_object_get(state, "changes"));
	check(changes == 1 && !strcmp(plans_has(json_object_get(state, "changes"), backlog, "old"),
				      "4096"), "a state that shares: %zu changes", changes);
	json_decref(state);
	json_decref(plan);
	plans_free(p);
}

/* A feature is planned by what was asked for, and of hardware alone. */
static void check_features(void)
{
	static char *names[2] = { "rx-gro", "rx-lro" };
	static const struct lt_strset features = { 2, names };
	static const struct {
		uint32_t wanted, active;
		const char *gro, *lro;
	} ports[] = {
		{ 2, 0, "1", "0" }, { 1, 0, "", "" }, { 0, 3, "1", "" }, { 3, 1, "", "0" },
	};
	struct plans *p = plans_new();
	json_t *plan;
	size_t i;

	p->port.features = &features;
	p->port.hw[0] = 3;
	p->port.values[NIC_COMBINED] = (struct nic_value){ true, 0, 1 };
	memcpy(p->port.bus, "tap", 4);
	plans_file(p, "file /sys/devices/system/cpu/online 0-3");
	plan = tune_make(&p->lt, &p->port, TUNE_FORWARDING, true);
	check(!json_array_size(plan), "a plan for a tap");
	json_decref(plan);
	plans_file(p, "file /sys/class/net/eth0/device/vendor 0x8086");
	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		p->port.wanted[0] = ports[i].wanted;
		p->port.active[0] = ports[i].active;
		plan = tune_make(&p->lt, &p->port, TUNE_FORWARDING, false);
		check(!strcmp(plans_has(plan, "feature:rx-gro", "new"), ports[i].gro) &&
		      !strcmp(plans_has(plan, "feature:rx-lro", "new"), ports[i].lro),
		      "features that are wanted %x, and on %x", ports[i].wanted, ports[i].active);
		json_decref(plan);
	}
	plans_free(p);
}

/* A NAPI is known by its place among those of its port, from the oldest one on. */
static void check_napis(void)
{
	struct plans *p = plans_new();
	json_t *plan;
	char *value;

	p->napis = NAPIS;
	plans_file(p, "file /sys/class/net/eth0/napi_defer_hard_irqs 0");
	plans_file(p, "file /sys/class/net/eth0/gro_flush_timeout 7");
	plan = tune_make(&p->lt, &p->port, TUNE_XDP, true);
	check(json_array_size(plan) == 2 + NAPIS, "a plan with NAPIs: %zu changes",
	      json_array_size(plan));
	check(!strcmp(plans_has(plan, "napi:0", "old"), "100 101 102") &&
	      !strcmp(plans_has(plan, "napi:2", "old"), "300 301 302") &&
	      !*plans_has(plan, "napi:0", "new"), "what NAPIs have is remembered");
	json_decref(plan);
	check(!knob_set(&p->lt, &p->port, "napi:1", "5 6 7") &&
	      p->set[NETDEV_NL_NAPI_ID] == 11 && p->set[NETDEV_NL_NAPI_DEFER_HARD_IRQS] == 5 &&
	      p->set[NETDEV_NL_NAPI_GRO_FLUSH] == 6 && p->set[NETDEV_NL_NAPI_IRQ_SUSPEND] == 7,
	      "a NAPI is given what it had");
	check(knob_set(&p->lt, &p->port, "napi:3", "5 6 7") == -ENOENT &&
	      knob_set(&p->lt, &p->port, "napi:1", "5 6") == -EINVAL,
	      "NAPIs and values that are none");
	value = knob_get(&p->lt, &p->port, "napi:3");
	check(!value, "a NAPI that is not there: %s", value ?: "");
	p->old = true;
	check(!knob_napis(&p->lt, &p->port), "a kernel that does not tell");
	free(value);
	plans_free(p);
}

void plans_check(void)
{
	check_napis();
	check_features();
	check_shared();
	check_ports();
}
