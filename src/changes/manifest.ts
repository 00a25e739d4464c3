/** Edits of `package.json` that keep how it is written. */
import type { Edit } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import type { Package } from '../core/recipe.ts'
import { readShape } from '../source/read-shape.ts'
import type { Member, ObjectShape } from '../source/shape.ts'
import { indentOf, marginAt } from './layout.ts'
import { isServedBy } from './versions.ts'

export interface ManifestWish {
  packages: readonly Package[]
  /** Name → command. */
  scripts?: Readonly<Record<string, string>>
}

export interface ManifestEdits {
  edits: Edit[]
  /** Packages that were not there. */
  added: Package[]
  /** What is there and stays, though it is not what was asked for: the user has to know. */
  kept: {
    name: string
    section: string
    present: string
    wanted: string
    /** `range`: no version is in both. `development`: the app needs it, and it is not installed for production. */
    why: 'range' | 'development' | 'script'
  }[]
}

const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

/** The order in which `npm` and people write the sections. */
const order = ['scripts', ...kinds]

/**
 * Adds packages and scripts, sorted where the section is sorted. What is there stays as it is, whatever its range.
 * Throws a UserError when the text is not a manifest.
 */
export function addToManifest(file: string, text: string, wish: ManifestWish): ManifestEdits {
  const { root, sections } = readManifest(file, text)
  const added: Package[] = []
  const kept: ManifestEdits['kept'] = []
  const items = new Map<string, { name: string; value: string }[]>()
  for (const one of wish.packages) {
    const there = kinds.flatMap((kind) => found(kind, sections.get(kind), one.name, text))[0]
    if (there) {
      const why = !isServedBy(there.present, one.range) ? 'range' : 'development'
      const apart = why === 'range' || (there.section === 'devDependencies' && !one.dev)
      if (apart) kept.push({ name: one.name, ...there, wanted: one.range, why })
      continue
    }
    added.push(one)
    const section = one.dev ? 'devDependencies' : 'dependencies'
    items.set(section, [...(items.get(section) ?? []), { name: one.name, value: one.range }])
  }
  for (const [name, value] of Object.entries(wish.scripts ?? {})) {
    const there = found('scripts', sections.get('scripts'), name, text)[0]
    if (!there) items.set('scripts', [...(items.get('scripts') ?? []), { name, value }])
    else if (there.present !== value) kept.push({ name, ...there, wanted: value, why: 'script' })
  }
  const edits = order.flatMap((section) => {
    const missing = items.get(section) ?? []
    if (missing.length === 0) return []
    const object = sections.get(section)
    return object ? intoSection(text, object, missing, section) : newSection(text, root, section, missing)
  })
  return { edits: edits.map((one) => ({ file, ...one })), added, kept }
}

interface Manifest {
  root: ObjectShape
  sections: Map<string, ObjectShape>
}

