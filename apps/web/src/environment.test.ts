import { expect, it } from 'vitest'
import { EnvironmentError, readEnvironment } from './environment.ts'

const good = { APP_URL: 'https://app.appname.example', API_URL: 'https://api.appname.example' }

const problemsOf = (source: Record<string, string | undefined>): readonly string[] => {
  try {
    readEnvironment(source)
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems
    throw error
  }
  return []
}

it('needs the two URLs and has defaults for the rest', () => {
  expect(readEnvironment(good)).toEqual({ ...good, APP_VERSION: 'unknown', LOG_LEVEL: 'info' })
})

it('drops trailing slashes, so that paths can be appended', () => {
  expect(readEnvironment({ ...good, API_URL: 'http://api:4000//' }).API_URL).toBe('http://api:4000')
})

it('reports every problem at once, each with its variable, its value and an example', () => {
  expect(problemsOf({ APP_URL: 'ftp://app.example', LOG_LEVEL: 'loud', APP_VERSION: '' })).toEqual([
    'APP_URL must be an http(s) URL, for example https://app.appname.example (it is "ftp://app.example")',
    'API_URL must be an http(s) URL, for example https://api.appname.example (it is not set)',
    'APP_VERSION must be the git commit the image was built from (it is "")',
    'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent (it is "loud")',
  ])
})
