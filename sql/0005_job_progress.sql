-- How far a job is, in percent, for those that take long; NULL: not known.
ALTER TABLE jobs ADD COLUMN progress TINYINT NULL;
