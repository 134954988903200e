// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the caller's SSH session goes by a port: by the address that it came to, and by the
 * route back.  sudo hides the session's variable, so those who started us are asked, too.
 */
#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <unistd.h>

#include "bind.h"
#include "links.h"

#define VARIABLE	"SSH_CONNECTION="
#define ANCESTORS	32

struct session_address {
	uint8_t family;
	uint8_t size;
	uint8_t bytes[16];
	uint32_t ifindex;	/* of a device that was found for it */
};

/* The variable in one process's environment.  Return: to be freed, or NULL */
static char *session_of(struct lt *lt, const char *process)
{
	char path[PATH_MAX], *text = NULL, *found = NULL, *line;
	size_t room = 0, at;
	ssize_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/%s/environ", lt->kernel->root, process);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	while (!found && (len = getdelim(&text, &room, '\0', file)) > 0) {
		/* In tests, a file of lines */
		for (at = 0; !found && at < (size_t)len; at += strlen(line) + 1) {
			line = text + at;
			line[strcspn(line, "\n")] = '\0';
			if (!strncmp(line, VARIABLE, strlen(VARIABLE)))
				found = strdup(line + strlen(VARIABLE));
		}
	}
	free(text);
	fclose(file);
	return found;
}

static int session_parent(char *text, void *data)
{
	return sscanf(text, "PPid: %u", (unsigned int *)data) == 1;
}

static char *session_variable(struct lt *lt)
{
	char process[32] = "self", *found;
	unsigned int pid, i;

	for (i = 0; i < ANCESTORS; i++) {
		found = session_of(lt, process);
		if (found)
			return found;
		pid = 0;
		if (sys_lines(lt, session_parent, &pid, "/proc/%s/status", process) <= 0 || !pid)
			return NULL;
		snprintf(process, sizeof(process), "%u", pid);
	}
	return NULL;
}

static bool session_parse(struct lt *lt, char *text, struct session_address *address)
{
	char *zone = strchr(text, '%');
	uint64_t index;

	memset(address, 0, sizeof(*address));
	if (zone) {
		*zone++ = '\0';
		if (!sys_u64(lt, &index, "/sys/class/net/%s/ifindex", zone))
			address->ifindex = index;
	}
	address->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	address->size = address->family == AF_INET6 ? 16 : 4;
	return inet_pton(address->family, text, address->bytes) == 1;
}

static int session_addr(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[IFA_MAX + 1], *own;
	static const uint8_t types[IFA_MAX + 1];
	struct session_address *address = data;

	if (msg->nlmsg_type != RTM_NEWADDR)
		return 0;
	if (lt_parse(lt, msg, sizeof(*head), tb, types, IFA_MAX))
		return -EBADMSG;
	own = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	if (own && head->ifa_family == address->family &&
	    mnl_attr_get_payload_len(own) == address->size &&
	    !memcmp(mnl_attr_get_payload(own), address->bytes, address->size))
		address->ifindex = head->ifa_index;
	return 0;
}

static int session_route(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[RTA_MAX + 1] = { [RTA_OIF] = MNL_TYPE_U32 };
	struct session_address *address = data;
	const struct nlattr *tb[RTA_MAX + 1];

	if (msg->nlmsg_type != RTM_NEWROUTE)
		return 0;
	if (lt_parse(lt, msg, sizeof(struct rtmsg), tb, types, RTA_MAX))
		return -EBADMSG;
	if (tb[RTA_OIF])
		address->ifindex = mnl_attr_get_u32(tb[RTA_OIF]);
	return 0;
}

/* The devices that hold the local address and that lead to the other end */
static int session_devices(struct lt *lt, struct session_address *local,
			   struct session_address *other)
{
	struct nlmsghdr *msg = lt_rtnl(lt, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg));
	struct rtmsg *route;
	int ret = lt_send(lt, msg, session_addr, local);

	if (ret)
		return ret;
	msg = lt_rtnl(lt, RTM_GETROUTE, NLM_F_ACK, sizeof(*route));
	route = mnl_nlmsg_get_payload(msg);
	route->rtm_family = other->family;
	route->rtm_dst_len = other->size * 8;
	lt_put(lt, msg, RTA_DST, other->bytes, other->size);
	lt->quiet = true;
	ret = lt_send(lt, msg, session_route, other);
	lt->quiet = false;
	/* No way back at all is not by this port. */
	return ret == -EBADMSG ? ret : 0;
}

static int session_judge(struct lt *lt, const struct bind_port *port, char *variable, char *text,
			 size_t size)
{
	struct session_address local, other;
	char client[128], server[128];
	struct links *links;
	int ret;

	if (sscanf(variable, "%127s %*s %127s", client, server) != 2 ||
	    !session_parse(lt, server, &local) || !session_parse(lt, client, &other)) {
		lt_error(lt, "SSH_CONNECTION is '%s', which names no addresses", variable);
		return -EINVAL;
	}
	links = calloc(1, sizeof(*links));
	if (!links)
		return -ENOMEM;
	ret = session_devices(lt, &local, &other) ?: links_load(lt, links);
	if (!ret && links_over(links, local.ifindex, port->ifindex)) {
		snprintf(text, size, "your SSH session came in by it, to %s", server);
		ret = 1;
	} else if (!ret && links_over(links, other.ifindex, port->ifindex)) {
		snprintf(text, size, "the way to %s, where your SSH session is from, goes by it",
			 client);
		ret = 1;
	}
	free(links);
	return ret;
}

int bind_session(struct lt *lt, const struct bind_port *port, char *text, size_t size)
{
	char *variable = port->ifindex ? session_variable(lt) : NULL;
	int ret = variable ? session_judge(lt, port, variable, text, size) : 0;

	free(variable);
	return ret;
}
