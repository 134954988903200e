// SPDX-License-Identifier: GPL-2.0
/* The socket layer: buffers, queues of those who listen, ports, files, connection tracking. */
#include <stdlib.h>

#include "doctor.h"

#define BUFFER_MOST	(256ull << 20)	/* bytes; one of TCP may take that many */
#define PORT_LEAST	1024	/* for connections that we begin */
#define PORT_MOST	65535
#define FILES_FULL	90	/* per cent that a process may have open */
#define FULL	80	/* per cent of a limit, from which it is soon reached */

/* tcp_rmem or tcp_wmem */
struct socket_buffer {
	const char *name;
	bool receives;
	unsigned long long least, first, most;
	unsigned long long window;	/* that it has room for */
	unsigned long long rtt;		/* usecs, of the farthest one that it holds up, or 0 */
};

static bool socket_buffer_read(struct doctor *d, struct socket_buffer *b)
{
	char text[128];

	if (!doctor_text(d, text, sizeof(text), "/proc/sys/net/ipv4/%s", b->name) ||
	    sscanf(text, "%llu %llu %llu", &b->least, &b->first, &b->most) != 3)
		return false;
	/* Of what is received into it, half is window (tcp_adv_win_scale 1, the default). */
	b->window = b->receives ? b->most / 2 : b->most;
	return true;
}

/* Bytes in flight that keep the line full: Mb/s x usecs are bits */
static unsigned long long socket_bdp(const struct doctor *d, unsigned long long rtt)
{
	return d->speed * rtt / 8;
}

/*
 * A buffer holds a connection up if it has less room than the line needs, and the connection
 * comes near to what a window of that size lets through.  Each has a path of its own, and only
 * those that leave by the port say something of it.
 * Return: how many carried anything, by whatever port
 */
static unsigned int socket_held_up(struct doctor *d, struct socket_buffer *b)
{
	unsigned int carried = 0;
	size_t i;

	for (i = 0; i < d->after.tcps; i++) {
		struct doctor_tcp *tcp = &d->after.tcp[i];
		const struct doctor_tcp *was = doctor_tcp_before(d, tcp);
		uint64_t bytes;

		if (!was)
			continue;
		bytes = b->receives ? tcp->in - was->in : tcp->out - was->out;
		carried += bytes > 0;
		/* Bytes a second, against a window each round trip */
		if (tcp->rtt > b->rtt && b->most < BUFFER_MOST &&
		    b->window < socket_bdp(d, tcp->rtt) &&
		    2 * doctor_rate(d, bytes) >= b->window * 1e6 / tcp->rtt &&
		    doctor_tcp_leaves(d, tcp))
			b->rtt = tcp->rtt;
	}
	return carried;
}

static void socket_tcp_buffers(struct doctor *d)
{
	struct socket_buffer buffers[] = {
		{ .name = "tcp_rmem", .receives = true },
		{ .name = "tcp_wmem" },
	}, *b, *end = buffers + ARRAY_SIZE(buffers);
	unsigned int carried = 0;

	if (!d->speed || !d->after.tcp_shown) {
		doctor_none(d, !d->speed ? "the link has no speed to go by"
					 : "the kernel does not show connections");
		return;
	}
	for (b = buffers; b < end; b++) {
		if (!socket_buffer_read(d, b)) {
			doctor_none(d, "%s cannot be read", b->name);
			return;
		}
		carried += socket_held_up(d, b);
	}
	for (b = buffers; b < end; b++) {
		unsigned long long bdp = socket_bdp(d, b->rtt);

		if (!b->rtt)
			continue;
		doctor_warn(d,
			    "%u Mb/s x %llu us take %llu bytes in flight; %s allows %llu, and a connection comes near that",
			    d->speed, b->rtt, bdp, b->name, b->window);
		doctor_mend(d, "sysctl -w net.ipv4.%s='%llu %llu %llu'", b->name, b->least,
			    b->first, 2 * bdp < BUFFER_MOST ? 2 * bdp : BUFFER_MOST);
	}
	if (!d->finding.mends && carried)
		doctor_pass(d,
			    "no connection by this port comes near what its buffers let through");
	else if (!d->finding.mends)
		doctor_none(d, "no connection carried anything");
}

