import type { HealthCheck, Target, TargetGroup } from './model.ts'
import { quote } from './quoting.ts'
import type { ServerOptions } from './render.ts'

/**
 * Two backends per target group: `<id>` sends to healthy targets, `<id>.open` to all of them. The second is used when
 * no target is healthy; it answers 503 when there is none at all.
 */
export function backends(group: TargetGroup, servers: ReadonlyMap<string, ServerOptions>): string[] {
  const lines = (select: (options: ServerOptions) => string): string[] =>
    [...servers].map(([name, options]) => `  server ${name} ${select(options)}`)
  const open = `${group.id}.open`
  return [
    `backend ${group.id}`,
    ...common(group),
    ...healthCheck(group.healthCheck),
    ...lines((options) => options.checked),
    '',
    `backend ${open}`,
    `  http-request set-var(txn.empty) bool(true) if { nbsrv(${open}) eq 0 } !{ stopping }`,
    `  http-request return status 503 ${html('503 Service Temporarily Unavailable')} if { var(txn.empty) -m bool }`,
    ...common(group),
    ...lines((options) => options.unchecked),
    '',
  ]
}

/** What follows a server's name, in the configuration and in the runtime command `add server`. */
export function serverOptions(group: TargetGroup, target: Target): ServerOptions {
  const check = group.healthCheck
  const h2 = group.version === 'HTTP2'
  const unchecked = [
    `${target.address}:${target.port}`,
    ...(group.protocol === 'HTTPS'
      ? ['ssl verify none', ...(h2 ? ['alpn h2'] : [])]
      : h2
        ? ['proto h2']
        : []),
  ].join(' ')
  const sslCheck =
    check.protocol === group.protocol
      ? []
      : check.protocol === 'HTTPS'
        ? ['check-ssl verify none']
        : ['no-check-ssl']
  const checked = [
    unchecked,
    `check inter ${check.intervalSeconds}s rise ${check.healthyThreshold} fall ${check.unhealthyThreshold}`,
    ...(check.port === undefined ? [] : [`port ${check.port}`]),
    ...sslCheck,
  ].join(' ')
  return { checked, unchecked }
}

/**
 * ALB's answers: 502 for a target that refuses, resets or answers nonsense, 504 for one that takes too long (10 s to
 * connect, the idle timeout to answer). HAProxy says 503 for both failures to connect; the time tells them apart.
 */
function common(group: TargetGroup): string[] {
  const failed = '{ status 503 } !{ var(txn.answered) -m bool } !{ var(txn.empty) -m bool }'
  return [
    `  balance ${group.algorithm === 'round_robin' ? 'roundrobin' : 'leastconn'}`,
    `  timeout server ${group.idleTimeoutSeconds}s`,
    `  timeout tunnel ${group.idleTimeoutSeconds}s`,
    '  http-request set-var(txn.started) date(0,ms)',
    '  http-response set-var(txn.answered) bool(true)',
    `  http-after-response set-status 504 reason "Gateway Time-out" if ${failed} { date(0,ms),sub(txn.started) ge 9900 }`,
    `  http-after-response set-status 502 reason "Bad Gateway" if ${failed}`,
    '  http-after-response set-header Server awselb/2.0 if !{ var(txn.answered) -m bool }',
    `  http-error status 502 ${html('502 Bad Gateway')}`,
    `  http-error status 503 ${html('502 Bad Gateway')}`,
    `  http-error status 504 ${html('504 Gateway Time-out')}`,
  ]
}

function healthCheck(check: HealthCheck): string[] {
  return [
    '  option httpchk',
    `  http-check send meth GET uri ${quote(check.path)} ver HTTP/1.1 hdr Host target hdr User-Agent ELB-HealthChecker/2.0 hdr Connection close`,
    `  http-check expect status ${check.successCodes}`,
    `  timeout check ${check.timeoutSeconds}s`,
  ]
}

function html(title: string): string {
  return `content-type text/html string '<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>'`
}
