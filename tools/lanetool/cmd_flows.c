// SPDX-License-Identifier: GPL-2.0
/* Flowlane's table of steered flows: where each is consumed, and whether it comes there. */
#include <inttypes.h>
#include <stdlib.h>

#include <linux/flowlane.h>

#include "port.h"
#include "screen.h"

struct flows_view {
	struct ports ports;
	struct flows flows, before;
	unsigned int msecs;		/* between views; 0: one view */
};

static const char *flows_port(const struct flows_view *view, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < view->ports.count; i++)
		if (view->ports.port[i].ifindex == ifindex)
			return view->ports.port[i].name;
	return "?";
}

/* The heaviest first, then by what they are: the same in each view. */
static int flows_order(const void *a, const void *b)
{
	const struct flow *x = a, *y = b;
	int ret;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	if (x->rate != y->rate)
		return x->rate > y->rate ? -1 : 1;
	if (x->packets != y->packets)
		return x->packets > y->packets ? -1 : 1;
	ret = memcmp(x->src, y->src, sizeof(x->src)) ?: memcmp(x->dst, y->dst, sizeof(x->dst));
	if (ret)
		return ret;
	return x->src_port != y->src_port ? x->src_port - y->src_port : x->dst_port - y->dst_port;
}

static int flows_by_id(const void *a, const void *b)
{
	const struct flow *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* Packets a second, of those that were there before */
static void flows_rate(struct flows_view *view)
{
	const struct flow *was;
	size_t i;

	if (view->before.count)
		qsort(view->before.flow, view->before.count, sizeof(*was), flows_by_id);
	for (i = 0; i < view->flows.count; i++) {
		struct flow *f = &view->flows.flow[i];

		was = view->before.count ? bsearch(f, view->before.flow, view->before.count,
						   sizeof(*was), flows_by_id) : NULL;
		if (was && was->packets <= f->packets)
			f->rate = (f->packets - was->packets) * 1000 / view->msecs;
	}
}

static void flows_one(struct lt *lt, const struct flows_view *view, const struct flow *f)
{
	static const char *const tiers[] = { "none", "bucket", "exact" };
	char src[64], dst[64], hash[16], cpu[16] = "-";

	flow_address(src, sizeof(src), f->l3, f->src, f->src_port);
	flow_address(dst, sizeof(dst), f->l3, f->dst, f->dst_port);
	snprintf(hash, sizeof(hash), "0x%08x", f->hash);
	if (f->has_cpu)
		snprintf(cpu, sizeof(cpu), "%u", f->cpu);
	out_object(lt, NULL);
	out_str(lt, "ifname", "%-8s", flows_port(view, f->ifindex));
	out_str(lt, "proto", " %-4s", proto_name(f->proto));
	out_str(lt, "src", " %-21s", src);
	out_str(lt, "dst", " %-21s", dst);
	out_uint(lt, "lane", " %4" PRIu64, f->lane);
	out_text(lt, " %3s", cpu);
	if (f->has_cpu)
		out_uint(lt, "cpu", NULL, f->cpu);
	out_bool(lt, "home", NULL, f->tier != FLOWLANE_TIER_NONE);
	out_text(lt, " %-4s", f->tier != FLOWLANE_TIER_NONE ? "home" : "away");
	out_str(lt, "tier", " %-6s", f->tier < ARRAY_SIZE(tiers) ? tiers[f->tier] : "?");
	out_uint(lt, "bucket", " %5" PRIu64, f->bucket);
	out_str(lt, "hash", NULL, hash);
	out_uint(lt, "packets", view->msecs ? NULL : " %10" PRIu64, f->packets);
	if (view->msecs)
		out_uint(lt, "packets-per-second", " %10" PRIu64, f->rate);
	out_uint(lt, "age-ms", NULL, f->age_ms);
	out_text(lt, " %6u\n", f->age_ms / 1000);
	out_close(lt);
}

static void flows_say(struct lt *lt, const struct flows_view *view)
{
	size_t i, home = 0;

	for (i = 0; i < view->flows.count; i++)
		home += view->flows.flow[i].tier != FLOWLANE_TIER_NONE;
	out_text(lt, "%zu flows, %zu at home\n", view->flows.count, home);
	if (view->flows.count)
		out_text(lt, "%-8s %-4s %-21s %-21s %s %10s %6s\n", "PORT", "FLOW", "FROM", "TO",
			 "LANE CPU IS   BY     ENTRY", view->msecs ? "PACKETS/S" : "PACKETS",
			 "SECS");
	for (i = 0; i < view->flows.count; i++)
		flows_one(lt, view, &view->flows.flow[i]);
}

/* Return: 0 or the exit code after a message */
static int flows_take(struct lt *lt, struct flows_view *view)
{
	struct flows old = view->before;
	int ret;

	view->before = view->flows;
	view->flows = old;
	ret = flows_read(lt, lt->dev ? view->ports.port->ifindex : 0, &view->flows);
	if (ret < 0)
		return 1;
	if (ret && errno == EPERM)
		return lt_error(lt, "flows are shown to administrators only (CAP_NET_ADMIN)");
	if (ret)
		return lt_error(lt, "no flows are steered here: Flowlane's module is not loaded");
	if (view->msecs)
		flows_rate(view);
	if (view->flows.count)
		qsort(view->flows.flow, view->flows.count, sizeof(*view->flows.flow), flows_order);
	return 0;
}

static int flows_watch(struct lt *lt, struct flows_view *view)
{
	struct lt_screen screen = {};
	int ret;

	screen_begin(lt, &screen, false, false);
	do {
		ret = flows_take(lt, view);
		if (ret)
			break;
		screen_make(lt, &screen);
		flows_say(lt, view);
		screen_show(lt, &screen);
	} while (screen_wait(lt, &screen, view->msecs) && !ferror(lt->text));
	screen_end(lt, &screen);
	return ret;
}

static int flows_args(struct lt *lt, struct flows_view *view)
{
	if (!lt->argc)
		return 0;
	if (strcmp(lt->argv[0], "--watch") || lt->argc > 2)
		return lt_bad_args(lt);
	view->msecs = 1000;
	if (lt->argc == 2 && !screen_seconds(lt->argv[1], &view->msecs))
		return lt_error(lt, "'%s' is no number of seconds from 0.1 to 3600", lt->argv[1]);
	return lt->json ? lt_error(lt, "--watch has no end that JSON could have") : 0;
}

static int flows_show(struct lt *lt, struct flows_view *view)
{
	const struct port *port = view->ports.port;
	int ret = flows_args(lt, view);

	if (ret)
		return ret;
	if (lt->dev) {
		port_driver(lt, view->ports.port);
		if (strcmp(port->driver, FLOWLANE_FAMILY_NAME))
			return lt_error(lt, "%s: driver %s does not tell of flows; Flowlane does",
					port->name, port->driver[0] ? port->driver : "(none)");
	}
	if (view->msecs)
		return flows_watch(lt, view);
	ret = flows_take(lt, view);
	if (!ret)
		flows_say(lt, view);
	return ret;
}

static int flows_run(struct lt *lt)
{
	struct flows_view view = {};
	int ret;

	out_begin(lt);
	ret = ports_arg(lt, &view.ports) ? 1 : flows_show(lt, &view);
	flows_free(&view.flows);
	flows_free(&view.before);
	ports_free(&view.ports);
	return ret;
}

const struct lt_command lt_flows[] = {
	{ "flows", "[DEVNAME] [--watch [SECONDS]]",
	  "Show which flows are led where, on Flowlane's ports", flows_run,
	  LT_NO_DEV | LT_SCHEMA_OWN },
	{}
};
