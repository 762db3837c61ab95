// Package tidy keeps the house in order by tests: layers, package docs, sizes, forbidden calls, complete catalogues.
//
// It holds no code that runs; `go test ./cmd/tidy` is all of it. Each rule is a function from the parsed sources to the
// sentences that say what to mend, and each has a test of its own which proves that it can fail. Matters of taste and of
// types belong to the linters in .golangci.yml, not here.
package tidy
