/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtio-net device in memory: the mock's port over the driver's own leaves, and the
 * other end of its virtqueues, which does what a test says. It is written to the
 * standard (virtio 1.3, sections 2.7, 2.8, 5.1.6), not to the driver.
 */
#ifndef FLOWLANE_KUNIT_MOCK_VRING_H
#define FLOWLANE_KUNIT_MOCK_VRING_H

#include "mock.h"

#define MOCK_VQ_MAX	1024	/* slots of a queue */
#define MOCK_VQ_SAID	256	/* of them given back at once */
#define MOCK_VQ_PARTS	(MAX_SKB_FRAGS + 4)

/**
 * struct mock_vring_kind - what device and driver have agreed on
 * @name: in test names
 * @packed: queues are packed, else split
 * @event: interrupts and doorbells are asked for by index
 * @merge: frames may be of several buffers
 * @gso: and so longer than any wire takes
 * @whole: a frame is of one table, however long it is
 * @front: bytes of the header before a frame
 */
struct mock_vring_kind {
	const char *name;
	bool packed;
	bool event;
	bool merge;
	bool gso;
	bool whole;
	u8 front;
};

/* Two sets, as the second differs in what becomes of long frames alone. */
extern const struct mock_vring_kind mock_vring_kinds[5];
extern const struct mock_vring_kind mock_vring_whole_kinds[2];

static inline void mock_vring_kind_desc(const struct mock_vring_kind *kind, char *desc)
{
	strscpy(desc, kind->name, KUNIT_PARAM_DESC_SIZE);
}

/* What the driver has given the device: a buffer, or a packet. */
struct mock_vq_chain {
	u16 id;
	u16 n;		/* descriptors */
	struct {
		dma_addr_t addr;
		u32 len;
		u16 flags;
	} part[MOCK_VQ_PARTS];
};

/**
 * struct mock_vq - the device's end of a virtqueue
 * @mock: port
 * @lane: whose queue it is
 * @tx: which of the two
 * @ctrl: it is neither: commands, and one byte for the answer of each
 * @desc: the queue's memory
 * @n: its slots
 * @taken: what the device has taken of what it was given: chains, of a packed queue
 *	slots
 * @used: what it has given back, as the driver knows, in the same unit
 * @irqs: interrupts
 * @n_said: what it has given back, and the driver does not know of yet
 * @said: that
 * @held: what it has taken and not given back
 */
struct mock_vq {
	struct mock *mock;
	int lane;
	bool tx;
	bool ctrl;
	void *desc;
	u32 n;
	u16 taken;
	u16 used;
	u32 irqs;
	u32 n_said;
	struct {
		u32 id;
		u32 len;
		u16 n;
	} said[MOCK_VQ_SAID];
	DECLARE_BITMAP(held, MOCK_VQ_MAX);
};

/* The header before a frame, whatever its length. @buffers 0: what is true. */
struct mock_vring_hdr {
	u8 flags;
	u8 gso_type;
	u16 hdr_len;
	u16 gso_size;
	u16 csum_start;
	u16 csum_offset;
	u16 buffers;
	u32 hash;
	u16 report;
};

/* A packet that has left. */
struct mock_vring_sent {
	u16 id;
	u16 parts;
	u32 len;		/* header included */
	u8 data[MOCK_COPY_MAX];
};

/**
 * struct mock_vring - the device, one at a time
 * @kind: what was agreed on
 * @vq: its queues, of a lane that for receive first
 * @piece: bytes that it puts into a buffer at most; 0: as many as there is room for
 * @broken: how often the driver has found it to lie
 * @wakes: how often a ring that was low has told others
 * @at_mb: called once, at the next full barrier of the driver
 */
struct mock_vring {
	const struct mock_vring_kind *kind;
	struct mock_vq vq[MOCK_LANES][2];
	u32 piece;
	u32 broken;
	u32 wakes;
	void (*at_mb)(struct mock *mock);
};

extern struct mock_vring mock_vring;

static inline struct mock_vq *mock_vring_rxq(int lane)
{
	return &mock_vring.vq[lane][0];
}

static inline struct mock_vq *mock_vring_txq(int lane)
{
	return &mock_vring.vq[lane][1];
}

/* Twice the size of the rings before the wrap of 16 and of 32 bits: the slots stay. */
#define MOCK_VRING_AGE	(-2U * FL_RING_SIZE_MIN)

void mock_vring_init_kind(struct kunit *test, const struct mock_vring_kind *kind);
int mock_vring_init(struct kunit *test);
void mock_vring_low(struct mock *mock, int lane, u16 low);
void mock_vring_age(struct mock *mock, int lane, u32 by);
bool mock_vring_rearm(struct mock *mock, int lane);
bool mock_vring_broken(struct mock *mock, int lane, bool tx);
void mock_vring_expect(struct kunit *test, const u8 *data, u32 len);
void mock_vring_expect_rest(struct kunit *test);

/* mock_vq.c */
u16 mock_vq_given(const struct mock_vq *q);
bool mock_vq_take(struct mock_vq *q, struct mock_vq_chain *c);
void mock_vq_give(struct mock_vq *q, const struct mock_vq_chain *c, u32 len);
void mock_vq_say(struct mock_vq *q, u32 id, u32 len);
void mock_vq_skip(struct mock_vq *q, int by);
bool mock_vq_publish(struct mock_vq *q);
bool mock_vq_publish_some(struct mock_vq *q, u32 n);
void mock_vq_bells_from(struct mock_vq *q, u16 index);
void mock_vq_bells(struct mock_vq *q, bool on);
u32 mock_vq_rung(const struct mock_vq *q);

void mock_vring_put_hdr(void *at, const struct mock_vring_hdr *h, u16 buffers);
u32 mock_vring_frame(struct mock_vq *q, const void *data, u32 len,
		     const struct mock_vring_hdr *h);
u32 mock_vring_arrives(const void *data, u32 len, const struct mock_vring_hdr *h);
bool mock_vring_take_tx(struct mock_vq *q, struct mock_vq_chain *c,
			struct mock_vring_sent *sent);

#endif /* FLOWLANE_KUNIT_MOCK_VRING_H */
