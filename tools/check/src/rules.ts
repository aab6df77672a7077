import type { Rule } from './context.ts'
import { addOnVersionsRule } from './rules/argo/add-on-versions.ts'
import { applicationSetsRule } from './rules/argo/application-sets.ts'
import { applicationsRule } from './rules/argo/applications.ts'
import { generatePathsRule } from './rules/argo/generate-paths.ts'
import { localParityRule } from './rules/argo/local-parity.ts'
import { projectsRule } from './rules/argo/projects.ts'
import { pruningRule } from './rules/argo/pruning.ts'
import { analysisRule } from './rules/environment/analysis.ts'
import { autoscalingRule } from './rules/environment/autoscaling.ts'
import { canaryRule } from './rules/environment/canary.ts'
import { hooksRule } from './rules/environment/hooks.ts'
import { ingressRule } from './rules/environment/ingress.ts'
import { namespacesRule } from './rules/environment/namespaces.ts'
import { selectorsRule } from './rules/environment/selectors.ts'
import { syncOrderRule } from './rules/environment/sync-order.ts'
import { fileSchemasRule } from './rules/files/file-schemas.ts'
import { offlineRule } from './rules/files/offline.ts'
import { oneFactRule } from './rules/files/one-fact.ts'
import { orphansRule } from './rules/files/orphans.ts'
import { patchesRule } from './rules/files/patches.ts'
import { releaseFileRule } from './rules/files/release-file.ts'
import { renderingRule } from './rules/files/rendering.ts'
import { yamlRule } from './rules/files/yaml.ts'
import { configKeysRule } from './rules/pods/config-keys.ts'
import { gracePeriodRule } from './rules/pods/grace-period.ts'
import { imagesRule } from './rules/pods/images.ts'
import { labelsRule } from './rules/pods/labels.ts'
import { podSecurityRule } from './rules/pods/pod-security.ts'
import { probesRule } from './rules/pods/probes.ts'
import { resourcesRule } from './rules/pods/resources.ts'
import { serviceAccountsRule } from './rules/pods/service-accounts.ts'

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
  syncOrderRule,
  orphansRule,
  patchesRule,
  releaseFileRule,
  namespacesRule,
  oneFactRule,
  projectsRule,
  pruningRule,
  localParityRule,
  fileSchemasRule,
  generatePathsRule,
  applicationsRule,
  applicationSetsRule,
  addOnVersionsRule,
]
