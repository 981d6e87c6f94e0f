/** What a dictionary holds: for each language exactly the keys and kinds of the English texts. */
import type { en } from './en';

export type Key = keyof typeof en;

/** Keys of messages that depend on a number. */
export type PluralKey = { [K in Key]: (typeof en)[K] extends string ? never : K }[Key];

export type TextKey = Exclude<Key, PluralKey>;

/** Messages of a language that has these plural categories. */
export type Messages<Categories extends Intl.LDMLPluralRule = 'one' | 'other'> = {
  readonly [K in Key]: K extends PluralKey ? Readonly<Record<Categories, string>> : string;
};
