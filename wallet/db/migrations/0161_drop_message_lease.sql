-- The right to send is a row of leases now. A walletd of before, still running, stops sending at this and leaves the messages
-- to those that know: it would otherwise send every one of them a second time beside them.
DROP TABLE IF EXISTS message_lease
