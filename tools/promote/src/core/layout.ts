/** Where things stand in the repository; the one place that knows. */
export function promotionFilePath(workload: string): string {
  return `workloads/${workload}/promotion.yaml`
}

export function releaseFilePath(workload: string, environment: string): string {
  return `workloads/${workload}/envs/${environment}/release/release.yaml`
}

/** While this file is there, the environment is held. It stands beside `release/`, so kustomize and Argo CD never read it. */
export function holdFilePath(workload: string, environment: string): string {
  return `workloads/${workload}/envs/${environment}/hold.yaml`
}

/** The branch of the one pull request from an environment to the next. */
export function promotionBranch(workload: string, from: string, to: string): string {
  return `promote/${workload}/${from}-to-${to}`
}

/** The branch of the one pull request that takes an environment back. */
export function rollbackBranch(workload: string, environment: string): string {
  return `rollback/${workload}/${environment}`
}

export const migrationsFolder = 'apps/api/prisma/migrations/'

/** Argo CD Application and namespace that an environment's release is synced by and into; both are named alike. */
export function applicationName(workload: string, environment: string): string {
  return `${workload}-${environment}`
}
