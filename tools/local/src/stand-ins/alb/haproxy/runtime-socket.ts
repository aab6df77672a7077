import { connect } from 'node:net'

/** HAProxy did not answer a runtime command, or refused it. */
export class RuntimeError extends Error {}

/** Sends one command (a payload may follow `<<`) to HAProxy's stats socket and returns its answer. Throws RuntimeError. */
export function runtimeCommand(
  socketPath: string,
  command: string,
  timeoutMilliseconds = 5000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath)
    const chunks: Buffer[] = []
    const fail = (reason: string): void => {
      socket.destroy()
      reject(new RuntimeError(`HAProxy: ${command.split('\n', 1)[0]}: ${reason}`))
    }
    socket.setTimeout(timeoutMilliseconds, () => fail('no answer'))
    socket.on('error', (error) => fail(error.message))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('end', () => resolve(Buffer.concat(chunks).toString().trim()))
    socket.on('connect', () => socket.write(`${command}\n`))
  })
}
