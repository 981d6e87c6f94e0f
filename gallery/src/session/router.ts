import { signal } from '@preact/signals';
import { tokensIn } from './links';
import { renew } from './session';

/** A screen. The address is a fragment, so that product ids stay in the browser too. */
export type Route =
  | { screen: 'products' }
  | { screen: 'product'; product: string }
  | { screen: 'imports' }
  | { screen: 'usage' };

export const route = signal<Route>(parse(location.hash));

/** The address of a screen. */
export function href(to: Route): string {
  if (to.screen === 'products') return '#/';
  if (to.screen === 'product') return `#/products/${encodeURIComponent(to.product)}`;
  return `#/${to.screen}`;
}

export function navigate(to: Route): void {
  location.hash = href(to);
}

/** Follows the address bar; a link with tokens that is opened in this tab signs in with them. */
export function watchAddress(): void {
  addEventListener('hashchange', () => {
    const tokens = tokensIn(location.hash);
    if (tokens.length > 0) {
      history.replaceState(null, '', href(route.value));
      void renew(tokens);
      return;
    }
    route.value = parse(location.hash);
  });
}

function parse(hash: string): Route {
  const [, screen, product] = hash.split('/');
  if (screen === 'products' && product) {
    try {
      return { screen: 'product', product: decodeURIComponent(product) };
    } catch {
      return { screen: 'products' };
    }
  }
  if (screen === 'imports' || screen === 'usage') return { screen };
  return { screen: 'products' };
}
