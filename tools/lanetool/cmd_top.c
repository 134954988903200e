// SPDX-License-Identifier: GPL-2.0
/*
 * Lanes and CPUs at work: what has been counted between two looks, a second.  On a terminal
 * in place with a short history, else view after view.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "port.h"
#include "screen.h"

#define TOP_CPUS	4096
#define TOP_HISTORY	64

struct top_cpu {
	bool there;
	uint32_t packets, dropped, squeezed, rps, limited, backlog;
};

/* A history, the newest last */
struct top_past {
	double value[TOP_HISTORY];
};

/* One look */
struct top_look {
	struct ports ports;
	struct top_cpu cpu[TOP_CPUS];
};

struct top {
	unsigned int msecs, count;	/* 0: for ever */
	bool ascii;
	double seconds;			/* between the two looks */
	struct top_look now, then;
	struct top_past cpu[TOP_CPUS];
	struct top_past *lane;		/* of all ports, one after the other */
	size_t lanes;
	struct lt_screen screen;
};

/* --- A look */

static int top_softnet(char *text, void *data)
{
	struct top_look *look = data;
	uint64_t v[13] = {};

	if (sys_hex(text, v, ARRAY_SIZE(v)) < 13 || v[12] >= TOP_CPUS)
		return 0;	/* of a kernel before 5.10, which does not say which CPU */
	look->cpu[v[12]] = (struct top_cpu){
		.there = true, .packets = v[0], .dropped = v[1], .squeezed = v[2], .rps = v[9],
		.limited = v[10], .backlog = v[11],
	};
	return 0;
}

/* Of all devices, those that are up and have hardware behind them */
static bool top_wanted(struct lt *lt, const struct port *port)
{
	return lt->dev || (port->flags & IFF_UP && port->bus[0]);
}

static int top_look(struct lt *lt, struct top_look *look)
{
	struct ports *ports = &look->ports;
	size_t i, kept = 0;
	int ret;

	ports_free(ports);
	memset(look->cpu, 0, sizeof(look->cpu));
	ret = ports_find(lt, lt->dev, ports);
	for (i = 0; i < ports->count && !ret; i++) {
		struct port port = ports->port[i];

		port_driver(lt, &port);
		if (!top_wanted(lt, &port))
			continue;
		ports->port[kept++] = port;
	}
	if (!ret)
		ports->count = kept;
	for (i = 0; i < ports->count && !ret; i++)
		ret = port_lanes(lt, &ports->port[i]) ?: port_count(lt, &ports->port[i]);
	sys_lines(lt, top_softnet, look, "/proc/net/softnet_stat");
	return ret;
}

/* --- Figures */

static const struct port *top_before(const struct top *top, const struct port *port)
{
	size_t i;

	for (i = 0; i < top->then.ports.count; i++)
		if (top->then.ports.port[i].ifindex == port->ifindex)
			return &top->then.ports.port[i];
	return NULL;
}

/* A second; below 0 if nobody counts it.  Counters may begin anew: then it is 0. */
static double top_rate(const struct top *top, const struct port *port, uint32_t number,
		       enum lane_count what)
{
	const struct port *before = top_before(top, port);
	const struct lane *now = &port->lane[number], *then = before ? lane_of(before, number) :
								      NULL;

	if (!then || !now->counted[what] || !then->counted[what])
		return -1;
	return now->count[what] < then->count[what] ? 0 :
	       (now->count[what] - then->count[what]) / top->seconds;
}

static double top_packets(const struct top *top, const struct port *port, uint32_t number)
{
	double rx = top_rate(top, port, number, LANE_RX_PACKETS);
	double tx = top_rate(top, port, number, LANE_TX_PACKETS);

	return (rx > 0 ? rx : 0) + (tx > 0 ? tx : 0);
}

/* They are of 32 bits, and go round. */
static double top_cpu_rate(const struct top *top, uint32_t now, uint32_t then)
{
	return (uint32_t)(now - then) / top->seconds;
}

static void top_past_add(struct top_past *past, double value)
{
	memmove(past->value, past->value + 1, sizeof(past->value) - sizeof(past->value[0]));
	past->value[TOP_HISTORY - 1] = value;
}

static int top_remember(struct top *top)
{
	size_t i, lanes = 0, at = 0;
	struct top_past *past;
	uint32_t j;

	for (i = 0; i < top->now.ports.count; i++)
		lanes += top->now.ports.port[i].lanes;
	if (lanes != top->lanes || !top->lane) {
		/* Others than before: their past is not known. */
		past = calloc(lanes + 1, sizeof(*past));
		if (!past)
			return -ENOMEM;
		free(top->lane);
		top->lane = past;
		top->lanes = lanes;
	}
	for (i = 0; i < top->now.ports.count; i++)
		for (j = 0; j < top->now.ports.port[i].lanes; j++)
			top_past_add(&top->lane[at++],
				     top_packets(top, &top->now.ports.port[i], j));
	for (i = 0; i < TOP_CPUS; i++)
		if (top->now.cpu[i].there)
			top_past_add(&top->cpu[i], top_cpu_rate(top, top->now.cpu[i].packets,
								top->then.cpu[i].packets));
	return 0;
}

