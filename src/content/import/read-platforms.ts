import { PLATFORMS, type Platform } from '../../core/check.ts'

/**
 * The platforms that osquery means by these words, which it looks for anywhere in the text; undefined: all of them.
 * (osquery/utils/info/platform_type.cpp and core/system.cpp, checkPlatform.)
 */
export function platformsOfOsquery(words: readonly string[]): readonly Platform[] | undefined {
  const text = words.join(',')
  if (text === '' || text === 'null' || /any|all/.test(text)) return undefined
  const meant: Readonly<Record<Platform, RegExp>> = {
    darwin: /darwin|posix/,
    linux: /linux|ubuntu|centos|posix/,
    windows: /windows/,
  }
  return PLATFORMS.filter((platform) => meant[platform].test(text))
}
