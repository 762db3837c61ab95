package market

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IDType is a type of identity document. Numbers are stored with every document: never reuse one.
type IDType int64

// The types of identity document. Which of them a market takes, and what their numbers look like, its pack says.
const (
	NoID         IDType = 0
	NationalID   IDType = 1
	Passport     IDType = 2
	AlienID      IDType = 3
	MilitaryID   IDType = 4
	DiplomaticID IDType = 5
	RefugeeID    IDType = 6
)

// idTypes are their words, in packs and on the command line.
var idTypes = [...]string{
	NationalID: "national", Passport: "passport", AlienID: "alien", MilitaryID: "military", DiplomaticID: "diplomatic", RefugeeID: "refugee",
}

// String is the type's word.
func (t IDType) String() string {
	if t <= NoID || int(t) >= len(idTypes) {
		return "type " + strconv.FormatInt(int64(t), 10)
	}
	return idTypes[t]
}

// ParseIDType reads a type's word; false for none.
func ParseIDType(word string) (IDType, bool) {
	for t, known := range idTypes {
		if known == word && word != "" {
			return IDType(t), true
		}
	}
	return NoID, false
}

// Document is an identity document that the market takes.
type Document struct {
	Type  IDType
	Name  map[string]string // by language, in a sentence: "national ID"
	Short map[string]string // by language, in a list of types: "National ID"
	form  *regexp.Regexp
}

// Matches reports whether the text is a number as the document writes it.
func (d Document) Matches(number string) bool { return d.form.MatchString(number) }

// ID returns the document of that type; false if the market does not take it.
func (m *Market) ID(t IDType) (Document, bool) {
	for _, d := range m.IDs {
		if d.Type == t {
			return d, true
		}
	}
	return Document{}, false
}

// What fits the pages that name documents.
const (
	mostIDs    = 6  // in a list, the national ID among them
	mostIDList = 85 // letters of that list
	mostIDName = 22 // letters
)

func (b *builder) ids(m *Market, p *pack) {
	m.NationalID = b.document(m, "national_id", NationalID, &p.NationalID)
	m.IDs = []Document{m.NationalID}
	if p.NationalID.Type != "" {
		b.fail("national_id.type", quoted(p.NationalID.Type), "remove it: the national ID is one")
	}
	for i := range p.OtherIDs {
		other := &p.OtherIDs[i]
		place := fmt.Sprintf("other_ids[%d]", i)
		t, ok := ParseIDType(other.Type)
		if !ok {
			b.fail(place+".type", quoted(other.Type), "write one of "+strings.Join(idTypes[Passport:], ", "))
			continue
		}
		if _, twice := m.ID(t); twice {
			b.fail(place+".type", quoted(other.Type)+" a second time", "list each type once; the national ID stands under national_id")
			continue
		}
		m.IDs = append(m.IDs, b.document(m, place, t, other))
	}
	for _, language := range m.Languages {
		list := 0
		for _, d := range m.IDs {
			list += utf8.RuneCountInString("1 " + d.Short[language] + "\n")
		}
		if list > mostIDList && len(m.IDs) > 1 {
			b.fail("other_ids", fmt.Sprintf("makes a list of %d letters in language %s", list, language),
				fmt.Sprintf("write shorter names as short: the list has room for %d", mostIDList))
		}
	}
	if len(m.IDs) > mostIDs {
		b.fail("other_ids", fmt.Sprintf("lists %d types", len(p.OtherIDs)), fmt.Sprintf("list %d at most: more do not fit a page", mostIDs-1))
	}
}

func (b *builder) document(m *Market, place string, t IDType, p *packDocument) Document {
	d := Document{Type: t, Name: b.translated(m, place+".name", p.Name), Short: p.Short}
	if d.Short != nil {
		b.translated(m, place+".short", d.Short)
	} else {
		d.Short = map[string]string{}
		for language, name := range p.Name {
			first, size := utf8.DecodeRuneInString(name)
			d.Short[language] = string(unicode.ToUpper(first)) + name[size:]
		}
	}
	for _, name := range d.Name {
		if utf8.RuneCountInString(name) > mostIDName {
			b.fail(place+".name", quoted(name), fmt.Sprintf("write up to %d letters", mostIDName))
		}
	}
	form, err := regexp.Compile("^(?:" + p.Form + ")$")
	if err != nil || p.Form == "" || form.MatchString("") {
		b.fail(place+".form", quoted(p.Form), `write a regular expression of the whole number, "[0-9]{6,9}"`)
		return d
	}
	d.form = form
	return d
}
