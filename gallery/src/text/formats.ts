/** Numbers, sizes, times and lists in the page's language. */
import { language } from './language';

const formatters = new Map<string, Intl.NumberFormat>();

export function number(value: number): string {
  return formatter('', {}).format(value);
}

/** A size such as `2.4 MB`: decimal units, as operating systems and shops show them. */
export function bytes(value: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && scaled < 10 ? 1 : 0;
  return formatter(`${units[unit]} ${digits}`, {
    style: 'unit',
    unit: units[unit]!,
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(scaled);
}

/** A share such as `64 %`. */
export function percent(share: number): string {
  return formatter('percent', { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** Pixels such as `3000 × 2000`; a dash if they are unknown. */
export function pixels(width: number | null, height: number | null): string {
  return width === null || height === null ? '–' : `${width} × ${height}`;
}

export function time(iso: string): string {
  const format = { dateStyle: 'medium', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(language.value, format).format(new Date(iso));
}

export function list(items: readonly string[]): string {
  return new Intl.ListFormat(language.value).format(items);
}

/** The name of a language such as `pt_BR` in the page's language. */
export function languageName(code: string): string {
  const names = new Intl.DisplayNames(language.value, { type: 'language' });
  return names.of(code.replace('_', '-')) ?? code;
}

/** A name as it stands alone: with a capital letter. */
export function capitalised(name: string): string {
  const [first = '', ...rest] = name;
  return first.toLocaleUpperCase(language.value) + rest.join('');
}

/** A format's name as people write it, of `image/webp` or `webp`. */
export function formatName(format: string): string {
  const name = format.replace('image/', '').toUpperCase();
  return name === 'WEBP' ? 'WebP' : name;
}

function formatter(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const full = `${language.value} ${key}`;
  const known = formatters.get(full) ?? new Intl.NumberFormat(language.value, options);
  formatters.set(full, known);
  return known;
}
