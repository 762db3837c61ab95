// Package simulator is a page with feature phones for trying Senti out: dial, type, read and write SMS, drop the call, several
// phones side by side, a customer's and a shop's.
//
// The page dials as Africa's Talking does, through the gateway of that name, so what works here works with the telco; what its
// phones write goes through the "senti" gateway for texts. The one thing more it needs is to see the SMS that a phone received. The package holds no screen of Senti's and
// takes no short cut into the wallet. It is for demos: whoever can open the page can read every message.
package simulator

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"senti/wallet/msisdn"
)

// Seed is a phone that the page shows from the start.
type Seed struct {
	Phone msisdn.Number
	PIN   string // empty when it has none yet
	Role  string // what its owner does for Senti: "Operator"; empty for a customer
	Note  string // a few words: "KES 5,000, English"
}

// limit is the longest screen of the gateway that the page speaks to, in characters.
const limit = 156

//go:embed page
var files embed.FS

// mediaTypes lists what is served beside the page itself.
var mediaTypes = map[string]string{
	"simulator.css": "text/css; charset=utf-8",
	"icon.svg":      "image/svg+xml",
	"page.js":       "text/javascript; charset=utf-8",
	"phone.js":      "text/javascript; charset=utf-8",
	"inbox.js":      "text/javascript; charset=utf-8",
	"keypad.js":     "text/javascript; charset=utf-8",
	"wire.js":       "text/javascript; charset=utf-8",
}

// Register adds the page at /simulator, its files, GET /simulator/messages?phone=…, a JSON array of Received, and POST
// /simulator/ring?phone=…, by which a phone takes the page that it rings for, and POST /simulator/sim?phone=…, by which its telco tells that
// the number has another SIM.
// serviceCode is what the phones dial: "*384#". It panics when the embedded page is broken, which every test shows.
func Register(e *echo.Echo, inbox *Inbox, pusher *Pusher, swap Swap, seeds []Seed, serviceCode string) {
	page := render(seeds, serviceCode)
	e.GET("/simulator", func(c echo.Context) error {
		guard(c)
		return c.HTMLBlob(http.StatusOK, page)
	})
	for name, media := range mediaTypes {
		body, err := fs.ReadFile(files, "page/"+name)
		if err != nil {
			panic("simulator: " + err.Error())
		}
		e.GET("/simulator/"+name, func(c echo.Context) error {
			guard(c)
			return c.Blob(http.StatusOK, media, body)
		})
	}
	e.GET("/simulator/messages", func(c echo.Context) error { return messages(c, inbox) })
	e.POST("/simulator/ring", func(c echo.Context) error { return rings(c, pusher) })
	e.POST("/simulator/sim", func(c echo.Context) error { return swaps(c, swap) })
}

// Swap tells that a number has another SIM, as a telco does.
type Swap func(context.Context, msisdn.Number) error

// swaps takes another SIM into a phone.
func swaps(c echo.Context, swap Swap) error {
	guard(c)
	phone := c.QueryParam("phone")
	if !international(phone) {
		return badPhone(c)
	}
	if err := swap(c.Request().Context(), msisdn.Number(phone)); err != nil {
		return fmt.Errorf("simulator: %w", err)
	}
	return c.NoContent(http.StatusNoContent)
}

// guard keeps everything on the page from this server and nothing of it elsewhere. no-cache: a demo is rebuilt often.
func guard(c echo.Context) {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
}

// render fills in the page once; nothing on it changes while the server runs.
func render(seeds []Seed, serviceCode string) []byte {
	type phone struct{ Number, Shown, Role, PIN, Note string }
	data := struct {
		Code, Prefix string
		Limit        int
		Phones       []phone
	}{Code: serviceCode, Limit: limit}
	for _, s := range seeds {
		data.Phones = append(data.Phones, phone{string(s.Phone), s.Phone.National(), s.Role, s.PIN, s.Note})
		data.Prefix = prefix(s.Phone)
	}
	var out bytes.Buffer
	page := template.Must(template.ParseFS(files, "page/page.html"))
	if err := page.Execute(&out, data); err != nil {
		panic("simulator: " + err.Error())
	}
	return out.Bytes()
}

// prefix returns the country's part of a number, "+254", with which the page completes numbers typed as at home.
func prefix(n msisdn.Number) string {
	return strings.TrimSuffix(string(n), strings.TrimPrefix(n.Plain(), "0"))
}

func messages(c echo.Context, inbox *Inbox) error {
	guard(c)
	c.Response().Header().Set("Cache-Control", "no-store")
	phone := c.QueryParam("phone")
	if !international(phone) {
		return badPhone(c)
	}
	list, err := inbox.Messages(c.Request().Context(), msisdn.Number(phone))
	if err != nil {
		return fmt.Errorf("simulator: %w", err)
	}
	return c.JSON(http.StatusOK, list)
}

func badPhone(c echo.Context) error {
	return c.JSON(http.StatusBadRequest, map[string]string{
		"error": "bad_number", "problem": "phone must look like +254712000001, the + written %2B",
	})
}

// international reports whether a text is a number as messages are kept under: a plus and 8 to 15 digits.
func international(phone string) bool {
	digits, ok := strings.CutPrefix(phone, "+")
	return ok && len(digits) >= 8 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}
