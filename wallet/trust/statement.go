package trust

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"senti/wallet/money"
)

// StatementLine is one line of a statement's file.
type StatementLine struct {
	Row       int // in the file, from 1
	Day       int32
	Reference string
	Detail    string
	Amount    int64 // minor units; positive = came in
	Balance   int64 // of the bank account after it

	hasBalance bool // as it stands in the file
}

// Statement is a bank's statement as a file has it: lines in the order in which the bank booked them, each of which follows from
// the one before by its balance. So none stands twice in it, and none is missing.
type Statement struct {
	Lines   []StatementLine
	Opening int64 // the balance before the first
}

// Closing is the balance after the last line.
func (s *Statement) Closing() int64 { return s.Lines[len(s.Lines)-1].Balance }

// Said is what somebody says of a statement besides the file; nil for what nobody says. A file without balances needs both, and
// then the sum of its lines is what says that none is missing.
type Said struct{ Opening, Closing *int64 }

// mostLines keeps an import one commit of reasonable size.
const mostLines = 5000

// ReadStatement reads a statement in CSV, as banks and their web pages write them: separated by commas, semicolons or tabs, with
// any lines before the header; columns in any order under the usual names; one amount with a sign or a Dr/Cr column, or
// one column for each direction; amounts as the market writes them; the oldest line first or last. What it cannot read it refuses,
// with the row and the mend, rather than leave out.
func ReadStatement(r io.Reader, style money.Style, said Said) (*Statement, error) {
	content, err := io.ReadAll(io.LimitReader(r, 16<<20))
	if err != nil {
		return nil, fmt.Errorf("read the statement: %w", err)
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		return nil, errors.New("the statement is not in UTF-8: save it as CSV UTF-8")
	}
	table, err := open(content)
	if err != nil {
		return nil, err
	}
	table.style = style
	table.style.Step = 1 // banks book cents
	if table.layout, err = table.dateLayout(); err != nil {
		return nil, err
	}
	lines, err := table.read()
	if err != nil {
		return nil, err
	}
	return inOrder(lines, said, style)
}

// open splits the file at whichever separator makes a header of one of its rows, and cuts off what is above that.
func open(content []byte) (s sheet, err error) {
	for _, separator := range []rune{',', ';', '\t'} {
		rows, at, wrong := readRows(content, separator)
		if wrong == nil {
			h, first, noHeader := findHeader(rows)
			if noHeader == nil {
				return sheet{header: h, rows: rows[first:], at: at[first:]}, nil
			}
			wrong = noHeader
		}
		if err == nil || errors.Is(err, errNoHeader) {
			err = wrong
		}
	}
	return s, err
}

// readRows splits the file, and says in which row of it each begins.
func readRows(content []byte, separator rune) (rows [][]string, at []int, err error) {
	c := csv.NewReader(bytes.NewReader(content))
	c.Comma = separator
	c.FieldsPerRecord = -1
	c.LazyQuotes = true
	c.TrimLeadingSpace = c.Comma != '\t'
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows, at, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("the statement is no CSV: %w", err)
		}
		for i := range row {
			row[i] = strings.Join(strings.Fields(row[i]), " ")
		}
		line, _ := c.FieldPos(0)
		rows, at = append(rows, row), append(at, line)
	}
}

// header says in which column of a row what stands; -1 for nowhere.
type header struct{ date, reference, detail, amount, in, out, direction, balance int }

// titles are the names under which banks put their columns, the best first.
var titles = map[string][]string{
	"date":      {"transaction date", "txn date", "trans date", "date", "posting date", "booking date", "entry date", "completion time", "value date"},
	"reference": {"reference", "transaction reference", "txn reference", "bank reference", "reference no", "reference number", "ref no", "ref", "transaction id", "receipt no", "cheque no", "document no"},
	"detail":    {"description", "details", "narration", "narrative", "particulars", "transaction details", "remarks", "payment details"},
	"amount":    {"amount", "transaction amount", "txn amount"},
	"in":        {"credit", "credit amount", "credits", "money in", "paid in", "deposit", "deposits", "cr"},
	"out":       {"debit", "debit amount", "debits", "money out", "withdrawn", "paid out", "withdrawal", "withdrawals", "dr"},
	"direction": {"dr/cr", "cr/dr", "d/c", "c/d", "debit/credit", "credit/debit", "type", "sign"},
	"balance":   {"balance", "running balance", "account balance", "book balance", "ledger balance", "closing balance", "balance after"},
}

