/** The dictionaries of all languages. */
import type { Language } from '../text/language';
import { de } from './de';
import { en } from './en';
import { es } from './es';
import { pt } from './pt';
import type { Messages } from './messages';
import { ru } from './ru';

const DICTIONARIES: Record<Language, Messages> = { en, es, pt, ru, de };

export function dictionary(language: Language): Messages {
  return DICTIONARIES[language];
}
