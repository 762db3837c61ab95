FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# Static: no C library, and the time zones of all markets inside.
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags timetzdata -ldflags '-s -w' -o /out/walletd ./cmd/walletd \
 && mkdir /out/data

# Nothing but certificate authorities and an unprivileged user; no shell.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/walletd /walletd
COPY --from=build --chown=65532:65532 /out/data /var/lib/senti
USER 65532:65532
ENV SENTI_LISTEN=0.0.0.0:8080
EXPOSE 8080
VOLUME /var/lib/senti
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s --retries=3 \
  CMD ["/walletd", "healthcheck", "--url", "http://127.0.0.1:8081/healthz"]
ENTRYPOINT ["/walletd"]
CMD ["serve"]
