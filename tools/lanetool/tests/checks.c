// SPDX-License-Identifier: GPL-2.0
/*
 * doctor's checks one by one, on ports that are made up: what each says where there is a fault,
 * where there is none, and where it does not apply.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "../doctor.h"
#include "parts.h"
#include "tree.h"

#define PORT		3	/* its ifindex */
#define FEATURES	3

struct made {
	struct lt lt;
	struct lt_kernel kernel;
	struct tree tree;
	struct nic port;
	struct links links;
	struct doctor d;
};

static char *names[FEATURES] = { "rx-gro", "rx-lro", "rx-ntuple-filter" };
static const struct lt_strset features = { FEATURES, names };

static struct link_one *made_link(struct made *m, uint32_t ifindex, const char *name,
				  const char *kind, uint32_t mtu)
{
	struct link_one *link = &m->links.link[m->links.count++];

	*link = (struct link_one){ .ifindex = ifindex, .mtu = mtu };
	snprintf(link->name, sizeof(link->name), "%s", name);
	snprintf(link->kind, sizeof(link->kind), "%s", kind);
	return link;
}

static void __printf(2, 3) made_file(struct made *m, const char *format, ...)
{
	char line[512] = "file ";
	va_list args;

	va_start(args, format);
	vsnprintf(line + 5, sizeof(line) - 5, format, args);
	va_end(args);
	check(tree_line(&m->tree, line), "a line of a tree: %s", line);
	m->kernel.root = m->tree.root;
}

/* What is asked of this kernel it does not tell. */
static ssize_t made_send(struct lt *lt, int protocol, const void *buf, size_t size)
{
	(void)lt;
	(void)protocol;
	(void)buf;
	(void)size;
	errno = ECONNREFUSED;
	return -1;
}

/* A port with two lanes, on a host with four CPUs */
static struct made *made_new(void)
{
	struct made *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	m->lt.kernel = &m->kernel;
	m->kernel.send = made_send;
	m->port = (struct nic){
		.name = "eth0", .driver = "igb", .bus = "0000:01:00.0", .ifindex = PORT,
		.features = &features, .hw = { 7 }, .rx_queues = 2, .tx_queues = 2,
		.irq_count = 2,
		.irqs = { { .number = 30, .queue = 0 }, { .number = 31, .queue = 1 } },
	};
	m->d = (struct doctor){ .lt = &m->lt, .port = &m->port, .links = &m->links, .cpus = 4,
				.node_cpus = 4, .secs = 1, .speed = 1000 };
	made_link(m, PORT, "eth0", "", 1500);
	made_file(m, "/sys/devices/system/cpu/online 0-3");
	return m;
}

static void made_free(struct made *m)
{
	tree_free(&m->tree);
	free(m);
}

/* What a check says: its verdict, some of its evidence, and its first command or "" */
static void says(struct made *m, const struct doctor_check *table, const char *name,
		 const char *verdict, const char *evidence, const char *mend)
{
	struct doctor_finding *f = &m->d.finding;

	memset(f, 0, sizeof(*f));
	while (table->name && strcmp(table->name, name))
		table++;
	check(table->name, "there is no check '%s'", name);
	if (!table->name)
		return;
	table->run(&m->d);
	check(!strcmp(f->verdict, verdict) && strstr(f->evidence, evidence) &&
	      !strcmp(f->mends ? f->mend[0] : "", mend), "%s: %s, '%s', '%s'", name, f->verdict,
	      f->evidence, f->mends ? f->mend[0] : "");
	while (f->mends)
		free(f->mend[--f->mends]);
}

static void counted(struct made *m, enum doctor_counter counter, uint64_t more)
{
	m->d.after.count[counter] = m->d.before.count[counter] + more;
}

/* --- Checks */

