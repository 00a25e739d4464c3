/** The static authorization matrix in words: what all renderers say alike. */
import type { AccessCell, AccessChange, AccessLevel, AccessMatrix, AccessRow } from '../core/access.ts'
import { code, table as markdownTable, prose } from './markdown-text.ts'
import type { Paint } from './paint.ts'
import { table } from './table.ts'
import { oneLine, place } from './wording.ts'

const levels: Record<AccessLevel, string> = {
  none: 'anybody',
  session: 'anybody signed in',
  member: 'members',
  own: 'own rows',
  role: 'a role',
  key: 'a key',
}

/** What the words mean, under every matrix. */
export const legend =
  'anybody: no condition was seen. anybody signed in: all rows. members: rows of an organization of the caller. own rows: ' +
  'of the caller. a role, a key: all rows, for who has it. Reads are those that an answer is made from.'

/** `members with a role`. */
export const cellWords = ({ level, role }: AccessCell): string =>
  `${levels[level]}${role ? ' with a role' : ''}`

/** `Invoice (own rows), Note (anybody)`, by what is asked. */
function usesText({ models }: AccessRow, use: 'read' | 'write'): string {
  const used = models.flatMap((one) => {
    const cell = one[use]
    return cell ? [`${one.model} (${cellWords(cell)})`] : []
  })
  return used.join(', ')
}

const header = ['endpoint', 'asks for', 'reads', 'writes']
const changeHeader = ['change', 'endpoint', 'may', 'was', 'is', 'at']

const rowOf = (row: AccessRow): string[] => [
  row.endpoint,
  row.guard,
  usesText(row, 'read') || '-',
  usesText(row, 'write') || '-',
]

function changeRow({ effect, endpoint, model, use, was, is }: AccessChange): string[] {
  const at = is ?? was
  return [
    effect,
    endpoint,
    `${use} ${model}`,
    was ? cellWords(was) : 'nobody',
    is ? cellWords(is) : 'nobody',
    at ? place(at.at) : '',
  ]
}

export function accessText(
  { access, accessChanges }: { access?: AccessMatrix; accessChanges?: AccessChange[] },
  look: { paint: Paint; width: number },
): string[] {
  return [
    ...(access && access.rows.length > 0
      ? [table(header, access.rows.map(rowOf), look), look.paint('dim', legend)]
      : []),
    ...(accessChanges && accessChanges.length > 0
      ? [table(changeHeader, accessChanges.map(changeRow), look)]
      : []),
  ]
}

export function accessBlocks({
  access,
  accessChanges,
}: {
  access?: AccessMatrix
  accessChanges?: AccessChange[]
}): string[] {
  return [
    ...(access && access.rows.length > 0
      ? [
          markdownTable(
            header,
            access.rows.map((row) => {
              const [endpoint = '', guard = '', reads = '', writes = ''] = rowOf(row)
              return [code(endpoint), guard, prose(reads), prose(writes)]
            }),
          ),
          legend,
        ]
      : []),
    ...(accessChanges && accessChanges.length > 0
      ? [
          markdownTable(
            changeHeader,
            accessChanges.map((change) => {
              const [effect = '', endpoint = '', may = '', was = '', is = '', at = ''] = changeRow(change)
              return [effect, code(endpoint), prose(may), was, is, code(at)]
            }),
          ),
        ]
      : []),
  ]
}

/** One line for each endpoint or change. */
export function accessLines({
  access,
  accessChanges,
}: {
  access?: AccessMatrix
  accessChanges?: AccessChange[]
}): string[] {
  return [
    ...(access?.rows ?? []).map((row) => {
      const [endpoint, guard, reads, writes] = rowOf(row)
      return oneLine(`access ${endpoint} asks ${guard}; reads ${reads}; writes ${writes}`)
    }),
    ...(accessChanges ?? []).map((change) => {
      const [effect, endpoint, may, was, is, at] = changeRow(change)
      return oneLine(`${effect}: ${endpoint} ${may}: ${was} → ${is} (${at})`)
    }),
  ]
}
