# ---- commands: what gives access to the account ---------------------------------------------------

run_session_list() {
	need_login
	get /api/auth/sessions
	show_raw || print_table sessions id current system browser network created_at last_seen_at
}

# PATH MESSAGE: send DELETE, which has no reply; print the message.
delete() {
	need_login
	request DELETE "$1"
	require_success
	show_message "$2"
}

run_session_end() {
	check_id "$1" 'session list'
	delete "/api/auth/sessions/$1" 'session ended'
}

run_session_clear() {
	delete /api/auth/sessions 'all other sessions ended'
}

run_token_list() {
	need_login
	get /api/auth/tokens
	show_raw || print_table tokens id name scope created_at expires_at last_used_at
}

# NAME SCOPE...: the new token is printed alone, so that a script can store it.
run_token_create() {
	need_login
	add_text name "$1"
	shift
	for scope; do
		check_known_key "$scope"
	done
	add_text scope "$*"
	[ -z "$days" ] || add_number days "$days"
	need_password
	add_text password "$password"
	send POST /api/auth/tokens
	show_raw && return
	field 'data\.text' || report_failure
	printf '%s\n' "$value"
}

run_token_revoke() {
	check_id "$1" 'token list'
	delete "/api/auth/tokens/$1" 'token revoked'
}

run_events() {
	need_login
	get /api/auth/events
	show_raw || print_table events created_at kind occurrences system browser network detail
}

# USERNAME: it must be the user's own name, so that an administrator does not delete another account by mistake.
run_delete_account() {
	get_profile
	field 'data\.username' || report_failure
	[ "$1" = "$value" ] ||
		usage_error "delete-account: this login is not of the user '$1' but of '$value'"
	request DELETE "/api/users/$value"
	require_success
	[ "$token" != "$saved_token" ] || save_session ''
	show_message 'account deleted'
}
