/*
 * The two requests that ask for an e-mail by naming an address: resend-confirmation (contract §6.3) and
 * reset-request (§6.13). They differ in the errand and in the words of the answer.
 */
#ifndef FITGATE_MAIL_ERRAND_H
#define FITGATE_MAIL_ERRAND_H

#include "account/service.h"
#include "mail/outbox.h"

/*
 * Answer the request and leave the errand in the queue. Known and unknown addresses are treated alike;
 * an address that has been named too often gets the same answer, and no mail.
 */
void errand_handle(struct service *service, struct request *request, struct response *response,
	enum errand errand, enum answer done);

#endif
