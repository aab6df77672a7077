module appname.example/toolchain/external-secrets

go 1.26.0

tool (
	github.com/external-secrets/external-secrets
)

require github.com/external-secrets/external-secrets v0.20.4

replace github.com/Masterminds/sprig/v3 => github.com/external-secrets/sprig/v3 v3.3.0
