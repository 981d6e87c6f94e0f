import { computed, signal } from '@preact/signals';
import { isProblem } from '../api/problem';
import { ShopApi } from '../api/shop_api';
import type { Scope, Shop } from '../api/types';
import { takeTokens } from './links';

/** One token of the link. */
export interface Access {
  token: string;
  api: ShopApi;
  /** Null until the API has answered. */
  shop: Shop | null;
  /** The API refused the token: it expired or was revoked. */
  ended: boolean;
}

const TOKENS = 'vitrine.tokens';
const CURRENT = 'vitrine.current';

const accesses = signal<readonly Access[]>([]);
const currentToken = signal<string | null>(null);

/** By shop: what is under way in a shop goes on with the token of the next link that opens it. */
const apis = new Map<string, ShopApi>();

/** Grows with each link, and with signing out: answers about earlier links are out of date. */
let links = 0;

/** Whether the shops' answers are still to come. */
export const starting = signal(true);

/** What prevented the start, other than an ended token. */
export const startError = signal<unknown>(null);

/** Counts links taken, so that unsaved texts can be saved again after a new one. */
export const renewals = signal(0);

/** The shops that can be chosen. */
export const shops = computed(() => accesses.value.filter((each) => each.shop !== null));

export const current = computed(
  () => accesses.value.find((each) => each.token === currentToken.value) ?? null,
);

export const signedIn = computed(() => accesses.value.length > 0);

/** Starts with the tokens of the address, or with those of this tab. */
export async function start(): Promise<void> {
  const fresh = takeTokens();
  const stored = sessionStorage.getItem(TOKENS)?.split(',').filter(Boolean) ?? [];
  await useTokens(fresh.length > 0 ? fresh : stored);
}

/**
 * Replaces all tokens by those of a new link. The shop stays the same if the link opens it. If the
 * API cannot be reached, `startError` says so, and what is shown stays.
 */
export async function renew(tokens: readonly string[]): Promise<void> {
  await useTokens(tokens);
  renewals.value += 1;
}

/** Goes on with another shop of the link. */
export function choose(shop: string): void {
  const access = shops.value.find((each) => each.shop?.id === shop);
  if (!access) return;
  currentToken.value = access.token;
  sessionStorage.setItem(CURRENT, shop);
}

export function signOut(): void {
  links += 1;
  sessionStorage.clear();
  accesses.value = [];
  currentToken.value = null;
  startError.value = null;
  starting.value = false;
}

/** Whether the current token has the scope. */
export function may(scope: Scope): boolean {
  return current.value?.shop?.token.scopes.includes(scope) ?? false;
}

async function useTokens(tokens: readonly string[]): Promise<void> {
  const link = (links += 1);
  starting.value = true;
  startError.value = null;
  if (tokens.length > 0) sessionStorage.setItem(TOKENS, tokens.join(','));
  const answers = await Promise.all(tokens.map((token) => enter(token, tokens.length === 1)));
  if (link !== links) return;
  starting.value = false;
  startError.value = answers.find(({ error }) => error !== null)?.error ?? null;
  const known = current.peek()?.shop ?? null;
  const opens = answers.some(({ access }) => access.shop !== null);
  if (known !== null && !opens && startError.value !== null) return;
  take(
    answers.map(({ access }) => access),
    known,
  );
}

/** Goes on with these tokens, in the shop that is `known` if they open it. */
function take(entered: readonly Access[], known: Shop | null): void {
  const wanted = known?.id ?? sessionStorage.getItem(CURRENT);
  const chosen =
    entered.find((each) => each.shop?.id === wanted) ??
    entered.find((each) => each.shop !== null) ??
    entered[0];
  // An ended link leaves the screen as it is, with what the user has typed.
  if (chosen && chosen.shop === null) chosen.shop = known;
  for (const each of entered) if (each.shop !== null) adopt(each, each.shop);
  accesses.value = entered;
  currentToken.value = chosen?.token ?? null;
  if (chosen?.shop) sessionStorage.setItem(CURRENT, chosen.shop.id);
}

/** Gives the shop's requests, also those under way, the token of this access. */
function adopt(access: Access, { id }: Shop): void {
  const api = apis.get(id) ?? access.api;
  apis.set(id, api);
  if (!access.ended) api.renew(access.token);
  access.api = api;
}

/** Asks which shop a token opens; the error is what prevented the answer, or null. */
async function enter(token: string, alone: boolean): Promise<{ access: Access; error: unknown }> {
  const api = new ShopApi(token, end);
  const access: Access = { token, api, shop: null, ended: false };
  if (alone && /^(#\/)?$/.test(location.hash)) api.askAhead();
  try {
    access.shop = await api.shop();
  } catch (error) {
    if (!isProblem(error, 'unauthorized')) return { access, error };
    access.ended = true;
  }
  return { access, error: null };
}

/** Notes that a token is refused. */
function end(token: string): void {
  accesses.value = accesses.value.map((each) =>
    each.token === token ? { ...each, ended: true } : each,
  );
}
