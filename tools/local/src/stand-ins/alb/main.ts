import { KubeConfig } from '@kubernetes/client-node'
import { adminServer } from './admin.ts'
import { Balancer } from './balancer.ts'
import { Controller } from './controller.ts'
import { Cluster } from './kubernetes/cluster.ts'

const STOP_GRACE_MILLISECONDS = 30_000

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`)
}

/**
 * Environment: TLS_CERTIFICATE (file; the key beside it ends in `.key`), RUN_DIRECTORY (/run/alb), HTTP, HTTPS
 * (addresses to bind), ADMIN_PORT (8081). In a Pod it uses the Pod's service account, elsewhere KUBECONFIG.
 */
async function main(): Promise<void> {
  const environment = process.env
  const options = {
    directory: environment.RUN_DIRECTORY ?? '/run/alb',
    http: environment.HTTP ?? ':8080',
    https: environment.HTTPS ?? ':8443',
    certificate: environment.TLS_CERTIFICATE ?? '/tls/tls.crt',
  }
  const config = new KubeConfig()
  config.loadFromDefault()
  const balancer = new Balancer(options, log)
  const controller = new Controller(new Cluster(config, log), balancer, log)

  let stopping = false
  const stop = (): void => {
    stopping = true
    void balancer.stop(STOP_GRACE_MILLISECONDS)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await balancer.start((code) => {
    log(`HAProxy ended with ${code ?? 'a signal'}`)
    process.exit(stopping ? 0 : 1)
  })
  adminServer(balancer, () => controller.isReady).listen(Number(environment.ADMIN_PORT ?? 8081))
  await controller.start()
}

main().catch((error: Error) => {
  log(environmentIsDebug() ? (error.stack ?? error.message) : error.message)
  process.exit(1)
})

function environmentIsDebug(): boolean {
  return process.env.DEBUG !== undefined
}