var errNoHeader = errors.New("no row names the columns: there must be one with Date, Reference and Amount (or Credit and Debit)")

// findHeader looks for the first row that names a date and an amount.
func findHeader(rows [][]string) (h header, first int, err error) {
	for i, row := range rows {
		names := make([]string, len(row))
		for j, cell := range row {
			names[j] = title(cell)
		}
		column := func(what string) int {
			for _, name := range titles[what] {
				if j := slices.Index(names, name); j >= 0 {
					return j
				}
			}
			return -1
		}
		h = header{column("date"), column("reference"), column("detail"), column("amount"), column("in"), column("out"), column("direction"), column("balance")}
		if h.date >= 0 && (h.amount >= 0 || h.in >= 0 || h.out >= 0) {
			if h.reference < 0 && h.detail < 0 {
				return h, 0, fmt.Errorf("row %d: no column tells the lines apart: name one Reference or Description", i+1)
			}
			return h, i + 1, nil
		}
	}
	return h, 0, errNoHeader
}

// title is a column's name without case, dots and what stands in brackets: "Credit (KES)" is "credit".
func title(cell string) string {
	cell, _, _ = strings.Cut(strings.ToLower(cell), "(")
	return strings.Join(strings.Fields(strings.NewReplacer(".", "", "_", " ", ":", "", "*", "").Replace(cell)), " ")
}

// sheet is the rows below the header.
type sheet struct {
	header
	rows   [][]string
	at     []int // the row of the file
	style  money.Style
	layout string
}

func (s sheet) read() (lines []StatementLine, err error) {
	for i, row := range s.rows {
		if s.isNoLine(row) {
			continue
		}
		l, err := s.line(row)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", s.at[i], err)
		}
		if l.Amount == 0 {
			continue
		}
		l.Row = s.at[i]
		lines = append(lines, l)
	}
	switch {
	case len(lines) == 0:
		return nil, errors.New("the statement has no lines")
	case len(lines) > mostLines:
		return nil, fmt.Errorf("the statement has %d lines: cut it into files of at most %d", len(lines), mostLines)
	}
	return lines, nil
}

// totals are what banks write where others have a line.
var totals = []string{"total", "opening balance", "closing balance", "brought forward", "carried forward", "balance b/f", "balance c/f", "end of statement"}

// isNoLine reports whether a row is empty, a total, or a remark below the lines.
func (s sheet) isNoLine(row []string) bool {
	if s.amounts(row) == "" {
		return true
	}
	date, said := s.cell(row, s.date), strings.Join(row, " ")
	if strings.ContainsAny(date, "0123456789") {
		said = date // a line, unless the date itself is called a total
	}
	return slices.ContainsFunc(totals, func(t string) bool { return strings.Contains(strings.ToLower(said), t) })
}

func (s sheet) cell(row []string, column int) string {
	if column < 0 || column >= len(row) {
		return ""
	}
	return strings.TrimSpace(row[column])
}

func (s sheet) amounts(row []string) string {
	return s.cell(row, s.amount) + s.cell(row, s.in) + s.cell(row, s.out)
}

func (s sheet) line(row []string) (l StatementLine, err error) {
	day, err := parseDate(s.cell(row, s.date), s.layout)
	if err != nil {
		return l, err
	}
	y, m, d := day.Date()
	l.Day = int32(y*10_000 + int(m)*100 + d)
	l.Reference, l.Detail = s.cell(row, s.reference), s.cell(row, s.detail)
	if l.Reference == "" {
		l.Reference = l.Detail
	}
	if l.Reference == "" {
		return l, errors.New("neither reference nor description: without one the line cannot be told from others")
	}
	if utf8.RuneCountInString(l.Reference) > mostReference {
		return l, fmt.Errorf("the reference has more than %d characters: shorten it", mostReference)
	}
	if utf8.RuneCountInString(l.Detail) > mostDetail {
		l.Detail = string([]rune(l.Detail)[:mostDetail])
	}
	if l.Amount, err = s.signed(row); err != nil {
		return l, err
	}
	if text := s.cell(row, s.balance); text != "" {
		l.hasBalance = true
		l.Balance, err = s.parse(text)
	}
	return l, err
}

