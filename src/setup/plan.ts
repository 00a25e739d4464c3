/** From what is wished for and what is there to a change, which leaves every line of the user's as it is. */
import { isDeepStrictEqual } from 'node:util'
import { edited, editsBetween } from '../changes/edits.ts'
import {
  atEnd,
  entryIn,
  entryOf,
  exchange,
  inJson,
  openFence,
  put,
  withEntry,
} from '../changes/insertions.ts'
import type { ReadText } from '../changes/plan.ts'
import type { Change, Edit, NewFile } from '../core/change.ts'
import type { Wish } from './hosts.ts'
import { type InitRecord, RECORD, recordText } from './record.ts'

export interface Setup {
  change: Change
  /** Files that stay as they are although something else was wished for, with the reason. */
  left: { file: string; why: string }[]
}

/** What becomes of one file. */
type Step =
  | { did: 'nothing'; kept: InitRecord['files'][string] | undefined }
  | { did: 'left'; why: string; kept: InitRecord['files'][string] | undefined }
  | { did: 'edited'; edits: Edit[]; kept: InitRecord['files'][string] | undefined }
  | { did: 'created'; create: NewFile; kept: InitRecord['files'][string] }
  | { did: 'removed'; kept: undefined }

type Kept = InitRecord['files'][string]

const plain = (text: string): string => text.replaceAll('\r\n', '\n')

/** The change that makes the wishes true. */
export function setUp(
  wishes: readonly Wish[],
  hosts: InitRecord['hosts'],
  record: InitRecord,
  read: ReadText,
): Setup {
  const steps = new Map<string, Step>()
  for (const wish of wishes)
    if (!steps.has(wish.file)) steps.set(wish.file, stepFor(wish, read(wish.file), record.files[wish.file]))
  const all = [...new Set([...record.hosts, ...hosts])].sort()
  return changeOf('Tell coding agents about this project', steps, { ...record, hosts: all }, read)
}

/** The change that takes everything out again. */
export function takeOut(record: InitRecord, read: ReadText): Setup {
  const steps = new Map(
    Object.entries(record.files).map(([file, kept]): [string, Step] => [
      file,
      without(file, read(file), kept),
    ]),
  )
  return changeOf('Take out what init wrote', steps, { ...record, hosts: [] }, read)
}

function stepFor(wish: Wish, present: string | undefined, kept: Kept | undefined): Step {
  if (present === undefined) return create(wish)
  if (kept?.made && plain(present) === kept.inserted) {
    const { text } = create(wish).create
    if (text === kept.inserted) return { did: 'nothing', kept }
    return {
      did: 'edited',
      edits: editsBetween(wish.file, present, text),
      kept: { inserted: text, made: true },
    }
  }
  switch (wish.kind) {
    case 'file':
      return whole(wish, present, kept)
    case 'block':
      return block(wish, present, kept)
    case 'entry':
      return entry(wish, present, kept)
  }
}

function create(wish: Wish): Extract<Step, { did: 'created' }> & { create: NewFile } {
  const text =
    wish.kind === 'entry'
      ? `${JSON.stringify({ [wish.parent]: { [wish.name]: wish.value } }, null, 2)}\n`
      : `${wish.text.trimEnd()}\n`
  return { did: 'created', create: { file: wish.file, text }, kept: { inserted: text, made: true } }
}

function whole({ text }: Extract<Wish, { kind: 'file' }>, present: string, kept: Kept | undefined): Step {
  const fresh = `${text.trimEnd()}\n`
  if (plain(present) === fresh) return { did: 'nothing', kept: kept ?? { inserted: fresh, made: true } }
  return { did: 'left', why: 'it was there already, or was edited since', kept }
}

function block(
  { file, text, clash }: Extract<Wish, { kind: 'block' }>,
  present: string,
  kept: Kept | undefined,
): Step {
  if (kept === undefined) {
    const [first = ''] = text.split('\n')
    if (plain(present).includes(first))
      return { did: 'left', why: `it holds a part that ${RECORD} does not know`, kept }
    const why = clash?.(present) ?? fenced(file, present)
    if (why !== undefined) return { did: 'left', why, kept }
    const insertion = atEnd(present, text)
    return {
      did: 'edited',
      edits: [put(file, insertion)],
      kept: { inserted: insertion.text, made: false },
    }
  }
  const [gap = ''] = /^\n*/.exec(kept.inserted) ?? []
  const fresh = `${gap}${text.trimEnd()}\n`
  const edit = exchange(file, present, kept.inserted, fresh)
  if (!edit) return { did: 'left', why: 'what init wrote there was edited since', kept }
  if (fresh === kept.inserted) return { did: 'nothing', kept }
  return { did: 'edited', edits: [edit], kept: { ...kept, inserted: fresh } }
}

