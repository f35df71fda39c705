/** A fingerprint of 64 hexadecimal digits in groups of four, which two people can compare by reading aloud. */
export function fingerprintGroups(fingerprint: string): string {
  return (
    fingerprint
      .toUpperCase()
      .match(/.{1,4}/g)
      ?.join(' ') ?? ''
  )
}
