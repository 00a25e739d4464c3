import { describe, expect, it } from 'vitest'
import type { Edit } from '../core/change.ts'
import { readSyntax } from '../source/read-syntax.ts'
import type { ObjectShape, Range } from '../source/shape.ts'
import type { Expr } from '../source/syntax.ts'
import { walk } from '../source/walk.ts'
import { edited } from './edits.ts'
import { addNamedImport } from './imports.ts'
import { offsetOf } from './layout.ts'
import {
  insertFirst,
  insertProperty,
  insertStatementAfter,
  insertStatementBefore,
  openSource,
  removeMember,
  removeRange,
  replaceExpression,
  type SourceFile,
  setProperty,
} from './source-file.ts'

function open(text: string, file = 'a.ts'): SourceFile {
  const source = openSource(file, text)
  if (!source) throw new Error(`Does not parse: ${text}`)
  return source
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('Not found.')
  return value
}

const whereOf = (source: SourceFile): ObjectShape =>
  present(source.shape.object(source.text.indexOf('{', source.text.indexOf('where'))))

/** The text after edits, which still parses. */
function result(source: SourceFile, edits: Edit[]): string {
  const text = edited(source.text, edits)
  expect(openSource(source.file, text), text).toBeDefined()
  return text
}

describe('insertProperty', () => {
  const added = (text: string, code = 'userId: session.user.id') => {
    const source = open(text)
    return result(source, insertProperty(source, whereOf(source), code))
  }

  it.each([
    ['f({ where: { id } })', 'f({ where: { id, userId: session.user.id } })'],
    ['f({ where: {id} })', 'f({ where: {id, userId: session.user.id} })'],
    ['f({ where: {} })', 'f({ where: { userId: session.user.id } })'],
    ['f({ where: { id, } })', 'f({ where: { id, userId: session.user.id, } })'],
    [
      'f({\n  where: {\n    id,\n  },\n})',
      'f({\n  where: {\n    id,\n    userId: session.user.id,\n  },\n})',
    ],
    ['f({\n  where: {\n    id\n  }\n})', 'f({\n  where: {\n    id,\n    userId: session.user.id\n  }\n})'],
    [
      'f({\n  where: {\n    id, // theirs\n  },\n})',
      'f({\n  where: {\n    id, // theirs\n    userId: session.user.id,\n  },\n})',
    ],
    [
      'f({\n  where: {\n    id // theirs\n  },\n})',
      'f({\n  where: {\n    id, // theirs\n    userId: session.user.id\n  },\n})',
    ],
    [
      'f({\n\twhere: {\n\t\t...mine,\n\t},\n})',
      'f({\n\twhere: {\n\t\t...mine,\n\t\tuserId: session.user.id,\n\t},\n})',
    ],
    ['f({\n    where: {\n    },\n})', 'f({\n    where: {\n        userId: session.user.id,\n    },\n})'],
  ])('%j', (before, wanted) => expect(added(before)).toBe(wanted))

  it('writes code over lines, strings and line ends as the file does', () => {
    expect(
      added(
        'f({\r\n    where: {\r\n        id: "a"\r\n    }\r\n});\r\n',
        "user: {\n  is: { role: 'ADMIN' },\n}",
      ),
    ).toBe(
      'f({\r\n    where: {\r\n        id: "a",\r\n        user: {\r\n            is: { role: "ADMIN" },\r\n        }\r\n    }\r\n});\r\n',
    )
  })
})

