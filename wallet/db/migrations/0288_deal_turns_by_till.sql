-- What a till earned in a month is its deals of the month and what turned in it.
CREATE INDEX deal_turns_by_till ON deal_turns (till, at)
