-- Whose float an account is: asked by everything that begins with a posting. Two tills with one float is a mistake.
CREATE UNIQUE INDEX tills_by_float ON tills (float_account)
