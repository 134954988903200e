// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool -t: link, EEPROM, queue filters, registers, interrupts, loopback,
 * steering.
 *
 * An offline test resets the device itself, and leaves it masked and without DMA;
 * what else it leaves does not matter, the port starts with a reset.
 */
#include <linux/etherdevice.h>
#include <linux/iopoll.h>
#include <linux/ip.h>
#include <linux/random.h>
#include <linux/udp.h>
#include <net/checksum.h>

#include "desc.h"
#include "hw.h"

#define I82576_LINK_MS		3000	/* negotiation, the longest wait of all */
#define I82576_LOOP_LINK_MS	1000
/* Some microseconds each; but a CPU of a busy virtual machine may take its time. */
#define I82576_LOOP_US		500000
#define I82576_IRQ_US		1000000
#define I82576_LOOP_FRAMES	4
#define I82576_LOOP_LEN		1024
#define I82576_LOOP_QUEUES	2

/* What makes the words up to the checksum's own a sum (datasheet 6.3). */
#define I82576_NVM_CHECKSUM	0x3f
#define I82576_NVM_SUM		0xbaba

/* One that is down has its PHY off: wake it. */
static int i82576_test_link(struct fl_dev *fl)
{
	struct i82576 *hw = i82576_of(fl);
	int err;

	if (i82576_gone(hw))
		return -ENODEV;
	if (!fl->running) {
		err = i82576_link_start(hw);
		if (err)
			return err;
	}
	return i82576_link_up(hw, I82576_LINK_MS);
}

static int i82576_test_nvm(struct fl_dev *fl)
{
	struct i82576 *hw = i82576_of(fl);
	u16 data, sum = 0;
	int i, err;

	for (i = 0; i <= I82576_NVM_CHECKSUM; i++) {
		err = i82576_nvm_read(hw, i, &data);
		if (err)
			return err;
		sum += data;
	}
	if (sum == I82576_NVM_SUM)
		return 0;
	netdev_err(fl->netdev, "EEPROM: words add up to %#x, not %#x\n", sum,
		   I82576_NVM_SUM);
	return -EIO;
}

/* Whether the device is still what its driver takes it for. */
static int i82576_test_queue_filters(struct fl_dev *fl)
{
	struct i82576 *hw = i82576_of(fl);
	bool found;

	if (i82576_gone(hw))
		return -ENODEV;
	found = i82576_find_queue_filters(hw);
	return found == hw->queue_filters ? 0 : -EIO;
}

/* Registers that hold what they are given and do nothing else by themselves.
 * After a reset nothing acts upon them: reception and transmission are off, and
 * no entry for an address is ever valid with a pattern in its upper half. Tails
 * are doorbells and not among them.
 */
static const struct i82576_reg_test {
	u32 reg;
	u16 stride;
	u16 count;
	u32 mask;
} i82576_reg_tests[] = {
	{ I82576_MTA(0), 4, MTA_COUNT, U32_MAX },
	{ I82576_VFTA(0), 4, VFTA_COUNT, U32_MAX },
	{ I82576_RAL(0) + 4, 8, RAR_COUNT1, U16_MAX },
	{ I82576_RAL(0), 8, RAR_COUNT1, U32_MAX },
	{ I82576_RAL2(0) + 4, 8, RAR_COUNT - RAR_COUNT1, U16_MAX },
	{ I82576_RAL2(0), 8, RAR_COUNT - RAR_COUNT1, U32_MAX },
	{ I82576_RETA(0), 4, RETA_ENTRIES / 4, 0x0f0f0f0f },
	{ I82576_RSSRK(0), 4, RSSRK_BYTES / 4, U32_MAX },
	{ I82576_RDBAL(0), 0x40, I82576_QUEUES, 0xffffff80 },
	{ I82576_RDBAH(0), 0x40, I82576_QUEUES, U32_MAX },
	{ I82576_RDLEN(0), 0x40, I82576_QUEUES, 0x000fff80 },
	{ I82576_TDBAL(0), 0x40, I82576_QUEUES, 0xffffff80 },
	{ I82576_TDBAH(0), 0x40, I82576_QUEUES, U32_MAX },
	{ I82576_TDLEN(0), 0x40, I82576_QUEUES, 0x000fff80 },
};

