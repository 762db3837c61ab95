package simulator

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"senti/sms"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

const (
	john = msisdn.Number("+254712000001")
	jane = msisdn.Number("+254712000002")

	njeri = msisdn.Number("+254712000011") // works at a shop
)

var noon = time.Date(2026, 12, 3, 11, 2, 0, 123_000, time.UTC)

func texts(t *testing.T, i *Inbox, phone msisdn.Number) (out []string) {
	t.Helper()
	list, err := i.Messages(context.Background(), phone)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		out = append(out, r.At.Format("15:04:05.000000 ")+r.Text)
	}
	return out
}

func TestInboxKeepsMessagesInOrderAndOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := context.Background(), clock.NewFake(noon)
		var ids id.Sequence
		first, second, third := ids.New(), ids.New(), ids.New()
		i := NewInbox(d, now)
		send := func(messages ...sms.Message) {
			t.Helper()
			for n, r := range i.Send(ctx, messages) {
				if !r.Accepted || r.Err != nil || r.ID != messages[n].ID {
					t.Errorf("result %+v", r)
				}
			}
		}
		// The second was queued later but got through earlier.
		send(sms.Message{ID: second, To: john, Text: "é Salio Ksh 4,493 £ ✓"}, sms.Message{ID: third, To: jane, Text: "for Jane"})
		now.Advance(time.Second)
		send(sms.Message{ID: first, To: john, Text: "late"})
		now.Advance(time.Second)
		send(sms.Message{ID: second, To: john, Text: "é Salio Ksh 4,493 £ ✓"})
		send()

		// Another Inbox on the same database is what a restart makes.
		again := NewInbox(d, now)
		want := []string{"11:02:00.000123 é Salio Ksh 4,493 £ ✓", "11:02:01.000123 late"}
		if got := texts(t, again, john); !slices.Equal(got, want) {
			t.Errorf("John has %q, want %q", got, want)
		}
		if got := texts(t, again, jane); !slices.Equal(got, []string{"11:02:00.000123 for Jane"}) {
			t.Errorf("Jane has %q", got)
		}
		if got := texts(t, again, "+254712000099"); len(got) != 0 {
			t.Errorf("a stranger has %q", got)
		}
	})
}

func TestInboxListsTheNewest(t *testing.T) {
	d, now := dbtest.SQLite(t), clock.NewFake(noon)
	var ids id.Sequence
	i := NewInbox(d, now)
	var batch []sms.Message
	for range inboxSize + 5 {
		batch = append(batch, sms.Message{ID: ids.New(), To: john, Text: "x"})
	}
	batch[5].Text, batch[len(batch)-1].Text = "oldest shown", "newest"
	i.Send(context.Background(), batch)
	got := texts(t, i, john)
	if len(got) != inboxSize || !strings.HasSuffix(got[0], "oldest shown") || !strings.HasSuffix(got[inboxSize-1], "newest") {
		t.Errorf("%d messages, from %q to %q", len(got), got[0], got[len(got)-1])
	}
}

// A database that is down delays messages; the outbox is told to try again.
func TestInboxDown(t *testing.T) {
	d := dbtest.SQLite(t)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	r := NewInbox(d, clock.NewFake(noon)).Send(context.Background(), []sms.Message{{To: john, Text: "secret text"}})
	if len(r) != 1 || r[0].Accepted || r[0].Err == nil || !r[0].Err.Retryable || strings.Contains(r[0].Err.Error(), "secret") {
		t.Errorf("result %+v", r)
	}
}

func TestMessagesOverHTTP(t *testing.T) {
	i := NewInbox(dbtest.SQLite(t), clock.NewFake(noon))
	var ids id.Sequence
	i.Send(context.Background(), []sms.Message{
		{ID: ids.New(), To: john, Text: "<b>one</b>"}, {ID: ids.New(), To: john, Text: "two"},
	})
	e := echo.New()
	Register(e, i, NewPusher(), nil, []Seed{{Phone: john, PIN: "4826"}}, "*384#")
	server := httptest.NewServer(e)
	defer server.Close()

	var list []map[string]string
	if status, body := get(t, server.URL+"/simulator/messages?phone="+url.QueryEscape(string(john))); status != 200 {
		t.Fatalf("status %d: %s", status, body)
	} else if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if len(list) != 2 || list[0]["text"] != "<b>one</b>" || list[1]["text"] != "two" || list[0]["at"] != "2026-12-03T11:02:00.000123Z" {
		t.Errorf("list %v", list)
	}
	if status, body := get(t, server.URL+"/simulator/messages?phone=%2B254712000002"); status != 200 || strings.TrimSpace(body) != "[]" {
		t.Errorf("a phone without messages: %d %q", status, body)
	}
	for _, phone := range []string{"", "0712000001", "+254712000001", "%2B25471200000x", "%2B1", "%2B2547120000010000"} {
		if status, body := get(t, server.URL+"/simulator/messages?phone="+phone); status != http.StatusBadRequest {
			t.Errorf("phone=%s: %d %q", phone, status, body)
		}
	}
}

func TestPageAllowsNothingFromElsewhere(t *testing.T) {
	e := echo.New()
	Register(e, nil, NewPusher(), nil, []Seed{{Phone: john, PIN: "4826", Role: `"><script>alert(2)</script>`, Note: `"><script>alert(1)</script>`}}, "*384#")
	server := httptest.NewServer(e)
	defer server.Close()
	for _, path := range []string{"/simulator", "/simulator/page.js", "/simulator/simulator.css"} {
		response, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		policy := response.Header.Get("Content-Security-Policy")
		if response.StatusCode != 200 || !strings.HasPrefix(policy, "default-src 'none'; script-src 'self';") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %d, policy %q", path, response.StatusCode, policy)
		}
		for _, word := range []string{"http://", "https://", "<script>", "onclick", "style=", "@import", "eval("} {
			if strings.Contains(string(body), word) {
				t.Errorf("%s contains %s", path, word)
			}
		}
	}
}

func get(t *testing.T, address string) (status int, body string) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(b)
}
