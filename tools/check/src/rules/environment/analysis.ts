import { type Environment, environmentsOf, ofKind, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, type Json, type JsonObject, list, nameOf, object, objects, text } from '../../manifest.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('analysis')

export const analysisRule: Rule = {
  name: 'analysis',
  about: 'analyses that never end, pass on nothing, or that a Rollout names but nobody wrote',
  check: (context) =>
    environmentsOf(context).flatMap((environment) => [
      ...ofKind(environment, 'AnalysisTemplate').flatMap(judgeTemplate),
      ...ofKind(environment, 'Rollout').flatMap((rendered) => judgeRollout(rendered, environment)),
    ]),
}

function judgeTemplate(rendered: RenderedObject): Finding[] {
  const metrics = objects(at(rendered.manifest, 'spec', 'metrics'))
  if (metrics.length === 0) return [report(rendered, 'measures nothing', 'add a metric')]
  return metrics.flatMap((metric) => judgeMetric(rendered, metric))
}

function judgeMetric(rendered: RenderedObject, metric: JsonObject): Finding[] {
  const name = `metric ${text(metric.name) ?? '?'}`
  const missing = ['count', 'failureLimit'].filter((field) => metric[field] === undefined)
  const findings = missing.map((field) => report(rendered, `${name} has no ${field}`, `set ${field}`))
  const job = at(metric, 'provider', 'job')
  if (job !== undefined) return [...findings, ...judgeJob(rendered, name, job)]
  const condition = text(metric.successCondition)
  if (!condition)
    findings.push(
      report(rendered, `${name} has no successCondition, so any answer passes`, 'set successCondition'),
    )
  else if (!/isNaN\(|len\(/.test(condition))
    findings.push(
      report(
        rendered,
        `${name} does not guard against an empty or NaN answer`,
        'begin successCondition with len(result) > 0 && !isNaN(result[0])',
      ),
    )
  return findings
}

function judgeJob(rendered: RenderedObject, name: string, job: Json): Finding[] {
  const spec = object(at(job, 'spec'))
  return [
    ...(spec.activeDeadlineSeconds === undefined
      ? [report(rendered, `${name} runs a Job without an end`, 'set provider.job.spec.activeDeadlineSeconds')]
      : []),
    ...(spec.backoffLimit === undefined
      ? [
          report(
            rendered,
            `${name} runs a Job that is retried six times by default`,
            'set provider.job.spec.backoffLimit',
          ),
        ]
      : []),
  ]
}

function judgeRollout(rendered: RenderedObject, environment: Environment): Finding[] {
  const canary = at(rendered.manifest, 'spec', 'strategy', 'canary')
  const analyses = [
    at(canary, 'analysis'),
    ...objects(at(canary, 'steps')).map((step) => step.analysis),
  ].filter((entry) => entry !== undefined)
  const used = analyses.flatMap((analysis) =>
    objects(at(analysis, 'templates')).map((entry) => ({
      name: text(entry.templateName) ?? '?',
      args: objects(at(analysis, 'args')),
    })),
  )
  if (used.length === 0 && objects(at(canary, 'steps')).length > 0)
    return [report(rendered, 'goes step by step without any analysis', 'add an analysis step')]
  return used.flatMap(({ name, args }) => judgeUse(rendered, environment, name, args))
}

function judgeUse(
  rendered: RenderedObject,
  environment: Environment,
  name: string,
  args: JsonObject[],
): Finding[] {
  const template = ofKind(environment, 'AnalysisTemplate').find(({ manifest }) => nameOf(manifest) === name)
  if (!template)
    return [
      report(
        rendered,
        `uses AnalysisTemplate ${name}, which is not in this environment`,
        `add it or correct the name`,
      ),
    ]
  const given = new Set(args.map((entry) => text(entry.name)))
  return objects(at(template.manifest, 'spec', 'args'))
    .filter((arg) => arg.value === undefined && arg.valueFrom === undefined && !given.has(text(arg.name)))
    .map((arg) =>
      report(rendered, `gives AnalysisTemplate ${name} no argument ${arg.name}`, `add it to the step's args`),
    )
    .concat(unknownArgs(rendered, template, given))
}

function unknownArgs(
  rendered: RenderedObject,
  template: RenderedObject,
  given: Set<string | undefined>,
): Finding[] {
  const known = new Set(list(at(template.manifest, 'spec', 'args')).map((arg) => text(at(arg, 'name'))))
  return [...given]
    .filter((name) => !known.has(name))
    .map((name) =>
      report(
        rendered,
        `gives AnalysisTemplate ${nameOf(template.manifest)} an argument ${name} that it does not take`,
        'remove the argument',
      ),
    )
}
