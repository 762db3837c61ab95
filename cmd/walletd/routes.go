package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"senti/ussd/simulator"
)

// routes puts every HTTP route of walletd into one table.
func (a *app) routes() *echo.Echo {
	e := newEcho(a.metrics)
	for _, g := range a.gateways {
		for _, r := range g.Routes {
			e.Add(r.Method, r.Path, r.Handler)
		}
	}
	for _, r := range a.texts {
		e.Add(r.Method, r.Path, r.Handler)
	}
	a.numberRoutes(e)
	if a.inbox != nil {
		simulator.Register(e, a.inbox, a.pusher, a.swapSIM, a.seeds, a.market.ServiceCode)
	}
	if a.config.Operations == "" {
		a.operations(e)
	}
	return e
}

// operations adds what is for those who run walletd, not for those who call it.
func (a *app) operations(e *echo.Echo) {
	e.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.GET("/readyz", a.readyz)
	e.GET("/metrics", echo.WrapHandler(a.metrics.handler()))
}

// readyz says whether callers may be sent here: the database answers, its schema is ours, it was written
// with our keys, and we are not stopping. Below it says what staff have stopped: callers may be sent here all the same.
func (a *app) readyz(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), time.Second)
	defer cancel()
	if err := a.ready(ctx); err != nil {
		slog.WarnContext(ctx, "not ready", "err", err)
		return c.String(http.StatusServiceUnavailable, "not ready: "+err.Error()+"\n")
	}
	return c.String(http.StatusOK, "ready\n"+a.stopped())
}

// newEcho is an Echo in which a panic is one logged answer, every body is bounded, and every request is counted. Paths may
// hold secrets, so only the route's pattern is ever logged or counted.
func newEcho(m *metrics) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if c.Response().Committed {
			return
		}
		status := http.StatusInternalServerError
		var he *echo.HTTPError
		if errors.As(err, &he) {
			status = he.Code
		} else {
			slog.Error("request failed", "route", c.Path(), "err", err)
		}
		_ = c.String(status, http.StatusText(status)+"\n") // the caller is gone if this fails
	}
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			took := stopwatch()
			err := next(c)
			if err != nil {
				c.Error(err)
			}
			m.callback.WithLabelValues(c.Path(), strconv.Itoa(c.Response().Status)).Observe(took().Seconds())
			return nil
		}
	})
	e.Use(middleware.RecoverWithConfig(middleware.RecoverConfig{
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			slog.Error("a request panicked", "route", c.Path(), "err", err, "stack", string(stack))
			return echo.NewHTTPError(http.StatusInternalServerError)
		},
	}))
	e.Use(middleware.BodyLimit("64K"))
	return e
}

// server is an HTTP server that bounds every phase of a request.
func (a *app) server(e *echo.Echo) *http.Server {
	return &http.Server{
		Handler:           e,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       a.config.RequestTimeout,
		WriteTimeout:      a.config.RequestTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
}

// listen opens a TCP address and serves it until the app is stopped.
func (a *app) listen(address string, e *echo.Echo) (net.Addr, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	s := a.server(e)
	go func() {
		if err := s.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			a.fail(err)
		}
	}()
	a.onStop("http "+l.Addr().String(), func(ctx context.Context) error {
		return s.Shutdown(ctx) // takes no more callers, and waits for those it has
	})
	return l.Addr(), nil
}
