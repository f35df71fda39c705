const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** A size in decimal units, as file managers show it: `1.2 MB`. `locale` is for tests; else the person's own. */
export function formatSize(bytes: number, locale?: string): string {
  const power = bytes < 1_000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  const unit = units[power] ?? 'byte'
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    // Short, a byte has no plural.
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1_000 ** power)
}

/** A count with the separators of the person's locale. */
export function formatCount(count: number): string {
  return new Intl.NumberFormat().format(count)
}
