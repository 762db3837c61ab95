package db

import (
	"strings"
	"sync"
)

// maxVariables keeps every statement under SQLite's 32,766 and the MySQL protocol's 65,535 placeholders.
const maxVariables = 32_000

// bulkRows are the row counts that bulk statements come in, so that few SQL texts exist and each stays prepared. With these
// steps any number of rows up to 1,024 takes at most six statements, and mostly two or three.
var bulkRows = [...]int{1024, 768, 512, 384, 256, 192, 128, 96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1}

type bulkKey struct {
	insert, suffix string
	cols, rows     int
}

var bulkTexts sync.Map // bulkKey -> string

// InsertMany cuts rows into statements: insert ("INSERT INTO t (a, b) VALUES "), a "(?, ?)" for each row, and suffix (an
// upsert clause, or ""). args holds the rows' values one after another, cols for each; the statements share its memory.
func InsertMany(insert string, cols int, args []any, suffix string) []Stmt {
	if cols <= 0 || len(args)%cols != 0 {
		panic("db: InsertMany: the arguments are not whole rows")
	}
	stmts := make([]Stmt, 0, 4)
	for len(args) > 0 {
		rows := bulkSize(len(args)/cols, cols)
		n := rows * cols
		stmts = append(stmts, Stmt{SQL: bulkText(bulkKey{insert, suffix, cols, rows}), Args: args[:n:n]})
		args = args[n:]
	}
	return stmts
}

func bulkSize(rows, cols int) int {
	for _, size := range bulkRows {
		if size <= rows && size*cols < maxVariables {
			return size
		}
	}
	return 1
}

func bulkText(k bulkKey) string {
	if text, ok := bulkTexts.Load(k); ok {
		return text.(string)
	}
	row := "(" + Marks(k.cols) + ")"
	var b strings.Builder
	b.WriteString(k.insert)
	for i := range k.rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(row)
	}
	if k.suffix != "" {
		b.WriteByte(' ')
		b.WriteString(k.suffix)
	}
	text, _ := bulkTexts.LoadOrStore(k, b.String())
	return text.(string)
}

// Marks returns n placeholders: "?,?,?".
func Marks(n int) string {
	if n <= 0 {
		return ""
	}
	return strings.Repeat("?,", n-1) + "?"
}

// maxList is the longest IN list: over 1,000 MariaDB turns a list into a join, which locks rows out of order.
const maxList = 900

// Lists cuts the values of an IN (…) into lists of at most 900 and fills each up to one of a few lengths by repeating its
// last value, which selects no row twice. So few SQL texts exist and each stays prepared; order is kept.
func Lists(values []any) [][]any {
	var lists [][]any
	for len(values) > 0 {
		n := min(len(values), maxList)
		list := make([]any, listSize(n))
		copy(list, values[:n])
		for i := n; i < len(list); i++ {
			list[i] = values[n-1]
		}
		lists, values = append(lists, list), values[n:]
	}
	return lists
}

func listSize(n int) int {
	size := maxList
	for i := len(bulkRows) - 1; i >= 0; i-- {
		if bulkRows[i] >= n && bulkRows[i] < maxList {
			size = bulkRows[i]
			break
		}
	}
	return size
}
