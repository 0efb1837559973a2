/*
 * Addresses without their last part.
 */
#include "account/network.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { IPV6_NETWORK_BYTES = 6 };

static const char *ipv4_network(const unsigned char bytes[4], char text[NETWORK_TEXT_SIZE])
{
	snprintf(text, NETWORK_TEXT_SIZE, "%d.%d.%d.0/24", bytes[0], bytes[1], bytes[2]);
	return text;
}

const char *network_text(const char *address, char text[NETWORK_TEXT_SIZE])
{
	struct in_addr ipv4;
	struct in6_addr ipv6;
	char network[INET6_ADDRSTRLEN];

	if (address == NULL)
		return NULL;
	if (inet_pton(AF_INET, address, &ipv4) == 1)
		return ipv4_network((const unsigned char *)&ipv4, text);
	if (inet_pton(AF_INET6, address, &ipv6) != 1)
		return NULL;
	if (IN6_IS_ADDR_V4MAPPED(&ipv6))
		return ipv4_network(&ipv6.s6_addr[12], text);
	memset(&ipv6.s6_addr[IPV6_NETWORK_BYTES], 0, sizeof(ipv6) - IPV6_NETWORK_BYTES);
	inet_ntop(AF_INET6, &ipv6, network, sizeof(network));
	snprintf(text, NETWORK_TEXT_SIZE, "%s/48", network);
	return text;
}
