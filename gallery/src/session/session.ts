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
  await useTokens(fresh.length > 0 ? fresh : stored, sessionStorage.getItem(CURRENT));
}

/** Replaces all tokens by those of a new link. The shop stays the same if the link opens it. */
export async function renew(tokens: readonly string[]): Promise<void> {
  const shop = current.value?.shop?.id ?? null;
  await useTokens(tokens, shop);
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
  sessionStorage.clear();
  accesses.value = [];
  currentToken.value = null;
}

/** Whether the current token has the scope. */
export function may(scope: Scope): boolean {
  return current.value?.shop?.token.scopes.includes(scope) ?? false;
}

async function useTokens(tokens: readonly string[], shop: string | null): Promise<void> {
  starting.value = true;
  startError.value = null;
  if (tokens.length > 0) sessionStorage.setItem(TOKENS, tokens.join(','));
  const known = accesses.value.find((each) => each.shop?.id === shop)?.shop ?? null;
  const entered = await Promise.all(tokens.map((token) => enter(token, tokens.length === 1)));
  const chosen =
    entered.find((each) => each.shop !== null && each.shop.id === shop) ??
    entered.find((each) => each.shop !== null) ??
    entered[0];
  if (chosen && chosen.shop === null && known !== null) chosen.shop = known;
  accesses.value = entered;
  currentToken.value = chosen?.token ?? null;
  if (chosen?.shop) sessionStorage.setItem(CURRENT, chosen.shop.id);
  starting.value = false;
}

async function enter(token: string, alone: boolean): Promise<Access> {
  const access: Access = {
    token,
    api: new ShopApi(token, end),
    shop: null,
    ended: false,
  };
  if (alone && /^(#\/)?$/.test(location.hash)) access.api.askAhead();
  try {
    access.shop = await access.api.shop();
    const { id } = access.shop;
    const known = shops.peek().find((each) => each.shop?.id === id);
    if (known) {
      known.api.renew(token);
      access.api = known.api;
    }
  } catch (error) {
    if (isProblem(error, 'unauthorized')) access.ended = true;
    else startError.value = error;
  }
  return access;
}

/** Notes that a token is refused. */
function end(token: string): void {
  accesses.value = accesses.value.map((each) =>
    each.token === token ? { ...each, ended: true } : each,
  );
}
