// SPDX-License-Identifier: GPL-2.0
/* The link and the device: carrier, errors, rings, moderation, offloads, MTU, qdisc. */
#include "doctor.h"

#define POLL_BUDGET	64	/* NAPI_POLL_WEIGHT */
#define RING_SMALL	(4 * POLL_BUDGET)
#define TSO_DESCRIPTORS	18	/* of the longest packet: MAX_SKB_FRAGS and its head */
#define FRAME_BITS	672	/* of the smallest one, with preamble and gap */
#define IPV6_MORE	20	/* bytes, of its header than of that of IPv4 */
#define IRQS_BUSY	20000	/* a second and lane; more costs more than it gives */
#define IRQS_LONELY	2	/* packets an interrupt: it moderates nothing */

static void link_carrier(struct doctor *d)
{
	char duplex[32] = "";
	unsigned long long carrier;

	if (!doctor_u64(d, &carrier, "carrier")) {
		doctor_warn(d, "%s is down", d->port->name);
		doctor_mend(d, "ip link set %s up", d->port->name);
	} else if (!carrier) {
		doctor_fail(d, "up, but no carrier: cable, or the other end");
	} else if (doctor_text(d, duplex, sizeof(duplex), "duplex") && !strcmp(duplex, "half")) {
		doctor_fail(d, "half duplex at %u Mb/s", d->speed);
		doctor_mend(d, "lanetool -s %s autoneg on", d->port->name);
	} else if (d->speed) {
		doctor_pass(d, "up, %u Mb/s", d->speed);
	} else {
		doctor_pass(d, "up");
	}
}

static void link_errors(struct doctor *d)
{
	unsigned long long crc = doctor_more(d, COUNT_RX_CRC);
	unsigned long long frame = doctor_more(d, COUNT_RX_FRAME);

	if (!d->after.there[COUNT_RX_CRC])
		doctor_none(d, "the device does not count them");
	else if (crc || frame)
		doctor_fail(d,
			    "%llu frames with a wrong checksum and %llu misaligned ones in %.1f s: cable or transceiver",
			    crc, frame, d->secs);
	else
		doctor_pass(d, "no damaged frame in %.1f s", d->secs);
}

/* Drivers count it as one of these, and some as several. */
static unsigned long long link_lost(const struct doctor *d)
{
	static const enum doctor_counter counters[] = {
		COUNT_RX_MISSED, COUNT_RX_FIFO, COUNT_RX_OVER,
	};
	unsigned long long most = 0, more;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		more = doctor_more(d, counters[i]);
		most = more > most ? more : most;
	}
	return most;
}

static void link_rings(struct doctor *d)
{
	const struct nic_value *rx = &d->port->values[NIC_RING_RX];
	unsigned long long lost = link_lost(d);
	uint32_t more;

	if (!rx->there || !rx->max) {
		doctor_none(d, "the device has no rings to set");
		return;
	}
	more = rx->value * 4 < 1024 ? 1024 : rx->value * 4;
	if (more > rx->max)
		more = rx->max;
	if (lost) {
		doctor_fail(d,
			    "%llu packets found no descriptor in %.1f s; the ring has %u of %u",
			    lost, d->secs, rx->value, rx->max);
		if (more > rx->value)
			doctor_mend(d, "lanetool -G %s rx %u", d->port->name, more);
	} else if (rx->value < RING_SMALL && rx->value < rx->max && d->speed) {
		doctor_warn(d, "%u descriptors of %u: small frames at %u Mb/s fill that in %u us",
			    rx->value, rx->max, d->speed, rx->value * FRAME_BITS / d->speed);
		doctor_mend(d, "lanetool -G %s rx %u", d->port->name, more);
	} else if (rx->value < RING_SMALL && rx->value < rx->max) {
		doctor_warn(d, "%u descriptors of %u are %u polls of %d packets", rx->value,
			    rx->max, rx->value / POLL_BUDGET, POLL_BUDGET);
		doctor_mend(d, "lanetool -G %s rx %u", d->port->name, more);
	} else {
		doctor_pass(d, "%u descriptors of %u, none missed in %.1f s", rx->value, rx->max,
			    d->secs);
	}
}

