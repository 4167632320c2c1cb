/**
 * A URL as it may be shown: credentials, query and path may hold secrets, so only where it leads is left of it, and
 * whether there was more.
 */
export function describeUrl(url: URL): string {
  const more = url.pathname !== '/' || url.search !== ''
  return more ? `${url.origin}/…` : url.origin
}
