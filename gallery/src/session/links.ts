/** Tokens in links: `…/gallery/#t=<token>[,<token>…]`. Fragments never reach a server. */

const TOKEN = /^[\w.~+/=-]{8,512}$/;
const MOST = 20;

/** The tokens of a link or of a fragment; empty if it holds none. */
export function tokensIn(link: string): string[] {
  const list = /#t=([^&#\s]+)/.exec(link)?.[1] ?? '';
  const tokens = list.split(',').filter((each) => TOKEN.test(each));
  return [...new Set(tokens)].slice(0, MOST);
}

/** Takes the tokens out of the address bar and out of the history entry. */
export function takeTokens(): string[] {
  const tokens = tokensIn(location.hash);
  if (location.hash.startsWith('#t=')) {
    history.replaceState(null, '', location.pathname + location.search);
  }
  return tokens;
}