// signed reads the amount of a row; positive = came in.
func (s sheet) signed(row []string) (int64, error) {
	if s.amount < 0 || s.cell(row, s.amount) == "" {
		in, err := s.parse(s.cell(row, s.in))
		if err != nil {
			return 0, err
		}
		out, err := s.parse(s.cell(row, s.out))
		if err != nil {
			return 0, err
		}
		if in != 0 && out != 0 {
			return 0, errors.New("both credit and debit stand there: leave one empty")
		}
		return abs(in) - abs(out), nil // some banks write debits with a minus
	}
	amount, err := s.parse(s.cell(row, s.amount))
	if err != nil {
		return 0, err
	}
	switch strings.ToLower(s.cell(row, s.direction)) {
	case "dr", "d", "debit", "out", "-":
		return -abs(amount), nil
	case "cr", "c", "credit", "in", "+", "":
		return amount, nil
	}
	return 0, fmt.Errorf("%q is neither Dr nor Cr", s.cell(row, s.direction))
}

// parse reads an amount as banks write it: with a sign before or after, in brackets when below zero, closed with Dr or Cr,
// with decimals that the currency has not, as long as they are zeros.
func (s sheet) parse(text string) (int64, error) {
	plain, negative := strings.TrimSpace(text), false
	if inside, ok := strings.CutPrefix(plain, "("); ok && strings.HasSuffix(inside, ")") {
		plain, negative = strings.TrimSuffix(inside, ")"), true
	}
	for _, mark := range []struct {
		text     string
		negative bool
	}{{"CR", false}, {"DR", true}, {"-", true}, {"+", false}} {
		if n := len(plain) - len(mark.text); n >= 0 && strings.EqualFold(plain[n:], mark.text) {
			plain, negative = strings.TrimSpace(plain[:n]), negative || mark.negative
			break
		}
	}
	if cut, ok := strings.CutPrefix(plain, "-"); ok {
		plain, negative = strings.TrimSpace(cut), true
	}
	plain = strings.TrimPrefix(plain, "+")
	if whole, decimals, ok := strings.Cut(plain, s.style.Decimal); ok && s.style.Decimal != "" && strings.Trim(decimals, "0") == "" {
		plain = whole
	}
	minor, err := s.style.Parse(plain)
	switch {
	case errors.Is(err, money.ErrEmpty), errors.Is(err, money.ErrZero):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("%q is no amount as this market writes it: %w", text, err)
	case negative:
		return -minor, nil
	}
	return minor, nil
}

// layouts are the ways of writing a date, tried in this order: where all rows allow it, the day stands before the month.
var layouts = []string{"2006-01-02", "2/1/2006", "1/2/2006", "2-1-2006", "1-2-2006", "2.1.2006", "2 Jan 2006", "2-Jan-2006",
	"2-Jan-06", "2 Jan 06", "2 January 2006", "Jan 2, 2006", "20060102", "2006/01/02", "2/1/06", "2-1-06"}

// dateLayout finds the one way in which all dates are written.
func (s sheet) dateLayout() (string, error) {
	best, bestRow, bestText := "", -1, ""
	for _, layout := range layouts {
		row, text := s.unreadable(layout)
		if row < 0 {
			return layout, nil
		}
		if row > bestRow {
			best, bestRow, bestText = layout, row, text
		}
	}
	return "", fmt.Errorf("row %d: %q is no date like those before it (%s): write all as 2026-03-12", bestRow, bestText, best)
}

// unreadable returns the first row whose date is not written so; -1 for none.
func (s sheet) unreadable(layout string) (int, string) {
	s.layout = layout
	for i, row := range s.rows {
		if s.isNoLine(row) {
			continue
		}
		if _, err := parseDate(s.cell(row, s.date), layout); err != nil {
			return s.at[i], s.cell(row, s.date)
		}
	}
	return -1, ""
}

// parseDate reads a date; a time of day after it is passed over.
func parseDate(text, layout string) (time.Time, error) {
	if day, _, ok := strings.Cut(text, "T"); ok && len(day) == len(layouts[0]) {
		text = day // 2026-03-12T09:00
	}
	words := strings.Fields(text)
	n := len(strings.Fields(layout))
	if len(words) > n && strings.Contains(words[n], ":") {
		words = words[:n]
	}
	day, err := time.Parse(layout, strings.Join(words, " "))
	if err != nil {
		return day, fmt.Errorf("%q is no date", text)
	}
	return day, nil
}
