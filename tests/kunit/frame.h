/* SPDX-License-Identifier: GPL-2.0 */
/* Frames and packets for the suites. */
#ifndef FLOWLANE_KUNIT_FRAME_H
#define FLOWLANE_KUNIT_FRAME_H

#include <kunit/test.h>
#include <linux/skbuff.h>

#define FRAME_FRAGS	MAX_SKB_FRAGS

enum frame_l4 { FRAME_RAW, FRAME_TCP, FRAME_UDP, FRAME_SCTP };

/**
 * struct frame - a packet to be built
 * @ip: 4 or 6; 0 for a packet of no protocol that anybody knows
 * @l4: what it carries
 * @linear: bytes of payload in the linear part
 * @nr_frags: fragments
 * @frag: bytes of each
 * @mss: to be segmented by the device to this payload; 0: not
 * @csum: the device is to fill in the L4 checksum
 * @vlan: tag to insert; 0: none
 */
struct frame {
	u8 ip;
	enum frame_l4 l4;
	u32 linear;
	u8 nr_frags;
	u32 frag[FRAME_FRAGS];
	u16 mss;
	bool csum;
	u16 vlan;
};

u8 *frame_bytes(struct kunit *test, u32 len, u8 seed);
struct sk_buff *frame_build(struct kunit *test, const struct frame *frame);
struct sk_buff *frame_short(struct kunit *test, u32 len);
u32 frame_header_len(const struct frame *frame);
u16 frame_pseudo_sum(const struct frame *frame, u32 l4_len);

#endif /* FLOWLANE_KUNIT_FRAME_H */
