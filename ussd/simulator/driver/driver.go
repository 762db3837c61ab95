// Package driver plays people at the simulator's page in a real, headless Chromium, for tests: one person, or two who talk to
// each other across a counter with a phone each.
//
// It presses the keys and buttons of the page and reads its screens; it never calls the page's code or the server itself.
// It imports nothing of Senti, so the tests of the page and of the whole program can both use it (layer 2). It is not for
// production code.
package driver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long any one act may take before the driver gives up.
const patience = 20 * time.Second

// Browser is one page in a browser of its own, with an empty profile.
type Browser struct {
	ctx  context.Context
	page string // its address

	mu       sync.Mutex
	problems []string
}

// Open starts a browser, loads base + "/simulator", and returns it with what closes it.
func Open(ctx context.Context, base string) (*Browser, func(), error) {
	path, err := find()
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.WindowSize(1280, 800), chromedp.Flag("force-prefers-reduced-motion", true), // a click waits for no scrolling
	)
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	b := &Browser{page: base + "/simulator"}
	page, cancel := chromedp.NewContext(allocator, chromedp.WithListener(b.listen))
	b.ctx = page
	closeAll := func() {
		_ = chromedp.Cancel(page) // waits for the browser and removes its profile
		cancel()
		stop()
	}
	// The first call starts the browser and must not have a time limit: it would end the browser with it.
	if _, err := chromedp.Call(page, log.Enable, cdp.Empty{}); err != nil {
		closeAll()
		return nil, nil, fmt.Errorf("driver: start %s: %w", path, err)
	}
	if err := b.do(chromedp.Navigate(b.page), chromedp.WaitReady(chromedp.CSS(".phone .entry"))); err != nil {
		closeAll()
		return nil, nil, fmt.Errorf("driver: open the page: %w", err)
	}
	return b, closeAll, nil
}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("driver: no Chromium; install the distribution's package chromium")
}

// listen keeps what a developer would see in red: exceptions, refused scripts, failed requests.
func (b *Browser) listen(event any) {
	var problem string
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		problem = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			problem += " " + e.ExceptionDetails.Exception.Description
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			problem = e.Entry.Text + " " + e.Entry.URL
		}
	}
	if problem == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, problem)
}

// Problems returns the errors on the page's console so far.
func (b *Browser) Problems() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.problems...)
}

func (b *Browser) do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

func get[T any](b *Browser, read chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, read)
}

// on is the CSS selector of a part of a phone; phone is in the form "+254712000001".
func on(phone, part string) chromedp.CSS {
	return chromedp.CSS(fmt.Sprintf(`.phone[data-phone="%s"]%s`, phone, part))
}

// received are the messages that a phone got, among those that it shows.
const received = " .inbox li:not(.sent) p"

// Dial types a code on a phone's entry, presses Enter and waits for the screen. Reply is the same.
func (b *Browser) Dial(phone, code string) (screen string, err error) { return b.Reply(phone, code) }

// Reply types an answer on a phone, presses Enter and waits for the next screen.
func (b *Browser) Reply(phone, text string) (screen string, err error) {
	if err := b.Type(phone, text); err != nil {
		return "", err
	}
	return b.Screen(phone)
}

// Type is Reply or Dial without the waiting: another phone can act meanwhile. Screen waits for what comes of it.
func (b *Browser) Type(phone, text string) error {
	if err := b.do(chromedp.SendKeys(on(phone, " .entry"), text+kb.Enter)); err != nil {
		return fmt.Errorf("driver: type on %s: %w", phone, err)
	}
	return nil
}

// Write writes an SMS to Senti on a phone and waits until it is sent.
func (b *Browser) Write(phone, text string) error {
	sent := fmt.Sprintf(`document.querySelector(%q)?.textContent === %q && document.querySelector(%q).hidden`,
		on(phone, " .inbox li.sent p"), text, on(phone, " .write"))
	err := b.do(chromedp.Click(on(phone, " .compose"), chromedp.NodeVisible),
		chromedp.SendKeys(on(phone, " .words"), text+kb.Enter), chromedp.Poll[chromedp.Void](sent))
	if err != nil {
		return fmt.Errorf("driver: write an SMS on %s: %w", phone, err)
	}
	return nil
}

// Beside loads the page anew with these phones side by side, in this order, and no others.
func (b *Browser) Beside(phones ...string) error {
	last := chromedp.CSS(fmt.Sprintf(".phone:nth-of-type(%d) .entry", len(phones)))
	// By way of another page, since a browser that is already here would only scroll to what stands behind the #.
	err := b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(b.page+"#"+strings.Join(phones, ",")), chromedp.WaitReady(last))
	if err != nil {
		return fmt.Errorf("driver: %s side by side: %w", strings.Join(phones, " and "), err)
	}
	return nil
}

