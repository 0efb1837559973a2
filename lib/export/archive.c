/*
 * First writes the JSON to temporary files, then adds everything to the zip file and writes it.
 */
#include "export/archive.h"

#include "core/log.h"
#include "export/archive_data.h"
#include "files/category.h"
#include "files/directory.h"
#include "export/zip_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The part of the progress that the JSON files take. */
enum { PERCENT_OF_DATA = 5 };

struct building {
	const struct archive_options *options;
	struct error *error;
	int profile, security, workouts; /* the JSON files */
	const char *picture;
	int gpx_directory, picture_directory; /* -1: not open */
	struct zip_writer *zip;
	int64_t bytes; /* of all members */
};

/* Set the error to what was attempted and the reason in errno. Always ARCHIVE_FAILED. */
static enum archive failed(struct building *building, const char *attempt)
{
	error_set_errno(building->error, errno, "could not %s", attempt);
	return ARCHIVE_FAILED;
}

static enum archive out_of_memory(struct building *building)
{
	errno = ENOMEM;
	return failed(building, "write the archive");
}

/* ---- data -------------------------------------------------------------------------------------- */

static bool report_data(void *context, int64_t done, int64_t total)
{
	const struct archive_options *options = ((struct building *)context)->options;
	int64_t part = done < total ? done : total;

	return options->go_on(
		options->context, total == 0 ? 0 : (int)(part * PERCENT_OF_DATA / total));
}

static enum archive write_data(struct building *building)
{
	const struct archive_options *options = building->options;
	const struct archive_data_options data = {
		.db = options->db,
		.arena = options->arena,
		.user_id = options->user_id,
		.profile = sink_to_descriptor(&building->profile),
		.security = sink_to_descriptor(&building->security),
		.workouts = sink_to_descriptor(&building->workouts),
		.go_on = report_data,
		.context = building,
	};

	building->profile = directory_scratch_file(options->scratch);
	building->security = directory_scratch_file(options->scratch);
	building->workouts = directory_scratch_file(options->scratch);
	if (building->profile < 0 || building->security < 0 || building->workouts < 0)
		return failed(building, "create a temporary file");
	switch (archive_data_write(&data, &building->picture)) {
	case ARCHIVE_DATA_WRITTEN:
		return ARCHIVE_DONE;
	case ARCHIVE_DATA_NO_USER:
		return ARCHIVE_NO_USER;
	case ARCHIVE_DATA_STOPPED:
		return ARCHIVE_STOPPED;
	case ARCHIVE_DATA_NOT_WRITTEN:
		return failed(building, "write a temporary file");
	case ARCHIVE_DATA_FAILED:
		break;
	}
	error_set(building->error, "could not query the database: %s", db_error_text(options->db));
	return ARCHIVE_FAILED;
}

/* ---- members ----------------------------------------------------------------------------------- */

/* Whether a name is that of a regular file. Adds its size to the total. */
static bool count_regular_file(struct building *building, int directory, const char *name)
{
	struct stat status;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
		return false;
	building->bytes += status.st_size;
	return true;
}

static enum archive add_data(struct building *building)
{
	struct stat profile, security, workouts;

	if (fstat(building->profile, &profile) != 0 || fstat(building->security, &security) != 0 ||
		fstat(building->workouts, &workouts) != 0)
		return failed(building, "read a temporary file");
	building->bytes = profile.st_size + security.st_size + workouts.st_size;
	return zip_writer_add_open(building->zip, "user_data.json", building->profile) &&
			       zip_writer_add_open(building->zip, "user_security_data.json",
				       building->security) &&
			       zip_writer_add_open(
				       building->zip, "user_workouts_data.json", building->workouts)
		       ? ARCHIVE_DONE
		       : out_of_memory(building);
}

static enum archive add_picture(struct building *building)
{
	const struct archive_options *options = building->options;
	const char *slash = building->picture == NULL ? NULL : strrchr(building->picture, '/');

