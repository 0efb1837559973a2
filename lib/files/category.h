/*
 * The categories of users' files. Each is a directory UPLOAD_FOLDER/uploads/<name>/, in which each user has a
 * directory named after the user's id (contract §8). The paths in the database begin with the same names.
 */
#ifndef FITGATE_FILES_CATEGORY_H
#define FITGATE_FILES_CATEGORY_H

#define UPLOAD_PICTURES "pictures" /* users.picture */
#define UPLOAD_EXPORTS  "exports"  /* users_data_export.file_name */
#define UPLOAD_WORKOUTS "workouts" /* workouts.gpx, written by other programs */

#endif
