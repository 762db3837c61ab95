-- Who works a till: those to be told of its float.
CREATE INDEX operators_by_till ON operators (till)