describe('setProperty and removeMember', () => {
  it('sets what is there, or adds it', () => {
    const set = (text: string) => {
      const source = open(text)
      return result(source, setProperty(source, whereOf(source), 'id', 'mine.id'))
    }
    expect(set('f({ where: { id } })')).toBe('f({ where: { id: mine.id } })')
    expect(set('f({ where: { id: params.id, b } })')).toBe('f({ where: { id: mine.id, b } })')
    expect(set('f({ where: { b } })')).toBe('f({ where: { b, id: mine.id } })')
  })

  it.each([
    ['f({ where: { a, b, c } })', 'a', 'f({ where: { b, c } })'],
    ['f({ where: { a, b, c } })', 'b', 'f({ where: { a, c } })'],
    ['f({ where: { a, b, c } })', 'c', 'f({ where: { a, b } })'],
    ['f({ where: { a, b, } })', 'b', 'f({ where: { a, } })'],
    ['f({ where: { a } })', 'a', 'f({ where: {  } })'],
    ['f({\n  where: {\n    a,\n    b,\n  },\n})', 'b', 'f({\n  where: {\n    a,\n  },\n})'],
    ['f({\n  where: {\n    a,\n    b: {\n      c,\n    }\n  },\n})', 'b', 'f({\n  where: {\n    a\n  },\n})'],
    ['f({\n  where: {\n    a,\n    b,\n  },\n})', 'a', 'f({\n  where: {\n    b,\n  },\n})'],
  ])('removes of %j the member %s', (before, key, wanted) => {
    const source = open(before)
    const where = whereOf(source)
    const member = present(where.members.find((one) => one.key === key))
    expect(result(source, removeMember(source, where, member))).toBe(wanted)
  })
})

describe('statements', () => {
  const text = [
    'export async function GET(req: Request) {',
    "  'use server'",
    '  // the id',
    '  const id = await read(req) // of the URL',
    '',
    '  return Response.json(await prisma.a.findMany({ where: { id } }))',
    '}',
    '',
  ].join('\n')
  const guard = "if (!user) {\n  throw new Error('who')\n}"

  it('go after, before and first, each at its depth', () => {
    const source = open(text)
    const statement = present(source.shape.statement(text.indexOf('const id')))
    expect(result(source, insertStatementAfter(source, statement, guard))).toContain(
      "// of the URL\n  if (!user) {\n    throw new Error('who')\n  }\n\n  return",
    )
    expect(result(source, insertStatementBefore(source, statement, 'const user = 1'))).toContain(
      "'use server'\n  const user = 1\n  // the id\n  const id",
    )
    const body = present(source.shape.body(text.indexOf('const id')))
    expect(result(source, insertFirst(source, body, 'const user = 1'))).toContain(
      "'use server'\n  const user = 1\n  // the id",
    )
  })

  it('end as those of the file, with its quotes', () => {
    const source = open('function f() {\n\tg("a");\n\treturn `a\n  b`;\n}\n')
    const body = present(source.shape.body(15))
    expect(
      result(
        source,
        insertFirst(
          source,
          body,
          `if (a) {\n  h('x')\n  for (const b of c) h(\`\n  \${b}\`)\n}\ntype T = 'y'`,
        ),
      ),
    ).toBe(
      `function f() {\n\tif (a) {\n\t\th("x");\n\t\tfor (const b of c) h(\`\n  \${b}\`);\n\t}\n\ttype T = "y";\n\tg("a");\n\treturn \`a\n  b\`;\n}\n`,
    )
    expect(() => insertFirst(source, body, 'if (')).toThrow('This is not TypeScript')
  })

  it('open a block that is on one line', () => {
    const source = open('export const f = async () => { return 1 }')
    const body = present(source.shape.body(20))
    expect(result(source, insertFirst(source, body, 'g()'))).toBe(
      'export const f = async () => {\n  g()\n  return 1\n}',
    )
  })

  it('go with their lines', () => {
    const gone = (before: string, part: string) => {
      const source = open(before)
      const start = before.indexOf(part)
      return edited(before, removeRange(source, { start, end: start + part.length }))
    }
    expect(gone('a()\n\n  b() // x\n\nc()\n', 'b()')).toBe('a()\n\nc()\n')
    expect(gone('a()\nb()\nc()', 'c()')).toBe('a()\nb()\n')
    expect(gone('a(); b(); c()', ' b();')).toBe('a(); c()')
    expect(gone('a()\r\nb()\r\nc()', 'b()')).toBe('a()\r\nc()')
  })
})