static void socket_udp_buffers(struct doctor *d)
{
	unsigned long long lost = doctor_more(d, COUNT_UDP_RCVBUF), now = 0;

	doctor_u64(d, &now, "/proc/sys/net/core/rmem_default");
	if (lost) {
		doctor_fail(d,
			    "%llu datagrams dropped in %.1f s: their sockets' buffers were full%s",
			    lost, d->secs, now ? "" : "; rmem_default is the host's to set");
		if (now)
			doctor_mend(d, "sysctl -w net.core.rmem_default=%llu", 4 * now);
	} else if (!doctor_more(d, COUNT_UDP_IN)) {
		doctor_none(d, "no datagram came");
	} else {
		doctor_pass(d, "no datagram dropped in %.1f s", d->secs);
	}
}

static void socket_tcp_memory(struct doctor *d)
{
	unsigned long long pruned = doctor_more(d, COUNT_RCV_PRUNED);
	unsigned long long backlog = doctor_more(d, COUNT_BACKLOG_DROP);
	unsigned long long limit[3] = {}, pages = 0;
	char text[512];

	if (doctor_text(d, text, sizeof(text), "/proc/sys/net/ipv4/tcp_mem"))
		sscanf(text, "%llu %llu %llu", &limit[0], &limit[1], &limit[2]);
	if (doctor_line(d, "/proc/net/sockstat", "TCP: inuse", text, sizeof(text)) &&
	    strstr(text, "mem "))
		pages = strtoull(strstr(text, "mem ") + 4, NULL, 10);
	if (limit[1] && pages >= limit[1]) {
		doctor_fail(d, "TCP holds %llu pages, pressure begins at %llu", pages, limit[1]);
		doctor_mend(d, "sysctl -w net.ipv4.tcp_mem='%llu %llu %llu'", 2 * limit[0],
			    2 * limit[1], 2 * limit[2]);
	} else if (pruned || backlog) {
		doctor_warn(d,
			    "%llu packets thrown out of full buffers, %llu off backlogs in %.1f s: readers are too slow",
			    pruned, backlog, d->secs);
	} else if (limit[1]) {
		doctor_pass(d, "%llu pages; pressure begins at %llu", pages, limit[1]);
	} else {
		doctor_none(d, "not known");
	}
}

/* The listener that dropped most, or of those that dropped nothing the one with most room; NULL */
static const struct doctor_tcp *socket_full(const struct doctor *d, uint32_t *drops)
{
	const struct doctor_tcp *full = NULL, *tcp;

	*drops = 0;
	for (tcp = d->after.tcp; tcp < d->after.tcp + d->after.tcps; tcp++) {
		const struct doctor_tcp *was = doctor_tcp_before(d, tcp);
		uint32_t more = tcp->drops - (was ? was->drops : 0);

		if (full && (more < *drops || (more == *drops && tcp->limit <= full->limit)))
			continue;
		full = tcp;
		*drops = more;
	}
	return full;
}

/* A listener's queue was full: as many as listen() asked for, or somaxconn if that is less */
static void socket_fail_full(struct doctor *d, unsigned long long lost, const char *what)
{
	unsigned long long most = 0;
	const struct doctor_tcp *full;
	uint32_t drops;

	doctor_u64(d, &most, "/proc/sys/net/core/somaxconn");
	full = socket_full(d, &drops);
	if (!full) {
		doctor_fail(d, "%llu %s in %.1f s; whose is not shown", lost, what, d->secs);
	} else if (most && full->limit == most) {
		doctor_fail(d, "%llu %s in %.1f s; port %u's has room for %llu, as somaxconn is",
			    lost, what, d->secs, full->port, most);
		doctor_mend(d,
			    "sysctl -w net.core.somaxconn=%llu    # and listen() has to ask for as much, anew",
			    4 * most);
	} else if (drops) {
		doctor_fail(d,
			    "%llu %s in %.1f s; port %u's has room for %u, as its listen() had it; somaxconn is %llu",
			    lost, what, d->secs, full->port, full->limit, most);
	} else {
		doctor_fail(d, "%llu %s in %.1f s; none has as much room as somaxconn allows, %llu",
			    lost, what, d->secs, most);
	}
}

