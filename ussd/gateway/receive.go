package gateway

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"senti/wallet/webhook"
)

// receive checks who calls and reads what it brings; when it returns false it has answered. Nothing is read from a stranger,
// but for what must be read to check its signature.
func (e *endpoint) receive(c echo.Context, d door) (body []byte, ok bool) {
	r := c.Request()
	if status, why := e.guard.Admit(r, c.Param("secret")); status != 0 {
		e.refused(c, status, why)
		return nil, false
	}
	if body, ok = e.read(c, d); !ok {
		return nil, false
	}
	if !e.guard.Signature.Signed(r, body) {
		e.refused(c, http.StatusUnauthorized, "wrong signature")
		return nil, false
	}
	return body, true
}

func (e *endpoint) read(c echo.Context, d door) (body []byte, ok bool) {
	r := c.Request()
	if len(d.medias) > 0 {
		body, wrong := webhook.ReadAny(c.Response().Writer, r, d.medias, maxCall)
		if wrong != nil {
			e.malformed(c, wrong)
		}
		return body, wrong == nil
	}
	if len(r.URL.RawQuery) > maxCall {
		e.malformed(c, webhook.Wrong("query", "too long"))
		return nil, false
	}
	return []byte(r.URL.RawQuery), true
}

func (e *endpoint) refused(c echo.Context, status int, why string) {
	r := c.Request()
	e.log.WarnContext(r.Context(), "callback refused", "why", why, "caller", e.guard.Caller(r))
	e.count(e.name, OutcomeRefused)
	_ = e.write(c, e.refuse(status, nil))
}

func (e *endpoint) malformed(c echo.Context, m *webhook.Malformed) {
	e.log.WarnContext(c.Request().Context(), "callback malformed", "field", m.Field, "problem", m.Problem)
	e.count(e.name, OutcomeMalformed)
	_ = e.write(c, e.refuse(http.StatusBadRequest, m))
}

func (e *endpoint) write(c echo.Context, a webhook.Answer) error {
	return a.Write(c.Response(), c.Request())
}
