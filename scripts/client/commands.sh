# ---- tables of the commands and options -----------------------------------------------------------
#
# The only place that lists them. The usage text, the checks of the command line, and the completions for bash and zsh
# read these tables; a test compares fitgate(1) with them.

_fitgate_text_preferences='date_format timezone language'
_fitgate_switches='display_ascent imperial_units start_elevation_at_zero use_raw_gpx_speed weekm'
_fitgate_preferences="$_fitgate_text_preferences $_fitgate_switches"
_fitgate_scopes='profile:read profile:write workouts:read workouts:write users:read users:write application:write gate'

# NAME|ARGUMENTS AND OPTIONS|KEYS|HELP, where KEYS are the words that KEY or SCOPE may be (any word if empty).
# "profile get" is run by the function run_profile_get. A line with # begins a section of the usage.
_fitgate_commands="
# account
register|USERNAME EMAIL --accept-policy [--language CODE]||create an account
confirm|||confirm the address and log in; reads the e-mail
resend|EMAIL||send the confirmation e-mail again
login|[EMAIL] [--device] [--client-id ID]||log in and save the token
logout|||revoke the token and delete it
whoami|||show the user name, the address and the server
password change|||change the password
password reset|EMAIL||request an e-mail with a link to set a password
password set|||set a password; reads that e-mail
email change|EMAIL||request a change of the e-mail address
email confirm|||confirm the new address; reads the e-mail
policy accept|||accept the privacy policy
delete-account|USERNAME||delete your account with all its data
# access to the account
session list|||list where the account is logged in
session end|ID||end a session
session clear|||end all other sessions
token list|||list the personal tokens of the account
token create|NAME SCOPE... [--days DAYS]|$_fitgate_scopes|create a token for a script, and print it
token revoke|ID||revoke a personal token
events|||show the last logins, failed logins and changes
# account data
profile get|[KEY]||show the profile, or one value of it
profile set|KEY=VALUE...|first_name last_name location bio birth_date|change the profile
preferences get|[KEY]|$_fitgate_preferences|show all preferences, or one
preferences set|KEY=VALUE...|$_fitgate_preferences|change preferences
sport list|||list id, name, active, color, stopped speed
sport get|ID||show one sport
sport set|ID KEY=VALUE...|color is_active stopped_speed_threshold|change your settings for a sport
sport reset|ID||restore the default settings for a sport
picture get|[USERNAME] [--output FILE]||download a profile picture
picture set|FILE||upload your profile picture
picture delete|||delete your profile picture
export|[--output FILE]||download an archive of all account data
# server
config|[KEY]||show the configuration of the server
ping|||check that the server replies
"

# NAME|SHORT NAME|VALUE|HELP. An option applies to every command, unless some commands list it.
_fitgate_options='
--url||URL|the server; else FITGATE_URL, else that of the login
--account||NAME|which saved login to use (default: default)
--json|||print the reply of the server unchanged
--password-stdin|||read each password from a line of standard input
--output|-o|FILE|where to save the download
--accept-policy|||agree to the privacy policy of the server
--language||CODE|the language of the new account
--device|||log in with a browser, without a password
--client-id||ID|the application of yours that logs in (--device)
--days||DAYS|the lifetime of the token (default: no end)
--help|-h||show this text
'
