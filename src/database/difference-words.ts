/** The list that Prisma's schema engine makes for people, on one line. */

const SHOWN = 6

/**
 * `User: added column name, removed column old; added tables: Post`. Renamed constraints and indexes are left out:
 * the app does not see them. Empty when nothing else differs.
 */
export function inWords(list: string): string {
  const groups = list
    .split(/^(?=\[)/m)
    .flatMap((text) => group(text.split('\n').filter((line) => line.trim() !== '')))
  const more = groups.length > SHOWN ? `; and ${groups.length - SHOWN} more` : ''
  return groups.slice(0, SHOWN).join('; ') + more
}

function group([head = '', ...rest]: string[]): string[] {
  const parts = rest.map(plain).filter((part) => !part.startsWith('renamed '))
  if (parts.length === 0) return rest.length > 0 || head.trim() === '' ? [] : [plain(head)]
  const table = /Changed the (`[^`]+`) (?:table|enum)/.exec(head)?.[1]
  return [`${table ?? plain(head)}: ${parts.join(', ')}`]
}

function plain(line: string): string {
  const text = line.replace(/^\s*(\[.\]|-)\s*/, '').trim()
  return /^[A-Z][a-z]/.test(text) && !/^\s*- /.test(line)
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text
}
