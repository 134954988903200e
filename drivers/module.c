// SPDX-License-Identifier: GPL-2.0
/* The module: what all ports share, and every backend with its bus. */
#include <linux/module.h>

#include <flowlane/backends.h>

static const struct fl_backend *const fl_backends[] = {
	&i82576_backend,
#if IS_ENABLED(CONFIG_VIRTIO_PCI_LIB)
	&virtio_backend,
#endif
};

static void fl_unregister(int n)
{
	while (n--)
		fl_backends[n]->exit();
	fl_nl_exit();
	fl_homes_exit();
}

static int __init fl_module_init(void)
{
	int i, err;

	err = fl_homes_init();
	if (err)
		return err;
	/* Ports have events as soon as there are any. */
	err = fl_nl_init();
	if (err) {
		pr_err(FL_NAME ": its netlink family does not register: %d\n",
		       err);
		fl_homes_exit();
		return err;
	}
	for (i = 0; i < ARRAY_SIZE(fl_backends); i++) {
		err = fl_backends[i]->init();
		if (err) {
			pr_err(FL_NAME ": backend %s does not register: %d\n",
			       fl_backends[i]->name, err);
			fl_unregister(i);
			return err;
		}
	}
	return 0;
}
module_init(fl_module_init);

static void __exit fl_module_exit(void)
{
	fl_unregister(ARRAY_SIZE(fl_backends));
}
module_exit(fl_module_exit);

MODULE_AUTHOR("The Flowlane authors");
MODULE_DESCRIPTION("Multi-queue NIC driver that brings flows to their CPUs");
MODULE_LICENSE("GPL");
MODULE_VERSION(FL_VERSION);
