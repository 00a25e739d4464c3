import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { callStep } from '../words.ts'
import { isMissing, mentions, missing, nameOf } from './missing.ts'

export const removedWhileUsed: Cause = {
  id: 'migrations/removed-while-used',
  title: 'A migration removed or renamed what this version still uses',
  matches: isMissing,
  examine(scene) {
    const thing = missing(scene)
    const last = mentions(scene.project, thing).at(-1)
    if (!last || last.makes) return contradicted(`No migration removes or renames ${nameOf(thing)} for good.`)
    const to = /RENAME (?:COLUMN "?\w+"? )?TO "?(\w+)"?/i.exec(last.text)?.[1]
    const at = thing.field?.location ?? thing.model?.location
    return confirmed(
      `The migration ${last.migration.name} ${to === undefined ? 'removes' : 'renames'} \`${nameOf(thing)}\`${to === undefined ? '' : ` to \`${to}\``}, and the schema still has it.`,
      [step(last.location, last.text), ...(at ? [step(at, 'still in the schema')] : []), ...callStep(scene)],
      [
        to === undefined
          ? {
              what: `Take it out of the schema and the code, and generate the client; or, if it is still needed, bring it back with a new migration.`,
            }
          : {
              what: 'Keep the name in the code, and say what it is called in the database.',
              code:
                thing.column === undefined
                  ? `@@map("${to}")`
                  : `${thing.field?.name ?? thing.column} … @map("${to}")`,
            },
        {
          what: 'With versions side by side, in steps: add the new one, write both, read the new one, remove the old one in a later release.',
        },
      ],
    )
  },
  references: ['https://www.prisma.io/docs/guides/data-migration'],
}
