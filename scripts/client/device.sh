# ---- logging in with a browser --------------------------------------------------------------------
#
# The device flow of OAuth 2.0 (RFC 8628), for an application of the user's own. The saved login then holds the
# credentials of the application and a refresh token, which gets a new token when the old one has expired.

device_grant='urn:ietf:params:oauth:grant-type:device_code'
device_scope='profile:read profile:write workouts:read workouts:write'

# PATH [NAME VALUE]...: POST the application's credentials and these fields as a form; set $status and $reply_fields.
send_form() {
	form_path=$1
	shift
	request_once POST "$form_path" "$(
		curl_option data-urlencode "client_id=$client_id"
		curl_option data-urlencode "client_secret=$client_secret"
		while [ $# -gt 0 ]; do
			curl_option data-urlencode "$1=$2"
			shift 2
		done
	)"
	reply_fields=$(printf '%s\n' "$reply" | read_json) || reply_fields=''
}

# Set $client_id and $client_secret.
need_client() {
	client_id=${client_id:-${FITGATE_CLIENT_ID:-$saved_client_id}}
	case $client_id in
	'') usage_error "login --device: the option --client-id is required" ;;
	*[!A-Za-z0-9_-]*) usage_error "invalid character in the client ID" ;;
	esac
	secret=$client_secret
	if [ "$from_stdin" = yes ]; then
		read_line 'client secret'
	elif [ -z "$secret" ] && [ "$client_id $url" = "$saved_client_id $saved_url" ]; then
		secret=$saved_client_secret
	fi
	[ -n "$secret" ] || prompt 'Client secret'
	client_secret=$secret
}

# Save the tokens of the reply.
save_tokens() {
	field access_token || report_failure
	token=$value
	field refresh_token || report_failure
	refresh_token=$value
	save_session "$token"
	saved_token=$token saved_refresh_token=$refresh_token
}

log_in_with_browser() {
	need_client
	token=''
	send_form /api/oauth/device scope "$device_scope"
	require_success
	field user_code || report_failure
	user_code=$value
	field verification_uri || report_failure
	printf 'Open %s in a browser, and enter the code %s\n' "$value" "$user_code"
	field interval || report_failure
	interval=$value
	case $interval in '' | *[!0-9]*) report_failure ;; esac
	field device_code || report_failure
	device_code=$value
	wait_for_approval
	save_tokens
	printf 'logged in\n'
}

# Ask for the token until the user has approved the code.
wait_for_approval() {
	while :; do
		sleep "$interval"
		send_form /api/oauth/token grant_type "$device_grant" device_code "$device_code"
		[ "$status" != 200 ] || return 0
		field error || report_failure
		case $value in
		authorization_pending) ;;
		slow_down) interval=$((interval + 5)) ;;
		access_denied) die "$EXIT_REFUSED" "the login was denied" ;;
		expired_token) die "$EXIT_REFUSED" "the code has expired" ;;
		*) report_failure ;;
		esac
	done
}

# Whether the last reply says that the saved token is invalid, and a refresh token can replace it.
can_renew() {
	[ "$status" = 401 ] && [ -n "$saved_refresh_token" ] && [ "$token" = "$saved_token" ] || return 1
	case $reply in *'"invalid_token"'*) ;; *) return 1 ;; esac
}

# Get a new token. The server accepts a refresh token once, so the new one must be saved.
renew_token() {
	client_id=$saved_client_id client_secret=$saved_client_secret token=''
	send_form /api/oauth/token grant_type refresh_token refresh_token "$saved_refresh_token"
	case $status in
	200) save_tokens ;;
	400 | 401) die "$EXIT_NOT_LOGGED_IN" "the login has ended (log in with: fitgate login --device)" ;;
	*) report_failure ;;
	esac
}
