-- Questions that are over are deleted some time later, the oldest first.
CREATE INDEX surveys_until ON surveys (until_at)
