-- Since when an operator is suspended for nothing else than another SIM, so that a manager may let him go on; 0: he is not.
ALTER TABLE operators ADD COLUMN sim_changed {{.Int}} NOT NULL DEFAULT 0