	if (slash == NULL)
		return ARCHIVE_DONE;
	building->picture_directory = directory_open_user(
		options->upload_folder, UPLOAD_PICTURES, options->user_id, false);
	if (building->picture_directory < 0)
		return errno == ENOENT ? ARCHIVE_DONE
				       : failed(building, "open the directory of pictures");
	if (!count_regular_file(building, building->picture_directory, slash + 1))
		return ARCHIVE_DONE;
	return zip_writer_add(building->zip, "", building->picture_directory, slash + 1)
		       ? ARCHIVE_DONE
		       : out_of_memory(building);
}

static bool is_gpx(const char *name)
{
	static const char ENDING[] = ".gpx";
	size_t length = strlen(name);

	return length >= strlen(ENDING) && strcmp(name + length - strlen(ENDING), ENDING) == 0;
}

static enum archive add_all_gpx(struct building *building, DIR *listing)
{
	const struct dirent *entry;
	int omitted = 0;

	for (;;) {
		errno = 0;
		entry = readdir(listing);
		if (entry == NULL)
			break;
		if (!is_gpx(entry->d_name))
			continue;
		if (!count_regular_file(building, building->gpx_directory, entry->d_name))
			omitted++;
		else if (!zip_writer_add(
				 building->zip, "gpx/", building->gpx_directory, entry->d_name))
			return out_of_memory(building);
	}
	if (errno != 0)
		return failed(building, "read the directory of workouts");
	if (omitted > 0)
		log_warning("archive without %d names ending in .gpx: not regular files", omitted);
	return ARCHIVE_DONE;
}

static enum archive add_gpx(struct building *building)
{
	const struct archive_options *options = building->options;
	enum archive result;
	DIR *listing;

	building->gpx_directory = directory_open_user(
		options->upload_folder, UPLOAD_WORKOUTS, options->user_id, false);
	if (building->gpx_directory < 0 && errno == ENOENT)
		return ARCHIVE_DONE;
	listing = building->gpx_directory < 0 ? NULL : directory_list(building->gpx_directory);
	if (listing == NULL)
		return failed(building, "read the directory of workouts");
	result = add_all_gpx(building, listing);
	closedir(listing);
	return result;
}

/* ---- the archive ------------------------------------------------------------------------------- */

static bool report_bytes(void *context, int64_t bytes)
{
	const struct building *building = context;
	const struct archive_options *options = building->options;
	int64_t total = building->bytes > 0 ? building->bytes : 1;
	int64_t part = bytes < total ? bytes : total;

	return options->go_on(
		options->context, PERCENT_OF_DATA + (int)((100 - PERCENT_OF_DATA) * part / total));
}

static enum archive finish(struct building *building)
{
	switch (zip_writer_finish(building->zip, building->error)) {
	case ZIP_DONE:
		return ARCHIVE_DONE;
	case ZIP_STOPPED:
		return ARCHIVE_STOPPED;
	case ZIP_FAILED:
		break;
	}
	return ARCHIVE_FAILED;
}

static enum archive zip_all(struct building *building)
{
	enum archive result;

	building->zip = zip_writer_open(building->options->output, report_bytes, building);
	if (building->zip == NULL)
		return out_of_memory(building);
	result = add_data(building);
	if (result == ARCHIVE_DONE)
		result = add_picture(building);
	if (result == ARCHIVE_DONE)
		result = add_gpx(building);
	return result == ARCHIVE_DONE ? finish(building) : result;
}

enum archive archive_build(const struct archive_options *options, struct error *error)
{
	struct building building = {
		.options = options,
		.error = error,
		.profile = -1,
		.security = -1,
		.workouts = -1,
		.gpx_directory = -1,
		.picture_directory = -1,
	};
	const int *const descriptors[] = {&building.profile, &building.security, &building.workouts,
		&building.gpx_directory, &building.picture_directory};
	enum archive result = write_data(&building);

	if (result == ARCHIVE_DONE)
		result = zip_all(&building);
	zip_writer_free(building.zip);
	for (size_t i = 0; i < sizeof(descriptors) / sizeof(*descriptors); i++)
		if (*descriptors[i] >= 0)
			close(*descriptors[i]);
	return result;
}