static void link_tx_ring(struct doctor *d)
{
	const struct nic_value *tx = &d->port->values[NIC_RING_TX];
	uint32_t more;

	if (!tx->there || !tx->max) {
		doctor_none(d, "the device has no rings to set");
		return;
	}
	more = tx->max < 1024 ? tx->max : 1024;
	if (tx->value < RING_SMALL && tx->value < tx->max) {
		doctor_warn(d, "%u descriptors of %u: %u long TSO packets fill that", tx->value,
			    tx->max, tx->value / TSO_DESCRIPTORS);
		doctor_mend(d, "lanetool -G %s tx %u", d->port->name, more);
	} else {
		doctor_pass(d, "%u descriptors of %u", tx->value, tx->max);
	}
}

/* The busiest vector, and what an interrupt brings */
static void link_moderation(struct doctor *d)
{
	const struct nic *port = d->port;
	unsigned long long most = 0, all = 0, packets;
	unsigned int i;

	/* A vector is for both ways. */
	packets = doctor_more(d, COUNT_RX_PACKETS) + doctor_more(d, COUNT_TX_PACKETS);
	for (i = 0; i < port->irq_count; i++) {
		unsigned long long more = d->after.irqs[i] - d->before.irqs[i];

		all += more;
		most = more > most ? more : most;
	}
	if (!port->values[NIC_RX_USECS].there || !port->irq_count) {
		doctor_none(d, "the device does not moderate interrupts");
	} else if (!all || !packets) {
		doctor_none(d, "no traffic to judge it by");
	} else if (doctor_rate(d, most) > IRQS_BUSY && packets < IRQS_LONELY * all) {
		doctor_warn(d,
			    "%.0f interrupts a second of one lane, for %.1f packets each; rx-usecs is %u",
			    doctor_rate(d, most), (double)packets / all,
			    port->values[NIC_RX_USECS].value);
		/* Not each driver that shows it has it; and one that adapts keeps its own time. */
		if (!port->values[NIC_ADAPTIVE_RX].there)
			doctor_mend(d, "lanetool -C %s rx-usecs 50", port->name);
		else if (port->values[NIC_ADAPTIVE_RX].value)
			doctor_mend(d, "lanetool -C %s adaptive-rx off rx-usecs 50", port->name);
		else
			doctor_mend(d,
				    "lanetool -C %s adaptive-rx on || lanetool -C %s rx-usecs 50",
				    port->name, port->name);
	} else {
		doctor_pass(d, "at most %.0f interrupts a second of a lane, %.1f packets each",
			    doctor_rate(d, most), (double)packets / all);
	}
}

static void link_offloads(struct doctor *d)
{
	static const struct {
		const char *kernel, *brief;
	} wanted[] = {
		{ "rx-checksum", "rx" }, { "tx-checksum-ip-generic", "tx" },
		{ "tx-checksum-ipv4", "tx" }, { "tx-scatter-gather", "sg" },
		{ "tx-tcp-segmentation", "tso" }, { "rx-gro", "gro" },
	};
	char off[DOCTOR_TEXT] = "", args[DOCTOR_TEXT] = "";
	size_t i, len = 0, args_len = 0;
	bool there;

	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		if (nic_feature(d->port, wanted[i].kernel, &there) || !there)
			continue;
		len += snprintf(off + len, sizeof(off) - len, "%s%s", len ? ", " : "",
				wanted[i].kernel);
		args_len += snprintf(args + args_len, sizeof(args) - args_len, " %s on",
				     wanted[i].brief);
	}
	if (!d->port->irq_count) {
		doctor_none(d, "there is no hardware below");
	} else if (!len) {
		doctor_pass(d, "all that count are on, as far as the device has them");
	} else if (!doctor_more(d, COUNT_RX_PACKETS) && !doctor_more(d, COUNT_TX_PACKETS)) {
		doctor_none(d, "off: %s; but there was no traffic that it costs", off);
	} else {
		doctor_warn(d, "off, though the device has it: %s", off);
		doctor_mend(d, "lanetool -K %s%s", d->port->name, args);
	}
}