function readManifest(file: string, text: string): Manifest {
  const refuse = (why: string, cause?: unknown): UserError =>
    new UserError(`${file} cannot be edited: ${why}.`, 'Repair the file, then run the command again.', {
      cause,
    })
  try {
    JSON.parse(text)
  } catch (cause) {
    throw refuse('it is not JSON', cause)
  }
  // JSON is an expression of JavaScript: the parentheses make it one, and shift every offset by one.
  const shape = readShape('package.js', `(${text}\n)`)
  const objects = shape?.objectsIn({ start: 0, end: text.length + 3 }) ?? []
  const [outer] = objects
  if (!outer || !/^\s*\{/.test(text)) throw refuse('it does not hold an object')
  const sections = new Map<string, ObjectShape>()
  for (const name of order) {
    const member = outer.members.findLast(({ key }) => key === name)
    if (!member) continue
    const object = objects.find(({ start }) => start === member.value.start)
    if (!object) throw refuse(`\`${name}\` is not an object`)
    sections.set(name, shifted(object))
  }
  return { root: shifted(outer), sections }
}

const shifted = ({ start, end, members }: ObjectShape): ObjectShape => ({
  start: start - 1,
  end: end - 1,
  members: members.map((one) => ({
    ...one,
    start: one.start - 1,
    end: one.end - 1,
    value: { start: one.value.start - 1, end: one.value.end - 1 },
  })),
})

function found(
  section: string,
  object: ObjectShape | undefined,
  name: string,
  text: string,
): { section: string; present: string }[] {
  const value = object?.members.findLast(({ key }) => key === name)?.value
  return value ? [{ section, present: String(JSON.parse(text.slice(value.start, value.end))) }] : []
}

type Item = { name: string; value: string }
type TextEdit = Omit<Edit, 'file'>

function intoSection(text: string, object: ObjectShape, items: Item[], section: string): TextEdit[] {
  const { members } = object
  const [first] = members
  const last = members.at(-1)
  const margin = marginAt(text, object.start)
  if (!first || !last) {
    const block = blockOf(text, items, margin, text.trim().includes('\n'))
    return [{ from: object.start, to: object.end, text: block }]
  }
  const tall = text.slice(object.start, first.start).includes('\n')
  const gap = tall ? `\n${marginAt(text, first.start)}` : /^\{\s/.test(text.slice(object.start)) ? ' ' : ''
  const less = orderOf(members, section)
  return items.toSorted(byName).map(({ name, value }) => {
    const item = itemOf(text, { name, value })
    const after = less && members.find(({ key = '' }) => less(name, key) < 0)
    return after
      ? { from: after.start, to: after.start, text: `${item},${gap}` }
      : { from: last.end, to: last.end, text: `,${gap}${item}` }
  })
}

type Order = (a: string, b: string) => number

const byLetter: Order = (a, b) => a.localeCompare(b, 'en')
const byCode: Order = (a, b) => (a < b ? -1 : a > b ? 1 : 0)
const byName = (a: Item, b: Item): number => byLetter(a.name, b.name)

/** How the members are sorted. Few scripts are in order by chance. */
function orderOf(members: readonly Member[], section: string): Order | undefined {
  if (section === 'scripts' && members.length < 4) return undefined
  const keys = members.map(({ key = '' }) => key)
  return [byLetter, byCode].find((less) =>
    keys.every((key, index) => index === 0 || less(keys[index - 1] ?? '', key) <= 0),
  )
}

function newSection(text: string, root: ObjectShape, section: string, items: Item[]): TextEdit[] {
  const { members } = root
  const [first] = members
  const last = members.at(-1)
  const tall = first === undefined || text.slice(root.start, first.start).includes('\n')
  const margin = tall ? marginAt(text, first?.start ?? root.start) || indentOf(text) : ''
  const block = `${JSON.stringify(section)}:${spaceOf(text)}${blockOf(text, items, margin, tall)}`
  if (!first || !last)
    return [{ from: root.start, to: root.end, text: `{\n${margin}${block}\n${marginAt(text, root.start)}}` }]
  const gap = tall ? `\n${margin}` : ''
  const place = order.indexOf(section)
  const before = members.findLast(({ key = '' }) => order.slice(0, place).includes(key))
  const after = members.find(({ key = '' }) => order.slice(place + 1).includes(key))
  if (!before && after) return [{ from: after.start, to: after.start, text: `${block},${gap}` }]
  const at = (before ?? last).end
  return [{ from: at, to: at, text: `,${gap}${block}` }]
}

function blockOf(text: string, items: readonly Item[], margin: string, tall: boolean): string {
  const lines = items.toSorted(byName).map((one) => itemOf(text, one))
  if (!tall) return `{${lines.join(',')}}`
  const inner = margin + indentOf(text)
  return `{\n${lines.map((line) => inner + line).join(',\n')}\n${margin}}`
}

const itemOf = (text: string, { name, value }: Item): string =>
  `${JSON.stringify(name)}:${spaceOf(text)}${JSON.stringify(value)}`

const spaceOf = (text: string): string => (/"\s*:\S/.test(text) && !/"\s*:\s/.test(text) ? '' : ' ')
