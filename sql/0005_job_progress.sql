-- Progress of a long job in percent; NULL: not known.
ALTER TABLE jobs ADD COLUMN progress TINYINT NULL;
