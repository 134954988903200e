// SPDX-License-Identifier: GPL-2.0
/*
 * Moving one port between drivers, by driver_override: only the driver it names may take the
 * device, so no other one comes in between, and no other device moves.
 */
#include <ctype.h>
#include <net/if.h>
#include <stdlib.h>

#include "bind.h"

#define DEVICE	"/sys/bus/pci/devices/%s"
#define WAIT_MS	5000	/* for a driver, and then for its network device */

/* "0000:03:00.1" */
static bool bind_is_address(const char *text)
{
	static const char form[] = "xxxx:xx:xx.x";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	return !text[i];
}

static int bind_uevent(char *text, void *data)
{
	return sscanf(text, "DRIVER=%63s", (char *)data) == 1;
}

static int bind_first(const char *name, void *data)
{
	snprintf(data, BIND_TEXT, "%s", name);
	return 1;
}

static int bind_virtio(const char *name, void *data)
{
	return strncmp(name, "virtio", 6) ? 0 : bind_first(name, data);
}

void bind_read(struct lt *lt, struct bind_port *port)
{
	char below[BIND_TEXT] = "";
	uint64_t index;

	port->driver[0] = '\0';
	port->ifname[0] = '\0';
	port->ifindex = 0;
	sys_lines(lt, bind_uevent, port->driver, DEVICE "/uevent", port->pci);
	/* The in-tree driver of virtio-net sits on a device below. */
	sys_names(lt, bind_virtio, below, DEVICE, port->pci);
	if (sys_names(lt, bind_first, port->ifname, DEVICE "/net", port->pci) <= 0 && *below)
		sys_names(lt, bind_first, port->ifname, DEVICE "/%s/net", port->pci, below);
	if (port->ifname[0] &&
	    (!sys_u64(lt, &index, DEVICE "/net/%s/ifindex", port->pci, port->ifname) ||
	     !sys_u64(lt, &index, DEVICE "/%s/net/%s/ifindex", port->pci, below, port->ifname)))
		port->ifindex = index;
}

int bind_find(struct lt *lt, const char *name, struct bind_port *port)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	int ret;
	char class[BIND_TEXT];

	memset(port, 0, sizeof(*port));
	snprintf(port->pci, sizeof(port->pci), "%s", name);
	if (!bind_is_address(name)) {
		/* The kernel would look for one that begins so. */
		if (strlen(name) >= IFNAMSIZ)
			return lt_error(lt, "%s: %s", name, strerror(ENODEV)), -ENODEV;
		ret = lt_ioctl_of(lt, name, &info);
		if (ret && ret != -EOPNOTSUPP)
			return lt_error(lt, "%s: %s", name, strerror(-ret)), -ENODEV;
		snprintf(port->pci, sizeof(port->pci), "%.31s", info.bus_info);
		if (!bind_is_address(port->pci))
			return lt_error(lt, "%s is not a PCI device", name), -ENODEV;
	}
	if (sys_read(lt, class, sizeof(class), DEVICE "/class", port->pci))
		return lt_error(lt, "there is no device %s", port->pci), -ENODEV;
	if (strncmp(class, "0x02", 4))
		return lt_error(lt, "%s is not a network device (class %s)", port->pci, class),
		       -EINVAL;
	bind_read(lt, port);
	return 0;
}

/* Give the device, which has no driver, to this one.  Return: did it take it? */
static bool bind_offer(struct lt *lt, struct bind_port *port, const char *driver)
{
	unsigned int waited = 0;

	if (sys_write(lt, driver, DEVICE "/driver_override", port->pci) ||
	    sys_write(lt, port->pci, "/sys/bus/pci/drivers_probe"))
		return false;
	for (;; waited += 100) {
		bind_read(lt, port);
		if (!strcmp(port->driver, driver) && port->ifname[0])
			return true;
		if (waited >= WAIT_MS || strcmp(port->driver, driver))
			return !strcmp(port->driver, driver);
		lt->kernel->sleep(lt, 100);
	}
}

/* Take it from its driver.  Return: 0 or an error, said */
static int bind_take(struct lt *lt, struct bind_port *port, const char *driver)
{
	char before[BIND_TEXT] = "";
	int ret;

	sys_read(lt, before, sizeof(before), DEVICE "/driver_override", port->pci);
	ret = sys_write(lt, driver, DEVICE "/driver_override", port->pci);
	if (!ret && port->driver[0])
		ret = sys_write(lt, port->pci, "/sys/bus/pci/drivers/%s/unbind", port->driver);
	if (!ret)
		return 0;
	lt_error(lt, "%s: cannot take it from %s: %s", port->pci, port->driver, strerror(-ret));
	/* "(null)" is how the kernel says that there is none. */
	sys_write(lt, *before && *before != '(' ? before : "\n", DEVICE "/driver_override",
		  port->pci);
	return ret;
}

int bind_move(struct lt *lt, struct bind_port *port, const char *driver,
	      const struct bind_carry *carry, struct bind_carried *carried)
{
	char old[BIND_TEXT];
	bool took;
	int ret;

	snprintf(old, sizeof(old), "%s", port->driver);
	ret = bind_take(lt, port, driver);
	if (ret)
		return ret;
	took = bind_offer(lt, port, driver);
	if (!took) {
		lt_error(lt, "%s: %s did not take it (the kernel's log says why)%s%s", port->pci,
			 driver, *old ? "; back to " : "", old);
		if (*old && !bind_offer(lt, port, old))
			lt_error(lt, "%s: %s did not take it back", port->pci, old);
	}
	/* Flowlane's keep theirs: if in-tree modules are loaded again, the port stays. */
	if (!took || strncmp(driver, "flowlane", 8))
		sys_write(lt, "\n", DEVICE "/driver_override", port->pci);
	bind_carry_write(lt, carry, port, carried);
	return took ? 0 : -ENXIO;
}