static void check_tunnels(void)
{
	struct made *m = made_new();
	struct link_one *tunnel, *vlan;

	says(m, doctor_link, "tunnel-mtu", "none", "no tunnel", "");
	tunnel = made_link(m, 4, "vx0", "vxlan", 1500);
	says(m, doctor_link, "tunnel-mtu", "none", "no tunnel", "");	/* bound to no port */
	tunnel->under = PORT;
	says(m, doctor_link, "tunnel-mtu", "fail", "vx0's packets of 1500 bytes and its 50",
	     "ip link set vx0 mtu 1450");
	tunnel->mtu = 1450;
	says(m, doctor_link, "tunnel-mtu", "pass", "1500", "");
	/* IPv6's header is longer. */
	tunnel->six = true;
	says(m, doctor_link, "tunnel-mtu", "fail", "and its 70", "ip link set vx0 mtu 1430");
	tunnel->mtu = 1430;
	says(m, doctor_link, "tunnel-mtu", "pass", "1500", "");
	/* Over a VLAN it is over the port as well. */
	vlan = made_link(m, 5, "v5", "vlan", 1500);
	vlan->under = PORT;
	tunnel = made_link(m, 6, "gre0", "gretap", 1463);
	tunnel->under = 5;
	says(m, doctor_link, "tunnel-mtu", "fail", "gre0", "ip link set gre0 mtu 1462");
	m->links.link[0].mtu = 9000;
	says(m, doctor_link, "tunnel-mtu", "pass", "9000", "");
	made_free(m);
}

static void check_lro(void)
{
	struct made *m = made_new();

	says(m, doctor_link, "lro", "none", "", "");
	m->port.active[0] = 2;
	says(m, doctor_link, "lro", "pass", "nothing is forwarded", "");
	made_file(m, "/proc/sys/net/ipv4/conf/eth0/forwarding 1");
	says(m, doctor_link, "lro", "fail", "joins packets for good", "lanetool -K eth0 lro off");
	made_free(m);
	/* A bridge forwards whatever the sysctls say. */
	m = made_new();
	m->port.active[0] = 2;
	made_link(m, 4, "br0", "bridge", 1500);
	m->links.link[0].master = 4;
	says(m, doctor_link, "lro", "fail", "forwards them", "lanetool -K eth0 lro off");
	/* Where it cannot be switched no command is given. */
	m->port.fixed[0] = 2;
	says(m, doctor_link, "lro", "fail", "forwards them", "");
	made_free(m);
}

static void check_nodes(void)
{
	struct made *m = made_new();

	says(m, doctor_cpu, "numa", "none", "equally near", "");
	made_file(m, "/sys/bus/pci/devices/0000:01:00.0/local_cpulist 2-3");
	made_file(m, "/sys/bus/pci/devices/0000:01:00.0/numa_node 1");
	made_file(m, "/proc/irq/30/smp_affinity_list 1");
	made_file(m, "/proc/irq/31/smp_affinity_list 3");
	m->d.node_cpus = 2;
	says(m, doctor_cpu, "numa", "warn", "1 of 2 lanes interrupt CPUs of another node",
	     "echo 2 > /proc/irq/30/smp_affinity_list");
	made_free(m);
	m = made_new();
	made_file(m, "/sys/bus/pci/devices/0000:01:00.0/local_cpulist 2-3");
	made_file(m, "/sys/bus/pci/devices/0000:01:00.0/numa_node 1");
	made_file(m, "/proc/irq/30/smp_affinity_list 2");
	made_file(m, "/proc/irq/31/smp_affinity_list 3");
	says(m, doctor_cpu, "numa", "pass", "2 lanes on the port's node 1", "");
	made_free(m);
}