/* --- Words */

/* A figure that may be unknown: "-", and nothing in JSON */
static void top_say(struct lt *lt, const char *key, int width, double value)
{
	char text[16] = "-";

	if (value >= 0)
		screen_rate(text, sizeof(text), value);
	out_text(lt, "%*s", width, text);
	if (value >= 0)
		out_real(lt, key, NULL, value);
}

static void top_bars(struct lt *lt, const struct top *top, const struct top_past *past, double full,
		     unsigned int used)
{
	unsigned int width = top->screen.width > used ? top->screen.width - used : 0;
	char text[3 * TOP_HISTORY + 8];

	if (width > TOP_HISTORY)
		width = TOP_HISTORY;
	screen_bars(&top->screen, text, sizeof(text), past->value + TOP_HISTORY - width, width,
		    full);
	out_text(lt, " %s\n", text);
}

static double top_full(const struct top_past *past, size_t count)
{
	double full = 0;
	size_t i, j;

	for (i = 0; i < count; i++)
		for (j = 0; j < TOP_HISTORY; j++)
			full = past[i].value[j] > full ? past[i].value[j] : full;
	return full;
}

static void top_flows(struct lt *lt, const struct port *port, const struct lane *lane)
{
	char text[32] = "-";

	if (port->flowlane && port->flows_known) {
		snprintf(text, sizeof(text), "%u/%u", lane->home, lane->flows);
		out_uint(lt, "flows", NULL, lane->flows);
		out_uint(lt, "flows-home", NULL, lane->home);
	}
	out_text(lt, " %7s", text);
}

static void top_lane(struct lt *lt, const struct top *top, const struct port *port,
		     uint32_t number, const struct top_past *past, double full)
{
	static const struct {
		const char *key;
		enum lane_count what;
	} figures[] = {
		{ "rx-packets", LANE_RX_PACKETS }, { "rx-bytes", LANE_RX_BYTES },
		{ "tx-packets", LANE_TX_PACKETS }, { "tx-bytes", LANE_TX_BYTES },
		{ "interrupts", LANE_IRQS },
	};
	const struct lane *lane = &port->lane[number];
	double irqs = top_rate(top, port, number, LANE_IRQS);
	size_t i;

	out_object(lt, "");
	out_uint(lt, "lane", "%4" PRIu64, number);
	if (lane->cpu >= 0)
		out_uint(lt, "cpu", " %3" PRIu64, lane->cpu);
	else
		out_text(lt, "   -");
	for (i = 0; i < ARRAY_SIZE(figures); i++)
		top_say(lt, figures[i].key, 7, top_rate(top, port, number, figures[i].what));
	top_say(lt, "packets-per-interrupt", 6,
		irqs > 0 ? top_packets(top, port, number) / irqs : -1);
	top_say(lt, "drops", 6, top_rate(top, port, number, LANE_DROPS));
	top_say(lt, "rx-usecs", 6, lane->timed ? lane->usecs : -1.0);
	top_flows(lt, port, lane);
	top_bars(lt, top, past, full, 70);
	out_close(lt);
}

static void top_port(struct lt *lt, const struct top *top, const struct port *port,
		     const struct top_past *past, unsigned int rows)
{
	double full = top_full(past, port->lanes);
	uint32_t i;

	out_object(lt, "");
	out_str(lt, "ifname", "%s", port->name);
	if (port->driver[0])
		out_str(lt, "driver", ", driver %s", port->driver);
	out_text(lt, "\n");
	out_text(lt, "LANE CPU   RX/s RX-B/s   TX/s TX-B/s  IRQ/s P/IRQ DROPS USECS    HOME %s\n",
		 "PACKETS");
	out_array(lt, "lanes");
	for (i = 0; i < port->lanes && (i < rows || lt->json); i++)
		top_lane(lt, top, port, i, &past[i], full);
	out_close(lt);
	if (i < port->lanes)
		out_text(lt, "     and %u lanes more\n", port->lanes - i);
	out_close(lt);
}

static void top_cpus(struct lt *lt, const struct top *top, unsigned int rows)
{
	double full = top_full(top->cpu, TOP_CPUS);
	unsigned int shown = 0, more = 0;
	size_t i;

	out_text(lt, "     CPU PACKETS/s SQUEEZED/s DROPPED/s   RPS/s LIMITED/s BACKLOG %14s\n",
		 "PACKETS");
	out_array(lt, "cpus");
	for (i = 0; i < TOP_CPUS; i++) {
		const struct top_cpu *now = &top->now.cpu[i], *then = &top->then.cpu[i];

		if (!now->there)
			continue;
		if (shown >= rows && !lt->json) {
			more++;
			continue;
		}
		shown++;
		out_object(lt, "");
		out_uint(lt, "cpu", "%8" PRIu64, i);
		top_say(lt, "packets", 10, top_cpu_rate(top, now->packets, then->packets));
		top_say(lt, "squeezed", 11, top_cpu_rate(top, now->squeezed, then->squeezed));
		top_say(lt, "dropped", 10, top_cpu_rate(top, now->dropped, then->dropped));
		top_say(lt, "received-rps", 8, top_cpu_rate(top, now->rps, then->rps));
		top_say(lt, "flow-limited", 10, top_cpu_rate(top, now->limited, then->limited));
		out_uint(lt, "backlog", "%8" PRIu64 "   ", now->backlog);
		top_bars(lt, top, &top->cpu[i], full, 69);
		out_close(lt);
	}
	out_close(lt);
	if (more)
		out_text(lt, "     and %u CPUs more\n", more);
}

