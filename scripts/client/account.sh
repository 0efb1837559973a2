# ---- commands: the account ------------------------------------------------------------------------

run_register() {
	[ "$accept_policy" = yes ] ||
		usage_error "--accept-policy is required: read the policy with 'fitgate config privacy_policy'"
	if [ "$from_stdin" = no ] && [ -z "$password" ]; then
		prompt_twice Password
		password=$secret
	fi
	need_password
	add_text username "$1"
	add_text email "$2"
	add_text password "$password"
	[ -z "$language" ] || add_text language "$language"
	add_json accepted_policy true
	token=''
	send POST /api/auth/register
	show_message 'registered; confirm the address with: fitgate confirm'
}

run_confirm() {
	need_mail_token
	add_text token "$mail_token"
	token=''
	send POST /api/auth/account/confirm
	save_login
	show_message confirmed
}

run_resend() {
	add_text email "$1"
	token=''
	send POST /api/auth/account/resend-confirmation
	show_message sent
}

run_login() {
	if [ "$device" = yes ]; then
		log_in_with_browser
		return
	fi
	[ $# -gt 0 ] || usage_error "login: missing argument EMAIL"
	need_password
	add_text email "$1"
	add_text password "$password"
	token=''
	send POST /api/auth/login
	save_login
	show_message 'logged in'
}

# A token that the server no longer accepts is deleted too.
run_logout() {
	need_login
	request POST /api/auth/logout
	case $status in
	2?? | 401) [ "$token" != "$saved_token" ] || save_session '' ;;
	esac
	require_success
	show_message 'logged out'
}

get_profile() {
	need_login
	get /api/auth/profile
}

run_whoami() {
	get_profile
	show_raw && return
	print_data username email
	printf 'server: %s\n' "$url"
}

# The server requires the e-mail address with the new password.
run_password_change() {
	need_login
	need_password 'Current password'
	need_new_password
	get_profile
	add_current email
	add_text password "$password"
	add_text new_password "$new_password"
	send PATCH /api/auth/profile/edit/account
	show_message 'password changed'
}

run_password_reset() {
	add_text email "$1"
	token=''
	send POST /api/auth/password/reset-request
	show_message requested
}

run_password_set() {
	need_mail_token
	need_new_password
	add_text token "$mail_token"
	add_text password "$new_password"
	token=''
	send POST /api/auth/password/update
	show_message 'password set'
}

run_email_change() {
	need_login
	need_password
	add_text email "$1"
	add_text password "$password"
	send PATCH /api/auth/profile/edit/account
	show_message requested
}

run_email_confirm() {
	need_mail_token
	add_text token "$mail_token"
	token=''
	send POST /api/auth/email/update
	show_message 'address changed'
}

run_policy_accept() {
	need_login
	add_json accepted_policy true
	send POST /api/auth/account/privacy-policy
	show_message accepted
}

run_config() {
	check_key "$@"
	token=''
	get /api/config
	show_values data "$@"
}

run_ping() {
	token=''
	get /api/ping
	show_message pong
}
