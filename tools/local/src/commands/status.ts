import { requireCluster } from '../cluster/lifecycle.ts'
import { repository } from '../cluster/repository.ts'
import { applicationStates } from '../cluster/wait.ts'
import { kubeconfig } from '../paths.ts'

/** One screen: where things are reached, and the state of every Application. */
export async function status(): Promise<string> {
  const { ports } = await requireCluster()
  const github = `http://127.0.0.1:${ports.github}/${repository}`
  return [
    `GitHub      ${github}`,
    `            git remote add local ${github}.git`,
    `product     https://127.0.0.1:${ports.https}, by Host header: app.appname.example, api.stage.appname.example, …`,
    `Kubernetes  https://127.0.0.1:${ports.kubernetes}, KUBECONFIG=${kubeconfig}`,
    `registry    http://127.0.0.1:${ports.registry}`,
    '',
    ...(await applicationStates()),
  ].join('\n')
}
