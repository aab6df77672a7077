import type { Release } from '../src/core/release.ts'

export const registryHost = '111122223333.dkr.ecr.eu-central-1.amazonaws.com'

/** A digest that looks like one: 64 times the same hexadecimal digit. */
export function digest(digit: string): string {
  return `sha256:${digit.repeat(64)}`
}

export function aRelease(commit: string, api: string, web: string): Release {
  const pin = (name: string, digit: string) => ({
    repository: `${registryHost}/${name}`,
    tag: `sha-${commit}`,
    digest: digest(digit),
  })
  return {
    commit,
    images: new Map([
      ['appname-api', pin('appname-api', api)],
      ['appname-web', pin('appname-web', web)],
    ]),
  }
}

/** A release file as a checkout has it, with comments. Zeros: never released. */
export function releaseText(commit = '0'.repeat(40), api = '0', web = '0'): string {
  const image = (name: string, digit: string) => `  - name: ${name}
    newName: ${registryHost}/${name}
    newTag: sha-${commit}
    digest: ${digest(digit)} # the same in every environment
`
  return `# yaml-language-server: $schema=https://json.schemastore.org/kustomization.json
# What this environment runs. Written by promote; edit it by a promotion only.
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
images:
${image('appname-api', api)}${image('appname-web', web)}labels:
  - pairs:
      app.kubernetes.io/version: "${commit}"
    includeSelectors: false
    includeTemplates: true
`
}

export const promotionText = `environments:
  dev: { follows: main }
  stage: { follows: main }
  prod: {}
path:
  - from: stage
    to: prod
`

/** A repository whose environments were never released. */
export function repositoryFiles(): Record<string, string> {
  return {
    'README.md': 'appname\n',
    'workloads/appname/promotion.yaml': promotionText,
    'workloads/appname/envs/dev/release/release.yaml': releaseText(),
    'workloads/appname/envs/stage/release/release.yaml': releaseText(),
    'workloads/appname/envs/prod/release/release.yaml': releaseText(),
  }
}
