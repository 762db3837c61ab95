-- A till's last count is what its next one is compared with.
CREATE UNIQUE INDEX till_counts_by_till ON till_counts (till, no)
