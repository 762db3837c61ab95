package gateway

import (
	"testing"

	"senti/ussd"
)

// What an adapter costs between the body of a call and that of its answer.
func BenchmarkAdapters(b *testing.B) {
	reply := ussd.Reply{Text: "1 Send money\n2 Withdraw or deposit\n3 Pay\n4 Airtime\n5 My account\n6 Help"}
	for _, w := range wires() {
		b.Run(w.adapter.name, func(b *testing.B) {
			r := w.write(usual())
			body := []byte(r.body + r.query)
			b.ReportAllocs()
			for b.Loop() {
				h, wrong := w.adapter.doors[0].hear(call{body: body, session: "S1", region: "KE", code: "*384#"})
				if wrong != nil {
					b.Fatal(wrong)
				}
				w.adapter.reply(h, reply)
			}
		})
	}
}
