package simulator

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// The page on a desktop and on a phone: nothing is cut, and pictures of both to look at.
func TestLooks(t *testing.T) {
	b, s := open(t)
	say, a := must[string](t), string(john)
	s.deliver(context.Background(), john, text)
	shoot := func(name string) {
		t.Helper()
		check(t, name+": cut at the side", say(b.Eval(fits)), "")
		path := filepath.Join(os.TempDir(), "senti-simulator-"+name+".png")
		if err := b.Screenshot(path); err != nil {
			t.Fatal(err)
		}
		t.Log(path)
	}
	newest := `(r => r.top >= 0 && r.bottom <= innerHeight ? "yes" : "no, " + r.bottom)(document.querySelector(".inbox li p").getBoundingClientRect())`
	for _, window := range []struct {
		name          string
		width, height int64
		touch         bool
	}{{"desktop", 1280, 800, false}, {"laptop", 1280, 657, false}, {"phone", 390, 844, true}, {"small-phone", 320, 568, true}} {
		if err := b.Size(window.width, window.height, window.touch); err != nil {
			t.Fatal(err)
		}
		if err := b.Reload(); err != nil {
			t.Fatal(err)
		}
		say(b.Message(a, "SENT"))
		s.deliver(context.Background(), john, got)
		say(b.Dial(string(jane), "*384#"))
		say(b.Dial(a, "*384*1*0712000002*500#"))
		if err := b.Until(`document.querySelector(".mail").textContent !== "" &&
			document.getAnimations().every(a => a.playState === "finished") &&
			document.getElementById("phones").scrollLeft === 0`); err != nil {
			t.Fatal(err)
		}
		if window.height > 600 {
			check(t, window.name+": the newest SMS in sight", say(b.Eval(newest)), "yes")
		}
		shoot(window.name)
	}
	for _, window := range []struct {
		name          string
		width, height int64
		touch         bool
	}{{"two-desktop", 1280, 800, false}, {"two-phone", 390, 844, true}} {
		if err := b.Size(window.width, window.height, window.touch); err != nil {
			t.Fatal(err)
		}
		if err := b.Beside(string(njeri), a); err != nil {
			t.Fatal(err)
		}
		say(b.Message(a, "SENT"))
		say(b.Dial(a, "*384*1*0712000002*500#"))
		say(b.Dial(string(njeri), "*384#"))
		if err := b.Write(string(njeri), "ndiyo 4821"); err != nil {
			t.Fatal(err)
		}
		say(b.Message(string(njeri), "understand"))
		if err := b.Click(string(njeri), ".compose"); err != nil {
			t.Fatal(err)
		}
		if err := b.Until(`document.getAnimations().every(a => a.playState === "finished")`); err != nil {
			t.Fatal(err)
		}
		shoot(window.name)
	}
}

// fits lists what has something cut at its side.
const fits = `String([...document.querySelectorAll("body, .phone, .handset, .screen, .line, .soft, #tabs, body > header, .inbox, .write")]
	.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className || e.id || e.tagName))`
