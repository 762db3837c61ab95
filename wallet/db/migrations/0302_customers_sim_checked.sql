-- When the ID was checked after a change of SIM: what a telco tells later of a change before that is no news. 0: never.
ALTER TABLE customers ADD COLUMN sim_checked {{.Int}} NOT NULL DEFAULT 0
