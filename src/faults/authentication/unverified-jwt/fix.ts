import { functionsAround } from '../../../project/names.ts'
import type { Project } from '../../../project/project.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'
import { walk } from '../../../source/walk.ts'

const VERIFIERS = /^(jose|jsonwebtoken)(\/|$)/

/** Which function gives the caller in the place of the decoded content is for a person to say: this names the candidates. */
const fix: Fixer = ({ project }) => {
  const [twin] = verifiersOf(project)
  return needs(
    twin
      ? `${twin.name} of ${twin.file} verifies tokens: whether it is meant for this one, and what of its result takes the place of the decoded content, is yours to say`
      : 'the key, the algorithms, the issuer and the audience of the token are yours to say',
  )
}

/** Exported functions of the project that check a signature. */
function verifiersOf(project: Project): { name: string; file: string }[] {
  return project.code.flatMap((file) => {
    const syntax = project.program.syntax(file)
    const found: { name: string; file: string }[] = []
    if (!syntax) return found
    walk(syntax, (expr) => {
      if (expr.k !== 'call') return
      const root = expr.callee.k === 'member' ? expr.callee.of : expr.callee
      const binding = root.k === 'name' ? syntax.bindings[root.b] : undefined
      const called =
        expr.callee.k === 'member' ? expr.callee.key : binding?.k === 'import' ? binding.imported : ''
      if (binding?.k !== 'import' || !VERIFIERS.test(binding.from) || !/^(jwtVerify|verify)$/.test(called))
        return
      const name = functionsAround(syntax, expr.at)[0]?.name
      if (name !== undefined && syntax.exports.some((one) => one.name === name)) found.push({ name, file })
    })
    return found
  })
}

export default fix