/* CPUs that are kept free get no interrupts by our advice. */
static void check_isolated(void)
{
	struct made *m = made_new();

	made_file(m, "/sys/devices/system/cpu/isolated 0,2");
	made_file(m, "/proc/irq/30/smp_affinity_list 1");
	made_file(m, "/proc/irq/31/smp_affinity_list 1");
	m->d.node_cpus = 2;
	says(m, doctor_cpu, "irq-affinity", "fail", "all 2 lanes interrupt CPU 1",
	     "echo 1 > /proc/irq/30/smp_affinity_list");
	made_free(m);
	/* All of them are: somebody has to take them. */
	m = made_new();
	made_file(m, "/sys/devices/system/cpu/isolated 0-3");
	made_file(m, "/proc/irq/30/smp_affinity_list 1");
	made_file(m, "/proc/irq/31/smp_affinity_list 1");
	says(m, doctor_cpu, "irq-affinity", "fail", "", "echo 0 > /proc/irq/30/smp_affinity_list");
	made_free(m);
	/* The port's node has none that is online: nobody is advised, and nothing is divided. */
	m = made_new();
	made_file(m, "/sys/bus/pci/devices/0000:01:00.0/local_cpulist 8-9");
	made_file(m, "/sys/bus/pci/devices/0000:01:00.0/numa_node 1");
	made_file(m, "/proc/irq/30/smp_affinity_list 1");
	says(m, doctor_cpu, "numa", "warn", "1 of 1 lanes", "");
	made_free(m);
}

/* As few as two lanes for four CPUs, and more than there are commands for */
static void check_xps(void)
{
	struct made *m = made_new();
	unsigned int i;

	made_file(m, "/sys/class/net/eth0/queues/tx-0/xps_cpus 0");
	made_file(m, "/sys/class/net/eth0/queues/tx-1/xps_cpus 0");
	counted(m, COUNT_TX_PACKETS, 2000);
	says(m, doctor_steer, "xps", "warn", "2 of 2 lanes",
	     "echo 5 > /sys/class/net/eth0/queues/tx-0/xps_cpus");
	m->port.tx_queues = DOCTOR_MENDS + 1;
	for (i = 2; i < m->port.tx_queues; i++)
		made_file(m, "/sys/class/net/eth0/queues/tx-%u/xps_cpus 0", i);
	says(m, doctor_steer, "xps", "warn", "65 of 65 lanes", "lanetool tune throughput eth0");
	made_free(m);
}

static void check_qdisc(void)
{
	struct made *m = made_new();
	char *qdisc = m->links.link[0].qdisc;

	snprintf(qdisc, sizeof(m->links.link[0].qdisc), "mq");
	says(m, doctor_link, "qdisc", "pass", "mq", "");
	snprintf(qdisc, sizeof(m->links.link[0].qdisc), "fq_codel");
	says(m, doctor_link, "qdisc", "none", "nothing was sent", "");
	counted(m, COUNT_TX_PACKETS, 1000);
	says(m, doctor_link, "qdisc", "warn", "one lock", "tc qdisc replace dev eth0 root mq");
	/* Who shapes wants to. */
	snprintf(qdisc, sizeof(m->links.link[0].qdisc), "htb");
	says(m, doctor_link, "qdisc", "none", "for some purpose", "");
	made_free(m);
}

static void check_rings(void)
{
	struct made *m = made_new();

	m->port.values[NIC_RING_RX] = (struct nic_value){ true, 512, 4096 };
	says(m, doctor_link, "rx-ring", "pass", "512", "");
	/* The same packets, by two names */
	counted(m, COUNT_RX_MISSED, 7);
	counted(m, COUNT_RX_FIFO, 7);
	says(m, doctor_link, "rx-ring", "fail", "7 packets", "lanetool -G eth0 rx 2048");
	made_free(m);
}

static void check_moderation(void)
{
	struct made *m = made_new();

	m->port.values[NIC_RX_USECS] = (struct nic_value){ .there = true, .value = 3 };
	says(m, doctor_link, "moderation", "none", "no traffic", "");
	m->d.after.irqs[0] = 30000;
	counted(m, COUNT_RX_PACKETS, 30000);
	says(m, doctor_link, "moderation", "warn", "1.0 packets each; rx-usecs is 3",
	     "lanetool -C eth0 rx-usecs 50");
	/* Who sends has interrupts as well. */
	counted(m, COUNT_RX_PACKETS, 10);
	counted(m, COUNT_TX_PACKETS, 300000);
	says(m, doctor_link, "moderation", "pass", "10.0 packets each", "");
	made_free(m);
}

