import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

const said = /Only plain objects(?:, and a few built-ins,)? can be passed to Client Components/

export const classToClient: Cause = {
  id: 'next/class-to-client',
  title: 'A row with a Decimal or another object of a class is handed to a client component',
  matches: ({ text }) => said.test(text),
  examine({ project, error, places }) {
    const kind = /\. (\w+) objects are not supported/.exec(error.text)?.[1] ?? 'Decimal'
    const models = project.dataModels.flatMap((one) => one.models)
    const pages = new Set(places.map(({ location }) => location.file))
    const holding = models.flatMap((model) =>
      model.fields.filter(({ type }) => type === kind).map((field) => ({ model, field })),
    )
    const calls = project.map.queries.filter(
      ({ model, location, select }) =>
        /\.[jt]sx$/.test(location.file) &&
        (pages.size === 0 || pages.has(location.file)) &&
        holding.some(
          (one) =>
            one.model.name === model &&
            (select === undefined || new RegExp(`\\b${one.field.name}\\b`).test(select)),
        ),
    )
    const [call] = calls
    const held = holding.find(({ model }) => model.name === call?.model) ?? holding[0]
    const name = held?.field.name ?? 'price'
    const cure = [
      {
        what: 'Turn it into what the browser can have, on the server, and hand down only the fields that are shown.',
        code: `const rows = products.map(({ id, ${name} }) => ({ id, ${name}: ${name}.toString() }))`,
      },
    ]
    if (!call || !held)
      return unconfirmed(
        `An object of the class ${kind} reaches a client component. Which, the text does not say.`,
        cure,
        [],
        places.slice(0, 3),
      )
    return confirmed(
      `${held.model.name}.${held.field.name} is a ${kind}, the page reads whole rows of ${held.model.name}, and hands them on.`,
      [
        step(call.location, `${held.model.delegate}.${call.operation}: rows with ${name}`),
        step(held.field.location, `${name} ${kind}`),
      ],
      cure,
    )
  },
  references: ['https://react.dev/reference/rsc/use-client#serializable-types'],
}