static void link_lro(struct doctor *d)
{
	bool there, on = nic_feature(d->port, "rx-lro", &there);

	if (!on) {
		doctor_none(d, "the device does not do it");
	} else if (doctor_forwards(d)) {
		doctor_fail(d, "LRO joins packets for good, and this port forwards them");
		if (there)
			doctor_mend(d, "lanetool -K %s lro off", d->port->name);
	} else {
		doctor_pass(d, "on, and nothing is forwarded");
	}
}

/* What a tunnel puts around a packet (RFC 7348, 2784, 2003).  Return: 0: it is none */
static unsigned int link_overhead(const struct link_one *link)
{
	static const struct {
		const char *kind;
		unsigned int bytes;
	} kinds[] = {
		{ "vxlan", 50 }, { "gretap", 38 }, { "gre", 24 }, { "ipip", 20 }, { "sit", 20 },
		{ "ip6gretap", 58 }, { "ip6gre", 44 }, { "ip6tnl", 40 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(link->kind, kinds[i].kind))
			return kinds[i].bytes + (link->six ? IPV6_MORE : 0);
	return 0;
}

static void link_mtu(struct doctor *d)
{
	const struct link_one *own = links_find(d->links, d->port->ifindex);
	unsigned int i, over = 0;

	for (i = 0; own && i < d->links->count; i++) {
		const struct link_one *link = &d->links->link[i];
		unsigned int bytes = link_overhead(link);

		if (!bytes || link == own || !links_over(d->links, link->under, own->ifindex))
			continue;
		over++;
		if (link->mtu + bytes <= own->mtu)
			continue;
		/* Of several, the first is the evidence, and all are mended. */
		if (!d->finding.mends)
			doctor_fail(d, "%s's packets of %u bytes and its %u do not fit into %u",
				    link->name, link->mtu, bytes, own->mtu);
		doctor_mend(d, "ip link set %s mtu %u", link->name, own->mtu - bytes);
	}
	if (!over)
		doctor_none(d, "no tunnel is bound to this port");
	else if (!d->finding.mends)
		doctor_pass(d, "%u: tunnels fit into it", own->mtu);
}

/* Those that somebody has chosen shape or order packets: they stay. */
static bool link_plain_qdisc(const char *qdisc)
{
	static const char *const plain[] = {
		"pfifo_fast", "fq_codel", "fq", "pfifo", "bfifo", "sfq",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plain); i++)
		if (!strcmp(qdisc, plain[i]))
			return true;
	return false;
}

static void link_qdisc(struct doctor *d)
{
	const struct link_one *own = links_find(d->links, d->port->ifindex);
	const char *qdisc = own ? own->qdisc : "";

	if (!*qdisc || !strcmp(qdisc, "noqueue") || d->port->tx_queues < 2) {
		doctor_none(d, "there is one queue or none");
	} else if (!strcmp(qdisc, "mq") || !strcmp(qdisc, "noop") || !strcmp(qdisc, "mqprio") ||
		   !strcmp(qdisc, "taprio")) {
		doctor_pass(d, "%s: a queue for each of %u lanes", qdisc, d->port->tx_queues);
	} else if (!link_plain_qdisc(qdisc)) {
		doctor_none(d, "%s is one queue for all %u lanes, for some purpose", qdisc,
			    d->port->tx_queues);
	} else if (!doctor_more(d, COUNT_TX_PACKETS)) {
		doctor_none(d, "%s serves all %u lanes; but nothing was sent", qdisc,
			    d->port->tx_queues);
	} else {
		doctor_warn(d, "%s is one queue, with one lock, before %u lanes", qdisc,
			    d->port->tx_queues);
		doctor_mend(d, "tc qdisc replace dev %s root mq", d->port->name);
	}
}

const struct doctor_check doctor_link[] = {
	{ "link", "carrier", link_carrier },
	{ "link", "damaged-frames", link_errors },
	{ "device", "rx-ring", link_rings },
	{ "device", "tx-ring", link_tx_ring },
	{ "device", "moderation", link_moderation },
	{ "device", "offloads", link_offloads },
	{ "device", "lro", link_lro },
	{ "device", "tunnel-mtu", link_mtu },
	{ "device", "qdisc", link_qdisc },
	{}
};