static void check_steering(void)
{
	struct made *m = made_new();

	made_file(m, "/proc/sys/net/core/rps_sock_flow_entries 32768");
	made_file(m, "/sys/class/net/eth0/queues/rx-0/rps_flow_cnt 16384");
	made_file(m, "/sys/class/net/eth0/queues/rx-1/rps_flow_cnt 16384");
	made_file(m, "/proc/sys/net/ipv4/conf/eth0/forwarding 1");
	made_file(m, "/proc/net/sockstat TCP: inuse 10 orphan 0 tw 3 alloc 12 mem 5");
	made_file(m, "/proc/kallsyms 0000000000000000 T other_rx_flow_steer");
	made_file(m, "/proc/kallsyms 0000000000000000 t ice_rx_flow_steer [ice]");
	made_file(m, "/proc/kallsyms 0000000000000000 t new_rx_flow_steer [newnic]");
	made_file(m, "/proc/kallsyms 0000000000000000 t igb_rx_flow_steered [igb]");
	made_file(m, "/sys/module/newnic/drivers/pci:newnic");
	made_file(m, "/sys/module/igb/drivers/pci:igb");
	says(m, doctor_steer, "arfs-driver", "none", "igb does not lead flows", "");
	snprintf(m->port.driver, sizeof(m->port.driver), "newnic");
	says(m, doctor_steer, "arfs-driver", "pass", "newnic leads flows", "");
	says(m, doctor_steer, "arfs-ntuple", "fail", "off", "lanetool -K eth0 ntuple on");
	m->port.active[0] = 4;
	says(m, doctor_steer, "arfs-ntuple", "pass", "on", "");
	/* A host with containers may forward, and reads what comes. */
	counted(m, COUNT_DELIVERED, 1000);
	counted(m, COUNT_FORWARDED, 10);
	says(m, doctor_steer, "arfs-consumer", "pass", "10 TCP sockets", "");
	counted(m, COUNT_FORWARDED, 2000);
	says(m, doctor_steer, "arfs-consumer", "warn", "2000 packets forwarded", "");
	made_free(m);
}

/* What is set for the whole system asks for RFS on a port, unless it is for another one. */
static void check_steering_others(void)
{
	struct made *m = made_new();

	made_file(m, "/proc/sys/net/core/rps_sock_flow_entries 32768");
	made_file(m, "/sys/class/net/eth0/queues/rx-0/rps_flow_cnt 0");
	made_file(m, "/sys/class/net/eth0/queues/rx-1/rps_flow_cnt 0");
	made_file(m, "/sys/class/net/eth1/queues/rx-0/rps_flow_cnt 0");
	says(m, doctor_steer, "arfs-flow-tables", "fail", "2 of 2 lanes",
	     "for q in /sys/class/net/eth0/queues/rx-*; do echo 16384 > $q/rps_flow_cnt; done");
	made_file(m, "/sys/class/net/eth1/queues/rx-1/rps_flow_cnt 4096");
	says(m, doctor_steer, "arfs-flow-tables", "none", "nothing asks for it", "");
	says(m, doctor_steer, "arfs-ntuple", "none", "nothing asks for it", "");
	made_file(m, "/sys/class/net/eth0/queues/rx-2/rps_flow_cnt 4096");
	m->port.rx_queues = 3;
	says(m, doctor_steer, "arfs-flow-tables", "fail", "2 of 3 lanes",
	     "for q in /sys/class/net/eth0/queues/rx-*; do echo 8192 > $q/rps_flow_cnt; done");
	made_free(m);
}

