/** Whether an installed version is one that was asked for: what is needed of npm's ranges, and nothing in doubt. */

type Parts = [major: number, minor: number, patch: number]

/** `^6.2.18`, `~4.1`, `4.x`, `>=20.9 <23`, `1 || 2`. A range that is not understood is satisfied by nothing. */
export function satisfies(version: string, range: string): boolean {
  const found = /^v?(\d+)\.(\d+)\.(\d+)(-[\w.-]+)?/.exec(version)
  if (!found) return false
  // A version before the release is only what was asked for when it was asked for by name.
  if (found[4] !== undefined) return range.trim().replace(/^[=v]+/, '') === version
  const parts = partsOf(found)
  return range.split('||').some((one) => within(parts, one.trim()))
}

function within(version: Parts, text: string): boolean {
  if (text === '' || text === '*' || text === 'x') return true
  const hyphen = /^(\S+)\s+-\s+(\S+)$/.exec(text)
  const words = hyphen
    ? [`>=${hyphen[1]}`, `<=${hyphen[2]}`]
    : text.replace(/([<>=~^])\s+/g, '$1').split(/\s+/)
  return words.every((word) => holds(version, word))
}

function holds(version: Parts, word: string): boolean {
  const read = /^(\^|~|>=|<=|>|<|=)?v?(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?$/.exec(word)
  if (!read) return false
  const given = [read[2], read[3], read[4]].filter((part) => part !== undefined && /^\d+$/.test(part)).length
  const low = partsOf(read.slice(1))
  /** The first version behind all that begin with the given numbers. */
  const behind = next(low, given - 1)
  switch (read[1]) {
    case '>=':
      return compare(version, low) >= 0
    case '>':
      return compare(version, behind) >= 0
    case '<':
      return compare(version, low) < 0
    case '<=':
      return compare(version, behind) < 0
    case '^': {
      const first = low.findIndex((part) => part > 0)
      return compare(version, low) >= 0 && compare(version, next(low, first < 0 ? given - 1 : first)) < 0
    }
    case '~':
      return compare(version, low) >= 0 && compare(version, next(low, Math.min(given - 1, 1))) < 0
    default:
      return compare(version, low) >= 0 && compare(version, behind) < 0
  }
}

const partsOf = (groups: readonly (string | undefined)[]): Parts => [
  Number(groups[1]),
  Number(groups[2]) || 0,
  Number(groups[3]) || 0,
]

/** One higher at a place, zero behind it. */
function next([major, minor, patch]: Parts, place: number): Parts {
  if (place <= 0) return [major + 1, 0, 0]
  return place === 1 ? [major, minor + 1, 0] : [major, minor, patch + 1]
}

const compare = (a: Parts, b: Parts): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
