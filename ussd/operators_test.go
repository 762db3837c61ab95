package ussd_test

import (
	"context"
	"strings"

	"senti/agents"
	"senti/agents/network"
)

// ann is the person of the staff who does what transcripts let staff do.
const ann = "staff:ann"

// hire takes somebody on at the till of an operator: "hire 0712000011 0712000013 Wanjiru Kimani 23987401".
func (w *world) hire(rest string) []string {
	w.t.Helper()
	ctx := context.Background()
	words := strings.Fields(rest)
	last := len(words) - 1
	at, err := w.agents.Places().ByPhone(ctx, w.number(words[0]))
	w.must(err)
	phone := w.number(words[1])
	o, err := w.agents.Hire(ctx, ann, agents.Hiring{ID: w.idDraft(phone, words[last]), Operator: network.Operator{
		Till: at.Till.ID, Phone: phone, Name: strings.Join(words[2:last], " "), Language: w.lang, Role: network.Cashier,
	}})
	w.must(err)
	return []string{o.Name + " works at " + at.Store.Name}
}

// unlock is what staff do for an operator who is locked out: "unlock 0712000012".
func (w *world) unlock(rest string) []string {
	w.t.Helper()
	w.must(w.agents.UnlockOperator(context.Background(), ann, w.number(rest), "a transcript says so"))
	return []string{"he has three tries again, and a code"}
}

// suspend is what staff do to an operator at once: "suspend 0712000012".
func (w *world) suspend(rest string) []string {
	w.t.Helper()
	w.must(w.agents.Suspend(context.Background(), ann, w.employed(rest), "a transcript says so"))
	return []string{"suspended"}
}

// resume lets an operator work again: "resume 0712000012".
func (w *world) resume(rest string) []string {
	w.t.Helper()
	w.must(w.agents.Resume(context.Background(), ann, w.employed(rest), "a transcript says so"))
	return []string{"works again"}
}

func (w *world) employed(phone string) network.Ref {
	w.t.Helper()
	post, err := w.agents.Places().ByPhone(context.Background(), w.number(phone))
	w.must(err)
	return network.Ref{Kind: network.AnOperator, ID: post.Operator.ID}
}