// Press clicks the keys of the keypad one after another ("*384#"), then the green key, and waits for the screen.
func (b *Browser) Press(phone, keys string) (screen string, err error) {
	for _, key := range keys {
		if err := b.Click(phone, fmt.Sprintf(`.keys [data-key="%c"]`, key)); err != nil {
			return "", err
		}
	}
	if err := b.Click(phone, ".call"); err != nil {
		return "", err
	}
	return b.Screen(phone)
}

// Click clicks a button of a phone: ".call", ".clear", ".end", ".drop", ".lose", ".mode".
func (b *Browser) Click(phone, button string) error {
	if err := b.do(chromedp.Click(on(phone, " "+button), chromedp.NodeVisible)); err != nil {
		return fmt.Errorf("driver: click %s on %s: %w", button, phone, err)
	}
	return nil
}

// Screen waits until the phone is not waiting for an answer and returns its screen.
func (b *Browser) Screen(phone string) (text string, err error) {
	if err := b.do(chromedp.WaitReady(on(phone, ":not([data-state=busy])"))); err != nil {
		return "", fmt.Errorf("driver: screen of %s: %w", phone, err)
	}
	return b.Text(phone, ".text")
}

// Rung waits until the phone shows, by itself, a page that contains part, and returns the screen.
func (b *Browser) Rung(phone, part string) (text string, err error) {
	script := fmt.Sprintf(`[document.querySelector(%q)?.textContent ?? ""].find(t => t.includes(%q))`, on(phone, " .text"), part)
	text, err = get(b, chromedp.Poll[string](script))
	if err != nil {
		return "", fmt.Errorf("driver: no page with %q came to %s: %w", part, phone, err)
	}
	return text, nil
}

// Text returns the text of a part of a phone: ".used", ".age", ".mail", ".entry", ".role".
func (b *Browser) Text(phone, part string) (text string, err error) {
	text, err = get(b, chromedp.TextContent(on(phone, " "+part)))
	if err != nil {
		return "", fmt.Errorf("driver: %s of %s: %w", part, phone, err)
	}
	return text, nil
}

// Until waits until an expression of the page is true.
func (b *Browser) Until(expression string) error {
	if err := b.do(chromedp.Poll[chromedp.Void](expression)); err != nil {
		return fmt.Errorf("driver: until %s: %w", expression, err)
	}
	return nil
}

// Message waits for an SMS on a phone that contains part, and returns it whole: the newest, when there are several.
func (b *Browser) Message(phone, part string) (text string, err error) {
	script := fmt.Sprintf(`[...document.querySelectorAll(%q)].map(p => p.textContent).find(t => t.includes(%q))`, on(phone, received), part)
	text, err = get(b, chromedp.Poll[string](script))
	if err != nil {
		return "", fmt.Errorf("driver: no SMS with %q on %s: %w", part, phone, err)
	}
	return text, nil
}

// Messages returns the SMS that a phone got, newest first.
func (b *Browser) Messages(phone string) (texts []string, err error) {
	script := fmt.Sprintf(`[...document.querySelectorAll(%q)].map(p => p.textContent)`, on(phone, received))
	texts, err = get(b, chromedp.Evaluate[[]string](script))
	if err != nil {
		return nil, fmt.Errorf("driver: messages of %s: %w", phone, err)
	}
	return texts, nil
}

// Add adds a phone by its number, as typed.
func (b *Browser) Add(number string) error {
	if err := b.do(chromedp.SendKeys(chromedp.CSS("#number"), number+kb.Enter)); err != nil {
		return fmt.Errorf("driver: add %s: %w", number, err)
	}
	return nil
}

// Keys sends key presses to whatever has the focus: what a person without a mouse has.
func (b *Browser) Keys(keys string) error {
	if err := b.do(chromedp.KeyEvent(keys)); err != nil {
		return fmt.Errorf("driver: keys: %w", err)
	}
	return nil
}

// Eval returns the text that an expression of the page gives.
func (b *Browser) Eval(expression string) (text string, err error) {
	text, err = get(b, chromedp.Evaluate[string](expression))
	if err != nil {
		return "", fmt.Errorf("driver: %s: %w", expression, err)
	}
	return text, nil
}

// Reload loads the page again, as a person does who closed it.
func (b *Browser) Reload() error {
	if err := b.do(chromedp.Reload(), chromedp.WaitReady(chromedp.CSS(".phone .entry"))); err != nil {
		return fmt.Errorf("driver: reload: %w", err)
	}
	return nil
}

// Size makes the window so large, in CSS pixels; touch makes it a phone's.
func (b *Browser) Size(width, height int64, touch bool) error {
	var options []chromedp.EmulateViewportOption
	if touch {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	if err := b.do(chromedp.EmulateViewport(width, height, options...)); err != nil {
		return fmt.Errorf("driver: size: %w", err)
	}
	return nil
}

// Screenshot writes what the window shows to a PNG file.
func (b *Browser) Screenshot(path string) error {
	png, err := get(b, chromedp.CaptureScreenshot())
	if err != nil {
		return fmt.Errorf("driver: screenshot: %w", err)
	}
	return os.WriteFile(path, png, 0o600)
}