function fenced(file: string, present: string): string | undefined {
  const line = file.endsWith('.md') ? openFence(present) : undefined
  return line === undefined
    ? undefined
    : `the code fence of its line ${line} is not closed, what came behind it would be code. Close it, and run this again`
}

function entry(wish: Extract<Wish, { kind: 'entry' }>, present: string, kept: Kept | undefined): Step {
  const { file, parent, name, value } = wish
  const there = entryIn(present, parent, name)
  if (there !== undefined) {
    if (isDeepStrictEqual(there, value)) return { did: 'nothing', kept }
    if (kept === undefined)
      return { did: 'left', why: `it has an entry "${name}" of your own in ${parent}`, kept }
    if (!isDeepStrictEqual(there, entryOf(kept.inserted, parent, name)))
      return { did: 'left', why: 'what init wrote there was edited since', kept }
    const old = exchange(file, present, kept.inserted, '')
    const bare = old ? edited(present, [old]) : undefined
    const again = bare === undefined ? undefined : inJson(bare, parent, name, value)
    const after =
      bare !== undefined && again ? edited(bare, [put(file, again)]) : withEntry(present, parent, name, value)
    return {
      did: 'edited',
      edits: editsBetween(file, present, after),
      kept: { ...kept, inserted: again?.text ?? kept.inserted },
    }
  }
  const insertion = inJson(present, parent, name, value)
  if (!insertion) return { did: 'left', why: 'it is not JSON that could take an entry', kept }
  return {
    did: 'edited',
    edits: [put(file, insertion)],
    kept: { inserted: insertion.text, made: kept?.made ?? false },
  }
}

function without(file: string, present: string | undefined, kept: Kept): Step {
  if (present === undefined) return { did: 'nothing', kept: undefined }
  if (kept.made && plain(present) === kept.inserted) return { did: 'removed', kept: undefined }
  const edit = exchange(file, present, kept.inserted, '')
  if (edit) return { did: 'edited', edits: [edit], kept: undefined }
  const [parent, name] = ['mcpServers', 'backend-engineer']
  const there = file.endsWith('.json') ? entryIn(present, parent, name) : undefined
  if (there !== undefined && isDeepStrictEqual(there, entryOf(kept.inserted, parent, name))) {
    const after = withEntry(present, parent, name, undefined)
    return { did: 'edited', edits: editsBetween(file, present, after), kept: undefined }
  }
  return {
    did: 'left',
    why: 'what init wrote there was edited since: take out what you do not want',
    kept: undefined,
  }
}

function changeOf(
  title: string,
  steps: ReadonlyMap<string, Step>,
  { files: known, ...rest }: InitRecord,
  read: ReadText,
): Setup {
  const files: InitRecord['files'] = { ...known }
  const change: Required<Pick<Change, 'edits' | 'creates' | 'removes'>> = {
    edits: [],
    creates: [],
    removes: [],
  }
  const left: Setup['left'] = []
  for (const [file, step] of steps) {
    if (step.kept) files[file] = step.kept
    else delete files[file]
    if (step.did === 'edited') change.edits.push(...step.edits)
    if (step.did === 'created') change.creates.push(step.create)
    if (step.did === 'removed') change.removes.push(file)
    if (step.did === 'left') left.push({ file, why: step.why })
  }
  const present = read(RECORD)
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
  const text = recordText({ ...rest, files: sorted })
  if (Object.keys(files).length === 0) {
    if (present !== undefined) change.removes.push(RECORD)
  } else if (present === undefined) change.creates.push({ file: RECORD, text })
  else change.edits.push(...editsBetween(RECORD, present, text))
  return { change: { title, reason: 'Asked for by init.', safety: 'safe', ...change }, left }
}
