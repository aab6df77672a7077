import { buildApp } from './app.ts'
import { readEnvironment } from './config/environment.ts'
import { buildOperationsServer } from './operations-server.ts'
import { runProgram } from './problem.ts'
import { shutDownOnSignals, shutdownLimits } from './shutdown.ts'

await runProgram(async () => {
  const environment = readEnvironment('api')
  const app = await buildApp(environment)
  const operations = await buildOperationsServer({
    registry: app.metrics.registry,
    log: app.log,
    health: app.health,
  })
  shutDownOnSignals({
    limits: shutdownLimits(environment),
    log: app.log,
    becomeUnready: () => {
      app.lifecycle.shuttingDown = true
    },
    // Metrics stay readable until the last request has been answered.
    close: () => app.close().then(() => operations.close()),
    abandon: () => app.server.closeAllConnections(),
  })
  await operations.listen({ host: environment.HOST, port: environment.METRICS_PORT })
  await app.listen({ host: environment.HOST, port: environment.PORT })
  return undefined
})
