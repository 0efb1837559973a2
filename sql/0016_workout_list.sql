-- Lists of a user's workouts in the order of their dates, and their neighbors (contract §29.3).
ALTER TABLE workouts ADD KEY ix_workouts_user_date (user_id, workout_date, id);