static void socket_listen(struct doctor *d)
{
	unsigned long long lost = doctor_more(d, COUNT_LISTEN_OVERFLOWS), most = 0;

	doctor_u64(d, &most, "/proc/sys/net/core/somaxconn");
	if (!d->after.there[COUNT_LISTEN_OVERFLOWS])
		doctor_none(d, "not counted here");
	else if (lost)
		socket_fail_full(d, lost, "connections found a listener's queue full");
	else
		doctor_pass(d, "no overflow in %.1f s, %llu since boot; somaxconn is %llu",
			    d->secs,
			    (unsigned long long)d->after.count[COUNT_LISTEN_OVERFLOWS], most);
}

/*
 * Half-open connections of one listener: as many as its queue of whole ones has room for.
 * Without cookies the last quarter of tcp_max_syn_backlog is for hosts that are known: what that
 * drops has no counter of its own, but is among all drops.
 */
static void socket_syn(struct doctor *d)
{
	unsigned long long full = doctor_more(d, COUNT_SYN_DROPS), most = 0, cookies = 0;
	unsigned long long drops = doctor_more(d, COUNT_LISTEN_DROPS);
	unsigned long long counted = full + doctor_more(d, COUNT_LISTEN_OVERFLOWS);
	bool may = doctor_u64(d, &cookies, "/proc/sys/net/ipv4/tcp_syncookies");

	full += doctor_more(d, COUNT_SYN_COOKIES);
	doctor_u64(d, &most, "/proc/sys/net/ipv4/tcp_max_syn_backlog");
	if (!d->after.there[COUNT_SYN_DROPS]) {
		doctor_none(d, "not counted here");
	} else if (cookies == 2) {
		doctor_none(d, "each SYN is answered by a cookie (tcp_syncookies is 2)");
	} else if (full) {
		socket_fail_full(d, full,
				 "SYNs found a listener's queue full: dropped, or answered by cookies,");
	} else if (!cookies && drops > counted) {
		doctor_fail(d,
			    "%llu SYNs dropped in %.1f s, with %llu in tcp_max_syn_backlog and tcp_syncookies off",
			    drops - counted, d->secs, most);
		if (may)
			doctor_mend(d, "sysctl -w net.ipv4.tcp_syncookies=1");
		else if (most)
			doctor_mend(d, "sysctl -w net.ipv4.tcp_max_syn_backlog=%llu", 4 * most);
	} else {
		doctor_pass(d, "no overflow in %.1f s", d->secs);
	}
}

static void socket_ports(struct doctor *d)
{
	unsigned long long low = 0, high = 0, tw = 0, inuse = 0, least = PORT_LEAST;
	unsigned long long most = 0, lost = doctor_more(d, COUNT_TW_OVERFLOW);
	char text[512];

	/* The kernel refuses a range with ports that are for the privileged. */
	if (doctor_u64(d, &least, "/proc/sys/net/ipv4/ip_unprivileged_port_start") &&
	    least < PORT_LEAST)
		least = PORT_LEAST;
	if (!doctor_line(d, "/proc/net/sockstat", "TCP: inuse", text, sizeof(text)) ||
	    sscanf(text, "%llu orphan %*u tw %llu", &inuse, &tw) != 2 ||
	    !doctor_u64(d, &most, "/proc/sys/net/ipv4/tcp_max_tw_buckets") ||
	    !doctor_text(d, text, sizeof(text), "/proc/sys/net/ipv4/ip_local_port_range") ||
	    sscanf(text, "%llu %llu", &low, &high) != 2 || high < low) {
		doctor_none(d, "not known");
	} else if (lost || tw * 100 >= most * FULL) {
		doctor_warn(d,
			    "%llu connections in TIME_WAIT, at most %llu; %llu ended early in %.1f s",
			    tw, most, lost, d->secs);
		doctor_mend(d, "sysctl -w net.ipv4.tcp_max_tw_buckets=%llu", 4 * most);
	} else if (tw * 100 >= (high - low + 1) * FULL && doctor_more(d, COUNT_OPENED) &&
		   (low > least || high < PORT_MOST)) {
		/* Those that others began have the listener's port. */
		doctor_warn(d, "%llu connections in TIME_WAIT, %llu ports for those we open", tw,
			    high - low + 1);
		doctor_mend(d, "sysctl -w net.ipv4.ip_local_port_range='%llu %u'", least,
			    PORT_MOST);
	} else {
		doctor_pass(d, "%llu in TIME_WAIT; %llu ports, at most %llu in TIME_WAIT", tw,
			    high - low + 1, most);
	}
}