static int i82576_test_reg(struct i82576 *hw, u32 reg, u32 mask)
{
	static const u32 patterns[] = { 0x5a5a5a5a, 0xa5a5a5a5, 0, U32_MAX };
	u32 was = i82576_rd(hw, reg);
	int i, err = 0;

	for (i = 0; i < ARRAY_SIZE(patterns) && !err; i++) {
		u32 val = patterns[i] & mask;
		u32 got;

		i82576_wr(hw, reg, val);
		got = i82576_rd(hw, reg);
		if ((got & mask) == val)
			continue;
		if (i82576_gone(hw))
			return -ENODEV;
		netdev_err(hw->fl.netdev,
			   "register %#x: %#x written, %#x read\n", reg, val,
			   got & mask);
		err = -EIO;
	}
	i82576_wr(hw, reg, was);
	return err;
}

static int i82576_test_regs(struct fl_dev *fl)
{
	struct i82576 *hw = i82576_of(fl);
	int i, j, err;

	err = i82576_reset(hw);
	/* A reset leaves queue 0 enabled. */
	i82576_wr(hw, I82576_RXDCTL(0), 0);
	i82576_wr(hw, I82576_TXDCTL(0), 0);
	for (i = 0; i < ARRAY_SIZE(i82576_reg_tests); i++) {
		const struct i82576_reg_test *t = &i82576_reg_tests[i];

		for (j = 0; j < t->count && !err; j++)
			err = i82576_test_reg(hw, t->reg + j * t->stride,
					      t->mask);
	}
	return err;
}

/* Unmask and raise a cause, and wait for a handler to count the interrupt. */
static int i82576_raise(struct i82576 *hw, u32 *irqs, u32 unmask, u32 raise,
			u32 bit)
{
	u32 before = READ_ONCE(*irqs);
	u32 now;

	i82576_wr(hw, unmask, bit);
	i82576_wr(hw, raise, bit);
	return read_poll_timeout(READ_ONCE, now, now != before, 100,
				 I82576_IRQ_US, false, *irqs);
}

/* The vectors of lanes by themselves, then a cause on its way to the vector of
 * all others, or to the only one: no handler acts upon this one.
 */
static int i82576_test_vectors(struct i82576 *hw)
{
	u32 *irqs = &hw->fl.lane[0].irqs;
	int i, err;

	for (i = 0; hw->msix && i < hw->fl.cfg.lanes; i++) {
		err = i82576_raise(hw, &hw->fl.lane[i].irqs, I82576_EIMS,
				   I82576_EICS, BIT(i));
		if (err) {
			netdev_err(hw->fl.netdev,
				   "interrupt of lane %d does not arrive\n", i);
			return err;
		}
	}
	if (hw->msix) {
		i82576_wr(hw, I82576_EIMS, BIT(hw->fl.caps.lanes_max));
		irqs = &hw->other_irqs;
	}
	err = i82576_raise(hw, irqs, I82576_IMS, I82576_ICS, ICR_RXDW);
	if (err)
		netdev_err(hw->fl.netdev,
			   "interrupt of other causes does not arrive\n");
	return err;
}

static int i82576_test_irqs(struct fl_dev *fl)
{
	struct i82576 *hw = i82576_of(fl);
	int err;

	err = i82576_reset(hw);
	if (err)
		return err;
	i82576_irq_setup(hw);
	err = i82576_test_vectors(hw);
	i82576_irq_disable(hw);
	return i82576_gone(hw) ? -ENODEV : err;
}

/* Rings as those of lanes are, but out of the reach of stack and NAPI; a frame to an
 * address that nobody else knows; how many of them each queue has received.
 */
struct i82576_loop {
	struct fl_rx_ring *rx[I82576_LOOP_QUEUES];
	struct fl_tx_ring *tx;
	u8 *frame;
	dma_addr_t dma;
	u32 got[I82576_LOOP_QUEUES];
};

/* Send the frame, see it come back on a queue and its slot be reported as sent. */
static int i82576_loop_frame(struct i82576_loop *loop, int queue)
{
	const struct fl_rx_leaf leaf = { .len = i82576_rx_len };
	const struct fl_tx_req req = {
		.word[I82576_REQ_CMD] = I82576_TXD_DTYP_DATA |
					I82576_TXD_DEXT | I82576_TXD_IFCS,
		.word[I82576_REQ_OLINFO] = FIELD_PREP(I82576_OLINFO_PAYLEN,
						      I82576_LOOP_LEN),
	};
	struct fl_rx_ring *rx = loop->rx[queue];
	struct fl_tx_ring *tx = loop->tx;
	u32 slot = loop->got[queue];
	u32 status, done;
	int err;

	i82576_tx_data(tx, tx->next_to_use++, loop->dma, I82576_LOOP_LEN, &req,
		       true, true);
	i82576_tx_kick(tx);
	err = read_poll_timeout(i82576_pull, status, status, 20,
				I82576_LOOP_US, false, rx, slot);
	if (err)
		return err;
	loop->got[queue]++;
	fl_rx_sync(rx, slot, slot, leaf);
	if ((status & (I82576_RXD_EOP | I82576_RXD_RXE)) != I82576_RXD_EOP ||
	    i82576_rx_len(rx, slot) != I82576_LOOP_LEN ||
	    memcmp(rx->buf[slot] + rx->headroom, loop->frame, I82576_LOOP_LEN))
		return -EIO;
	err = read_poll_timeout(i82576_tx_done, done, done, 20, I82576_LOOP_US,
				false, tx);
	tx->next_to_clean += done;
	return err;
}