/* irqbalance moves what tune has placed, and is told those vectors. */
static void check_irqbalance(void)
{
	struct made *m = made_new();

	says(m, doctor_cpu, "irqbalance", "none", "does not run", "");
	made_file(m, "/proc/77/comm irqbalance");
	says(m, doctor_cpu, "irqbalance", "pass", "nobody else did", "");
	made_file(m, "/proc/sys/kernel/random/boot_id one");
	made_file(m, "/proc/irq/30/smp_affinity_list 0-3");
	made_file(m, "/proc/irq/31/smp_affinity_list 1");
	made_file(m, "/var/lib/lanetool/eth0.json {\"boot\": \"one\", \"ifindex\": 3, %s %s",
		  "\"changes\": [{\"setting\": \"irq:0\", \"old\": \"0-3\"},",
		  "{\"setting\": \"irq:1\", \"old\": \"0-3\"}]}");
	says(m, doctor_cpu, "irqbalance", "warn", "the 1 vectors",
	     "IRQBALANCE_ARGS=\"--banirq=31\" in /etc/default/irqbalance, then systemctl restart irqbalance");
	m->port.ifindex++;
	says(m, doctor_cpu, "irqbalance", "pass", "nobody else did", "");
	made_free(m);
}

/* Connections: in the second sample each has brought and received so much more. */
static void made_connection(struct made *m, uint32_t rtt, uint32_t leaves, uint64_t in,
			    uint64_t out)
{
	static struct doctor_tcp before, after;

	before = (struct doctor_tcp){ .cookie = 5, .in = 1000, .out = 1000 };
	after = (struct doctor_tcp){ .cookie = 5, .in = 1000 + in, .out = 1000 + out, .rtt = rtt,
				     .leaves = leaves };
	m->d.before.tcp = &before;
	m->d.after.tcp = &after;
	m->d.before.tcps = 1;
	m->d.after.tcps = 1;
	m->d.after.tcp_shown = true;
}

static void check_buffers(void)
{
	struct made *m = made_new();

	made_file(m, "/proc/sys/net/ipv4/tcp_rmem 4096 131072 6291456");
	made_file(m, "/proc/sys/net/ipv4/tcp_wmem 4096 16384 4194304");
	made_link(m, PORT + 1, "eth1", "", 1500);
	made_link(m, PORT + 2, "eth0.5", "vlan", 1500)->under = PORT;
	says(m, doctor_port_socket, "tcp-buffers", "none", "does not show connections", "");
	made_connection(m, 1000, PORT, 0, 0);
	says(m, doctor_port_socket, "tcp-buffers", "none", "no connection carried anything", "");
	made_connection(m, 1000, PORT, 100000000, 100000000);
	says(m, doctor_port_socket, "tcp-buffers", "pass", "comes near", "");
	/* Where no connection has half of what its window lets through, it is no fault. */
	made_connection(m, 100000, PORT, 15000000, 20000000);
	says(m, doctor_port_socket, "tcp-buffers", "pass", "comes near", "");
	made_connection(m, 100000, PORT, 15000000, 22000000);
	says(m, doctor_port_socket, "tcp-buffers", "warn", "x 100000 us take 12500000 bytes",
	     "sysctl -w net.ipv4.tcp_wmem='4096 16384 25000000'");
	made_connection(m, 100000, PORT + 2, 16000000, 0);
	says(m, doctor_port_socket, "tcp-buffers", "warn", "tcp_rmem allows 3145728",
	     "sysctl -w net.ipv4.tcp_rmem='4096 131072 25000000'");
	/* One that leaves by another port says nothing of this one. */
	made_connection(m, 100000, PORT + 1, 16000000, 22000000);
	says(m, doctor_port_socket, "tcp-buffers", "pass", "comes near", "");
	made_connection(m, 0, PORT, 16000000, 22000000);
	says(m, doctor_port_socket, "tcp-buffers", "pass", "comes near", "");
	/* No more than makes sense, or than the kernel takes */
	m->d.speed = 400000;
	made_connection(m, 100000, PORT, 16000000, 0);
	says(m, doctor_port_socket, "tcp-buffers", "warn", "5000000000 bytes",
	     "sysctl -w net.ipv4.tcp_rmem='4096 131072 268435456'");
	made_free(m);
}

