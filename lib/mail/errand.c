/*
 * See errand.h.
 */
#include "mail/errand.h"

#include "account/throttle.h"

struct order {
	struct service *service;
	struct request *request;
	enum errand errand;
	const char *email;
	int64_t wait; /* for this client address; 0: none */
};

static enum db_result place_order(struct db *db, void *context)
{
	struct order *order = context;
	struct throttle throttle;
	enum db_result result;

	if (!throttle_for_mail(&order->service->settings, order->email,
		    order->request->remote_address, &throttle))
		return DB_FAILED;
	result = throttle_read(db, &throttle);
	if (result != DB_OK)
		return result;
	order->wait = throttle_wait_for_address(&throttle);
	if (order->wait > 0)
		return DB_REFUSED;
	result = throttle_count(db, &throttle);
	if (result != DB_OK || throttle_wait_for_account(&throttle) > 0)
		return result;
	return outbox_add_errand(
		db, order->errand, order->email, user_agent_parse(order->request->user_agent));
}

void errand_handle(struct service *service, struct request *request, struct response *response,
	enum errand errand, enum answer done)
{
	struct order order = {.service = service, .request = request, .errand = errand};
	struct payload payload;

	if (!service->settings.mail_enabled) {
		answer(response, ANSWER_UNKNOWN_URL);
		return;
	}
	if (!service_read_payload(request, response, &payload))
		return;
	if (payload_text(&payload, "email", &order.email) != FIELD_VALID) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return;
	}
	switch (db_transaction(service->db, place_order, &order)) {
	case DB_OK:
		answer(response, done);
		return;
	case DB_REFUSED:
		service_refuse_for_now(request, response, order.wait);
		return;
	default:
		return;
	}
}