/* QEMU's model receives nothing, not even from itself, without having
 * negotiated a link before.
 */
static int i82576_loop_link(struct i82576 *hw)
{
	int err = 0;

	if (!hw->queue_filters)
		err = i82576_link_start(hw) ?:
		      i82576_link_up(hw, I82576_LOOP_LINK_MS);
	return err ?: i82576_link_loopback(hw) ?:
	       i82576_link_up(hw, I82576_LOOP_LINK_MS);
}

static int i82576_loop_start(struct i82576 *hw, struct i82576_loop *loop)
{
	struct ethhdr *eth = (struct ethhdr *)loop->frame;
	int i;

	eth_random_addr(eth->h_dest);
	ether_addr_copy(eth->h_source, eth->h_dest);

	i82576_init_rx(hw);
	i82576_write_rar(hw, 0, eth->h_dest);
	for (i = 0; i < I82576_LOOP_QUEUES && loop->rx[i]; i++)
		i82576_rx_queue_start(hw, loop->rx[i]);
	i82576_tx_queue_start(hw, loop->tx);
	i82576_init_tx(hw);
	i82576_wr(hw, I82576_RCTL, RCTL_RXEN | RCTL_SECRC);
	return i82576_loop_link(hw);
}

static void i82576_loop_free(struct fl_dev *fl, struct i82576_loop *loop)
{
	int i;

	if (loop->frame)
		dma_free_coherent(fl->dev, I82576_LOOP_LEN, loop->frame,
				  loop->dma);
	fl_tx_ring_free(loop->tx);
	for (i = 0; i < I82576_LOOP_QUEUES; i++)
		fl_rx_ring_free(loop->rx[i]);
}

static int i82576_loop_alloc(struct fl_dev *fl, struct i82576_loop *loop,
			     int queues)
{
	const struct fl_config cfg = {
		.lanes = queues,
		.rx_size = FL_RING_SIZE_MIN,
		.tx_size = FL_RING_SIZE_MIN,
		.mtu = ETH_DATA_LEN,
	};
	int i;

	loop->frame = dma_alloc_coherent(fl->dev, I82576_LOOP_LEN, &loop->dma,
					 GFP_KERNEL);
	loop->tx = fl_tx_ring_alloc(&fl->lane[0], &cfg);
	for (i = 0; i < queues; i++) {
		loop->rx[i] = fl_rx_ring_alloc(&fl->lane[i], &cfg);
		if (!loop->rx[i] || i82576_rx_fill(loop->rx[i]))
			return -ENOMEM;
	}
	return loop->frame && loop->tx ? 0 : -ENOMEM;
}

/* Run a test of frames that come back. */
static int i82576_loop(struct fl_dev *fl, int queues,
		       int (*test)(struct i82576 *hw, struct i82576_loop *loop))
{
	struct i82576 *hw = i82576_of(fl);
	struct i82576_loop loop = {};
	int err, err2;

	err = i82576_loop_alloc(fl, &loop, queues) ?: i82576_reset(hw);
	if (err)
		goto out_free;
	err = i82576_loop_start(hw, &loop);
	if (err == -ENOLINK && !hw->queue_filters) {
		netdev_info(fl->netdev,
			    "device model without link: loopback not tested\n");
		err = 0;
	} else if (!err) {
		err = test(hw, &loop);
	}
	/* Nothing else ends all DMA for certain. */
	err2 = i82576_reset(hw);
	err = err2 ?: err;
out_free:
	i82576_loop_free(fl, &loop);
	return err;
}

