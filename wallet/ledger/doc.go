// Package ledger keeps accounts, postings and holds, and is the only way in which money moves in Senti.
//
// A use case builds a Plan and calls Commit. One committer per process turns plans into rows: it takes whatever plans wait,
// decides them one after another in memory, writes all of them in one database transaction, and only then answers. Every
// such batch passes one locked row, the sequencer, so several processes may share a database without deadlock or doubt.
// Postings are chained by hash; Verify proves the books from the tables alone.
//
// The ledger knows no customer, fee, phone or PIN: what other packages must commit with the money travels as Companions.
// It makes no decision about limits either; it keeps the turnover they are decided on and asks the plan's Rules.
//
// README.md in this folder gives the semantics for readers who do not read Go.
package ledger
