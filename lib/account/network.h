/*
 * The network of a client, as an account's owner sees it in the lists of sessions and events: enough to recognize a
 * place, without storing the full address.
 */
#ifndef FITGATE_ACCOUNT_NETWORK_H
#define FITGATE_ACCOUNT_NETWORK_H

enum { NETWORK_TEXT_SIZE = 50 };

/*
 * The network of an address (REMOTE_ADDR): "192.0.2.0/24" of an IPv4 address, also of one in IPv6 form, and
 * "2001:db8:1::/48" of an IPv6 address. Returns `text`; NULL: the address is NULL or has another form.
 */
const char *network_text(const char *address, char text[NETWORK_TEXT_SIZE]);

#endif
