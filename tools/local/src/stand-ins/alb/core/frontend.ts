import type {
  FixedResponse,
  ForwardAction,
  HeaderMatch,
  LoadBalancer,
  PathMatch,
  Redirect,
  Rule,
} from './model.ts'
import { patternToRegex, quote, regexEscape } from './quoting.ts'
import type { RenderOptions } from './render.ts'
import { SLOTS } from './shares.ts'

/** The listeners and their rules. `mapOf` names the map (slot → group) of an action with several groups. */
export function frontend(
  balancer: LoadBalancer,
  options: RenderOptions,
  mapOf: (action: ForwardAction) => string,
): string[] {
  const rules = balancer.rules.map((rule, index) => ({ rule, name: `r${index}` }))
  return [
    'frontend listeners',
    `  bind ${options.http}`,
    `  bind ${options.https} ssl crt ${options.certificate} alpn h2,http/1.1`,
    ...forwardedHeaders(),
    '  # After a reload the old worker asks each client for a new connection, to be served by the new worker.',
    '  http-after-response set-header Connection close if { stopping } !{ status 101 }',
    ...rules.flatMap(({ rule, name }) => [`  # ${rule.id}`, ...match(rule, name)]),
    ...rules.flatMap(({ rule, name }) => [`  # ${rule.id}`, ...perform(rule, name, mapOf)]),
    '  http-request return status 404 if !{ var(txn.rule) -m found }',
    '  # A target group without a single healthy target gets its requests all the same, as with ALB.',
    '  # A worker that ends after a reload counts no servers, though it still has them.',
    '  use_backend %[var(txn.group)].open if { var(txn.group) -m found } { var(txn.group),nbsrv eq 0 } !{ stopping }',
    '  use_backend %[var(txn.group)] if { var(txn.group) -m found }',
    '  default_backend no_group',
    '',
    'backend no_group',
    '  http-request return status 503',
    '',
  ]
}

function forwardedHeaders(): string[] {
  return [
    '  http-request add-header X-Forwarded-For %[src]',
    '  http-request set-header X-Forwarded-Proto http',
    '  http-request set-header X-Forwarded-Port 80',
    '  http-request set-header X-Forwarded-Proto https if { ssl_fc }',
    '  http-request set-header X-Forwarded-Port 443 if { ssl_fc }',
    '  http-request set-header X-Amzn-Trace-Id Root=1-%[date,hex,bytes(8,8),lower]-%[uuid,regsub(-,,g),bytes(0,24)]' +
      ' if !{ req.hdr(X-Amzn-Trace-Id) -m found }',
  ]
}

function match(rule: Rule, name: string): string[] {
  const host = rule.host === undefined ? '' : ` ${hostCondition(rule.host)}`
  const path = pathCondition(rule.path)
  const headers = rule.headers.map((header) => ` ${headerCondition(header)}`).join('')
  const set = `  http-request set-var(txn.rule) str(${name}) if !{ var(txn.rule) -m found }`
  return [`${set}${host}${path === '' ? '' : ` ${path}`}${headers}`]
}

function hostCondition(host: string): string {
  return host.startsWith('*')
    ? `{ req.hdr(host),host_only,lower -m end ${quote(host.slice(1))} }`
    : `{ req.hdr(host),host_only,lower -m str ${quote(host)} }`
}

function pathCondition({ kind, value }: PathMatch): string {
  if (kind === 'exact') return `{ path -m str ${quote(value)} }`
  if (kind === 'wildcard') return value === '/*' ? '' : `{ path -m reg ${quote(patternToRegex(value))} }`
  const bare = value.replace(/\/+$/, '')
  return bare === '' ? '' : `{ path -m reg ${quote(`^${regexEscape(bare)}(/|$)`)} }`
}

function headerCondition({ name, values }: HeaderMatch): string {
  const patterns = values.map((value) => patternToRegex(value).slice(1, -1)).join('|')
  return `{ req.fhdr(${quote(name)}) -m reg -i ${quote(`^(${patterns})$`)} }`
}

function perform(rule: Rule, name: string, mapOf: (action: ForwardAction) => string): string[] {
  const chosen = `if { var(txn.rule) -m str ${name} }`
  const { http, https, sslRedirectPort } = rule.listeners
  const lines = [
    // Without a listener on the port, ALB's client gets no connection at all.
    ...(http ? [] : [`http-request reject ${chosen} !{ ssl_fc }`]),
    ...(https ? [] : [`http-request reject ${chosen} { ssl_fc }`]),
    ...(sslRedirectPort === undefined
      ? []
      : [`http-request redirect location ${sslRedirect(sslRedirectPort)} code 301 ${chosen} !{ ssl_fc }`]),
    ...act(rule, chosen, mapOf),
  ]
  return lines.map((line) => `  ${line}`)
}

function sslRedirect(port: number): string {
  return `https://%[req.hdr(host),host_only]:${port}%[pathq]`
}

function act({ action }: Rule, chosen: string, mapOf: (action: ForwardAction) => string): string[] {
  if (action.kind === 'fixed') return [`${fixedResponse(action)} ${chosen}`]
  if (action.kind === 'redirect') return [`${redirect(action)} ${chosen}`]
  const [only, ...others] = action.groups
  if (only !== undefined && others.length === 0)
    return [`http-request set-var(txn.group) str(${only.id}) ${chosen}`]
  const map = mapOf(action)
  return [
    `http-request track-sc0 str(${map}) table choices ${chosen}`,
    `http-request set-var(txn.group) sc0_inc_gpc0(choices),sub(1),mod(${SLOTS}),map_int(${map}) ${chosen}`,
  ]
}

function fixedResponse({ status, contentType, body }: FixedResponse): string {
  const content = body === '' ? '' : ` content-type ${quote(contentType)} string ${quote(body)}`
  return `http-request return status ${status}${content}`
}

function redirect({ protocol, host, port, path, query, status }: Redirect): string {
  const scheme = protocol.replace('#{protocol}', '%[ssl_fc,iif(https,http)]').toLowerCase()
  const fill = (text: string): string =>
    text
      .replaceAll('%', '%%')
      .replaceAll('#{host}', '%[req.hdr(host),host_only]')
      .replaceAll('#{port}', '%[ssl_fc,iif(443,80)]')
      .replaceAll('/#{path}', '%[path]')
      .replaceAll('#{path}', '%[path,regsub(^/,)]')
      .replaceAll('#{query}', '%[query]')
  const target = `${scheme}://${fill(host)}:${fill(port)}${fill(path)}${query === '' ? '' : `?${fill(query)}`}`
  return `http-request redirect location ${quote(target)} code ${status}`
}
