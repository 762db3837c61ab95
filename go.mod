module senti

go 1.26.0

require (
	github.com/HdrHistogram/hdrhistogram-go v1.4.0 // percentiles of the benches
	github.com/alecthomas/kong v1.17.0 // command line
	github.com/caarlos0/env/v11 v11.4.2 // settings from the environment
	github.com/cenkalti/backoff/v5 v5.0.3 // times between tries of a message
	github.com/chromedp/cdproto v0.159.0 // the protocol's types for chromedp
	github.com/chromedp/chromedp v0.23.0 // drives the simulator in a real browser, in tests
	github.com/go-sql-driver/mysql v1.10.1 // MariaDB and MySQL
	github.com/goccy/go-yaml v1.19.2 // packs and configuration, with the line of every mistake
	github.com/google/uuid v1.6.0 // version 7 IDs
	github.com/labstack/echo/v4 v4.16.0 // HTTP routing
	github.com/linxGnu/gosmpp v0.3.1 // another SMPP, which ours is held against in tests
	github.com/nyaruka/phonenumbers/v2 v2.0.7 // number plans of all countries
	github.com/pquerna/otp v1.5.0 // one-time codes of staff
	github.com/prometheus/client_golang v1.25.0 // metrics
	github.com/robfig/cron/v3 v3.0.1 // what a schedule says
	github.com/valyala/fasthttp v1.77.0 // a load generator that leaves the CPU to the server
	github.com/warthog618/sms v0.3.0 // how it cuts a text into messages, which ours is held against in tests
	golang.org/x/crypto v0.58.0 // argon2id, for the passwords of staff
	golang.org/x/term v0.47.0 // a password typed at a terminal is not shown
	golang.org/x/text v0.43.0 // plural rules of languages
	golang.org/x/time v0.16.0 // how fast a route may be given messages
	modernc.org/sqlite v1.61.1 // SQLite without cgo
	pgregory.net/rapid v1.3.0 // random runs against a model, in tests
)

require (
	filippo.io/edwards25519 v1.2.0 // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/boombuler/barcode v1.0.1-0.20190219062509-6c824513bacc // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/dustin/go-humanize v1.1.0 // indirect
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/labstack/gommon v0.5.0 // indirect
	github.com/mattn/go-colorable v0.1.15 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/molecule-man/go-brrr v1.3.0 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/valyala/bytebufferpool v1.0.0 // indirect
	github.com/valyala/fasttemplate v1.2.2 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	modernc.org/libc v1.79.0 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)
