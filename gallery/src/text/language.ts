import { effect, signal } from '@preact/signals';

export const LANGUAGES = ['en', 'es', 'pt', 'ru', 'de'] as const;

export type Language = (typeof LANGUAGES)[number];

const STORED = 'vitrine.language';

/** The page's language: the one chosen before, else the browser's, else English. */
export const language = signal<Language>(
  [localStorage.getItem(STORED), ...navigator.languages].map(supported).find(Boolean) ?? 'en',
);

/** A language's name in itself. */
export function nativeName(code: Language): string {
  return new Intl.DisplayNames(code, { type: 'language' }).of(code) ?? code;
}

export function chooseLanguage(code: string): void {
  const chosen = supported(code);
  if (!chosen) return;
  language.value = chosen;
  localStorage.setItem(STORED, chosen);
}

/** Keeps the document's `lang` as the page's language. */
export function watchLanguage(): void {
  effect(() => {
    document.documentElement.lang = language.value;
  });
}

function supported(tag: string | null): Language | undefined {
  const wanted = tag?.toLowerCase().split('-')[0];
  return LANGUAGES.find((each) => each === wanted);
}