/* Frames without an IP header have no hash: they come in on queue 0. */
static int i82576_loop_all(struct i82576 *hw, struct i82576_loop *loop)
{
	struct ethhdr *eth = (struct ethhdr *)loop->frame;
	int i, err = 0;

	eth->h_proto = htons(ETH_P_LOOPBACK);
	for (i = 0; i < I82576_LOOP_FRAMES && !err; i++) {
		get_random_bytes(eth + 1, I82576_LOOP_LEN - sizeof(*eth));
		err = i82576_loop_frame(loop, 0);
		if (err)
			netdev_err(hw->fl.netdev, "loopback: frame %d %s\n", i,
				   err == -EIO ? "comes back damaged" :
						 "does not come back");
	}
	return err;
}

static int i82576_test_loopback(struct fl_dev *fl)
{
	return i82576_loop(fl, 1, i82576_loop_all);
}

/* A datagram of the flow, which is one of UDP over IPv4. */
static void i82576_steer_fill(struct i82576_loop *loop,
			      const struct fl_flow_key *key)
{
	struct ethhdr *eth = (struct ethhdr *)loop->frame;
	struct iphdr *ip = (struct iphdr *)(eth + 1);
	struct udphdr *udp = (struct udphdr *)(ip + 1);

	memset(eth + 1, 0, I82576_LOOP_LEN - sizeof(*eth));
	eth->h_proto = key->l3;
	*ip = (struct iphdr) {
		.version = 4,
		.ihl = sizeof(*ip) / 4,
		.tot_len = htons(I82576_LOOP_LEN - sizeof(*eth)),
		.ttl = 1,
		.protocol = key->proto,
		.saddr = key->src.s6_addr32[0],
		.daddr = key->dst.s6_addr32[0],
	};
	ip->check = ip_fast_csum(ip, ip->ihl);
	udp->source = key->src_port;
	udp->dest = key->dst_port;
	udp->len = htons(I82576_LOOP_LEN - sizeof(*eth) - sizeof(*ip));
}

static int i82576_steer_frame(struct i82576 *hw, struct i82576_loop *loop,
			      const struct fl_flow_key *key, int queue,
			      const char *by)
{
	int err;

	i82576_steer_fill(loop, key);
	err = i82576_loop_frame(loop, queue);
	if (err)
		netdev_err(hw->fl.netdev,
			   "steering by %s: no good frame on lane %d\n", by,
			   queue);
	return err;
}

/* All entries of the table lead to queue 1, then to 0; then a filter leads one flow
 * to queue 1, and another one stays. Addresses are those of benchmarks, RFC 2544.
 */
static int i82576_steer_all(struct i82576 *hw, struct i82576_loop *loop)
{
	struct fl_filter f = {
		.key = {
			.src.s6_addr32[0] = htonl(0xc6120001),
			.dst.s6_addr32[0] = htonl(0xc6120002),
			.src_port = htons(1000),
			.dst_port = htons(2000),
			.l3 = htons(ETH_P_IP),
			.proto = IPPROTO_UDP,
		},
		.match = FL_MATCH_ALL,
		.owner = FL_FILTER_RULE,
		.lane = 1,
	};
	int queue, i, err = 0;

	for (queue = 1; queue >= 0 && !err; queue--) {
		for (i = 0; i < RETA_ENTRIES / 4; i++)
			i82576_wr(hw, I82576_RETA(i), queue * 0x01010101);
		err = i82576_steer_frame(hw, loop, &f.key, queue, "hash");
	}
	if (err || !hw->queue_filters)
		return err;
	i82576_write_filter(hw, 0, &f);
	err = i82576_steer_frame(hw, loop, &f.key, 1, "filter");
	if (err)
		return err;
	f.key.src_port = htons(1001);
	return i82576_steer_frame(hw, loop, &f.key, 0, "no filter");
}

/* A port with one vector has nowhere to steer to. */
static int i82576_test_steering(struct fl_dev *fl)
{
	if (fl->caps.lanes_max < I82576_LOOP_QUEUES)
		return i82576_gone(i82576_of(fl)) ? -ENODEV : 0;
	return i82576_loop(fl, I82576_LOOP_QUEUES, i82576_steer_all);
}

const struct fl_test i82576_tests[I82576_TESTS] = {
	{ "Link          (on/offline)", false, i82576_test_link },
	{ "EEPROM        (on/offline)", false, i82576_test_nvm },
	{ "Queue filters (on/offline)", false, i82576_test_queue_filters },
	{ "Registers     (offline)", true, i82576_test_regs },
	{ "Interrupts    (offline)", true, i82576_test_irqs },
	{ "Loopback      (offline)", true, i82576_test_loopback },
	{ "Steering      (offline)", true, i82576_test_steering },
};
