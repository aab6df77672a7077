import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFile } from '../../test/files.ts'
import { readEnvironment } from './environment.ts'
import { processVariables } from './release.ts'

const complete = {
  APP_URL: 'https://app.appname.example',
  API_URL: 'https://api.appname.example',
  CORS_ORIGINS: 'https://app.appname.example, https://door.appname.example',
  DATABASE_URL: 'postgresql://appname:secret@db:5432/appname',
  JWT_SECRET: 'x'.repeat(32),
}

test('a complete environment is read with types and defaults', () => {
  const environment = readEnvironment('api', { ...complete, PORT: '4001', REDIS_TLS: 'true' })
  expect(environment.PORT).toBe(4001)
  expect(environment.REDIS_TLS).toBe(true)
  expect(environment.METRICS_PORT).toBe(9464)
  expect(environment.CORS_ORIGINS).toEqual(['https://app.appname.example', 'https://door.appname.example'])
})

test('every problem is reported at once, with what is wrong and an example, and without the secret', () => {
  const read = () =>
    readEnvironment('api', {
      ...complete,
      PORT: 'http',
      JWT_SECRET: 'too-short',
      DATABASE_URL: '',
      CORS_ORIGINS: '*',
    })
  expect(read).toThrow(/PORT Invalid input.*\(example: 4000\)/)
  expect(read).toThrow(/JWT_SECRET is shorter than 32 characters/)
  expect(read).toThrow(/DATABASE_URL is not set \(example: postgresql:/)
  expect(read).toThrow(/CORS_ORIGINS has an entry that is not an origin/)
  expect(read).not.toThrow(/too-short/)
})

test('a program asks only for what it reads', () => {
  expect(readEnvironment('migrate', { DATABASE_URL: complete.DATABASE_URL }).MIGRATE_LOCK_TIMEOUT_MS).toBe(
    5000,
  )
})

test("the release is what the image's own file says", async () => {
  const file = await temporaryFile('version', '0123456789abcdef\n')
  expect(processVariables(pathToFileURL(file)).APP_VERSION).toBe('0123456789abcdef')
  expect(processVariables(pathToFileURL(`${file}-not`)).APP_VERSION).toBe(process.env.APP_VERSION)
})
