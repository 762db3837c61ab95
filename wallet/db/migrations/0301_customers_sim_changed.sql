-- Since when another SIM has the number (or no SIM of the owner's any more), and nobody has checked the ID since; 0: that is not so.
ALTER TABLE customers ADD COLUMN sim_changed {{.Int}} NOT NULL DEFAULT 0
