// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the caller's SSH session goes by a port: by the address that it came to, and by the
 * route back.  sudo hides the session's variable, so those who started us are asked, too.  In
 * tmux and screen it may be that of a session long gone: there, any session may be the caller's.
 */
#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "bind.h"
#include "links.h"

#define VARIABLE	"SSH_CONNECTION="
#define ANCESTORS	32
#define SSH_PORT	22

struct session_address {
	uint8_t family;
	uint8_t size;
	uint8_t bytes[16];
	uint32_t ifindex;	/* of a device that was found for it */
	char text[INET6_ADDRSTRLEN];
};

/* What is asked of each session, and what is said of one that may not be cut */
struct session_search {
	struct lt *lt;
	const struct links *links;
	const struct bind_port *port;
	const char *whose;
	char *text;
	size_t size;
};

/* The variable in one process's environment, and whether that is one of tmux or screen.
 * Return: to be freed, or NULL
 */
static char *session_of(struct lt *lt, const char *process, bool *shared)
{
	char path[PATH_MAX], *text = NULL, *found = NULL, *line;
	size_t room = 0, at;
	ssize_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/%s/environ", lt->kernel->root, process);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	while ((len = getdelim(&text, &room, '\0', file)) > 0) {
		/* In tests, a file of lines */
		for (at = 0; at < (size_t)len; at += strlen(line) + 1) {
			line = text + at;
			line[strcspn(line, "\n")] = '\0';
			*shared |= !strncmp(line, "TMUX=", 5) || !strncmp(line, "STY=", 4);
			if (!found && !strncmp(line, VARIABLE, strlen(VARIABLE)))
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

static char *session_variable(struct lt *lt, bool *shared)
{
	char process[32] = "self", *found;
	unsigned int pid, i;

	for (i = 0; i < ANCESTORS; i++) {
		found = session_of(lt, process, shared);
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
	snprintf(address->text, sizeof(address->text), "%.*s", INET6_ADDRSTRLEN - 1, text);
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

/* Does one session go by the port?  Sets text if so, or if one cannot tell. */
static int session_judge(const struct session_search *s, struct session_address *local,
			 struct session_address *other)
{
	int ret = session_devices(s->lt, local, other);

	if (ret)
		return ret;
	if (links_over(s->links, local->ifindex, s->port->ifindex))
		snprintf(s->text, s->size, "%s SSH session came in by it, to %s", s->whose,
			 local->text);
	else if (links_over(s->links, other->ifindex, s->port->ifindex))
		snprintf(s->text, s->size,
			 "the way to %s, where %s SSH session is from, goes by it", other->text,
			 s->whose);
	else if (!links_grounded(s->lt, s->links, local->ifindex) ||
		 (other->ifindex && !links_grounded(s->lt, s->links, other->ifindex)))
		snprintf(s->text, s->size,
			 "one cannot tell by which port %s SSH session from %s to %s comes",
			 s->whose, other->text, local->text);
	else
		return 0;
	return 1;
}

static int session_own(struct session_search *s, const char *variable)
{
	struct session_address local, other;
	char client[128], server[128];

	if (sscanf(variable, "%127s %*s %127s", client, server) != 2 ||
	    !session_parse(s->lt, server, &local) || !session_parse(s->lt, client, &other)) {
		lt_error(s->lt, "SSH_CONNECTION is '%s', which names no addresses", variable);
		return -EINVAL;
	}
	s->whose = "your";
	return session_judge(s, &local, &other);
}

/* --- Where it may be anybody's */

/* "0100007F", of the kernel's words; an address of IPv4 in IPv6 is one of IPv4 */
static bool session_hex(const char *text, struct session_address *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned int i, words = strlen(text) / 8;

	memset(address, 0, sizeof(*address));
	for (i = 0; i < words && i < 4; i++) {
		uint32_t word;

		if (sscanf(text + 8 * i, "%8x", &word) != 1)
			return false;
		memcpy(address->bytes + 4 * i, &word, 4);
	}
	address->family = words == 4 ? AF_INET6 : AF_INET;
	address->size = 4 * words;
	if (words == 4 && !memcmp(address->bytes, mapped, sizeof(mapped))) {
		address->family = AF_INET;
		address->size = 4;
		memmove(address->bytes, address->bytes + 12, 4);
	}
	return (words == 1 || words == 4) &&
	       inet_ntop(address->family, address->bytes, address->text, sizeof(address->text));
}

/* A line of /proc/net/tcp */
static int session_socket(char *line, void *data)
{
	struct session_address local, other;
	char here[33], there[33];
	unsigned int port, state;

	if (sscanf(line, "%*u: %32[0-9A-F]:%x %32[0-9A-F]:%*x %x", here, &port, there,
		   &state) != 4 || port != SSH_PORT || state != TCP_ESTABLISHED ||
	    !session_hex(here, &local) || !session_hex(there, &other))
		return 0;
	return session_judge(data, &local, &other);
}

static int session_any(struct session_search *s)
{
	static const char *const tables[] = { "/proc/net/tcp", "/proc/net/tcp6" };
	size_t i;
	int ret = 0;

	s->whose = "an";
	for (i = 0; !ret && i < ARRAY_SIZE(tables); i++) {
		ret = sys_lines(s->lt, session_socket, s, "%s", tables[i]);
		if (ret == -ENOENT)
			ret = 0;
	}
	return ret;
}

int bind_session(struct lt *lt, const struct bind_port *port, char *text, size_t size)
{
	struct session_search search = { .lt = lt, .port = port, .text = text, .size = size };
	const struct link_one *link;
	bool shared = false, up;
	struct links *links;
	char *variable;
	int ret = 0;

	if (!port->ifindex)
		return 0;
	variable = session_variable(lt, &shared);
	links = calloc(1, sizeof(*links));
	if (!links)
		ret = -ENOMEM;
	else if (variable || shared)
		ret = links_load(lt, links);
	search.links = links;
	link = links && !ret ? links_find(links, port->ifindex) : NULL;
	/* Nothing goes by one that is down.  That there is no more room for it says nothing. */
	up = !link || link->flags & IFF_UP;
	if (!ret && up && variable)
		ret = session_own(&search, variable);
	if (!ret && up && shared)
		ret = session_any(&search);
	free(links);
	free(variable);
	return ret;
}
