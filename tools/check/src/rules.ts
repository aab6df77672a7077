import type { Rule } from './context.ts'
import { addOnVersionsRule } from './rules/add-on-versions.ts'
import { analysisRule } from './rules/analysis.ts'
import { applicationSetsRule } from './rules/application-sets.ts'
import { applicationsRule } from './rules/applications.ts'
import { autoscalingRule } from './rules/autoscaling.ts'
import { canaryRule } from './rules/canary.ts'
import { configKeysRule } from './rules/config-keys.ts'
import { fileSchemasRule } from './rules/file-schemas.ts'
import { generatePathsRule } from './rules/generate-paths.ts'
import { gracePeriodRule } from './rules/grace-period.ts'
import { hooksRule } from './rules/hooks.ts'
import { imagesRule } from './rules/images.ts'
import { ingressRule } from './rules/ingress.ts'
import { labelsRule } from './rules/labels.ts'
import { localParityRule } from './rules/local-parity.ts'
import { namespacesRule } from './rules/namespaces.ts'
import { offlineRule } from './rules/offline.ts'
import { oneFactRule } from './rules/one-fact.ts'
import { orphansRule } from './rules/orphans.ts'
import { patchesRule } from './rules/patches.ts'
import { podSecurityRule } from './rules/pod-security.ts'
import { probesRule } from './rules/probes.ts'
import { projectsRule } from './rules/projects.ts'
import { releaseFileRule } from './rules/release-file.ts'
import { renderingRule } from './rules/rendering.ts'
import { resourcesRule } from './rules/resources.ts'
import { selectorsRule } from './rules/selectors.ts'
import { serviceAccountsRule } from './rules/service-accounts.ts'
import { yamlRule } from './rules/yaml.ts'

/** Every rule; adding one is adding a file in rules/ and a line here. */
export const rules: Rule[] = [
  yamlRule,
  renderingRule,
  offlineRule,
  imagesRule,
  labelsRule,
  podSecurityRule,
  probesRule,
  resourcesRule,
  gracePeriodRule,
  serviceAccountsRule,
  configKeysRule,
  selectorsRule,
  autoscalingRule,
  canaryRule,
  ingressRule,
  analysisRule,
  hooksRule,
  orphansRule,
  patchesRule,
  releaseFileRule,
  namespacesRule,
  oneFactRule,
  projectsRule,
  localParityRule,
  fileSchemasRule,
  generatePathsRule,
  applicationsRule,
  applicationSetsRule,
  addOnVersionsRule,
]
