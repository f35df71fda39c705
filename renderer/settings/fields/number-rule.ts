export interface NumberRule {
  least: number
  most: number
  whole: boolean
  /** True when an empty field is a choice of its own, e.g. "left to the server". */
  optional?: boolean
}

/**
 * The number a person typed: null for an allowed empty field, undefined when the rule refuses it.
 * A comma counts as the decimal sign, as half of the world writes it.
 */
export function parseNumber(
  text: string,
  { least, most, whole, optional = false }: NumberRule,
): number | null | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return optional ? null : undefined
  if (!/^[-+]?\d*[.,]?\d+$/.test(trimmed)) return undefined
  const number = Number(trimmed.replace(',', '.'))
  if ((whole && !Number.isInteger(number)) || number < least || number > most) return undefined
  return number
}
