import { pino } from 'pino'
import { environment } from './environment.ts'

/** JSON lines on stdout, one per event. Built at first use, because the level comes from the environment. */
export const logger = (() => {
  let instance: pino.Logger | undefined
  return (): pino.Logger => {
    instance ??= pino({
      level: environment().LOG_LEVEL,
      base: { component: 'web', version: environment().APP_VERSION },
    })
    return instance
  }
})()
