// SPDX-License-Identifier: GPL-2.0
/*
 * Parts of lanetool by themselves: the hash against the vectors that RSS's specification
 * publishes ("Verifying the RSS Hash Calculation"), rules, names of statistics, lists of CPUs.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <stdarg.h>

#include "../rss.h"
#include "../screen.h"
#include "../tune.h"
#include "../tuple.h"
#include "parts.h"

static char wrong[256];

/* The first thing that is wrong is kept; later checks change nothing about it. */
void check(bool good, const char *format, ...)
{
	va_list args;

	if (good || wrong[0])
		return;
	va_start(args, format);
	vsnprintf(wrong, sizeof(wrong), format, args);
	va_end(args);
}

/* The specification's key */
static const uint8_t key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static void check_hash(void)
{
	static const struct {
		const char *dst;
		uint16_t dst_port;
		const char *src;
		uint16_t src_port;
		uint32_t addresses, ports;	/* hashes, without and with ports */
	} vectors[] = {
		{ "161.142.100.80", 1766, "66.9.149.187", 2794, 0x323e8fc2, 0x51ccc178 },
		{ "65.69.140.83", 4739, "199.92.111.2", 14230, 0xd718262a, 0xc626b0ea },
		{ "12.22.207.184", 38024, "24.19.198.95", 12898, 0xd2d0a5de, 0x5c2b394a },
		{ "209.142.163.6", 2217, "38.27.205.30", 48228, 0x82989176, 0xafc7327f },
		{ "202.188.127.2", 1303, "153.39.163.191", 44251, 0x5d1809c5, 0x10e828a2 },
		{ "3ffe:2501:200:3::1", 1766, "3ffe:2501:200:1fff::7", 2794, 0x2cc18cd5,
		  0x40207d3d },
		{ "ff02::1", 4739, "3ffe:501:8::260:97ff:fe40:efab", 14230, 0x0f0c461c,
		  0xdde51bbf },
		{ "fe80::200:f8ff:fe21:67cf", 38024, "3ffe:1900:4545:3:200:f8ff:fe21:67cf", 44251,
		  0x4b61e985, 0x02d1feef },
	};
	uint8_t input[RSS_INPUT_MAX];
	uint16_t ports[2];
	size_t i, size;
	uint32_t hash;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		bool six = strchr(vectors[i].dst, ':');

		size = six ? 16 : 4;
		inet_pton(six ? AF_INET6 : AF_INET, vectors[i].src, input);
		inet_pton(six ? AF_INET6 : AF_INET, vectors[i].dst, input + size);
		ports[0] = htons(vectors[i].src_port);
		ports[1] = htons(vectors[i].dst_port);
		memcpy(input + 2 * size, ports, sizeof(ports));
		hash = rss_toeplitz(key, sizeof(key), input, 2 * size);
		check(hash == vectors[i].addresses, "vector %zu: %#x", i, hash);
		hash = rss_toeplitz(key, sizeof(key), input, 2 * size + 4);
		check(hash == vectors[i].ports, "vector %zu with ports: %#x", i, hash);
	}
	/* A key that is too short is 0 beyond its end. */
	check(rss_key_bits(key, 4, 31) == 0, "bits beyond the key");
	check(!rss_toeplitz(key, 0, input, sizeof(input)), "no key at all");
}