describe('replaceExpression and ranges', () => {
  it('finds every expression of the syntax in the text', () => {
    const text = `export const f = async (x) => (a.b(1).c\`t\${x}\`.d(2) as T)[0]?.e(...y, await z!.w, x ? -x : [x + 1 + 2 + 3]).g({ k: new K(1), ...y })\n`
    const source = open(text)
    const seen: Record<string, string[]> = {}
    walk(readSyntax('a.ts', text), (expr: Expr) => {
      const range = source.shape.range(expr)
      seen[expr.k] = [
        ...(seen[expr.k] ?? []),
        range ? text.slice(range.start, range.end) : `none at ${expr.at}`,
      ]
    })
    expect(
      Object.values(seen)
        .flat()
        .filter((one) => one.startsWith('none')),
    ).toEqual([])
    expect(seen.binary).toEqual(['x + 1 + 2 + 3', 'x + 1 + 2', 'x + 1'])
    expect(seen.call).toEqual(expect.arrayContaining(['a.b(1)', 'new K(1)', `a.b(1).c\`t\${x}\`.d(2)`]))
    expect(seen.choose).toEqual(['x ? -x : [x + 1 + 2 + 3]'])
  })

  it('finds the call at a place of a trace or a finding', () => {
    const text =
      'const a = await prisma.invoice\n  .findMany({ where: { id } })\n  .then((b) => b.map(toDto))\n'
    const { shape } = open(text)
    const slice = ({ start, end }: Range) => text.slice(start, end)
    expect(slice(present(shape.call(offsetOf(text, { line: 2, column: 4 }))))).toBe(
      'prisma.invoice\n  .findMany({ where: { id } })',
    )
    expect(slice(present(shape.call(offsetOf(text, { line: 1, column: 17 }), 'findMany')))).toContain(
      'findMany({ where: { id } })',
    )
    expect(present(shape.call(offsetOf(text, { line: 1, column: 17 }), 'then')).args).toHaveLength(1)
  })

  it('replaces, as deep as the place is', () => {
    const source = open('if (a) {\n  const b = await c()\n}\n')
    const { expr } = { expr: present(source.shape.call(source.text.indexOf('c()'))) }
    expect(result(source, replaceExpression(source, expr, 'd({\n  e,\n})'))).toBe(
      'if (a) {\n  const b = await d({\n    e,\n  })\n}\n',
    )
  })
})

describe('addNamedImport', () => {
  const added = (text: string, name = 'requireUser', from = '@/lib/auth') => {
    const source = open(text)
    const { edits, local } = addNamedImport(source, from, name)
    return { text: result(source, edits), local }
  }

  it.each([
    ["import a from 'a'\n\na()\n", "import a from 'a'\nimport { requireUser } from '@/lib/auth'\n\na()\n"],
    [
      'import a from "a"; // first\n',
      'import a from "a"; // first\nimport { requireUser } from "@/lib/auth";\n',
    ],
    ["import { b } from '@/lib/auth'\n", "import { b, requireUser } from '@/lib/auth'\n"],
    ["import {\n  b,\n} from '@/lib/auth'\n", "import {\n  b,\n  requireUser,\n} from '@/lib/auth'\n"],
    ["import b from '@/lib/auth'\n", "import b, { requireUser } from '@/lib/auth'\n"],
    [
      "import * as b from '@/lib/auth'\n",
      "import * as b from '@/lib/auth'\nimport { requireUser } from '@/lib/auth'\n",
    ],
    [
      "import type { B } from '@/lib/auth'\n",
      "import type { B } from '@/lib/auth'\nimport { requireUser } from '@/lib/auth'\n",
    ],
    ["'use server'\n\nf()\n", "'use server'\n\nimport { requireUser } from '@/lib/auth'\n\nf()\n"],
    ['f()\n', "import { requireUser } from '@/lib/auth'\n\nf()\n"],
    ['#!/usr/bin/env node\nf()\n', "#!/usr/bin/env node\n\nimport { requireUser } from '@/lib/auth'\nf()\n"],
  ])('%j', (before, wanted) => expect(added(before)).toEqual({ text: wanted, local: 'requireUser' }))

  it('knows what is there, and gives way to a name that is taken', () => {
    const there = "import { requireUser as who } from '@/lib/auth'\n"
    expect(added(there)).toEqual({ text: there, local: 'who' })
    expect(added("import { requireUser } from 'other'\n")).toEqual({
      text: "import { requireUser } from 'other'\nimport { requireUser as requireUser2 } from '@/lib/auth'\n",
      local: 'requireUser2',
    })
  })
})