/* Whose queue was full, and what limits it */
static void check_listeners(void)
{
	struct doctor_tcp before[] = { { .cookie = 1, .drops = 7 }, { .cookie = 2, .drops = 50 } };
	struct doctor_tcp after[] = { { .cookie = 1, .port = 80, .limit = 128, .drops = 7 },
				      { .cookie = 2, .port = 443, .limit = 5, .drops = 52 } };
	struct made *m = made_new();

	made_file(m, "/proc/sys/net/core/somaxconn 128");
	m->d.after.there[COUNT_LISTEN_OVERFLOWS] = true;
	m->d.after.there[COUNT_SYN_DROPS] = true;
	says(m, doctor_socket, "listen-queue", "pass", "somaxconn is 128", "");
	says(m, doctor_socket, "syn-queue", "pass", "no overflow", "");
	counted(m, COUNT_LISTEN_OVERFLOWS, 2);
	says(m, doctor_socket, "listen-queue", "fail", "2 connections", "");
	m->d.before.tcp = before;
	m->d.after.tcp = after;
	m->d.before.tcps = 2;
	m->d.after.tcps = 2;
	says(m, doctor_socket, "listen-queue", "fail", "port 443's has room for 5, as its", "");
	after[0].drops = 17;
	says(m, doctor_socket, "listen-queue", "fail", "port 80's has room for 128, as somaxconn",
	     "sysctl -w net.core.somaxconn=512    # and listen() has to ask for as much, anew");
	counted(m, COUNT_SYN_COOKIES, 5);
	says(m, doctor_socket, "syn-queue", "fail", "5 SYNs",
	     "sysctl -w net.core.somaxconn=512    # and listen() has to ask for as much, anew");
	/* Cookies drop nothing, and so do not say whose they are. */
	made_file(m, "/proc/sys/net/ipv4/tcp_syncookies 1");
	after[0].drops = 7;
	after[1].drops = 50;
	says(m, doctor_socket, "syn-queue", "fail", "port 80's has room for 128",
	     "sysctl -w net.core.somaxconn=512    # and listen() has to ask for as much, anew");
	after[0].limit = 100;
	says(m, doctor_socket, "syn-queue", "fail", "none has as much room as somaxconn", "");
	made_free(m);
}

static void check_syns(void)
{
	struct made *m = made_new();

	m->d.after.there[COUNT_SYN_DROPS] = true;
	counted(m, COUNT_LISTEN_DROPS, 9);
	counted(m, COUNT_LISTEN_OVERFLOWS, 9);
	says(m, doctor_socket, "syn-queue", "pass", "no overflow", "");
	/* Those that tcp_max_syn_backlog drops are the rest. */
	made_file(m, "/proc/sys/net/ipv4/tcp_max_syn_backlog 8");
	counted(m, COUNT_LISTEN_OVERFLOWS, 2);
	says(m, doctor_socket, "syn-queue", "fail", "7 SYNs dropped in 1.0 s, with 8",
	     "sysctl -w net.ipv4.tcp_max_syn_backlog=32");
	made_file(m, "/proc/sys/net/ipv4/tcp_syncookies 0");
	says(m, doctor_socket, "syn-queue", "fail", "7 SYNs",
	     "sysctl -w net.ipv4.tcp_syncookies=1");
	made_free(m);
	m = made_new();
	made_file(m, "/proc/sys/net/ipv4/tcp_syncookies 2");
	m->d.after.there[COUNT_SYN_DROPS] = true;
	says(m, doctor_socket, "syn-queue", "none", "by a cookie", "");
	made_free(m);
}

static void check_files(void)
{
	struct made *m = made_new();
	unsigned int i;

	made_file(m, "/proc/sys/fs/file-nr 1000 0 100000");
	made_file(m, "/proc/42/comm server");
	made_file(m, "/proc/42/limits Max processes             100                  100");
	made_file(m, "/proc/42/limits Max open files            20                   60");
	for (i = 0; i < 17; i++)
		made_file(m, "/proc/42/fd/%u", i);
	says(m, doctor_socket, "files", "pass", "1000 open of 100000", "");
	made_file(m, "/proc/42/fd/17");
	says(m, doctor_socket, "files", "warn", "process 42 (server) has 18 files open",
	     "prlimit --nofile=60:60 --pid 42");
	made_file(m, "/proc/sys/fs/nr_open 50");
	says(m, doctor_socket, "files", "warn", "", "prlimit --nofile=50:60 --pid 42");
	for (i = 18; i < 21; i++)
		made_file(m, "/proc/42/fd/%u", i);
	says(m, doctor_socket, "files", "pass", "1000 open of 100000", "");
	made_free(m);
}

