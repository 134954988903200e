/* SPDX-License-Identifier: GPL-2.0 */
/* What the suites of a port's life look at: its state, and whether it works. */
#ifndef FLOWLANE_KUNIT_PORT_STATE_H
#define FLOWLANE_KUNIT_PORT_STATE_H

#include "mock.h"

/* All that a failed command has to leave as it was. */
struct port_state {
	struct fl_config cfg;
	struct fl_rx_ring *rx[MOCK_LANES];
	struct fl_tx_ring *tx[MOCK_LANES];
	unsigned int real_tx;
	unsigned int real_rx;
	unsigned int mtu;
	bool running;
};

void port_save(struct mock *mock, struct port_state *s);
void port_expect_same(struct kunit *test, struct mock *mock,
		      const struct port_state *s);
void port_expect_config(struct kunit *test, struct mock *mock,
			const struct fl_config *cfg);
void port_expect_empty(struct kunit *test, struct mock *mock);
void port_expect_traffic(struct kunit *test, struct mock *mock);

#endif /* FLOWLANE_KUNIT_PORT_STATE_H */
