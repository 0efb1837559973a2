-- optional: triggers
-- Keep user_totals up to date, whichever program writes workouts and records. Where the database
-- account lacks the privilege to create triggers, this migration is recorded as skipped, user_totals
-- stays empty, and the profile is computed from the tables.
--
-- A trigger changes a row of totals only if it exists, and NULL + 1 is NULL: until the last two
-- statements have counted a user, the row shows no partial total. A change of a workout and the count
-- of its user wait for each other on the row of totals: no change is lost and none is counted twice.

DELIMITER //

CREATE TRIGGER fitgate_users_insert AFTER INSERT ON users FOR EACH ROW
INSERT INTO user_totals (user_id, nb_workouts, total_distance, total_ascent, total_duration, sports, records)
VALUES (NEW.id, 0, 0, 0, 0, '{}', '{}')
//

CREATE TRIGGER fitgate_workouts_insert AFTER INSERT ON workouts FOR EACH ROW
UPDATE user_totals SET
    changes = changes + 1,
    nb_workouts = nb_workouts + 1,
    total_distance = total_distance + COALESCE(NEW.distance, 0),
    total_ascent = total_ascent + COALESCE(NEW.ascent, 0),
    total_duration = total_duration + NEW.duration,
    sports = JSON_SET(sports, CONCAT('$."', NEW.sport_id, '"'),
        COALESCE(CAST(JSON_EXTRACT(sports, CONCAT('$."', NEW.sport_id, '"')) AS SIGNED), 0) + 1)
WHERE user_id = NEW.user_id
//

CREATE TRIGGER fitgate_workouts_delete AFTER DELETE ON workouts FOR EACH ROW
UPDATE user_totals SET
    changes = changes + 1,
    nb_workouts = nb_workouts - 1,
    total_distance = total_distance - COALESCE(OLD.distance, 0),
    total_ascent = total_ascent - COALESCE(OLD.ascent, 0),
    total_duration = total_duration - OLD.duration,
    sports = CASE
        WHEN CAST(JSON_EXTRACT(sports, CONCAT('$."', OLD.sport_id, '"')) AS SIGNED) > 1
        THEN JSON_SET(sports, CONCAT('$."', OLD.sport_id, '"'),
            CAST(JSON_EXTRACT(sports, CONCAT('$."', OLD.sport_id, '"')) AS SIGNED) - 1)
        ELSE JSON_REMOVE(sports, CONCAT('$."', OLD.sport_id, '"')) END
WHERE user_id = OLD.user_id
//

CREATE TRIGGER fitgate_workouts_update AFTER UPDATE ON workouts FOR EACH ROW
BEGIN
    IF OLD.user_id <> NEW.user_id OR OLD.sport_id <> NEW.sport_id OR OLD.duration <> NEW.duration
        OR NOT (OLD.distance <=> NEW.distance) OR NOT (OLD.ascent <=> NEW.ascent)
    THEN
        UPDATE user_totals SET
            changes = changes + 1,
            nb_workouts = nb_workouts - 1,
            total_distance = total_distance - COALESCE(OLD.distance, 0),
            total_ascent = total_ascent - COALESCE(OLD.ascent, 0),
            total_duration = total_duration - OLD.duration,
            sports = CASE
                WHEN CAST(JSON_EXTRACT(sports, CONCAT('$."', OLD.sport_id, '"')) AS SIGNED) > 1
                THEN JSON_SET(sports, CONCAT('$."', OLD.sport_id, '"'),
                    CAST(JSON_EXTRACT(sports, CONCAT('$."', OLD.sport_id, '"')) AS SIGNED) - 1)
                ELSE JSON_REMOVE(sports, CONCAT('$."', OLD.sport_id, '"')) END
        WHERE user_id = OLD.user_id;
        UPDATE user_totals SET
            changes = changes + 1,
            nb_workouts = nb_workouts + 1,
            total_distance = total_distance + COALESCE(NEW.distance, 0),
            total_ascent = total_ascent + COALESCE(NEW.ascent, 0),
            total_duration = total_duration + NEW.duration,
            sports = JSON_SET(sports, CONCAT('$."', NEW.sport_id, '"'),
                COALESCE(CAST(JSON_EXTRACT(sports, CONCAT('$."', NEW.sport_id, '"')) AS SIGNED), 0) + 1)
        WHERE user_id = NEW.user_id;
    END IF;
END
//

CREATE TRIGGER fitgate_records_insert AFTER INSERT ON records FOR EACH ROW
UPDATE user_totals SET
    changes = changes + 1,
    records = JSON_SET(records, CONCAT('$."', NEW.id, '"'), JSON_ARRAY(NEW.sport_id, NEW.record_type,
        NEW.value, DATE_FORMAT(NEW.workout_date, '%Y-%m-%d %H:%i:%s'), NEW.workout_uuid))
WHERE user_id = NEW.user_id
//

CREATE TRIGGER fitgate_records_delete AFTER DELETE ON records FOR EACH ROW
UPDATE user_totals SET
    changes = changes + 1,
    records = JSON_REMOVE(records, CONCAT('$."', OLD.id, '"'))
WHERE user_id = OLD.user_id
//

CREATE TRIGGER fitgate_records_update AFTER UPDATE ON records FOR EACH ROW
BEGIN
    UPDATE user_totals SET
        changes = changes + 1,
        records = JSON_REMOVE(records, CONCAT('$."', OLD.id, '"'))
    WHERE user_id = OLD.user_id;
    UPDATE user_totals SET
        changes = changes + 1,
        records = JSON_SET(records, CONCAT('$."', NEW.id, '"'), JSON_ARRAY(NEW.sport_id, NEW.record_type,
            NEW.value, DATE_FORMAT(NEW.workout_date, '%Y-%m-%d %H:%i:%s'), NEW.workout_uuid))
    WHERE user_id = NEW.user_id;
END
//

INSERT IGNORE INTO user_totals (user_id) SELECT id FROM users
//

UPDATE user_totals AS t
LEFT JOIN (
    SELECT user_id, COUNT(*) AS nb_workouts, SUM(distance) AS distance, SUM(ascent) AS ascent,
        SUM(duration) AS duration
    FROM workouts GROUP BY user_id
) AS w ON w.user_id = t.user_id
LEFT JOIN (
    SELECT user_id, CONCAT('{', GROUP_CONCAT('"', sport_id, '":', workouts_of_sport), '}') AS sports
    FROM (
        SELECT user_id, sport_id, COUNT(*) AS workouts_of_sport FROM workouts GROUP BY user_id, sport_id
    ) AS counted
    GROUP BY user_id
) AS s ON s.user_id = t.user_id
LEFT JOIN (
    SELECT user_id, CONCAT('{', GROUP_CONCAT('"', id, '":', JSON_ARRAY(sport_id, record_type, value,
        DATE_FORMAT(workout_date, '%Y-%m-%d %H:%i:%s'), workout_uuid)), '}') AS records
    FROM records GROUP BY user_id
) AS r ON r.user_id = t.user_id
SET t.changes = t.changes + 1,
    t.nb_workouts = COALESCE(w.nb_workouts, 0),
    t.total_distance = COALESCE(w.distance, 0),
    t.total_ascent = COALESCE(w.ascent, 0),
    t.total_duration = COALESCE(w.duration, 0),
    t.sports = COALESCE(s.sports, '{}'),
    t.records = COALESCE(r.records, '{}')
WHERE t.nb_workouts IS NULL
//
