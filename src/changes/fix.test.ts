/** What a fix looks like that is written with the parts of this folder: from a place in the code to a change. */
import { expect, it } from 'vitest'
import type { Change } from '../core/change.ts'
import type { Location } from '../core/finding.ts'
import { combine, isConflict } from './combine.ts'
import { diffOf } from './diff.ts'
import { edited } from './edits.ts'
import { addNamedImport } from './imports.ts'
import { offsetOf } from './layout.ts'
import { addIndex } from './schema-edits.ts'
import { insertFirst, openSource, setProperty } from './source-file.ts'

const file = 'app/api/invoices/[id]/route.ts'
const route = `import { prisma } from "@/lib/db";

export async function GET(_: Request, { params }: { params: Promise<{ id: string }> }) {
    const { id } = await params;
    const invoice = await prisma.invoice.findUnique({
        where: { id },
        include: { lines: true },
    });
    return Response.json(invoice);
}
`

/** Asks who calls, and ties the row to the caller's organization. */
function ownerFix(text: string, at: Location): Change | undefined {
  const source = openSource(at.file, text)
  const call = source?.shape.call(offsetOf(text, at))
  const [argument] = call?.args ?? []
  const where = argument && source?.shape.object(argument.start)?.members.find((one) => one.key === 'where')
  const condition = where && source?.shape.object(where.value.start)
  const body = call && source?.shape.body(call.start)
  if (!source || !condition || !body) return undefined
  const { edits, local } = addNamedImport(source, '@/lib/auth', 'requireSession')
  return {
    title: 'Tie Invoice to the organization of the caller',
    reason: 'Any signed-in user can read any invoice.',
    safety: 'review',
    edits: [
      ...edits,
      ...insertFirst(source, body, `const session = await ${local}()`),
      ...setProperty(source, condition, 'organizationId', 'session.organizationId'),
    ],
    creates: [],
  }
}

const at = { file, line: 5, column: 42 }
const read = (): string => route

it('is few lines, and its result looks like the rest of the file', () => {
  const fix = ownerFix(route, at)
  expect(fix && diffOf(fix, read)).toBe(`--- a/app/api/invoices/[id]/route.ts
+++ b/app/api/invoices/[id]/route.ts
@@ -1,9 +1,11 @@
+import { requireSession } from "@/lib/auth";
 import { prisma } from "@/lib/db";
 
 export async function GET(_: Request, { params }: { params: Promise<{ id: string }> }) {
+    const session = await requireSession();
     const { id } = await params;
     const invoice = await prisma.invoice.findUnique({
-        where: { id },
+        where: { id, organizationId: session.organizationId },
         include: { lines: true },
     });
     return Response.json(invoice);
`)
})

it('goes together with fixes of the same file and of others', () => {
  const fix = ownerFix(route, at)
  const schema = 'model Invoice {\n  id String @id\n  organizationId String\n}\n'
  const index: Change = {
    title: 'Index Invoice by organization',
    reason: 'It is looked for.',
    safety: 'safe',
    edits: addIndex(schema, 'Invoice', ['organizationId']).map((one) => ({
      ...one,
      file: 'prisma/schema.prisma',
    })),
    creates: [],
  }
  if (!fix) throw new Error('No fix.')
  const both = combine([fix, index, fix])
  if (isConflict(both)) throw new Error(JSON.stringify(both))
  expect(both.edits).toHaveLength(4)
  const texts = both.edits.filter((one) => one.file === file)
  expect(edited(route, texts)).toBe(edited(route, fix.edits))
})
