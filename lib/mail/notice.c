/*
 * Letters to an account's own address, and the one to the address that it wants.
 */
#include "mail/notice.h"

#include "account/credentials.h"

static struct letter letter_to_owner(
	const struct user *user, const char *template, struct user_agent device)
{
	return (struct letter){
		.template = template,
		.to = user->email,
		.language = user->language,
		.username = user->username,
		.device = device,
	};
}

enum db_result notice_password_changed(struct db *db, const struct settings *settings,
	const struct user *user, struct user_agent device)
{
	const struct letter letter = letter_to_owner(user, LETTER_PASSWORD_CHANGED, device);

	return settings->mail_enabled ? outbox_add_letter(db, &letter) : DB_OK;
}

enum db_result notice_email_change(struct db *db, struct arena *arena,
	const struct settings *settings, const struct user *user, struct user_agent device,
	const char *email, const struct confirmation *confirmation)
{
	struct letter to_old = letter_to_owner(user, LETTER_EMAIL_CHANGE_OLD, device);
	struct letter to_new = letter_to_owner(user, LETTER_EMAIL_CHANGE_NEW, device);
	bool taken;
	enum db_result result;

	to_old.new_email = email;
	to_new.to = email;
	to_new.link = outbox_link(arena, settings, LINK_EMAIL_UPDATE, confirmation->token);
	if (to_new.link == NULL)
		return DB_FAILED;
	result = outbox_add_letter(db, &to_old);
	if (result != DB_OK)
		return result;
	result = credentials_email_is_taken(db, user->id, email, &taken);
	return result != DB_OK || taken ? result : outbox_add_letter(db, &to_new);
}

enum db_result notice_export_ready(struct db *db, struct arena *arena,
	const struct settings *settings, const struct user *user)
{
	struct letter letter =
		letter_to_owner(user, LETTER_EXPORT_READY, (struct user_agent){NULL, NULL});

	if (!settings->mail_enabled)
		return DB_OK;
	letter.link = outbox_link(arena, settings, LINK_ACCOUNT_SETTINGS, "");
	return letter.link == NULL ? DB_FAILED : outbox_add_letter(db, &letter);
}
