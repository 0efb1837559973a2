# ---- commands: profile, preferences, sports -------------------------------------------------------

run_profile_get() {
	check_key "$@"
	get_profile
	show_values data "$@"
}

# The server replaces the whole profile: send the current value of every key that is not given.
run_profile_set() {
	get_profile
	for key in $keys; do
		if value_of "$key" "$@"; then
			add_text "$key" "$value"
		elif [ "$key" = birth_date ]; then
			add_current_date
		else
			add_current "$key"
		fi
	done
	send POST /api/auth/profile/edit
	show_message 'profile updated'
}

# KEY: add the current value of the profile.
add_current() {
	field "data\.$1" || report_failure
	case $type in
	s)
		unescape "$value"
		add_text "$1" "$value"
		;;
	z) add_json "$1" null ;;
	*) add_json "$1" "$value" ;;
	esac
}

# The profile has "Tue, 01 Jan 1980 00:00:00 GMT"; the server expects 1980-01-01.
add_current_date() {
	field 'data\.birth_date' || report_failure
	# shellcheck disable=SC2086 # the words of the date
	set -- $value
	if [ $# -lt 4 ]; then
		add_json birth_date null
		return
	fi
	months=JanFebMarAprMayJunJulAugSepOctNovDec
	months_before=${months%%"$3"*}
	add_text birth_date "$4-$((${#months_before} / 3 + 1))-$2"
}

run_preferences_get() {
	[ $# -eq 0 ] || check_known_key "$1"
	get_profile
	if [ $# -gt 0 ]; then
		show_values data "$1"
	else
		# shellcheck disable=SC2086 # a list of words
		show_raw || print_data $keys
	fi
}

# All preferences are sent, as in run_profile_set.
run_preferences_set() {
	get_profile
	for key in $keys; do
		if ! value_of "$key" "$@"; then
			add_current "$key"
			continue
		fi
		case " $_fitgate_switches " in
		*" $key "*) add_boolean "$key" "$value" ;;
		*) add_text "$key" "$value" ;;
		esac
	done
	send POST /api/auth/profile/edit/preferences
	show_message 'preferences updated'
}

run_sport_list() {
	need_login
	get /api/sports
	show_raw || print_table sports id label is_active_for_user color stopped_speed_threshold
}

run_sport_get() {
	check_id "$1" 'sport list'
	need_login
	get "/api/sports/$1"
	show_values 'data\.sports\.0'
}

run_sport_set() {
	check_id "$1" 'sport list'
	add_text sport_id "$1"
	shift
	if value_of color "$@"; then add_text color "$value"; fi
	if value_of is_active "$@"; then add_boolean is_active "$value"; fi
	if value_of stopped_speed_threshold "$@"; then
		add_number stopped_speed_threshold "$value"
	fi
	need_login
	send POST /api/auth/profile/edit/sports
	show_message 'sport updated'
}

run_sport_reset() {
	check_id "$1" 'sport list'
	need_login
	request DELETE "/api/auth/profile/reset/sports/$1"
	require_success
	show_message 'sport reset'
}
