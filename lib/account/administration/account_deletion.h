/*
 * Deleting an account with everything that belongs to it (contract §16.5).
 */
#ifndef FITGATE_ACCOUNT_ACCOUNT_DELETION_H
#define FITGATE_ACCOUNT_ACCOUNT_DELETION_H

#include "account/context.h"

struct account_deletion {
	int64_t user_id;
	bool keeps_administrator; /* refuse to delete the last active administrator */
	int64_t job_id; /* out: the job that removes the files, of kind QUEUE_KIND_CLEANUP */
};

enum account_deletion_result {
	ACCOUNT_DELETION_DONE,
	ACCOUNT_DELETION_USER_GONE,          /* there is no such account */
	ACCOUNT_DELETION_LAST_ADMINISTRATOR, /* nothing was deleted */
	ACCOUNT_DELETION_FAILED,             /* it has been logged */
};

/*
 * Delete the account's rows in one transaction: from then on it is gone for everyone, and its tokens are unknown. The
 * transaction also adds the job for its files, with the payload {"user_id":N}: a worker runs it (files/sweep.h). The
 * context needs no remote_address and no device.
 */
enum account_deletion_result account_delete(
	const struct account_context *context, struct account_deletion *deletion);

#endif
