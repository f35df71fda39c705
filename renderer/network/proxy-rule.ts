/**
 * Whether a typed proxy can be used: `http://host:port`, with a name and a password in it where it wants them. An empty
 * one means none. A path or a query would be ignored, so that they are refused.
 */
export function isProxyAddress(text: string): boolean {
  const trimmed = text.trim()
  if (trimmed === '') return true
  if (!/^http:\/\//i.test(trimmed) || !URL.canParse(trimmed)) return false
  const { hostname, pathname, search, hash } = new URL(trimmed)
  // Written out, even 80: a proxy without a port is a slip more often than it is meant.
  const hasPort = /:\d{1,5}\/?$/.test(trimmed)
  return hostname !== '' && hasPort && pathname === '/' && search === '' && hash === ''
}