static void check_rules(void)
{
	struct ethtool_rx_flow_spec fs = { .flow_type = TCP_V4_FLOW };
	struct tuple t = { .l3 = ETH_P_IP, .proto = IPPROTO_TCP, .ports = true,
			   .src = { 10, 0, 0, 2 }, .dst = { 10, 0, 0, 1 },
			   .src_port = htons(1000), .dst_port = htons(80) };

	check(rule_match(&fs, &t) == RULE_YES, "a rule that names nothing");
	fs.h_u.tcp_ip4_spec.pdst = htons(80);
	fs.m_u.tcp_ip4_spec.pdst = 0xffff;
	check(rule_match(&fs, &t) == RULE_YES, "a port");
	fs.h_u.tcp_ip4_spec.ip4src = htonl(0x0a000000);
	fs.m_u.tcp_ip4_spec.ip4src = htonl(0xffffff00);
	check(rule_match(&fs, &t) == RULE_YES, "a network");
	fs.m_u.tcp_ip4_spec.ip4src = htonl(0xffffffff);
	check(rule_match(&fs, &t) == RULE_NO, "another address");
	fs.m_u.tcp_ip4_spec.ip4src = 0;
	fs.m_u.tcp_ip4_spec.tos = 0xff;
	check(rule_match(&fs, &t) == RULE_MAYBE, "a type of service");
	fs.m_u.tcp_ip4_spec.tos = 0;
	fs.flow_type |= FLOW_EXT;
	fs.m_ext.vlan_tci = 0xffff;
	check(rule_match(&fs, &t) == RULE_MAYBE, "a VLAN");
	t.proto = IPPROTO_UDP;
	check(rule_match(&fs, &t) == RULE_NO, "another protocol");
	memset(&fs, 0, sizeof(fs));
	fs.flow_type = ETHER_FLOW;
	fs.h_u.ether_spec.h_proto = htons(ETH_P_IPV6);
	fs.m_u.ether_spec.h_proto = 0xffff;
	check(rule_match(&fs, &t) == RULE_NO, "another type of frame");
	t.l3 = ETH_P_IPV6;
	check(rule_match(&fs, &t) == RULE_YES, "a type of frame");
	fs.flow_type = UDP_V6_FLOW;
	memset(&fs.h_u, 0, sizeof(fs.h_u));
	memset(&fs.m_u, 0, sizeof(fs.m_u));
	check(rule_match(&fs, &t) == RULE_YES, "UDP over IPv6");
	memset(fs.m_u.tcp_ip6_spec.ip6dst, 0xff, 16);
	check(rule_match(&fs, &t) == RULE_NO, "another address of IPv6");
	fs.flow_type = 0x7f;
	check(rule_match(&fs, &t) == RULE_MAYBE, "a kind that nobody knows");
}

static void check_names(void)
{
	static const struct {
		const char *name;
		int what, lane;		/* what: -1 if it is none */
	} names[] = {
		{ "lane3_rx_packets", LANE_RX_PACKETS, 3 },
		{ "rx_queue_0_bytes", LANE_RX_BYTES, 0 },
		{ "tx-12.packets", LANE_TX_PACKETS, 12 }, { "tx1_bytes", LANE_TX_BYTES, 1 },
		{ "queue_2_rx_cnt", LANE_RX_PACKETS, 2 }, { "rx_queue_1_drops", LANE_DROPS, 1 },
		{ "[4]: rx_bytes", LANE_RX_BYTES, 4 }, { "rx_packets", -1, 0 },
		{ "rx_queue_0_csum_err", -1, 0 }, { "rx_64_bytes_phy", -1, 0 },
		{ "rx1_tx2_packets", -1, 0 },
		{ "tx_queue_99999999999_bytes", -1, 0 }, { "", -1, 0 },
	};
	enum lane_count what;
	unsigned int lane;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		bool is = count_name(names[i].name, &what, &lane);

		check(is == (names[i].what >= 0), "statistic '%s'", names[i].name);
		if (is && names[i].what >= 0)
			check((int)what == names[i].what && (int)lane == names[i].lane,
			      "statistic '%s': %d of %u", names[i].name, what, lane);
	}
}

static void check_cpus(void)
{
	static const char *const masks[][2] = {
		{ "0", "" }, { "1", "0" }, { "f", "0-3" }, { "80000000", "31" },
		{ "a5", "0,2,5,7" },
		{ "1,00000001", "0,32" }, { "00000000,0000000f", "0-3" }, { "", "" }, { ",", "" },
		{ "ffffffff,ffffffff", "0-63" }, { "xyz", "" },
	};
	char list[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(masks); i++) {
		cpu_mask_list(list, sizeof(list), masks[i][0]);
		check(!strcmp(list, masks[i][1]), "mask '%s': '%s'", masks[i][0], list);
	}
	/* No room for all: cut, not written beyond */
	cpu_mask_list(list, sizeof(list), "55555555,55555555,55555555,55555555,55555555,55555555");
	check(strlen(list) < sizeof(list), "a long mask");
	check(cpu_in_list(5, "0-3,5") && cpu_in_list(2, "0-3,5") && !cpu_in_list(4, "0-3,5") &&
	      !cpu_in_list(0, "") && !cpu_in_list(1, "x"), "CPUs in lists");
}

