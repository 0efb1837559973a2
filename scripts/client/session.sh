# ---- the saved login ------------------------------------------------------------------------------

# Set $session, the file with the login that --account names.
find_session() {
	case $account in
	'' | .* | -* | *[!A-Za-z0-9_.@-]*)
		usage_error "invalid name '$account' for --account: use letters, digits, _ . @ and -"
		;;
	esac
	if [ -n "${XDG_CONFIG_HOME-}" ]; then
		session_directory=$XDG_CONFIG_HOME/fitgate
	elif [ -n "${HOME-}" ]; then
		session_directory=$HOME/.config/fitgate
	else
		session_directory=''
	fi
	session=$session_directory/$account.session
}

# Set $url, and $token if there is one. A saved token is sent only to the server that issued it.
load_session() {
	saved_url='' saved_token='' saved_refresh_token='' saved_client_id='' saved_client_secret=''
	if [ -n "$session_directory" ] && [ -f "$session" ]; then
		while read -r name value; do
			case $name in
			url) saved_url=$value ;;
			token) saved_token=$value ;;
			refresh_token) saved_refresh_token=$value ;;
			client_id) saved_client_id=$value ;;
			client_secret) saved_client_secret=$value ;;
			esac
		done <"$session" || die "$EXIT_LOCAL" "could not read file \"$session\""
	fi
	url=${url:-${FITGATE_URL:-$saved_url}}
	check_url
	case $token in
	*[!!-~]*) usage_error "invalid character in FITGATE_TOKEN" ;;
	esac
	if [ -z "$token" ] && [ "$url" = "$saved_url" ]; then
		token=$saved_token
	fi
}

check_url() {
	[ -n "$url" ] || usage_error "no server given: use --url or FITGATE_URL"
	case $url in
	*[!!-~]* | *[\"\\]*) usage_error "invalid character in the URL of the server" ;;
	http://?* | https://?*) ;;
	*) usage_error "the URL of the server must begin with https:// or http://" ;;
	esac
	url=${url%/}
	find_host
	case $is_local$url in
	nohttp:*)
		printf 'fitgate: warning: http:// is not encrypted: %s\n' \
			"passwords and tokens can be read on the way to $host" >&2
		;;
	esac
}

# Set $host to the host of the URL, and $is_local to whether it is this machine.
find_host() {
	host=${url#*://}
	host=${host%%[/?#]*}
	host=${host##*@}
	case $host in
	\[*) host=${host%%]*}] ;;
	*) host=${host%%:*} ;;
	esac
	case $host in
	127.*[!0-9.]*) is_local=no ;;
	localhost | 127.*.*.* | '[::1]') is_local=yes ;;
	*) is_local=no ;;
	esac
}

# TOKEN, or '' for none: save it with the URL, and what can renew it if $refresh_token is set. If this fails, the previous file is unchanged.
save_session() {
	[ -n "$session_directory" ] ||
		die "$EXIT_LOCAL" "could not save the token: neither HOME nor XDG_CONFIG_HOME is set"
	{
		mkdir -p "$session_directory" &&
			chmod 700 "$session_directory" &&
			temporary_file=$(mktemp "$session_directory/.session.XXXXXX") &&
			printf 'url %s\n' "$url" >"$temporary_file" &&
			if [ -n "$1" ]; then printf 'token %s\n' "$1" >>"$temporary_file"; fi &&
			if [ -n "$refresh_token" ]; then
				printf '%s %s\n' refresh_token "$refresh_token" client_id "$client_id" \
					client_secret "$client_secret" >>"$temporary_file"
			fi &&
			mv -f "$temporary_file" "$session"
	} || die "$EXIT_LOCAL" "could not write file \"$session\""
	temporary_file=''
}

# Save the token of the reply.
save_login() {
	field auth_token || report_failure
	save_session "$value"
}

need_login() {
	[ -n "$token" ] ||
		die "$EXIT_NOT_LOGGED_IN" "not logged in at $url (log in with: fitgate login EMAIL)"
}