static void check_ports(void)
{
	struct made *m = made_new();

	made_file(m, "/proc/net/sockstat TCP: inuse 10 orphan 0 tw 28000 alloc 12 mem 5");
	made_file(m, "/proc/sys/net/ipv4/tcp_max_tw_buckets 262144");
	made_file(m, "/proc/sys/net/ipv4/ip_local_port_range 32768 60999");
	/* Those that others began take no port of ours. */
	says(m, doctor_socket, "ports", "pass", "28000 in TIME_WAIT", "");
	counted(m, COUNT_OPENED, 100);
	says(m, doctor_socket, "ports", "warn", "28000 connections in TIME_WAIT",
	     "sysctl -w net.ipv4.ip_local_port_range='1024 65535'");
	made_file(m, "/proc/sys/net/ipv4/ip_unprivileged_port_start 5000");
	says(m, doctor_socket, "ports", "warn", "28000 connections in TIME_WAIT",
	     "sysctl -w net.ipv4.ip_local_port_range='5000 65535'");
	made_free(m);
}

/* Where a limit cannot be read, as in a namespace, there is none to multiply. */
static void check_limits(void)
{
	struct made *m = made_new();

	m->d.after.cpu[1].dropped = 7;
	m->d.after.cpu[1].squeezed = 20;
	m->d.after.cpu[1].processed = 6000;
	counted(m, COUNT_UDP_RCVBUF, 3);
	says(m, doctor_softirq, "backlog", "fail", "netdev_max_backlog is the host's", "");
	says(m, doctor_softirq, "budget", "warn", "the host's to set", "");
	says(m, doctor_socket, "udp-buffers", "fail", "rmem_default is the host's", "");
	made_file(m, "/proc/sys/net/core/netdev_max_backlog 1000");
	made_file(m, "/proc/sys/net/core/netdev_budget 300");
	made_file(m, "/proc/sys/net/core/rmem_default 1000");
	says(m, doctor_softirq, "backlog", "fail", "backlog of 1000 was full",
	     "sysctl -w net.core.netdev_max_backlog=4000");
	says(m, doctor_softirq, "budget", "warn", "budget of 300",
	     "sysctl -w net.core.netdev_budget=600");
	says(m, doctor_socket, "udp-buffers", "fail", "3 datagrams",
	     "sysctl -w net.core.rmem_default=4000");
	made_free(m);
}

/* Datagrams count by whichever of the protocols they came. */
static void check_udp(void)
{
	struct made *m = made_new();

	m->d.port = NULL;
	made_file(m, "/proc/net/snmp Udp: InDatagrams RcvbufErrors");
	made_file(m, "/proc/net/snmp Udp: 10 1");
	made_file(m, "/proc/net/snmp6 Udp6InDatagrams                 \t20");
	made_file(m, "/proc/net/snmp6 Udp6RcvbufErrors                \t2");
	check(!doctor_sample(&m->d, &m->d.after), "what UDP has counted");
	check(m->d.after.count[COUNT_UDP_IN] == 30 && m->d.after.count[COUNT_UDP_RCVBUF] == 3,
	      "datagrams of both protocols");
	says(m, doctor_socket, "udp-buffers", "fail", "3 datagrams dropped", "");
	made_free(m);
}

void checks_check(void)
{
	check_tunnels();
	check_lro();
	check_nodes();
	check_isolated();
	check_xps();
	check_qdisc();
	check_rings();
	check_moderation();
	check_steering();
	check_steering_others();
	check_irqbalance();
	check_buffers();
	check_listeners();
	check_syns();
	check_files();
	check_ports();
	check_limits();
	check_udp();
}