static void check_figures(void)
{
	static const struct {
		double value;
		const char *text;
	} rates[] = {
		{ 0, "0" }, { 0.25, "0.2" }, { 9.96, "10" }, { 9999, "9999" }, { 9999.6, "10.0k" },
		{ 123456, "123.5k" }, { 999960, "1.0M" }, { 1.5e9, "1.5G" }, { 2e19, "20000.0P" },
	};
	double values[] = { 0, 0.001, 50, 100, 1e9 };
	struct lt_screen screen = { .utf8 = true };
	unsigned int msecs;
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		screen_rate(text, sizeof(text), rates[i].value);
		check(!strcmp(text, rates[i].text), "rate %f: '%s'", rates[i].value, text);
	}
	screen_bars(&screen, text, sizeof(text), values, 5, 100);
	check(!strcmp(text, " ▁▄██"), "bars: '%s'", text);
	screen.utf8 = false;
	screen_bars(&screen, text, sizeof(text), values, 5, 100);
	check(!strcmp(text, " .=@@"), "bars of ASCII: '%s'", text);
	check(screen_seconds("0.5", &msecs) && msecs == 500 && !screen_seconds("", &msecs) &&
	      !screen_seconds("0", &msecs) && !screen_seconds("nan", &msecs) &&
	      !screen_seconds("1e9", &msecs) && !screen_seconds("1x", &msecs), "seconds");
}

#define MODERATION(adapt, usecs, frames) #usecs " " #frames " 0 0 0 0 0 0 0 " #adapt \
	" 0 0 0 0 0 0 0 0 0 0 0 0"

static void check_knobs(void)
{
	static const struct {
		const char *knob, *one, *two;
		bool same;
	} knobs[] = {
		{ "file:/x/xps_cpus", "00,0000000f", "f", true },
		{ "file:/x/xps_cpus", "1,00000000", "100000000", true },
		{ "file:/x/rps_cpus", "0", "00000000,00000000", true },
		{ "file:/x/rps_cpus", "10", "1", false },
		{ "file:/x/tcp_rmem", "4096\t131072\t6291456", "4096 131072  6291456", true },
		{ "file:/x/tcp_rmem", "4096 131072", "4096 131072 1", false },
		{ "ring:rx", "10", "100", false }, { "ring:rx", "", "", true },
		{ "queue:0", MODERATION(0, 20, 0), MODERATION(0, 20, 0), true },
		{ "queue:0", MODERATION(0, 20, 0), MODERATION(0, 21, 0), false },
		{ "queue:0", MODERATION(1, 20, 3), MODERATION(1, 21, 4), true },
		{ "queue:0", MODERATION(1, 20, 0), MODERATION(0, 20, 0), false },
		{ "queue:0", "1 2", "1 2 ", false },
		{ "rss:table", "0 1 2 3", "0 1 2 3", true },
		{ "rss:table", "default", "0 1", false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		check(knob_same(knobs[i].knob, knobs[i].one, knobs[i].two) == knobs[i].same,
		      "%s: '%s' and '%s'", knobs[i].knob, knobs[i].one, knobs[i].two);
	check(knob_global("file:/proc/sys/x") && !knob_global("file:/sys/class/net/x"),
	      "whose a knob is");
}

const char *parts_check(void)
{
	check_hash();
	check_rules();
	check_names();
	check_cpus();
	check_figures();
	check_knobs();
	checks_check();
	plans_check();
	return wrong[0] ? wrong : NULL;
}
