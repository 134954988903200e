// SPDX-License-Identifier: GPL-2.0
/*
 * A port in devlink: an instance with one port, which names the net_device. Both
 * exist as long as that is registered; users see them only while all of it works.
 */
#include <linux/rtnetlink.h>
#include <net/devlink.h>

#include "devlink.h"

/**
 * struct fl_devlink - what the instance holds for us
 * @fl: the port; its private area is the net_device's
 * @port: the same in devlink
 * @tx: reporter of Tx hangs
 */
struct fl_devlink {
	struct fl_dev *fl;
	struct devlink_port port;
	struct devlink_health_reporter *tx;
};

/* Who drives the device, devlink knows by itself. */
static int fl_devlink_info_get(struct devlink *devlink,
			       struct devlink_info_req *req,
			       struct netlink_ext_ack *extack)
{
	struct fl_devlink *fd = devlink_priv(devlink);
	struct fl_dev *fl = fd->fl;
	int err = 0;

	rtnl_lock();
	/* In suspend, or while it is reset, the device cannot be asked. */
	if (fl->ops->get_info && netif_device_present(fl->netdev))
		err = fl->ops->get_info(fl, req, extack);
	rtnl_unlock();
	return err;
}

static const struct devlink_ops fl_devlink_ops = {
	.info_get = fl_devlink_info_get,
};

/**
 * fl_devlink_init() - create what a port has in devlink, not shown yet
 * @fl: port, its net_device not registered yet
 *
 * Context: process, may sleep.
 *
 * Return: 0 or a negative error; then nothing is left.
 */
int fl_devlink_init(struct fl_dev *fl)
{
	struct devlink *devlink;
	struct fl_devlink *fd;
	int err;

	devlink = devlink_alloc(&fl_devlink_ops, sizeof(*fd), fl->dev);
	if (!devlink)
		return -ENOMEM;
	fd = devlink_priv(devlink);
	fd->fl = fl;
	devl_lock(devlink);
	fl_devlink_port_set_attrs(&fd->port);
	err = devl_port_register(devlink, &fd->port, 0);
	if (err)
		goto err_free;
	fd->tx = devl_health_reporter_create(devlink, &fl_tx_health_ops, fl);
	if (IS_ERR(fd->tx)) {
		err = PTR_ERR(fd->tx);
		goto err_port;
	}
	devl_unlock(devlink);
	fl->devlink = devlink;
	SET_NETDEV_DEVLINK_PORT(fl->netdev, &fd->port);
	return 0;

err_port:
	devl_port_unregister(&fd->port);
err_free:
	devl_unlock(devlink);
	devlink_free(devlink);
	return err;
}

/**
 * fl_devlink_cleanup() - undo fl_devlink_init()
 * @fl: port, its net_device not registered any more
 *
 * Context: process, may sleep.
 */
void fl_devlink_cleanup(struct fl_dev *fl)
{
	struct fl_devlink *fd = devlink_priv(fl->devlink);

	devl_lock(fl->devlink);
	devl_health_reporter_destroy(fd->tx);
	devl_port_unregister(&fd->port);
	devl_unlock(fl->devlink);
	devlink_free(fl->devlink);
	fl->devlink = NULL;
}

/**
 * fl_devlink_show() - let users and the reporter in
 * @fl: port; all of it works
 *
 * Context: process, may sleep.
 */
void fl_devlink_show(struct fl_dev *fl)
{
	struct fl_devlink *fd = devlink_priv(fl->devlink);

	devlink_register(fl->devlink);
	rtnl_lock();
	WRITE_ONCE(fl->tx_health, fd->tx);
	rtnl_unlock();
}

/**
 * fl_devlink_hide() - undo fl_devlink_show()
 * @fl: port
 *
 * Users are out when it returns, and hangs are not reported any more. The
 * reporter goes first: devlink takes no report for what it does not show.
 *
 * Context: process, may sleep.
 */
void fl_devlink_hide(struct fl_dev *fl)
{
	rtnl_lock();
	WRITE_ONCE(fl->tx_health, NULL);
	rtnl_unlock();
	flush_work(&fl->health_work);
	devlink_unregister(fl->devlink);
}
