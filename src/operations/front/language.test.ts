import { describe, expect, it } from 'vitest'
import { languageOf } from './language.ts'

describe('the language of a sentence', () => {
  it.each([
    ['wie paginiere ich die Rechnungen am besten?', 'German'],
    ['¿cómo puedo evitar las consultas lentas?', 'Spanish'],
    ["comment éviter les doublons quand l'événement arrive deux fois", 'French'],
    ['come gestire le migrazioni in produzione, che cosa devo fare', 'Italian'],
    ['como fazer a paginação para os pedidos', 'Portuguese'],
    ['如何分页', 'Chinese'],
  ])('%s', (text, language) => {
    expect(languageOf(text)).toBe(language)
  })

  it.each([
    'how should I paginate /api/orders?',
    'un-die-able zombie connections: el problema is the pool',
    'P2024',
    '???',
    'review la route',
    'is the comment model used in the api',
  ])('is English, or cannot be told: %s', (text) => {
    expect(languageOf(text)).toBeUndefined()
  })
})
