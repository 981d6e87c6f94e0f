import type { ComponentChildren } from 'preact';
import { dictionary } from '../messages/dictionary';
import type { PluralKey, TextKey } from '../messages/messages';
import { number } from './formats';
import { language } from './language';

type Values = Record<string, string | number>;

/** A message in the page's language, with its `{placeholders}` filled in. */
export function text(key: TextKey, values: Values = {}): string {
  return filled(dictionary(language.value)[key], values);
}

/** A message that depends on a number; `{count}` is the number. */
export function plural(key: PluralKey, count: number, values: Values = {}): string {
  return filled(form(key, count), { ...values, count: number(count) });
}

/** A message whose placeholders are elements. */
export function rich(key: TextKey, slots: Record<string, ComponentChildren>): ComponentChildren[] {
  return dictionary(language.value)
    [key].split(/\{(\w+)\}/)
    .map((part, index) => (index % 2 === 0 ? part : slots[part]));
}

/** The message for a code of the API, or null if there is none. */
export function textForCode(kind: 'problem' | 'reason', code: string): string | null {
  const key: string = `${kind}_${code}`;
  const messages: Partial<Record<string, unknown>> = dictionary(language.value);
  const message = messages[key];
  return typeof message === 'string' ? message : null;
}

function form(key: PluralKey, count: number): string {
  const forms: { other: string } & Partial<Record<Intl.LDMLPluralRule, string>> = dictionary(
    language.value,
  )[key];
  return forms[new Intl.PluralRules(language.value).select(count)] ?? forms.other;
}

function filled(message: string, values: Values): string {
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