/* Rows for lanes of each port, and for CPUs: what is not on a terminal has room for all. */
static void top_room(const struct top *top, bool terminal, unsigned int *lanes, unsigned int *cpus)
{
	size_t ports = top->now.ports.count, i, most = 0;
	unsigned int heads = 1 + 4 * ports + 2;
	unsigned int left = top->screen.height > heads ? top->screen.height - heads : 1;

	*lanes = *cpus = UINT32_MAX;
	if (!terminal || !ports)
		return;
	for (i = 0; i < ports; i++)
		most = top->now.ports.port[i].lanes > most ? top->now.ports.port[i].lanes : most;
	*lanes = 2 * left / 3 / ports ?: 1;
	if (*lanes > most)
		*lanes = most;
	*cpus = left > *lanes * ports ? left - *lanes * ports : 1;
}

static void top_view(struct lt *lt, struct top *top)
{
	unsigned int lanes, cpus;
	size_t i, at = 0;

	top_room(top, lt->text != top->screen.to, &lanes, &cpus);
	out_object(lt, NULL);
	out_real(lt, "seconds", NULL, top->seconds);
	out_array(lt, "ports");
	for (i = 0; i < top->now.ports.count; i++) {
		const struct port *port = &top->now.ports.port[i];

		top_port(lt, top, port, &top->lane[at], lanes);
		out_text(lt, "\n");
		at += port->lanes;
	}
	out_close(lt);
	top_cpus(lt, top, cpus);
	out_close(lt);
}

/* --- Again and again */

static double top_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static int top_loop(struct lt *lt, struct top *top)
{
	double at = top_clock(), wanted = top->msecs / 1000.0, now;
	unsigned int views = 0;
	int ret = top_look(lt, &top->now);

	while (!ret && screen_wait(lt, &top->screen, top->msecs)) {
		struct ports old = top->then.ports;

		top->then = top->now;
		top->now.ports = old;
		ret = top_look(lt, &top->now);
		now = top_clock();
		/* It took at least as long as was asked for. */
		top->seconds = now - at > wanted ? now - at : wanted;
		at = now;
		if (ret || top_remember(top))
			break;
		screen_make(lt, &top->screen);
		if (views++ && lt->text == top->screen.to)
			out_text(lt, "\n");
		top_view(lt, top);
		screen_show(lt, &top->screen);
		if (views == top->count || ferror(lt->text))
			break;
	}
	return ret;
}

static int top_args(struct lt *lt, struct top *top)
{
	top->msecs = 1000;
	top->count = lt->json ? 1 : 0;
	for (; lt->argc; lt->argc--, lt->argv++) {
		const char *option = lt->argv[0];

		if (!strcmp(option, "--once")) {
			top->count = 1;
		} else if (!strcmp(option, "--ascii")) {
			top->ascii = true;
		} else if (!strcmp(option, "-i") && lt->argc > 1) {
			lt->argc--;
			lt->argv++;
			if (!screen_seconds(lt->argv[0], &top->msecs))
				return lt_error(lt, "'%s' is no number of seconds from 0.1 to 3600",
						lt->argv[0]);
		} else if (!strcmp(option, "-n") && lt->argc > 1) {
			lt->argc--;
			lt->argv++;
			if (lt_parse_u32(lt->argv[0], &top->count) || !top->count)
				return lt_error(lt, "'%s' is no number of views", lt->argv[0]);
		} else if (!lt->dev && option[0] != '-') {
			lt->dev = option;
		} else {
			return lt_bad_args(lt);
		}
	}
	return 0;
}

static int top_run(struct lt *lt)
{
	struct top *top = calloc(1, sizeof(*top));
	struct ports probe = {};
	int ret;

	if (!top)
		return lt_error(lt, "%s", strerror(ENOMEM));
	ret = top_args(lt, top);
	if (!ret) {
		out_begin(lt);
		/* A name that is wrong is said before the terminal is taken. */
		ret = lt->dev && ports_find(lt, lt->dev, &probe) ? 1 : 0;
	}
	if (!ret) {
		screen_begin(lt, &top->screen, top->ascii, top->count == 1);
		ret = top_loop(lt, top) ? 1 : 0;
		screen_end(lt, &top->screen);
	}
	ports_free(&probe);
	ports_free(&top->now.ports);
	ports_free(&top->then.ports);
	free(top->lane);
	free(top);
	return ret;
}

const struct lt_command lt_top[] = {
	{ "top", "[DEVNAME] [-i SECONDS] [-n COUNT] [--once] [--ascii]",
	  "Show lanes and CPUs at work", top_run, LT_NO_DEV | LT_SCHEMA_OWN },
	{}
};
