import { Inconclusive, NotApplicable, Scene } from './scene.ts'
import type { Attack, Attacked, AuthTarget } from './target.ts'

type Play = (scene: Scene) => Promise<string>

/** An attack from its play. What `play` gives is why it was withstood, unless something did not hold. */
export function attack(id: string, title: string, requirements: string[], play: Play): Attack {
  return { id, title, requirements, run: (target) => played(target, play) }
}

/** Counts and times depend on when they are taken: what broke is tried again, and blamed when it breaks again. */
export function measured(id: string, title: string, requirements: string[], play: Play): Attack {
  return {
    id,
    title,
    requirements,
    async run(target) {
      const first = await played(target, play)
      return first.verdict === 'broken' ? await played(target, play) : first
    },
  }
}

async function played(target: AuthTarget, play: Play): Promise<Attacked> {
  const scene = new Scene(target)
  try {
    await scene.calm()
    return scene.finish(await play(scene))
  } catch (error) {
    if (error instanceof NotApplicable) return scene.without('not applicable', error.message)
    if (!(error instanceof Inconclusive)) throw error
    return scene.failures.length > 0 ? scene.finish('') : scene.without('inconclusive', error.message)
  }
}
