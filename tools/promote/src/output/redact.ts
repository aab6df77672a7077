/** Takes secrets out of a text: as they are, percent-encoded, and in base64 with any prefix before them. */
export function redactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret !== undefined && secret.length >= 6)
    .flatMap((secret) => [
      secret as string,
      encodeURIComponent(secret as string),
      JSON.stringify(secret).slice(1, -1),
      ...base64Forms(secret as string),
    ])
    .toSorted((a, b) => b.length - a.length)
  return (text) => forms.reduce((result, form) => result.replaceAll(form, '[redacted]'), text)
}

/** Base64 of a secret inside a longer text depends on where it starts; the characters that do not are looked for. */
function base64Forms(secret: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
      .toString('base64')
      .replaceAll('=', '')
    const certain = whole.slice(offset === 0 ? 0 : offset + 1, whole.length - 1)
    return [certain, certain.replaceAll('+', '-').replaceAll('/', '_')].filter((form) => form.length >= 6)
  })
}