/* A process, and what it may have open */
struct socket_process {
	struct doctor *d;
	char pid[16], comm[64];		/* pid: "" for none */
	unsigned long long used, soft, hard;
};

static int socket_count(const char *name, void *data)
{
	(void)name;
	++*(unsigned long long *)data;
	return 0;
}

/* Stops at the first one that will soon be refused files.  Who has more than it may have has
 * lowered the limit itself, so as to open no more.
 */
static int socket_process(const char *name, void *data)
{
	struct socket_process *p = data;
	char path[64], text[128];

	if (name[strspn(name, "0123456789")] || strlen(name) >= sizeof(p->pid))
		return 0;
	p->used = 0;
	snprintf(path, sizeof(path), "/proc/%.15s/limits", name);
	if (!doctor_line(p->d, path, "Max open files", text, sizeof(text)) ||
	    sscanf(text, "%llu %llu", &p->soft, &p->hard) != 2 || !p->soft ||
	    sys_names(p->d->lt, socket_count, &p->used, "/proc/%s/fd", name) ||
	    p->used * 100 < p->soft * FILES_FULL || p->used > p->soft ||
	    !doctor_text(p->d, p->comm, sizeof(p->comm), "/proc/%s/comm", name))
		return 0;
	snprintf(p->pid, sizeof(p->pid), "%s", name);
	return 1;
}

static void socket_mend_files(struct doctor *d, const struct socket_process *p)
{
	unsigned long long most = 0, more = 4 * p->soft;

	/* Up to its hard limit a process need not be privileged. */
	if (more > p->hard && p->hard > p->soft)
		more = p->hard;
	/* Beyond this the kernel refuses it. */
	if (doctor_u64(d, &most, "/proc/sys/fs/nr_open") && more > most)
		more = most;
	if (more > p->soft)
		doctor_mend(d, "prlimit --nofile=%llu:%llu --pid %s", more,
			    more > p->hard ? more : p->hard, p->pid);
}

static void socket_files(struct doctor *d)
{
	unsigned long long used = 0, spare = 0, most = 0;
	struct socket_process process = { .d = d };
	char text[128];

	if (!doctor_text(d, text, sizeof(text), "/proc/sys/fs/file-nr") ||
	    sscanf(text, "%llu %llu %llu", &used, &spare, &most) != 3 || !most) {
		doctor_none(d, "not known");
	} else if (used >= most / 100 * FULL) {
		doctor_warn(d, "%llu of %llu files are open", used, most);
		doctor_mend(d, "sysctl -w fs.file-max=%llu", 2 * most);
	} else if (sys_names(d->lt, socket_process, &process, "/proc") > 0) {
		doctor_warn(d, "process %s (%s) has %llu files open, and may have %llu",
			    process.pid, process.comm, process.used, process.soft);
		socket_mend_files(d, &process);
	} else {
		doctor_pass(d, "%llu open of %llu", used, most);
	}
}

static void socket_conntrack(struct doctor *d)
{
	unsigned long long used = 0, most = 0;

	if (!doctor_u64(d, &used, "/proc/sys/net/netfilter/nf_conntrack_count") ||
	    !doctor_u64(d, &most, "/proc/sys/net/netfilter/nf_conntrack_max") || !most) {
		doctor_none(d, "connections are not tracked");
	} else if (used * 100 >= most * FULL) {
		doctor_warn(d, "%llu of %llu connections tracked", used, most);
		doctor_mend(d, "sysctl -w net.netfilter.nf_conntrack_max=%llu", 2 * most);
	} else {
		doctor_pass(d, "%llu of %llu", used, most);
	}
}

const struct doctor_check doctor_port_socket[] = {
	{ "socket", "tcp-buffers", socket_tcp_buffers },
	{}
};

const struct doctor_check doctor_socket[] = {
	{ "socket", "tcp-memory", socket_tcp_memory },
	{ "socket", "udp-buffers", socket_udp_buffers },
	{ "socket", "listen-queue", socket_listen },
	{ "socket", "syn-queue", socket_syn },
	{ "socket", "ports", socket_ports },
	{ "socket", "files", socket_files },
	{ "socket", "conntrack", socket_conntrack },
	{}
};
