// SPDX-License-Identifier: GPL-2.0
/* What a virtio-net device is told of moderation, and which of them is. */
#include <kunit/test.h>

#include "../../drivers/virtio/vio.h"

static void vio_coal_numbers(struct kunit *test)
{
	static const struct { u32 usecs, ring, packets; } of[] = {
		/* With a number of packets and no time, or the reverse, neither counts. */
		{ 0, 256, 0 }, { 1, 256, 128 }, { 50, 1024, 512 },
		{ VIO_ITR_MAX, 128, 64 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		struct virtio_net_ctrl_coal coal;

		memset(&coal, 0xff, sizeof(coal));
		vio_put_coal(&coal, of[i].usecs, of[i].ring);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(coal.max_usecs), of[i].usecs);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(coal.max_packets), of[i].packets);
	}
}

static void vio_coal_by(struct kunit *test)
{
	struct vio *vio = kunit_kzalloc(test, sizeof(*vio), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, vio);
	vio->has = BIT_ULL(VIRTIO_NET_F_CTRL_VQ) | BIT_ULL(VIRTIO_NET_F_MQ);
	KUNIT_EXPECT_EQ(test, vio_itr_by(vio), FL_ITR_TIMER);
	vio->has |= BIT_ULL(VIRTIO_NET_F_NOTF_COAL);
	KUNIT_EXPECT_EQ(test, vio_itr_by(vio), FL_ITR_PORT);
	vio->has |= BIT_ULL(VIRTIO_NET_F_VQ_NOTF_COAL);
	KUNIT_EXPECT_EQ(test, vio_itr_by(vio), FL_ITR_LANE);
}

static struct kunit_case vio_coal_cases[] = {
	KUNIT_CASE(vio_coal_numbers),
	KUNIT_CASE(vio_coal_by),
	{}
};

static struct kunit_suite vio_coal_suite = {
	.name = "flowlane_coalesce_virtio",
	.test_cases = vio_coal_cases,
};

kunit_test_suite(vio_coal_suite);
