package menu

import (
	"maps"
	"slices"
)

// Place is where a person stands in a dialogue: all that is saved between two turns. It holds no secret; a new PIN that is
// typed twice is kept as a verifier. A Place is a value: a turn never alters the one it was given.
type Place struct {
	Flow    string            `json:"flow"`
	Step    string            `json:"step"`
	Home    string            `json:"home"` // the flow that 00 leads to
	Lang    string            `json:"lang"`
	Answers map[string]string `json:"answers,omitempty"`
	Numbers map[string]int64  `json:"numbers,omitempty"`
	Trail   []Mark            `json:"trail,omitempty"` // the pages behind this one, oldest first
	Pages   []string          `json:"pages,omitempty"` // a long page, cut; empty when the page is whole
	Page    int               `json:"page,omitempty"`  // which of Pages is shown
	Over    bool              `json:"over,omitempty"`  // the dialogue is over; only the rest of a long last page is left
}

// Mark names a step of a flow.
type Mark struct {
	Flow string `json:"flow"`
	Step string `json:"step"`
}

// trailMax bounds the way back. Nobody walks further, and a place stays small.
const trailMax = 16

func (p Place) mark() Mark { return Mark{p.Flow, p.Step} }

// clone copies the place, so that the caller's one stays as it is when the turn goes wrong.
func (p Place) clone() Place {
	p.Answers = maps.Clone(p.Answers)
	p.Numbers = maps.Clone(p.Numbers)
	p.Trail = slices.Clone(p.Trail)
	return p
}

// keepTrail notes that the page at from was left for the page at to.
func (p *Place) keepTrail(from, to Mark) {
	if i := slices.Index(p.Trail, to); i >= 0 {
		p.Trail = p.Trail[:i]
		return
	}
	if from == to || from.Step == "" {
		return
	}
	if len(p.Trail) == trailMax {
		p.Trail = slices.Delete(p.Trail, 0, 1)
	}
	p.Trail = append(p.Trail, from)
}

// forget removes all that a dialogue kept: home starts afresh.
func (p *Place) forget() {
	p.Answers, p.Numbers, p.Trail = nil, nil, nil
}
