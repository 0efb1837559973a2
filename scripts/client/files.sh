# ---- commands: pictures and archives --------------------------------------------------------------

# PATH: print the directory of a file, with a slash at the end.
directory_of() {
	case $1 in
	*/*) printf '%s/' "${1%/*}" ;;
	*) printf './' ;;
	esac
}

run_picture_get() {
	if [ -z "$output" ] && [ -t 1 ]; then
		usage_error "refusing to write an image to a terminal; use -o FILE"
	fi
	if [ $# -eq 0 ]; then
		get_profile
		field 'data\.username' || report_failure
		set -- "$value"
	fi
	case $1 in
	'' | *[!A-Za-z0-9_]*)
		usage_error "invalid user name '$1': it has only letters, digits and underscores"
		;;
	esac
	[ -z "$output" ] || [ ! -d "$output" ] || usage_error "\"$output\" is a directory"
	download_picture "/api/users/$1/picture"
}

# PATH of the API: download to $output, or to standard output. Pictures are public, so no token is sent.
download_picture() {
	directory=${TMPDIR:-/tmp}
	[ -z "$output" ] || directory=$(directory_of "$output")
	temporary_file=$(mktemp "${directory%/}/.fitgate.XXXXXX") ||
		die "$EXIT_LOCAL" "could not create a file in directory \"$directory\""
	find_curl_path "$temporary_file"
	token=''
	request GET "$1" "$(curl_option output "$curl_path")"
	if [ "$status" != 200 ]; then
		reply=$(cat "$temporary_file")
		require_success
		report_failure
	fi
	if [ -n "$output" ]; then
		mv -f "$temporary_file" "$output" || die "$EXIT_LOCAL" "could not write file \"$output\""
	else
		cat "$temporary_file" || die "$EXIT_LOCAL" "could not write to standard output"
		rm -f "$temporary_file"
	fi
	temporary_file=''
}

# The file name is sent without the characters that would need quoting in a header; the server removes
# them anyway.
run_picture_set() {
	{ [ -f "$1" ] && [ -r "$1" ]; } || die "$EXIT_LOCAL" "could not read file \"$1\""
	need_login
	name=$(printf '%s' "${1##*/}" | tr -c 'A-Za-z0-9_. -' _)
	find_curl_path "$(directory_of "$1")${1##*/}"
	curl_path=$(printf '%s.' "$curl_path" | sed 's/[\\"]/\\&/g')
	request POST /api/auth/picture \
		"$(curl_option form "file=@\"${curl_path%.}\";filename=\"$name\"")"
	require_success
	show_message 'picture updated'
}

run_picture_delete() {
	need_login
	request DELETE /api/auth/picture
	require_success
	show_message 'picture deleted'
}

# Status 400: an archive is being built, or was built less than a day ago. Then that one is downloaded.
run_export() {
	need_login
	request POST /api/auth/account/export/request
	[ "$status" = 400 ] || require_success
	wait_for_archive
	field 'request\.file_size' || report_failure
	size=$value
	field 'request\.file_name' || report_failure
	archive=$value
	case $archive in
	'' | .* | -* | *[!A-Za-z0-9_.-]*)
		die "$EXIT_SERVER" "invalid file name of the archive in the reply of the server"
		;;
	esac
	case $size in
	'' | *[!0-9]*) die "$EXIT_SERVER" "invalid size of the archive in the reply of the server" ;;
	esac
	output=${output:-$archive}
	[ ! -d "$output" ] || output=${output%/}/$archive
	download_archive
	show_raw || printf '%s\n' "$output"
}

# Poll until the archive has been built; $reply_fields then describes it. A terminal shows the time.
wait_for_archive() {
	waited=0 interval=1
	while :; do
		get /api/auth/account/export
		field 'request\.status' || die "$EXIT_SERVER" "the server no longer has the request"
		[ "$value" = in_progress ] || break
		[ ! -t 2 ] || printf '\rfitgate: waiting for the archive: %d s' "$waited" >&2
		sleep "$interval"
		waited=$((waited + interval))
		[ "$interval" -ge 5 ] || interval=$((interval + 1))
	done
	[ "$waited" -eq 0 ] || [ ! -t 2 ] || printf '\n' >&2
	[ "$value" = successful ] ||
		die "$EXIT_REFUSED" "the server could not build the archive; request another one after a day"
}

size_of() {
	if [ -f "$1" ]; then
		wc -c <"$1" | tr -d ' '
	else
		echo 0
	fi
}

# Download $archive to $output. The incomplete file is named after the archive, so that a later run
# resumes it and never mixes two archives.
download_archive() {
	part=$output.$archive.part
	failures=0
	[ "$(size_of "$part")" -le "$size" ] || rm -f "$part"
	while [ "$(size_of "$part")" -lt "$size" ]; do
		size_before=$(size_of "$part")
		download_rest
		if [ "$(size_of "$part")" -gt "$size_before" ]; then
			failures=0
			continue
		fi
		failures=$((failures + 1))
		[ "$failures" -lt 3 ] || die "$EXIT_NO_CONNECTION" \
			"the download was interrupted; run the same command again to resume it"
		sleep "$failures"
	done
	[ "$(size_of "$part")" -eq "$size" ] ||
		die "$EXIT_SERVER" "the size of the archive differs from the one in the reply of the server"
	mv -f "$part" "$output" || die "$EXIT_LOCAL" "could not write file \"$output\""
}

# Exit status of curl: 22 is an HTTP status of 400 or more, 23 a file that it cannot write, 33 a server
# that does not support ranges.
download_rest() {
	true >>"$part" || die "$EXIT_LOCAL" "could not write file \"$part\""
	find_curl_path "$part"
	progress=silent
	[ ! -t 2 ] || progress='progress-bar'
	call_curl "$(
		common_options "/api/auth/account/export/$archive"
		curl_option output "$curl_path"
		printf '%s\n' 'continue-at = -' 'speed-time = 60' fail "$progress"
	)" "$progress"
	case $curl_status:$status in
	22:401) die "$EXIT_NOT_LOGGED_IN" "the token is no longer valid (log in with: fitgate login EMAIL)" ;;
	22:4*) die "$EXIT_REFUSED" "the server no longer has this archive" ;;
	23:*) die "$EXIT_LOCAL" "could not write file \"$part\"" ;;
	33:*) rm -f "$part" ;;
	esac
}
